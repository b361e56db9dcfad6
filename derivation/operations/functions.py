"""Rows for functions of one number, entry by entry, and for the activations."""

from __future__ import annotations

from .table import Notation, Operation, applied, entrywise, same

A = ("a",)


def _operator(text: str) -> Notation:
    return Notation("function", rf"\operatorname{{{text}}}")


FUNCTIONS = (
    Operation("exp", A, Notation("exponential", r"\mathrm{e}"), same, applied("exp"), reverse=("G * out",), spellings=("exp",), reason="exp"),
    Operation("log", A, Notation("function", r"\ln"), same, applied("log"), reverse=("G / a",), spellings=("log", "ln"), reason="log"),
    Operation("sqrt", A, Notation("root", r"\sqrt"), same, applied("sqrt"), reverse=("G / (2 * out)",), spellings=("sqrt",), reason="sqrt"),
    Operation(
        "abs", A, Notation("fence", "|"), same, definition="a * sign(a)", reverse=("G * sign(a)",), spellings=("abs",), reason="abs", kink=lambda m, a: a
    ),
    Operation("floor", A, Notation("fence", r"\lfloor \rfloor"), same, applied("floor"), reverse=("0 * G",), spellings=("floor",), reason="floor"),
    Operation("cos_pi", A, Notation("function", r"\cos\pi"), same, applied("cos_pi"), reverse=(None,), spellings=("cos_pi",), reason="cosine_of"),
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
        spellings=("softmax",),
        reason="softmax",
        activation=True,
    ),
    Operation(
        "log_softmax",
        A,
        _operator("logsoftmax"),
        same,
        definition="a - log(sum(exp(a)))",
        reverse=("G - exp(out) * sum(G)",),
        spellings=("log_softmax",),
        reason="log_softmax",
        activation=True,
    ),
)
