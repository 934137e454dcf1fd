"""What whoever runs the workbook needs to mend a report; it may hold data, so no pack has it."""

import re
from collections.abc import Sequence
from pathlib import Path

from pipelines.ours import LOGS
from pipelines.publishing.render import Record
from pmo_lib.printable import printable

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def log_name(pack: Path) -> str:
    """The log of a pack, seen from the output folder: logs/monthly-2026-09.log."""
    return f"{LOGS}/{pack.parent.name}-{pack.name}.log"


def write_log(out: Path, pack: Path, records: Sequence[Record]) -> None:
    """Put what failed, and what libraries warned of, beside the reports; no file without any."""
    path = out / log_name(pack)
    told = [f"{r.title}: {r.reason or r.state}\n{r.detail}\n" for r in records if r.detail]
    if told:
        path.parent.mkdir(exist_ok=True)
        path.write_text(printable(_COLOURS.sub("", "\n".join(told))), encoding="utf-8")
    else:
        path.unlink(missing_ok=True)
