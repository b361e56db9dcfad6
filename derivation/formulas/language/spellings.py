"""What NumPy and PyTorch call our functions, and where theirs are other ones."""

from __future__ import annotations

from derivation.formulas.operations import TABLE, heads

MODULES = frozenset({"np", "numpy", "jnp", "torch", "nn", "functional", "F", "math", "tf", "special", "linalg", "jax"})
"""Prefixes that are passed over, as in `np.maximum(0, z)`."""
ALIASES = {alias: row.spellings[0] for row in TABLE.values() for alias in row.aliases} | {
    "concatenate": "concat",
    "cat": "concat",
    "vstack": "vstack",
    "hstack": "hstack",
    "column_stack": "column_stack",
    "arange": "range",
    "sigma": "sigmoid",
    **dict.fromkeys(("asarray", "tensor", "as_tensor", "copy", "clone", "item", "float"), "array"),
    **{f"reduce_{function}": function for function in (heads.SUM, heads.MEAN, "max", "min")},
    **{head: TABLE[head].spellings[0] for head in (heads.POW, heads.SUB, heads.DIV)},
    "mul": "*",
    "t": ".T",
    "view": "reshape",
    "identity": "eye",
    "unsqueeze": "expand_dims",
    "numel": "size",
    **dict.fromkeys(("mm", "mv", "bmm"), "@"),
    "keepdim": "keepdims",
    "dim": "axis",
}
"""What NumPy and PyTorch call our functions and keywords."""
TORCH = frozenset({"torch", "nn", "functional", "F"})
DIFFERENT_IN_TORCH = frozenset({"cross_entropy", "binary_cross_entropy", "var", "dropout"})
"""Functions that have another value there, so their names are not passed over with the prefix; the table `torch` of the
words files says what to write."""
WITH_AXIS = frozenset({"sum", "mean", "max", "amax", "min", "amin", "var", "softmax", "log_softmax"})
"""What takes an axis as its second argument in NumPy: `np.max(X, 0)` is no maximum of X and 0."""
