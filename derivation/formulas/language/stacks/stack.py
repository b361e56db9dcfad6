"""An array of three or four axes in an equation: which entry of which matrix stands at each of its places.

What only moves entries (indices, transposes, reshaping, joining) moves these cells, as NumPy does, and writes nothing.
Where an array is used, the cells of each matrix are recognised as a quantity, a part of one, or several parts side by
side. So heads cut out of a matrix are slices of it, and images laid flat are lists end to end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import NamedTuple

from derivation.formulas.arrays import Shape, collapse
from derivation.formulas.language.indexing import Taken, block, entry_of, transposed
from derivation.formulas.language.lexing import SyntaxProblem
from derivation.formulas.language.places import Resolver
from derivation.formulas.language.readings import Reading, Resolved
from derivation.formulas.language.stacks.grid import Grid, places
from derivation.formulas.language.syntax import Syntax
from derivation.formulas.operations import heads
from derivation.formulas.terms import name
from derivation.words.telling import tell

MOST_AXES = 4
MOST_SLICES = 256
"""Matrices of one array; more would be a page that nobody reads."""
MOST_CELLS = 100_000


class Cell(NamedTuple):
    """An entry of a matrix: the number of the matrix among the sources, and the entry's among its own."""

    source: int
    offset: int


@dataclass(frozen=True)
class Stack:
    """An array of any number of axes: its cells, and what they are entries of; `key` is its name, if it has one."""

    cells: Grid
    sources: tuple[Resolved, ...]
    key: str = ""

    @property
    def axes(self) -> Shape:
        return self.cells.axes

    @property
    def lead(self) -> Shape:
        """The axes before the last two."""
        return self.axes[:-2]

    @property
    def names(self) -> list[str]:
        """What its matrices are called; nothing where it has no name."""
        return sliced_names(self.key, self.lead) if self.key else []

    @classmethod
    def named(cls, key: str, axes: Shape) -> Stack:
        """An array of which each matrix is a quantity."""
        shape = collapse(axes[-2:])
        of = [Resolved(name(own), shape, Reading(axes[-2:])) for own in sliced_names(key, axes[:-2])]
        return replace(cls.of_slices(axes[:-2], of), key=key)

    @classmethod
    def of(cls, found: Resolved) -> Stack:
        """An array of at most two axes, cell by cell."""
        axes = found.reading.axes
        if prod(axes) != prod(found.shape):
            axes = found.shape
        return cls(Grid(axes, tuple(Cell(0, k) for k in range(prod(axes)))), (found,))

    @classmethod
    def of_slices(cls, lead: Shape, slices: Sequence[Resolved]) -> Stack:
        """Arrays of the same axes behind each other along leading axes."""
        inner = slices[0].reading.axes
        return cls.joined([cls.of(found) for found in slices], lead + inner)

    @classmethod
    def joined(cls, parts: Sequence[Stack], axes: Shape) -> Stack:
        """All cells of the parts one behind the other, along these axes."""
        grid, sources = _together(parts)
        return cls(Grid(axes, tuple(cell for part in grid for cell in part.entries)), sources)

    def moved(self, move: Callable[[Grid], Grid]) -> Stack:
        """The same cells elsewhere."""
        return Stack(move(self.cells), self.sources)

    def each(self) -> Iterator[Grid]:
        """The cells of each matrix."""
        return iter(self.cells.parts(len(self.lead)))


def _together(parts: Sequence[Stack]) -> tuple[list[Grid], tuple[Resolved, ...]]:
    """The cells of several arrays, counted through all their sources; a source that several have stands once."""
    numbers: dict[object, int] = {}
    sources: list[Resolved] = []
    grids = list[Grid]()
    for part in parts:
        own = []
        for source in part.sources:
            if source.term not in numbers:
                numbers[source.term] = len(sources)
                sources.append(source)
            own.append(numbers[source.term])
        grids.append(Grid(part.axes, tuple(Cell(own[cell.source], cell.offset) for cell in part.cells.entries)))
    return grids, tuple(sources)


