"""The value case's page in every situation, and whether the effect lasts on planted points."""

import re
from math import expm1
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from builders.pages import amount, parsed, plain, words_in
from builders.situations import SITUATIONS, brief_of, of, page_one, report
from pmo_lib.brief.value_brief import lasts
from pmo_lib.causal.effect import Effect
from pmo_lib.effect.finding import Finding
from pmo_lib.effect.outcomes import OUTCOMES
from pmo_lib.wording import change, growth, money, number

MOST_WORDS, MOST_NUMBERS, MOST_ASKS = 250, 5, 3


def test_page_is_short_whole_and_well_formed_in_every_situation() -> None:
    wrong = {}
    for name in SITUATIONS:
        made = report(name)
        brief, page = brief_of(made), parsed(page_one(made))
        words = words_in(page_one(made))
        faults = {
            "words": words if words > MOST_WORDS else 0,
            "numbers": len(brief.numbers) > MOST_NUMBERS,
            "asks": len(brief.asks) > MOST_ASKS,
            "gaps": re.findall(r"\b(?:nan|None|inf|NaT)\b|\.\.", page.text),
            "verdict": not brief.verdict.endswith("."),
        }
        if any(faults.values()):
            wrong[name] = faults
    assert not wrong


def test_every_box_is_the_conservative_median_of_the_draws() -> None:
    wrong = {}
    for name in SITUATIONS:
        made = report(name)
        table = made.case.money_table()
        own = table[table["case"] == "conservative"].set_index("item")["p50"] if len(table) else {}
        for one in brief_of(made).numbers:
            if one.what.startswith("effect"):
                continue
            said = amount(plain(one.value).replace(" m", " million"))
            tolerance = 5000.0 if " m" in plain(one.value) else 1.0  # half of what is rounded
            if said != pytest.approx(own[one.statistic], rel=0.02, abs=tolerance):
                wrong[name, one.statistic] = (said, own[one.statistic])
    assert not wrong


NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?(?: (?:m\b|b\b|%))?")


def test_every_number_of_verdict_and_boxes_is_in_a_published_table() -> None:
    wrong, seen = {}, 0
    for name in SITUATIONS:
        made = report(name)
        brief, rows, sums = brief_of(made), made.case.table(), made.case.money_table()
        known = {f"{n:,}" for c in ("n_projects", "n_departments") for n in rows[c].dropna()}
        own = sums[sums["case"] == "conservative"] if len(sums) else sums
        for row in own.to_dict("records"):
            as_share = row["item"].startswith("p_")
            for p in ("p5", "p50", "p95"):
                said = number(row[p], "share") if as_share else money(abs(row[p]), "")
                known |= set(NUMBER.findall(plain(said).replace("illion", "")))
        for row in rows.to_dict("records"):
            for column in ("effect", "low", "high"):
                for value in (row[column], row[f"{column}_priced"]):
                    logged = row["unit"] == "difference of logarithms"
                    share = expm1(value) if logged else value
                    known |= set(NUMBER.findall(plain(f"{growth(share)} {change(share, 'share')}")))
        said = "; ".join(
            plain(text)
            for text in [brief.verdict.partition("cannot be told")[0]]
            + [f"{n.value}; {n.range}; {n.basis}" for n in brief.numbers]
        ).replace(" million", " m")
        found = NUMBER.findall(said)
        seen += len(found)
        if unknown := [each for each in found if each not in known]:
            wrong[name] = (unknown, said)
    assert not wrong
    assert seen > 50


def test_one_effect_on_cost_is_told_and_it_is_the_priced_one_of_value_case_csv() -> None:
    wrong, seen = {}, 0
    for name in SITUATIONS:
        made = report(name)
        rows = made.case.table().set_index("outcome")
        if "cost" not in rows.index or pd.isna(rows.loc["cost", "effect_priced"]):
            continue
        brief, own = brief_of(made), rows.loc["cost"]
        shares = {f"{round(100 * abs(expm1(own[c])))} %" for c in ("effect_priced",)}
        boxes = [plain(one.value) for one in brief.numbers if one.what == "effect on actual cost"]
        said = (
            re.findall(r"have (?:likely )?cost (\d+ %) (?:less|more)", plain(brief.verdict)) + boxes
        )
        said += re.findall(r"Actual cost: [a-z ]+, (\d+ %)", plain(brief.fine))
        seen += len(said) > 2
        if {" ".join(each.split()[:2]) for each in said} - shares:
            wrong[name] = (said, shares)
    assert not wrong
    assert seen


