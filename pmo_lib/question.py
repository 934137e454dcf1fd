"""What a value case is asked, and under which assumptions."""

from dataclasses import dataclass, field

from pmo_lib.assumptions import Assumptions, ThreePoint

DEFAULT = Assumptions(
    imposed_hours=ThreePoint(2, 4, 8),
    hourly_rate=ThreePoint(45, 60, 80),
    delay_lost=ThreePoint(0.25, 0.5, 1),
)


@dataclass(frozen=True)
class Question:
    """What is asked: of which service (all together where empty), under which assumptions.

    ``began`` is the month the PMO began for everybody, where no roll-out says so; ``smallest`` is
    the smallest effect of interest, as a share.
    """

    service: str = ""
    began: str = ""
    smallest: float = 0.05
    assumptions: Assumptions = field(default_factory=lambda: DEFAULT)
