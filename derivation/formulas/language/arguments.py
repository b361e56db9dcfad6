"""Functions with arguments that are no operands, as in NumPy and PyTorch: bounds, widths of padding, counts."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from derivation.formulas.language.arranging import integers
from derivation.formulas.language.lexing import SyntaxProblem
from derivation.formulas.language.places import Resolver, lengths
from derivation.formulas.language.readings import Reading, Resolved
from derivation.formulas.language.steps import whole
from derivation.formulas.language.syntax import Syntax
from derivation.formulas.operations import heads
from derivation.words.telling import tell

BOUNDS = {"min": "low", "a_min": "low", "max": "high", "a_max": "high"}
"""What NumPy and PyTorch call the bounds of `clip`."""
MOST_TILES = 50
"""How often an array is repeated at most."""


def of_last_axis(resolver: Resolver, syntax: Syntax) -> Syntax:
    """An array whose last axis has the length that was given for it."""
    of, given = syntax.args
    axes, asked = lengths(resolver, of), tuple(integers(resolver, [given]))
    if len(asked) != 1 or axes[-1:] != asked:
        raise SyntaxProblem(syntax.at, tell("operands.last_axis", asked=asked, axes=axes))
    return of  # type: ignore[no-any-return]


def clipped(resolver: Resolver, syntax: Syntax) -> Resolved:
    """Kept between two bounds, or above or below one: `clip(x, 0, 1)`, `clamp(x, min=0)`, `clip(x, None, 1)`."""
    given = {BOUNDS.get(key, key): value for key, value in syntax.keywords}
    given |= dict(zip(("low", "high"), syntax.args[1:], strict=False))
    given = {key: value for key, value in given.items() if (value.symbol, value.args) != ("name", ("None",))}
    if len(syntax.args) > 3 or not given or given.keys() - {"low", "high"}:
        raise SyntaxProblem(syntax.at, tell("indexing.clip"))
    parts = [resolver.resolve(part) for part in (syntax.args[0], given.get("low"), given.get("high")) if part]
    symbol = heads.CLIP if len(given) == 2 else "max" if "low" in given else "min"
    return resolver.operation(syntax, symbol, parts)


def padded(resolver: Resolver, syntax: Syntax) -> Resolved:
    """Zeros around an array, as in NumPy: so many everywhere, before and behind, or that for each axis."""
    if len(syntax.args) != 2:
        count = syntax.args[1:]
        return resolver.operation(syntax, heads.PAD, [resolver.resolve(syntax.args[0])], integers(resolver, count))
    of, width = resolver.resolve(syntax.args[0]), syntax.args[1]
    axes = max(len(of.reading.axes), 1)
    if width.symbol == "list" and all(part.symbol == "list" for part in width.args):
        pairs = [integers(resolver, part.args) for part in width.args]
    else:
        pairs = [integers(resolver, [width])] * axes
    return _within(resolver, syntax, of, [(*pair, *pair)[:2] for pair in pairs])


def padded_in_torch(resolver: Resolver, syntax: Syntax) -> Resolved:
    """Zeros around an array, as in PyTorch: before and behind along the last axis, then along the one before it."""
    of, width = resolver.resolve(syntax.args[0]), integers(resolver, syntax.args[1:])
    pairs = list(zip(width[::2], width[1::2], strict=False))[::-1]
    missing = max(len(of.reading.axes), 1) - len(pairs)
    return _within(resolver, syntax, of, [(0, 0)] * missing + pairs if len(width) % 2 == 0 else [])


def _within(resolver: Resolver, syntax: Syntax, of: Resolved, pairs: Sequence[Sequence[int]]) -> Resolved:
    """The array with so many zeros before and behind it along each of its axes."""
    axes = of.reading.axes or (1,)
    if (
        not of.reading.axes
        or len(pairs) != len(axes)
        or any(number < 0 or len(pair) != 2 for pair in pairs for number in pair)
    ):
        raise SyntaxProblem(syntax.at, tell("indexing.padding"))
    both = [*pairs] if len(pairs) == 2 else [(0, 0), *pairs] if of.shape[:1] == (1,) else [*pairs, (0, 0)]
    sizes = of.shape or (1, 1)
    spans = [(before + 1, before + size) for (before, _), size in zip(both, sizes, strict=True)]
    whole_sizes = [before + size + behind for (before, behind), size in zip(both, sizes, strict=True)]
    if tuple(whole_sizes) == sizes:
        return of
    found = resolver.operation(syntax, heads.PAD, [of], [*spans[0], *spans[1], *whole_sizes])
    return found._replace(
        reading=Reading(
            tuple(size for size, _ in zip(whole_sizes, axes, strict=False)) if len(axes) == 2 else (max(whole_sizes),)
        )
    )


def tiled(resolver: Resolver, syntax: Syntax) -> Resolved:
    """The array again and again, as in NumPy: one below the other, side by side."""
    of, times = resolver.resolve(syntax.args[0]), integers(resolver, syntax.args[1:])
    is_list = len(of.reading.axes) < 2
    if not times or len(times) > 2 or min(times) < 1 or max(times) > MOST_TILES:
        raise SyntaxProblem(syntax.at, tell("indexing.tile", most=MOST_TILES))
    if is_list and len(times) == 1:
        found = _again(
            resolver, syntax, of, 0 if of.shape[1:] != (1,) and not of.shape else int(of.shape[0] == 1), times[0]
        )
        return found._replace(reading=Reading((max(found.shape, default=1),)))
    if is_list and of.shape[1:] == (1,):
        of = resolver.operation(syntax, ".T", [of])
    down, across = ([1, *times])[-2:]
    found = _again(resolver, syntax, _again(resolver, syntax, of, 1, across), 0, down)
    return found._replace(reading=Reading(found.shape))


def _again(resolver: Resolver, syntax: Syntax, of: Resolved, axis: int, times: int) -> Resolved:
    return reduce(lambda a, b: resolver.operation(syntax, f"concat axis={axis}", [a, b]), [of] * times)


def repeated(resolver: Resolver, syntax: Syntax) -> Resolved:
    """Each entry, row or column several times, as in NumPy."""
    given = dict(syntax.keywords)
    of = resolver.resolve(syntax.args[0])
    times = (
        whole(given["repeats"] if "repeats" in given else syntax.args[1])
        if len(syntax.args) > 1 or "repeats" in given
        else 0
    )
    asked = given.get("axis") or (syntax.args[2] if len(syntax.args) > 2 else None)
    axis = None if asked is None else whole(asked)
    if times < 1 or given.keys() - {"axis", "repeats"} or axis not in (None, -2, -1, 0, 1):
        raise SyntaxProblem(syntax.at, tell("indexing.repeat"))
    if axis is None and len(of.reading.axes) == 2:
        of = resolver.operation(syntax, heads.FLATTEN, [of])
    if len(of.reading.axes) < 2 and axis in (None, 0, -1):
        across = of.shape[:1] == (1,)
        found = resolver.operation(syntax, heads.ENLARGE, [of], [1, times] if across else [times, 1])
        return found._replace(reading=Reading((max(found.shape, default=1),)))
    if len(of.reading.axes) < 2:
        raise SyntaxProblem(syntax.at, tell("indexing.repeat"))
    return resolver.operation(syntax, heads.ENLARGE, [of], [1, times] if axis in (1, -1) else [times, 1])
