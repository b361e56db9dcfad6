"""Rows for losses. Each is one number: the sum over the entries (write `mean(...)` of an expression for an average)."""

from __future__ import annotations

from derivation.formulas.operations.table import Fused, Notation, Operation, scalar

AB = ("a", "b")


def _operator(text: str) -> Notation:
    return Notation("function", rf"\operatorname{{{text}}}")


LOSSES = (
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
