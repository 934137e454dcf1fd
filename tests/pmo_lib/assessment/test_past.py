"""What a KPI was observed on at many months' ends is what it is observed on at each."""

from dataclasses import replace

import pandas as pd
from pandas.testing import assert_frame_equal

from builders.tables import PERIOD
from builders.whole import whole, whole_view
from pmo_lib.engine.observe import observe_all, observe_each
from pmo_lib.engine.view import availability
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.months import month_range, shifted

SEEN = whole_view(whole())
MANY = [k for k in CATALOGUE.values() if k.takes_dates and availability(k, SEEN)[0] == "measured"]


def test_many_data_dates_at_once_are_each_alone() -> None:
    months = month_range(shifted(PERIOD, -30), PERIOD)
    wrong = []
    for kpi in MANY:
        many = observe_each(kpi, SEEN, months).drop(columns="data_date")
        for month in months[::5]:
            alone = observe_all(kpi, replace(SEEN, period=month)).assign(period=month)
            own = many[many["period"] == month]
            try:
                assert_frame_equal(own.reset_index(drop=True), alone.reset_index(drop=True))
            except AssertionError as error:
                wrong.append(f"{kpi.id} in {month}: {error}")
    assert not wrong
    assert len(MANY) > 15


def test_kpi_of_one_data_date_is_asked_month_by_month() -> None:
    def one_at_a_time(**given: object) -> pd.DataFrame:
        assert isinstance(given["data_date"], pd.Timestamp)
        return kpi.function(**given)

    kpi = CATALOGUE["P2"]
    slow = replace(kpi, takes_dates=False, function=one_at_a_time)
    months = month_range("2026-01", "2026-06")
    at_once = (
        observe_each(kpi, SEEN, months)
        .drop(columns="data_date")
        .sort_values("period", kind="stable")
    )
    assert_frame_equal(observe_each(slow, SEEN, months), at_once.reset_index(drop=True))
