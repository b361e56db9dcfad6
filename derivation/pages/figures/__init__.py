"""Charts: `geometry` is what is drawn, `layered` and `fold` find places for it, `tikz` and `svg` write it."""

from __future__ import annotations

from derivation.networks.network import Network
from derivation.networks.walkthrough import Derivation
from derivation.pages.figures import maps
from derivation.pages.figures.flowchart import backward, forward
from derivation.pages.figures.geometry import Chart
from derivation.pages.figures.heat import heat
from derivation.pages.figures.neurons import neurons
from derivation.pages.figures.plot import plot
from derivation.pages.figures.surface import surface
from derivation.pages.figures.update import update
from derivation.pages.words import shown

__all__ = ["Chart", "charts", "map_of"]


def charts(derivation: Derivation) -> dict[str, Chart]:
    """The chart of each phase that has one, by the phase's key; `surface` stands with the training phase, and
    `setup` is the network as neurons, where it is a small multilayer perceptron, and `heat` stands
    with the forward phase, where there is a convolution or an attention."""
    made: dict[str, Chart | None] = {
        "setup": neurons(derivation.network),
        "forward": forward(derivation),
        "heat": heat(derivation),
    }
    if derivation.network.loss:
        made["backward"] = backward(derivation)
    if derivation.network.update and derivation.training_steps[0].updated:
        made["update"] = update(derivation)
    if derivation.outcome:
        made |= {"training": plot(derivation), "surface": surface(derivation)}
    return {key: _shown(chart, derivation.network) for key, chart in made.items() if chart}


def map_of(network: Network, marked: frozenset[str] = frozenset()) -> Chart:
    """The map of a network (`maps.map_of`) with the words and the decimal mark of its documents."""
    return _shown(maps.map_of(network, marked), network)


def _shown(chart: Chart, network: Network) -> Chart:
    return chart.rewritten(lambda latex: shown(latex, network.page.decimal))
