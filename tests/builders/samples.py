"""Samples of which the truth is known, for every method of `pmo_lib`'s intervals and skill."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from math import exp, log, sqrt
from statistics import NormalDist

import numpy as np

from builders import rivals
from pmo_lib.stats import means, quantiles, rates, ratios, skill
from pmo_lib.stats.estimate import Estimate
from pmo_lib.stats.numbers import Floats, Sums

LEVEL = 0.9
KEPT = (0.86, 0.94)  # what an interval of 90 % must hold where it is offered without a warning
AT_LEAST = (0.86, 1.0)  # of counts, which are coarse, or conservative by design
SHOWN = None  # no promise: the tail, or too few cases, forbid one

Draw = np.random.Generator
Sample = Callable[[Draw], tuple[Estimate, float]]


@dataclass(frozen=True)
class Scenario:
    """A method on samples of one kind; `sample` draws one and gives the estimate and the truth."""

    method: str
    drawn: str
    sample: Sample
    promise: tuple[float, float] | None = KEPT

    @property
    def name(self) -> str:
        return f"{self.method}: {self.drawn}"


# Rates and counts of people


def rate(draw: Draw, method: Callable[..., Estimate], n: int) -> tuple[Estimate, float]:
    p = draw.uniform()
    return method(int(draw.binomial(n, p)), n, LEVEL), p


def alike(draw: Draw, p: float, icc: float, projects: int) -> Floats:
    """A probability for each project, so that its reports resemble one another."""
    ab = (1 - icc) / icc
    return draw.beta(p * ab, (1 - p) * ab, projects)


def reports(draw: Draw, p: Floats) -> Estimate:
    """A clustered rate of 1 to 12 reports a project."""
    sizes = draw.integers(1, 13, len(p))
    return rates.clustered_rate(draw.binomial(sizes, p).astype(float), sizes * 1.0, LEVEL)


def clustered_rate(draw: Draw, projects: int, p: float, icc: float) -> tuple[Estimate, float]:
    return reports(draw, alike(draw, p, icc, projects)), p


def rate_difference(
    draw: Draw, n: tuple[int, int], p: tuple[float, float]
) -> tuple[Estimate, float]:
    both = (rates.rate(int(draw.binomial(m, q)), m, LEVEL) for m, q in zip(n, p, strict=True))
    return rates.rate_difference(*both), p[0] - p[1]


def clustered_difference(draw: Draw, projects: int, shared: bool) -> tuple[Estimate, float]:
    """0.4 - 0.2, in projects of which the others are, or are not, the same."""
    first = alike(draw, 0.4, 0.3, projects)
    second = first / 2 if shared else alike(draw, 0.2, 0.3, projects)
    return rates.rate_difference(reports(draw, first), reports(draw, second)), 0.2


def nps(draw: Draw, n: int, p: tuple[float, float]) -> tuple[Estimate, float]:
    promoters, detractors, _ = draw.multinomial(n, [*p, 1 - sum(p)])
    return rates.nps(n, int(promoters), int(detractors), LEVEL), 100 * (p[0] - p[1])


def clustered_nps(
    draw: Draw, cases: int, p: tuple[float, float], icc: float, each_alike: bool
) -> tuple[Estimate, float]:
    """1 to 4 scores a case; of all scores, or the mean of each case's own."""
    shares = np.array([*p, 1 - sum(p)])
    own = draw.dirichlet(shares * (1 - icc) / icc, cases)
    sizes = draw.integers(1, 5, cases)
    said = np.array([draw.multinomial(n, q) for n, q in zip(sizes, own, strict=True)])
    net, n = (said[:, 0] - said[:, 1]).astype(float), sizes.astype(float)
    if each_alike:
        net, n = net / n, np.ones(cases)
    return rates.clustered_nps(net, n, LEVEL), 100 * (p[0] - p[1])


