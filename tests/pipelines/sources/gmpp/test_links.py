"""Which project of other years an entry is."""

from pathlib import Path

import pandas as pd

from builders.gmpp import ids, new, numbered, old
from pipelines.sources.gmpp import read


class TestLinks:
    def test_a_number_outlives_the_name_and_a_name_the_number(self, tmp_path: Path) -> None:
        files = [
            old(tmp_path, 2018, ("Borders & Ports (BP)", "HO", "Red", "", "", "3")),
            numbered(tmp_path, 2020, ("Borders and Ports", "HO", "Red", "", "", "4", "Ho_1")),
            numbered(tmp_path, 2021, ("Gateway", "HO", "Red", "", "", "5", "HO_1")),
            new(tmp_path, 2023, ("HOME_1", "The Gateway Programme", "Red", "", "", "", "6", "")),
        ]
        imported = read(files)
        assert ids(imported) == ["HOME_1"]
        assert imported.tables["projects"]["name"].tolist() == ["The Gateway Programme"]
        assert len(imported.tables["status_reports"]) == 4
        assert "1 of 1 projects were followed" in imported.notes[1]

    def test_spaces_and_punctuation_do_not_part_a_name(self, tmp_path: Path) -> None:
        early = old(tmp_path, 2018, ("100,000 e-Mails", "DH", "Red", "", "", ""))
        late = old(tmp_path, 2019, ("100000 eMails", "DH", "Red", "", "", ""))
        assert ids(read([early, late])) == ["100000-emails"]

    def test_names_that_differ_in_brackets_only_stay_apart_in_one_year(
        self, tmp_path: Path
    ) -> None:
        rest = ("DoH", "Red", "", "", "3")
        files = [
            old(tmp_path, 2018, ("Service (North)", *rest), ("Service (South)", *rest)),
            old(tmp_path, 2019, ("Service", *rest)),
        ]
        assert ids(read(files)) == ["service", "service-north", "service-south"]

    def test_a_later_namesake_elsewhere_is_another_project(self, tmp_path: Path) -> None:
        early = old(tmp_path, 2018, ("IT", "DWP", "Red", "01.01.10", "01.01.16", "3"))
        late = old(tmp_path, 2019, ("IT", "NCA", "Red", "01.04.16", "01.01.22", "3"))
        assert ids(read([early, late])) == ["it", "it-dwp"]
        moved = old(tmp_path, 2019, ("IT", "NCA", "Red", "01.01.10", "01.01.22", "3"))
        assert ids(read([early, moved])) == ["it"]

    def test_of_two_namesakes_the_one_in_the_department_is_meant(self, tmp_path: Path) -> None:
        early = old(tmp_path, 2018, ("IT", "NCA", "Red", "", "", ""))
        late = old(
            tmp_path, 2019, ("IT", "DWP", "Green", "", "", ""), ("IT", "NCA", "Green", "", "", "")
        )
        reports = read([early, late]).tables["status_reports"]
        assert reports.loc[reports["rag"] == "red", "project_id"].tolist() == ["it-nca"]

    def test_a_known_number_goes_before_a_namesake(self, tmp_path: Path) -> None:
        early = numbered(
            tmp_path,
            2020,
            ("Gateway", "HO", "Red", "", "", "", "HO_2"),
            ("Ports", "HO", "Amber", "", "", "", "HO_1"),
        )
        late = numbered(tmp_path, 2021, ("Gateway", "HO", "Green", "", "", "", "HO_1"))
        reports = read([early, late]).tables["status_reports"].set_index("project_id")["rag"]
        assert reports.loc["HO_1"].tolist() == ["amber", "green"]
        assert reports.loc["HO_2"] == "red"

    def test_only_those_in_the_latest_file_are_active(self, tmp_path: Path) -> None:
        files = [
            old(
                tmp_path,
                2018,
                ("Gone", "MoD", "Red", "", "", ""),
                ("Here", "MoD", "Red", "", "", ""),
            ),
            old(tmp_path, 2019, ("Here", "MOD", "Red", "01.01.10", "", "")),
        ]
        imported = read([*files])
        projects = imported.tables["projects"].set_index("name")
        assert projects["status"].fillna("").to_dict() == {"Gone": "", "Here": "active"}
        assert projects["department"].tolist() == ["MOD", "MOD"]

    def test_work_has_not_started_on_a_day_still_to_come(self, tmp_path: Path) -> None:
        imported = read([old(tmp_path, 2018, ("Soon", "MOD", "Red", "01.10.17", "01.01.20", ""))])
        assert imported.tables["projects"]["started_on"].isna().all()
        assert imported.tables["baselines"]["start"].tolist() == [pd.Timestamp(2017, 10, 1)]
