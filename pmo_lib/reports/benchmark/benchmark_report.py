"""The benchmark report: where we stand beside others, and which comparisons are refused."""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

import pandas as pd
from IPython.display import HTML

from pmo_lib.benchmark.comparison import Comparison, chosen
from pmo_lib.benchmark.reference_class import ReferenceClass
from pmo_lib.contract.profile import described, differences
from pmo_lib.engine.view import View
from pmo_lib.kpis.catalogue import CATALOGUE
from pmo_lib.parameters import BenchmarkParameters
from pmo_lib.reports import page
from pmo_lib.reports.benchmark import positions, reference
from pmo_lib.reports.picture import Picture
from pmo_lib.reports.report import Report
from pmo_lib.wording import are, counted, listed


@dataclass(frozen=True)
class BenchmarkReport(Report):
    """The organisation, or one department, beside peers and published figures."""

    parameters: BenchmarkParameters

    def title(self) -> HTML:
        """The title."""
        return page.title(f"Benchmark: {self.subject}", self.beneath)

    @cached_property
    def peers(self) -> dict[str, View]:
        """The peers asked for, each at the end of its own data."""
        wanted = self.parameters.chosen_peers(self.workbook)
        return {name: self.measured.peers[name] for name in wanted}

    @cached_property
    def all_comparisons(self) -> list[Comparison]:
        """Every benchmark of everybody, with the peers asked for."""
        return chosen(self.measured.comparisons, self.peers)

    @property
    def comparisons(self) -> list[Comparison]:
        """Our own, in the order published figures, peers, own departments."""
        return [each for each in self.all_comparisons if each.department == self.department]

    @cached_property
    def reference_class(self) -> ReferenceClass:
        """What classes of projects came to, with the peers asked for."""
        return self.measured.reference_class.of(self.peers)

    @property
    def fair(self) -> list[Comparison]:
        return [each for each in self.comparisons if each.is_fair]

    def answer(self) -> HTML:
        """Where we stand, and how many comparisons were refused, in one paragraph."""
        why = self.workbook.withheld.get("benchmarks")
        withheld = [f"Published figures cannot be used: {why}."] if why else []
        if not self.comparisons:
            return page.answer(
                withheld
                or ["There is nothing to compare with: needs benchmarks.csv, or a peer's exports."]
            )
        counts = Counter(each.judgement for each in self.comparisons)
        said = []
        for stands, words in (("better", "better than"), ("worse", "worse than")):
            named = dict.fromkeys(_named(each) for each in self.fair if each.stands == stands)
            if named:
                said.append(f"{self.subject} is {words} its peers in {listed(list(named))}.")
        level = sum(each.stands == "no different" for each in self.fair)
        if level:
            said.append(f"In {counted(level, 'comparison')} the difference may be chance.")
        if not self.fair:
            said.append("Where we stand cannot be determined; below is what to collect for it.")
        said.append(
            f"Of {counted(len(self.comparisons), 'benchmark')} like is compared with "
            f"like in {counts['comparable']}; {are(counts['context only'])} context only and "
            f"{are(counts['not comparable'])} refused."
        )
        return page.answer([*withheld, *said])

    def profile(self) -> HTML:
        """Who we are, and in what each peer differs: for choosing peers, never a score."""
        ours = self.workbook.settings.profile
        said = described(ours)
        own = (
            page.paragraph(f"{self.subject}: {listed(said)}.")
            if said
            else page.paragraph(
                "The profile of the organisation is not stated; fill profile in settings.yml, and "
                "each peer's difference is named here."
            )
        )
        peers = [
            page.paragraph(f"{name}:", *named)
            for name in self.peers
            if (named := differences(ours, self.workbook.peers[name].settings.profile))
        ]
        return page.joined(own, *peers)

    def peers_used(self) -> HTML:
        """The peers, their data date and size."""
        rows = [
            {
                "Peer": name,
                "Figures up to": f"{view.data_date:%Y-%m-%d}",
                "Projects": len(view.tables["projects"]),
                "Currency": view.settings.currency,
                "Baseline": view.settings.baseline_definition,
            }
            for name, view in self.peers.items()
        ]
        if not rows:
            return page.paragraph(
                "No peer's own projects are there. Put a peer's exports into a folder of its name "
                "in benchmarks, beside your own, to see where you stand among its projects."
            )
        return page.table(pd.DataFrame(rows), "Peers whose projects we have", "cards")

    def where_we_stand(self) -> Picture | HTML:
        """Each position among peers as a dot with its interval."""
        level = self.workbook.settings.confidence_level
        return self.or_cannot(positions.positions(self.fair, level), "Where we stand")

    def fair_comparisons(self) -> HTML:
        """Per KPI the comparisons of like with like."""
        return positions.fair(self.fair, self.level)

    def like_for_like(self) -> HTML:
        """The raw gap beside the standardised and entropy-balanced ones."""
        return positions.like_for_like(self.comparisons, self.level)

    def departments(self) -> HTML:
        """Each department beside all the others."""
        if self.parameters.department:
            return page.paragraph(
                f"{self.subject} beside the other departments is among the comparisons above."
            )
        return positions.departments(self.all_comparisons, self.workbook.settings)

    def uplifts(self) -> HTML:
        """What the classes of projects cost more than approved, at P50 and P80."""
        return reference.uplifts(self.reference_class, self.workbook.settings.confidence_level)

    def tails(self) -> HTML:
        """How heavy the tail of overruns is."""
        return reference.tails(self.reference_class)

    def forecasts(self) -> HTML:
        """Each active project: approved, current estimate, and what its class suggests."""
        return reference.in_flight(
            self.reference_class, self.department, self.workbook.settings.currency
        )

    def calibration(self) -> HTML:
        """Whether such forecasts would have held in the past."""
        return reference.calibration(self.reference_class)

    def context(self) -> HTML:
        """Figures to know of that are no comparison, with the reason."""
        return positions.listing(self.comparisons, "context only")

    def refusals(self) -> HTML:
        """Every refused comparison with its reason."""
        return positions.listing(self.comparisons, "not comparable")

    def how_to_become_comparable(self) -> HTML:
        """What to collect or to ask for, that which unlocks the most first."""
        unlocked = Counter(remedy for each in self.comparisons for remedy in set(each.remedies))
        return page.bullets(
            [
                f"{remedy} ({counted(n, 'comparison')})"
                for remedy, n in sorted(unlocked.items(), key=lambda item: (-item[1], item[0]))
            ],
            "Nothing would make a further benchmark comparable.",
        )


def _named(each: Comparison) -> str:
    """The KPI's name within a sentence: on-time completion, PMO net promoter score."""
    name = CATALOGUE[each.kpi_id].name
    return name if name[1].isupper() else f"{name[0].lower()}{name[1:]}"
