"""The catalogue cut down to some KPIs, where it does not matter which are measured."""

from collections.abc import Container, Iterator
from contextlib import contextmanager

from pmo_lib.kpis.catalogue import CATALOGUE


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
