"""Rows for functions of one number, entry by entry, and for the activations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from derivation.formulas.arrays import Shape
from derivation.formulas.operations.table import Notation, Operation, applied, dropped, entrywise, equal, equal_matrices, matrix, same

A = ("a",)
GELU_INNER = "2 * normal_pdf(0) * (a + 0.044715 * a^3)"
"""Inside the tanh of Hendrycks, Gimpel, Gaussian error linear units (2016), section 2; 2 normal_pdf(0) is the root of 2 / pi."""


def _operator(text: str) -> Notation:
    return Notation("function", rf"\operatorname{{{text}}}")


def along(axis: int, word: str) -> tuple[Operation, ...]:
    """Softmax and its kin at each column (axis 0) or each row (axis 1) of a matrix, as in NumPy."""

    def row(
        function: str, operands: tuple[str, ...], symbol: str, shape: Callable[..., Shape], definition: str, reverse: tuple[str, ...], **more: Any
    ) -> Operation:
        texts = tuple(text.replace("axis", f"axis={axis}") for text in (definition, *reverse))
        notation = Notation("function", rf"{symbol}_{{\mathrm{{{word}s}}}}")
        key = f"{function}_{word}s"
        spelling = (f"{function} axis={axis}",)
        return Operation(
            key, operands, notation, shape, definition=texts[0], reverse=texts[1:], spellings=spelling, reason=key, activation=True, coupled=True, **more
        )

    back = "out * (G - sum(G * out, axis))"
    return (
        row("softmax", A, r"\operatorname{softmax}", matrix, "exp(a) / sum(exp(a), axis)", (back,), heat=f"{word}s"),
        row("log_softmax", A, r"\operatorname{logsoftmax}", matrix, "a - log(sum(exp(a), axis))", ("G - exp(out) * sum(G, axis)",)),
        row(
            "masked_softmax",
            ("a", "b"),
            r"\operatorname{masksoftmax}",
            equal_matrices,
            "b * exp(a) / sum(b * exp(a), axis)",
            (back, "(G - sum(G * out, axis)) * exp(a) / sum(b * exp(a), axis)"),
            heat=f"{word}s",
        ),
    )


FUNCTIONS = (
    Operation("exp", A, Notation("exponential", r"\mathrm{e}"), same, applied("exp"), reverse=("G * out",), spellings=("exp",), reason="exp"),
    Operation("log", A, Notation("function", r"\ln"), same, applied("log"), reverse=("G / a",), spellings=("log", "ln"), reason="log"),
    Operation("sqrt", A, Notation("root", r"\sqrt"), same, applied("sqrt"), reverse=("G / (2 * out)",), spellings=("sqrt",), reason="sqrt"),
    Operation(
        "abs", A, Notation("fence", "|"), same, definition="a * sign(a)", reverse=("G * sign(a)",), spellings=("abs",), reason="abs", kink=lambda m, a: a
    ),
    Operation("floor", A, Notation("fence", r"\lfloor \rfloor"), same, applied("floor"), reverse=("0 * G",), spellings=("floor",), reason="floor"),
    Operation("cos_pi", A, Notation("function", r"\cos\pi"), same, applied("cos_pi"), reverse=(None,), spellings=("cos_pi",), reason="cosine_of"),
    Operation("sin", A, Notation("function", r"\sin"), same, applied("sin"), reverse=("G * cos(a)",), spellings=("sin",), reason="sine"),
    Operation("cos", A, Notation("function", r"\cos"), same, applied("cos"), reverse=("-(G * sin(a))",), spellings=("cos",), reason="cosine_of"),
    Operation("sign", A, _operator("sign"), same, applied("sign"), reverse=("0 * G",), spellings=("sign",), reason="sign", derivative_of="abs"),
    Operation(
        "normal_cdf", A, Notation("function", r"\Phi"), same, applied("normal_cdf"), reverse=("G * normal_pdf(a)",), spellings=("normal_cdf",), reason="normal"
    ),
    Operation(
        "normal_pdf",
        A,
        Notation("function", r"\varphi"),
        same,
        applied("normal_pdf"),
        reverse=("-(G * (a * out))",),
        spellings=("normal_pdf",),
        reason="normal",
    ),
)

ACTIVATIONS = (
    Operation(
        "dropout",
        ("a", "b", "p"),
        Notation("function", r"\operatorname{dropout}"),
        dropped,
        definition="b * a / (1 - p)",
        reverse=("G * b / (1 - p)", "G * a / (1 - p)", "sum(G * out) / (1 - p)"),
        spellings=("dropout",),
        defaults=("0.5",),
        reason="dropout",
        written_out=True,
    ),
    Operation(
        "relu",
        A,
        _operator("ReLU"),
        same,
        definition="max(0, a)",
        reverse=("G * relu_prime(a)",),
        spellings=("relu",),
        reason="relu",
        activation=True,
        kink=lambda m, a: a,
    ),
    Operation(
        "relu_prime",
        A,
        Notation("function", r"\operatorname{ReLU}'"),
        same,
        definition="a > 0",
        reverse=("0 * G",),
        spellings=("relu_prime",),
        reason="relu_prime",
        derivative_of="relu",
    ),
    Operation(
        "leaky_relu",
        ("a", "s"),
        _operator("LeakyReLU"),
        entrywise,
        definition="cases(a > 0, a, s * a)",
        reverse=("G * leaky_relu_prime(a, s)", "G * cases(a > 0, 0, a)"),
        spellings=("leaky_relu",),
        defaults=("0.01",),
        reason="leaky_relu",
        activation=True,
        kink=lambda m, a, s: a,
    ),
    Operation(
        "leaky_relu_prime",
        ("a", "s"),
        Notation("function", r"\operatorname{LeakyReLU}'"),
        entrywise,
        definition="cases(a > 0, 1, s)",
        reverse=("0 * G", "G * cases(a > 0, 0, 1)"),
        spellings=("leaky_relu_prime",),
        reason="leaky_relu",
        derivative_of="leaky_relu",
    ),
    Operation(
        "elu",
        ("a", "s"),
        _operator("ELU"),
        entrywise,
        definition="cases(a > 0, a, s * (exp(a) - 1))",
        reverse=("G * elu_prime(a, s)", "G * cases(a > 0, 0, exp(a) - 1)"),
        spellings=("elu",),
        defaults=("1",),
        reason="elu",
        activation=True,
        kink=lambda m, a, s: a,
    ),
    Operation(
        "elu_prime",
        ("a", "s"),
        Notation("function", r"\operatorname{ELU}'"),
        entrywise,
        definition="cases(a > 0, 1, s * exp(a))",
        reverse=("G * cases(a > 0, 0, s * exp(a))", "G * cases(a > 0, 0, exp(a))"),
        spellings=("elu_prime",),
        reason="elu",
        derivative_of="elu",
    ),
    Operation(
        "softplus",
        A,
        _operator("softplus"),
        same,
        definition="log(1 + exp(a))",
        reverse=("G * sigmoid(a)",),
        spellings=("softplus",),
        reason="softplus",
        activation=True,
    ),
    # Bergstra, Desjardins, Lamblin, Bengio, Quadratic polynomials learn better image features (2009).
    Operation(
        "softsign",
        A,
        _operator("softsign"),
        same,
        definition="a / (1 + abs(a))",
        reverse=("G / (1 + abs(a))^2",),
        spellings=("softsign",),
        reason="softsign",
        activation=True,
    ),
    Operation(
        "sigmoid",
        A,
        Notation("function", r"\sigma"),
        same,
        definition="1 / (1 + exp(-a))",
        reverse=("G * out * (1 - out)",),
        spellings=("sigmoid",),
        reason="sigmoid",
        activation=True,
    ),
    Operation(
        "tanh", A, Notation("function", r"\tanh"), same, applied("tanh"), reverse=("G * (1 - out^2)",), spellings=("tanh",), reason="tanh", activation=True
    ),
    Operation(
        "gelu",
        A,
        _operator("GELU"),
        same,
        definition="a * normal_cdf(a)",
        reverse=("G * (normal_cdf(a) + a * normal_pdf(a))",),
        spellings=("gelu",),
        reason="gelu",
        activation=True,
    ),
    Operation(
        "silu",
        A,
        _operator("SiLU"),
        same,
        definition="a * sigmoid(a)",
        reverse=("G * (sigmoid(a) + out * (1 - sigmoid(a)))",),
        spellings=("silu", "swish"),
        reason="silu",
        activation=True,
    ),
    Operation(
        "softmax",
        A,
        _operator("softmax"),
        same,
        definition="exp(a) / sum(exp(a))",
        reverse=("out * (G - sum(G * out))",),
        spellings=("softmax", "softmax axis"),
        reason="softmax",
        activation=True,
        coupled=True,
        heat="entries",
    ),
    Operation(
        "log_softmax",
        A,
        _operator("logsoftmax"),
        same,
        definition="a - log(sum(exp(a)))",
        reverse=("G - exp(out) * sum(G)",),
        spellings=("log_softmax", "log_softmax axis"),
        reason="log_softmax",
        activation=True,
        coupled=True,
    ),
    Operation(
        "masked_softmax",
        ("a", "b"),
        _operator("masksoftmax"),
        equal,
        definition="b * exp(a) / sum(b * exp(a))",
        reverse=("out * (G - sum(G * out))", "(G - sum(G * out)) * exp(a) / sum(b * exp(a))"),
        spellings=("masked_softmax", "masked_softmax axis"),
        reason="masked_softmax",
        activation=True,
        coupled=True,
        heat="entries",
    ),
    *along(0, "column"),
    *along(1, "row"),
    Operation(
        "gelu_tanh",
        A,
        Notation("function", r"\operatorname{GELU}_{\tanh}"),
        same,
        definition=f"a / 2 * (1 + tanh({GELU_INNER}))",
        reverse=("G * gelu_tanh_prime(a)",),
        spellings=("gelu_tanh",),
        reason="gelu_tanh",
        activation=True,
    ),
    Operation(
        "gelu_tanh_prime",
        A,
        Notation("function", r"\operatorname{GELU}_{\tanh}'"),
        same,
        definition=f"(1 + tanh({GELU_INNER})) / 2 + a * (1 - tanh({GELU_INNER})^2) * normal_pdf(0) * (1 + 0.134145 * a^2)",
        reverse=(None,),
        spellings=("gelu_tanh_prime",),
        reason="gelu_tanh",
        derivative_of="gelu_tanh",
    ),
)
