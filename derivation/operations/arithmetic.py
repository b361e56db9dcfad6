"""Rows for arithmetic, matrices and reductions."""

from __future__ import annotations

from .table import (
    ATOM,
    HADAMARD,
    POWER,
    PRODUCT,
    SUM,
    Notation,
    Operation,
    applied,
    array_by_scalar,
    arrays_entrywise,
    by_scalar,
    entrywise,
    equal_arrays,
    matrix_product,
    not_by_scalar,
    one_array,
    outer_product,
    same,
    scalar_by_scalar,
    transposed,
    with_scalar,
)

A, AB = ("a",), ("a", "b")

ARITHMETIC = (
    Operation("add", AB, Notation("infix", "+", SUM), entrywise, lambda m, a, b: a + b, reverse=("G", "G"), spellings=("+",), reason="sum", nonlinear=False),
    Operation("sub", AB, Notation("infix", "-", SUM), entrywise, lambda m, a, b: a - b, reverse=("G", "-G"), spellings=("-",), reason="sum", nonlinear=False),
    Operation("neg", A, Notation("prefix", "-", SUM), same, lambda m, a: -a, reverse=("-G",), spellings=("u-",), reason="sum", nonlinear=False),
    Operation(
        "times", AB, Notation("juxtaposed", "", PRODUCT), with_scalar, lambda m, a, b: a * b,
        reverse=("G * b", "G * a"), spellings=("*", "@", "\\cdot", ""), reason="product", nonlinear=False,
    ),
    Operation(
        "hadamard", AB, Notation("infix", r"\odot", HADAMARD), arrays_entrywise, lambda m, a, b: a * b,
        reverse=("G * b", "G * a"), spellings=("*", r"\odot"), reason="entrywise", nonlinear=False,
    ),
    Operation(
        "matmul", AB, Notation("juxtaposed", "", PRODUCT), matrix_product, lambda m, a, b: a @ b,
        reverse=("G @ b.T", "a.T @ G"), spellings=("@", ""), reason="matmul", nonlinear=False,
    ),
    Operation(
        "div", AB, Notation("fraction", r"\frac", POWER), by_scalar, applied("div"),
        reverse=("G / b", "-(G * a / b^2)"), spellings=("/", r"\frac"), reason="quotient",
    ),
    Operation(
        "hadamard_div", AB, Notation("infix", r"\oslash", HADAMARD), not_by_scalar, applied("div"),
        reverse=("G / b", "-(G * a / b^2)"), spellings=("/", r"\oslash"), reason="quotient",
    ),
    Operation("pow", AB, Notation("power", "^", POWER), scalar_by_scalar, applied("pow"), reverse=("G * (b * a^(b - 1))", "G * (out * log(a))"), spellings=("^",), reason="power"),
    Operation(
        "hadamard_pow", AB, Notation("power", r"^\odot", POWER), array_by_scalar, applied("pow"),
        reverse=("G * (b * a^(b - 1))", "G * (out * log(a))"), spellings=("^", r"^\odot"), reason="power",
    ),
    Operation("transpose", A, Notation("superscript", r"\top", POWER), transposed, lambda m, a: a.T, reverse=("G.T",), spellings=(".T",), reason="transpose", nonlinear=False),
    Operation("dot", AB, Notation("infix", r"\cdot", PRODUCT), equal_arrays, lambda m, a, b: (a * b).sum(), reverse=("G * b", "G * a"), spellings=("dot", r"\cdot"), reason="dot", nonlinear=False),
    Operation("outer", AB, Notation("infix", r"\otimes", PRODUCT), outer_product, lambda m, a, b: a @ b.T, reverse=("G @ b", "G.T @ a"), spellings=("outer", r"\otimes"), reason="outer", nonlinear=False),
    Operation("sum", A, Notation("sum", r"\sum", HADAMARD), one_array, lambda m, a: a.sum(), reverse=("G * ones(a)",), spellings=("sum",), reason="total", nonlinear=False),
    Operation(
        "mean", A, Notation("function", r"\operatorname{mean}"), one_array, definition="sum(a) / size(a)",
        reverse=("G / size(a) * ones(a)",), spellings=("mean",), reason="mean", nonlinear=False,
    ),
    Operation(
        "maximum", AB, Notation("function", r"\max"), entrywise, applied("max"), reverse=("G * (a >= b)", "G * (b > a)"),
        spellings=("max",), reason="maximum", kink=lambda m, a, b: a - b,
    ),
    Operation(
        "minimum", AB, Notation("function", r"\min"), entrywise, applied("min"), reverse=("G * (a <= b)", "G * (b < a)"),
        spellings=("min",), reason="minimum", kink=lambda m, a, b: a - b,
    ),
    Operation("largest", A, Notation("function", r"\operatorname{largest}"), one_array, lambda m, a: a.fold(m.max), reverse=("G * (a >= out)",), spellings=("max",), reason="maximum"),
    Operation("smallest", A, Notation("function", r"\operatorname{smallest}"), one_array, lambda m, a: a.fold(m.min), reverse=("G * (a <= out)",), spellings=("min",), reason="minimum"),
    Operation("greater", AB, Notation("fence", ">", ATOM), entrywise, applied("greater"), reverse=("0 * G * a", "0 * G * b"), spellings=(">",), reason="indicator"),
    Operation("at_least", AB, Notation("fence", r"\ge", ATOM), entrywise, applied("at_least"), reverse=("0 * G * a", "0 * G * b"), spellings=(">=",), reason="indicator"),
    Operation(
        "cases", ("c", "a", "b"), Notation("cases", "cases"), entrywise, lambda m, c, a, b: c.zip(m.cases, a, b),
        reverse=("0 * G * c", "G * c", "G * (1 - c)"), spellings=("cases",), reason="indicator",
    ),
)
