"""What the data leave open is asked in words, and withheld till somebody answers.

A check is a function of `Asked` that yields the questions it has; one module a matter.
"""

from pipelines.questions import dates
from pipelines.questions.asked import Asked, Check
from pmo_lib.contract.verdict import Question

CHECKS: tuple[Check, ...] = (dates.of_the_future, dates.after_the_data_date, dates.far_before)


def ask(asked: Asked) -> tuple[Question, ...]:
    """Every question on the accepted rows that the settings have not waived."""
    found = [question for check in CHECKS for question in check(asked)]
    return tuple(question for question in found if question.id not in asked.settings.waived)
