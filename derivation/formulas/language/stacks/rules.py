"""What each function means of arrays of three and four axes. A rule is looked for by the function's name; what has none
takes matrices alone, and says so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import chain
from math import prod
from typing import Any

from derivation.formulas.language.arranging import integers
from derivation.formulas.language.axes import AXES
from derivation.formulas.language.indexing import asked_axis, part, single_place
from derivation.formulas.language.lexing import SyntaxProblem
from derivation.formulas.language.places import one
from derivation.formulas.language.readings import Resolved, called
from derivation.formulas.language.stacks import layers, moving, products, totals
from derivation.formulas.language.stacks.entries import (
    Part,
    Resolver,
    applied,
    as_stack,
    axes_of,
    bound,
    entry_by_entry,
    in_message,
    shown,
    slicewise,
)
from derivation.formulas.language.stacks.stack import Stack, settled
from derivation.formulas.language.steps import whole
from derivation.formulas.language.syntax import Syntax
from derivation.formulas.operations import TABLE, heads, table
from derivation.formulas.operations.layers import ALONG, LAYERS
from derivation.words.telling import tell

Rule = Callable[[Any, Syntax], Part | None]
"""What gives an expression; None leaves it to the rules for matrices."""


def deep(resolver: Resolver, syntax: Syntax) -> bool:
    """Whether an array of more than two axes may stand in an expression, or come of it."""
    makes = MAKING.get(syntax.symbol)
    if makes is not None and makes(syntax):
        return True
    if syntax.symbol == "name":
        return syntax.args[0] in resolver.stacks
    if syntax.symbol == "resolved":
        return isinstance(syntax.args[0], Stack)
    return any(deep(resolver, arg) for arg in _parts(syntax))


def _parts(syntax: Syntax) -> Sequence[Syntax]:
    return [arg for arg in (*syntax.args, *(value for _, value in syntax.keywords)) if isinstance(arg, Syntax)]


def _places(syntax: Syntax) -> bool:
    return any(place.symbol == "none" for place in syntax.args[1:])


def _three_sizes(syntax: Syntax) -> bool:
    sizes = syntax.args[1:] if syntax.symbol == heads.RESHAPE else syntax.args
    return len(sizes) > 2 or any(size.symbol == "list" and len(size.args) > 2 for size in sizes)


def _nested(syntax: Syntax) -> bool:
    """Whether it may be a list of matrices."""
    given = syntax.args[0]
    return given.symbol == "list" and any(
        part.symbol not in ("number", "u-", "list") or (part.symbol == "list" and _nested(Syntax("", (part,), 0)))
        for row in given.args
        for part in (row.args if row.symbol == "list" else (row,))
        if part.symbol == "list" or row.symbol != "list"
    )


def _indices(syntax: Syntax) -> bool:
    text = syntax.args[0].args[0] if syntax.args[0].symbol == "text" else ""
    before, _, result = text.replace(" ", "").partition("->")
    return len(result) > 2 or any(len(letters) > 2 for letters in before.split(","))


def _always(syntax: Syntax) -> bool:
    return True


MAKING: dict[str, Callable[[Syntax], bool]] = {
    "index": _places,
    "expand_dims": _always,
    heads.RESHAPE: _three_sizes,
    "stack": _always,
    "array": _nested,
    **dict.fromkeys(("zeros", "np.ones", "full"), _three_sizes),
    "tile": _three_sizes,
    "einsum": _indices,
    **dict.fromkeys(("swapaxes", "moveaxis", "broadcast_to"), _always),
}
"""What may have more axes than its parts."""


def array(resolver: Resolver, syntax: Syntax) -> Part:
    """An expression in which arrays of more than two axes may stand."""
    rule = RULES.get(syntax.symbol, _of_matrices)
    found = rule(resolver, syntax)
    return resolver.plain(syntax) if found is None else found


def too_many_axes(stack: Stack) -> str:
    """What to say where a matrix is wanted."""
    return tell("stacks.matrix_wanted", called=called(in_message(stack)), shape=shown(stack.axes))


def _of_matrices(resolver: Resolver, syntax: Syntax) -> Part | None:
    """A function of matrices alone."""
    parts = {key: resolver.array(value) for key, value in _operands(syntax).items()}
    beyond = next((part for part in parts.values() if isinstance(part, Stack)), None)
    if beyond is not None:
        told = tell("stacks.no_rule", function=syntax.symbol, called=called(in_message(beyond)), shape=shown(beyond.axes))
        raise SyntaxProblem(syntax.at, told)
    return resolver.plain(_replaced(syntax, parts))


Key = int | str


def _operands(syntax: Syntax) -> dict[Key, Syntax]:
    """The arguments that are arrays, by their place or keyword."""
    given: dict[Key, Syntax] = dict(enumerate(syntax.args[: OPERANDS.get(syntax.symbol, len(syntax.args))]))
    given |= {key: value for key, value in syntax.keywords if key not in AXES and syntax.symbol in LAYERS}
    return {key: value for key, value in given.items() if isinstance(value, Syntax) and value.symbol not in PLACES}


PLACES = frozenset({"list", "slice_of", "none", "dots", "text", "range"})
"""What is no array."""
OPERANDS: dict[str, int] = {
    row_spelling: len(row.operands)
    for row in TABLE.values()
    if row.options
    for row_spelling in row.spellings
}
"""How many arguments are arrays, where whole numbers may follow."""


def _replaced(syntax: Syntax, parts: dict[Key, Part]) -> Syntax:
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
        parts = {k: resolver.array(arg) for k, arg in enumerate(syntax.args)}
        given = _replaced(syntax, dict(parts))
        found = list(parts.values())
        return rule(resolver, given, found) if any(isinstance(part, Stack) for part in found) else resolver.plain(given)

    return of


def _resolved(resolver: Resolver, syntax: Syntax) -> Part:
    return syntax.args[0]  # type: ignore[no-any-return]


def _name(resolver: Resolver, syntax: Syntax) -> Part | None:
    return resolver.stacks.get(syntax.args[0])


def _step(resolver: Resolver, syntax: Syntax) -> Part:
    return resolver.array(resolver.at_steps(syntax))


def _index(resolver: Resolver, syntax: Syntax) -> Part | None:
    within, given = syntax.args[0], syntax.args[1:]
    if within.symbol == "shape":
        return None
    if within.symbol == "index" and not _places(within):
        of = resolver.array(within.args[0])
        if len(axes_of(of)) == 2 and single_place(resolver, within.args[1:]):
            return _taken(resolver, syntax, of, (*within.args[1:], *given))
        return _taken(resolver, syntax, _taken(resolver, within, of, within.args[1:]), given)
    return _taken(resolver, syntax, resolver.array(within), given)


def _taken(resolver: Resolver, syntax: Syntax, of: Part, given: Sequence[Syntax]) -> Part:
    if isinstance(of, Resolved):
        added = sum(place.symbol == "none" for place in given)
        gone = sum(place.symbol not in ("none", "dots", "slice_of") for place in given)
        if len(of.reading.axes) + added - gone <= 2:
            return part(resolver, syntax, of, given)
    return moving.picked(resolver, syntax, of, given)


def _transposed(resolver: Resolver, syntax: Syntax, of: Stack) -> Part:
    return moving.transposed(resolver, syntax, of, syntax.args[1:] or _keyword(syntax, "axis", "axes"))


def _keyword(syntax: Syntax, *names: str) -> tuple[Syntax, ...]:
    return tuple(value for key, value in syntax.keywords if key in names)


def _exchanged(resolver: Resolver, syntax: Syntax) -> Part:
    axes = integers(resolver, syntax.args[1:])
    if len(axes) != 2:
        raise SyntaxProblem(syntax.at, tell("stacks.two_axes", function=syntax.symbol))
    move = moving.exchanged if syntax.symbol == "swapaxes" else moving.carried
    return move(resolver, syntax, resolver.array(syntax.args[0]), axes)


def _stretched(resolver: Resolver, syntax: Syntax) -> Part:
    return moving.stretched(resolver, syntax, resolver.array(syntax.args[0]), tuple(integers(resolver, syntax.args[1:])))


def _reshaped(resolver: Resolver, syntax: Syntax) -> Part:
    of, sizes = resolver.array(syntax.args[0]), integers(resolver, syntax.args[1:])
    if isinstance(of, Resolved) and len(sizes) < 3:
        return resolver.resolve(replace(syntax, args=(bound(of, syntax.at), *syntax.args[1:])))
    return moving.reshaped(resolver, syntax, of, sizes)


def _flattened(resolver: Resolver, syntax: Syntax, of: Stack) -> Part:
    return moving.flattened(resolver, syntax, of)


def _squeezed(resolver: Resolver, syntax: Syntax, of: Stack) -> Part:
    return moving.squeezed(resolver, syntax, of, asked_axis(resolver, syntax))


def _expanded(resolver: Resolver, syntax: Syntax) -> Part:
    of, axis = resolver.array(syntax.args[0]), asked_axis(resolver, syntax)
    if axis is None:
        raise SyntaxProblem(syntax.at, tell("indexing.expanded", function=syntax.symbol))
    if len(axes_of(of)) < 2 and isinstance(of, Resolved):
        return resolver.resolve(replace(syntax, args=(bound(of, syntax.at), *syntax.args[1:])))
    return moving.expanded(resolver, syntax, of, axis)


def _items(resolver: Resolver, syntax: Syntax) -> tuple[list[Part], int, Syntax]:
    """What is joined, along which axis, and the expression with it."""
    if [arg.symbol for arg in syntax.args] == ["list", "number"]:
        syntax = replace(syntax, args=syntax.args[:1], keywords=(*syntax.keywords, ("axis", syntax.args[1])))
    given = syntax.args[0].args if len(syntax.args) == 1 and syntax.args[0].symbol == "list" else syntax.args
    parts = [resolver.array(arg) for arg in given]
    axis = next((whole(value) for key, value in syntax.keywords if key == "axis"), 0)
    return parts, axis, replace(syntax, args=tuple(bound(part, syntax.at) for part in parts))


def _joined(resolver: Resolver, syntax: Syntax) -> Part | None:
    parts, axis, given = _items(resolver, syntax)
    if all(isinstance(part, Resolved) for part in parts):
        return resolver.plain(given)
    axis = ALONG_FIRST.get(syntax.symbol, axis)
    return moving.joined(resolver, syntax, parts, axis)


ALONG_FIRST = {"vstack": 0, "hstack": 1}


def _stacked(resolver: Resolver, syntax: Syntax) -> Part | None:
    parts, axis, given = _items(resolver, syntax)
    axes = axes_of(parts[0])
    if len(axes) < 2 or any(axes_of(part) != axes for part in parts):
        return resolver.plain(given)
    return moving.stacked(resolver, syntax, parts, axis)


def _array(resolver: Resolver, syntax: Syntax) -> Part | None:
    given = syntax.args[0]
    if given.symbol != "list":
        return resolver.array(given)
    if not _nested(syntax):
        return None
    parts = [resolver.array(Syntax("array", (item,), item.at)) for item in given.args]
    if len(axes_of(parts[0])) < 2:
        return resolver.plain(replace(syntax, args=(replace(given, args=tuple(bound(p, given.at) for p in parts)),)))
    return moving.stacked(resolver, syntax, parts, 0)


def _filled(resolver: Resolver, syntax: Syntax) -> Part | None:
    if not _three_sizes(syntax):
        return None
    full = syntax.symbol == "full"
    axes = integers(resolver, syntax.args[:1] if full else syntax.args)
    inner = Syntax("list", tuple(Syntax("number", (str(size),), syntax.at) for size in axes[-2:]), syntax.at)
    of = resolver.resolve(replace(syntax, args=(inner, *syntax.args[1:]) if full else (inner,)))
    return settled(resolver, syntax, as_stack(of).moved(lambda cells: cells.stretched(tuple(axes))))


def _like(resolver: Resolver, syntax: Syntax, of: Stack) -> Part:
    sizes = tuple(Syntax("number", (str(size),), syntax.at) for size in of.axes)
    symbol = {"zeros_like": "zeros", "ones_like": "np.ones"}[syntax.symbol]
    return resolver.array(Syntax(symbol, (Syntax("list", sizes, syntax.at),), syntax.at))


def _tiled(resolver: Resolver, syntax: Syntax) -> Part | None:
    of, times = resolver.array(syntax.args[0]), integers(resolver, syntax.args[1:])
    if isinstance(of, Resolved) and len(times) < 3:
        return resolver.plain(replace(syntax, args=(bound(of, syntax.at), *syntax.args[1:])))
    return moving.tiled(resolver, syntax, of, times)


def _repeated(resolver: Resolver, syntax: Syntax, of: Stack) -> Part:
    given = dict(syntax.keywords)
    times = [*syntax.args[1:2], *_keyword(syntax, "repeats")]
    axis = [*syntax.args[2:3], *_keyword(syntax, "axis")]
    if len(times) != 1 or given.keys() - {"axis", "repeats"}:
        raise SyntaxProblem(syntax.at, tell("indexing.repeat"))
    if not axis:
        of = as_stack(of.moved(lambda cells: cells.reshaped((prod(of.axes),))))
    return moving.repeated(resolver, syntax, of, whole(times[0]), whole(axis[0]) if axis else 0)


def _flipped(resolver: Resolver, syntax: Syntax, of: Stack) -> Part:
    return moving.flipped(resolver, syntax, of, totals.asked(resolver, syntax, of))


def _rolled(resolver: Resolver, syntax: Syntax, of: Stack) -> Part:
    given = dict(syntax.keywords)
    shift = [*syntax.args[1:2], *_keyword(syntax, "shift")]
    axis = [*syntax.args[2:3], *_keyword(syntax, "axis")]
    if len(shift) != 1 or len(axis) != 1 or given.keys() - {"axis", "shift"}:
        raise SyntaxProblem(syntax.at, tell("stacks.rolled"))
    place = totals.single(resolver, replace(syntax, args=syntax.args[:1], keywords=(("axis", axis[0]),)), of)
    return moving.rolled(resolver, syntax, of, place, whole(shift[0]))


def _einsum(resolver: Resolver, syntax: Syntax) -> Part | None:
    parts = {k: resolver.array(arg) for k, arg in enumerate(syntax.args) if k}
    if not _indices(syntax) and not any(isinstance(part, Stack) for part in parts.values()):
        return resolver.plain(_replaced(syntax, dict(parts)))
    if syntax.args[0].symbol != "text":
        raise SyntaxProblem(syntax.at, tell("indexing.einsum"))
    return products.summed(resolver, syntax, syntax.args[0].args[0].replace(" ", ""), list(parts.values()))


def _convolved(resolver: Resolver, syntax: Syntax) -> Part | None:
    parts = [resolver.array(arg) for arg in (*syntax.args[:2], *_keyword(syntax, "bias"))]
    options = syntax.args[2:]
    given = replace(syntax, args=(*(bound(part, syntax.at) for part in parts[:2]), *options))
    if not any(isinstance(part, Stack) for part in parts):
        return resolver.plain(given)
    if options and options[0].symbol == "name" and options[0].args[0] not in resolver.labels:
        parts, options = [*parts, resolver.array(options[0])], options[1:]
    names = ("stride", "padding", "across")[: len(options)]
    keywords = (*zip(names, options, strict=False), *(pair for pair in syntax.keywords if pair[0] != "bias"))
    return products.convolved(resolver, replace(syntax, args=syntax.args[:2], keywords=keywords), parts)


def _norm(resolver: Resolver, syntax: Syntax) -> Part | None:
    of = resolver.array(syntax.args[0])
    given = replace(syntax, args=(bound(of, syntax.at), *syntax.args[1:]))
    if isinstance(of, Resolved):
        return resolver.plain(given)
    if _keyword(syntax, "axis"):
        return layers.layer(resolver, replace(given, symbol=syntax.symbol + ALONG))
    squares = applied(resolver, syntax, "square", of)
    total_of = Syntax("sum", (bound(squares, syntax.at),), syntax.at)
    return resolver.array(Syntax(heads.SQRT, (total_of,), syntax.at) if syntax.symbol == heads.NORM else total_of)


def _logsumexp(resolver: Resolver, syntax: Syntax, of: Stack) -> Part:
    powers = Syntax(heads.EXP, (bound(of, syntax.at),), syntax.at)
    return resolver.array(Syntax(heads.LOG, (replace(syntax, symbol="sum", args=(powers, *syntax.args[1:])),), syntax.at))


def _inner(resolver: Resolver, syntax: Syntax, parts: Sequence[Part]) -> Part:
    flat = [moving.reshaped(resolver, syntax, part, (prod(axes_of(part)),)) for part in parts]
    return applied(resolver, syntax, heads.DOT, *flat)


def _layer(resolver: Resolver, syntax: Syntax) -> Part | None:
    """A layer that works along an axis, over all axes; another for each matrix by itself."""
    parts = {key: resolver.array(value) for key, value in _operands(syntax).items()}
    given = _replaced(syntax, parts)
    if not any(isinstance(part, Stack) for part in parts.values()):
        return resolver.plain(given)
    if not LAYERS[syntax.symbol].of_matrices:
        return layers.layer(resolver, given)
    return _at_each_place(resolver, given, parts)


def _at_each_place(resolver: Resolver, syntax: Syntax, parts: dict[Key, Part]) -> Part:
    """The layer at each place of the leading axes."""
    lead = max((part.lead for part in parts.values() if isinstance(part, Stack)), key=len)
    if any(isinstance(part, Stack) and part.lead != lead for part in parts.values()):
        told = tell("stacks.misfit", sign=syntax.symbol, shapes=", ".join(shown(axes_of(p)) for p in parts.values()))
        raise SyntaxProblem(syntax.at, told)
    rows = zip(*(totals.each(resolver, syntax, part, lead) for part in parts.values()), strict=True)
    found = [resolver.resolve(_replaced(syntax, dict(zip(parts, row, strict=True)))) for row in rows]
    return settled(resolver, syntax, Stack.of_slices(lead, found))


def _padded(resolver: Resolver, syntax: Syntax, of: Stack) -> Part:
    """Zeros around each matrix."""
    width = syntax.args[1] if len(syntax.args) == 2 else None
    pairs = [integers(resolver, [pair]) for pair in width.args] if width and width.symbol == "list" else []
    if syntax.symbol == heads.PAD and (len(pairs) != len(of.axes) or any(chain(*pairs[:-2]))):
        raise SyntaxProblem(syntax.at, tell("stacks.padding", count=len(of.axes)))
    if width is not None and syntax.symbol == heads.PAD:
        syntax = replace(syntax, args=(syntax.args[0], replace(width, args=width.args[-2:])))
    return slicewise(resolver, syntax, of)


def _embedding(resolver: Resolver, syntax: Syntax) -> Part | None:
    """Rows of a table at places that are a matrix: tokens of several sequences."""
    if len(syntax.args) != 2 or syntax.args[1].symbol != "name":
        return None
    labels = resolver.labels.get(syntax.args[1].args[0])
    if labels is None or min(labels.shape or (1,)) == 1:
        return None
    of = resolver.array(syntax.args[0])
    key = syntax.args[1].args[0]
    strange = next((entry for entry in labels.entries if entry.denominator != 1), None)
    if strange is not None:
        raise SyntaxProblem(syntax.at, tell("indexing.not_whole", key=key, number=strange))
    resolver.indices.add(key)
    rows = [Syntax("number", (str(int(entry)),), syntax.at) for entry in labels.entries]
    found = resolver.array(Syntax("index", (bound(of, syntax.at), Syntax("list", tuple(rows), syntax.at)), syntax.at))
    return moving.reshaped(resolver, syntax, found, (*labels.shape, *axes_of(of)[1:]))


def _length(resolver: Resolver, syntax: Syntax) -> Part | None:
    return None


ENTRYWISE = frozenset(
    spelling
    for row in TABLE.values()
    if row.shape
    in (
        table.entrywise,
        table.arrays_entrywise,
        table.with_scalar,
        table.by_scalar,
        table.not_by_scalar,
        table.scalar_by_scalar,
        table.array_by_scalar,
        table.same,
        table.dropped,
    )
    and not row.coupled
    for spelling in row.spellings
)
POOLING = frozenset(
    spelling for row in TABLE.values() if row.heat == "window" and len(row.operands) == 1 for spelling in row.spellings
)
LOSSES = frozenset(spelling for row in TABLE.values() if row.shape is table.scalar for spelling in row.spellings)


def _one_or_several(one_operand: Rule, several: Rule) -> Rule:
    """`max(X)` is the largest entry, `max(X, Y)` the larger of two."""
    return lambda resolver, syntax: (one_operand if len(syntax.args) == 1 else several)(resolver, syntax)


RULES: dict[str, Rule] = {
    **dict.fromkeys(ENTRYWISE, on_all(entry_by_entry)),
    **dict.fromkeys(LOSSES, on_all(totals.loss)),
    **dict.fromkeys(LAYERS, _layer),
    "resolved": _resolved,
    "name": _name,
    "step": _step,
    "index": _index,
    **dict.fromkeys(("size", "len", "shape"), _length),
    ".T": on_first(_transposed),
    **dict.fromkeys(("swapaxes", "moveaxis"), _exchanged),
    "broadcast_to": _stretched,
    heads.RESHAPE: _reshaped,
    **dict.fromkeys(TABLE[heads.FLATTEN].spellings, on_first(_flattened)),
    "squeeze": on_first(_squeezed),
    "expand_dims": _expanded,
    **dict.fromkeys(("concat", "vstack", "hstack"), _joined),
    "stack": _stacked,
    "array": _array,
    **dict.fromkeys(("zeros", "np.ones", "full"), _filled),
    **dict.fromkeys(("zeros_like", "ones_like"), on_first(_like)),
    "tile": _tiled,
    "repeat": on_first(_repeated),
    "flip": on_first(_flipped),
    "roll": on_first(_rolled),
    **dict.fromkeys((heads.PAD, "torch.pad"), on_first(_padded)),
    heads.CLIP: on_first(slicewise),
    **dict.fromkeys(("tril", "triu", *POOLING), on_first(slicewise)),
    "sum": on_first(totals.total),
    "prod": on_first(totals.total),
    "mean": on_first(totals.mean),
    **{
        symbol: _one_or_several(on_first(totals.total), on_all(entry_by_entry)) for symbol in ("max", "min")
    },
    "logsumexp": on_first(_logsumexp),
    **dict.fromkeys((heads.NORM, heads.SQUARED_NORM), _norm),
    **dict.fromkeys((heads.SOFTMAX, heads.LOG_SOFTMAX, heads.CUMSUM), on_first(totals.within)),
    "masked_softmax": on_first(totals.within),
    "@": on_all(products.matmul),
    **dict.fromkeys((heads.DOT, "np.dot"), on_all(products.dot)),
    "vdot": on_all(_inner),
    "einsum": _einsum,
    **dict.fromkeys(("conv2d", "conv1d"), _convolved),
    "embedding": _embedding,
}
"""What a function means where arrays of more than two axes may stand in it."""
