"""Every rule that is declared rejects the row that breaks it, and no other."""

import ast
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pipelines.prepare import prepare
from pipelines.validate import Validator, expectations
from pmo_lib.contract.schema import Column, EmptyWhen, InOrder, NeededWhen, Severity, Table
from pmo_lib.contract.settings import Settings
from pmo_lib.contract.tables import TABLES
from pmo_lib.contract.verdict import Verdict, Violation

pytestmark = pytest.mark.usefixtures("great_expectations")

ROOT = Path(__file__).parents[2]
GOOD_ROWS = 3
UNREADABLE = {
    "date": "2026-02-30",
    "period": "2026-13",
    "money": "a lot",
    "number": "many",
    "integer": "2.5",
    "share": "half",
}


@dataclass(frozen=True, eq=False)
class Broken:
    """How a valid row is broken, and what must be said of it."""

    table: str
    column: str  # as it is told: the names of all columns of the rule
    change: dict[str, str]
    rule: str
    severity: Severity
    beside: dict[str, str] = field(default_factory=dict)  # so that no other rule is broken

    def __str__(self) -> str:
        return f"{self.table}-{self.column}-{self.rule}".replace(" ", "_")[:90]


def breaking(table: Table) -> Iterator[Broken]:
    """One broken row for every rule of the table but its key."""
    for column in table:
        yield from breaking_column(table, column)
    for rule in table.rules:
        if isinstance(rule, InOrder):
            change = {rule.first: "2026-03-02", rule.second: "2026-03-01"}
            later = {r.second for r in table.rules if isinstance(r, InOrder)} - set(change)
            columns = f"{rule.first}, {rule.second}"
            beside = dict.fromkeys(later, "2026-03-02")
            yield Broken(table.name, columns, change, rule.meaning, rule.severity, beside)
        else:
            for value in rule.values:
                cell = "2026-03-01" if isinstance(rule, EmptyWhen) else ""
                change = {rule.when: value, rule.column: cell}
                columns = f"{rule.column}, {rule.when}"
                yield Broken(table.name, columns, change, rule.meaning, rule.severity)


def breaking_column(table: Table, column: Column) -> Iterator[Broken]:
    def broken(cell: str, rule: str, severity: Severity = "critical") -> Broken:
        return Broken(table.name, column.name, {column.name: cell}, rule, severity)

    if column.need == "required":
        yield broken("", "must have a value")
    if column.need == "expected":
        yield broken("", "must have a value", "warning")
    if column.kind in UNREADABLE:
        yield broken(UNREADABLE[column.kind], "is n")
    if column.allowed:
        yield broken("nonsense", f"must be one of {', '.join(column.allowed)}")
    if column.low is not None:
        yield broken(f"{column.low - 1:g}", "must be ")
    if column.high is not None:
        yield broken(f"{column.high + 1:g}", "must be from ")
    if column.references:
        yield broken("nowhere", f"must be among the accepted rows of {column.references}")


BROKEN = [broken for table in TABLES.values() for broken in breaking(table)]
CRITICAL = [broken for broken in BROKEN if broken.severity == "critical"]
WARNING = [broken for broken in BROKEN if broken.severity == "warning"]


@dataclass(frozen=True)
class Prepared:
    out: Path
    verdict: Verdict
    lines: dict[Broken, int]

    def rejected(self, table: str) -> pd.DataFrame:
        path = self.out / "rejected" / f"{table}.csv"
        return pd.read_csv(path, dtype="str", keep_default_na=False)

    def accepted(self, table: str) -> pd.DataFrame:
        return pd.read_parquet(self.out / "tables" / f"{table}.parquet")

    def violations(self, table: str) -> tuple[Violation, ...]:
        return self.verdict.tables[table].violations


@pytest.fixture(scope="module")
def prepared(
    tmp_path_factory: pytest.TempPathFactory,
    great_expectations: None,
    valid_rows: Callable[..., pd.DataFrame],
) -> Callable[[list[Broken]], Prepared]:
    """All tables with three good rows each, and then one row for each way of breaking it."""

    def of(ways: list[Broken]) -> Prepared:
        raw, out = (tmp_path_factory.mktemp(name) for name in ("raw", "out"))
        lines = {}
        for table in TABLES.values():
            own = [broken for broken in ways if broken.table == table.name]
            rows = valid_rows(table, GOOD_ROWS + len(own))
            for position, broken in enumerate(own, start=GOOD_ROWS):
                cells = broken.change | broken.beside
                rows.loc[position, list(cells)] = list(cells.values())
                lines[broken] = position + 2
            rows.to_csv(raw / f"{table.name}.csv", index=False)
        return Prepared(out, prepare(raw, out, Settings(strict=True)).verdict, lines)

    return of


