"""The functions that an equation may call, and the other names that mean something before any quantity does."""

from __future__ import annotations

from derivation.formulas.language.rewriting import REWRITTEN
from derivation.formulas.language.unpacking import PARTS
from derivation.formulas.operations import SPELLINGS
from derivation.formulas.operations.layers import LAYERS

FUNCTIONS = (
    frozenset(s for s in SPELLINGS if s.isidentifier())
    | LAYERS.keys()
    | REWRITTEN
    | PARTS.keys()
    | {
        "concat",
        "stack",
        "embedding",
        "inner",
        "vdot",
        "tile",
        "repeat",
        "torch.pad",
        "torch.embedding",
        "expand",
        "einsum",
        "squeeze",
        "expand_dims",
        "swapaxes",
        "moveaxis",
        "broadcast_to",
    }
)
NUMBERS = frozenset({"pi", "e"})
"""What is no function behind `np.`."""
OBJECT = "self"
"""What a method calls the object that holds its arrays; `self.W` is W."""
LENGTHS = frozenset({"shape", "size", "len", "range", "ndim"})
"""Whole numbers that are known before anything is worked."""
ARRAYS = frozenset(
    {"array", "full", "zeros", "eye", "zeros_like", "ones_like", "linspace", "astype", "truncated", "truth"}
)
