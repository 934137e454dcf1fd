"""The front page of a pack, index.html: what is new, what is asked, and where to read on."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from markupsafe import Markup

from pipelines.publishing.pages import PAGES
from pipelines.publishing.pdf import PACK
from pipelines.publishing.render import Record
from pmo_lib.assessment.collecting import in_words, steps
from pmo_lib.brief.brief import Brief
from pmo_lib.engine.result import ORGANISATION
from pmo_lib.measurement import Measurement
from pmo_lib.months import month
from pmo_lib.reports import front, page, quality
from pmo_lib.workbook import Workbook


def write_index(
    folder: Path,
    title: str,
    records: Sequence[Record],
    workbook: Workbook,
    measured: Measurement,
    value: Brief,
    pdfs: Sequence[str],
) -> None:
    """Write index.html; `pdfs` are those of the reports, in their order, or none."""
    settings, groups = workbook.settings, defaultdict[str, list[Record]](list)
    printed = dict(zip([record.file for record in records], pdfs, strict=bool(pdfs)))
    links = {
        str(record.parameters.get("department") or ORGANISATION): record.file
        for record in reversed(records)
        if record.is_published and record.notebook in SUBJECTS
    }
    for record in records:
        if record.file not in links.values() or not record.parameters.get("department"):
            groups[record.group].append(record)  # the others are linked in the table
    brief = measured.briefs[ORGANISATION]
    text = PAGES.get_template("index.html.j2").render(
        title=title,
        period=month(measured.period),
        why=workbook.why(measured.period),
        verdict=brief.verdict,
        value=value.verdict,
        since=brief.since_last,
        last_period=month(brief.last_period) if brief.last_period else "",
        departments=Markup(front.departments(measured, links, printed).data),
        reports=records,
        failed=[record for record in records if not record.is_published],
        groups=groups,
        pdfs=printed,
        pack_pdf=PACK if pdfs else "",
        withheld=workbook.verdict.lost(settings.withhold_above_rejected_share),
        questions=workbook.verdict.questions,
        collect_next=in_words(steps(workbook.view(measured.period))),
        quality_in_words=quality.in_words(workbook),
        quality=Markup(
            page.folded(
                "Table by table", quality.per_table(workbook), quality.violations(workbook)
            ).data
        ),
        data_hash=workbook.verdict.data_hash,
        version=workbook.version,
    )
    (folder / "index.html").write_text(text, encoding="utf-8")


SUBJECTS = ("03_kpi_report", "05_one_page")  # notebooks that open with a subject's page
