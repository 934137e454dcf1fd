"""The verdict and the numbers beneath it: sums and words against a computation by hand."""

import numpy as np
import pytest

from builders.evidence import evidence, last_pack, units_of
from builders.results import result
from builders.tables import baseline, open_project
from builders.views import view
from pmo_lib.brief.headline import headlines
from pmo_lib.brief.verdict import carriers, fine, verdict
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


class TestCarriers:
    @pytest.mark.parametrize("seed", range(5))
    def test_are_the_fewest_that_carry_four_fifths_of_the_net(self, seed: int) -> None:
        draw = np.random.default_rng(seed)
        over = np.round(draw.standard_t(2, 40) * 1000 + 800)
        if over.sum() <= 0:
            over = -over
        units = units_of([{"case_id": str(i), "numerator": v} for i, v in enumerate(over)])
        few, theirs = carriers(units, ALL)
        dearest = sorted(over, reverse=True)
        assert sum(dearest[:few]) == theirs >= 0.8 * over.sum()
        assert sum(dearest[: few - 1]) < 0.8 * over.sum()

    def test_of_an_underspend_there_are_none(self) -> None:
        units = units_of([{"numerator": -5.0}, {"numerator": 2.0}])
        assert carriers(units, ALL) == (0, 0.0)

    def test_are_of_the_subject_alone(self) -> None:
        units = units_of([{"numerator": 9.0}, {"numerator": 1.0, "department": "Sales"}])
        assert carriers(units, "Sales") == (1, 1.0)


class TestVerdict:
    def test_before_any_baseline_the_shares_are_told(self) -> None:
        given = evidence(results=(share("D1", 0.48), share("D2", 0.6)))
        assert plain(verdict(given, ALL)) == (
            "Of completed projects 48 % were on time and 60 % were on budget (no baseline to "
            "compare with)."
        )

    @pytest.mark.parametrize(
        ("word", "said"), [("better", "More projects end on time"), ("worse", "Fewer projects end")]
    )
    def test_a_change_is_told_as_more_or_fewer(self, word: str, said: str) -> None:
        given = evidence(results=(share("D1", 0.48, than_before=word),))
        assert verdict(given, ALL).startswith(said)

    def test_what_it_cost_in_all_and_who_carries_it(self) -> None:
        over = [900.0, 50.0, *[5.0] * 10]
        units = [{"case_id": str(i), "numerator": v, "denominator": 100.0}
                 for i, v in enumerate(over)]  # fmt: skip
        results = (share("D1", 0.5), *spent(sum(over), sum(over) / 1200, len(over)))
        given = evidence(results=results, units={"D3": units})
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
            "How projects end cannot be told yet: needs baselines.csv."
        )
        assert verdict(evidence(), ALL) == "Nothing can be told yet."


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
        tail = result("D4", ALL, value=0.1, n=20)
        (one,) = headlines(evidence(results=(*spent(8.01e6, 0.12), tail)), ALL)
        assert (one.kpi_id, one.statistic) == ("D3", "total")
        assert plain(one.value) == "GBP 8.01 m"
        assert plain(one.what) == "spent above approval"
        assert plain(one.basis) == (
            "12 % more than approved for 20 projects; 2 overran by half or more"
        )

    def test_in_flight_tells_what_is_approved_for_the_subject(self) -> None:
        seen = view(
            projects=[open_project("a"), open_project("b"), open_project("c", department="Sales")],
            baselines=[baseline("a"), baseline("b", cost=250.0), baseline("c")],
        )
        count = [result("P2", each, value=n, n=n) for each, n in ((ALL, 3), ("Finance", 2))]
        given = evidence(seen, [*count, result("G9", ALL, value=1 / 3, n=3)])
        (whole,), (own,) = headlines(given, ALL), headlines(given, "Finance")
        assert plain(whole.basis) == "GBP 450 approved, 1 of 3 rated red"
        assert plain(own.basis) == "GBP 350 approved"

    def test_step_since_the_last_pack_is_told_in_the_kpis_unit(self) -> None:
        said = {}
        for then in (0.4, 0.5, None):
            before = [share("D1", then)] if then else []
            given = evidence(results=(share("D1", 0.5),), last=last_pack(results=before))
            (one,) = headlines(given, ALL)
            said[then] = plain(one.since)
        assert said == {0.4: "+10 points since August", 0.5: "as in August", None: ""}

    def test_every_number_is_a_row_of_the_results(self) -> None:
        ids = ("D1", "D2", "R4", "V1", "G2", "R8", "D9")
        results = [*(share(each, 0.37) for each in ids), *spent(10.0, 0.1)]
        rows = {(r.kpi_id, r.statistic.id) for r in results}
        shown = headlines(evidence(results=results), ALL)
        assert {(one.kpi_id, one.statistic) for one in shown} <= rows
