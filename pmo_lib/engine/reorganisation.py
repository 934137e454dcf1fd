"""A frozen baseline by today's departments: what moved since is no change of a department.

Projects may have moved, departments may have been renamed or merged. Cases of projects are counted
where their projects are now. Other cases (answers, requests, promises) follow a department that
was renamed; where departments were merged nobody can tell what to compare.
"""

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from pmo_lib.engine.baseline import Baseline
from pmo_lib.engine.result import ORGANISATION
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.kpis.kpi import Kpi
from pmo_lib.wording import listed

OF_PROJECTS = {"project", "milestone", "benefit", "gate", "report"}  # units of analysis
MOST = 0.8  # of the projects of a department that is gone, where they are is what became of it


@dataclass(frozen=True)
class Reorganisation:
    """What became of the departments of a baseline."""

    baseline: Baseline
    projects: pd.DataFrame

    def units(self, kpi: Kpi) -> pd.DataFrame | None:
        """The KPI's frozen observations by today's departments; None where it was not observed."""
        frozen = self.baseline.observations.get(kpi.id)
        if frozen is None or self._became.empty:
            return frozen
        if not _is_of_projects(kpi):
            whose = frozen["department"].replace(self._renamed)
            is_case = frozen["case_id"] == frozen["department"]
            return frozen.assign(department=whose, case_id=frozen["case_id"].mask(is_case, whose))
        now = frozen["case_id"].map(self._today).astype("str")
        return frozen.assign(department=now.fillna(frozen["department"]))

    def why_not(self, kpi: Kpi, department: str) -> str:
        """Why a subject of today cannot be compared with itself then; empty where it can."""
        if kpi.collective:
            moved = self._moved(self._moves, department)
            if department == ORGANISATION and _is_of_projects(kpi) and len(self._moves):
                moved = "projects have moved between departments since the baseline"
            return f"not compared: {moved}" if moved else ""
        merged = [then for then, now in self._ended.items() if now == department]
        merged = [then for then in merged if then not in self._renamed]
        if _is_of_projects(kpi) or not merged:
            return ""
        return f"not compared: {listed(merged)} became part of it since the baseline"

    def note(self, kpi: Kpi, department: str) -> str:
        """What of it the baseline counted elsewhere, or by another name; empty where nothing."""
        before = [then for then, now in self._renamed.items() if now == department]
        said = [f"called {listed(before)} in the baseline"] if before else []
        frozen = self.baseline.observations.get(kpi.id)
        if _is_of_projects(kpi) and frozen is not None and len(self._moves):
            observed = self._moves.index.isin(frozen["case_id"])
            said.append(self._moved(self._moves[observed], department))
        return "; ".join(filter(None, said))

    @staticmethod
    def _moved(moves: pd.DataFrame, department: str) -> str:
        came, left = (moves[when] == department for when in ("now", "then"))
        said = {
            "of its projects were counted elsewhere in the baseline": came.sum(),
            "projects of the baseline are counted elsewhere now": left.sum(),
        }
        return "; ".join(f"{count} {what}" for what, count in said.items() if count)

    @cached_property
    def _today(self) -> pd.Series:
        return self.projects.set_index("project_id")["department"]

    @cached_property
    def _became(self) -> pd.DataFrame:
        """The projects that any KPI observed and that are in another department now: then, now."""
        frozen = self.baseline.observations
        observed = [frozen[k] for k in frozen if k in CATALOGUE and _is_of_projects(CATALOGUE[k])]
        parts = [each[["case_id", "department"]].drop_duplicates() for each in observed]
        if not parts:
            return pd.DataFrame(columns=["then", "now"])
        then = pd.concat(parts).dropna().drop_duplicates("case_id")
        both = then.set_index("case_id").rename(columns={"department": "then"})
        both = both.join(self._today.rename("now")).dropna()
        return both[both["then"] != both["now"]]

    @cached_property
    def _ended(self) -> dict[str, str]:
        """Departments without a project today, and where (nearly) all of theirs are."""
        ended = self._became[~self._became["then"].isin(set(self._today))]
        shares = ended.groupby("then")["now"].value_counts(normalize=True)
        return dict(shares[shares >= MOST].index.tolist())

    @cached_property
    def _renamed(self) -> dict[str, str]:
        """Of these the ones that alone make up a department of which nobody knew then."""
        made, known = list(self._ended.values()), self._known_then
        return {
            then: now
            for then, now in self._ended.items()
            if made.count(now) == 1 and now not in known
        }

    @cached_property
    def _known_then(self) -> set[str]:
        return {
            str(name)
            for units in self.baseline.observations.values()
            for name in units["department"].dropna().unique()
        }

    @cached_property
    def _moves(self) -> pd.DataFrame:
        """What moved beside the renaming of departments."""
        became = self._became
        return became[became["then"].map(self._renamed) != became["now"]]


def _is_of_projects(kpi: Kpi) -> bool:
    return kpi.population.unit_of_analysis in OF_PROJECTS
