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
NO_OPTIONS = {
    (heads.CROSS_ENTROPY, "label_smoothing"): "cross_entropy_with_logits(z, 0.9 * y + 0.1 / len(y))",
    (heads.CROSS_ENTROPY, "weight"): "-sum(w * one_hot(t, 3) * log_softmax(Z, axis=1)) / sum(w[t])",
    ("nll_loss", "weight"): "-sum(w * one_hot(t, 3) * A) / sum(w[t])",
    (heads.BINARY_CROSS_ENTROPY, "weight"): "mean(-w * (y * log(p) + (1 - y) * log(1 - p)))",
    ("binary_cross_entropy_with_logits", "pos_weight"): "mean(w * y * softplus(-z) + (1 - y) * softplus(z))",
    ("smooth_l1_loss", "beta"): "F.huber_loss(a, b, delta=0.5) / 0.5",
    (heads.SOFTMAX, "dtype"): "softmax(x)",
}
"""Options that are no operands here, and what is written for them."""
SAID = {
    (heads.CONV2D, "dilation"): "elsewhere.dilation",
    (heads.CONV2D, "groups"): "elsewhere.groups",
    ("conv1d", "dilation"): "elsewhere.dilation",
    (heads.NORM, "ord"): "elsewhere.ord",
}
"""Options of which there is more to say: the sentences."""
SIZES = frozenset({"list", "shape"})
LAST_AXIS = "last axis"
"""An array, and what is said to be the length of its last axis."""
NORMALISED = {"weight": "gamma", "bias": "beta", "eps": "epsilon"}
COLUMNS = frozenset({"expand_dims", heads.RESHAPE, "index"})
"""How a list of labels is made a column."""
FULL = Syntax("slice_of", (None, None, None), 0)


def rewritten(syntax: Syntax, call: Call) -> Syntax:
    """A call in the words of this language."""
    called = syntax.symbol.removeprefix("torch.")
    for key, value in syntax.keywords:
        if written := NO_OPTIONS.get((called, key)):
            raise SyntaxProblem(value.at, tell("elsewhere.option", function=called, key=key, written=written))
        if said := SAID.get((called, key)):
            raise SyntaxProblem(value.at, tell(said))
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
    if given and (call.module == "linalg" or call.library == "numpy"):
        raise SyntaxProblem(given[0].at, tell("elsewhere.ord"))
    if len(given) != 1:
        return syntax
    order, of = given[0].args, syntax.args[:1]
    plain = replace(syntax, args=of, keywords=_without(syntax, "p"))
    if order == ("1",):
        return replace(plain, symbol=heads.SUM, args=(Syntax(heads.ABS, of, syntax.at),))
    return plain if order == ("2",) else syntax


def _of_length_one(syntax: Syntax, call: Call) -> Syntax:
    order = dict(syntax.keywords).get("p")
    if order is not None and order.args != ("2",):
        told = tell("elsewhere.option", function="normalize", key="p", written="x / sum(abs(x))")
        raise SyntaxProblem(order.at, told)
    return replace(syntax, keywords=_without(syntax, "p"))


def _like(syntax: Syntax, call: Call) -> Syntax:
    of, value = syntax.args
    return Syntax("*", (value, Syntax("ones_like", (of,), syntax.at)), syntax.at)


def _normalised(syntax: Syntax, call: Call) -> Syntax:
    """PyTorch's `F.layer_norm(x, (3,), weight, bias)`, along the last axis."""
    of, *given = syntax.args
    keywords = {NORMALISED.get(key, key): value for key, value in syntax.keywords}
    sizes = [keywords.pop("normalized_shape")] if "normalized_shape" in keywords else given[:1]
    if call.library != "torch" or not sizes or not (given[:1] != sizes or _is_shape(sizes[0])):
        return syntax
    of = Syntax(LAST_AXIS, (of, sizes[0]), sizes[0].at)
    keywords |= dict(zip(("gamma", "beta", "epsilon"), given if given[:1] != sizes else given[1:], strict=False))
    keywords = {key: value for key, value in keywords.items() if value.args != ("None",)}
    if {"gamma", "beta"} <= keywords.keys():
        return Syntax("layer_norm", (of,), syntax.at, tuple(keywords.items()))
    weights = {key: keywords.pop(key) for key in ("gamma", "beta") if key in keywords}
    plain = Syntax("standardised", (of,), syntax.at, tuple(keywords.items()))
    for key, weight in weights.items():
        plain = Syntax("*" if key == "gamma" else "+", (plain, weight), syntax.at)
    return plain


def _is_shape(syntax: Syntax) -> bool:
    """Whether it is a list of lengths: `(3,)`, `x.shape[1:]`."""
    return syntax.symbol in SIZES or (syntax.symbol == "index" and syntax.args[0].symbol == "shape")


def _root_mean_square(syntax: Syntax, call: Call) -> Syntax:
    """PyTorch's has an epsilon of its own for each kind of float."""
    shapes = any(key == "normalized_shape" for key, _ in syntax.keywords) or any(map(_is_shape, syntax.args[1:2]))
    if call.library == "torch" and shapes:
        raise SyntaxProblem(syntax.at, tell("torch.rms_norm"))
    return syntax