def of_rates() -> Iterator[Scenario]:
    for n in (5, 10, 20, 100):
        for name, method in (
            ("rate (Wilson)", rates.rate),
            ("rate (Jeffreys)", rivals.jeffreys),
        ):
            drawn = f"{n} cases, every share from 0 to 1"
            yield Scenario(name, drawn, partial(rate, method=method, n=n), AT_LEAST)
    for projects in (5, 10, 30):
        for p, icc in ((0.7, 0.05), (0.7, 0.3), (0.9, 0.3), (0.9, 0.6)):
            drawn = f"{projects} projects of 1–12 reports, share {p}, likeness {icc}"
            sample = partial(clustered_rate, projects=projects, p=p, icc=icc)
            yield Scenario("clustered rate", drawn, sample, AT_LEAST)
    for n in ((8, 8), (10, 40), (50, 50)):
        for p in ((0.5, 0.4), (0.9, 0.7)):
            drawn = f"{n[0]} and {n[1]} cases, shares {p[0]} and {p[1]}"
            sample = partial(rate_difference, n=n, p=p)
            yield Scenario("rate difference (Newcombe)", drawn, sample, AT_LEAST)
    for projects in (10, 30):
        for shared, how in ((False, "different projects"), (True, "the same projects")):
            drawn = f"clustered, {projects} and {projects}, {how}"
            sample = partial(clustered_difference, projects=projects, shared=shared)
            yield Scenario("rate difference (Newcombe)", drawn, sample, AT_LEAST)
    for n in (5, 15, 60):
        for p in ((0.4, 0.3), (0.7, 0.1), (0.1, 0.6)):
            drawn = f"{n} answers, {p[0]:.0%} promoters, {p[1]:.0%} detractors"
            yield Scenario("net promoter score", drawn, partial(nps, n=n, p=p), AT_LEAST)
    for cases in (8, 20, 60):
        for icc in (0.1, 0.7):
            for each_alike, name in ((False, "clustered"), (True, "mean of cases' own")):
                drawn = f"{cases} cases of 1–4, 40% promoters, 30% detractors, likeness {icc}"
                sample = partial(
                    clustered_nps, cases=cases, p=(0.4, 0.3), icc=icc, each_alike=each_alike
                )
                yield Scenario(f"net promoter score, {name}", drawn, sample, AT_LEAST)


# Means


def likert(draw: Draw, n: int) -> Floats:
    return np.clip(np.round(draw.normal(4.6, 0.6, n)), 1, 5)


def cost_tail(draw: Draw, n: int) -> Floats:
    """Logarithms of cost ratios: most near the budget, 15 % with a tail of index 1.67."""
    return draw.normal(0, 0.18, n) + (draw.random(n) < 0.15) * draw.exponential(0.6, n)


def mean(
    draw: Draw, values: Callable[[Draw, int], Floats], truth: float, n: int
) -> tuple[Estimate, float]:
    return means.mean(values(draw, n), LEVEL), truth


def geometric(
    draw: Draw, logs: Callable[[Draw, int], Floats], truth: float, n: int
) -> tuple[Estimate, float]:
    return means.geometric_mean(np.exp(logs(draw, n)), LEVEL), exp(truth)


def clustered_mean(draw: Draw, cases: int, icc: float, even: bool) -> tuple[Estimate, float]:
    sizes = draw.integers(1, 13, cases) if even else np.minimum(draw.geometric(0.15, cases), 40)
    own = 5 + draw.normal(0, sqrt(icc), cases)
    totals = sizes * own + np.sqrt(sizes * (1 - icc)) * draw.normal(0, 1, cases)
    return means.clustered_mean(totals, sizes * 1.0, LEVEL), 5.0


