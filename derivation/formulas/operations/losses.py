"""Rows for losses. Each is one number: the sum over the entries (write `mean(...)` of an expression for an average)."""

from __future__ import annotations

from derivation.formulas.operations.table import Fused, Notation, Operation, Size, scalar

AB = ("a", "b")


def _operator(text: str) -> Notation:
    return Notation("function", rf"\operatorname{{{text}}}")


def _share(a: Size, b: Size) -> dict[str, int | str]:
    """What makes a mean of a sum over the entries of both operands; of one entry there is nothing to do."""
    count = max(a.rows, b.rows) * max(a.columns, b.columns)
    return {"share": f" / {count}" if count > 1 else ""}


LOSSES = (
    Operation(
        "mse",
        AB,
        _operator("MSE"),
        scalar,
        definition="sum((a - b)^2){share}",
        reverse=("2 * G * (a - b){share}", "-(2 * G * (a - b){share})"),
        spellings=("mse",),
        aliases=("mse_loss", "MSELoss", "mean_squared_error"),
        reason="mse",
        written_out=True,
        sizes=_share,
        example="mse(a, p)",
    ),
    # Kullback, Leibler, On information and sufficiency (1951), equation 2.4: KL(a || b).
    Operation(
        "kl",
        AB,
        _operator("KL"),
        scalar,
        lambda algebra, a, b: a.zip(algebra.relative_entropy, b).sum(),
        reverse=("G * (log(a / b) + 1)", "-(G * (a / b))"),
        spellings=("kl",),
        aliases=("kl_divergence",),
        reason="kl",
        numpy="kl({a}, {b})",
        example="kl(p, p^2)",
    ),
    Operation(
        "bce_with_logits",
        AB,
        Notation("function", r"\operatorname{BCE}_{\sigma}"),
        scalar,
        definition="-sum(b * log_sigmoid(a) + (1 - b) * log_sigmoid(-a))",
        reverse=("G * (sigmoid(a) - b)", "-(G * a)"),
        spellings=("bce_with_logits",),
        aliases=("binary_cross_entropy_with_logits", "sigmoid_cross_entropy_with_logits"),
        reason="bce_with_logits",
        written_out=True,
        example="bce_with_logits(a, y)",
    ),
    Operation(
        "cross_entropy",
        AB,
        _operator("CE"),
        scalar,
        definition="-sum(b * log(a))",
        reverse=("-(G * (b / a))", "-(G * log(a))"),
        spellings=("cross_entropy",),
        reason="cross_entropy",
        written_out=True,
        fused={
            "softmax": Fused(("G * (sum(b) * p - b)", "G * (p - b)"), "sum(b)"),
            "softmax_rows": Fused(("G * (sum(b, axis=1) * p - b)", "G * (p - b)"), "sum(b, axis=1)"),
            "softmax_columns": Fused(("G * (sum(b, axis=0) * p - b)", "G * (p - b)"), "sum(b, axis=0)"),
        },
        example="cross_entropy(p, y)",
    ),
    Operation(
        "binary_cross_entropy",
        AB,
        _operator("BCE"),
        scalar,
        definition="-sum(b * log(a) + (1 - b) * log(1 - a))",
        reverse=("G * ((a - b) / (a * (1 - a)))", "G * (log(1 - a) - log(a))"),
        spellings=("binary_cross_entropy", "bce"),
        reason="binary_cross_entropy",
        written_out=True,
        fused={"sigmoid": Fused(("G * (p - b)",), "1")},
        example="binary_cross_entropy(p, y)",
    ),
    Operation(
        "hinge",
        AB,
        _operator("hinge"),
        scalar,
        definition="sum(max(0, 1 - b * a))",
        reverse=("-(G * (b * (1 > b * a)))", "-(G * (a * (1 > b * a)))"),
        spellings=("hinge",),
        reason="hinge",
        written_out=True,
        kink=lambda algebra, a, b: (a * b).map(lambda x: x - 1),
        example="hinge(a, y)",
    ),
    Operation(
        "huber",
        ("a", "b", "c"),
        _operator("Huber"),
        scalar,
        definition="sum(cases(abs(a - b) <= c, (a - b)^2 / 2, c * (abs(a - b) - c / 2)))",
        reverse=("G * max(-c, min(c, a - b))", "-(G * max(-c, min(c, a - b)))", None),
        spellings=("huber",),
        defaults=("1",),
        reason="huber",
        written_out=True,
        example="huber(a, p)",
    ),
)
