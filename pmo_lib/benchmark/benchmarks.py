"""Every benchmark there is: published figures, peers' projects, our own departments."""

from collections.abc import Iterable, Mapping

from pmo_lib.benchmark.against_peers import against_peers
from pmo_lib.benchmark.against_published import against_published
from pmo_lib.benchmark.comparison import Comparison
from pmo_lib.benchmark.side import Side
from pmo_lib.engine.result import ORGANISATION
from pmo_lib.engine.view import View


def compared(
    view: View, peers: Mapping[str, View], departments: Iterable[str] = (ORGANISATION,)
) -> list[Comparison]:
    """Every benchmark beside each of the departments: published figures, then peers, then our own.

    `peers` are other portfolios, each at the end of its own data.
    """
    names, ours = list(departments), Side(view, view)
    others = {name: Side(peer, view) for name, peer in peers.items()}
    return [*against_published(ours, names), *against_peers(ours, others, names)]
