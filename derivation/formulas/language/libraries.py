"""What calls mean in NumPy and PyTorch: an axis by its position, and functions that the two call alike."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from derivation.formulas.language.lexing import SyntaxProblem, Token
from derivation.formulas.language.spellings import WITH_AXIS
from derivation.formulas.language.syntax import Syntax
from derivation.formulas.operations import heads
from derivation.words.telling import tell

SEVERAL = frozenset({"max", "amax", "min", "amin"})
"""Functions of several operands here, but for those that NumPy has: the largest of X and 0."""
TEMPLATE_FUNCTIONS = frozenset({"ones"})
"""Only rows of the table use it: an array of ones of an operand's shape. NumPy's takes the shape."""
DIFFERENT_IN_NUMPY = TEMPLATE_FUNCTIONS | {heads.DOT}
"""What has the same name there and takes other operands."""
FREEDOM = {"ddof": ("0", "1"), "correction": ("0", "1"), "unbiased": ("False", "True")}
"""How is said what a variance divides by: the number of entries, or one less."""
SPREADS = frozenset({"std", "var", "torch.std", "torch.var"})
OF_NUMPY, OF_TORCH = frozenset({"axis", "keepdims"}), frozenset({"dim", "keepdim"})
"""Keywords that tell whose method it is."""
ATTRIBUTES = {"shape": "shape", "size": "size", "mT": ".T", "data": heads.STOP_GRADIENT}
"""What may stand behind the point without brackets, and what it is here: PyTorch's `x.data` is x, cut off."""
GRADIENTS = frozenset({"grad", "g"})


def attribute(of: Syntax, word: Token) -> Syntax:
    """`x.shape` and its like; what other objects hold has no place in an equation."""
    if word.text in ATTRIBUTES:
        return Syntax(ATTRIBUTES[word.text], (of,), word.at)
    owner = of.args[0] if of.symbol == "name" else ""
    code = "gradient" if word.text in GRADIENTS else "attribute"
    raise SyntaxProblem(word.at, tell(f"operands.{code}", owner=owner or "x", attribute=word.text))


def as_in_numpy(syntax: Syntax, word: Token) -> Syntax:
    """`np.sum(X, 0)` and `X.sum(0)` as sum(X, axis=0); `np.dot` and `A.dot` are products of matrices there."""
    if syntax.symbol in DIFFERENT_IN_NUMPY:
        return replace(syntax, symbol=f"np.{syntax.symbol}")
    return along(syntax) if word.text in WITH_AXIS else syntax


def along(syntax: Syntax) -> Syntax:
    """A function with a number behind its operand, which is the axis."""
    if len(syntax.args) != 2 or not is_number(syntax.args[1]):
        return syntax
    return Syntax(syntax.symbol, syntax.args[:1], syntax.at, (("axis", syntax.args[1]), *syntax.keywords))


def is_number(syntax: Syntax) -> bool:
    """Whether it is a numeral, with or without a minus."""
    return (syntax.args[0] if syntax.symbol == "u-" else syntax).symbol == "number"


def spread(syntax: Syntax, written: Collection[str], is_method: bool) -> Syntax:
    """A variance or a standard deviation divided by what is meant: the number of entries as in NumPy, or one less as in
    PyTorch. Keywords and prefix tell; `x.std()` has neither and is refused with both spellings.

    `written` are the keywords as they stand, `is_method` says that it stands behind an array.
    """
    freedom = {key: value for key, value in syntax.keywords if key in FREEDOM}
    kept = tuple((key, value) for key, value in syntax.keywords if key not in FREEDOM)
    called = syntax.symbol.removeprefix("torch.")
    if not freedom and is_method and not OF_NUMPY & set(written) and not OF_TORCH & set(written):
        raise SyntaxProblem(syntax.at, tell("operands.freedom", function=called))
    less = OF_TORCH & set(written) or syntax.symbol != called
    for key, value in freedom.items():
        if value.args not in ((text,) for text in FREEDOM[key]):
            raise SyntaxProblem(value.at, tell("operands.freedom_count", key=key, values=" / ".join(FREEDOM[key])))
        less = value.args == FREEDOM[key][1:]
    return replace(syntax, symbol=f"torch.{called}" if less else called, keywords=kept)
