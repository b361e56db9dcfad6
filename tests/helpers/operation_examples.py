"""An example of each operation: its row's expression as a spec with numbers."""

from __future__ import annotations

import re

from derivation.formulas.operations.table import Operation

QUANTITIES = {
    "s": "0.5",
    "a": "[0.3, -1.2, 0.8]",
    "p": "[0.2, 0.5, 0.3]",
    "y": "[0, 1, 0]",
    "r": "[[1, 2, 3]]",
    "M": "[[1, -2, 0.5], [0.3, 1.5, -1]]",
    "N": "[[2, 1, 0], [-1, 0.5, 4]]",
    "B": "[[1, 0, 1], [1, 1, 0]]",
    "I": "[[1, 2, 0, 1], [3, 1, 2, 2], [0, 1, 1, 4], [2, 0, 3, 1]]",
    "K": "[[1, -1], [0.5, 2]]",
}
"""What examples are worked on, as a spec gives it: a scalar, columns (probabilities, a mask or labels), a row, matrices,
a mask, an image and its kernel."""


def spec(row: Operation) -> str:
    """The example of a row as a spec.

    >>> from derivation.formulas.operations import TABLE
    >>> print(spec(TABLE["div"]))
    [model]
    equations = "out = a / s"
    [data]
    s = 0.5
    a = [0.3, -1.2, 0.8]
    """
    return "\n".join(["[model]", f'equations = "out = {row.example}"', "[data]", *given(row)])


def differentiated(row: Operation) -> str:
    """The example with a loss behind it, the sum of squares, and all that it is worked on as parameters."""
    equations = f'equations = "out = {row.example}\\nL = sum(out^2)"'
    return "\n".join(["[model]", 'loss = "L"', equations, "[parameters]", *given(row)])


def given(row: Operation) -> list[str]:
    """The quantities of a row's example, a line for each."""
    used = set(re.findall(r"[a-zA-Z_]\w*", row.example))
    return [f"{name} = {numbers}" for name, numbers in QUANTITIES.items() if name in used]
