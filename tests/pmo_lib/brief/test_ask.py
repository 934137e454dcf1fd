"""Which asks a page shows, in what order, and what asks.csv holds of them."""

from builders.evidence import evidence
from builders.tables import baseline, open_project
from builders.views import view
from pmo_lib.archive import archived
from pmo_lib.brief.ask import Ask, Figure, chosen, from_records, table
from pmo_lib.brief.rule import Rule, asks
from pmo_lib.engine.result import ORGANISATION


def of(ask_id: str, department: str = ORGANISATION, **more: object) -> Ask:
    return Ask(ask_id, department, "what", "who", "why", **more)  # type: ignore[arg-type]


def test_the_first_of_each_rule_goes_before_a_second() -> None:
    found = [of("a:1"), of("a:2"), of("b:1"), of("a:3"), of("c:1")]
    assert [each.id for each in chosen(found, ORGANISATION)] == ["a:1", "b:1", "c:1"]
    assert [each.id for each in chosen(found[:3], ORGANISATION)] == ["a:1", "b:1", "a:2"]
    assert [each.id for each in chosen(found[:2], ORGANISATION)] == ["a:1", "a:2"]


def test_a_department_is_shown_its_own() -> None:
    found = [of("a:1"), of("a:Sales", "Sales"), of("b:Finance", "Finance")]
    assert [each.id for each in chosen(found, "Sales")] == ["a:Sales"]
    assert [each.id for each in chosen(found, ORGANISATION)] == ["a:1", "b:Finance", "a:Sales"]


def test_what_has_most_at_stake_comes_first_money_and_customers_alike() -> None:
    """Of 400 approved and 10 customers: 0.25, 0.5 and 0.3 of all."""
    seen = view(
        projects=[open_project(f"p{i}") for i in range(4)],
        baselines=[baseline(f"p{i}") for i in range(4)],
    )
    known = [{"case_id": f"r{i}", "numerator": 1.0} for i in range(10)]
    found = (of("a:1", money=100.0), of("a:2", customers=5), of("a:3", money=80.0, customers=1))
    rule = Rule("a", "", 2, lambda _: found)
    made = asks(evidence(seen, units={"R1": known}), [rule])
    assert [each.id for each in made] == ["a:2", "a:3", "a:1"]
    assert {each.by for each in made} == {"2026-11-30"}
    assert {each.first_asked for each in made} == {"2026-09"}


def test_record_of_a_pack_is_read_back() -> None:
    found = (of("a:1", money=1.5, figure=Figure("D1", "x", 0.5, 0.4, 0.6)), of('b:<b>, "x"'))
    back = from_records(archived(found, tuple[Ask, ...]).document)
    assert repr(back) == repr(found)  # missing numbers are not equal to themselves


def test_table_has_one_row_an_ask_and_its_figure() -> None:
    rows = table([of("a:1", figure=Figure("D1", "x", 0.5, 0.4, 0.6)), of("b:1")])
    assert rows["id"].tolist() == ["a:1", "b:1"]
    assert rows.loc[0, ["kpi_id", "segment", "value", "low", "high"]].tolist() == [
        "D1", "x", 0.5, 0.4, 0.6
    ]  # fmt: skip
    assert list(table([]).columns) == list(rows.columns)
