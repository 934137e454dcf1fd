"""The same rows in two files of a table: a mistake, or snapshots of one portfolio."""

import re

import pandas as pd

from pmo_lib.contract.schema import Table
from pmo_lib.errors import DataError

SNAPSHOT_SHARE = 0.5  # of a file's keys that stand in another one as well
_DATED = re.compile(r"(?:19|20)\d\d")
_ONE_FILE = {
    "benchmarks": "Remove it from your own file; one that you do not find in the folder comes with "
    "the workbook"
}


def refuse_keys_in_two_files(table: Table, rows: pd.DataFrame, origin: pd.DataFrame) -> None:
    """Raise DataError where a key stands in several files, naming the first places."""
    key = list(table.key)
    needed = [name for name in key if table[name].need == "required"]
    whole = rows[needed].notna().all(axis=1)  # a part that may be missing is the same where it is
    repeated = rows.loc[whole & rows.duplicated(key, keep=False), key]
    if repeated.empty:
        return
    files = origin.loc[repeated.index, "file"].astype("str")
    several = repeated.assign(file=files).groupby(key, dropna=False, sort=False)["file"]
    repeated = repeated[(several.transform("nunique") > 1).to_numpy()]
    if repeated.empty:
        return
    first = repeated.iloc[0]
    same = (repeated.eq(first) | (repeated.isna() & first.isna())).all(axis=1)
    places = origin.loc[repeated.index[same]]
    shown = " and ".join(f"{file} line {line}" for file, line in places.itertuples(index=False))
    named = ", ".join(f"{name} {value}" for name, value in first.dropna().items())
    more = len(repeated.drop_duplicates()) - 1
    others = f" (and so {'do' if more > 1 else 'does'} {more:,} more)" if more else ""
    raise DataError(
        f"{named} stands in more than one file of {table.name}{others}",
        where=shown,
        remedy=_remedy(table, files.loc[repeated.index], origin.loc[rows.index, "file"]),
    )


def _remedy(table: Table, repeated: pd.Series, rows: pd.Series) -> str:
    own = _ONE_FILE.get(table.name, "Remove it from all files but one")
    sizes = rows.astype("str").value_counts()
    shares = repeated.value_counts() / sizes.reindex(repeated.unique())
    dated = sorted(file for file in shares.index if _DATED.search(file))
    if shares.max() < SNAPSHOT_SHARE or len(dated) < 2:
        return own
    return (
        f"They look like snapshots of one portfolio: leave only the newest, {dated[-1]}, in the "
        "folder. What an older one says of plans belongs into baselines.csv, what it says of how "
        "projects stood into status_reports.csv, with its month"
    )
