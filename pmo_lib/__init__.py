"""What the numbers mean: pure functions from tables to tables, and a face for analysts.

>>> import pmo_lib as pmo
>>> book = pmo.open()                      # what `pmo check` or `pmo run` left in data/processed
>>> measured = book.measured("2026-09")    # or the last month: book.measured()
>>> kpis = measured.kpis("Finance")        # every KPI with n, interval, baseline and verdict
>>> units = measured.observations("D3")    # the projects behind one
>>> path = measured.series("D1", "Finance")  # and how it went over time
>>> others = measured.benchmarks()         # beside peers and published figures
>>> effects = measured.value_case.table()  # what difference the PMO made
>>> words = pmo.catalogue()                # what each KPI means and needs
>>> page = pmo.report("03_kpi_report", department="Finance").scorecard()

Each name is loaded when it is first used: `import pmo_lib` alone loads neither pandas nor numpy.
"""

from pkgutil import resolve_name
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # for editors and type checkers, which follow no `__getattr__`
    from pmo_lib.errors import DataError as DataError
    from pmo_lib.errors import ParameterError as ParameterError
    from pmo_lib.errors import PmoError as PmoError
    from pmo_lib.errors import SettingsError as SettingsError
    from pmo_lib.kpis.catalogue import definitions as catalogue  # noqa: F401
    from pmo_lib.kpis.kpi import kpi as kpi
    from pmo_lib.kpis.kpi import observations as observations
    from pmo_lib.reports.notebooks import report as report
    from pmo_lib.workbook import open_workbook as open  # noqa: A004, F401

__version__ = "0.1.0"
_HOMES = {
    "open": "workbook:open_workbook",
    "catalogue": "kpis.catalogue:definitions",
    "report": "reports.notebooks:report",
    "kpi": "kpis.kpi:kpi",
    "observations": "kpis.kpi:observations",
    "PmoError": "errors:PmoError",
    "DataError": "errors:DataError",
    "ParameterError": "errors:ParameterError",
    "SettingsError": "errors:SettingsError",
}
__all__ = [*_HOMES]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'pmo_lib' has no attribute {name!r}")
    return globals().setdefault(name, resolve_name(f"pmo_lib.{_HOMES[name]}"))


def __dir__() -> list[str]:
    return sorted({*_HOMES, "__version__"})