def concatenated(parts: Sequence[Stack], axis: int) -> Stack:
    """Arrays one behind the other along an axis."""
    grids, sources = _together(parts)
    return Stack(Grid.joined(grids, axis), sources)


def settled(resolver: Resolver, syntax: Syntax, stack: Stack) -> Stack | Resolved:
    """What was moved, as an array of at most two axes where it has no more."""
    if len(stack.axes) > MOST_AXES:
        raise SyntaxProblem(syntax.at, tell("stacks.too_many_axes", count=len(stack.axes), most=MOST_AXES))
    if len(stack.axes) > 2:
        return stack
    return Recognition(resolver, syntax, stack.sources).array(stack.cells)


def slices(resolver: Resolver, syntax: Syntax, stack: Stack) -> list[Resolved]:
    """The matrix at each place of the leading axes, with two axes in NumPy's reading."""
    if prod(stack.lead) > MOST_SLICES or prod(stack.axes) > MOST_CELLS:
        told = tell("stacks.too_many", shape=" x ".join(map(str, stack.axes)), slices=MOST_SLICES, entries=MOST_CELLS)
        raise SyntaxProblem(syntax.at, told)
    recognition = Recognition(resolver, syntax, stack.sources)
    return [recognition.array(cells) for cells in stack.each()]


