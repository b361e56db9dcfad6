"""Calls of PyTorch's that are written in other words here: options by name, `gather`, losses that are not averaged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from derivation.formulas.language.lexing import SyntaxProblem
from derivation.formulas.language.libraries import Call
from derivation.formulas.language.syntax import Syntax
from derivation.formulas.operations import heads
from derivation.words.telling import tell

SUMMED = {
    "torch.cross_entropy": "cross_entropy_with_logits",
    "torch.nll_loss": "nll_loss",
    "torch.binary_cross_entropy": heads.BINARY_CROSS_ENTROPY,
    "torch.binary_cross_entropy_with_logits": heads.BCE_WITH_LOGITS,
    **dict.fromkeys(("torch.huber_loss", "torch.smooth_l1_loss"), heads.HUBER),
    heads.MSE: "summed_squares",
    "torch.l1_loss": "summed_sizes",
}
"""PyTorch's losses, averaged, and what they are with `reduction="sum"`."""
OPTIONS = {heads.LEAKY_RELU: "negative_slope", heads.ELU: "alpha", "torch.huber_loss": "delta"}
"""Operands that PyTorch has as options with names."""
COLUMNS = frozenset({"expand_dims", heads.RESHAPE, "index"})
"""How a list of labels is made a column."""
FULL = Syntax("slice_of", (None, None, None), 0)


def rewritten(syntax: Syntax, call: Call) -> Syntax:
    """A call in the words of this language."""
    if any(key == "reduction" for key, _ in syntax.keywords):
        syntax = _reduced(syntax)
    if option := OPTIONS.get(syntax.symbol):
        syntax = _by_position(syntax, option)
    rule = RULES.get(syntax.symbol)
    return rule(syntax, call) if rule else syntax


def _without(syntax: Syntax, *keys: str) -> tuple[tuple[str, Syntax], ...]:
    return tuple((key, value) for key, value in syntax.keywords if key not in keys)


def _reduced(syntax: Syntax) -> Syntax:
    """A loss that is averaged, or summed where that is asked for."""
    asked = dict(syntax.keywords)["reduction"].args
    plain = replace(syntax, keywords=_without(syntax, "reduction"))
    if asked == ("mean",) and syntax.symbol in SUMMED:
        return plain
    if asked != ("sum",) or syntax.symbol not in SUMMED:
        raise SyntaxProblem(syntax.at, tell("operands.reduction"))
    return replace(plain, symbol=SUMMED[syntax.symbol])


def _by_position(syntax: Syntax, option: str) -> Syntax:
    """With an option as the operand that it is here."""
    given = dict(syntax.keywords).get(option)
    if given is None:
        return syntax
    return replace(syntax, args=(*syntax.args, given), keywords=_without(syntax, option))


def _gathered(syntax: Syntax, call: Call) -> Syntax:
    """`A.gather(1, t.unsqueeze(1))`: of each row the entry that a label names, in a column."""
    of, axis, *rest = syntax.args
    labels = _labels(rest[0]) if len(rest) == 1 and axis.args in (("1",), ("-1",)) else None
    if labels is None:
        raise SyntaxProblem(syntax.at, tell("operands.gather"))
    rows = Syntax("range", (Syntax("len", (of,), syntax.at),), syntax.at)
    picked = Syntax("index", (of, rows, labels), syntax.at)
    return Syntax("index", (picked, FULL, Syntax("none", (), syntax.at)), syntax.at)


def _labels(column: Syntax) -> Syntax | None:
    """The list that was made a column, or a column that was given; None where there is none."""
    if column.symbol in ("truncated", "array"):
        return _labels(column.args[0])
    if column.symbol == "name":
        return column
    of, *places = column.args if column.symbol in COLUMNS else (None,)
    ending: Sequence[str] = [place.symbol if place.symbol != "number" else place.args[0] for place in places]
    return of if ending in (["1"], ["-1"], ["-1", "1"], ["slice_of", "none"]) else None


def _selected(syntax: Syntax, call: Call) -> Syntax:
    """`A.index_select(0, t)`: rows that labels name, or columns."""
    of, axis, *places = syntax.args
    if len(places) != 1 or axis.args not in (("0",), ("1",)):
        raise SyntaxProblem(syntax.at, tell("operands.gather"))
    return Syntax("index", (of, *[FULL] * int(axis.args[0]), *places), syntax.at)


def _with_diagonal(syntax: Syntax, call: Call) -> Syntax:
    keywords = tuple(("k" if key == heads.DIAGONAL else key, value) for key, value in syntax.keywords)
    return replace(syntax, keywords=keywords)


def _of_order(syntax: Syntax, call: Call) -> Syntax:
    """PyTorch's norm of order 1 or 2, of all entries or along an axis."""
    given = [*syntax.args[1:], *(value for key, value in syntax.keywords if key == "p")]
    if call.module == "linalg" or call.library == "numpy" or len(given) != 1:
        return syntax
    order, of = given[0].args, syntax.args[:1]
    plain = replace(syntax, args=of, keywords=_without(syntax, "p"))
    if order == ("1",):
        return replace(plain, symbol=heads.SUM, args=(Syntax(heads.ABS, of, syntax.at),))
    return plain if order == ("2",) else syntax


def _of_length_one(syntax: Syntax, call: Call) -> Syntax:
    kept = tuple((key, value) for key, value in syntax.keywords if key != "p" or value.args != ("2",))
    return replace(syntax, keywords=kept)


def _like(syntax: Syntax, call: Call) -> Syntax:
    of, value = syntax.args
    return Syntax("*", (value, Syntax("ones_like", (of,), syntax.at)), syntax.at)


RULES: dict[str, Callable[[Syntax, Call], Syntax]] = {
    "gather": _gathered,
    "index_select": _selected,
    **dict.fromkeys((heads.TRIL, heads.TRIU), _with_diagonal),
    heads.NORM: _of_order,
    "torch.normalize": _of_length_one,
    "full_like": _like,
}
"""What else is written in other words, by symbol."""
REWRITTEN = frozenset({"gather", "index_select", "full_like"})
"""Functions that are nothing else here."""
