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
        "random",
        "init",
        "optim",
        "distributions",
        "fft",
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
    **dict.fromkeys(("int", "long", "int64", "int32"), "truncated"),
    "bool": "truth",
    "t": ".T",
    "view": "reshape",
    "identity": "eye",
    "unsqueeze": "expand_dims",
    "numel": "size",
    **dict.fromkeys(("mm", "mv", "bmm"), "@"),
    "dim": "ndim",
    "repeat_interleave": "repeat",
    **dict.fromkeys(("float32", "float64", "longdouble", "tolist", "asfarray", "requires_grad_"), "array"),
    "true_divide": TABLE[heads.DIV].spellings[0],
    "fabs": heads.ABS,
    "fmax": "max",
    "fmin": "min",
    "clamp_min": "max",
    "clamp_max": "min",
    "float_power": TABLE[heads.POW].spellings[0],
    "fsum": heads.SUM,
    "vector_norm": heads.NORM,
    "row_stack": "vstack",
    "tensor_split": "array_split",
    "movedim": "moveaxis",
    "sgn": heads.SIGN,
    "mod": "remainder",
}
"""What NumPy and PyTorch call our functions."""
KEYWORDS = {
    "keepdim": "keepdims",
    "dim": "axis",
    "dims": "axis",
    "shifts": "shift",
    "num_classes": "classes",
    "depth": "classes",
    "kernel_size": "size",
}
"""What NumPy and PyTorch call our keywords."""
TORCH = frozenset({"torch", "nn", "functional", "F"})
DIFFERENT_IN_TORCH = frozenset({"kl_div", "dropout", "batch_norm"})
"""Functions that have another value there, so their names are not passed over with the prefix; the table `torch` of the
words files says what to write."""
ALONG = {
    spelling.partition(" ")[0]
    for row in TABLE.values()
    if len(row.operands) == 1 and not row.options
    for spelling in row.spellings
    if " axis" in spelling
} | {key for key, layer in LAYERS.items() if layer.along and layer.axis is None and len(layer.operands) == 1}
WITH_AXIS = {heads.MEAN, heads.PROD, *ALONG} | {
    alias for row in TABLE.values() if len(row.operands) == 1 and row.spellings[0] in ALONG for alias in row.aliases
}
"""What takes an axis as its second argument in NumPy: `np.max(X, 0)` is no maximum of X and 0."""
INTERNAL = frozenset(spelling for row in TABLE.values() if row.internal for spelling in row.spellings)
"""Rows that others are defined or differentiated by: nobody who misspells a function means one of these."""
