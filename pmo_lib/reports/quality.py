"""How good the data are: what was read, accepted and rejected, and what validation found."""

import pandas as pd
from IPython.display import HTML

from pmo_lib.contract.schema import SEVERITIES
from pmo_lib.contract.tables import TABLES
from pmo_lib.reports import page
from pmo_lib.wording import counted
from pmo_lib.workbook import Workbook

MOST_NAMED = 2


def per_table(workbook: Workbook) -> HTML:
    """Per table: rows read, accepted and rejected, rules met."""
    verdicts = workbook.verdict.tables
    rows = [
        {
            "Table": name,
            "Rows read": verdicts[name].rows_read if name in verdicts else None,
            "Accepted": verdicts[name].rows_accepted if name in verdicts else None,
            "Rejected": verdicts[name].rows_rejected if name in verdicts else None,
            "Rules met": _rules_met(workbook, name),
        }
        for name in TABLES
    ]
    counts = dict.fromkeys(["Rows read", "Accepted", "Rejected"], "Int64")
    frame = pd.DataFrame(rows).astype(counts)
    return page.table(frame, "What was read, and what was accepted")


def in_words(workbook: Workbook) -> str:
    """19 tables, 20,865 rows read, 0 rejected; 15 gaps: 2 rows of projects without a name, …"""
    verdicts = workbook.verdict.tables
    read, rejected = (sum(getattr(t, name) for t in verdicts.values())
                      for name in ("rows_read", "rows_rejected"))  # fmt: skip
    found = sorted(
        (violation for table in verdicts.values() for violation in table.violations),
        key=lambda each: SEVERITIES.index(each.severity),
    )
    said = f"{counted(len(verdicts), 'table')}, {counted(read, 'row')} read, {rejected:,} rejected"
    if not found:
        return f"{said}; every rule is met."
    named = [
        f"{name}: {violation}"
        for name, table in verdicts.items()
        for violation in table.violations
        if violation in found[:MOST_NAMED]
    ]
    return f"{said}; {counted(len(found), 'rule')} broken, such as {'; '.join(named[:MOST_NAMED])}."


def violations(workbook: Workbook) -> HTML:
    """What validation found, the critical first, with the first places; folded away."""
    verdict = workbook.verdict
    found = [(name, violation) for name, t in verdict.tables.items() for violation in t.violations]
    items = [
        f"{'withheld' if question.withholds else 'asked'}: {question}"
        for question in verdict.questions
    ]
    items += [
        f"{violation.severity}: {name}, {violation.column or 'row'}: {violation}"
        for name, violation in sorted(found, key=lambda item: SEVERITIES.index(item[1].severity))
    ]
    items += [
        f"unread: {name}, {lost.column}: {lost}"
        for name, table in verdict.tables.items()
        for lost in table.unread
    ]
    items += [f"withheld: {name}: {why}" for name, why in verdict.unusable.items()]
    items += [
        f"info: {name}: columns kept aside, which the workbook does not know: "
        f"{', '.join(table.extra_columns)}"
        for name, table in verdict.tables.items()
        if table.extra_columns
    ]
    items += [f"info: not a table: {name}" for name in verdict.ignored]
    return page.folded(counted(len(items), "violation"), page.bullets(items, "No violation."))


def _rules_met(workbook: Workbook, name: str) -> str:
    if name in workbook.verdict.unusable:
        return "cannot be read, withheld"
    if name not in workbook.verdict.tables:
        return "no file"
    verdict = workbook.verdict.tables[name]
    met = f"{verdict.expectations_met} of {verdict.expectations}"
    return f"{met}, withheld" if name in workbook.withheld else met
