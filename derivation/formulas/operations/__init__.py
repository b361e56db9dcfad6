"""The operations table: one row per operation (see `table.Operation` for what a row says)."""

from __future__ import annotations

from collections import defaultdict

from derivation.formulas.operations.arithmetic import ARITHMETIC
from derivation.formulas.operations.convolution import CONVOLUTION
from derivation.formulas.operations.functions import ACTIVATIONS, FUNCTIONS
from derivation.formulas.operations.losses import LOSSES
from derivation.formulas.operations.structure import STRUCTURE
from derivation.formulas.operations.table import Operation, ShapeMismatch

TABLE: dict[str, Operation] = {
    row.name: row for row in (*ARITHMETIC, *STRUCTURE, *FUNCTIONS, *ACTIVATIONS, *CONVOLUTION, *LOSSES)
}
"""Every operation by name."""

SPELLINGS: dict[str, list[Operation]] = defaultdict(list)
"""The operations that a symbol or function name may stand for, in the order in which they are tried."""
for _row in TABLE.values():
    for _spelling in _row.spellings:
        SPELLINGS[_spelling].append(_row)

__all__ = ["SPELLINGS", "TABLE", "Operation", "ShapeMismatch"]
