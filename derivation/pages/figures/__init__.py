"""Charts: `geometry` is what is drawn, `layered` and `fold` find places for it, `tikz` and `svg` write it."""

from __future__ import annotations

from derivation.networks.walkthrough import Derivation
from derivation.pages.figures.flowchart import backward, forward
from derivation.pages.figures.geometry import Chart
from derivation.pages.figures.heat import heat
from derivation.pages.figures.maps import map_of
from derivation.pages.figures.neurons import neurons
from derivation.pages.figures.plot import plot
from derivation.pages.figures.surface import surface
from derivation.pages.figures.svg import inline, style_sheet, svg
from derivation.pages.figures.tikz import tikz
from derivation.pages.figures.update import update

__all__ = ["Chart", "charts", "inline", "map_of", "style_sheet", "svg", "tikz"]


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
    return {key: chart for key, chart in made.items() if chart}
