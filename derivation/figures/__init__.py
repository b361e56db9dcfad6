"""Charts: `geometry` is what is drawn, `layered` and `fold` find places for it, `tikz` and `svg` write it."""

from __future__ import annotations

from ..walkthrough import Derivation
from .flowchart import backward, forward
from .geometry import Chart
from .heat import heat
from .maps import map_of
from .neurons import neurons
from .plot import plot
from .surface import surface
from .svg import inline, style_sheet, svg
from .tikz import tikz
from .update import update

__all__ = ["Chart", "charts", "inline", "map_of", "style_sheet", "svg", "tikz"]


def charts(derivation: Derivation) -> dict[str, Chart]:
    """The chart of each phase that has one, by the phase's key; `surface` stands with the training phase, and
    `setup` is the network as neurons, where it is a small multilayer perceptron, and `heat` stands
    with the forward phase, where there is a convolution or an attention."""
    made: dict[str, Chart | None] = {"setup": neurons(derivation.network), "forward": forward(derivation), "heat": heat(derivation)}
    if derivation.network.loss:
        made["backward"] = backward(derivation)
    if derivation.network.update and derivation.training_steps[0].updated:
        made["update"] = update(derivation)
    if derivation.outcome:
        made |= {"training": plot(derivation), "surface": surface(derivation)}
    return {key: chart for key, chart in made.items() if chart}
