"""What calls mean in NumPy and PyTorch: an axis by its position, and functions that the two call alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import reduce

from derivation.formulas.language.lexing import SyntaxProblem, Token
from derivation.formulas.language.spellings import TORCH, WITH_AXIS
from derivation.formulas.language.syntax import Syntax
from derivation.formulas.operations import heads
from derivation.words.telling import tell

SEVERAL = frozenset({"max", "amax", "min", "amin"})
"""Functions of several operands here, but for those that NumPy has: the largest of X and 0."""
TEMPLATE_FUNCTIONS = frozenset({"ones"})
"""Only rows of the table use it: an array of ones of an operand's shape. NumPy's takes the shape."""
DIFFERENT_IN_NUMPY = TEMPLATE_FUNCTIONS | {heads.DOT}
"""What has the same name there and takes other operands."""
OF_NUMPY, OF_TORCH = frozenset({"axis", "keepdims"}), frozenset({"dim", "keepdim"})
"""Keywords that tell whose method it is."""
FREEDOM = {"ddof": ("0", "1"), "correction": ("0", "1"), "unbiased": ("False", "True")}
"""How is said what a variance divides by: the number of entries, or one less."""
ATTRIBUTES = {"shape": "shape", "size": "size", "ndim": "ndim", "mT": ".T", "data": heads.STOP_GRADIENT}
"""What may stand behind the point without brackets, and what it is here: PyTorch's `x.data` is x, cut off."""
PAIRED = {"values": "0", "indices": "1"}
"""The two that PyTorch's largest along an axis is, and their places."""
LARGEST = {"max": heads.ARGMAX, "min": heads.ARGMIN}
SAME_ORDER = frozenset({("0", "1"), ("-2", "-1"), ("0", "-1"), ("-2", "1")})
COMPARED = frozenset({">", ">=", "==", "less", "less_equal", "not_equal"})
"""Comparisons, by symbol."""
TYPES = frozenset(
    {"float", "float16", "float32", "float64", "double", "int", "int32", "int64", "long", "bool", "bool_", "uint8"}
)


@dataclass(frozen=True)
class Call:
    """How a function is called: under which name, behind which prefix, with which keywords, as a method or not."""

    function: str
    module: str = ""
    keywords: frozenset[str] = frozenset()
    is_method: bool = False

    @property
    def library(self) -> str:
        """Whose function it is, "" where it may be either's."""
        if self.module in TORCH or OF_TORCH & self.keywords:
            return "torch"
        return "numpy" if not self.is_method or OF_NUMPY & self.keywords else ""


def meant(syntax: Syntax, call: Call) -> Syntax:
    """A call as it is meant where it stands."""
    rule = MEANINGS.get(syntax.symbol)
    return rule(syntax, call) if rule else syntax


def attribute(of: Syntax, word: Token) -> Syntax:
    """`x.shape` and its like; what another object holds is called after both: `args.rate` is args_rate."""
    if word.text in PAIRED and is_pair(of) and (found := of_pair(of, PAIRED[word.text], "torch")):
        return found
    if word.text in ATTRIBUTES:
        return Syntax(ATTRIBUTES[word.text], (of,), word.at)
    if of.symbol != "name":
        raise SyntaxProblem(word.at, tell("operands.attribute", attribute=word.text))
    return replace(of, args=(f"{of.args[0]}_{word.text}",))


def as_in_numpy(syntax: Syntax, word: Token) -> Syntax:
    """`np.sum(X, 0)` and `X.sum(0)` as sum(X, axis=0); `np.dot` and `A.dot` are products of matrices there."""
    if syntax.symbol in DIFFERENT_IN_NUMPY:
        return replace(syntax, symbol=f"np.{syntax.symbol}")
    if word.text in WITH_AXIS and syntax.args[0].symbol == "list":
        of = Syntax("array", syntax.args[:1], syntax.args[0].at)
        syntax = replace(syntax, args=(of, *syntax.args[1:]))
    return along(syntax) if word.text in WITH_AXIS else syntax


def along(syntax: Syntax) -> Syntax:
    """A function with a number behind its operand, which is the axis."""
    if len(syntax.args) != 2 or not is_number(syntax.args[1]):
        return syntax
    return Syntax(syntax.symbol, syntax.args[:1], syntax.at, (("axis", syntax.args[1]), *syntax.keywords))


def is_comparison(syntax: Syntax) -> bool:
    """Whether it is 1 or 0 as two sides compare; `a != b` is 1 - (a == b)."""
    negated = syntax.symbol == "-" and syntax.args[0].args == ("1",)
    return (syntax.args[1] if negated else syntax).symbol in COMPARED


def is_number(syntax: Syntax) -> bool:
    """Whether it is a numeral, with or without a minus."""
    return (syntax.args[0] if syntax.symbol == "u-" else syntax).symbol == "number"


