"""Gaps by service and customer group, and what matters against what goes well."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from builders.portfolio import with_customers
from builders.surveys import gaps, importance_performance
from builders.tables import answer, frame
from builders.views import view
from pmo_lib.contract.tables import empty
from pmo_lib.engine.observe import results
from pmo_lib.engine.quadrants import GLOSSES, QUADRANTS, poisson_weights, quadrants
from pmo_lib.engine.view import View

NAMES = list(QUADRANTS.values())


def answers(rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
    return frame("survey_responses", rows)


def random_answers(seed: int, respondents: int = 40) -> pd.DataFrame:
    chance = np.random.default_rng(seed)
    rows = []
    for i in range(respondents):
        for j in range(4):
            scores = np.clip(chance.normal([4 + 0.5 * j, 4, 5 - 0.4 * j], 1.0).round(), 1, 7)
            names = ("importance", "expected", "perceived")
            cells = dict(zip(names, scores.astype(int).tolist(), strict=True))
            department = ("Finance", "Sales")[i % 2]
            rows.append(answer(f"r{i}", department=department, service_id=f"S{j}", **cells))
    return answers(rows)


class TestGaps:
    def test_everybody_departments_and_roles(self) -> None:
        rows = [
            answer("a", expected=4, perceived=3),
            answer("b", expected=4, perceived=5, role="Manager"),
            answer("c", expected=4, perceived=7, role=None, department="Sales"),
            answer("a", service_id="S2", expected=6, perceived=1),
            answer("d", service_id="S2", expected=6),
        ]
        table = gaps(answers(rows), None, "2026-09", 0.9, 1)
        found = table[["service", "by", "group", "gap", "n", "respondents"]]
        assert list(found.itertuples(index=False, name=None)) == [
            ("S2", "everybody", "everybody", -5, 1, 1),
            ("S2", "department", "Finance", -5, 1, 1),
            ("S2", "role", "Sponsor", -5, 1, 1),
            ("S1", "everybody", "everybody", 1, 3, 3),
            ("S1", "department", "Finance", 0, 2, 2),
            ("S1", "department", "Sales", 3, 1, 1),
            ("S1", "role", "Manager", 1, 1, 1),
            ("S1", "role", "Sponsor", -1, 1, 1),
            ("S1", "role", "role not stated", 3, 1, 1),
        ]

    def test_is_the_engine_s(self) -> None:
        given = with_customers()
        table = gaps(given["survey_responses"], given["services"], "2026-09", 0.9, 5)
        whole = table[table["by"] == "everybody"].set_index("service")
        for result in results(View(given, "2026-09"), kpis=["R1"])[1:]:
            row = whole.loc[result.segment]
            assert row[["gap", "gap_low", "gap_high", "n"]].tolist() == [
                result.value, result.low, result.high, result.n,
            ]  # fmt: skip

    def test_few_are_hidden_and_nobody_can_work_them_out(self) -> None:
        sizes = {"A": 2, "B": 6, "C": 7}
        rows = [
            answer(f"{name}{i}", department=name, expected=4, perceived=1 + i)
            for name, n in sizes.items()
            for i in range(n)
        ]
        table = gaps(answers(rows), None, "2026-09", 0.9, 5).query("by == 'department'")
        table = table.set_index("group")
        assert table["gap"].notna().to_dict() == {"A": False, "B": False, "C": True}
        assert table["note"].to_dict() == {
            "A": "fewer than 5 respondents",
            "B": "would give away the one that is not shown",
            "C": "",
        }
        hidden = table.loc[["A", "B"], ["gap", "gap_low", "gap_high", "n", "respondents"]]
        assert hidden.isna().all(axis=None)

    def test_one_person_alone_has_no_interval(self) -> None:
        table = gaps(answers([answer(expected=4, perceived=6)]), None, "2026-09", 0.9, 1)
        assert table["gap"].tolist() == [2, 2, 2]
        assert table[["gap_low", "gap_high"]].isna().all(axis=None)

    @pytest.mark.parametrize(
        "rows", [[], [answer(expected=4)], [answer(wave="2025-09", expected=4, perceived=4)]]
    )
    def test_nothing_gives_no_rows(self, rows: list[dict[str, Any]]) -> None:
        table = gaps(answers(rows), empty("services"), "2026-09", 0.9, 1)
        assert len(table) == 0
        assert table.dtypes.astype(str).to_dict() == {
            "service": "str", "by": "str", "group": "str", "gap": "float64",
            "gap_low": "float64", "gap_high": "float64", "n": "Int64", "respondents": "Int64",
            "note": "str",
        }  # fmt: skip


class TestImportancePerformance:
    def test_quadrants_are_relative_to_the_mean_service(self) -> None:
        places = {"S1": (7, 6), "S2": (6, 2), "S3": (2, 3), "S4": (3, 7)}
        rows = [
            answer(f"r{i}", service_id=s, importance=importance, perceived=performance)
            for s, (importance, performance) in places.items()
            for i in range(6)
        ]
        table = importance_performance(answers(rows), None, "2026-09", 0.9, 5)
        assert table["quadrant"].tolist() == NAMES
        assert table["gloss"].tolist() == [GLOSSES[name] for name in NAMES]
        assert table[NAMES].to_numpy().tolist() == np.eye(4).tolist()
        assert set(table["importance_cross"]) == {4.5}
        assert set(table["performance_cross"]) == {4.5}
        assert table[["n", "respondents"]].eq(6).all(axis=None)

    def test_is_the_engine_s(self) -> None:
        given = {"survey_responses": random_answers(1)}
        table = importance_performance(given["survey_responses"], None, "2026-09", 0.9, 5)
        table = table.set_index("service")
        for result in results(View(given, "2026-09"), kpis=["R2"]):
            if result.segment:
                row = table.loc[result.segment]
                value = {
                    "clustered_mean": row["performance"],
                    "importance_mean": row["importance"],
                    "quadrant_share": row[row["quadrant"]],
                }[result.statistic.id]
                assert result.value == value
                assert result.n == row["n"]

    def test_shares_agree_with_a_plain_bootstrap(self) -> None:
        given = random_answers(2)
        table = importance_performance(given, None, "2026-09", 0.9, 5).set_index("service")
        wide = given.pivot(index="respondent_id", columns="service_id")[["importance", "perceived"]]
        people, scores = len(wide), wide.to_numpy("float64").reshape(len(wide), 2, -1)
        assert wide["importance"].columns.tolist() == sorted(table.index)
        drawn = np.random.default_rng(0).multinomial(people, np.full(people, 1 / people), 2000)
        sums = np.einsum("bp,pks->bks", drawn, np.nan_to_num(scores))
        means = sums / np.einsum("bp,pks->bks", drawn, ~np.isnan(scores))
        above = means > means.mean(axis=2, keepdims=True)
        counts = {
            service: sum(
                QUADRANTS[bool(matters), bool(goes)] == table.loc[service, "quadrant"]
                for matters, goes in above[:, :, at]
            )
            for at, service in enumerate(sorted(table.index))
        }
        for service, count in counts.items():
            share = table.loc[service, table.loc[service, "quadrant"]]
            assert share == pytest.approx(count / 2000, abs=0.06)

    def test_another_department_and_the_order_of_rows_change_no_draw(self) -> None:
        given = random_answers(3)
        own = given[given["department"] == "Finance"]
        shuffled = own.sample(frac=1, random_state=1)
        alone, other = (
            importance_performance(rows, None, "2026-09", 0.9, 5) for rows in (own, shuffled)
        )
        assert_frame_equal(alone, other)
        seen = [View({"survey_responses": rows}, "2026-09") for rows in (own, given)]
        first, second = (results(v, ["Finance"], ["R2"]) for v in seen)
        assert [r.value for r in first] == [r.value for r in second]

    def test_a_service_of_few_is_hidden(self) -> None:
        rows = [answer(f"r{i}", importance=1 + i, perceived=7 - i) for i in range(6)]
        rows += [answer(f"r{i}", service_id="S2", importance=7, perceived=1) for i in range(4)]
        table = importance_performance(answers(rows), None, "2026-09", 0.9, 5)
        hidden = table[table["service"] == "S2"].iloc[0]
        assert hidden[["importance", "performance", *NAMES, "n"]].isna().all()
        assert (hidden["quadrant"], hidden["gloss"]) == ("", "")
        assert hidden["note"] == "fewer than 5 respondents"

    def test_all_equal_and_a_service_alone_are_in_no_quadrant(self) -> None:
        for services in (["S1"], ["S1", "S2", "S3"]):
            rows = [
                answer(f"r{i}", service_id=s, importance=5, perceived=5)
                for s in services
                for i in range(7)
            ]
            table = importance_performance(answers(rows), None, "2026-09", 0.9, 5)
            assert set(table["quadrant"]) == {""}
            assert table[NAMES].eq(0).all(axis=None)
            assert set(table["gloss"]) == {GLOSSES[""]}

    def test_nothing_gives_no_rows(self) -> None:
        rows = [answer(importance=4), answer("b", perceived=4)]
        for given in (answers([]), answers(rows)):
            assert len(importance_performance(given, None, "2026-09", 0.9, 1)) == 0

    def test_undefined_quadrant_is_told(self) -> None:
        rows = [answer(f"r{i}", importance=5, perceived=5) for i in range(7)]
        found = [r for r in results(view(survey_responses=rows), kpis=["R2"]) if r.segment]
        assert [r.state for r in found] == ["measured", "measured", "undefined"]


class TestQuadrants:
    def test_who_is_not_drawn_leaves_the_service_out_of_a_replicate(self) -> None:
        units = pd.DataFrame(
            {
                "case_id": ["a", "b", "b"],
                "segment": ["S1", "S2", "S3"],
                "numerator": [2.0, 6.0, 4.0],
                "denominator": 1.0,
                "importance": [7.0, 3.0, 2.0],
            }
        )
        table = quadrants(units)
        drawn = poisson_weights(pd.Index(["a", "b"])) > 0
        with_a = drawn[drawn[:, 0]]
        # alone S1 is the cross itself; beside b's services it matters more and goes worse
        assert table.loc["S1", "concentrate here"] == pytest.approx(with_a[:, 1].mean())


class TestWeights:
    WEIGHTS = poisson_weights(pd.Index([f"r{i}" for i in range(300)]))

    def test_are_poisson(self) -> None:
        drawn = np.bincount(self.WEIGHTS.ravel().astype(int)) / self.WEIGHTS.size
        assert drawn[:5].tolist() == pytest.approx(
            [0.3679, 0.3679, 0.1839, 0.0613, 0.0153], abs=0.003
        )
        assert self.WEIGHTS.mean() == pytest.approx(1, abs=0.01)
        assert self.WEIGHTS.var() == pytest.approx(1, abs=0.02)

    def test_of_two_respondents_or_replicates_are_independent(self) -> None:
        by_person = np.corrcoef(self.WEIGHTS[:, :100].T)
        assert np.abs(by_person[np.triu_indices(100, 1)]).mean() < 0.03
        by_replicate = np.corrcoef(self.WEIGHTS[:100])
        assert np.abs(by_replicate[np.triu_indices(100, 1)]).mean() < 0.06

    def test_are_the_same_on_every_machine_and_beside_anybody(self) -> None:
        assert self.WEIGHTS.shape == (999, 300)
        alone = poisson_weights(pd.Index(["r7"]))
        assert (alone[:, 0] == self.WEIGHTS[:, 7]).all()
        # by splitmix64 in whole numbers of Python, and a walk up the cumulative shares
        assert alone[:12, 0].tolist() == [1, 3, 3, 0, 0, 1, 0, 1, 1, 2, 0, 2]

    def test_of_nobody(self) -> None:
        assert poisson_weights(pd.Index([], dtype="str")).shape == (999, 0)
