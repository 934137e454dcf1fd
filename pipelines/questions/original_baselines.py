"""Baselines that are called original and cannot be: set too late, or as things turned out."""

from collections.abc import Iterator

import pandas as pd

from pipelines.questions.asked import Asked, Mended, Tables
from pmo_lib.contract.settings import Settings
from pmo_lib.contract.verdict import Question
from pmo_lib.facts.portfolio import original_baselines
from pmo_lib.wording import counted, listed

EARLY = 0.1  # of the planned time a project may have begun before its plan is approved,
EARLY_DAYS = 31  # and so many days at most
EARLIER = "Give the plan that was approved before the start as version 0"
FEWEST = 5  # completed projects that all end just as planned,
MANY = {"finish": 0.8, "cost": 0.5}  # or so many of those whose plan is no first or last of a month
ROUND = 1_000  # and no round sum: many do end on the planned day, few at the planned penny


def answer(tables: Tables, settings: Settings) -> Tables:
    """Versions counted from 0, where the settings say that the first is 1."""
    if settings.first_version and "baselines" in tables:
        baselines = tables["baselines"]
        return {"baselines": baselines.assign(version=baselines["version"] - 1)}
    return {}


def check(asked: Asked) -> Iterator[Question | Mended]:
    if not asked.has("baselines.version"):
        return
    baselines = asked.tables["baselines"]
    lowest = baselines.groupby("project_id", sort=False)["version"].min()
    if not (lowest == 0).any():
        yield _no_original(lowest)
        return
    if (later := lowest[lowest > 0]).size:
        yield _no_original_of_some(later, len(lowest))
    late, soon = _set_late(asked)
    if len(late):
        yield _late(late)
    elif len(soon):
        days = counted(int(soon["days"].max()), "day")
        asks = (
            f"is version 0 of {counted(len(soon), 'project')} the original baseline; it was "
            f"approved up to {days} after work had begun, and is taken for it"
        )
        yield Question(
            "original_baseline", "baselines", "approved_on", asks, EARLIER,
            examples=tuple(soon["project_id"].head(3)),
        )  # fmt: skip
    yield from _as_it_turned_out(asked, set(late["project_id"]))


def _no_original(lowest: pd.Series) -> Question:
    ones = (lowest == 1).sum()
    asks = (
        f"is version 1 the original baseline; no project has a version 0, {ones} of {len(lowest)} "
        "begin with 1"
    )
    remedy = "Say so in settings.yml by first_version: 1, or give the original as version 0"
    return Question(
        "first_version", "baselines", "version", asks, remedy, withholds=("baselines",)
    )  # fmt: skip


def _no_original_of_some(later: pd.Series, of: int) -> Question:
    ones = (later == 1).sum()
    asks = (
        f"is version 1 the original baseline of some; {counted(len(later), 'project')} of {of:,} "
        f"{'has' if len(later) == 1 else 'have'} no version 0 as the others have, {ones} "
        f"{'begins' if ones == 1 else 'begin'} with 1, and "
        f"{'it is' if len(later) == 1 else 'they are'} left out where outcomes are set against the "
        "original"
    )
    remedy = "Count the versions of all from 0, or of all from 1 and say first_version: 1"
    examples = tuple(later.index[:3])
    return Question("first_version", "baselines", "version", asks, remedy, (), examples)


def _set_late(asked: Asked) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Version 0 of projects that were under way, or over, when it was approved; or just begun."""
    plan = original_baselines(asked.tables["baselines"])
    life = asked.tables["projects"][["project_id", "status", "started_on", "finished_on"]]
    both = plan.merge(life, on="project_id")
    allowed = ((both["finish"] - both["start"]).dt.days * EARLY).clip(0, EARLY_DAYS)
    both["days"] = (both["approved_on"] - both["started_on"]).dt.days
    begun = both["days"] > allowed.fillna(EARLY_DAYS)
    over = (both["approved_on"] >= both["finished_on"]) & (both["status"] == "completed")
    if asked.settings.baseline_definition == "first report":  # the first that was reported
        return both[over], both[:0]
    return both[begun | over], both[(both["days"] > 0) & ~begun & ~over]


def _late(late: pd.DataFrame) -> Mended:
    over = (late["approved_on"] >= late["finished_on"]).sum()
    asks = (
        f"is version 0 of {counted(len(late), 'project')} the original baseline; it was approved "
        f"when work had begun{f' (of {over} when it was over)' if over else ''}, and they are left "
        "out where outcomes are set against the original"
    )
    ids = set(late["project_id"])
    question = Question(
        "original_baseline", "baselines", "approved_on", asks, EARLIER,
        examples=tuple(late["project_id"].head(3)),
    )  # fmt: skip

    def none_original(tables: Tables) -> Tables:
        baselines = tables["baselines"]
        later = baselines["project_id"].isin(ids).astype("Int64")
        return {"baselines": baselines.assign(version=baselines["version"] + later)}

    return Mended(question, none_original)


def _as_it_turned_out(asked: Asked, late: set[str]) -> Iterator[Question]:
    """Completed projects ended on the planned day, or at the planned cost, to the penny."""
    projects = asked.tables["projects"]
    done = projects[(projects["status"] == "completed") & ~projects["project_id"].isin(late)]
    plan = original_baselines(asked.tables["baselines"])
    both = done.merge(plan[["project_id", "finish", "cost"]], on="project_id")
    days = both["finish"].dt
    by_chance = {
        "finish": days.is_month_start | days.is_month_end,
        "cost": both["cost"] % ROUND == 0,
    }
    same = {
        planned: equal
        for planned, actual in {"finish": "finished_on", "cost": "actual_cost"}.items()
        if (equal := _equal(both[planned], both[actual], by_chance[planned], MANY[planned]))
    }
    if same:
        of_all = min(same.values()) == len(both)
        how_many = "all" if of_all else f"{min(same.values())}{' or more' * (len(same) > 1)}"
        asks = (
            f"{'are' if len(same) > 1 else 'is'} {listed(list(same))} of version 0 the plan, or "
            f"the outcome put in its place; {how_many} of {len(both)} completed projects have just "
            "what they came to"
        )
        yield Question(
            "plan_as_outcome", "baselines", next(iter(same)) if len(same) == 1 else "", asks,
            EARLIER,
            withholds=tuple(f"baselines.{name}" for name in same),
        )  # fmt: skip


def _equal(planned: pd.Series, actual: pd.Series, by_chance: pd.Series, share: float) -> int:
    """How many of those known are equal, where it cannot be chance; else 0.

    All are, of which not all are the same; or this share of those that are no round sum or day.
    """
    known = planned.notna() & actual.notna()
    equal, own = planned[known] == actual[known], planned[known]
    if len(own) < FEWEST or own.min() == own.max():
        return 0
    telling = equal[~by_chance[known]]
    many = telling.sum() >= max(FEWEST, share * len(telling))
    return int(equal.sum()) if equal.all() or many else 0
