"""A measurement in files: opened where it is just of this, computed anew where it is not."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from builders.catalogue import only_kpis
from builders.portfolio import with_customers
from builders.reports import ON_PAGES
from builders.workbooks import write
from pmo_lib.contract.settings import Tolerances
from pmo_lib.measurement import Measurement, chart_part
from pmo_lib.workbook import Workbook, open_workbook
from pmo_lib.workbook.measured import FACTS, MEASURED, folder_name, part_files, write_measured

PERIOD = "2026-09"


@pytest.fixture(autouse=True, scope="module")
def few_kpis() -> Iterator[None]:
    with only_kpis(ON_PAGES):
        yield


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Workbook:
    folder = write(tmp_path_factory.mktemp("measured") / "out", with_customers())
    return open_workbook(folder)


@pytest.fixture(scope="module")
def computed(book: Workbook) -> Measurement:
    return replace(book.measured(PERIOD), kept={})


@pytest.fixture(scope="module")
def files(computed: Measurement) -> dict[str, bytes]:
    """Every part of the measurement, as files."""
    parts = {
        "value_case": computed.value_case,
        "results": computed.results,
        "observations": computed.observed,
        "compared": computed.compared,
        "reference_class": computed.reference_class,
        "customers": computed.customers,
    } | {chart_part(computed.subjects, name): computed.charts(name) for name in computed.subjects}
    return {
        name: content
        for part, value in parts.items()
        for name, content in part_files(part, value).items()
    }


@pytest.fixture
def lies(book: Workbook, files: dict[str, bytes], tmp_path: Path) -> tuple[Workbook, Path]:
    """A workbook with its measurement in files, and the folder of it."""
    own = replace(book, folder=tmp_path)
    made = own.made_from(PERIOD, None)
    folder = tmp_path / MEASURED / folder_name(made)
    folder.mkdir(parents=True)
    write_measured(folder, made, files)
    return own, folder


def test_is_opened_with_every_figure_as_it_was_computed(
    lies: tuple[Workbook, Path], computed: Measurement
) -> None:
    opened = lies[0].measured(PERIOD)
    assert len(opened.kept) == 6 + len(opened.subjects)
    assert opened.origin == f"measured by a run, {lies[1].name}"
    assert_frame_equal(opened.kpis(), computed.kpis())
    assert_frame_equal(opened.benchmarks(), computed.benchmarks())
    assert_frame_equal(opened.value_case.table(), computed.value_case.table())
    for kpi_id, units in computed.observed.items():
        assert_frame_equal(opened.observations(kpi_id), units)
    for subject in computed.subjects:
        for kpi_id, chart in computed.charts(subject).behaviours.items():
            found = opened.charts(subject).behaviours[kpi_id]
            assert_frame_equal(found.points, chart.points)
            assert (found.signal, found.notes) == (chart.signal, chart.notes)


def _cut_short(folder: Path) -> None:
    next(folder.glob("results*.parquet"), folder / "results.json").write_bytes(b"")


def _changed_by_hand(folder: Path) -> None:
    text = (folder / "results.json").read_text(encoding="utf-8")
    (folder / "results.json").write_text(text.replace("measured", "withheld"), "utf-8")


def _of_another_version(folder: Path) -> None:
    facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
    facts["made_from"]["code"] = "0" * 64
    (folder / FACTS).write_text(json.dumps(facts), "utf-8")


DAMAGED: dict[str, Callable[[Path], object]] = {
    "is not whole": lambda folder: (folder / "results.json").unlink(),
    "cannot be read": lambda folder: (folder / FACTS).write_text("[", "utf-8"),
    "was changed": _changed_by_hand,
    "was changed after": _cut_short,
    "is of other data, settings, baseline or code": _of_another_version,
}


@pytest.mark.parametrize("said", DAMAGED)
def test_damaged_one_is_not_shown_and_that_is_said(lies: tuple[Workbook, Path], said: str) -> None:
    book, folder = lies
    DAMAGED[said](folder)
    found = book.measured(PERIOD)
    assert not found.kept
    assert folder.name in found.origin
    assert said in found.origin


def test_of_other_data_settings_or_month_is_not_opened(lies: tuple[Workbook, Path]) -> None:
    book = lies[0]
    others = {
        "data": replace(book, verdict=replace(book.verdict, data_hash="other")),
        "settings": replace(book, settings=replace(book.settings, tolerances=Tolerances(30))),
    }
    found = {name: other.measured(PERIOD) for name, other in others.items()}
    found["month"] = book.measured("2026-08")
    assert {name for name, each in found.items() if each.kept} == set()
    assert all("computed by this report" in each.origin for each in found.values())


def test_is_whole_however_the_folder_changes_once_it_is_open(
    lies: tuple[Workbook, Path], computed: Measurement
) -> None:
    book, folder = lies
    opened = book.measured(PERIOD)
    for path in folder.iterdir():
        path.unlink()
    assert_frame_equal(opened.kpis(), computed.kpis())


def test_tables_put_in_the_place_of_opened_ones_are_not_mixed_in(tmp_path: Path) -> None:
    folder = write(tmp_path / "out", with_customers())
    opened = open_workbook(folder)
    assert isinstance(opened.tables["projects"], pd.DataFrame)
    verdict = json.loads((folder / "verdict.json").read_text(encoding="utf-8"))
    (folder / "verdict.json").write_text(json.dumps(verdict | {"data_hash": "new"}), "utf-8")
    with pytest.raises(Exception, match="other tables in the place") as caught:
        opened.tables["baselines"]
    assert "first cell" in str(caught.value)