def _pooled(syntax: Syntax, call: Call) -> Syntax:
    """Adaptive pooling to one entry of each map: the mean over the map, or its largest entry."""
    of, *sizes = syntax.args
    sizes += [value for key, value in syntax.keywords if key == "output_size"]
    wanted = [size.args for size in (sizes[0].args if sizes[0].symbol == "list" else sizes)] if sizes else []
    symbol, axes = POOLED[syntax.symbol]
    if set(wanted) != {("1",)}:
        pool = heads.MAXPOOL if symbol == "max" else heads.AVGPOOL
        raise SyntaxProblem(syntax.at, tell("elsewhere.pooled", function=syntax.symbol, pool=pool))
    along = Syntax("list", tuple(_numeral(axis, syntax.at) for axis in axes), syntax.at)
    axis = along if len(axes) > 1 else along.args[0]
    return Syntax(symbol, (of,), syntax.at, (("axis", axis), ("keepdims", _numeral(1, syntax.at))))


POOLED = {
    "adaptive_avg_pool2d": (heads.MEAN, (-2, -1)),
    "adaptive_max_pool2d": ("max", (-2, -1)),
    "adaptive_avg_pool1d": (heads.MEAN, (-1,)),
    "adaptive_max_pool1d": ("max", (-1,)),
}
"""What is worked where one entry of each map is asked for, and along which axes."""


def _numeral(value: int, at: int) -> Syntax:
    return Syntax("number", (str(value),), at)


def _to_decimals(syntax: Syntax, call: Call) -> Syntax:
    """`np.round(x, 2)`: to so many decimals."""
    of, *given = syntax.args
    given += [value for key, value in syntax.keywords if key == "decimals"]
    if len(given) != 1 or given[0].symbol != "number" or not given[0].args[0].isdecimal():
        return syntax
    ten = Syntax("number", (str(10 ** int(given[0].args[0][:2])),), syntax.at)
    return Syntax("/", (Syntax(heads.ROUND, (Syntax("*", (ten, of), syntax.at),), syntax.at), ten), syntax.at)


def _entry(syntax: Syntax, call: Call) -> Syntax:
    """`x.item(0)` is an entry, counted along all rows."""
    of, *places = syntax.args
    if call.function != "item" or not places:
        return syntax
    whole = of if len(places) > 1 else Syntax(heads.FLATTEN, (of,), syntax.at)
    return Syntax("index", (whole, *places), syntax.at)


def _with_zeros(syntax: Syntax, call: Call) -> Syntax:
    """Padding with zeros, which may be said."""
    zeros = {("constant",), ("0",), ("0.0",)}
    keywords = tuple(pair for pair in syntax.keywords if pair[0] not in FILLED or pair[1].args not in zeros)
    behind = [arg for arg in syntax.args[2:] if arg.symbol == "text" or (arg.symbol == "number" and _fills(syntax))]
    if any(arg.args not in zeros for arg in behind) or any(key in FILLED for key, _ in keywords):
        raise SyntaxProblem(syntax.at, tell("elsewhere.border"))
    return replace(syntax, args=tuple(arg for arg in syntax.args if arg not in behind), keywords=keywords)


FILLED = frozenset({"mode", "constant_values", "value"})
"""What NumPy and PyTorch call how a border is filled."""


def _fills(syntax: Syntax) -> bool:
    return any(arg.symbol == "text" for arg in syntax.args)


def _scaled(syntax: Syntax, call: Call) -> Syntax:
    """`torch.add(a, b, alpha=2)` is a + 2 b."""
    factor = dict(syntax.keywords).get("alpha")
    if factor is None or len(syntax.args) != 2:
        return syntax
    first, second = syntax.args
    return replace(syntax, args=(first, Syntax("*", (factor, second), syntax.at)), keywords=_without(syntax, "alpha"))


def _sharper(syntax: Syntax, call: Call) -> Syntax:
    """`F.softplus(x, beta=2)` is softplus(2 x) / 2."""
    beta = dict(syntax.keywords).get("beta")
    if beta is None:
        return syntax
    inner = Syntax("*", (beta, *syntax.args), syntax.at)
    return Syntax("/", (replace(syntax, args=(inner,), keywords=_without(syntax, "beta")), beta), syntax.at)


def _bent(syntax: Syntax, call: Call) -> Syntax:
    """GELU as it is, or by tanh."""
    kind = dict(syntax.keywords).get("approximate")
    if kind is None:
        return syntax
    plain = replace(syntax, keywords=_without(syntax, "approximate"))
    return replace(plain, symbol=heads.GELU_TANH) if kind.args == (heads.TANH,) else plain


def _bordered(syntax: Syntax, call: Call) -> Syntax:
    """A convolution whose border is named in quotes: "valid" is none."""
    padding = dict(syntax.keywords).get("padding")
    if padding is None or padding.symbol != "text":
        return syntax
    if padding.args == ("valid",):
        return replace(syntax, keywords=_without(syntax, "padding"))
    raise SyntaxProblem(padding.at, tell("elsewhere.same", function=syntax.symbol))


RULES: dict[str, Callable[[Syntax, Call], Syntax]] = {
    "gather": _gathered,
    "index_select": _selected,
    **dict.fromkeys((heads.TRIL, heads.TRIU), _with_diagonal),
    heads.NORM: _of_order,
    "torch.normalize": _of_length_one,
    "full_like": _like,
    **dict.fromkeys(("layer_norm", "torch.layer_norm"), _normalised),
    "rms_norm": _root_mean_square,
    **dict.fromkeys(POOLED, _pooled),
    heads.ROUND: _to_decimals,
    **dict.fromkeys((heads.CONV2D, "conv1d"), _bordered),
    "array": _entry,
    **dict.fromkeys((heads.PAD, "torch.pad"), _with_zeros),
    **dict.fromkeys(("+", "-"), _scaled),
    heads.SOFTPLUS: _sharper,
    heads.GELU: _bent,
}
"""What else is written in other words, by symbol."""
REWRITTEN = frozenset({"gather", "index_select", "full_like", *POOLED})
"""Functions that are nothing else here."""
