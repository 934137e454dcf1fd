"""The catalogue cut down to some KPIs, where it does not matter which are measured."""

from collections.abc import Container, Iterator
from contextlib import contextmanager

from pmo_lib.kpis.catalogue import CATALOGUE

# enough to see what runs publish, and what the page asks from; V1 lacks its table
FEW = {"D1", "D2", "D3", "D15", "G2", "P2", "P10", "P12", "R1", "R4", "R8", "V1"}


@contextmanager
def only_kpis(kpi_ids: Container[str]) -> Iterator[None]:
    """As long as it lasts there are no others."""
    whole = dict(CATALOGUE)
    CATALOGUE.clear()
    CATALOGUE.update({kpi_id: kpi for kpi_id, kpi in whole.items() if kpi_id in kpi_ids})
    try:
        yield
    finally:
        CATALOGUE.clear()  # and in the order of before
        CATALOGUE.update(whole)
