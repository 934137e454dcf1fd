"""Benchmarks from the folder `benchmarks`, from beside it and from those that come with us."""

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import openpyxl
import pytest

from pipelines.prepare import Prepared, prepare
from pipelines.reading.ingest import Ingested, ingest
from pmo_lib.contract.settings import Settings
from pmo_lib.contract.tables import TABLES
from pmo_lib.errors import PmoError
from pmo_lib.workbook import open_workbook

PROJECTS = "project_id,department\nP1,IT\nP2,HR\n"
HEADER = "source,year,metric,kpi_id,segment,statistic,value,unit,n,unit_of_analysis,url\n"
ROW = "Survey,2025,finished on time,D1,{segment},share,{value},share,400,project,https://x.org\n"

Files = dict[str, str | bytes]


def rows(*segments: str, value: object = 0.45) -> str:
    return HEADER + "".join(ROW.format(segment=segment, value=value) for segment in segments)


@pytest.fixture
def raw(tmp_path: Path, write: Callable[..., Path]) -> Path:
    (tmp_path / "raw" / "benchmarks").mkdir(parents=True)
    return write(tmp_path / "raw", {"projects.csv": PROJECTS})


@pytest.fixture
def load(raw: Path, write: Callable[..., Path]) -> Callable[[Files], Ingested]:
    """What is ingested with these further files."""
    return lambda files: ingest(write(raw, files), Settings())


Load = Callable[[Files], Ingested]


def segments(found: Ingested) -> list[str]:
    return found.tables["benchmarks"].typed["segment"].tolist()


def refusal(load: Load, files: Files) -> str:
    with pytest.raises(PmoError) as caught:
        load(files)
    return str(caught.value)


def unusable(load: Load, files: Files) -> str:
    """Why the benchmarks cannot be used; the other tables can."""
    found = load(files)
    assert list(found.tables) == ["projects"]
    return found.unusable["benchmarks"]


class TestFolder:
    def test_holds_further_rows_whatever_its_files_are_called(self, load: Load) -> None:
        found = load({
            "benchmarks.csv": rows("a"), "benchmarks/rail.csv": rows("b"),
            "benchmarks/Our peers 2025.csv": rows("c"),
        })  # fmt: skip
        assert sorted(segments(found)) == ["a", "b", "c"]
        assert {file.name for file in found.tables["benchmarks"].files} == {
            "benchmarks.csv", "benchmarks/rail.csv", "benchmarks/Our peers 2025.csv",
        }  # fmt: skip

    def test_is_not_searched_for_other_tables(self, load: Load) -> None:
        said = unusable(load, {"benchmarks/projects.csv": PROJECTS})
        assert said.startswith("benchmarks/projects.csv line 1: no known column")

    def test_may_hold_workbooks(self, load: Load, raw: Path) -> None:
        book = openpyxl.Workbook()
        for title, text in {
            "Benchmarks": rows("a"),
            "Projects": PROJECTS,
            "Notes": "x,y\n",
        }.items():
            sheet = book.create_sheet(title)
            for line in text.splitlines():
                sheet.append(line.split(","))
        book.save(raw / "benchmarks" / "all.xlsx")
        found = load({})
        assert segments(found) == ["a"]
        assert found.tables["projects"].rows_read == 2
        assert set(found.ignored) == {
            "benchmarks/all.xlsx sheet Projects", "benchmarks/all.xlsx sheet Notes",
        }  # fmt: skip

    def test_may_hold_notes(self, load: Load) -> None:
        found = load({"benchmarks/README.md": "# Sources", "benchmarks/study.pdf": "x"})
        assert found.ignored == ("benchmarks/study.pdf",)

    def test_alone_is_no_portfolio(self, load: Load, raw: Path) -> None:
        (raw / "projects.csv").unlink()
        said = refusal(load, {"benchmarks/rail.csv": rows("a")})
        assert "Put projects.csv there" in said

    def test_with_a_table_but_projects_is_no_portfolio(self, load: Load, raw: Path) -> None:
        (raw / "projects.csv").unlink()
        said = refusal(load, {"benchmarks.csv": rows("b"), "benchmarks/rail.csv": rows("a")})
        assert "there is no table projects" in said

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("", "benchmarks/rail.csv: is empty"),
            ("source,year\nA,2025\n", "benchmarks/rail.csv line 1: required columns missing"),
            (rows("a") + '"b', "benchmarks/rail.csv line 3: the quotes do not match"),
        ],
    )
    def test_file_that_cannot_be_read_is_named_with_it(
        self, load: Load, text: str, words: str
    ) -> None:
        assert words in unusable(load, {"benchmarks/rail.csv": text})

    def test_goes_into_the_data_hash_by_the_names_of_its_files(self, load: Load) -> None:
        files = {"benchmarks/rail.csv": rows("a"), "projects.csv": PROJECTS}
        lines = sorted(f"{sha256(t.encode()).hexdigest()}  {n}" for n, t in files.items())
        assert load({**files}).data_hash == sha256("\n".join(lines).encode()).hexdigest()


