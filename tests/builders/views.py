"""Views of tables made by hand, with settings and a baseline."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from builders.tables import PERIOD, Row, tables
from pmo_lib.contract.settings import Settings
from pmo_lib.engine.freezing import freeze
from pmo_lib.engine.view import View


def settings(**values: Any) -> Settings:
    return Settings.from_mapping(values)


def view(
    period: str = PERIOD, given: Mapping[str, Any] | None = None, **rows: Iterable[Row]
) -> View:
    """A view on the rows under the settings `given`; by default everything is disclosed."""
    everything: Mapping[str, Any] = {"disclosure": {"too_few": 1}}
    return View(tables(**rows), period, settings(**(everything if given is None else given)))


def with_baseline(seen: View, until: str) -> View:
    """The view with a baseline frozen of itself as of the end of an earlier month."""
    frozen = freeze(
        replace(seen, period=until), "before",
        version=1, frozen_on=f"{until}-28", data_hash="h", workbook_version="1",
    )  # fmt: skip
    return replace(seen, baseline=frozen)
