"""What NumPy and PyTorch call our functions, and where theirs are other ones."""

from __future__ import annotations

from derivation.formulas.operations import TABLE, heads
from derivation.formulas.operations.layers import LAYERS

MODULES = frozenset(
    {
        "np",
        "numpy",
        "jnp",
        "jax",
        "lax",
        "linalg",
        "torch",
        "nn",
        "functional",
        "F",
        "math",
        "tf",
        "special",
        "cp",
        "d2l",
        "npx",
        "ops",
    }
)
"""Prefixes that are passed over, as in `np.maximum(0, z)`."""
ALIASES = {alias: row.spellings[0] for row in TABLE.values() for alias in row.aliases} | {
    "concatenate": "concat",
    "cat": "concat",
    "vstack": "vstack",
    "hstack": "hstack",
    "column_stack": "column_stack",
    "arange": "range",
    "sigma": "sigmoid",
    **dict.fromkeys(("asarray", "tensor", "as_tensor", "copy", "clone", "item", "float", "double"), "array"),
    **dict.fromkeys(("Tensor", "FloatTensor", "from_numpy", "numpy", "cpu", "contiguous"), "array"),
    **{f"reduce_{function}": function for function in (heads.SUM, heads.MEAN, "max", "min")},
    **{head: TABLE[head].spellings[0] for head in (heads.POW, heads.SUB, heads.DIV)},
    "mul": "*",
    "scaled_dot_product_attention": "attention",
    "ger": "outer",
    "lt": "less",
    "le": "less_equal",
    "ne": "not_equal",
    "type": "astype",
    "to": "astype",
    **dict.fromkeys(("int", "long", "bool"), "truncated"),
    "t": ".T",
    "view": "reshape",
    "identity": "eye",
    "unsqueeze": "expand_dims",
    "numel": "size",
    **dict.fromkeys(("mm", "mv", "bmm"), "@"),
    "keepdim": "keepdims",
    "dim": "axis",
    "dims": "axis",
    "shifts": "shift",
    "repeat_interleave": "repeat",
    "num_classes": "classes",
    "depth": "classes",
    "kernel_size": "size",
}
"""What NumPy and PyTorch call our functions and keywords."""
TORCH = frozenset({"torch", "nn", "functional", "F"})
DIFFERENT_IN_TORCH = frozenset({"kl_div", "dropout"})
"""Functions that have another value there, so their names are not passed over with the prefix; the table `torch` of the
words files says what to write."""
ALONG = {
    spelling.partition(" ")[0]
    for row in TABLE.values()
    if len(row.operands) == 1 and not row.options
    for spelling in row.spellings
    if " axis" in spelling
} | {key for key, layer in LAYERS.items() if layer.along and layer.axis is None and len(layer.operands) == 1}
WITH_AXIS = {"mean", *ALONG} | {
    alias for row in TABLE.values() if len(row.operands) == 1 and row.spellings[0] in ALONG for alias in row.aliases
}
"""What takes an axis as its second argument in NumPy: `np.max(X, 0)` is no maximum of X and 0."""
INTERNAL = frozenset(spelling for row in TABLE.values() if row.internal for spelling in row.spellings)
"""Rows that others are defined or differentiated by: nobody who misspells a function means one of these."""
INSTEAD = {
    **dict.fromkeys(("MSE", "l2_loss"), "mse(a, b)"),
    **dict.fromkeys(("L1Loss", "l1_loss", "mean_absolute_error", "mae"), "mean(abs(a - b))"),
    **dict.fromkeys(("BCELoss", "binary_crossentropy"), "binary_cross_entropy(p, y)"),
    **dict.fromkeys(("CrossEntropyLoss", "categorical_crossentropy"), "cross_entropy_with_logits(z, y)"),
    **dict.fromkeys(("Linear", "linear", "Dense", "dense"), "W @ x + b"),
    **dict.fromkeys(("Conv2d", "conv2D", "Conv2D"), "conv2d(X, K)"),
    **dict.fromkeys(("adaptive_avg_pool2d", "AdaptiveAvgPool2d"), "mean(X, axis=(-2, -1), keepdims=True)"),
    **dict.fromkeys(("interpolate", "Upsample"), "repeat(repeat(X, 2, axis=-1), 2, axis=-2)"),
    **dict.fromkeys(("chunk", "split"), "X[..., 0:2] for each part"),
}
"""What stands in place of functions and layers that others have."""
