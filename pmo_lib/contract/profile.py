"""The DNA of an organisation: what it is like, to choose and explain peers; never a score."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields

from pmo_lib.errors import PmoError, SettingsError, allowed_values, raise_all

PMO_TYPES = ("supportive", "controlling", "directive")
GOVERNANCE_WEIGHTS = ("light", "medium", "heavy")
ROUNDING = 0.02  # shares written with two decimals may miss 1 by so much
MIX_DIFFERS = 0.25  # shares of a method that are further apart are worth a word
SIZE_DIFFERS = 3  # times as many projects
AGE_DIFFERS = 5  # years
MOST_PROJECTS = 10_000_000


@dataclass(frozen=True)
class MethodMix:
    """The shares of projects run by each method; all 0 = not stated."""

    waterfall: float = 0.0
    agile: float = 0.0
    hybrid: float = 0.0

    def __post_init__(self) -> None:
        shares = list(asdict(self).values())
        if not all(0 <= share <= 1 for share in shares):
            raise SettingsError("shares must be from 0 to 1", remedy="Write 40 % as 0.4")
        if any(shares) and abs(sum(shares) - 1) > ROUNDING:
            raise SettingsError(
                f"shares must add up to 1; they add up to {sum(shares):g}",
                remedy="Give the shares of waterfall, agile and hybrid",
            )

    @property
    def is_stated(self) -> bool:
        return any(asdict(self).values())


@dataclass(frozen=True)
class Profile:
    """What an organisation is like, as far as it says so; "" or 0 = not stated."""

    sector: str = ""
    portfolio_size: int = 0  # projects in flight
    method_mix: MethodMix = MethodMix()
    pmo_type: str = ""
    pmo_since: int = 0  # year
    governance_weight: str = ""

    def __post_init__(self) -> None:
        errors: list[PmoError] = []
        if not 0 <= self.portfolio_size <= MOST_PROJECTS:
            errors.append(SettingsError(f"portfolio_size must be from 0 to {MOST_PROJECTS:,}"))
        if self.pmo_since and not 1900 <= self.pmo_since <= 2200:
            errors.append(SettingsError("pmo_since must be a year, such as 2019"))
        for name, allowed in (
            ("pmo_type", PMO_TYPES),
            ("governance_weight", GOVERNANCE_WEIGHTS),
        ):
            value = getattr(self, name)
            if value and value not in allowed:
                remedy = allowed_values(value, allowed)
                errors.append(SettingsError(f"{name} cannot be {value!r}", remedy=remedy))
        raise_all(errors)


def described(profile: Profile) -> list[str]:
    """What is stated, each as a phrase, such as "120 projects in flight"."""
    mix = asdict(profile.method_mix)
    methods = [f"{100 * share:.0f} % {name}" for name, share in mix.items() if share]
    phrases = {
        "sector": f"{profile.sector} sector",
        "portfolio_size": f"{_projects(profile.portfolio_size)} in flight",
        "method_mix": f"projects run {', '.join(methods)}",
        "pmo_type": f"{profile.pmo_type} PMO",
        "pmo_since": f"PMO since {profile.pmo_since}",
        "governance_weight": f"{profile.governance_weight} governance",
    }
    return [phrases[field.name] for field in fields(Profile) if _is_stated(profile, field.name)]


def differences(ours: Profile, theirs: Profile) -> list[str]:
    """Sentences on what both state and is not alike, such as that they are of another sector."""
    both = [f.name for f in fields(Profile) if _is_stated(ours, f.name)]
    return [
        sentence
        for name in both
        if _is_stated(theirs, name)
        for sentence in _difference(name, ours, theirs)
    ]


def _is_stated(profile: Profile, name: str) -> bool:
    return profile.method_mix.is_stated if name == "method_mix" else bool(getattr(profile, name))


def _difference(name: str, us: Profile, them: Profile) -> Iterator[str]:
    match name:
        case "sector" if us.sector.casefold() != them.sector.casefold():
            yield f"They are of the {them.sector} sector, we of the {us.sector}."
        case "portfolio_size":
            sizes = sorted((us.portfolio_size, them.portfolio_size))
            if sizes[1] >= SIZE_DIFFERS * sizes[0]:
                yield (
                    f"They have {_projects(them.portfolio_size)} in flight, we "
                    f"{us.portfolio_size:,}."
                )
        case "method_mix":
            yield from _other_methods(us.method_mix, them.method_mix)
        case "pmo_type" if us.pmo_type != them.pmo_type:
            yield f"Their PMO is {them.pmo_type}, ours {us.pmo_type}."
        case "pmo_since" if abs(us.pmo_since - them.pmo_since) >= AGE_DIFFERS:
            yield f"They have had a PMO since {them.pmo_since}, we since {us.pmo_since}."
        case "governance_weight" if us.governance_weight != them.governance_weight:
            yield f"Their governance is {them.governance_weight}, ours {us.governance_weight}."


def _projects(n: int) -> str:
    return f"{n:,} project{'' if n == 1 else 's'}"


def _other_methods(ours: MethodMix, theirs: MethodMix) -> Iterator[str]:
    our_shares = asdict(ours)
    for name, share in asdict(theirs).items():
        if abs(share - our_shares[name]) >= MIX_DIFFERS:
            yield (
                f"They run {100 * share:.0f} % of projects {name}, we "
                f"{100 * our_shares[name]:.0f} %."
            )
