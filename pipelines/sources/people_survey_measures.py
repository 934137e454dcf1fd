"""What the People Survey asks, by one name over the years wherever the words are the same.

A heading is a code, the question and in brackets which answers count, written otherwise each year:
"B01.\\nI am interested in my work\\n(% selecting 'Strongly agree' or 'Agree')". The name is the
question without its code, and without the brackets where they say no more than that agreement
counts. The index and the nine themes have their own names. A heading that is a bare code, of which
the same number is another question in another year, has the name that a heading of the same
year's survey gives that code; where none or several do, it keeps the code and the year.
"""

import re

import pandas as pd

THEMES = {
    "mw_ts": "My work",
    "op_ts": "Organisational objectives and purpose",
    "lm_ts": "My manager",
    "mt_ts": "My team",
    "ld_ts": "Learning and development",
    "if_ts": "Inclusion and fair treatment",
    "rw_ts": "Resources and workload",
    "pb_ts": "Pay and benefits",
    "lc_ts": "Leadership and managing change",
}
INDICES = {
    "ees": "Employee engagement index",
    "engagement index": "Employee engagement index",
    "employee engagement index": "Employee engagement index",
    "response rate": "Response rate",
    "survey response rate": "Response rate",
    "perma index": "PERMA index",
    "proxy stress index": "Proxy Stress Index",
}

QUESTIONNAIRE = "questionnaire)"  # how the name of a bare code ends

_THEMES = THEMES | {name.casefold(): name for name in THEMES.values()}
_NOTE = re.compile(r"\s*\[note \d+\]", re.I)
_CODE = re.compile(
    r"([a-z]{1,2}\d{1,2}[a-z]?(?:_\w+)?|[a-z]{2}_ts|ees|(?:perma|hse)_index)(?:\.\s*|\s+|$)", re.I
)
_COUNTED = re.compile(r"\s*\( ?% ?([^()]*)\)")
_AGREEMENT = "strongly agree or agree"
_REST_OF_INDEX = re.compile(r"( theme score)?(\s*\(.*\)|\d+)?$")


def measures(headings: pd.DataFrame) -> pd.Series:
    """The measure of each row of `headings`, which has file, published (a year) and heading.

    Two headings of a file and year that would share a name keep all their words instead.
    """
    distinct = headings[["file", "published", "heading"]].drop_duplicates()
    parts = [_parted(heading) for heading in distinct["heading"]]
    codes = pd.Series([code for code, _ in parts], index=distinct.index)
    names = pd.Series([_name(code, text) for code, text in parts], index=distinct.index)
    names = names.where(names != "", _by_code(distinct, codes, names))
    named = distinct.assign(name=names)
    shared = named.duplicated(["file", "published", "name"], keep=False)
    named["name"] = named["name"].where(~shared, distinct["heading"].map(_squeezed))
    latest = named.sort_values("published").assign(fold=named["name"].str.casefold())
    spelling = latest.drop_duplicates("fold", keep="last").set_index("fold")["name"]
    named["name"] = named["name"].str.casefold().map(spelling)
    found = headings.merge(named, how="left", on=["file", "published", "heading"])
    return found["name"].set_axis(headings.index)


def _squeezed(heading: str) -> str:
    return " ".join(heading.split())


def _parted(heading: str) -> tuple[str, str]:
    """The code in small letters, and the rest; each may be empty."""
    text = _NOTE.sub("", _squeezed(heading)).replace("\u2019", "'")
    code = _CODE.match(text)
    return (code[1].casefold(), text[code.end() :]) if code else ("", text)


def _name(code: str, text: str) -> str:
    """The measure's name; empty for a bare code of a question."""
    index = _REST_OF_INDEX.sub("", text.replace("_", " ").casefold()).strip() or code
    if theme := _THEMES.get(index):
        return f"{theme} theme score"
    return INDICES.get(index) or _question(text)


def _question(text: str) -> str:
    words = text.replace("'s]", "]'s").replace("[", "").replace("]", "")
    return _COUNTED.sub(lambda found: _which_count(found[1]), words).strip()


def _which_count(answers: str) -> str:
    words = answers.casefold().replace("selecting ", "").replace("'", "").strip()
    return "" if words == _AGREEMENT else f" (% {words})"


def _by_code(distinct: pd.DataFrame, codes: pd.Series, names: pd.Series) -> pd.Series:
    """What one heading with words calls the code in the same year, else the code and the year."""
    known = distinct.assign(code=codes, name=names)[(codes != "") & (names != "")]
    known = known.drop_duplicates(["published", "code", "name"])
    sole = known.drop_duplicates(["published", "code"], keep=False)
    by_code = sole.set_index(["published", "code"])["name"].to_dict()
    years = distinct["published"]
    return pd.Series(
        [
            by_code.get((year, code), f"{code.upper()} ({year} {QUESTIONNAIRE}")
            for year, code in zip(years, codes, strict=True)
        ],
        index=distinct.index,
    )
