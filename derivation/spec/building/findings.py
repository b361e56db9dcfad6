"""What is found wrong with a spec, gathered so that all is told at once, and where its names stand."""

from __future__ import annotations

from collections.abc import Container

from derivation.formulas.arrays import Shape
from derivation.formulas.language.stacks.stack import Stack
from derivation.spec.errors import SpecError
from derivation.spec.text import Places, Problem
from derivation.words.telling import tell


class Stacks:
    """The arrays of three or four axes by name; each matrix of one is a quantity, which stands where its array does."""

    def __init__(self) -> None:
        self.by_name: dict[str, Stack] = {}
        self.whole: dict[str, str] = {}
        """Which array each of those quantities is a matrix of."""

    def know(self, key: str, axes: Shape) -> Stack:
        """An array of which each matrix is a quantity."""
        stack = self.by_name[key] = Stack.named(key, axes)
        self.whole |= dict.fromkeys(stack.names, key)
        return stack

    def owner(self, key: str) -> str:
        """The array that a quantity is a matrix of; the quantity itself where it is of none."""
        return self.whole.get(key, key)


class Findings:
    """The problems of a spec so far."""

    def __init__(self, places: Places, source: str, stacks: Stacks) -> None:
        self.places, self.source, self.stacks = places, source, stacks
        self.problems: list[Problem] = []

    def add(self, path: tuple[str, ...], message: str, at: int = 0) -> None:
        """A problem at a key, so many characters behind the beginning of its value."""
        self.problems.append(self.places.problem(tuple(map(self.stacks.owner, path)), message, at))

    def add_at(self, line: int, column: int, message: str) -> None:
        """A problem at a place of the text."""
        self.problems.append(Problem(line, column, message))

    def line_of(self, table: str, key: str) -> int:
        """The line that a value is given in."""
        return self.places.find((table, self.stacks.owner(key)))[0]

    def stop(self) -> None:
        """Raises `SpecError` where there are problems."""
        if self.problems:
            raise SpecError(self.source, self.problems)


def slice_clash(stack: Stack, others: Container[str]) -> str:
    """What to say where a quantity is called as a matrix of an array is; "" where none is."""
    taken = next((name for name in stack.names if name in others), None)
    return "" if taken is None else tell("spec.slice_taken", key=stack.key, first=stack.names[0], name=taken)
