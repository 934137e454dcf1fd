"""Letters that nobody sees to be of another script are asked about; words of one script are not."""

from typing import Any

from builders.tables import project, tables
from pipelines.questions.asked import Asked
from pipelines.questions.letters import check, misread
from pmo_lib.contract.settings import Settings
from pmo_lib.contract.verdict import Question

PLAIN = [project(f"P-{n}", department="Finance") for n in range(30)]


def asked(**cells: Any) -> list[Question]:
    return list(check(Asked(tables(projects=[*PLAIN, project(**cells)]), Settings())))


def test_words_that_mix_scripts_are_asked_about() -> None:
    mixed = {
        "Cyrillic": "Financе", "Greek": "Fιnance", "Armenian": "Financeտ", "Cherokee": "ᎪBridges",
        "Georgian": "Briძges", "Coptic": "Archiⲟes", "Lisu": "Wꓳrks", "one Latin": "Отдeл",
        "in its second word": "Public wоrks", "Hebrew": "ITא",
    }  # fmt: skip
    missed = {name for name, text in mixed.items() if len(asked(department=text)) != 1}
    assert not missed
    (question,) = asked(department="Financе")
    assert question.id == "letters projects.department"
    assert "1 row: 'Financе': 'е' (Cyrillic)" in question.asks
    assert question.withholds == ()


def test_words_of_one_script_are_not() -> None:
    names = [
        *(
            "Отдел",
            "Budget и контроль",
            "Ειδική",
            "Ծրագիր",
            "財務部",
            "IT部",
            "東京Office",
            "재무팀",
        ),
        *(
            "データ管理",
            "कार्य विभाग",
            "Côté d'été",
            "Łódź",
            "Ærø",
            "İşler",
            "مالية",
            "תקציב",
            "Straße",
        ),
        *("Team α", "R&D – β", "Nº 7", "½ Dept", "Đà Nẵng", "ที่ดิน", "ﬁnance", "3rd Отдел"),
    ]
    wrong = {name: found for name in names if (found := asked(department=name))}
    assert not wrong


def test_id_of_another_script_than_nearly_all_is_asked_about() -> None:
    odd = ["Р-31", "Ꮲ-31", "Ρ-31", "P-З1a"]
    assert {given for given in odd if len(asked(project_id=given)) != 1} == set()
    assert asked(project_id="é-31") == []
    both = [project(f"{'ПР' if n % 3 else 'PR'}-{n}") for n in range(30)]
    assert list(check(Asked(tables(projects=both), Settings()))) == []


def test_letters_that_are_lost_are_asked_about() -> None:
    def of(**cells: str) -> list[str]:
        found = misread(Asked(tables(projects=[*PLAIN, project(**cells)]), Settings()))
        return [question.id for question in found]

    right = ["Müller", "Łódź", "Café (new)", "What next?", "A/B", "財務部", "Ærø", "Côte d’Azur"]
    wrong = ["M\ufffdller", "M?ller", "MÃ¼ller", "ZÅ‚oty", "CÃ´te dâ€™Azur", "Gr?n"]
    told = {name: of(department=name) for name in wrong}
    assert told == {name: ["misread projects.department"] for name in wrong}
    assert {name for name in right if of(department=name)} == set()
    assert of(name="M\ufffdller") == ["misread projects.name"]
