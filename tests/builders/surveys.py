"""What answers to surveys come to, from the tables themselves."""

from typing import Any

import pandas as pd

from pmo_lib.engine.customer_groups import CustomerSurvey


def gaps(*given: Any) -> pd.DataFrame:
    return CustomerSurvey(*given).gaps()


def importance_performance(*given: Any) -> pd.DataFrame:
    return CustomerSurvey(*given).importance_performance()
