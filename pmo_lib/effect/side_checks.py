"""Checks that the cells of an outcome cannot show: losses, a negative control, the unmeasured."""

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from pmo_lib.causal.attribution import attribution
from pmo_lib.causal.effect import Effect
from pmo_lib.causal.imputation import impute
from pmo_lib.causal.panel import panel
from pmo_lib.effect.adoption import on_the_edge
from pmo_lib.effect.checks import Check, attrition, effect_in_words, negative_control, tested
from pmo_lib.effect.comparison import compared, in_cells
from pmo_lib.effect.finding import Evidence, Finding, Sample
from pmo_lib.effect.outcomes import OUTCOMES, Outcome, losses, winsorised, with_fixed
from pmo_lib.effect.robustness import KEPT_SHARE
from pmo_lib.effect.rules import Rules


@dataclass(frozen=True)
class SideChecks:
    """What checks need beyond an outcome's own cells; the control is estimated once."""

    evidence: Evidence
    rules: Rules

    def of(self, found: Finding, sample: Sample) -> list[Check]:
        """The checks of one outcome."""
        share = abs(found.tested.value) / 2 / sample.spread if sample.spread else 0.0
        checks = []
        if found.outcome.role != "approved":
            checks.append(attrition(self._losses(found.outcome, sample), share))
        if self.evidence.projects["control"].notna().any():
            of_control, spread = self._control
            checks.append(negative_control(of_control, share * spread))
        if found.outcome.other_bound:
            checks.append(_unmeasured(found, sample))
        return checks

    @cached_property
    def _control(self) -> tuple[Effect, float]:
        """The effect on the negative control, and the spread of that."""
        found = compared(self.evidence, OUTCOMES["control"])
        if found.sample is None:
            return found.tested, 0.0
        effect = attribution(
            found.sample.tested, self.evidence.level, permutations=self.rules.permutations
        )
        return effect, found.sample.spread

    def _losses(self, outcome: Outcome, sample: Sample) -> Effect:
        """The difference in the share of projects of which the outcome is not known."""
        per_year, lead = sample.tested.per_year, sample.tested.lead
        adopted, evidence = self.evidence.adopted, self.evidence
        lost = losses(evidence.projects, outcome, evidence.data_date)
        lost = lost[~on_the_edge(lost, adopted.dates, per_year)]
        rows, fixed = with_fixed(in_cells(lost, per_year), size=False)
        cells = panel(rows, fixed, adopted.cells(per_year), per_year=per_year, lead=lead)
        return attribution(cells, evidence.level, permutations=self.rules.permutations)


def _unmeasured(found: Finding, sample: Sample) -> Check:
    """Whether the effect keeps its sign and half of its size if the unmeasured came as planned."""
    cells = sample.tested
    values = sample.rows[found.outcome.other_bound].fillna(sample.rows["value"])
    dates = (cells.first + cells.first_quarter).astype("float64")
    other = panel(
        sample.rows.assign(value=winsorised(values, sample.rows[list(sample.fixed)])),
        sample.fixed, pd.Series(dict(zip(cells.departments, dates, strict=True))),
        per_year=cells.per_year, lead=cells.lead,
    )  # fmt: skip
    value = float(impute(other, other.untreated[None], other.treated[None]).effect[0, 0])
    own = found.tested.value
    kept = value * own > 0 and abs(value) >= KEPT_SHARE * abs(own)
    said = f"it would be {effect_in_words(value, found.outcome.logarithm)}"
    return tested("unmeasured", said, failed=not kept)
