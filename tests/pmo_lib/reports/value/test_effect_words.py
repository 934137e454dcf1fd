"""Effects, verdicts and checks in words: sizes, directions, and what each verdict may say."""

from dataclasses import replace
from math import exp, expm1, inf, log, nan
from typing import Any, get_args

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders.pages import parsed
from pmo_lib.causal.effect import Effect
from pmo_lib.effect.checks import QUESTIONS, Check
from pmo_lib.effect.claim import Claim, Word
from pmo_lib.effect.finding import Finding
from pmo_lib.effect.outcomes import OUTCOMES, PRIMARY
from pmo_lib.effect.words import helped
from pmo_lib.reports.value import effect_words as effects

COST, SCHEDULE, BENEFITS = (OUTCOMES[name] for name in ("cost", "schedule", "benefits"))
ESTIMATE = Effect(
    log(0.8), log(0.7), log(0.9), 150, clusters=12, p=0.004, support=0.85, detectable=0.15
)  # fmt: skip
LEVEL = "90 % interval"


def finding(outcome: str = "cost", word: Word = "likely", **cells: Any) -> Finding:
    said = Claim(word, f"Why {word}.", "What would change it.")
    given: dict[str, Any] = {"tested": ESTIMATE, "priced": ESTIMATE, "p_adjusted": 0.012}
    return Finding(OUTCOMES[outcome], "staggered roll-out", claim=said, **(given | cells))


def plain(text: str) -> str:
    return " ".join(text.replace("\u00a0", " ").split())


def text_of(html: Any) -> str:
    return plain(parsed(html).text)


class TestEffect:
    @pytest.mark.parametrize(
        ("outcome", "value", "said"),
        [
            (COST, log(0.82), "18 % less"),
            (COST, log(1.03), "3 % more"),
            (SCHEDULE, log(0.9), "10 % shorter"),
            (SCHEDULE, log(1.25), "25 % longer"),
            (BENEFITS, 0.13, "+13 points"),
            (BENEFITS, -0.13, "−13 points"),
            (OUTCOMES["approved_cost"], log(1.5), "50 % higher"),
            (OUTCOMES["cost_overrun"], log(0.82), "18 % lower"),
            (COST, 0.0, "0 % less"),
        ],
    )
    def test_logarithms_are_shares_and_shares_are_points(
        self, outcome: Any, value: float, said: str
    ) -> None:
        assert plain(effects.effect(outcome, value)) == said

    @pytest.mark.parametrize("value", [nan, inf, -inf])
    @pytest.mark.parametrize("outcome", PRIMARY, ids=lambda each: each.id)
    def test_none_is_a_dash(self, outcome: Any, value: float) -> None:
        assert effects.effect(outcome, value) == "–"

    @given(st.floats(-2, 2))
    def test_share_is_that_of_the_ratio_and_its_word_is_its_sign(self, value: float) -> None:
        share, _, word = plain(effects.effect(COST, value)).split(" ")
        assert float(share.replace(",", "")) == pytest.approx(100 * abs(exp(value) - 1), abs=0.51)
        assert word == ("more" if value > 0 else "less")


class TestEnds:
    def test_both_are_effects(self) -> None:
        assert plain(effects.ends(COST, log(0.75), log(1.02))) == "25 % less to 2 % more"
        assert plain(effects.ends(BENEFITS, -0.08, 0.11)) == "−8 points to +11 points"

    @pytest.mark.parametrize(("low", "high"), [(nan, 0.1), (0.1, nan), (nan, nan)])
    def test_without_one_there_is_no_interval(self, low: float, high: float) -> None:
        assert effects.ends(COST, low, high) == "no interval can be given"


