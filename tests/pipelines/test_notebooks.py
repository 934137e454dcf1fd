"""The command that writes the parameters into the notebooks."""

from pathlib import Path

import nbformat

from pipelines.notebooks import write_parameters
from pipelines.publishing.plan import NOTEBOOKS


def test_puts_the_declared_parameters_into_the_cell_and_leaves_the_rest(tmp_path: Path) -> None:
    for path in NOTEBOOKS.glob("*.ipynb"):
        changed = nbformat.read(path, as_version=4)
        changed.cells[1].source = "old: str = 'x'"
        nbformat.write(changed, tmp_path / path.name)
    write_parameters(tmp_path)
    for path in NOTEBOOKS.glob("*.ipynb"):
        assert (tmp_path / path.name).read_bytes() == path.read_bytes()
