"""Values of the month where values to date are wanted, and the reverse."""

from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipelines.questions.asked import REPORTED, Asked, Mended, Tables
from pipelines.questions.percent_complete import in_per_cent
from pmo_lib.contract.declarations import DECLARABLE, declared_of
from pmo_lib.contract.settings import Settings
from pmo_lib.contract.tables import TABLES
from pmo_lib.contract.verdict import Question
from pmo_lib.facts.portfolio import original_baselines, rows_of
from pmo_lib.months import month_number, months_of
from pmo_lib.wording import counted, listed

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
FEWEST = 3  # projects, and steps from month to month of each
MOST = 0.6  # of the projects that say either
SOME = 0.2  # of them are asked about by themselves
SAME = 1e-3  # a step by less is none
LATE = 0.6  # of its time a project has had, and so should have earned about as much
NEARLY_ALL = 0.9
LONG = 5  # months, before a series that rises says anything
MOSTLY = 0.7  # of its steps rise
GROWN = 1.5  # times its first value is its last


def answer(tables: Tables, settings: Settings) -> Tables:
    """Sums to date of values of the month, and what each month added to values to date."""
    changed: dict[str, pd.DataFrame] = {}
    for key, convert in (("periodic", _to_date), ("cumulative", _of_the_month)):
        for name in declared_of(key, getattr(settings, key)):
            table, column = name.split(".")
            if table in tables:
                rows = changed.get(table, tables[table])
                changed[table] = rows.assign(**{column: convert(table, rows, column)})
    return changed


def check(asked: Asked) -> Iterator[Question | Mended]:
    yield from _wanted_to_date(asked)
    columns = [name for name in DECLARABLE["cumulative"] if "." in name]
    sure = [name for name in columns if _is_running(asked, name)]
    tables = {name.partition(".")[0] for name in sure}
    names = [  # of one export all columns are alike: one that only rises is as the others
        name for name in columns
        if name in sure or (name.partition(".")[0] in tables and _is_running(asked, name, 0.0))
    ]  # fmt: skip
    for table in dict.fromkeys(name.partition(".")[0] for name in names):
        yield _asked(
            "cumulative", [name for name in names if name.startswith(f"{table}.")],
            "values to date; they rise from month to month in nearly all rows, and the table wants "
            "those of the month alone",
        )  # fmt: skip


def _asked(key: str, names: list[str], what: str) -> Question:
    table = names[0].partition(".")[0]
    columns = [name.partition(".")[2] for name in names]
    asks = f"{'are' if len(names) > 1 else 'is'} {listed(columns)} of {table} {what}"
    of_table = DECLARABLE[key][table]
    told = table if set(of_table) == set(names) else ", ".join(names)
    remedy = f"Say so in settings.yml by {key}: [{told}]"
    column = columns[0] if len(columns) == 1 else ""
    return Question(key, table, column, asks, remedy, withholds=tuple(names))