class TestInWords:
    def test_what_counts_is_said_plainly(self) -> None:
        assert plain(effects.in_words(finding(), LEVEL)) == (
            "Actual cost, likely: projects under the PMO typically cost 20 % less than they would "
            "have without it (90 % interval 30 % less to 10 % less)."
        )

    @pytest.mark.parametrize("word", [each for each in get_args(Word) if each != "not testable"])
    def test_what_does_not_count_is_the_estimates(self, word: Word) -> None:
        found = finding(word=word)
        said = plain(effects.in_words(found, LEVEL))
        assert said.startswith(f"Actual cost, {word}: ")
        assert ("as estimated, " in said) is not found.claim.counts

    @pytest.mark.parametrize(
        ("outcome", "said"),
        [
            ("schedule", "projects under the PMO were typically 20 % shorter than they would"),
            ("benefits", "the share of planned benefits that projects brought changed by −22 poin"),
        ],
    )
    def test_each_outcome_has_its_own_verb(self, outcome: str, said: str) -> None:
        assert said in plain(effects.in_words(finding(outcome), LEVEL))

    def test_a_refusal_has_no_number(self) -> None:
        found = finding(word="not testable", tested=Effect(refusal="too few departments"))
        assert effects.in_words(found, LEVEL) == "Actual cost, not testable: too few departments."

    def test_what_the_pmo_helped_is_told_by_the_sign(self) -> None:
        worse = replace(ESTIMATE, value=0.1)
        said = [plain(helped(each)) for each in (
            finding(), finding(priced=worse), finding("schedule"), finding("benefits", priced=worse)
        )]  # fmt: skip
        less, more = expm1(ESTIMATE.value), expm1(0.1)
        assert said == [
            f"cost {abs(100 * less):.0f} % less", f"cost {100 * more:.0f} % more",
            f"taken {abs(100 * less):.0f} % less time",
            "brought 10 points more of their planned benefits",
        ]  # fmt: skip