class Recognition:
    """Cells as a quantity, a part of one, or several of them joined."""

    def __init__(self, resolver: Resolver, syntax: Syntax, sources: Sequence[Resolved]) -> None:
        self.resolver, self.syntax, self.sources = resolver, syntax, sources

    def array(self, cells: Grid) -> Resolved:
        """Cells along at most two axes."""
        axes = cells.axes
        if not axes:
            return self.entry(cells.entries[0])
        rows, columns = axes if len(axes) == 2 else (axes[0], 1)
        found = self.matrix(cells.reshaped((rows, columns)))
        shape = collapse((rows, columns))
        assert found.shape == shape
        return found._replace(reading=Reading(axes))

    def entry(self, cell: Cell) -> Resolved:
        of = self.sources[cell.source]
        return entry_of(self.resolver, of, divmod(cell.offset, (of.shape or (1, 1))[1]))

    def matrix(self, cells: Grid) -> Resolved:
        """Cells in rows and columns."""
        if len(cells.entries) == 1:
            return self.entry(cells.entries[0])
        return self.single(cells) or self.several(cells)

    def single(self, cells: Grid) -> Resolved | None:
        """A part of one source; None where the cells are no such."""
        source = cells.entries[0].source
        if any(cell.source != source for cell in cells.entries):
            return None
        of, offsets = self.sources[source], Grid(cells.axes, tuple(cell.offset for cell in cells.entries))
        return self.part(of, offsets) or self.turned_part(of, offsets) or self.refolded(of, offsets)

    def part(self, of: Resolved, offsets: Grid) -> Resolved | None:
        """Rows and columns of a source."""
        columns = (of.shape or (1, 1))[1]
        width = offsets.axes[1]
        across = [offset % columns for offset in offsets.entries[:width]]
        down = [offset // columns for offset in offsets.entries[::width]]
        if offsets.entries != tuple(row * columns + column for row in down for column in across):
            return None
        if (of.shape or (1, 1)) == offsets.axes and offsets.entries == tuple(range(len(offsets.entries))):
            return of
        return block(self.resolver, self.syntax, self.held(of), [taken(down), taken(across)])

    def turned_part(self, of: Resolved, offsets: Grid) -> Resolved | None:
        """The transpose of rows and columns of a source."""
        found = self.part(of, offsets.turned((1, 0)))
        return None if found is None else transposed(self.resolver, self.syntax, found)

    def refolded(self, of: Resolved, offsets: Grid) -> Resolved | None:
        """Entries of a source in their order, in other rows and columns."""
        start, count = offsets.entries[0], len(offsets.entries)
        if offsets.entries != tuple(range(start, start + count)):
            return None
        found = self.part(of, offsets.reshaped((1, count))) or self.part(of, offsets.reshaped((count, 1)))
        columns = (of.shape or (1, 1))[1]
        if found is None and start % columns == 0 and count % columns == 0:
            found = self.part(of, offsets.reshaped((count // columns, columns)))
        if found is None:
            return None
        if offsets.axes[1] == 1:
            return self.resolver.operation(self.syntax, heads.FLATTEN, [found])
        return self.resolver.operation(self.syntax, heads.RESHAPE, [found], offsets.axes)

    def several(self, cells: Grid) -> Resolved:
        """Parts one below the other or side by side, joined two by two."""
        axis = 0 if cells.axes[1] == 1 or (cells.axes[0] > 1 and self.splits_in_rows(cells)) else 1
        size = cells.axes[axis]
        found: Resolved | None = None
        start = 0
        while start < size:
            end, part = self.longest(cells, axis, start)
            found = (
                part if found is None else self.resolver.operation(self.syntax, f"concat axis={axis}", [found, part])
            )
            start = end
        assert found is not None
        return found

    def splits_in_rows(self, cells: Grid) -> bool:
        """Whether each row comes from one source, or no column does."""
        rows = [len({cell.source for cell in row.entries}) == 1 for row in cells.parts(1)]
        columns = [len({cell.source for cell in row.entries}) == 1 for row in cells.turned((1, 0)).parts(1)]
        return all(rows) or not all(columns)

    def longest(self, cells: Grid, axis: int, start: int) -> tuple[int, Resolved]:
        """The longest run of rows, or of columns, that is a part of one source, and where it ends."""
        size = cells.axes[axis]
        if start == 0:
            size -= 1  # the whole is no such part
        lines = list((cells if axis == 0 else cells.turned((1, 0))).parts(1))
        first = lines[start].entries[0].source
        alike = next((k for k in range(start, size) if any(cell.source != first for cell in lines[k].entries)), size)
        for end in range(max(alike, start + 1), start, -1):
            run = cells.along(axis, range(start, end))
            if end == start + 1:
                return end, self.matrix(run)
            if found := self.single(run):
                return end, found
        raise AssertionError

    def held(self, of: Resolved) -> Resolved:
        """A source of which a part is taken: it has a name."""
        return of._replace(term=self.resolver.named(of))


def added(resolver: Resolver, syntax: Syntax, local: str, stack: Stack) -> Stack:
    """An array whose matrices are quantities from here on, called after a letter of a layer."""
    found = slices(resolver, syntax, stack)
    key = resolver.free(local, endings=endings(stack.lead))
    for own, of in zip(sliced_names(key, stack.lead), found, strict=True):
        resolver.added[own] = of.term
        resolver.know(own, of)
    return Stack.named(key, stack.axes)


def taken(along: Sequence[int]) -> Taken:
    """Places along an axis: a slice where they follow each other, else a list."""
    runs = list(along) == list(range(along[0], along[0] + len(along)))
    return Taken("part" if runs else "list", tuple(along))


def sliced_names(key: str, lead: Shape) -> list[str]:
    """What the matrices of an array are called: `X_1`, `X_2`, as on paper; an axis of one place is passed over.

    >>> sliced_names("K", (2, 2)), sliced_names("X", (1, 2)), sliced_names("m", (1, 1))
    (['K_1_1', 'K_1_2', 'K_2_1', 'K_2_2'], ['X_1', 'X_2'], ['m'])
    >>> sliced_names("x@2", (2,))
    ['x_1@2', 'x_2@2']
    """
    stem, at, version = key.partition("@")
    return [f"{stem}{ending}{at}{version}" for ending in endings(lead)]


def endings(lead: Shape) -> list[str]:
    """What stands behind a name at each place of the leading axes."""
    return ["".join(f"_{k + 1}" for k, size in zip(place, lead, strict=True) if size > 1) for place in places(lead)]
