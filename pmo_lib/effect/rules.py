"""What the verdicts on an effect go by, all fixed before an effect is seen."""

from collections.abc import Mapping
from dataclasses import dataclass

from pmo_lib.causal.randomisation import PERMUTATIONS
from pmo_lib.effect.claim import ALPHA
from pmo_lib.effect.outcomes import PRIMARY, Outcome


@dataclass(frozen=True)
class Rules:
    """The rules of one value case.

    ``smallest`` is the smallest effect of interest by outcome, in its own unit; ``services`` on
    how many pages of services the same question is asked, ``permutations`` how often dates or
    draws are permuted for whatever decides. A ``pledged`` outcome is tested alone.
    """

    smallest: Mapping[str, float]
    services: int = 1
    permutations: int = PERMUTATIONS
    pledged: str = ""

    def alpha(self, outcome: Outcome) -> float:
        """The level at which an outcome is tested when it is the most significant of its kind."""
        kind = len(PRIMARY) if outcome.role == "primary" and not self.pledged else 1
        return ALPHA / kind / self.services