@pytest.fixture(scope="module")
def broken(prepared: Callable[[list[Broken]], Prepared]) -> Prepared:
    return prepared(CRITICAL)


@pytest.fixture(scope="module")
def warned(prepared: Callable[[list[Broken]], Prepared]) -> Prepared:
    return prepared(WARNING)


@pytest.fixture(scope="module")
def repeated(
    tmp_path_factory: pytest.TempPathFactory,
    great_expectations: None,
    valid_rows: Callable[..., pd.DataFrame],
) -> Prepared:
    """Each table with the key of its last row three times."""
    raw, out = (tmp_path_factory.mktemp(name) for name in ("raw", "out"))
    for table in TABLES.values():
        rows = valid_rows(table, GOOD_ROWS + 1)
        last = rows.tail(1)
        pd.concat([rows, last, last]).to_csv(raw / f"{table.name}.csv", index=False)
    return Prepared(out, prepare(raw, out, Settings()).verdict, {})


class TestCriticalRules:
    def test_row_that_breaks_it_is_rejected_for_it_alone(
        self, broken: Prepared, subtests: pytest.Subtests
    ) -> None:
        for way in CRITICAL:
            with subtests.test(str(way)):
                rejected = broken.rejected(way.table)
                found = rejected[rejected["line"] == str(broken.lines[way])]
                assert len(found) == 1
                row = found.iloc[0]
                assert row["file"] == f"{way.table}.csv"
                assert row["column"] == way.column
                assert row["value"] == " | ".join(way.change.values())
                assert way.rule in row["rule"]
                for column, cell in way.change.items():
                    assert row[column] == cell

    def test_no_other_row_is_rejected(self, broken: Prepared, subtests: pytest.Subtests) -> None:
        for name in TABLES:
            with subtests.test(name):
                lines = {str(line) for way, line in broken.lines.items() if way.table == name}
                assert set(broken.rejected(name)["line"]) == lines
                assert len(broken.accepted(name)) == GOOD_ROWS

    def test_each_is_a_critical_finding_with_its_place(
        self, broken: Prepared, subtests: pytest.Subtests
    ) -> None:
        for name in TABLES:
            with subtests.test(name):
                found = {
                    (violation.column, place)
                    for violation in broken.violations(name)
                    if violation.severity == "critical"
                    for place in violation.examples
                }
                expected = {
                    (way.column, f"{name}.csv line {line}")
                    for way, line in broken.lines.items()
                    if way.table == name
                }
                assert found == expected


class TestWarnings:
    def test_reject_nothing(self, warned: Prepared) -> None:
        assert warned.verdict.rows_rejected == 0
        assert list((warned.out / "rejected").iterdir()) == []

    def test_row_that_breaks_one_is_told_with_its_place(
        self, warned: Prepared, subtests: pytest.Subtests
    ) -> None:
        for way in WARNING:
            with subtests.test(str(way)):
                own = [
                    f
                    for f in warned.violations(way.table)
                    if (f.column, f.rule) == (way.column, way.rule)
                ]
                assert [violation.severity for violation in own] == ["warning"]
                same = [
                    w
                    for w in WARNING
                    if (w.table, w.column, w.rule) == (way.table, way.column, way.rule)
                ]
                assert own[0].rows == len(same)
                assert f"{way.table}.csv line {warned.lines[way]}" in own[0].examples


class TestKey:
    @pytest.mark.parametrize("name", TABLES)
    def test_that_repeats_rejects_all_its_rows(self, repeated: Prepared, name: str) -> None:
        key = ", ".join(TABLES[name].key)
        rejected = repeated.rejected(name)
        own = rejected[rejected["rule"] == f"the key ({key}) must not repeat"]
        assert own["line"].tolist() == ["5", "6", "7"]
        assert set(own["column"]) == {key}
        assert len(repeated.accepted(name)) == GOOD_ROWS


class TestSuite:
    @pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
    def test_has_one_expectation_for_each_declared_rule(self, table: Table) -> None:
        references = {column.references: {"x"} for column in table if column.references}
        found = sorted(
            (type(e).__name__, tuple(e.meta["columns"]), str(e.severity.value))
            for e in expectations(table, references)
        )
        assert found == sorted(declared(table))

    def test_leaves_out_references_to_tables_that_are_not_there(self) -> None:
        with_it = expectations(TABLES["baselines"], {"projects.project_id": {"P1"}})
        assert len(with_it) - len(expectations(TABLES["baselines"], {})) == 1


