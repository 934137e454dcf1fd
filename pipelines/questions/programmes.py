"""Rows of projects that are sums of others: programmes, phases, totals of a department."""

import re
from collections.abc import Iterator, Mapping, Set

import numpy as np
import pandas as pd

from pipelines.questions.asked import Asked, Mended, Tables
from pipelines.reading.totals import WHOLE, rows_with
from pmo_lib.contract.tables import in_reference_order
from pmo_lib.contract.verdict import Question
from pmo_lib.wording import counted, listed

_OF = r"(?:project|programme|program|portfolio|task|issue|work_?item|item|record|initiative)"
PARENT = re.compile(
    rf"(?:{_OF}_)?(?:parent|part_of|belongs_to|summary_of|rolls_up_to)(?:_{_OF})?(?:_(?:id|key|code|"
    rf"number|no|name|link))?|(?:programme|program|portfolio|epic)(?:_(?:id|key|code|number|no|name))?"
)
OUTLINE = re.compile(r"(?:wbs|outline)(?:_(?:number|code|no|id))?|hierarchy|outline")
SUMMARY = re.compile(r"(?:is_)?summary(?:_task)?|is_(?:parent|programme|program)|has_children")
YES = {"yes", "y", "true", "1", "x"}
FEWEST = 3
SAME = 1e-6


def check(asked: Asked) -> Iterator[Question | Mended]:
    """Parents are not counted beside their children; what adds up to others is asked about."""
    projects = asked.tables["projects"]
    extra = asked.extra.get("projects")
    told: set[str] = set()
    if extra is not None:
        for name in extra.columns.difference(projects.columns):
            parts = _parts(str(name), extra, projects)
            parents = parts.keys() - told
            if parents and len(parents) < len(projects):
                it, they = f"by {name} it contains others", f"by {name} they contain others"
                yield from _benefits_of_their_own(it, they, parts, asked)
                yield _left_out(str(name), parents, asked)
                told |= parents
    sums = _sums(asked, told)
    if sums:
        it, they = "it is the sum of others", "they are sums of others"
        yield from _benefits_of_their_own(it, they, sums, asked)
        yield _sum_of_others(sums)
    yield from _called_totals(asked, told | sums.keys())


def _parts(name: str, extra: pd.DataFrame, projects: pd.DataFrame) -> dict[str, set[str]]:
    """The projects that a column says contain others, each with those next beneath it."""
    if not any(pattern.fullmatch(name) for pattern in (PARENT, OUTLINE, SUMMARY)):
        return {}
    values, own = extra[name].str.strip(), extra["project_id"]
    accepted = set(projects["project_id"])
    if SUMMARY.fullmatch(name):
        wholes = set(own[values.str.casefold().isin(YES)]) & accepted
        return dict.fromkeys(wholes, accepted - wholes)
    if OUTLINE.fullmatch(name):
        numbers = values.str.rstrip(".")
        by_number = dict(zip(numbers.dropna(), own[numbers.notna()], strict=True))
        above = numbers.str.rpartition(".")[0].map(by_number)
    else:
        names = projects.drop_duplicates("name", keep=False).dropna(subset=["name"])
        by_name = dict(zip(names["name"], names["project_id"], strict=True))
        above = values.where(values.isin(accepted), values.map(by_name))
    above = above[above.isin(accepted) & (above != own)]
    return {whole: set(parts) for whole, parts in own[above.index].groupby(above)}


def _benefits_of_their_own(
    it: str, they: str, parts: Mapping[str, set[str]], asked: Asked
) -> Iterator[Question]:
    """Benefits that only a row that contains others has, which would be lost with it."""
    if "benefits" not in asked.tables:
        return
    holders = set(asked.tables["benefits"]["project_id"])
    alone = [whole for whole in parts if whole in holders and not _below(whole, parts) & holders]
    if not alone:
        return
    lost = asked.tables["benefits"]["project_id"].isin(alone).sum()
    asks = (
        f"which projects bring the benefits of {listed([repr(each) for each in alone[:3]])}"
        f"{f' and {len(alone) - 3:,} more' if len(alone) > 3 else ''}? "
        f"{(it if len(alone) == 1 else they).capitalize()} and "
        f"{'is' if len(alone) == 1 else 'are'} not counted, and {counted(int(lost), 'benefit')} of "
        f"{len(asked.tables['benefits']):,} would be lost"
    )
    withheld = tuple(each for each in ("benefits", "benefit_reports") if each in asked.tables)
    yield Question(
        "programme_benefits", "benefits", "project_id", asks,
        "Give each benefit to the project that brings it; waived, they are not counted",
        withheld, tuple(alone[:3]),
    )  # fmt: skip


