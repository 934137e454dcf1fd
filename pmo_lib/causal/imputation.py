"""Imputation: the counterfactual of treated cells from untreated ones, and so the effect.

The untreated outcome is department + start quarter + covariates, fitted on untreated cells alone
(Borusyak, Jaravel & Spiess 2024; Gardner 2021). All functions take many assignments together.
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np

from pmo_lib.causal.panel import Panel
from pmo_lib.stats.numbers import Bools, Floats, Integers

FEWEST_CONTROLS = 2  # untreated departments with projects in the quarter of a treated cell
FEWEST_BEFORE = 2  # untreated quarters with projects of a treated department
RIDGE = 1e-10  # of the largest diagonal: what is not identified does not stop the rest
SHARE = 1e-8  # of the largest score: less is what rounding leaves of none
CHUNK = 100_000  # numbers held at once in one array: what fits a cache is three times as fast


@dataclass(frozen=True)
class Imputed:
    """Effects under B assignments, of Q outcomes.

    ``effect`` (B, Q) is missing where no treated cell is supported. ``scores`` (B, D, Q) are each
    department's share in its error; ``n_treated`` and ``n_supported`` (B,) count in weights;
    ``cells`` (B, D, T) are those that count; ``coefficients`` (B, P, Q) are the covariates'.
    """

    effect: Floats
    scores: Floats
    n_treated: Floats
    n_supported: Floats
    cells: Bools
    coefficients: Floats

    def error(self) -> Floats:
        """√(G ÷ (G - 1) × Σ score²) over the G departments that have a share in it (B, Q)."""
        squares = np.square(self.scores).sum(axis=1)
        error: Floats = np.sqrt(few_departments(self.scores)[:, None] * squares)
        return error

    def of(self, assignments: slice | Bools) -> "Imputed":
        """The effects under some of the assignments."""
        return Imputed(*(values[assignments] for values in vars(self).values()))


def impute(
    cells: Panel, untreated: Bools, treated: Bools, fewest_before: int = FEWEST_BEFORE
) -> Imputed:
    """The effect on the supported `treated` cells, the counterfactual from the `untreated` ones.

    Both are (B, D, T); a cell in neither is left out. A treated cell is supported where at least
    two untreated departments have projects in its quarter, its own department has `fewest_before`
    untreated quarters with projects, and the comparisons connect the two.
    """
    size = max(1, CHUNK // max(1, int(np.prod(cells.n.shape)) * max(1, cells.y.shape[2])))
    parts = [
        _impute(cells, untreated[at : at + size], treated[at : at + size], fewest_before)
        for at in range(0, len(untreated), size)
    ]
    return Imputed(*map(np.concatenate, zip(*(vars(part).values() for part in parts), strict=True)))


def supported(
    cells: Panel, untreated: Bools, treated: Bools, fewest_before: int = FEWEST_BEFORE
) -> Bools:
    """Which treated cells can be compared; see `impute`."""
    known = untreated & (cells.cases > 0)
    controls = known.sum(axis=1) >= FEWEST_CONTROLS
    before = known.sum(axis=2) >= fewest_before
    if not (cells.cases > 0).all():  # with gaps the comparisons may fall apart
        steps = known.astype("float64")
        reach = (np.swapaxes(steps, 1, 2) @ steps > 0).astype("float64")
        for _ in range(max(1, int(np.ceil(np.log2(max(2, cells.quarters)))))):
            reach = (reach @ reach > 0).astype("float64")
        connected = steps @ reach > 0
    else:
        connected = np.ones_like(treated)
    counts: Bools = treated & (cells.cases > 0) & controls[:, None] & before[..., None] & connected
    return counts


def _impute(cells: Panel, untreated: Bools, treated: Bools, fewest_before: int) -> Imputed:
    b, d, t = untreated.shape
    p, q = cells.x.shape[2], cells.y.shape[2]
    u = untreated.astype("float64")
    counted = supported(cells, untreated, treated, fewest_before)
    w = counted.astype("float64")
    flat_u = u.reshape(b, -1)
    x, xx, xy = cells.x, cells.xx.reshape(d * t, p * p), cells.xy

    # moments of the untreated cells; the departments' own effects are eliminated from them
    n_u = u * cells.n
    of_d = n_u.sum(axis=2)
    share = np.divide(1.0, of_d, out=np.zeros_like(of_d), where=of_d > 0)
    y_u = u[..., None] * cells.y
    y_d = y_u.sum(axis=2)
    x_d = np.einsum("bdt,dtp->bdp", u, x)
    z = np.concatenate([n_u, x_d], axis=2)
    matrix = np.zeros((b, t + p, t + p))
    at = np.arange(t)
    matrix[:, at, at] = n_u.sum(axis=1)
    matrix[:, :t, t:] = np.einsum("bdt,dtp->btp", u, x)
    matrix[:, t:, :t] = np.swapaxes(matrix[:, :t, t:], 1, 2)
    matrix[:, t:, t:] = (flat_u @ xx).reshape(b, p, p)
    right = np.concatenate(
        [y_u.sum(axis=1), (flat_u @ xy.reshape(d * t, p * q)).reshape(b, p, q)], axis=1
    )
    zn = z * share[..., None]
    matrix -= np.swapaxes(zn, 1, 2) @ z
    right -= np.swapaxes(zn, 1, 2) @ y_d

    # the treated cells, and what they ask of the untreated model
    n_w = w * cells.n
    n_d = n_w.sum(axis=2)
    n_supported = n_d.sum(axis=1)
    asked = np.concatenate([n_w.sum(axis=1), np.einsum("bdt,dtp->bp", w, x)], axis=1)
    asked -= (n_d[..., None] * zn).sum(axis=1)

    diagonal = np.arange(t + p)
    largest = np.maximum(matrix[:, diagonal, diagonal].max(axis=1), 1.0)
    matrix[:, diagonal, diagonal] += RIDGE * largest[:, None]
    solved = np.linalg.solve(matrix, np.concatenate([right, asked[..., None]], axis=2))
    beta, v = solved[..., :q], solved[..., q]
    alpha = share[..., None] * (y_d - z @ beta)

    # residuals, summed by cell; treated ones make the effect, untreated ones its error
    fit_x = np.einsum("dtp,bpq->bdtq", x, beta[:, t:])
    level = alpha[:, :, None] + beta[:, None, :t]
    residual = cells.y - cells.n[..., None] * level - fit_x
    of_treated = (w[..., None] * residual).sum(axis=2)
    n1 = np.where(n_supported > 0, n_supported, np.nan)
    effect = of_treated.sum(axis=1) / n1[:, None]
    moments = np.einsum("bdtq,bt->bdq", u[..., None] * residual, v[:, :t])
    if p:
        g = np.einsum("dtp,bp->bdt", x, v[:, t:])
        quadratic = np.stack(
            [
                ((v[:, t:, None] * beta[:, None, t:, k]).reshape(b, -1) @ xx.T).reshape(b, d, t)
                for k in range(q)
            ],
            axis=-1,
        )
        products = np.einsum("dtpq,bp->bdtq", xy, v[:, t:]) - g[..., None] * level - quadratic
        moments += (u[..., None] * products).sum(axis=2)
    scores = of_treated - effect[:, None] * n_d[..., None] - moments
    n_treated = (treated * cells.n).sum(axis=(1, 2))
    return Imputed(effect, scores / n1[:, None, None], n_treated, n_supported, counted, beta[:, t:])


def sharing(scores: Floats) -> Integers:
    """How many departments have a share in an error, by assignment (B,).

    A department that the model fits whatever its values has none, but for what rounding leaves.
    """
    size = np.abs(scores)
    found: Integers = (size > SHARE * size.max(axis=1, keepdims=True)).any(axis=2).sum(axis=1)
    return found


def few_departments(scores: Floats) -> Floats:
    """G ÷ (G - 1) by assignment, over the G departments that have a share in an error (B,)."""
    taking = sharing(scores)
    factor: Floats = taking / np.maximum(taking - 1, 1)
    return factor


def jackknife_error(without: Floats, effect: float) -> float:
    """√((G - 1) ÷ G × Σ (effect without a department - effect)²), known as CV3."""
    known = without[~np.isnan(without)]
    g = len(known)
    return sqrt((g - 1) / g * float(np.square(known - effect).sum())) if g > 1 else float("nan")


def leaving_out_each(untreated: Bools, treated: Bools) -> tuple[Bools, Bools]:
    """Masks (D, D, T): the i-th without the i-th department."""
    keep = ~np.eye(len(untreated), dtype=bool)[..., None]
    return untreated[None] & keep, treated[None] & keep