class TestTable:
    def test_row_has_verdict_effect_reason_and_evidence(self) -> None:
        head, row = parsed(effects.table([finding(n_left_out=7, n_unlike=2, n_edge=3)], LEVEL)).rows
        assert head == ["Outcome", "Verdict", "Effect", "Why, and what would change it", "Rests on"]
        assert [" ".join(plain(cell).split()) for cell in row] == [
            "Actual cost pre-specified",
            "likely",
            "20 % less 90 % interval 30 % less to 10 % less",
            "Why likely. What would change it.",
            "150 projects under the PMO, 12 departments p = 0.004, adjusted p = 0.012; "
            "minimum detectable effect 14 % less; 85 % of those under the PMO can be compared; "
            "7 left out: not recorded; 2 left out: of a kind found only under the PMO (no overlap)"
            "; 3 left out: begun in the quarter of adoption, before its day",
        ]  # 1 - exp(-0.15) is 14 %

    @pytest.mark.parametrize(
        ("outcome", "low", "high", "worse"),
        [
            ("cost", 0.1, 0.3, True),
            ("cost", -0.3, -0.1, False),
            ("cost", -0.1, 0.3, False),
            ("benefits", 0.1, 0.3, False),
            ("benefits", -0.3, -0.1, True),
        ],
    )
    def test_harm_is_called_so(self, outcome: str, low: float, high: float, worse: bool) -> None:
        tested = replace(ESTIMATE, value=(low + high) / 2, low=low, high=high)
        said = text_of(effects.table([finding(outcome, tested=tested)], LEVEL))
        assert ("for the worse" in said) is worse

    def test_smallest_effect_seen_is_in_the_better_direction(self) -> None:
        said = text_of(effects.table([finding("benefits")], LEVEL))
        assert "minimum detectable effect +15 points" in said

    def test_effect_shown_is_that_of_the_values_as_they_are(self) -> None:
        """What the money goes by; the test is on winsorised ones."""
        priced = replace(ESTIMATE, value=log(0.85), low=log(0.75), high=log(0.95))
        row = parsed(effects.table([finding(priced=priced)], LEVEL)).rows[1]
        assert plain(row[2]) == "15 % less 90 % interval 25 % less to 5 % less"

    @pytest.mark.parametrize(
        ("cells", "said"),
        [
            ({"n_straddling": 27}, "27 left out: begun so shortly before adoption that most were"),
            ({"n_unsized": 4}, "4 left out: of no recorded size (work_size)"),
            ({"bending": "holds while trends bend"}, "holds while trends bend"),
            ({"cells": "half-year"}, "compared by half-year: by quarter less than half could be"),
            ({"cells": "half-year", "n_edge": 3}, "3 left out: begun in the half-year of adoption"),
        ],
    )
    def test_what_it_rests_on_is_told(self, cells: Any, said: str) -> None:
        told = text_of(effects.table([finding(**cells)], LEVEL))
        assert said in told
        assert said not in text_of(effects.table([finding()], LEVEL))

    @pytest.mark.parametrize(
        ("outcome", "said"),
        [("cost", "pre-specified"), ("approved_cost", "what was asked for"), ("on_time", "")],
    )
    def test_kind_of_an_outcome_is_told(self, outcome: str, said: str) -> None:
        row = parsed(effects.table([finding(outcome)], LEVEL)).rows[1]
        assert plain(row[0]) == f"{OUTCOMES[outcome].name} {said}".strip()

    def test_refusal_has_no_effect_and_no_interval(self) -> None:
        nothing = Effect(refusal="too few")
        said = text_of(effects.table([finding(word="not testable", tested=nothing)], LEVEL))
        assert "interval" not in said
        assert "p =" not in said

    def test_smallest_p_that_permutations_allow_is_not_said_to_be_nothing(self) -> None:
        found = finding(tested=replace(ESTIMATE, p=0.0), p_adjusted=1e-9)
        assert "p = 0.001, adjusted p = 0.001" in text_of(effects.table([found], LEVEL))

    @pytest.mark.parametrize(
        ("design", "said"),
        [
            (
                "interrupted time series",
                "150 projects before and after, 12 departments p = 0.004, ",
            ),
            ("matched projects", "150 projects under the PMO, 12 departments p = 0.004, "),
        ],
    )
    def test_other_designs_are_tested_together_too(self, design: Any, said: str) -> None:
        tested = replace(ESTIMATE, without=pd.Series(dtype="float64"), support=nan)
        found = replace(finding(tested=tested), design=design, p_adjusted=0.012)
        shown = text_of(effects.table([found], LEVEL))
        assert f"{said}adjusted p = 0.012" in shown

    @pytest.mark.parametrize(("value", "kind"), [(-0.2, "green"), (0.2, "red")])
    def test_an_effect_for_the_worse_is_not_shown_green(self, value: float, kind: str) -> None:
        tested = replace(ESTIMATE, value=value, low=value - 0.1, high=value + 0.1)
        html = effects.table([finding(word="likely", tested=tested)], LEVEL)
        (badge,) = [
            tag for tag, given in parsed(html).tags if "badge" in (given.get("class") or "")
        ]
        shown = [
            given["class"]
            for _, given in parsed(html).tags
            if "badge" in (given.get("class") or "")
        ]
        assert badge == "span"
        assert shown == [f"badge {kind}"]

    def test_every_verdict_has_a_badge(self) -> None:
        html = effects.table([finding(word=word) for word in get_args(Word)], LEVEL)
        spans = [tag for tag, given in parsed(html).tags if "badge" in (given.get("class") or "")]
        assert len(spans) == len(get_args(Word))

    def test_texts_are_escaped(self) -> None:
        found = replace(finding(), claim=Claim("likely", "<script>D & E</script>", ""))
        assert "<script>" not in effects.table([found], LEVEL).data
        assert "<script>D & E</script>" in text_of(effects.table([found], LEVEL))


def check(name: str, state: Any = "passed", said: str = "well") -> Check:
    return Check(name, state, said)