def spread(syntax: Syntax, call: Call) -> Syntax:
    """A variance or a standard deviation divided by what is meant: the number of entries as in NumPy, or one less as in
    PyTorch. `x.std()` may be either."""
    freedom = {key: value for key, value in syntax.keywords if key in FREEDOM}
    kept = tuple((key, value) for key, value in syntax.keywords if key not in FREEDOM)
    called = syntax.symbol.removeprefix("torch.")
    if not freedom and not call.library:
        raise SyntaxProblem(syntax.at, tell("operands.freedom", function=called))
    less = call.library == "torch"
    for key, value in freedom.items():
        if value.args not in ((text,) for text in FREEDOM[key]):
            raise SyntaxProblem(value.at, tell("operands.freedom_count", key=key, values=" / ".join(FREEDOM[key])))
        less = value.args == FREEDOM[key][1:]
    return replace(syntax, symbol=f"torch.{called}" if less else called, keywords=kept)


def transposed(syntax: Syntax, call: Call) -> Syntax:
    """PyTorch's `transpose` exchanges the axes that it names, NumPy's puts them in this order, as does `permute`."""
    of, *axes = syntax.args
    axes = [*axes[0].args] if len(axes) == 1 and axes[0].symbol == "list" else axes
    named = tuple(str(axis.args[0]) for axis in axes if is_number(axis))
    if named not in SAME_ORDER or not (call.library or call.function == "permute"):
        return replace(syntax, args=(of, *axes))
    exchanged = call.library == "torch" and call.function != "permute"
    return replace(syntax, args=(of, *axes[::-1])) if exchanged else of


def repeated(syntax: Syntax, call: Call) -> Syntax:
    """NumPy's method repeats each entry, PyTorch's the whole array, so often along each axis."""
    of, *times = syntax.args
    if call.is_method and call.function == "repeat" and len(times) > 2:
        return replace(syntax, symbol="tile", args=(of, Syntax("list", tuple(times), syntax.at)))
    if call.library or "repeats" in call.keywords or call.function != "repeat":
        return syntax
    raise SyntaxProblem(syntax.at, tell("operands.repeated"))


def in_line(syntax: Syntax, call: Call) -> Syntax:
    """Python's `max([a, b])` and `sum([a, b])`, of what stands in the list."""
    if call.is_method or call.module or len(syntax.args) != 1 or syntax.args[0].symbol != "list" or syntax.keywords:
        return syntax
    symbol, parts = "+" if syntax.symbol == heads.SUM else syntax.symbol, syntax.args[0].args
    return reduce(lambda a, b: Syntax(symbol, (a, b), syntax.at), parts[1:], parts[0])  # type: ignore[no-any-return]


def cut(syntax: Syntax, call: Call) -> Syntax:
    """PyTorch's `split` takes lengths, NumPy's how many parts or where they end; arrays of NumPy's have no such
    method."""
    return replace(syntax, symbol="torch.split") if call.library != "numpy" else syntax


def lengths_called(syntax: Syntax, call: Call) -> Syntax:
    """PyTorch's `x.size()` is x.shape; without brackets it is the number of entries."""
    return replace(syntax, symbol="shape") if call.is_method and len(syntax.args) == 1 else syntax


def logarithm(syntax: Syntax, call: Call) -> Syntax:
    """Python's logarithm to a base."""
    if call.module != "math" or len(syntax.args) != 2:
        return syntax
    return Syntax("/", tuple(replace(syntax, args=(arg,)) for arg in syntax.args), syntax.at)


MEANINGS: dict[str, Callable[[Syntax, Call], Syntax]] = {
    "split": cut,
    heads.LOG: logarithm,
    "size": lengths_called,
    **dict.fromkeys(("std", "var", "torch.std", "torch.var"), spread),
    ".T": transposed,
    "repeat": repeated,
    **dict.fromkeys((*LARGEST, heads.SUM), in_line),
}
"""What depends on whose function it is, by symbol."""


def is_pair(syntax: Syntax) -> bool:
    """Whether it is a largest along an axis, which PyTorch has as values and places."""
    return syntax.symbol in LARGEST and any(key == "axis" for key, _ in syntax.keywords)


def of_pair(syntax: Syntax, place: str, library: str) -> Syntax | None:
    """The values or the places of PyTorch's largest along an axis; None for what NumPy has of it."""
    if library == "numpy":
        return None
    if place not in PAIRED.values():
        return None if not library else _no_pair(syntax)
    if not library:
        return _no_pair(syntax)
    return syntax if place == PAIRED["values"] else replace(syntax, symbol=LARGEST[syntax.symbol])


def _no_pair(syntax: Syntax) -> Syntax:
    raise SyntaxProblem(syntax.at, tell("operands.pair", function=syntax.symbol))
