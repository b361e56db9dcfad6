"""The steps of repetitions, `h[t]` for t in 1..3, and the whole numbers that they are counted by."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Mapping
from functools import reduce
from operator import add, floordiv, mod, mul, neg, sub
from typing import Any

from derivation.formulas.arrays import Array
from derivation.formulas.language.lexing import SyntaxProblem
from derivation.formulas.language.syntax import Syntax
from derivation.formulas.language.unfolding import sum_problem
from derivation.words.telling import tell

ARITHMETIC: dict[str, Callable[..., int]] = {
    "+": add,
    "-": sub,
    "*": mul,
    "u-": neg,
    "floor_divide": floordiv,
    "remainder": mod,
}
"""What whole numbers may be reckoned from."""


def reckoned(syntax: Syntax, *parts: Any) -> int:
    """The whole number that an operation makes of others; `SyntaxProblem` for a division by 0."""
    try:
        return ARITHMETIC[syntax.symbol](*parts)
    except ZeroDivisionError:
        raise SyntaxProblem(syntax.at, tell("undefined.division")) from None


def whole(syntax: Syntax) -> int:
    """The whole number that an index or an option stands for.

    >>> from derivation.formulas.language.expressions import parse
    >>> whole(parse("3 - 1"))
    2
    """
    if syntax.symbol == "number" and re.fullmatch(r"-?\d+", syntax.args[0]):
        return int(syntax.args[0])
    if syntax.symbol in ARITHMETIC:
        return reckoned(syntax, *map(whole, syntax.args))
    raise SyntaxProblem(syntax.at, tell("operands.quoted" if syntax.symbol == "text" else "syntax.expected_whole"))


def counted(syntax: Syntax, given: Mapping[str, Array]) -> Syntax:
    """A bound of a range with numbers in place of data and of their lengths: `T`, `len(x)`, `x.shape[0]`."""
    if syntax.symbol == "name" and syntax.args[0] in given and not given[syntax.args[0]].shape:
        return Syntax("number", (str(given[syntax.args[0]].entries[0]),), syntax.at)
    of = syntax.args[0] if syntax.symbol in ("len", "index") else syntax
    of, place = (of.args[0], whole(syntax.args[1])) if of.symbol == "shape" and of is not syntax else (of, 0)
    if of is not syntax and of.args[0] in given and 0 <= place < len(given[of.args[0]].shape):
        return Syntax("number", (str(given[of.args[0]].shape[place]),), syntax.at)
    args = tuple(counted(arg, given) for arg in syntax.args) if syntax.symbol in ARITHMETIC else syntax.args
    return Syntax(syntax.symbol, args, syntax.at, syntax.keywords)


def at_step(syntax: Syntax, variable: str, step: int) -> Syntax:
    """The expression at one step of a repetition: t itself is 3 at step 3, and `h[t]` what `h` has there."""
    if syntax.symbol == "name":
        return Syntax("number", (str(step),), syntax.at) if syntax.args[0] == variable else syntax
    args = tuple(at_step(arg, variable, step) if isinstance(arg, Syntax) else arg for arg in syntax.args)
    keywords = tuple((key, at_step(value, variable, step)) for key, value in syntax.keywords)
    if _by_step(syntax) and args[1] != syntax.args[1]:
        place = whole(args[1])
        number = Syntax("number", (str(place),), args[1].at)
        return Syntax("step", (syntax.args[0], number, *args[2:]), syntax.at)
    return Syntax(syntax.symbol, args, syntax.at, keywords)


def _by_step(syntax: Syntax) -> bool:
    """Whether a name is indexed by what may be a step."""
    return (
        syntax.symbol == "index"
        and syntax.args[0].symbol == "name"
        and syntax.args[1].symbol in ("name", "+", "-", "*")
    )


def at_known_steps(syntax: Syntax, known: Container[str]) -> Syntax:
    """`h[3]` as the quantity h_3 (or h3), where there is such a one and none is called h. In a repetition `h[t]` is h_3
    at step 3, and the place 3 of an array h only where nothing is called h_3."""
    if syntax.symbol in ("name", "number"):
        return syntax
    args = tuple([at_known_steps(arg, known) if isinstance(arg, Syntax) else arg for arg in syntax.args])
    keywords = tuple([(key, at_known_steps(value, known)) for key, value in syntax.keywords])
    by_step = syntax.symbol == "step"
    if not by_step and not (syntax.symbol == "index" and args[0].symbol == "name" and args[1].symbol == "number"):
        return Syntax(syntax.symbol, args, syntax.at, keywords)
    of, place, *others = args
    usual = f"{of.args[0]}_{place.args[0]}"
    step = next((key for key in (usual, f"{of.args[0]}{place.args[0]}") if key in known), usual)
    is_array = of.args[0] in known
    if (is_array and (others or not by_step or usual not in known)) or not (by_step or step in known):
        return Syntax("index", args, syntax.at)
    named = Syntax("name", (step,), syntax.at)
    return Syntax("index", (named, *others), syntax.at) if others else named


def is_given_so(key: str, syntax: Syntax) -> bool:
    """Whether an equation says no more than that a step has another spelling: `h[0] = h0`."""
    return syntax.symbol == "name" and re.sub(r"(?<=[^\d_])(\d+)\Z", r"_\1", syntax.args[0]) == key != syntax.args[0]


def spelled_out(syntax: Syntax) -> Syntax:
    """`sum(E[t] for t in 1..3)` as E_1 + E_2 + E_3."""
    body, variable, first, last = syntax.args
    if problem := sum_problem(body, last - first + 1):
        raise SyntaxProblem(syntax.at, problem)
    steps = [at_step(body, variable, step) for step in range(first, last + 1)]
    return reduce(lambda a, b: Syntax("+", (a, b), syntax.at), steps)