def of_means() -> Iterator[Scenario]:
    shapes: tuple[tuple[str, Callable[[Draw, int], Floats], float], ...] = (
        ("bell-shaped", lambda draw, n: draw.normal(size=n), 0.0),
        ("log-normal, σ 0.5", lambda draw, n: draw.lognormal(0, 0.5, n), exp(0.125)),
        ("exponential", lambda draw, n: draw.exponential(size=n), 1.0),
    )
    for n in (5, 10, 30, 100):
        for shape, values, truth in shapes:
            sample = partial(mean, values=values, truth=truth, n=n)
            yield Scenario("mean", f"{n} values, {shape}", sample)
        truth = float(likert(np.random.default_rng(0), 10**6).mean())
        sample = partial(mean, values=likert, truth=truth, n=n)
        yield Scenario("mean", f"{n} answers of 1–5, mean {truth:.1f}", sample, AT_LEAST)
        for tail in (3.3, 1.67):
            sample = partial(
                mean, values=lambda draw, n, a=tail: draw.pareto(a, n), truth=1 / (tail - 1), n=n
            )
            yield Scenario("mean", f"{n} values, heavy tail of index {tail}", sample, SHOWN)
    for a_month in (0.5, 2, 8):
        sample = partial(
            mean, values=lambda draw, n, a=a_month: draw.poisson(a, n) * 1.0, truth=a_month, n=12
        )
        yield Scenario("monthly mean", f"12 months of {a_month} on average", sample, AT_LEAST)
    for cases in (5, 10, 20, 60):
        for icc, even in ((0.1, True), (0.5, True), (0.5, False)):
            sizes = "1–12" if even else "1–40, most small"
            drawn = f"{cases} cases of {sizes}, likeness {icc}"
            sample = partial(clustered_mean, cases=cases, icc=icc, even=even)
            yield Scenario("clustered mean", drawn, sample)
    for n in (5, 10, 30, 100, 300):
        sample = partial(geometric, logs=lambda draw, n: draw.normal(0.1, 0.3, n), truth=0.1, n=n)
        yield Scenario("geometric mean", f"{n} log-normal ratios", sample)
        sample = partial(geometric, logs=cost_tail, truth=0.15 * 0.6, n=n)
        yield Scenario("geometric mean", f"{n} cost ratios, tail of index 1.67", sample, SHOWN)


# Ratios of sums


def ratio(
    draw: Draw,
    method: Callable[[Floats, Floats], Estimate],
    n: int,
    budgets: float,
    ratios_: Callable[[Draw, int], Floats],
    truth: float,
) -> tuple[Estimate, float]:
    below = draw.lognormal(0, budgets, n)
    return method(below * ratios_(draw, n), below), truth


def gated(above: Floats, below: Floats) -> Estimate:
    return ratios.ratio_of_sums(above, below, LEVEL)


def bounded(above: Floats, below: Floats) -> Estimate:
    return ratios.bounded_ratio(above, below, LEVEL)


def counts(draw: Draw, cases: int) -> tuple[Estimate, float]:
    sizes = draw.integers(1, 13, cases)
    done = draw.binomial(sizes, alike(draw, 0.8, 0.2, cases))
    return bounded(done * 1.0, sizes * 1.0), 0.8


def event_rate(draw: Draw, cases: int, a_year: float, even: bool) -> tuple[Estimate, float]:
    years = draw.uniform(0.2, 3, cases)
    own = a_year * (1.0 if even else draw.gamma(1, 1, cases))
    return ratios.event_rate(draw.poisson(own * years) * 1.0, years, LEVEL), a_year


def with_tail(draw: Draw, n: int, index: float) -> Floats:
    share = (draw.random(n) < 0.15) * draw.exponential(1 / index, n)
    return np.exp(draw.normal(0, 0.18, n) + share)


