"""Each notebook's cell of parameters, written anew from their declaration: `make notebooks`."""

from pathlib import Path

import nbformat

from pipelines.publishing.plan import NOTEBOOKS
from pmo_lib.parameters import PARAMETERS


def write_parameters(folder: Path = NOTEBOOKS) -> None:
    """Put `pmo_lib.parameters` into the cells tagged `parameters` of the notebooks in a folder."""
    for name, declared in PARAMETERS.items():
        path = folder / f"{name}.ipynb"
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            if "parameters" in cell.metadata.get("tags", []):
                cell.source = declared.cell()
        nbformat.write(notebook, path)


if __name__ == "__main__":
    write_parameters()
