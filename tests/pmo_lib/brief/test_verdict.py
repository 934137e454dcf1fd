"""The verdict and the numbers beneath it: sums and words against a computation by hand."""

import pytest

from builders.evidence import evidence, last_pack
from builders.results import result
from pmo_lib.assessment.collecting import Step
from pmo_lib.brief.headline import headlines
from pmo_lib.brief.verdict import fine, to_collect, verdict
from pmo_lib.engine.result import ORGANISATION, KpiResult

ALL = ORGANISATION


def plain(text: str) -> str:
    return " ".join(text.split())


def share(kpi_id: str, value: float, **more: object) -> KpiResult:
    return result(kpi_id, ALL, value=value, low=value - 0.1, high=value + 0.1, n=20, **more)


def spent(total: float, relative: float, n: int = 20) -> tuple[KpiResult, ...]:
    return (
        result("D3", ALL, statistic="total", value=total, n=n),
        result("D3", ALL, statistic="relative_total", value=relative, n=n),
    )


class TestVerdict:
    def test_before_any_baseline_the_shares_are_told(self) -> None:
        given = evidence(results=(share("D1", 0.48), share("D2", 0.6)))
        assert plain(verdict(given, ALL)) == (
            "Of completed projects 48 % were on time and 60 % were on budget (no baseline)."
        )

    @pytest.mark.parametrize(
        ("word", "said"), [("better", "More projects end on time"), ("worse", "Fewer projects end")]
    )
    def test_a_change_is_told_as_more_or_fewer(self, word: str, said: str) -> None:
        given = evidence(results=(share("D1", 0.48, than_before=word),))
        assert verdict(given, ALL).startswith(said)

    def test_what_it_cost_in_all_and_who_carries_it(self) -> None:
        few = (
            result("D3", ALL, statistic="carriers", value=1.0, n=12),
            result("D3", ALL, statistic="carried_total", value=900.0, n=12),
        )
        given = evidence(results=(share("D1", 0.5), *spent(1000.0, 0.83, 12), *few))
        said = plain(verdict(given, ALL))
        assert "but together they cost GBP 1,000 (83 %) more than approved" in said
        assert said.endswith("GBP 900 of it by 1 of 12.")

    @pytest.mark.parametrize("relative", [0.019, 0.0, -0.3])
    def test_as_approved_or_less_is_no_but(self, relative: float) -> None:
        given = evidence(results=(share("D1", 0.5), *spent(1000.0 * relative, relative)))
        assert "but" not in verdict(given, ALL)

    def test_nothing_known_is_said_with_its_reason(self) -> None:
        unknown = result("D1", ALL, state="not measured", reason="needs baselines.csv")
        assert verdict(evidence(results=(unknown,)), ALL) == (
            "How projects end cannot be told yet: that needs baselines.csv."
        )
        assert verdict(evidence(), ALL) == "Nothing can be told yet."

    def test_where_nothing_has_ended_what_is_in_flight_comes_first(self) -> None:
        unknown = result("D1", ALL, state="undefined", reason="there are no completed projects")
        going = result("P2", ALL, value=3.0, n=3), result("P12", ALL, value=450.0, n=2)
        assert plain(verdict(evidence(results=(unknown, *going)), ALL)) == (
            "3 projects in flight, GBP 450 approved for 2. How projects end cannot be told "
            "yet: there are no completed projects."
        )

    def test_one_that_carries_as_much_as_all_carries_all(self) -> None:
        few = (
            result("D3", ALL, statistic="carriers", value=1.0, n=14),
            result("D3", ALL, statistic="carried_total", value=459_900.0, n=14),
        )
        given = evidence(results=(share("D1", 0.5), *spent(460_100.0, 0.08, 14), *few))
        assert plain(verdict(given, ALL)).endswith("more than approved, all of it by 1 of 14.")


def test_what_to_collect_names_a_kpi_in_words() -> None:
    step = Step({"baselines": ("project_id", "cost"), "gates": ("held_on",)}, ("D2", "D3"))
    assert to_collect(step) == (
        "baselines.csv (project_id, cost) and gates.csv (held_on), on which 2 KPIs rest, such as "
        "on-budget completion"
    )


class TestFine:
    def test_is_kept_or_better_and_never_a_bad_figure(self) -> None:
        given = evidence(
            results=(
                share("D1", 0.9, against_target="kept", than_before="better"),
                share("D2", 0.7, than_before="better"),
                share("D9", 0.3, than_before="better"),  # below half
                share("R8", 0.2, against_target="not kept"),
            )
        )
        assert fine(given, ALL) == (
            "Target kept: on-time completion. Better than before: on-budget completion."
        )


class TestHeadlines:
    def test_are_at_most_five_in_the_order_of_what_sponsors_ask(self) -> None:
        ids = ("R8", "D9", "D1", "D2", "R4", "V1", "G2")
        found = headlines(evidence(results=[share(each, 0.5) for each in ids]), ALL)
        assert [one.kpi_id for one in found] == ["D1", "D2", "R4", "V1", "G2"]

    def test_overspend_is_the_sum_and_its_share(self) -> None:
        (one,) = headlines(evidence(results=spent(8.01e6, 0.12)), ALL)
        assert (one.kpi_id, one.statistic) == ("D3", "total")
        assert plain(one.value) == "GBP 8.01 m"
        assert plain(one.what) == "spent above approval"
        assert plain(one.basis) == ("12 % more, 20 projects")

    def test_in_flight_tells_what_is_approved_for_the_subject(self) -> None:
        found = [
            result(kpi_id, each, value=value, n=n)
            for kpi_id, each, value, n in (
                ("P2", ALL, 3, 3), ("P2", "Finance", 2, 2), ("P12", ALL, 450.0, 3),
                ("P12", "Finance", 350.0, 1), ("G9", ALL, 1 / 3, 3),
            )
        ]  # fmt: skip
        given = evidence(results=found)
        (whole,), (own,) = headlines(given, ALL), headlines(given, "Finance")
        assert plain(whole.basis) == "GBP 450 approved, 1 of 3 rated red"
        assert plain(own.basis) == "GBP 350 approved for 1"

    def test_step_since_the_last_pack_is_told_in_the_kpis_unit(self) -> None:
        said = {}
        for then in (0.4, 0.5, None):
            before = [share("D1", then)] if then else []
            given = evidence(results=(share("D1", 0.5),), last=last_pack(results=before))
            (one,) = headlines(given, ALL)
            said[then] = plain(one.since)
        assert said == {0.4: "+10 points since August", 0.5: "", None: ""}

    def test_every_number_is_a_row_of_the_results(self) -> None:
        ids = ("D1", "D2", "R4", "V1", "G2", "R8", "D9")
        results = [*(share(each, 0.37) for each in ids), *spent(10.0, 0.1)]
        rows = {(r.kpi_id, r.statistic.id) for r in results}
        shown = headlines(evidence(results=results), ALL)
        assert {(one.kpi_id, one.statistic) for one in shown} <= rows
