"""Draws by lot: fair shares, the same for everybody who draws again, and tampering found."""

import hashlib
from collections import Counter

import pandas as pd
import pytest

from pmo_lib.effect.lot import ALONE, COLUMNS, candidates_hash, draw, not_kept, strata
from pmo_lib.errors import ParameterError

DEPARTMENTS = ["IT"] * 9 + ["HR"] * 4 + ["Sales", "Legal"]


def candidates() -> pd.DataFrame:
    ids = [f"P{i:02}" for i in range(len(DEPARTMENTS))]
    return pd.DataFrame({"project_id": ids, "department": DEPARTMENTS})


def drawn(seed: str = "dice", places: int = 7, lot_id: str = "L1") -> pd.DataFrame:
    return draw(
        candidates(), lot_id=lot_id, service_id="S1", places=places, seed=seed,
        drawn_on="2026-10-01",
    )  # fmt: skip


class TestDraw:
    def test_gives_so_many_places_in_proportion(self) -> None:
        wrong = {}
        for places in range(1, 15):
            found = drawn(places=places)
            has = found["assigned_by_lot"] == "yes"
            given = has.groupby(strata(found["department"])).sum()
            exact = {"IT": 9 * places / 15, "HR": 4 * places / 15, ALONE: 2 * places / 15}
            if has.sum() != places or any(abs(given[n] - exact[n]) >= 1 for n in exact):
                wrong[places] = given.to_dict()
        assert not wrong

    def test_is_the_order_of_hashes_by_hand(self) -> None:
        found = drawn().set_index("project_id")
        own = found[found["department"] == "HR"]
        order = sorted(
            own.index, key=lambda name: hashlib.sha256(f"dice\nL1\n{name}".encode()).hexdigest()
        )
        n = int((own["assigned_by_lot"] == "yes").sum())
        assert set(own.index[own["assigned_by_lot"] == "yes"]) == set(order[:n])

    def test_each_is_as_likely_to_be_drawn(self) -> None:
        hits: Counter[str] = Counter()
        for number in range(400):
            found = drawn(seed=str(number))
            hits.update(found.loc[found["assigned_by_lot"] == "yes", "project_id"])
        # 7 of 15 in 400 draws: 187 expected, standard deviation at most 10
        wrong = {name: n for name, n in hits.items() if not 147 <= n <= 227}
        assert not wrong

    def test_is_the_same_whatever_the_order_of_the_candidates(self) -> None:
        shuffled = candidates().sample(frac=1.0, random_state=3)
        found = draw(
            shuffled, lot_id="L1", service_id="S1", places=7, seed="dice", drawn_on="2026-10-01"
        )
        pd.testing.assert_frame_equal(found, drawn())
        assert list(found) == list(COLUMNS)

    @pytest.mark.parametrize(("n", "places"), [(3, 1), (15, 0), (15, 15), (0, 1)])
    def test_nothing_to_draw_is_refused(self, n: int, places: int) -> None:
        with pytest.raises(ParameterError, match="nothing to draw"):
            draw(
                candidates().iloc[:n], lot_id="L", service_id="S1", places=places, seed="s",
                drawn_on="2026-10-01",
            )  # fmt: skip


class TestNotKept:
    def test_a_draw_as_it_was_is_kept(self) -> None:
        both = pd.concat([drawn(), drawn("coin", 5, "L2")], ignore_index=True)
        assert not_kept(both) == {}

    def test_every_change_is_found(self) -> None:
        whole, silent = drawn(), []
        for i in whole.index:
            other = "no" if whole.loc[i, "assigned_by_lot"] == "yes" else "yes"
            changes = {
                "one turned": whole.assign(
                    assigned_by_lot=whole["assigned_by_lot"].where(whole.index != i, other)
                ),
                "one gone": whole.drop(index=i),
                "another seed": whole.assign(seed=whole["seed"].where(whole.index != i, "dicf")),
                "another id": whole.assign(
                    project_id=whole["project_id"].where(whole.index != i, "P99")
                ),
            }
            for name, changed in changes.items():
                # one more or less at the end of a stratum's order is a draw with other places
                if name == "one turned" and _at_the_border(whole, i):
                    continue
                if not not_kept(changed):
                    silent.append((name, i))
        assert not silent

    def test_two_exchanged_are_named(self) -> None:
        found = drawn()
        it = found[found["department"] == "IT"]
        yes, no = (it.index[it["assigned_by_lot"] == word][0] for word in ("yes", "no"))
        found.loc[[yes, no], "assigned_by_lot"] = ["no", "yes"]
        said = not_kept(found)["L1"]
        assert found.loc[yes, "project_id"] in said
        assert found.loc[no, "project_id"] in said

    def test_hash_does_not_depend_on_the_order(self) -> None:
        names = pd.Series(["b", "a"])
        expected = hashlib.sha256(b"a\nb").hexdigest()
        assert candidates_hash(names) == candidates_hash(names[::-1]) == expected


def _at_the_border(lot: pd.DataFrame, at: int) -> bool:
    """Whether it is the last with the service or the first without in its stratum."""
    own = lot[strata(lot["department"]) == strata(lot["department"])[at]]
    rank = own["project_id"].map(
        lambda name: hashlib.sha256(f"dice\nL1\n{name}".encode()).hexdigest()
    )
    ordered = own.loc[rank.sort_values().index]
    n = int((ordered["assigned_by_lot"] == "yes").sum())
    return at in list(ordered.index[max(0, n - 1) : n + 1])
