"""Call a KPI's function: an error in an analyst's own is reported with its file and line."""

from pathlib import Path
from traceback import walk_tb

import pandas as pd
from pandas.api.types import is_numeric_dtype

from pmo_lib.errors import KpiError
from pmo_lib.kpis.kpi import OBSERVATION_COLUMNS, Kpi
from pmo_lib.wording import listed, shortened

MOST_LETTERS = 200
NUMBERS = ("numerator", "denominator")
REMEDY = "mend the function, or take the KPI out of the catalogue"


def called(kpi: Kpi, **arguments: object) -> pd.DataFrame:
    """The function's observations; KpiError where it raises an error or gives none."""
    code = kpi.function.__code__
    try:
        found: object = kpi(**arguments)
    except Exception as error:
        said = shortened(" ".join(f"{type(error).__name__}: {error}".split()), MOST_LETTERS)
        frames = walk_tb(error.__traceback__)
        own = [line for frame, line in frames if frame.f_code.co_filename == code.co_filename]
        line = own[-1] if own else code.co_firstlineno
        raise _error(kpi, f"raised {said}", line) from error
    if not isinstance(found, pd.DataFrame):
        raise _error(kpi, f"gave {type(found).__name__}, not a table", code.co_firstlineno)
    read = [
        name for each in (kpi.statistic, *kpi.also, kpi.segment_statistic) for name in each.reads
    ]
    needed = dict.fromkeys([*OBSERVATION_COLUMNS, *read])
    if missing := [name for name in needed if name not in found]:
        raise _error(kpi, f"gave no column {listed(missing)}", code.co_firstlineno)
    if text := [name for name in NUMBERS if not is_numeric_dtype(found[name])]:
        raise _error(kpi, f"gave {listed(text)} that are no numbers", code.co_firstlineno)
    return found


def _error(kpi: Kpi, what: str, line: int) -> KpiError:
    """With the file within its folder, which is the same on every machine."""
    file = "/".join(Path(kpi.function.__code__.co_filename).parts[-2:])
    return KpiError(f"its function {what} ({file}, line {line}): {REMEDY}", where=f"KPI {kpi.id}")
