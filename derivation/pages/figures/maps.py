"""The map of a network: its equations and data as symbols, low enough to stand above a section, with those marked that
a section is about."""

from __future__ import annotations

from derivation.networks.network import Network
from derivation.pages.figures.flowchart import TEXT_WIDTH, Look, drawn
from derivation.pages.figures.fold import Graph, graph
from derivation.pages.figures.geometry import Block, Chart, Style, block
from derivation.pages.figures.texts import Texts


def map_of(network: Network, marked: frozenset[str] = frozenset()) -> Chart:
    """Where the named quantities stand among the equations, from the data to the loss; parameters are left out.

    >>> from derivation.spec.reader import loads
    >>> text = '[model]\\nloss = "L"\\nequations = "L = (w * x - y)^2"\\n[parameters]\\nw = 3\\n[data]\\nx = 1\\ny = 2'
    >>> [(node.quantity, node.marked) for node in map_of(loads(text), frozenset({"L"})).nodes]
    [('x y', False), ('u_1', False), ('L', True)]
    """
    texts = Texts(network)

    def symbol(key: str) -> Block:
        return block((texts.symbol(key),))

    def style(result: str, operand: str) -> Style:
        return "quiet"

    return drawn(
        Look(_computed(graph(network, grouped=True)), symbol, symbol, lambda result, operand: None, style, marked),
        TEXT_WIDTH[network.page.paper],
    )


def _computed(whole: Graph) -> Graph:
    """The graph without parameters."""
    kept = {key for key, kind in whole.kinds.items() if kind != "parameter"}
    uses = {key: tuple(operand for operand in used if operand in kept) for key, used in whole.uses.items()}
    return Graph(uses, {key: kind for key, kind in whole.kinds.items() if key in kept})
