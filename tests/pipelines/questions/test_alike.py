"""Names that look alike are one, and those that differ in more are not."""

from pipelines.questions.alike import is_slip, same, similar, tidy

ARCHIVES = {
    "case": "aRCHIVES", "spaces": "  Archives\u00a0", "zero width": "Arch\u200bives",
    "Cyrillic": "\u0410rchiv\u0435s", "full width": "\uff21rchives",
    "soft hyphen": "Arch\u00adives",
    "mark of order": "\u202eArchives", "byte order": "\ufeffArchives",
    "filler": "Archives\u3164", "selector": "Archives\ufe0f",
}  # fmt: skip


def test_same_takes_what_nobody_sees_for_nothing() -> None:
    assert {name for name, text in ARCHIVES.items() if same(text) != "archives"} == set()
    assert same("Café – Bar") == same("Cafe\u0301 - bar")
    assert same("Tax &amp; Customs") == same("Tax & customs")
    assert same("ОТДЕЛ") == same("Отдел")


def test_same_keeps_what_is_another_name() -> None:
    pairs = [("Café", "Cafe"), ("IT", "I T"), ("Unit 1", "Unit 2"), ("A & B", "A and B")]
    assert [pair for pair in pairs if same(pair[0]) == same(pair[1])] == []


def test_tidy_keeps_the_spelling() -> None:
    assert tidy(" Arch\u200bives\n& Café\u00a0 ") == "Archives & Café"
    assert tidy("می\u200cخواهم") == "می\u200cخواهم"  # Persian is written with a joiner


def test_what_draws_an_emoji_is_part_of_it() -> None:
    heart, england = "\u2764\ufe0f Care", "\U0001f3f4\U000e0067\U000e0062\U000e007f England"
    assert [tidy(heart), tidy(england)] == [heart, england]
    assert same(heart) == same("\u2764 care")
    assert tidy("Care\ufe0f") == "Care"


def test_similar_departments_may_be_one() -> None:
    pairs = [
        ("Archives Dept.", "Archives"), ("Department of Archives", "archives"),
        ("Müller & Co", "Muller and Co"), ("I.T.", "IT"), ("Finance,", "Finance"),
        ("0101", "101"), ("101.0", "101"), ("Unit 01", "Unit 1"),
    ]  # fmt: skip
    assert [pair for pair in pairs if similar(pair[0]) != similar(pair[1])] == []
    assert similar("Department") == "department"
    others = [("101", "110"), ("0", "10"), ("Unit 10", "Unit 1"), ("1.5", "1")]
    assert [pair for pair in others if similar(pair[0]) == similar(pair[1])] == []


def test_one_letter_of_a_long_word_is_a_slip() -> None:
    slips = [("archives", "archvies"), ("finance", "finances"), ("adult", "adult"),
             ("logistics", "logistiks"), ("human resources", "human ressources")]  # fmt: skip
    assert [is_slip(*pair) for pair in slips] == [True, True, False, True, True]


def test_names_and_numbers_are_none() -> None:
    pairs = [("team a", "team b"), ("phase ii", "phase iii"), ("region 1", "region 2"),
             ("mod", "moj"), ("north", "south"), ("sales eu", "sales us")]  # fmt: skip
    assert [pair for pair in pairs if is_slip(*pair)] == []
