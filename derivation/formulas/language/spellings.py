"""What NumPy and PyTorch call our functions, and where theirs are other ones."""

from __future__ import annotations

from derivation.formulas.operations import TABLE

MODULES = frozenset({"np", "numpy", "jnp", "torch", "nn", "functional", "F", "math", "tf", "special"})
"""Prefixes that are passed over, as in `np.maximum(0, z)`."""
ALIASES = {alias: row.spellings[0] for row in TABLE.values() for alias in row.aliases} | {
    "concatenate": "concat",
    "cat": "concat",
    "vstack": "vstack",
    "hstack": "hstack",
    "column_stack": "column_stack",
    "keepdim": "keepdims",
    "dim": "axis",
}
"""What NumPy and PyTorch call our functions and keywords."""
TORCH = frozenset({"torch", "nn", "functional", "F"})
DIFFERENT_IN_TORCH = {
    "cross_entropy": "PyTorch's takes scores and averages over the samples, this one takes probabilities and adds up; "
    "write cross_entropy(softmax(z), y), or cross_entropy(softmax(Z, axis=1), Y) / N for N samples in rows",
    "binary_cross_entropy": "PyTorch's averages over the entries, this one adds them up; write "
    "binary_cross_entropy(p, y) / N for N entries",
    "var": "PyTorch's divides by n - 1; write var(x) for the mean of the squares, or sum((x - mean(x))^2) / (n - "
    "1) with the number put in",
    "dropout": "PyTorch's draws a mask; give one as an array of 0 and 1 under [data], and write dropout(x, mask, rate)",
}
"""Functions that have another value there, so their names are not passed over with the prefix."""
WITH_AXIS = frozenset({"sum", "mean", "max", "amax", "min", "amin", "var", "softmax", "log_softmax"})
"""What takes an axis as its second argument in NumPy: `np.max(X, 0)` is no maximum of X and 0."""
