"""A promise's target that cannot be read is asked about, with the row and what to write."""

from builders.tables import tables
from pipelines.questions import promised_targets
from pipelines.questions.asked import Asked
from pmo_lib.contract.settings import Settings


def asked(*targets: str | None, kpi_id: str = "D1") -> list[str]:
    rows = [
        {"statement_id": f"v{i}", "department": "Finance", "kpi_id": kpi_id, "target": target}
        for i, target in enumerate(targets)
    ]
    given = tables(projects=[], value_statements=rows)
    return [str(question) for question in promised_targets.check(Asked(given, Settings()))]


def test_what_can_be_read_or_is_empty_is_no_question() -> None:
    assert asked("90 %", None, "better than before") == []
    assert asked("soon", kpi_id="X9") == []  # no KPI: asked about as such
    assert list(promised_targets.check(Asked(tables(projects=[]), Settings()))) == []


def test_names_the_first_with_the_reason_and_counts_the_others() -> None:
    (said,) = asked("90 %", "soon", "4", "x", "y")
    assert "v1: 'soon' is no target of On-time completion (share): write such as 90 %" in said
    assert "v3: 'x'" in said
    assert "; and 1 more" in said
    assert "v4" not in said
    assert "waived: [promised value_statements.target]" in said