def _below(whole: str, parts: Mapping[str, set[str]]) -> set[str]:
    """All that a project contains, at whatever depth."""
    found, left = set[str](), [whole]
    while left:
        new = parts.get(left.pop(), set()) - found
        found |= new
        left += new
    return found - {whole}


def _left_out(column: str, parents: set[str], asked: Asked) -> Mended:
    share = len(parents)
    asks = (
        f"is {column} of projects what a project is part of; {counted(share, 'row')} of "
        f"{len(asked.tables['projects'])} {'contains' if share == 1 else 'contain'} others and "
        f"{'is' if share == 1 else 'are'} not counted beside them, nor what other tables say of "
        f"{'it' if share == 1 else 'them'}"
    )
    question = Question(
        "programmes", "projects", column, asks,
        "Leave rows that contain others out of the export", examples=tuple(sorted(parents)[:3]),
    )  # fmt: skip
    return Mended(question, lambda tables: _without(tables, parents))


def _without(tables: Tables, ids: set[str]) -> Tables:
    """The tables without these projects and all that refers to them."""
    gone = {"projects.project_id": ids}
    changed: dict[str, pd.DataFrame] = {}
    for table in (each for each in in_reference_order() if each.name in tables):
        rows, key = tables[table.name], table.key[0]
        its_own = {f"{table.name}.{key}": key} | {c.references: c.name for c in table}
        goes = pd.Series(False, index=rows.index)
        for whose in gone.keys() & its_own.keys():
            goes |= rows[its_own[whose]].isin(gone[whose])
        if goes.any():
            gone.setdefault(f"{table.name}.{key}", set(rows.loc[goes, key]))
            changed[table.name] = rows[~goes].reset_index(drop=True)
    return changed


def _sums(asked: Asked, told: set[str]) -> dict[str, set[str]]:
    """Projects that cost as much as all others of their department, each with these others.

    So by planned or actual cost, of a department or of the whole.
    """
    projects = asked.tables["projects"]
    amounts = projects[["project_id", "department", "actual_cost"]]
    baselines = asked.tables.get("baselines")
    if baselines is not None:
        last = baselines.drop_duplicates("project_id", keep="last")
        amounts = amounts.merge(last[["project_id", "cost"]], on="project_id", how="left")
    amounts = amounts[~amounts["project_id"].isin(told)]
    found: dict[str, set[str]] = {}
    for column in amounts.columns.intersection(["actual_cost", "cost"]):
        known = amounts[amounts[column] > 0]
        for group in (known["department"], pd.Series("", index=known.index)):
            of = known.groupby(group)[column]
            others = of.transform("sum") - known[column]
            is_sum = np.isclose(others, known[column], rtol=SAME) & (of.transform("size") > FEWEST)
            for name, of_group in zip(known["project_id"][is_sum], group[is_sum], strict=True):
                found[f"{name}"] = set(known["project_id"][group == of_group]) - {name}
    return found


def _sum_of_others(sums: Mapping[str, set[str]]) -> Mended:
    first, others = next(iter(sums.items()))
    asks = (
        f"{'is' if len(sums) == 1 else 'are'} {counted(len(sums), 'project')} the sum of others; "
        f"{first} costs what {len(others)} others cost together, and is not counted beside them"
    )
    question = Question(
        "sum_of_others", "projects", "project_id", asks, "Leave totals out of the export",
        examples=tuple(sorted(sums)[:3]),
    )  # fmt: skip
    return Mended(question, lambda tables: _without(tables, set(sums)))


def _called_totals(asked: Asked, told: Set[str]) -> Iterator[Question]:
    """Projects that alone bear a word for a total, though they look like no total."""
    projects = asked.tables["projects"]
    for column in ("name", "department"):
        once = projects[~projects[column].duplicated(keep=False)]
        called = once.loc[rows_with(once[column], WHOLE), ["project_id", column]]
        called = called[~called["project_id"].isin(told)]
        if len(called):
            first, word = called.iloc[0]
            more = f", as of {len(called) - 1:,} more" if len(called) > 1 else ""
            yield Question(
                "called_total", "projects", column,
                f"is {first!r} a total of others; its {column} is {word!r}{more}, and it is "
                "counted as a project",
                "Leave totals out of the export",
            )  # fmt: skip
