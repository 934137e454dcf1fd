"""What our tables say of the GMPP: ratings, baselines, all years together."""

from pathlib import Path

from pandas.testing import assert_frame_equal

from builders.gmpp import EXEMPT, PROJECT, new, numbered, old, turned_2015, versions
from pipelines.declared import declared
from pipelines.sources import source
from pipelines.sources.gmpp import read
from pmo_lib.contract.schema import InOrder
from pmo_lib.contract.settings import Settings
from pmo_lib.contract.tables import TABLES


class TestRatings:
    def test_each_rater_has_a_row_and_the_figures_stand_once(self, tmp_path: Path) -> None:
        rest = ("01.01.2020", "01.01.2030", "7", "9")
        path = new(
            tmp_path,
            2023,
            ("N1", "Both", "Green", "Red", *rest),
            ("N2", "Owner only", "", "Amber", *rest),
            ("N3", "Neither", EXEMPT, "", *rest),
        )
        imported = read([path])
        reports = imported.tables["status_reports"].fillna({"rag": ""})
        columns = ["project_id", "rated_by", "rag", "rag_scale"]
        assert list(reports[columns].itertuples(index=False, name=None)) == [
            ("N1", "independent", "green", 3),
            ("N1", "owner", "red", 3),
            ("N2", "owner", "amber", 3),
            ("N3", "independent", "", 3),
        ]
        assert reports["estimate_at_completion"].sum() == 21_000_000
        assert imported.tables["baselines"]["benefit"].tolist() == [9_000_000] * 3
        assert len(imported.unread) == 1


class TestBaselines:
    @staticmethod
    def plans(folder: Path, *plans: tuple[str, str, str]) -> list[tuple[str, float, str]]:
        files = [
            old(folder, year, ("One", "MOD", "Red", *plan))
            for year, plan in enumerate(plans, start=2015)
        ]
        return versions(read(files))

    def test_a_version_begins_when_the_cost_or_a_date_changes(self, tmp_path: Path) -> None:
        assert self.plans(
            tmp_path,
            ("01.01.10", "01.01.20", "5.10"),
            ("01.01.10", "01.01.20", "5.10"),
            ("01.01.10", "01.01.20", "5.25"),
            ("01.01.10", "01.01.21", "5.25"),
            ("01.01.10", "01.01.21", "5.20"),
        ) == [
            ("2014-09-30", 5_100_000, "2020-01-01"),
            ("2016-09-30", 5_250_000, "2020-01-01"),
            ("2017-09-30", 5_250_000, "2021-01-01"),
            ("2018-09-30", 5_200_000, "2021-01-01"),
        ]

    def test_a_missing_cost_is_no_change_and_stays_in_force(self, tmp_path: Path) -> None:
        assert self.plans(
            tmp_path,
            ("01.01.10", "01.01.20", "5"),
            ("01.01.10", "01.01.20", EXEMPT),
            ("01.01.10", "01.01.21", ""),
            ("01.01.10", "01.01.21", "5"),
        ) == [("2014-09-30", 5_000_000, "2020-01-01"), ("2016-09-30", 5_000_000, "2021-01-01")]

    def test_a_value_published_late_completes_the_version(self, tmp_path: Path) -> None:
        assert self.plans(tmp_path, ("01.01.10", "", ""), ("01.01.10", "01.01.20", "5")) == [
            ("2014-09-30", 5_000_000, "2020-01-01")
        ]

    def test_rounding_is_no_change(self, tmp_path: Path) -> None:
        assert self.plans(tmp_path, ("", "", "66.35006939"), ("", "", "66.35"), ("", "", "66")) == [
            ("2014-09-30", 66_350_069.39, "")
        ]

    def test_a_finish_overtaken_by_a_new_start_no_longer_holds(self, tmp_path: Path) -> None:
        assert self.plans(tmp_path, ("01.01.10", "01.01.12", "5"), ("01.01.13", "", "5")) == [
            ("2014-09-30", 5_000_000, "2012-01-01"),
            ("2015-09-30", 5_000_000, ""),
        ]

    def test_without_any_plan_there_is_no_version(self, tmp_path: Path) -> None:
        assert self.plans(tmp_path, ("", EXEMPT, "")) == []

    def test_money_comes_without_float_dirt(self, tmp_path: Path) -> None:
        assert self.plans(tmp_path, ("", "", "4.2282708"))[0][1] == 4_228_270.80


def panel(folder: Path) -> list[Path]:
    return [
        turned_2015(folder),
        old(folder, 2018, PROJECT, ("Lost (and found)", "HO", EXEMPT, "TBD", "01.02.20", "1.10")),
        numbered(folder, 2021, ("Tidal Barrage", "DFT", "Red", "", "2019-09-01", "£9", "DFT_1")),
        new(folder, 2023, ("DFT_1", "Barrage", "", "Green", "01.04.2016", "", "10", "-3")),
    ]


class TestWhole:
    def test_the_order_of_the_files_does_not_matter(self, tmp_path: Path) -> None:
        files = panel(tmp_path)
        expected = read(files)
        for order in (files[::-1], [*files[2:], *files[:2]]):
            imported = read(order)
            assert imported.notes == expected.notes
            assert_frame_equal(imported.unread, expected.unread)
            for name, frame in imported.tables.items():
                assert_frame_equal(frame, expected.tables[name])

    def test_the_tables_keep_the_declaration(self, tmp_path: Path) -> None:
        tables = source("gmpp").read(panel(tmp_path)).tables
        assert list(tables) == ["projects", "baselines", "status_reports"]
        for name, frame in tables.items():
            table = TABLES[name]
            assert {c: str(t) for c, t in frame.dtypes.items()} == {
                column.name: column.pandas_type for column in table
            }
            assert frame.columns.tolist() == list(table.column_names)
            assert len(frame) > 0
            assert not frame.duplicated(list(table.key)).any()
            assert frame["project_id"].isin(tables["projects"]["project_id"]).all()
            for column in table:
                values = frame[column.name].dropna()
                assert len(values) == len(frame) or column.need != "required"
                assert not column.allowed or values.isin(column.allowed).all()
                assert column.low is None or (values >= column.low).all()
            for rule in table.rules:
                if isinstance(rule, InOrder):
                    dates = frame[[rule.first, rule.second]].dropna()
                    assert (dates[rule.first] <= dates[rule.second]).all()

    def test_rows_are_in_the_order_of_their_keys(self, tmp_path: Path) -> None:
        rest = ("MOD", "Red", "", "01.01.20", "")
        imported = read([old(tmp_path, 2018, ("Zebra", *rest), ("Ant", *rest))])
        for frame in imported.tables.values():
            assert frame["project_id"].tolist() == ["ant", "zebra"]

    def test_years_that_were_not_given_are_told(self, tmp_path: Path) -> None:
        note = read(panel(tmp_path)).notes[0]
        assert note == "No file was given for 2016, 2017, 2019, 2020, 2022."


def test_settings_say_that_the_baseline_is_the_first_report(tmp_path: Path) -> None:
    row = ("Apollo", "MOD", "Green", "01/04/2015", "01/04/2020", "100")
    settings = declared(Settings, read([old(tmp_path, 2018, row)]).settings, "")
    assert (settings.currency, settings.baseline_definition) == ("GBP", "first report")
