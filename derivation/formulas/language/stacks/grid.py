"""A small array of any number of axes and any kind of entry, whose entries are moved about as NumPy moves them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any

from derivation.formulas.arrays import Shape


@dataclass(frozen=True, slots=True)
class Grid:
    """`entries` in the order of NumPy: the last axis runs fastest.

    >>> Grid((2, 3), tuple("abcdef")).turned((1, 0)).entries
    ('a', 'd', 'b', 'e', 'c', 'f')
    """

    axes: Shape
    entries: tuple[Any, ...]

    @classmethod
    def counted(cls, axes: Shape) -> Grid:
        """The numbers of the places."""
        return cls(axes, tuple(range(prod(axes))))

    @property
    def strides(self) -> tuple[int, ...]:
        """How many entries one place along each axis is."""
        return tuple(prod(self.axes[k + 1 :]) for k in range(len(self.axes)))

    def moved(self, places: Grid) -> Grid:
        """What stands at these places, which are numbers in `entries`."""
        return Grid(places.axes, tuple([self.entries[place] for place in places.entries]))

    def turned(self, order: Sequence[int]) -> Grid:
        """The axes in another order: NumPy's transpose."""
        strides = self.strides
        return self._stepped([self.axes[k] for k in order], [strides[k] for k in order])

    def stretched(self, axes: Shape) -> Grid:
        """Repeated along axes of one place and new ones before all: NumPy's broadcast_to."""
        missing = len(axes) - len(self.axes)
        strides = [0] * missing + [0 if own == 1 else step for own, step in zip(self.axes, self.strides, strict=True)]
        return self._stepped(axes, strides)

    def _stepped(self, axes: Sequence[int], strides: Sequence[int]) -> Grid:
        offsets = [0]
        for size, step in zip(axes, strides, strict=True):
            offsets = [offset + place * step for offset in offsets for place in range(size)]
        return Grid(tuple(axes), tuple([self.entries[offset] for offset in offsets]))

    def reshaped(self, axes: Shape) -> Grid:
        """The same entries along other axes."""
        return Grid(axes, self.entries)

    def along(self, axis: int, places: Sequence[int]) -> Grid:
        """What stands at these places of an axis, in their order."""
        every = [places if k == axis else range(size) for k, size in enumerate(self.axes)]
        return self.at(every)

    def at(self, places: Sequence[Sequence[int]]) -> Grid:
        """Where the places of all axes cross."""
        strides = self.strides
        offsets = [0]
        for step, along in zip(strides, places, strict=True):
            offsets = [offset + place * step for offset in offsets for place in along]
        return Grid(tuple(map(len, places)), tuple([self.entries[offset] for offset in offsets]))

    def parts(self, count: int) -> Iterable[Grid]:
        """The parts that stand at each place of the first `count` axes."""
        inner = self.axes[count:]
        size = prod(inner)
        for start in range(0, len(self.entries), size):
            yield Grid(inner, self.entries[start : start + size])

    @classmethod
    def joined(cls, grids: Sequence[Grid], axis: int) -> Grid:
        """One behind the other along an axis, all others being equal: NumPy's concatenate."""
        before = prod(grids[0].axes[:axis])
        sizes = [len(grid.entries) // before for grid in grids]
        entries = tuple(
            entry
            for k in range(before)
            for grid, size in zip(grids, sizes, strict=True)
            for entry in grid.entries[k * size : (k + 1) * size]
        )
        axes = list(grids[0].axes)
        axes[axis] = sum(grid.axes[axis] for grid in grids)
        return cls(tuple(axes), entries)


def places(axes: Shape) -> Iterable[tuple[int, ...]]:
    """Every place, in the order of the entries.

    >>> list(places((2, 2)))
    [(0, 0), (0, 1), (1, 0), (1, 1)]
    """
    return product(*map(range, axes))
