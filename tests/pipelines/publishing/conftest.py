"""A browser, for tests of what only one can tell: skipped where there is none, never in CI."""

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from pipelines.publishing.pdf import BROWSERS

REQUIRED = "PMO_BROWSER_REQUIRED"


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where the machine's browser is."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), "")
    if not found and os.environ.get(REQUIRED):
        pytest.fail(f"{REQUIRED} is set, and there is no browser")
    if not found:
        pytest.skip("needs a browser")
    return found


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Any]:
    """A running browser, driven by Playwright."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield started
        started.close()