class TestVerdict:
    def test_what_is_not_shown_is_said_and_nothing_counts(self) -> None:
        said = brief_of(report("no effect")).verdict
        assert said.startswith("These data do not show that the PMO made a difference.")

    @pytest.mark.parametrize("situation", ["no roll-outs", "projects alone", "nothing begun"])
    def test_what_cannot_be_tested_is_not_called_a_failure(self, situation: str) -> None:
        said = brief_of(report(situation)).verdict
        assert "cannot be told" in said or "do not show" in said
        assert "has not paid" not in said

    def test_paid_in_all_is_not_paid_in_cash(self) -> None:
        made = report("shown")
        draws = made.case.money.draws["conservative"]
        assert draws.p_npv_positive > 0.95
        assert draws.p_paid_in_cash < 0.2
        said = plain(brief_of(made).verdict)
        assert "Counting everything, it has paid for itself" in said
        assert re.search("in cash alone it has (probably )?not: nobody has recorded", said)

    def test_returned_budgets_take_the_reason_away(self) -> None:
        stated = of(report("shown").workbook, budget_returned="0.5")
        assert "nobody has recorded" not in brief_of(stated).verdict

    def test_without_costs_nobody_can_tell_whether_it_pays(self) -> None:
        said = brief_of(report("no PMO costs")).verdict
        assert "Whether it pays cannot be told: " in said
        assert not [one for one in brief_of(report("no PMO costs")).numbers if one.kpi_id]


class TestLasts:
    @staticmethod
    def said(*effects: float, half: float = 0.02, cells: str = "quarter") -> str:
        """Of these effects by quarter since adoption, each of 10 projects."""
        quarters = pd.DataFrame(
            {"quarter": range(-2, len(effects)), "effect": [0.0, 0.0, *effects], "n_projects": 10}
        )
        quarters = quarters.assign(low=quarters["effect"] - half, high=quarters["effect"] + half)
        nothing = Effect()
        cost = Finding(
            OUTCOMES["cost"], "staggered roll-out", nothing, nothing, quarters=quarters, cells=cells
        )
        row = cost.row()  # value_case.csv bears what the page says
        assert (row["effect_first_year"], row["effect_later"]) == pytest.approx(
            (cost.years[0][0], cost.years[1][0]), nan_ok=True
        )
        case: Any = SimpleNamespace(finding=lambda name: cost if name == "cost" else None)
        return plain(lasts(case))

    def test_planted_fading_is_told(self) -> None:
        said = self.said(*[-0.3] * 4, *[-0.05] * 4)
        assert said == "First year 26 % less, later 5 % less: it fades, by more than chance."

    def test_planted_growth_is_told(self) -> None:
        assert self.said(*[-0.05] * 4, *[-0.3] * 4).endswith("it grows, by more than chance.")

    def test_the_same_effect_is_no_fading(self) -> None:
        assert self.said(*[-0.2] * 8).endswith("a fading may be chance.")
        assert self.said(*[-0.3] * 4, *[-0.05] * 4, half=0.5).endswith("may be chance.")

    def test_too_few_quarters_tell_nothing(self) -> None:
        assert self.said(*[-0.2] * 5) == "Cannot be told yet: too few quarters since adoption."

    def test_of_half_years_two_are_the_first_year(self) -> None:
        said = self.said(*[-0.3] * 2, *[-0.05] * 3, cells="half-year")
        assert said == "First year 26 % less, later 5 % less: it fades, by more than chance."
        short = self.said(*[-0.3] * 3, cells="half-year")
        assert short == "Cannot be told yet: too few half-years since adoption."

    def test_without_an_effect_nothing_is_said(self) -> None:
        nobody: Any = SimpleNamespace(finding=lambda _: None)
        assert lasts(nobody) == ""