class TestThoseThatComeWithUs:
    @pytest.fixture(autouse=True)
    def ours(self, shipped: Path, write: Callable[..., Path]) -> Path:
        return write(shipped, {"published.csv": rows("a", "b"), "README.md": "# Sources"})

    def test_are_read_for_every_folder(self, load: Load) -> None:
        found = load({"benchmarks.csv": rows("mine")})
        assert sorted(segments(found)) == ["a", "b", "mine"]
        assert "benchmarks/published.csv" in {f.name for f in found.tables["benchmarks"].files}

    def test_do_not_make_a_portfolio_of_an_empty_folder(self, load: Load, raw: Path) -> None:
        (raw / "projects.csv").unlink()
        assert "the folder holds no table" in refusal(load, {})

    def test_are_read_once_where_the_folder_is_ours(
        self, load: Load, raw: Path, ours: Path
    ) -> None:
        ours.rename(raw / "benchmarks2")
        (raw / "benchmarks").rmdir()
        (raw / "benchmarks2").rename(raw / "benchmarks")
        ours.symlink_to(raw / "benchmarks")
        assert segments(load({})) == ["a", "b"]

    def test_are_read_once_where_the_user_has_a_copy_of_the_file(self, load: Load) -> None:
        assert segments(load({"benchmarks/published.csv": rows("a", "b")})) == ["a", "b"]

    def test_give_way_to_a_file_of_the_same_name(self, load: Load) -> None:
        found = load({"benchmarks/published.csv": rows("a", value=0.5)})
        assert found.tables["benchmarks"].typed["value"].tolist() == [0.5]

    @pytest.mark.parametrize("value", [0.45, 0.5])
    def test_repeated_in_another_file_are_refused_with_both_places(
        self, load: Load, value: float
    ) -> None:
        said = unusable(load, {"benchmarks/mine.csv": rows("b", value=value)})
        assert "benchmarks/mine.csv line 2 and benchmarks/published.csv line 3" in said
        assert "segment b, statistic share" in said
        assert "Remove it from your own file" in said

    @pytest.mark.parametrize("is_repeated", [True, False])
    def test_parts_of_the_key_that_may_be_missing_are_the_same_where_they_are(
        self, load: Load, monkeypatch: pytest.MonkeyPatch, is_repeated: bool
    ) -> None:
        table = TABLES["benchmarks"]
        optional = tuple(
            replace(column, need="optional") if column.name == "kpi_id" else column
            for column in table
        )
        monkeypatch.setitem(TABLES, "benchmarks", replace(table, columns=optional))
        without = rows("b" if is_repeated else "c").replace(",D1,", ",,")
        files: Files = {
            "benchmarks/mine.csv": without, "benchmarks/more.csv": rows("b").replace(",D1,", ",,"),
        }  # fmt: skip
        if not is_repeated:
            assert sorted(segments(load(files))) == ["a", "b", "b", "c"]
            return
        said = unusable(load, files)
        assert "benchmarks/mine.csv line 2 and benchmarks/more.csv line 2" in said
        assert "kpi_id" not in said


@pytest.mark.usefixtures("great_expectations")
class TestRejected:
    @pytest.fixture
    def found(self, raw: Path, tmp_path: Path, write: Callable[..., Path]) -> Prepared:
        text = rows("a") + ROW.format(segment="b", value="lots") + ROW.format(segment="", value=1)
        write(raw, {"benchmarks/rail.csv": text})
        return prepare(raw, tmp_path / "out", Settings())

    def test_rows_have_the_file_in_its_folder(self, found: Prepared) -> None:
        rejected = found.judged["benchmarks"].rejected
        assert rejected["file"].tolist() == ["benchmarks/rail.csv"] * 2
        assert rejected["line"].tolist() == [3, 4]
        violation = found.verdict.tables["benchmarks"].violations[0]
        assert violation.examples[0].startswith("benchmarks/rail.csv line ")

    def test_rows_withhold_nothing_but_benchmarks(self, found: Prepared) -> None:
        assert set(found.workbook.withheld) == {"benchmarks"}
        assert found.verdict.tables["projects"].rows_accepted == 2


def test_peer_of_no_use_is_left_out_and_told(
    raw: Path, tmp_path: Path, write: Callable[..., Path]
) -> None:
    good = raw / "benchmarks" / "good"
    write(good, {"projects.csv": PROJECTS})
    broken: dict[str, Files] = {
        "empty": {}, "page": {"projects.csv": "<html>"}, "keys": {"projects.csv": "name\nA\n"},
        "v1.2": {"projects.csv": PROJECTS, "settings.yml": "currency: [EUR"},
    }  # fmt: skip
    for name, files in broken.items():
        (raw / "benchmarks" / name).mkdir(parents=True)
        write(raw / "benchmarks" / name, files)
    found = prepare(raw, tmp_path / "out", Settings())
    assert set(found.peers) == {"good"}
    assert set(found.workbook.withheld) == {f"peer {name}" for name in broken}
    assert "required column" in found.workbook.withheld["peer keys"]
    assert "settings.yml: is not YAML" in found.workbook.withheld["peer v1.2"]
    assert set(open_workbook(tmp_path / "out").peers) == {"good"}
