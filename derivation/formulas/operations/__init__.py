"""The operations table: one row per operation (see `table.Operation` for what a row says)."""

from __future__ import annotations

from collections import defaultdict

from derivation.formulas.operations import heads
from derivation.formulas.operations.activations import ACTIVATIONS
from derivation.formulas.operations.algebras import ASKED
from derivation.formulas.operations.along_axes import SUMS
from derivation.formulas.operations.arithmetic import ARITHMETIC
from derivation.formulas.operations.convolution import CONVOLUTION
from derivation.formulas.operations.functions import FUNCTIONS
from derivation.formulas.operations.losses import LOSSES
from derivation.formulas.operations.ordering import ORDERED
from derivation.formulas.operations.pooling import POOLING
from derivation.formulas.operations.reductions import REDUCTIONS
from derivation.formulas.operations.structure import STRUCTURE
from derivation.formulas.operations.table import Applied, MissingPiece, Operation, ShapeMismatch, check

TABLE: dict[str, Operation] = {
    row.name: row
    for row in (
        *ARITHMETIC,
        *REDUCTIONS,
        *SUMS,
        *STRUCTURE,
        *ORDERED,
        *FUNCTIONS,
        *ACTIVATIONS,
        *CONVOLUTION,
        *POOLING,
        *LOSSES,
    )
}
"""Every operation by name."""
for _row in TABLE.values():
    check(_row)
    if isinstance(_row.meaning, Applied) and _row.meaning.function not in ASKED:
        raise MissingPiece(_row.name, f"function of numbers; its meaning asks for {_row.meaning.function!r}")
for _name in vars(heads):
    if _name.isupper() and isinstance(_head := getattr(heads, _name), str) and _head not in TABLE:
        raise MissingPiece(_head, "row, and rules look for it by its name")

SPELLINGS: dict[str, list[Operation]] = defaultdict(list)
"""The operations that a symbol or function name may stand for, in the order in which they are tried."""
for _row in TABLE.values():
    for _spelling in _row.spellings:
        SPELLINGS[_spelling].append(_row)

__all__ = ["SPELLINGS", "TABLE", "MissingPiece", "Operation", "ShapeMismatch", "heads"]
