"""Which arguments of a function are arrays, and rules for functions of such."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from derivation.formulas.language.axes import AXES
from derivation.formulas.language.lexing import SyntaxProblem
from derivation.formulas.language.readings import called
from derivation.formulas.language.stacks.entries import Part, Resolver, bound, in_message, shown
from derivation.formulas.language.stacks.stack import Stack
from derivation.formulas.language.syntax import Syntax
from derivation.formulas.operations import TABLE
from derivation.formulas.operations.layers import LAYERS
from derivation.words.telling import tell

Rule = Callable[[Any, Syntax], Part | None]
"""What gives an expression; None leaves it to the rules for matrices."""


def too_many_axes(stack: Stack) -> str:
    """What to say where a matrix is wanted."""
    return tell(
        "stacks.matrix_wanted", called=called(in_message(stack)), shape=shown(stack.axes), short=stack.key or "..."
    )


def of_matrices(resolver: Resolver, syntax: Syntax) -> Part | None:
    """A function of matrices alone."""
    parts = {key: resolver.array(value) for key, value in operands(syntax).items()}
    beyond = next((part for part in parts.values() if isinstance(part, Stack)), None)
    if beyond is not None:
        about = {"called": called(in_message(beyond)), "shape": shown(beyond.axes), "short": beyond.key or "..."}
        told = tell("stacks.no_rule", function=syntax.symbol, **about)
        raise SyntaxProblem(syntax.at, told)
    return resolver.plain(replaced(syntax, parts))


Key = int | str


def operands(syntax: Syntax) -> dict[Key, Syntax]:
    """The arguments that are arrays, by their place or keyword."""
    given: dict[Key, Syntax] = dict(enumerate(syntax.args[: OPERANDS.get(syntax.symbol, len(syntax.args))]))
    given |= {key: value for key, value in syntax.keywords if key not in AXES and syntax.symbol in LAYERS}
    return {key: value for key, value in given.items() if isinstance(value, Syntax) and value.symbol not in PLACES}


PLACES = frozenset({"list", "slice_of", "none", "dots", "text", "range"})
"""What is no array."""
OPERANDS: dict[str, int] = {
    row_spelling: len(row.operands) for row in TABLE.values() if row.options for row_spelling in row.spellings
}
"""How many arguments are arrays, where whole numbers may follow."""


def replaced(syntax: Syntax, parts: dict[Key, Part]) -> Syntax:
    args = tuple(bound(parts[k], arg.at) if k in parts else arg for k, arg in enumerate(syntax.args))
    keywords = tuple((key, bound(parts[key], value.at) if key in parts else value) for key, value in syntax.keywords)
    return replace(syntax, args=args, keywords=keywords)


def on_first(rule: Callable[[Any, Syntax, Stack], Part]) -> Rule:
    """A rule of the first argument, where that has more than two axes."""

    def of(resolver: Resolver, syntax: Syntax) -> Part | None:
        first = resolver.array(syntax.args[0])
        given = replace(syntax, args=(bound(first, syntax.at), *syntax.args[1:]))
        return rule(resolver, given, first) if isinstance(first, Stack) else resolver.plain(given)

    return of


def on_all(rule: Callable[[Any, Syntax, Sequence[Part]], Part]) -> Rule:
    """A rule of all arguments, where one has more than two axes."""

    def of(resolver: Resolver, syntax: Syntax) -> Part | None:
        parts: dict[Key, Part] = {k: resolver.array(arg) for k, arg in enumerate(syntax.args)}
        given = replaced(syntax, parts)
        found = list(parts.values())
        return rule(resolver, given, found) if any(isinstance(part, Stack) for part in found) else resolver.plain(given)

    return of


def keyword(syntax: Syntax, *names: str) -> tuple[Syntax, ...]:
    return tuple(value for key, value in syntax.keywords if key in names)


def has_new_axis(syntax: Syntax) -> bool:
    return any(place.symbol == "none" for place in syntax.args[1:])


def is_nested(syntax: Syntax) -> bool:
    """Whether it may be a list of matrices."""
    given = syntax.args[0]
    return given.symbol == "list" and any(
        part.symbol not in ("number", "u-", "list") or (part.symbol == "list" and is_nested(Syntax("", (part,), 0)))
        for row in given.args
        for part in (row.args if row.symbol == "list" else (row,))
        if part.symbol == "list" or row.symbol != "list"
    )


def has_more_letters(syntax: Syntax) -> bool:
    text = syntax.args[0].args[0] if syntax.args[0].symbol == "text" else ""
    before, _, result = text.replace(" ", "").partition("->")
    return len(result) > 2 or any(len(letters) > 2 for letters in before.split(","))
