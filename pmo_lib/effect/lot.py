"""A draw by lot: which projects get a service that has more demand than hands.

Within each department the candidates stand in an order made from the seed and their names alone,
and the first get the service; departments with a single candidate are drawn together. So anybody
can draw again, and see whether the draw was kept.
"""

from collections.abc import Mapping
from hashlib import sha256

import pandas as pd

from pmo_lib.errors import ParameterError
from pmo_lib.wording import counted, listed_names

COLUMNS = (
    "lot_id", "project_id", "service_id", "department", "assigned_by_lot", "drawn_on", "seed",
    "candidates_hash",
)  # fmt: skip
ALONE = "(one candidate each)"  # the stratum of departments with a single candidate
FEWEST = 4  # candidates of a draw: fewer tell nothing


def draw(
    candidates: pd.DataFrame, *, lot_id: str, service_id: str, places: int, seed: str, drawn_on: str
) -> pd.DataFrame:
    """A row a candidate, `COLUMNS`: whether it gets the service.

    `candidates` have project_id and department. Places are shared among the strata in proportion
    to their candidates, the remainders by lot as well. ParameterError where nothing is to be
    drawn.
    """
    n = len(candidates)
    if n < FEWEST or not 0 < places < n:
        raise ParameterError(
            f"{counted(places, 'place')} for {counted(n, 'candidate')}: there is nothing to draw",
            remedy=f"A draw needs {FEWEST} candidates at least, and fewer places than candidates",
        )
    ranked = candidates[["project_id", "department"]].assign(
        rank=[_number(seed, lot_id, name) for name in candidates["project_id"].astype("str")]
    )
    ranked = ranked.assign(stratum=strata(ranked["department"]))
    ranked = ranked.sort_values(["stratum", "rank"], ignore_index=True)
    given = _shared_out(ranked["stratum"].value_counts().sort_index(), places, seed, lot_id)
    order = ranked.groupby("stratum").cumcount()
    has = order < ranked["stratum"].map(given)
    return pd.DataFrame(
        {
            "lot_id": lot_id,
            "project_id": ranked["project_id"],
            "service_id": service_id,
            "department": ranked["department"],
            "assigned_by_lot": has.map({True: "yes", False: "no"}),
            "drawn_on": drawn_on,
            "seed": seed,
            "candidates_hash": candidates_hash(ranked["project_id"]),
        }
    )


def strata(departments: pd.Series) -> pd.Series:
    """Of the candidates of one draw: their department, or `ALONE` where it has no other."""
    alone = departments.map(departments.value_counts()) == 1
    return departments.mask(alone, ALONE)


def candidates_hash(project_ids: pd.Series) -> str:
    """The hash of who took part: a candidate added or taken away afterwards changes it."""
    return sha256("\n".join(sorted(project_ids.astype("str"))).encode()).hexdigest()


def not_kept(lots: pd.DataFrame) -> dict[str, str]:
    """By lot: why its rows are not what the seed draws from these candidates; none where all are.

    The hash must be that of the candidates, and in every stratum those with the service the first
    in the order of the draw.
    """
    found = {}
    for lot_id, own in lots.groupby("lot_id"):
        name = str(lot_id)
        if len(own[["seed", "candidates_hash"]].drop_duplicates()) != 1:
            found[name] = "its rows name several seeds or hashes"
        elif own["candidates_hash"].iloc[0] != candidates_hash(own["project_id"]):
            found[name] = "its candidates are not those that took part in the draw"
        elif out := _out_of_order(own, name):
            found[name] = f"the draw would have it otherwise for {listed_names(out)}"
    return found


def _out_of_order(lot: pd.DataFrame, lot_id: str) -> list[str]:
    seed = str(lot["seed"].iloc[0])
    wrong: list[str] = []
    for _, own in lot.groupby(strata(lot["department"])):
        ranks = own["project_id"].map(lambda name: _number(seed, lot_id, str(name)))
        ordered = own.assign(rank=ranks).sort_values("rank")
        drawn = ordered["assigned_by_lot"] == "yes"
        expected = pd.Series(range(len(ordered)), index=ordered.index) < int(drawn.sum())
        wrong += [str(name) for name in ordered.loc[drawn != expected, "project_id"]]
    return wrong


def _shared_out(sizes: pd.Series, places: int, seed: str, lot_id: str) -> Mapping[str, int]:
    """Places by department: in proportion, the remainders to those that the seed puts first."""
    exact = {str(name): int(size) * places / int(sizes.sum()) for name, size in sizes.items()}
    given = {name: int(share) for name, share in exact.items()}
    order = sorted(exact, key=lambda name: (given[name] - exact[name], _number(seed, lot_id, name)))
    for name in order[: places - sum(given.values())]:
        given[name] += 1
    return given


def _number(seed: str, lot_id: str, name: str) -> str:
    """The place of a name in the order of the draw: hexadecimal digits of a hash."""
    return sha256(f"{seed}\n{lot_id}\n{name}".encode()).hexdigest()
