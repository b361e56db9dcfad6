"""Products of matrices at each place of the leading axes, sums over indices, and convolutions of several channels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from math import prod

from derivation.formulas.arrays import Shape
from derivation.formulas.language.einsum import once
from derivation.formulas.language.lexing import SyntaxProblem
from derivation.formulas.language.readings import Reading, Resolved, broadcast
from derivation.formulas.language.stacks.entries import (
    Part,
    Resolver,
    applied,
    as_stack,
    axes_of,
    bound,
    each,
    shown,
)
from derivation.formulas.language.stacks.stack import Stack, settled, slices
from derivation.formulas.language.syntax import Syntax
from derivation.formulas.operations import heads
from derivation.words.telling import tell


def matmul(resolver: Resolver, syntax: Syntax, parts: Sequence[Part]) -> Part:
    """A product of matrices at each place; a list stands as a row before, and as a column behind the sign."""
    left, right = (axes_of(part) for part in parts)
    rows = left if len(left) > 1 else (1, *left)
    columns = right if len(right) > 1 else (*right, 1)
    lead = broadcast([rows[:-2], columns[:-2]]) if left and right else None
    if lead is None or rows[-1] != columns[-2]:
        raise SyntaxProblem(syntax.at, tell("stacks.product", left=shown(left), right=shown(right)))
    laid = [
        as_stack(part).moved(lambda cells, own=own: cells.reshaped(own))  # type: ignore[misc]
        for part, own in zip(parts, (rows, columns), strict=True)
    ]
    axes = (rows[-2], columns[-1])
    found = [
        _product(resolver, syntax, a, b, axes)
        for a, b in zip(*(_at_each(resolver, syntax, part, lead) for part in laid), strict=True)
    ]
    kept = (*lead, *axes[: len(left) > 1], *axes[1:][: len(right) > 1])
    return settled(resolver, syntax, Stack.of_slices(lead, found).moved(lambda cells: cells.reshaped(kept)))


def _at_each(resolver: Resolver, syntax: Syntax, part: Stack, lead: Shape) -> list[Resolved]:
    if len(part.axes) == 2:
        found = settled(resolver, syntax, part)
        assert isinstance(found, Resolved)
        return [found] * prod(lead)
    return each(resolver, syntax, part, lead)


def _product(resolver: Resolver, syntax: Syntax, left: Resolved, right: Resolved, axes: Shape) -> Resolved:
    """A product of two matrices; of a row and a column, or of numbers, the number that it is."""
    if () in (left.shape, right.shape):
        found = resolver.operation(syntax, "*", [left, right])
    else:
        found = resolver.operation(syntax, "@", [left, right])
    return found._replace(reading=Reading(axes))


def dot(resolver: Resolver, syntax: Syntax, parts: Sequence[Part]) -> Part:
    """`np.dot` is a product of matrices as long as the second has no more than two axes; with a number, a multiple."""
    if () in (axes_of(parts[0]), axes_of(parts[1])):
        return applied(resolver, syntax, "*", *parts)
    if len(axes_of(parts[1])) > 2:
        raise SyntaxProblem(syntax.at, tell("stacks.dot"))
    return matmul(resolver, syntax, parts)


def summed(resolver: Resolver, syntax: Syntax, text: str, parts: Sequence[Part]) -> Part:
    """`einsum`: a sum over all letters that the result does not have, two operands at a time."""
    letters, result = _letters(syntax, text, parts)
    sizes = _sizes(syntax, letters, parts)
    terms = [_diagonal(resolver, syntax, own, part) for own, part in zip(letters, parts, strict=True)]
    found, own = terms[0][1], terms[0][0]
    for place, (more, part) in enumerate(terms[1:], 1):
        needed = set(result).union(*(later for later, _ in terms[place + 1 :]))
        own, found = _pair(resolver, syntax, (own, found), (more, part), needed, sizes)
    own, found = _reduced(resolver, syntax, own, found, set(result))
    return _ordered(resolver, syntax, own, found, result)


def _letters(syntax: Syntax, text: str, parts: Sequence[Part]) -> tuple[list[str], str]:
    before, arrow, result = text.partition("->")
    letters = before.split(",")
    every = before.replace(",", "")
    if not arrow:
        result = once(every)
    if (
        not every.isalpha()
        or len(letters) != len(parts)
        or (set(result) - set(every))
        or len(set(result)) < len(result)
    ):
        raise SyntaxProblem(syntax.at, tell("indexing.einsum_result", result=result))
    for own, part in zip(letters, parts, strict=True):
        if len(own) != len(axes_of(part)):
            raise SyntaxProblem(syntax.at, tell("indexing.einsum_axes", letters=own, count=len(axes_of(part))))
    return letters, result


def _sizes(syntax: Syntax, letters: Sequence[str], parts: Sequence[Part]) -> dict[str, int]:
    sizes: dict[str, int] = {}
    for own, part in zip(letters, parts, strict=True):
        for letter, size in zip(own, axes_of(part), strict=True):
            if sizes.setdefault(letter, size) != size:
                told = tell("indexing.einsum_sizes", letter=letter, first=sizes[letter], second=size)
                raise SyntaxProblem(syntax.at, told)
    return sizes


def _diagonal(resolver: Resolver, syntax: Syntax, letters: str, part: Part) -> tuple[str, Part]:
    """Entries whose places are the same along axes of one letter."""
    repeated = next((letter for letter in letters if letters.count(letter) > 1), None)
    if repeated is None:
        return letters, part
    stack = as_stack(part)
    first, second = [k for k, letter in enumerate(letters) if letter == repeated][:2]
    rest = [k for k in range(len(letters)) if k not in (first, second)]
    turned = stack.moved(lambda cells: cells.turned([first, second, *rest]))
    size = stack.axes[first]
    inner = turned.axes[2:]
    kept = turned.moved(
        lambda cells: cells.reshaped((size * size, *inner)).along(0, [k * (size + 1) for k in range(size)])
    )
    left = repeated + "".join(letters[k] for k in rest)
    return _diagonal(resolver, syntax, left, settled(resolver, syntax, kept))


def _reduced(resolver: Resolver, syntax: Syntax, letters: str, part: Part, kept: set[str]) -> tuple[str, Part]:
    """The part summed over each letter that is not kept."""
    gone = [k for k, letter in enumerate(letters) if letter not in kept]
    if not gone:
        return letters, part
    items = tuple(Syntax("number", (str(k),), syntax.at) for k in gone)
    axis = items[0] if len(gone) == 1 else Syntax("list", items, syntax.at)
    keywords = (("axis", axis),) if len(gone) < len(letters) else ()
    found = resolver.array(Syntax(heads.SUM, (bound(part, syntax.at),), syntax.at, keywords))
    return "".join(letter for letter in letters if letter in kept), found


def _ordered(resolver: Resolver, syntax: Syntax, letters: str, part: Part, result: str) -> Part:
    """The axes in the order of these letters."""
    if letters == result:
        return part
    order = [letters.index(letter) for letter in result]
    return settled(resolver, syntax, as_stack(part).moved(lambda cells: cells.turned(order)))


Lettered = tuple[str, Part]


def _pair(
    resolver: Resolver, syntax: Syntax, a: Lettered, b: Lettered, needed: set[str], sizes: dict[str, int]
) -> Lettered:
    """Two parts multiplied, and summed over what nothing behind them needs."""
    a = _reduced(resolver, syntax, *a, needed | set(b[0]))
    b = _reduced(resolver, syntax, *b, needed | set(a[0]))
    over = [letter for letter in a[0] if letter in b[0] and letter not in needed]
    both = [letter for letter in a[0] if letter in b[0] and letter in needed]
    rows = [letter for letter in a[0] if letter not in b[0]]
    columns = [letter for letter in b[0] if letter not in a[0]]
    if len(over) == 1 and not both and min(len(rows), len(columns)) <= 1:
        if len(columns) > 1:
            a, b, rows, columns = b, a, columns, rows
        left = _ordered(resolver, syntax, *a, "".join([*rows, *over]))
        right = _ordered(resolver, syntax, *b, "".join([*over, *columns]))
        return "".join([*rows, *columns]), applied(resolver, syntax, "@", left, right)
    if len(over) == 1 and len(rows) <= 1 and len(columns) <= 1:
        left = _ordered(resolver, syntax, *a, "".join([*both, *rows, *over]))
        right = _ordered(resolver, syntax, *b, "".join([*both, *over, *columns]))
        if both:  # a list in each matrix is a row before, and a column behind the sign
            left = _reshaped(resolver, syntax, left, [sizes[key] for key in both], rows, over, sizes)
            right = _reshaped(resolver, syntax, right, [sizes[key] for key in both], over, columns, sizes)
        found = applied(resolver, syntax, "@", left, right)
        letters = "".join([*both, *rows, *columns])
        if both and not (rows and columns):
            axes = tuple(sizes[letter] for letter in letters)
            found = settled(resolver, syntax, as_stack(found).moved(lambda cells: cells.reshaped(axes)))
        return letters, found
    letters = "".join([*both, *over, *rows, *columns])
    laid = [_spread(resolver, syntax, part, letters, sizes) for part in (a, b)]
    return _reduced(resolver, syntax, letters, applied(resolver, syntax, "*", *laid), needed)


def _reshaped(
    resolver: Resolver,
    syntax: Syntax,
    part: Part,
    lead: Sequence[int],
    first: Sequence[str],
    second: Sequence[str],
    sizes: dict[str, int],
) -> Part:
    axes = (*lead, *([sizes[key] for key in first] or [1]), *([sizes[key] for key in second] or [1]))
    return settled(resolver, syntax, as_stack(part).moved(lambda cells: cells.reshaped(axes)))


def _spread(resolver: Resolver, syntax: Syntax, part: Lettered, letters: str, sizes: dict[str, int]) -> Part:
    """A part with an axis for each letter, of one place where it has none."""
    own, array = part
    order = sorted(range(len(own)), key=lambda k: letters.index(own[k]))
    axes = tuple(sizes[letter] if letter in own else 1 for letter in letters)
    return settled(resolver, syntax, as_stack(array).moved(lambda cells: cells.turned(order).reshaped(axes)))


def convolved(resolver: Resolver, syntax: Syntax, parts: Sequence[Part]) -> Part:
    """Several channels and filters, as in PyTorch: a feature map is the sum over the channels of what each gives with
    its own kernel.

    Images are (channels, height, width), or a batch of such; filters (filters, channels, height, width). Of one axis
    less each with `conv1d`.
    """
    image, kernel, *bias = parts
    flat = syntax.symbol == "conv1d"
    space = 1 if flat else 2
    images, kernels = _grid(syntax, image, kernel, space)
    maps = [
        [_feature_map(resolver, syntax, own, filter_) for filter_ in _rows(resolver, syntax, kernels)]
        for own in _rows(resolver, syntax, images)
    ]
    if bias:
        maps = [_with_bias(resolver, syntax, row, bias[0]) for row in maps]
    axes = maps[0][0].reading.axes
    inner = (max(axes),) if flat else axes
    counts = (*axes_of(image)[: len(axes_of(image)) - space - 1], *axes_of(kernel)[: len(axes_of(kernel)) - space - 1])
    if len(axes_of(image)) == space:
        counts = axes_of(kernel)[:-space]
    stack = Stack.of_slices((len(maps), len(maps[0])), [found for row in maps for found in row])
    return settled(resolver, syntax, stack.moved(lambda cells: cells.reshaped((*counts, *inner))))


def _grid(syntax: Syntax, image: Part, kernel: Part, space: int) -> tuple[Stack, Stack]:
    """Images as (images, channels, ...) and filters as (filters, channels, ...)."""
    own, other = axes_of(image), axes_of(kernel)
    extra = len(own) - space, len(other) - space
    if extra == (0, 1):  # filters on a single channel
        first, second = (1, 1, *own), (other[0], 1, *other[1:])
    elif extra == (1, 2):
        first, second = (1, *own), other
    elif extra == (2, 2):
        first, second = own, other
    else:
        raise SyntaxProblem(syntax.at, tell("stacks.convolution", image=shown(own), kernel=shown(other)))
    if first[1] != second[1]:
        raise SyntaxProblem(syntax.at, tell("stacks.channels", image=first[1], kernel=second[1]))
    if space == 1:
        first, second = (*first[:2], 1, first[2]), (*second[:2], 1, second[2])
    return (
        as_stack(image).moved(lambda cells: cells.reshaped(first)),
        as_stack(kernel).moved(lambda cells: cells.reshaped(second)),
    )


def _rows(resolver: Resolver, syntax: Syntax, stack: Stack) -> list[list[Resolved]]:
    found = slices(resolver, syntax, stack)
    width = stack.axes[1]
    return [found[start : start + width] for start in range(0, len(found), width)]


def _feature_map(
    resolver: Resolver, syntax: Syntax, channels: Sequence[Resolved], kernels: Sequence[Resolved]
) -> Resolved:
    """The sum over the channels."""
    options = tuple(pair for pair in syntax.keywords if pair[0] != "bias")
    made = [
        resolver.resolve(replace(syntax, args=(bound(a, syntax.at), bound(b, syntax.at)), keywords=options))
        for a, b in zip(channels, kernels, strict=True)
    ]
    found = reduce(lambda a, b: resolver.operation(syntax, "+", [a, b]), made)
    return found._replace(reading=Reading(found.shape or (1, 1)))


def _with_bias(resolver: Resolver, syntax: Syntax, maps: Sequence[Resolved], bias: Part) -> list[Resolved]:
    """Each map with the entry of the bias that belongs to its filter."""
    axes = axes_of(bias)
    if axes != (len(maps),):
        raise SyntaxProblem(syntax.at, tell("stacks.bias", count=len(maps), shape=shown(axes)))
    entries = slices(resolver, syntax, as_stack(bias).moved(lambda cells: cells.reshaped((*axes, 1, 1))))
    return [
        resolver.operation(syntax, "+", [found, entry])._replace(reading=found.reading)
        for found, entry in zip(maps, entries, strict=True)
    ]
