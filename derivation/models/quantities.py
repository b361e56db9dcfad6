"""Arrays of any number of axes as entries of quantities that the language has: scalars, vectors and matrices.

A value is an array of cells; a cell is an entry of a quantity. So whatever moves entries about (views, transposes,
slices, joins) moves cells, as NumPy does, and writes nothing; where a value is used, the cells are recognised as a
quantity, a part of one, or several side by side, and are spelled so. More than two axes are several quantities.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, count, pairwise, product
from string import ascii_lowercase
from typing import Any

import numpy

from derivation.models.graph import NoRow
from derivation.spec.given import MAXIMAL_ENTRIES
from derivation.tex.names import default
from derivation.words.telling import tell

BITS = 32
"""Bits of a cell for the place in its quantity; those above say which."""
MAXIMAL_EQUATIONS = 4000
Cells = Any
"""A NumPy array of cells."""


@dataclass(frozen=True)
class Quantity:
    """A name of the spec to be: `shape` as the language has it with two axes, and its `numbers` where it is given, in
    the table `parameters` or `data`."""

    name: str
    shape: tuple[int, int]
    numbers: Any = None
    table: str = ""

    @property
    def stated(self) -> Any:
        """The numbers as they stand in a spec: a number, a list, or rows."""
        if self.numbers.size == 1:
            return self.numbers.reshape(())
        keeps = self.numbers.ndim == 2 and self.numbers.shape == self.shape
        return self.numbers if keeps else self.numbers.reshape(self.shape if self.shape[1] > 1 else -1)


@dataclass(frozen=True)
class Value:
    """What an operator gives: its cells, and its numbers where they are known beforehand (places, labels)."""

    cells: Cells
    known: Any = None

    def __post_init__(self) -> None:
        if self.cells.size > MAXIMAL_ENTRIES or not (self.cells.size or self.known is not None):
            raise NoRow(tell("models.too_large", count=self.cells.size, most=MAXIMAL_ENTRIES))

    @property
    def axes(self) -> tuple[int, ...]:
        return tuple(self.cells.shape)

    def moved(self, move: Callable[[Any], Any]) -> Value:
        """The same entries elsewhere."""
        return Value(move(self.cells), None if self.known is None else move(self.known))


@dataclass
class Quantities:
    """The quantities of a spec that is being written, and its equations."""

    taken: set[str] = field(default_factory=set)
    """Names that no quantity can have any more."""
    shown: set[str] = field(default_factory=set)
    """How those that are there are printed."""
    all: list[Quantity] = field(default_factory=list)
    used: dict[int, None] = field(default_factory=dict)
    equations: list[str] = field(default_factory=list)
    spelled: dict[bytes, str] = field(default_factory=dict)
    """Names of what had to be put together, by its cells."""

    def free(self, wished: str) -> str:
        """A name that nothing has, as near to the one that is wished as can be."""
        ends = map(str, count(2)) if len(wished) == 1 else (f"_{letter}" for letter in _letters())
        wishes = chain([wished], (wished + end for end in ends))
        found = next(name for name in wishes if name not in self.taken and default(name, False) not in self.shown)
        self.taken.add(found)
        self.shown.add(default(found, False))
        return found

    def given(self, wished: str, numbers: Any, table: str) -> Value:
        """The cells of an array that is given: one quantity, or several where it has more than two long axes."""
        long = [axis for axis, size in enumerate(numbers.shape) if size > 1]
        if len(long) <= 2:
            return Value(self._whole(wished, numbers, table), numbers)
        lead = numbers.shape[:-2]
        cells = numpy.empty(numbers.shape, numpy.int64)
        for place in numpy.ndindex(*lead):
            ending = "".join(f"_{k + 1}" for k, size in zip(place, lead, strict=True) if size > 1)
            cells[place] = self._whole(f"{wished}{ending}", numbers[place], table)
        return Value(cells, numbers)

    def _whole(self, wished: str, numbers: Any, table: str) -> Cells:
        keeps = numbers.ndim == 2 and (table == "parameters" or numbers.shape[0] > 1)
        shape = numbers.shape if keeps else _squeezed(numbers.shape)
        return self.add(Quantity(self.free(wished), shape, numbers, table)).reshape(numbers.shape)

    def put(self, wished: str, text: str, shape: tuple[int, int]) -> Cells:
        """A new equation; the cells of its result."""
        if len(self.equations) >= MAXIMAL_EQUATIONS:
            raise NoRow(tell("models.too_many", most=MAXIMAL_EQUATIONS))
        name = self.free(wished)
        self.equations.append(f"{name} = {text}")
        made = self.add(Quantity(name, shape))
        self.used[int(made.flat[0]) >> BITS] = None
        return made

    def add(self, quantity: Quantity) -> Cells:
        """The cells of a new quantity."""
        number = len(self.all)
        self.all.append(quantity)
        rows, columns = quantity.shape
        return (number << BITS) + numpy.arange(rows * columns, dtype=numpy.int64).reshape(rows, columns)

    def behind(self, cells: Cells) -> list[Quantity]:
        """The quantities that cells are entries of."""
        return [self.all[number] for number in dict.fromkeys((cells.ravel() >> BITS).tolist())]

    def tables(self) -> Mapping[str, dict[str, Any]]:
        """The numbers that are used, by table and name."""
        found: dict[str, dict[str, Any]] = {"parameters": {}, "data": {}}
        for number in sorted(self.used):
            quantity = self.all[number]
            if quantity.table:
                found[quantity.table][quantity.name] = quantity.stated
        return found

    def matrix(self, cells: Cells, plain: bool = False) -> str:
        """Cells of two axes as an expression of that very shape; a single row or column of a larger matrix keeps its two
        axes, or is `plain`, a list."""
        for number in dict.fromkeys((cells.ravel() >> BITS).tolist()):
            self.used.setdefault(number)
        return self._part(cells, plain) or _turned(self._part(cells.T, plain)) or self._named(cells)

    def entry(self, cells: Cells) -> str:
        """A single cell."""
        return self.matrix(cells.reshape(1, 1))

    def column(self, cells: Cells) -> str:
        """A vector."""
        return self.matrix(cells.reshape(-1, 1), plain=True)

    def row(self, cells: Cells) -> str:
        """A vector as a row."""
        return self.matrix(cells.reshape(1, -1), plain=True)

    def _part(self, cells: Cells, plain: bool = False) -> str:
        """A quantity, or rows and columns of it; nothing where the cells are no such part."""
        number = int(cells.flat[0]) >> BITS
        if (cells >> BITS != number).any():
            return ""
        quantity, at = self.all[number], cells & ((1 << BITS) - 1)
        rows, columns = quantity.shape
        across, down = at[0] % columns, at[:, 0] // columns
        if not (at == down[:, None] * columns + across[None, :]).all():
            return ""
        if at.shape == quantity.shape and (at.ravel() == numpy.arange(at.size)).all():
            return quantity.name
        if columns == 1:
            return "" if at.shape[1] > 1 else quantity.name + _index(down, rows, single=at.size == 1)
        if at.size == 1:
            return f"{quantity.name}[{down[0]}, {across[0]}]"
        if len(across) == columns and _run(across) and not _run(down):
            return quantity.name + _index(down, rows)
        if not (_run(down) and _run(across)):
            return ""
        return quantity.name + _block(down, rows, across, columns, plain)

    def is_part(self, cells: Cells) -> bool:
        """Whether cells of two axes are a quantity, or rows and columns of one, as they are or transposed."""
        return bool(self._part(cells) or self._part(cells.T))

    def _named(self, cells: Cells) -> str:
        """What is put together of several parts gets an equation of its own."""
        key = repr(cells.shape).encode() + numpy.ascontiguousarray(cells).tobytes()
        if key not in self.spelled:
            text = self._reshaped(cells) or self._joined(cells)
            made = self.put("t", text, cells.shape)
            self.spelled[key] = self.all[int(made.flat[0]) >> BITS].name
        return self.spelled[key]

    def _reshaped(self, cells: Cells) -> str:
        """All entries of a quantity, or of a list in it, in their order."""
        number, flat = int(cells.flat[0]) >> BITS, cells.ravel()
        if (flat >> BITS != number).any():
            return ""
        quantity, (rows, columns) = self.all[number], cells.shape
        whole = flat.size == quantity.shape[0] * quantity.shape[1] and bool((numpy.diff(flat) == 1).all())
        if columns == 1:
            return f"flatten({quantity.name})" if whole else ""
        of = quantity.name if whole else self._part(flat[:, None], True) or self._part(flat[None, :], True)
        return f"reshape({of}, {rows}, {columns})" if of else ""

    def _joined(self, cells: Cells) -> str:
        for axis in (0, 1):
            ends = _ends(cells, axis)
            if len(ends) > 1:
                parts = numpy.split(cells, ends[:-1], axis)
                if all(part.shape[axis] == 1 for part in parts):
                    return _stacked([self.column(part) for part in parts], cells.shape, axis)
                plain = cells.shape[1] == 1
                texts = [
                    self._part(part, plain) or _turned(self._part(part.T, plain)) or self._reshaped(part)
                    for part in parts
                ]
                if all(texts):
                    return f"concat({', '.join(texts)}, axis={axis})"
        raise NoRow(tell("models.scattered"))


def _letters() -> Iterator[str]:
    """b, c and so on, then aa, ab."""
    yield from ascii_lowercase[1:]
    yield from map("".join, product(ascii_lowercase, repeat=3))


def _stacked(texts: list[str], shape: tuple[int, ...], axis: int) -> str:
    """Vectors as rows or columns of a matrix; numbers as a vector."""
    if shape[1] == 1:
        return f"concat({', '.join(texts)})"
    return f"stack({', '.join(texts)}{', axis=1' if axis == 1 and shape[0] > 1 else ''})"


def _ends(cells: Cells, axis: int) -> list[int]:
    """Where along an axis another quantity begins, or the same goes on elsewhere, and the end."""
    line = (cells[:, 0] if axis == 0 else cells[0]).tolist()
    ends, pace = list[int](), None
    for place, (one, next_) in enumerate(pairwise(line), 1):
        if one >> BITS != next_ >> BITS or pace not in (None, next_ - one):
            ends, pace = [*ends, place], None
        else:
            pace = next_ - one
    return [*ends, len(line)]


def _squeezed(axes: tuple[int, ...]) -> tuple[int, int]:
    """The two axes of an array of at most two that are long; a vector is a column."""
    long = [size for size in axes if size > 1]
    return (long[0], long[1]) if len(long) == 2 else (long[0] if long else 1, 1)


def _block(down: Any, rows: int, across: Any, columns: int, plain: bool) -> str:
    """The index of neighbouring rows and columns."""
    if plain and len(down) == 1:
        return f"[{down[0]}]" if len(across) == columns else f"[{down[0]}, {_slice(across, columns)}]"
    if plain and len(across) == 1:
        return f"[{_slice(down, rows)}, {across[0]}]"
    return f"[{_slice(down, rows)}, {_slice(across, columns)}]"


def _run(places: Any) -> bool:
    return bool((numpy.diff(places) == 1).all())


def _slice(places: Any, size: int) -> str:
    return ":" if len(places) == size else f"{places[0]}:{places[-1] + 1}"


def _index(places: Any, size: int, single: bool = False) -> str:
    if single:
        return f"[{places[0]}]"
    return f"[{_slice(places, size)}]" if _run(places) else f"[[{', '.join(map(str, places))}]]"


def _turned(text: str) -> str:
    """An expression transposed."""
    return text.removesuffix(".T") if text.endswith(".T") else f"{text}.T" if text else ""
