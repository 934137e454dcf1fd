"""The one adapter to Great Expectations: the declared rules of a table, checked on its rows.

Nothing else in the project imports Great Expectations. Its import takes seconds, so it waits
until a table is there to be checked.
"""

import gc
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from pmo_lib.contract.schema import Column, EmptyWhen, InOrder, Rule, Severity, Table


@dataclass(frozen=True)
class Checked:
    """One evaluated expectation, and the index labels of the rows that do not meet it."""

    severity: Severity
    columns: tuple[str, ...]
    rule: str
    rows: tuple[int, ...]


class Validator:
    """Great Expectations with a context of its own, kept in memory only."""

    def __init__(self) -> None:
        import great_expectations as gx
        from great_expectations.data_context.types.base import ProgressBarsConfig

        self._context = gx.get_context(mode="ephemeral")
        self._context.variables.progress_bars = ProgressBarsConfig(globally=False)
        asset = self._context.data_sources.add_pandas("tables").add_dataframe_asset("table")
        self._rows = asset.add_batch_definition_whole_dataframe("rows")

    def check(
        self, table: Table, rows: pd.DataFrame, references: Mapping[str, Collection[str]]
    ) -> list[Checked]:
        """Every declared rule of `table`, evaluated on `rows`.

        `references` holds the accepted values of each column that others refer to, by
        "table.column"; a reference to a table that is not there is not checked.
        """
        import great_expectations as gx

        batch = self._rows.get_batch(batch_parameters={"dataframe": rows})
        suite = gx.ExpectationSuite(name=table.name, expectations=expectations(table, references))
        # COMPLETE lists every row; asking for index columns instead is forty times slower
        results = batch.validate(suite, result_format={"result_format": "COMPLETE"}).results
        return [_checked(result.to_json_dict()) for result in results]

    def close(self) -> None:
        """Give up the rows that were checked last: kept in cycles, they would stay for long."""
        self._context.data_sources.delete("tables")
        del self._rows
        gc.collect()


def expectations(table: Table, references: Mapping[str, Collection[str]]) -> list[Any]:
    """The Great Expectations suite of a declared table."""
    import great_expectations.expectations as gxe

    suite: list[Any] = []
    for column in table:
        suite += _of_column(column, references)
    key = list(table.key)
    about = _about((*key,), f"the key ({', '.join(key)}) must not repeat")
    if len(key) == 1:
        suite.append(gxe.ExpectColumnValuesToBeUnique(column=key[0], **about))
    else:
        suite.append(gxe.ExpectCompoundColumnsToBeUnique(column_list=key, **about))
    suite += [_of_rule(rule) for rule in table.rules]
    return suite


def _of_rule(rule: Rule) -> Any:
    import great_expectations.expectations as gxe
    from great_expectations.expectations.row_conditions import Column as When

    if isinstance(rule, InOrder):
        return gxe.ExpectColumnPairValuesAToBeGreaterThanB(
            column_A=rule.second,
            column_B=rule.first,
            or_equal=True,
            ignore_row_if="either_value_is_missing",
            **_about((rule.first, rule.second), rule.meaning, rule.severity),
        )
    must_be_null = isinstance(rule, EmptyWhen)
    kind = gxe.ExpectColumnValuesToBeNull if must_be_null else gxe.ExpectColumnValuesToNotBeNull
    return kind(
        column=rule.column,
        row_condition=When(rule.when).is_in(list(rule.values)),
        **_about((rule.column, rule.when), rule.meaning, rule.severity),
    )


def _of_column(column: Column, references: Mapping[str, Collection[str]]) -> list[Any]:
    import great_expectations.expectations as gxe

    name, suite = column.name, []
    if column.need != "optional":
        severity: Severity = "critical" if column.need == "required" else "warning"
        about = _about((name,), "must have a value", severity)
        suite.append(gxe.ExpectColumnValuesToNotBeNull(column=name, **about))
    if column.allowed:
        about = _about((name,), f"must be one of {', '.join(column.allowed)}")
        suite.append(
            gxe.ExpectColumnValuesToBeInSet(column=name, value_set=list(column.allowed), **about)
        )
    if column.low is not None or column.high is not None:
        about = _about((name,), f"must be {_range(column)}")
        suite.append(
            gxe.ExpectColumnValuesToBeBetween(
                column=name, min_value=column.low, max_value=column.high, **about
            )
        )
    if column.references in references:
        about = _about((name,), f"must be among the accepted rows of {column.references}")
        values = sorted(references[column.references])
        suite.append(gxe.ExpectColumnValuesToBeInSet(column=name, value_set=values, **about))
    return suite


def _range(column: Column) -> str:
    if column.high is None:
        return f"{column.low:g} or more"
    if column.low is None:
        return f"{column.high:g} or less"
    return f"from {column.low:g} to {column.high:g}"


def _about(columns: tuple[str, ...], rule: str, severity: Severity = "critical") -> dict[str, Any]:
    return {"severity": severity, "meta": {"columns": list(columns), "rule": rule}}


def _checked(result: Mapping[str, Any]) -> Checked:
    config = result["expectation_config"]
    about = config["meta"]
    if (message := _exception(result["exception_info"])) is not None:
        raise RuntimeError(
            f"Great Expectations could not evaluate {config['type']} on "
            f"{', '.join(about['columns'])}: {message}"
        )
    return Checked(
        config["severity"],
        tuple(about["columns"]),
        about["rule"],
        tuple(result["result"].get("unexpected_index_list") or ()),
    )


def _exception(info: Mapping[str, Any]) -> str | None:
    """The message of an expectation that could not run; its place depends on the failure."""
    for item in (info, *(value for value in info.values() if isinstance(value, Mapping))):
        if item.get("raised_exception"):
            return str(item.get("exception_message"))
    return None
