"""What the data leave open is asked in words, and withheld till somebody answers.

A check is a function of `Asked` that yields the questions it has; one module a matter.
"""

from collections.abc import Mapping

import pandas as pd

from pipelines.questions.asked import Asked, Check
from pmo_lib.contract.settings import Settings
from pmo_lib.contract.verdict import Question

CHECKS: tuple[Check, ...] = ()


def ask(tables: Mapping[str, pd.DataFrame], settings: Settings) -> tuple[Question, ...]:
    """Every question on the accepted rows that the settings have not waived."""
    asked = Asked(tables, settings)
    found = [question for check in CHECKS for question in check(asked)]
    return tuple(question for question in found if question.id not in settings.waived)
