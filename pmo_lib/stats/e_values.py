"""E-values: how strong unmeasured confounding would have to be to explain a difference away."""

from math import exp, sqrt


def e_value(ratio: float) -> float:
    """RR + √(RR (RR - 1)), of 1 ÷ RR where RR is below 1 (VanderWeele & Ding 2017)."""
    above = max(ratio, 1 / ratio)
    return above + sqrt(above * (above - 1))


def e_value_of_difference(value: float, spread: float) -> float:
    """The E-value of a difference of means: RR = exp(0.91 × value ÷ standard deviation)."""
    return e_value(exp(min(0.91 * abs(value) / spread, 300.0)))  # 300: beyond it overflows
