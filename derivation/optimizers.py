"""The optimizers table: one row each, as the equations one finds in the paper, in the language of the spec."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Optimizer:
    """One row. `equation` gives the new parameter from `theta` (the old one), `gradient` and the constants."""

    name: str
    equation: str
    constants: tuple[str, ...]


OPTIMIZERS = {
    row.name: row
    for row in (
        # Gradient descent: Goodfellow, Bengio, Courville, Deep Learning (2016), equation 4.5 and algorithm 8.1.
        Optimizer("sgd", "theta - rate * gradient", ("rate",)),
    )
}
