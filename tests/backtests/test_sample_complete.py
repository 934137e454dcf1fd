"""No KPI of the catalogue is missing from the results of the shipped sample, checked for real."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pmo_lib.engine.result import ORGANISATION, STATES, tidy
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.workbook import Workbook, open_workbook

PERIOD = "2026-09"
# of these there is no interval, as they are all there is; draws are their own interval
NO_SAMPLE = {"count", "max_ratio", "quadrant_share", "quotient"}


@pytest.fixture(scope="session")
def opened(sample: Path) -> Workbook:
    """The workbook on what `pmo run` accepts of the sample."""
    return open_workbook(sample)


@pytest.fixture(scope="session")
def found(opened: Workbook) -> pd.DataFrame:
    return tidy(opened.measured(PERIOD).results)


def headline(found: pd.DataFrame, kpi_id: str, department: str = ORGANISATION) -> Any:
    """The first result of the KPI, which is its headline."""
    own = found[(found["kpi_id"] == kpi_id) & (found["department"] == department)]
    return next(own.itertuples())


class TestOrganisation:
    def test_has_a_result_with_a_state(
        self, found: pd.DataFrame, subtests: pytest.Subtests
    ) -> None:
        for item in CATALOGUE.values():
            with subtests.test(item.id):
                result = headline(found, item.id)
                assert (result.statistic, result.segment) == (item.statistic.id, "")
                assert result.state in STATES

    def test_is_measured_with_value_and_n(
        self, found: pd.DataFrame, subtests: pytest.Subtests
    ) -> None:
        for item in CATALOGUE.values():
            with subtests.test(item.id):
                result = headline(found, item.id)
                assert result.state == "measured", result.reason
                assert np.isfinite(result.value)
                assert result.n >= 5
                assert result.missing >= 0

    def test_has_an_interval_or_says_why_not(
        self, found: pd.DataFrame, subtests: pytest.Subtests
    ) -> None:
        for item in CATALOGUE.values():
            with subtests.test(item.id):
                result = headline(found, item.id)
                if item.statistic.id == "count":
                    assert np.isnan(result.low)
                elif np.isnan(result.low):
                    assert "no interval" in result.reason
                else:
                    assert item.statistic.id not in NO_SAMPLE
                    assert result.low <= result.value <= result.high
                    assert result.low < result.high

    def test_tells_what_is_shown_beside_it_and_its_parts(
        self, found: pd.DataFrame, subtests: pytest.Subtests
    ) -> None:
        for item in CATALOGUE.values():
            with subtests.test(item.id):
                own = found[(found["kpi_id"] == item.id) & (found["department"] == ORGANISATION)]
                assert {each.id for each in (item.statistic, *item.also)} <= set(own["statistic"])
                assert (own["segment"] != "").any() == bool(item.segment)


def test_most_have_an_interval(found: pd.DataFrame) -> None:
    with_one = [name for name in CATALOGUE if not np.isnan(headline(found, name).low)]
    assert len(with_one) >= 40


def test_every_department_has_a_state_and_a_reason(
    opened: Workbook, found: pd.DataFrame, subtests: pytest.Subtests
) -> None:
    for item in CATALOGUE.values():
        with subtests.test(item.id):
            for department in opened.departments:
                result = headline(found, item.id, department)
                assert result.state in STATES
                assert result.state == "measured" or result.reason


def test_every_row_has_a_value_only_where_it_is_measured(found: pd.DataFrame) -> None:
    measured = found["state"] == "measured"
    assert (found["value"].notna() == measured).all()
    assert not np.isinf(found.select_dtypes("float64")).any(axis=None)
    keys = ["kpi_id", "department", "statistic", "segment"]
    assert not found.duplicated(keys).any()
