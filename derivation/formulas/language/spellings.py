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
DIFFERENT_IN_TORCH = frozenset({"cross_entropy", "binary_cross_entropy", "var", "dropout"})
"""Functions that have another value there, so their names are not passed over with the prefix; the table `torch` of the
words files says what to write."""
WITH_AXIS = frozenset({"sum", "mean", "max", "amax", "min", "amin", "var", "softmax", "log_softmax"})
"""What takes an axis as its second argument in NumPy: `np.max(X, 0)` is no maximum of X and 0."""
INTERNAL = frozenset({
    "cases", "cos_pi", "diag", "diagonal", "elu_prime", "enlarge", "first_largest", "first_largest_in_columns", "first_largest_in_rows", "gather_rows",
    "gelu_tanh_prime", "largest_in_windows", "leaky_relu_prime", "normal_cdf", "normal_pdf", "pick_rows", "relu_prime", "repeat_columns", "repeat_rows",
    "rotate180", "slice", "spread", "strided",
})  # fmt: skip
"""Rows that others are defined or differentiated by: nobody who misspells a function means one of these."""
INSTEAD = {
    **dict.fromkeys(("MSELoss", "mse_loss", "mean_squared_error", "MSE", "l2_loss"), "mean((a - b)^2)"),
    **dict.fromkeys(("L1Loss", "l1_loss", "mean_absolute_error", "mae"), "mean(abs(a - b))"),
    **dict.fromkeys(("BCELoss", "binary_crossentropy"), "binary_cross_entropy(p, y)"),
    **dict.fromkeys(("CrossEntropyLoss", "categorical_crossentropy", "nll_loss"), "cross_entropy(softmax(z), y)"),
    **dict.fromkeys(("Linear", "linear", "Dense", "dense"), "W @ x + b"),
    **dict.fromkeys(("Conv2d", "conv2D", "Conv2D"), "conv2d(X, K)"),
}
"""What stands in place of functions and layers that others have."""