def _order(table: str, rows: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """The rows by series and month, and what tells one series from another."""
    series = [name for name in TABLES[table].key if name != "period"]
    return rows.sort_values([*series, "period"], kind="stable"), series


def _to_date(table: str, rows: pd.DataFrame, column: str) -> pd.Series:
    ordered, series = _order(table, rows)
    sums: pd.Series = ordered.groupby(series, dropna=False)[column].cumsum()
    return sums.reindex(rows.index)


def _of_the_month(table: str, rows: pd.DataFrame, column: str) -> pd.Series:
    """A value below half the last one is the first of a new year."""
    ordered, series = _order(table, rows)
    known = ordered[ordered[column].notna()]
    before = known.groupby(series, dropna=False)[column].shift().fillna(0.0)
    begins_anew = known[column] < before / 2
    return (known[column] - before.mask(begins_anew, 0.0)).reindex(rows.index)


def _wanted_to_date(asked: Asked) -> Iterator[Question | Mended]:
    """Values that fall or stay level, or add up to what a late project should have come to."""
    if "status_reports" not in asked.tables:
        return
    shares = in_per_cent(asked)
    columns = [c for c in REPORTED[:3] if f"status_reports.{c}" not in shares]
    found = {c: _of_month_or_to_date(asked, c) for c in columns}
    share = {
        c: monthly.sum() / max(1, (monthly | other).sum()) for c, (monthly, other) in found.items()
    }
    many = {c: share[c] for c in columns if found[c][0].sum() >= FEWEST}
    names = [f"status_reports.{c}" for c in many if share[c] >= MOST]
    some = {c: found[c][0] for c in many if SOME <= share[c] < MOST}
    if some:
        yield _of_some(asked, some)
    if names:
        yield _asked(
            "periodic", names,
            "values of the month; in most projects they fall, stay level, or only add up to what "
            "was planned or spent, and the table wants values to date",
        )  # fmt: skip


def _of_some(asked: Asked, some: Mapping[str, Bools]) -> Mended:
    """Of some projects the values are of the month: theirs are not used."""
    ids = {name: asked.tables["projects"]["project_id"][of] for name, of in some.items()}
    every = sorted(set().union(*ids.values()))
    asks = (
        f"{'are' if len(some) > 1 else 'is'} {listed(list(some))} of status_reports values of the "
        f"month in {counted(len(every), 'project')}, whose values fall or stay level, and to date "
        "in the others; theirs are not used"
    )
    question = Question(
        "periodic_of_some", "status_reports", "", asks,
        "Give values to date of all projects", examples=tuple(every[:3]),
    )  # fmt: skip

    def without(tables: Tables) -> Tables:
        rows = tables["status_reports"]
        left = {c: rows[c].mask(rows["project_id"].isin(own)) for c, own in ids.items()}
        return {"status_reports": rows.assign(**left)}

    return Mended(question, without)


def _of_month_or_to_date(asked: Asked, column: str) -> tuple[Bools, Bools]:
    """Which projects' values seem to be of the month, and which to date."""
    reports, n = asked.reports, len(asked.tables["projects"])
    known = reports[reports[column].notna().to_numpy() & (reports["at"] >= 0).to_numpy()]
    if known.empty:
        return np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
    at, value = known["at"].to_numpy(), known[column].to_numpy()
    same = at[1:] == at[:-1]
    step, size = np.diff(value)[same], np.maximum(value[:-1], value[1:])[same]
    of = at[1:][same]
    steps = np.bincount(of, minlength=n)
    falls = np.bincount(of, step < -SAME * size, minlength=n)
    rises = np.bincount(of, step > SAME * size, minlength=n)
    last = np.full(n, np.nan)
    last[at] = value
    total = np.bincount(at, value, minlength=n)
    wanted = _wanted(asked, column, known)
    enough = (steps >= FEWEST) & (total > 0)
    with np.errstate(invalid="ignore"):
        is_done = last >= NEARLY_ALL * wanted
        summed = (last < MOST * wanted) & (total > wanted / 2) & (total < 2 * wanted)
    level = (falls + rises == 0) & ~is_done
    monthly = enough & ((falls >= steps / 4) | level | (summed & (steps > FEWEST)))
    to_date = enough & ~monthly & (rises > 0)
    return monthly, to_date


def _wanted(asked: Asked, column: str, reports: pd.DataFrame) -> Floats:
    """What each project should have come to by its last report, as far as it is late in its life.

    The actual cost of those completed by then, and the part of the original budget that the time
    gone by is of the planned time; missing where too little of it has gone by.
    """
    projects = asked.tables["projects"]
    last = reports.drop_duplicates("at", keep="last").set_index("at")["period"]
    period = month_number(last).reindex(range(len(projects))).to_numpy()
    wanted = np.full(len(projects), np.nan)
    if "baselines" in asked.tables:
        plan = original_baselines(asked.tables["baselines"])
        at = rows_of(plan, projects["project_id"])
        start, finish = (month_number(months_of(plan[c])).to_numpy() for c in ("start", "finish"))
        cost = plan["cost"].to_numpy()
        start, finish, cost = (np.append(v, np.nan)[at] for v in (start, finish, cost))
        with np.errstate(invalid="ignore", divide="ignore"):
            gone = np.minimum((period - start + 1) / (finish - start + 1), 1.0)
        wanted = np.where(gone >= LATE, gone * cost, np.nan)
    if column == "actual_cost":
        finished = month_number(months_of(projects["finished_on"])).to_numpy()
        ended = (finished - period <= FEWEST) & (projects["status"] == "completed").to_numpy()
        wanted = np.where(ended, projects["actual_cost"].to_numpy(), wanted)
    return wanted


def _is_running(asked: Asked, name: str, mostly: float = MOSTLY) -> bool:
    """Whether nearly all series of a column rise from month to month, but for a new year.

    They do so in `mostly` of their steps, and stay level in the others.
    """
    if not asked.has(name):
        return False
    table, column = name.split(".")
    ordered, series = _order(table, asked.tables[table][[*TABLES[table].key, column]])
    known = ordered[ordered[column].notna().to_numpy()]
    code = known.groupby(series, sort=False).ngroup().to_numpy()
    value = known[column].to_numpy(dtype="float64")
    same = code[1:] == code[:-1]
    anew = same & (value[1:] < value[:-1] / 2)  # a new year begins
    run = np.concatenate([[0], np.cumsum(~same | anew)])
    lengths = np.bincount(run)
    step, of = np.diff(value), run[1:]
    within = run[1:] == run[:-1]
    size = SAME * np.maximum(np.abs(value[1:]), np.abs(value[:-1]))
    falls = np.bincount(of, within & (step < -size), minlength=len(lengths))
    rises = np.bincount(of, within & (step > size), minlength=len(lengths))
    first = np.searchsorted(run, np.arange(len(lengths)))
    grown = value[first + lengths - 1] >= GROWN * value[first]
    long = lengths >= LONG
    runs = long & grown & (falls <= lengths / 20) & (rises >= (lengths - 1) * mostly)
    return bool(runs.any() and runs.sum() >= NEARLY_ALL * long.sum()
                and (not mostly or _adds_up_to_too_much(asked, name)))  # fmt: skip


def _adds_up_to_too_much(asked: Asked, name: str) -> bool:
    """Whether the sum of a benefit's months is far beyond its target, where targets are known."""
    table, column = name.split(".")
    if table != "benefit_reports":
        return True
    reports, benefits = asked.tables[table], asked.tables["benefits"]
    sums = reports.groupby("benefit_id")[column].sum()
    forecast = reports.groupby("benefit_id")["forecast"].last()
    target = benefits.set_index("benefit_id")["target_value"].reindex(sums.index)
    times = (sums / target.fillna(forecast)).where(lambda t: t > 0).dropna()
    return not len(times) or bool(times.median() > 1.5)