def declared(table: Table) -> Iterator[tuple[str, tuple[str, ...], str]]:
    """The expectations of a table, spelled out from its declaration."""
    for column in table:
        own = (column.name,)
        if column.need != "optional":
            severity = "critical" if column.need == "required" else "warning"
            yield "ExpectColumnValuesToNotBeNull", own, severity
        if column.allowed:
            yield "ExpectColumnValuesToBeInSet", own, "critical"
        if (column.low, column.high) != (None, None):
            yield "ExpectColumnValuesToBeBetween", own, "critical"
        if column.references:
            yield "ExpectColumnValuesToBeInSet", own, "critical"
    unique = "ExpectCompoundColumnsToBeUnique" if len(table.key) > 1 else ""
    yield unique or "ExpectColumnValuesToBeUnique", table.key, "critical"
    for rule in table.rules:
        if isinstance(rule, InOrder):
            yield (
                "ExpectColumnPairValuesAToBeGreaterThanB",
                (rule.first, rule.second),
                rule.severity,
            )
        else:
            what = "NotBeNull" if isinstance(rule, NeededWhen) else "BeNull"
            yield f"ExpectColumnValuesTo{what}", (rule.column, rule.when), rule.severity


class TestExpectationThatCannotRun:
    def test_raises_where_a_column_is_not_there(
        self, valid_rows: Callable[..., pd.DataFrame]
    ) -> None:
        rows = valid_rows(TABLES["rollouts"]).drop(columns="adopted_on")
        with pytest.raises(RuntimeError, match=r"could not evaluate .* on adopted_on: "):
            Validator().check(TABLES["rollouts"], rows, {})

    def test_raises_where_a_type_does_not_fit(
        self, valid_rows: Callable[..., pd.DataFrame]
    ) -> None:
        rows = valid_rows(TABLES["capacity"]).astype("object")
        with pytest.raises(RuntimeError, match=r"could not evaluate .* on capacity_hours: "):
            Validator().check(TABLES["capacity"], rows, {})

    @pytest.mark.parametrize(
        "information",
        [
            {"raised_exception": True, "exception_message": "no such column"},
            {"('column.x', 'y', ())": {"raised_exception": True,
                                       "exception_message": "no such column"}},
        ],
        ids=["flat", "nested"],
    )  # fmt: skip
    def test_raises_in_both_shapes_of_its_report(
        self, monkeypatch: pytest.MonkeyPatch, information: dict[str, Any],
        valid_rows: Callable[..., pd.DataFrame],
    ) -> None:  # fmt: skip
        from great_expectations.core import ExpectationValidationResult

        whole = ExpectationValidationResult.to_json_dict
        monkeypatch.setattr(
            ExpectationValidationResult,
            "to_json_dict",
            lambda self: {**whole(self), "exception_info": information},
        )
        table = TABLES["services"]
        rows = valid_rows(table).astype({"sla_days": "float64"})
        with pytest.raises(RuntimeError, match=r"could not evaluate .*: no such column"):
            Validator().check(table, rows, {})


class TestImport:
    def test_is_within_functions_of_validate_alone(self, subtests: pytest.Subtests) -> None:
        for path in (
            p for folder in ("pipelines", "pmo_lib") for p in sorted((ROOT / folder).rglob("*.py"))
        ):
            with subtests.test(str(path.relative_to(ROOT))):
                tree = ast.parse(path.read_text(encoding="utf-8"))
                everywhere = [node for node in ast.walk(tree) if imports_great_expectations(node)]
                at_the_top = [node for node in ast.iter_child_nodes(tree) if node in everywhere]
                if path == ROOT / "pipelines" / "validate.py":
                    assert everywhere
                    assert at_the_top == []
                else:
                    assert everywhere == []

    def test_waits_until_a_table_is_there(self, tmp_path: Path) -> None:
        raw = tmp_path / "raw"
        raw.mkdir()
        (raw / "projects.csv").write_text("project_id,name\nP1,x\n")
        code = (
            "import sys, typer.testing, pipelines.cli;"
            "run = typer.testing.CliRunner().invoke(pipelines.cli.app, sys.argv[1:]);"
            "print(run.output);"
            "sys.exit(3 if 'great_expectations' in sys.modules else run.exit_code)"
        )
        arguments = ["check", "--raw", str(raw), "--out", str(tmp_path / "out")]
        command = [sys.executable, "-c", code, *arguments]
        done = subprocess.run(command, capture_output=True, text=True)
        assert "required column missing: department" in done.stdout
        assert done.returncode == 2


def imports_great_expectations(node: ast.AST) -> bool:
    if isinstance(node, ast.Import):
        return any(name.name.split(".")[0] == "great_expectations" for name in node.names)
    if isinstance(node, ast.ImportFrom):
        return (node.module or "").split(".")[0] == "great_expectations"
    return False