def of_ratios() -> Iterator[Scenario]:
    thin = partial(ratio, ratios_=lambda draw, n: draw.lognormal(-0.02, 0.2, n), truth=1.0)
    wider = partial(ratio, ratios_=lambda draw, n: draw.lognormal(-0.08, 0.4, n), truth=1.0)
    for n in (100, 300):
        for budgets in (0.5, 1.2):
            how = f"{n} projects, budgets log-normal, σ {budgets}"
            for sample, kind in ((thin, "σ 0.2"), (wider, "σ 0.4")):
                sample = partial(sample, method=gated, n=n, budgets=budgets)
                yield Scenario("ratio of sums, gated (Fieller)", f"{how}, ratios {kind}", sample)
            for index in (3.3, 1.67):
                truth = exp(0.18**2 / 2) * (0.85 + 0.15 * index / (index - 1))
                tailed = partial(with_tail, index=index)
                sample = partial(
                    ratio, method=gated, n=n, budgets=budgets, ratios_=tailed, truth=truth
                )
                drawn = f"{how}, ratios with a tail of index {index}"
                yield Scenario("ratio of sums, gated (Fieller)", drawn, sample, SHOWN)
    plain: tuple[tuple[str, Callable[[Floats, Floats], Estimate]], ...] = (
        ("ratio, linearised", lambda y, x: ratios.event_rate(y, x, LEVEL)),
        ("ratio, jackknife", lambda y, x: rivals.jackknife(y, x, LEVEL)),
        ("ratio, Fieller", lambda y, x: ratios.fieller(Sums.of(y, x), LEVEL)),
    )
    for n in (10, 30, 100):
        for name, method in plain:
            for budgets in (0.5, 1.2):
                drawn = f"{n} cases, wholes σ {budgets}, ratios σ 0.2, no gate"
                sample = partial(thin, method=method, n=n, budgets=budgets)
                kept = KEPT if name == "ratio, Fieller" else SHOWN
                yield Scenario(name, drawn, sample, kept)
    for n in (5, 10, 20, 30, 100):
        for budgets in (0.5, 1.0):
            for a, b in ((1.5, 3.5), (9, 1)):
                drawn = f"{n} wholes σ {budgets}, share {a / (a + b):.1f}"
                sample = partial(
                    ratio, method=bounded, n=n, budgets=budgets, truth=a / (a + b),
                    ratios_=lambda draw, n, a=a, b=b: draw.beta(a, b, n),
                )  # fmt: skip
                yield Scenario("bounded ratio (Fieller)", drawn, sample, KEPT if n > 5 else SHOWN)
        drawn = f"counts 0.8 of 1–12 in {n} cases, likeness 0.2"
        kept = KEPT if n > 5 else SHOWN
        yield Scenario("bounded ratio (Fieller)", drawn, partial(counts, cases=n), kept)
    for cases in (5, 10, 20, 60):
        for a_year, even in ((0.1, True), (0.4, True), (0.4, False), (1.5, False)):
            drawn = f"{cases} cases of 0.2–3 years, {a_year} a year"
            drawn += "" if even else ", some cases far more"
            sample = partial(event_rate, cases=cases, a_year=a_year, even=even)
            yield Scenario("event rate", drawn, sample, AT_LEAST)


# Quantiles, skill, and surveys of known people


def quantile(draw: Draw, p: float, n: int, tail: float) -> tuple[Estimate, float]:
    """Values with a Pareto tail of this index; the method does not care."""
    values = (1 - draw.random(n)) ** (-1 / tail)
    return quantiles.quantile(values, p, LEVEL), (1 - p) ** (-1 / tail)


def clustered_quantile(draw: Draw, p: float, cases: int, icc: float) -> tuple[Estimate, float]:
    of_case = np.repeat(np.arange(cases), draw.integers(1, 13, cases))
    own = draw.normal(0, sqrt(icc), cases)[of_case]
    values = own + draw.normal(0, sqrt(1 - icc), len(of_case))
    found = quantiles.quantile(values, p, LEVEL, of_case)
    return found, NormalDist().inv_cdf(p)


def survival(draw: Draw, p: float, n: int, open_: float) -> tuple[Estimate, float]:
    true, seen = 100 * draw.weibull(1.5, n), draw.exponential(open_, n)
    found = quantiles.survival_quantile(np.minimum(true, seen), true <= seen, p, LEVEL)
    return found, 100 * (-log(1 - p)) ** (1 / 1.5)


def colours(draw: Draw, cases: int, ill: tuple[float, ...]) -> tuple[Estimate, float]:
    """1 to 6 reports a project, half green, 30 % amber, 20 % red; `ill` by colour."""
    shares, rates = np.array([0.5, 0.3, 0.2]), np.array(ill)
    base = float(shares @ rates)
    truth = 1 - float(shares @ (rates * (1 - rates))) / (base * (1 - base))
    colour = draw.choice(3, cases, p=shares)
    shown = np.zeros((cases, 3))
    shown[np.arange(cases), colour] = draw.integers(1, 7, cases)
    went = draw.random(cases) < rates[colour]
    return skill.skill(shown, shown * went[:, None], LEVEL), truth


