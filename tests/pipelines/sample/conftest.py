"""The sample, drawn once for all that look at it."""

import pandas as pd
import pytest

from pipelines.sample import portfolio


@pytest.fixture(scope="session")
def frames() -> dict[str, pd.DataFrame]:
    """The synthetic portfolio by table; no test may change it."""
    return portfolio()
