"""What shape rules say of lengths."""

from __future__ import annotations

from derivation.formulas.operations import along_axes, table

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
            along_axes.row_totals,
            along_axes.column_totals,
        ),
        *(along_axes.repeated_row, along_axes.repeated_column),
    }
)
"""Shape rules of operations that mean the same at any length, and use every entry of every operand."""