def some_of(draw: Draw, people: int, n: int) -> tuple[Estimate, float]:
    """The mean of n of so many people, drawn at random; the truth is all people's."""
    everybody = np.clip(np.round(draw.normal(5, 1.3, people)), 1, 7)
    answered = draw.choice(everybody, n, replace=False)
    found = means.mean(answered, LEVEL)
    return rates.finite_population(found, people), float(everybody.mean())


def nps_of_some(draw: Draw, people: int, n: int) -> tuple[Estimate, float]:
    promoters, detractors, passive = draw.multinomial(people, [0.45, 0.2, 0.35])
    asked = draw.multivariate_hypergeometric([promoters, detractors, passive], n)
    found = rates.nps(n, int(asked[0]), int(asked[1]), LEVEL)
    truth = 100 * (promoters - detractors) / people
    return rates.finite_population(found, people), float(truth)


def silent(draw: Draw, people: int, bounds: bool) -> tuple[Estimate, float]:
    """The content answer three times as often as the others; the truth is all people's mean."""
    everybody = np.clip(np.round(draw.normal(4, 1.3, people)), 1, 7)
    answered = everybody[draw.random(people) < np.where(everybody >= 5, 0.6, 0.2)]
    found = means.mean(answered, LEVEL)
    if bounds and len(answered):
        low, high = rates.worst_case(found.value, len(answered) / people, 1, 7)
        found = Estimate(found.value, low, high, len(answered))
    return found, float(everybody.mean())


def of_the_rest() -> Iterator[Scenario]:
    for p, name, sizes in ((0.5, "median", (5, 30)), (0.8, "P80", (12, 60)), (0.95, "P95", (60,))):
        for n in sizes:
            for tail in (1.67, 10):
                sample = partial(quantile, p=p, n=n, tail=tail)
                yield Scenario(name, f"{n} values, tail of index {tail}", sample, AT_LEAST)
    sample = partial(quantile, p=0.95, n=30, tail=10)
    yield Scenario("P95", "30 values, tail of index 10", sample, SHOWN)
    for cases in (10, 30, 100):
        for icc in (0.05, 0.3, 0.6):
            drawn = f"{cases} cases of 1–12, likeness {icc}"
            sample = partial(clustered_quantile, p=0.5, cases=cases, icc=icc)
            yield Scenario("clustered median", drawn, sample, AT_LEAST)
    for p, name in ((0.5, "median"), (0.85, "P85")):
        for n in (10, 30, 100):
            for open_, how in ((200.0, "a third"), (100.0, "half")):
                drawn = f"{name} of {n}, {how} still open"
                sample = partial(survival, p=p, n=n, open_=open_)
                yield Scenario("survival (Kaplan–Meier)", drawn, sample, AT_LEAST)
    for cases in (10, 20, 40, 100):
        for ill in ((0.1, 0.4, 0.8), (0.2, 0.35, 0.5), (0.3, 0.3, 0.3)):
            drawn = f"{cases} projects, ill {', '.join(f'{p:.0%}' for p in ill)} by colour"
            kept = AT_LEAST if cases >= skill.ENOUGH else SHOWN
            yield Scenario("skill", drawn, partial(colours, cases=cases, ill=ill), kept)
    for people, n in ((20, 12), (50, 15), (50, 40)):
        drawn = f"{n} of {people} people, "
        sample = partial(some_of, people=people, n=n)
        yield Scenario("finite population", f"{drawn}mean of answers 1–7", sample, AT_LEAST)
        sample = partial(nps_of_some, people=people, n=n)
        yield Scenario("finite population", f"{drawn}net promoter score", sample, AT_LEAST)
    for people in (40, 200):
        drawn = f"{people} asked, the content answer three times as often"
        for bounds, name, kept in (
            (True, "worst case (Manski)", AT_LEAST),
            (False, "mean of those who answered", SHOWN),
        ):
            sample = partial(silent, people=people, bounds=bounds)
            yield Scenario(name, drawn, sample, kept)


SCENARIOS = [*of_rates(), *of_means(), *of_ratios(), *of_the_rest()]
