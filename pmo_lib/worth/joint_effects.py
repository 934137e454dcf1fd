"""The effects that become money: values, their joint uncertainty, and what each verdict counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import nan
from typing import Literal

import numpy as np
import pandas as pd

from pmo_lib.causal.effect import Effect
from pmo_lib.effect.claim import COUNTED
from pmo_lib.effect.outcomes import PRIMARY
from pmo_lib.stats.numbers import Floats

Case = Literal["as estimated", "conservative"]
CASES: tuple[Case, ...] = ("conservative", "as estimated")

# Draws are truncated at these: with few departments t has tails that no project has.
LARGEST = {"cost": 5.0, "schedule": 5.0, "benefits": 2.0}

COMPONENTS = {"cost": "avoided", "schedule": "time", "benefits": "uplift"}


@dataclass(frozen=True, eq=False)
class JointEffects:
    """The effects that could be estimated: their values and covariance (jackknife), and verdicts.

    `cost` and `schedule` are differences of logarithms (below 0 is good), `benefits` one of
    realised ÷ planned (above 0 is good). One that could not be estimated is not in `names`.
    """

    names: tuple[str, ...]
    values: Floats
    covariance: Floats
    freedom: float
    verdicts: Mapping[str, str]

    def draws(self, n: int, random: np.random.Generator) -> pd.DataFrame:
        """n joint draws of multivariate t; a covariance may be singular."""
        roots, vectors = np.linalg.eigh((self.covariance + self.covariance.T) / 2)
        spread = vectors * np.sqrt(np.maximum(roots, 0))
        normal = random.standard_normal((n, len(self.names))) @ spread.T
        heavy = np.sqrt(random.chisquare(self.freedom, n) / self.freedom)[:, None]
        return pd.DataFrame(self._truncated(self.values + normal / heavy), columns=list(self.names))

    def quantile(self, p: float) -> dict[str, float]:
        """Each effect's own p-quantile: value + t × standard error."""
        from scipy.special import stdtrit

        errors = np.sqrt(np.maximum(np.diag(self.covariance), 0))
        held = self._truncated(self.values + float(stdtrit(self.freedom, p)) * errors)
        return dict(zip(self.names, held.tolist(), strict=True))

    def weight(self, name: str, case: Case) -> float:
        """1, or 0 in the conservative case for a gain that is not at least likely.

        A loss that is not shown stays: what is conservative must never be the better case.
        """
        value = float(self.values[self.names.index(name)])
        gain = value > 0 if name == "benefits" else value < 0
        shown = case == "as estimated" or self.verdicts[name] in COUNTED
        return 0.0 if gain and not shown else 1.0

    def counted(self, name: str, drawn: Floats, case: Case) -> Floats:
        """The drawn values of one effect as the case counts them.

        Conservative: of what is not at least likely no gain counts, so a loss that is not shown
        counts where it is one, and is 0 where it would be a gain.
        """
        if case == "as estimated" or self.verdicts[name] in COUNTED:
            return drawn
        losses = np.minimum(drawn, 0.0) if name == "benefits" else np.maximum(drawn, 0.0)
        return losses * self.weight(name, case)

    def _truncated(self, drawn: Floats) -> Floats:
        limits = np.array([LARGEST[name] for name in self.names], dtype="float64")
        return np.clip(drawn, -limits, limits)


def joint_effects(found: Mapping[str, Effect], verdicts: Mapping[str, str]) -> JointEffects:
    """Σ = (G - 1) ÷ G × Σ (v without g - v)(v without g - v)' over the G departments.

    A department without projects of an outcome leaves that effect as it is.
    """
    names = tuple(name.id for name in PRIMARY if name.id in found)
    values = np.array([found[name].value for name in names])
    if not names:
        return JointEffects((), values, np.zeros((0, 0)), nan, verdicts)
    without = pd.concat([found[name].without for name in names], axis=1).to_numpy("float64")
    away = np.where(np.isnan(without), 0.0, without - values)
    g = len(away)
    return JointEffects(names, values, (g - 1) / g * away.T @ away, g - 1, verdicts)