class TestChecks:
    def test_columns_are_outcomes_and_a_missing_check_is_a_dash(self) -> None:
        first = finding(checks=(check("attrition"), check("donut", "failed", "it is not")))
        second = finding("schedule", checks=(check("attrition", "cannot tell", "too few"),))
        rows = [
            [plain(cell) for cell in row] for row in parsed(effects.checks([first, second])).rows
        ]
        assert rows == [
            ["Check", "Actual cost", "Actual duration"],
            [f"{QUESTIONS['attrition']} attrition", "passed well", "cannot tell too few"],
            [f"{QUESTIONS['donut']} donut", "failed it is not", "–"],
        ]

    def test_outcomes_without_checks_have_no_column(self) -> None:
        html = effects.checks([finding(checks=(check("attrition"),)), finding("benefits")])
        assert parsed(html).rows[0] == ["Check", "Actual cost"]

    def test_findings_are_escaped(self) -> None:
        html = effects.checks([finding(checks=(check("attrition", said="without <b>D</b>"),))])
        assert "<b>" not in html.data

    @pytest.mark.parametrize("found", [[], [finding()]])
    def test_without_any_it_is_said_why(self, found: list[Finding]) -> None:
        assert text_of(effects.checks(found)).startswith("There is no estimate to check")


class TestChecksOfOtherDesigns:
    """A time series has its note; a matching how alike the sides are, and its E-values."""

    MATCHED = Effect(
        e_values=(2.14, 1.36), note="3 of 40 have no match",
        balance=pd.DataFrame(
            {"covariate": ["log_size", "risk"], "before": [0.41, 0.3], "after": [0.02, 0.15],
             "good": [True, False]}
        ),
    )  # fmt: skip

    def matched(self, **given: Any) -> Finding:
        own = replace(self.MATCHED, **given)
        return replace(finding(), design="matched projects", tested=own)

    def test_balance_is_a_table_of_the_outcome(self) -> None:
        page = parsed(effects.checks([self.matched()]))
        assert [[plain(cell) for cell in row] for row in page.rows] == [
            ["Covariate", "Before matching", "After matching", "Balance"],
            ["size, or approved cost where no size is recorded", "0.41", "0.02", "balanced"],
            ["risk before approval", "0.3", "0.15", "not balanced"],
        ]
        assert "Actual cost: covariate balance" in page.text

    def test_e_values_are_those_of_the_estimate_and_of_the_nearer_end(self) -> None:
        said = text_of(effects.checks([self.matched()]))
        assert "would have to be 2.1 times as frequent with the PMO" in said
        assert "1.4 times for the interval's end nearer to no effect (E-value)." in said

    def test_note_of_the_matching_is_said(self) -> None:
        assert text_of(effects.checks([self.matched()])).endswith("3 of 40 have no match.")

    def test_matching_that_was_refused_has_no_table(self) -> None:
        refused = self.matched(balance=self.MATCHED.balance.iloc[:0])
        assert text_of(effects.checks([refused])).startswith("There is no estimate to check")

    def test_an_e_value_that_there_is_not_is_not_said(self) -> None:
        said = text_of(effects.checks([self.matched(e_values=(nan, nan))]))
        assert "nan" not in said
        assert "unmeasured confounder" not in said

    def test_balance_is_not_changed(self) -> None:
        before = self.MATCHED.balance.copy()
        effects.checks([self.matched()])
        pd.testing.assert_frame_equal(self.MATCHED.balance, before)

    def test_note_of_a_series_names_its_outcome(self) -> None:
        series = Effect(note="quarters without a project: 2")
        found = replace(finding(), design="interrupted time series", tested=series)
        assert text_of(effects.checks([found])) == "Actual cost: quarters without a project: 2."
        silent = replace(found, tested=Effect())
        assert text_of(effects.checks([silent])).startswith("There is no estimate to check")


def test_every_outcome_but_the_control_has_a_verb() -> None:
    assert set(effects.VERBS) == set(OUTCOMES) - {"control"}
    assert set(get_args(Word)) == set(effects.BADGES)
