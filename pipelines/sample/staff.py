"""What staff say in a survey of the whole organisation, of which only shares are published."""

from pipelines.sample.chance import Stream
from pipelines.sample.rows import Row
from pipelines.sample.truths import TRUTHS, Department

STAFF_WAVES = ("2023-11", "2024-11", "2025-11")
STAFF_A_PROJECT = 8  # the more work, the more staff
# measure: share of favourable answers in the middle department
MEASURES = {
    "Employee engagement index": 0.62,
    "My manager theme score": 0.74,
    "Resources and workload theme score": 0.66,
    "Leadership and managing change theme score": 0.48,
}


def survey_score_rows() -> list[Row]:
    return [
        row
        for department in TRUTHS.departments
        for row in _scores(department, Stream("staff level", department.name).normal(0, 0.05))
    ]


def _scores(department: Department, level: float) -> list[Row]:
    """The scores of a department that lies so far from the middle on every measure."""
    rows: list[Row] = []
    for wave in STAFF_WAVES:
        stream = Stream("staff survey", department.name, wave)
        respondents = round(STAFF_A_PROJECT * department.projects * stream.uniform(0.55, 0.8))
        for measure, middle in MEASURES.items():
            score = min(max(middle + level + stream.normal(0, 0.03), 0.0), 1.0)
            rows.append(
                {
                    "department": department.name,
                    "wave": wave,
                    "measure": measure,
                    "score": stream.mostly(round(score, 2), missing=0.015),
                    "respondents": respondents,
                    "kind": "organisation",
                }
            )
    return rows
