"""Letters of another script that nobody sees in ids and departments, and letters that are lost."""

from collections import Counter
from collections.abc import Iterator

from pipelines.letters import described, foreign_letter, is_misread, script
from pipelines.questions.asked import Asked, counts
from pmo_lib.contract.tables import TABLES
from pmo_lib.contract.verdict import Question
from pmo_lib.wording import counted

NAMES = ("name", "department")
FEW = 0.1  # of the ids of a column may be of another script than most and be doubted for it


def check(asked: Asked) -> Iterator[Question]:
    """Words that mix scripts; and ids of another script than nearly all of their column."""
    for table, rows in asked.tables.items():
        for column in (c.name for c in TABLES[table] if c.kind == "id" or c.name == "department"):
            if TABLES[table][column].references:
                continue  # it is asked about where it is the key
            texts = rows[column].dropna()
            others = [text for text in texts.unique() if not text.isascii()]
            odd = {text: letter for text in others if (letter := foreign_letter(text))}
            if others and TABLES[table][column].kind == "id":
                odd |= _of_another_script(texts.unique().tolist())
            if odd:
                yield _asked(table, column, odd, counts(texts[texts.isin(list(odd))]))


def misread(asked: Asked) -> Iterator[Question]:
    """Ids, names and departments in which letters were lost on the way."""
    for table, rows in asked.tables.items():
        for column in (c.name for c in TABLES[table] if c.kind == "id" or c.name in NAMES):
            if TABLES[table][column].references:
                continue
            texts = rows[column].dropna()
            odd = [text for text in texts.unique() if is_misread(text)]
            if odd:
                said = ", ".join(f"{text!r}" for text in odd[:3])
                asks = (
                    f"were letters lost in {column} of {table}, "
                    f"{counted(int(texts.isin(odd).sum()), 'row')}: {said}"
                )
                remedy = "Export it again as 'CSV UTF-8'"
                yield Question("misread", table, column, asks, remedy)


def _of_another_script(ids: list[str]) -> dict[str, str]:
    """The ids that are of another script than nearly all others, by their first letter."""
    first = {each: next(filter(script, each), "") for each in ids}
    scripts = Counter(script(letter) for letter in first.values() if letter)
    most, often = scripts.most_common(1)[0] if scripts else ("", 0)
    if scripts.total() - often > FEW * scripts.total():
        return {}
    return {each: letter for each, letter in first.items() if letter and script(letter) != most}


def _asked(table: str, column: str, odd: dict[str, str], rows: Counter[str]) -> Question:
    said = [f"{text!r}: {described(letter)}" for text, letter in list(odd.items())[:3]]
    more = f" and {len(odd) - 3:,} more" if len(odd) > 3 else ""
    asks = (
        f"are letters of another script meant in {column} of {table}, "
        f"{counted(rows.total(), 'row')}: {'; '.join(said)}{more}"
    )
    return Question("letters", table, column, asks, "Type it anew in one script")
