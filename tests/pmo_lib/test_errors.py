"""Errors tell what, where and the remedy, and survive a process boundary."""

import pickle

import pytest

from pmo_lib.errors import (
    DataError,
    ErrorList,
    ParameterError,
    PmoError,
    SettingsError,
    allowed_values,
    raise_all,
)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (PmoError("it is wrong"), "it is wrong."),
        (PmoError("it is wrong", where="a.csv line 3"), "a.csv line 3: it is wrong."),
        (PmoError("it is wrong", remedy="Mend it"), "it is wrong. Mend it."),
        (PmoError("it is wrong", where="a", remedy="Mend it"), "a: it is wrong. Mend it."),
    ],
)
def test_message(error: PmoError, text: str) -> None:
    assert str(error) == text


@pytest.mark.parametrize("kind", [PmoError, DataError, SettingsError, ParameterError])
def test_comes_whole_out_of_another_process(kind: type[PmoError]) -> None:
    error = pickle.loads(pickle.dumps(kind("it is wrong", where="a", remedy="Mend it")))
    assert type(error) is kind
    assert (error.what, error.where, error.remedy) == ("it is wrong", "a", "Mend it")


def test_list_comes_whole_out_of_another_process() -> None:
    errors = [DataError("one", where="a"), SettingsError("two")]
    error = pickle.loads(pickle.dumps(ErrorList(errors)))
    assert [type(e) for e in error.errors] == [DataError, SettingsError]
    assert str(error) == "a: one.\ntwo."


class TestRaiseAll:
    def test_nothing_is_nothing(self) -> None:
        raise_all([])

    def test_one_is_itself(self) -> None:
        one = DataError("one")
        with pytest.raises(DataError) as caught:
            raise_all([one])
        assert caught.value is one

    def test_several_are_told_together(self) -> None:
        with pytest.raises(ErrorList, match=r"one\.\ntwo\."):
            raise_all([DataError("one"), SettingsError("two")])


class TestAllowedValues:
    def test_nearest_comes_first(self) -> None:
        said = allowed_values("Finanse", ["Sales", "Finance"])
        assert said == "Did you mean 'Finance'? Allowed: Finance, Sales"

    def test_nothing_near(self) -> None:
        assert allowed_values("zzz", ["Sales", "Finance"]) == "Allowed: Finance, Sales"

    def test_none_allowed(self) -> None:
        assert allowed_values("x", []) == "Allowed: none"

    def test_many_are_counted(self) -> None:
        said = allowed_values("x", [f"name {i:02}" for i in range(25)])
        assert said.endswith("name 19 and 5 more")
