"""What shape rules say of lengths."""

from __future__ import annotations

from derivation.formulas.operations import structure, table

ANY_LENGTH = frozenset(
    {
        *table.ENTRYWISE,
        *(
            table.same,
            table.equal,
            table.matrix,
            table.equal_matrices,
            table.dropped,
            table.scalar,
            table.one_array,
        ),
        *(
            table.transposed,
            table.matrix_product,
            table.outer_product,
            table.equal_arrays,
            structure.row_totals,
            structure.column_totals,
        ),
        *(structure.repeated_row, structure.repeated_column),
    }
)
"""Shape rules of operations that mean the same at any length, and use every entry of every operand."""
