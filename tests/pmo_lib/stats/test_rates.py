"""The design effect of clusters, worked out on their single units."""

import numpy as np
import pytest

from pmo_lib.stats.rates import design_effect


@pytest.mark.parametrize("seed", range(5))
def test_design_effect_is_the_analysis_of_variances(seed: int) -> None:
    """Donner & Klar (2000): mean squares of the units 0 and 1, clusters of unequal sizes."""
    chance = np.random.default_rng(seed)
    clusters = [(chance.random(n) < chance.beta(1, 1)) * 1.0 for n in (2, 3, 3, 5, 9, 14)]
    units, k = np.concatenate(clusters), len(clusters)
    n, grand = len(units), units.mean()
    between = sum(len(c) * (c.mean() - grand) ** 2 for c in clusters) / (k - 1)
    within = sum(((c - c.mean()) ** 2).sum() for c in clusters) / (n - k)
    typical = (n - sum(len(c) ** 2 for c in clusters) / n) / (k - 1)
    alike = (between - within) / (between + (typical - 1) * within)
    weighted = sum(len(c) ** 2 for c in clusters) / n
    found = design_effect(
        np.array([c.sum() for c in clusters]), np.array([len(c) * 1.0 for c in clusters])
    )
    assert found == pytest.approx(1 + (weighted - 1) * max(alike, 0.0))
