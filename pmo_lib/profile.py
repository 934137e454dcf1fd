"""The organisation's profile (its DNA): what chooses and explains peers, and is never a score."""

from dataclasses import dataclass, field, fields

from pmo_lib.errors import PmoError, SettingsError, raise_all
from pmo_lib.wording import counted, listed, number

ALLOWED = {
    "pmo_type": ("supportive", "controlling", "directive"),
    "governance_weight": ("light", "medium", "heavy"),
}
METHODS = ("waterfall", "agile", "hybrid")
APART = 0.25  # a share of a method that differs by more is told
TIMES = 2  # and so is a portfolio of twice the projects
YEARS = 3  # and a PMO older by so many years


@dataclass(frozen=True)
class Profile:
    """Sector, size, methods and kind of PMO; empty, 0 or nothing where not stated.

    ``portfolio_size`` counts projects in flight, ``method_mix`` shares of them by method.
    """

    sector: str = ""
    portfolio_size: int = 0
    method_mix: dict[str, float] = field(default_factory=dict)
    pmo_type: str = ""
    pmo_since: int = 0
    governance_weight: str = ""

    def __post_init__(self) -> None:
        errors: list[PmoError] = []

        def check(name: str, good: bool, allowed: str) -> None:
            if not good:
                errors.append(SettingsError(f"profile.{name} must be {allowed}", where="settings"))

        for name, allowed in ALLOWED.items():
            given = getattr(self, name)
            check(name, given in {"", *allowed}, f"one of {', '.join(allowed)}; not {given!r}")
        unknown = [name for name in self.method_mix if name not in METHODS]
        check("method_mix", not unknown, f"shares of {', '.join(METHODS)}; not of {unknown}")
        shares = self.method_mix.values()
        check("method_mix", all(0 <= share <= 1 for share in shares), "shares from 0 to 1")
        whole = not self.method_mix or abs(sum(shares) - 1) <= 0.01
        check("method_mix", whole, f"shares that add to 1; not to {sum(shares):g}")
        check("portfolio_size", self.portfolio_size >= 0, "0 or more")
        check("pmo_since", self.pmo_since == 0 or 1900 <= self.pmo_since <= 2200, "a year")
        raise_all(errors)


def described(profile: Profile) -> list[str]:
    """The profile in sentences, of what is stated."""
    methods = [f"{number(share, 'share')} {name}" for name, share in profile.method_mix.items()]
    said = {
        "sector": f"It is of the {profile.sector} sector.",
        "portfolio_size": f"{counted(profile.portfolio_size, 'project')} are in flight.",
        "method_mix": f"Of its projects {listed(methods)} are run so.",
        "pmo_type": f"Its PMO is {profile.pmo_type}.",
        "pmo_since": f"It has had a PMO since {profile.pmo_since}.",
        "governance_weight": f"Its governance is {profile.governance_weight}.",
    }
    return [said[item.name] for item in fields(profile) if getattr(profile, item.name)]


def differences(ours: Profile, theirs: Profile) -> list[str]:
    """In what a peer differs from us, in sentences; nothing of what either does not state."""
    said = []
    for name, words in (
        ("sector", "They are of the {theirs} sector, we of the {ours} one."),
        ("pmo_type", "Their PMO is {theirs}, ours {ours}."),
        ("governance_weight", "Their governance is {theirs}, ours {ours}."),
    ):
        own, other = getattr(ours, name), getattr(theirs, name)
        if own and other and own.casefold() != other.casefold():
            said.append(words.format(ours=own, theirs=other))
    sizes = ours.portfolio_size, theirs.portfolio_size
    if all(sizes) and max(sizes) >= TIMES * min(sizes):
        said.append(f"They have {sizes[1]:,} projects in flight, we {sizes[0]:,}.")
    if ours.pmo_since and theirs.pmo_since and abs(ours.pmo_since - theirs.pmo_since) >= YEARS:
        said.append(f"They have had a PMO since {theirs.pmo_since}, we since {ours.pmo_since}.")
    if ours.method_mix and theirs.method_mix:
        for method in METHODS:
            own_share, other_share = (m.method_mix.get(method, 0.0) for m in (ours, theirs))
            if abs(own_share - other_share) > APART:
                said.append(
                    f"{number(other_share, 'share')} of theirs are {method}, "
                    f"{number(own_share, 'share')} of ours."
                )
    return said
