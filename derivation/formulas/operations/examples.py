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
    used = set(re.findall(r"[a-zA-Z_]\w*", row.example))
    data = [f"{name} = {numbers}" for name, numbers in QUANTITIES.items() if name in used]
    return "\n".join(["[model]", f'equations = "out = {row.example}"', "[data]", *data])
