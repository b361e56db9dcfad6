"""`einsum("ij,jk->ik", A, B)`: a sum over indices as the products and sums of matrices that it is."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import reduce
from typing import NamedTuple, Protocol

from derivation.formulas.language.lexing import SyntaxProblem
from derivation.formulas.language.readings import Reading, Resolved, natural
from derivation.formulas.language.syntax import Syntax
from derivation.formulas.operations import heads
from derivation.words.telling import tell

INDICES = re.compile(r"(?P<operands>[a-zA-Z]{0,3}(?:,[a-zA-Z]{0,3})*)(?:->(?P<result>[a-zA-Z]*))?")


class Resolver(Protocol):
    """What makes terms of expressions (`resolve.Resolver`)."""

    def resolve(self, syntax: Syntax) -> Resolved: ...

    def operation(self, syntax: Syntax, symbol: str, parts: list[Resolved]) -> Resolved: ...


class IndexedSum(NamedTuple):
    """What an einsum of quantities says: the letters of the result, and each operand with its own."""

    result: str
    operands: tuple[tuple[str, str], ...]

    @property
    def over(self) -> str:
        """The letters that are summed over, in the order in which they stand.

        >>> IndexedSum("ik", (("A", "ij"), ("B", "jk"))).over
        'j'
        """
        every = "".join(letters for _, letters in self.operands)
        return "".join(letter for letter in dict.fromkeys(every) if letter not in self.result)


def indexed_sum(syntax: Syntax) -> IndexedSum | None:
    """What an expression says that is an einsum of quantities with names; None for any other."""
    if syntax.symbol != "einsum":
        return None
    text, *operands = syntax.args
    if any(operand.symbol != "name" for operand in operands):
        return None
    before, arrow, result = text.args[0].replace(" ", "").partition("->")
    letters = before.split(",")
    names = [operand.args[0] for operand in operands]
    return IndexedSum(result if arrow else once(before), tuple(zip(names, letters, strict=True)))


def once(letters: str) -> str:
    """The letters that stand once, in the order of the alphabet: the result's where no arrow says another."""
    return "".join(sorted(letter for letter in letters if letter.isalpha() and letters.count(letter) == 1))


class Indexed(NamedTuple):
    """An array with a letter for each of its axes: a column with one, a number with none."""

    letters: str
    array: Resolved


def einsum(resolver: Resolver, syntax: Syntax) -> Resolved:
    """The sum over all letters that the result does not have; without an arrow the result has those that stand once,
    in the order of the alphabet, as in NumPy."""
    text = syntax.args[0].args[0].replace(" ", "") if syntax.args[0].symbol == "text" else "?"
    found = INDICES.fullmatch(text)
    if not found or found["operands"].count(",") != len(syntax.args) - 2:
        raise SyntaxProblem(syntax.at, tell("indexing.einsum"))
    letters = found["operands"].split(",")
    every = "".join(letters)
    result = found["result"]
    if result is None:
        result = once(every)
    if set(result) - set(every) or len(set(result)) < len(result) or len(result) > 2:
        raise SyntaxProblem(syntax.at, tell("indexing.einsum_result", result=result))
    sum_of = _Sum(resolver, syntax)
    parts = [sum_of.operand(key, resolver.resolve(arg)) for key, arg in zip(letters, syntax.args[1:], strict=True)]
    sum_of.check(parts)
    rest = ["".join([*letters[place + 1 :], result]) for place in range(len(letters))]
    first = sum_of.reduced(parts[0], rest[0])
    whole = reduce(lambda a, b: sum_of.product(a, b[0], b[1]), zip(parts[1:], rest[1:], strict=True), first)
    return sum_of.arranged(sum_of.reduced(whole, result), result)


class _Sum:
    def __init__(self, resolver: Resolver, syntax: Syntax) -> None:
        self.resolver, self.syntax = resolver, syntax

    def worked(self, symbol: str, *parts: Resolved) -> Resolved:
        found = self.resolver.operation(self.syntax, symbol, list(parts))
        return found._replace(reading=natural(found.shape))

    def operand(self, letters: str, array: Resolved) -> Indexed:
        """An array with its letters; a list stands as a column."""
        if len(array.reading.axes) != len(letters):
            told = tell("indexing.einsum_axes", letters=letters, count=len(array.reading.axes))
            raise SyntaxProblem(self.syntax.at, told)
        if len(letters) == 1 and array.shape[:1] == (1,) and len(array.shape) == 2:
            array = self.worked(".T", array)
        return Indexed(letters, array)

    def check(self, parts: list[Indexed]) -> None:
        """Every letter has one length."""
        sizes: dict[str, int] = {}
        for letters, array in parts:
            for letter, size in zip(letters, array.reading.axes, strict=True):
                if sizes.setdefault(letter, size) != size:
                    told = tell("indexing.einsum_sizes", letter=letter, first=sizes[letter], second=size)
                    raise SyntaxProblem(self.syntax.at, told)

    def transposed(self, part: Indexed) -> Indexed:
        return Indexed(part.letters[::-1], self.worked(".T", part.array))

    def reduced(self, part: Indexed, kept: Collection[str]) -> Indexed:
        """The part summed over each letter that is not kept."""
        letters, array = part
        if len(letters) == 2 and letters[0] == letters[1]:
            letters, array = letters[0], self.worked(heads.DIAGONAL, array) if array.shape else array
        left = "".join(letter for letter in letters if letter in kept)
        if left == letters:
            return Indexed(letters, array)
        if not left or not array.shape:
            return Indexed(left, self.worked(heads.SUM, array))
        along = array if letters[0] == left else self.worked(".T", array)
        return Indexed(left, along if along.shape[1] == 1 else self.worked("sum axis=1", along))

    def product(self, a: Indexed, b: Indexed, rest: str) -> Indexed:
        """Two parts multiplied, and summed over what neither the rest nor the result needs."""
        a, b = self.reduced(a, {*b.letters, *rest}), self.reduced(b, {*a.letters, *rest})
        if len(a.letters) < len(b.letters):
            a, b = b, a
        shared = "".join(letter for letter in a.letters if letter in b.letters)
        if not b.letters:
            return Indexed(a.letters, self.worked("*", a.array, b.array))
        if len(shared) == len(a.letters) == len(b.letters):
            return self.entrywise(a, b, rest)
        if not shared and len(a.letters) == 1:
            return Indexed(a.letters + b.letters, self.worked(heads.OUTER, a.array, b.array))
        if len(shared) == 1 and shared not in rest:
            return self.matrices(a, b, shared)
        if len(shared) == len(b.letters) == 1:
            return self.scaled(a, b)
        raise SyntaxProblem(self.syntax.at, tell("indexing.einsum_three"))

    def entrywise(self, a: Indexed, b: Indexed, rest: str) -> Indexed:
        """Two arrays with the same letters."""
        if a.letters != b.letters:
            b = self.transposed(b)
        if len(a.letters) == 1 and a.letters not in rest and a.array.shape:
            return Indexed("", self.worked(heads.DOT, a.array, b.array))
        return self.reduced(Indexed(a.letters, self.worked("*", a.array, b.array)), rest)

    def matrices(self, a: Indexed, b: Indexed, over: str) -> Indexed:
        """A matrix times a matrix or a column, summed over a letter."""
        a = a if a.letters[1] == over else self.transposed(a)
        b = b if b.letters[0] == over else self.transposed(b)
        return Indexed(a.letters[0] + b.letters[1:], self.worked("@", a.array, b.array))

    def scaled(self, a: Indexed, b: Indexed) -> Indexed:
        """Each row or each column of a matrix times the entry of a list that belongs to it."""
        column = b.array if a.letters[0] == b.letters else self.worked(".T", b.array)
        return Indexed(a.letters, self.worked("*", a.array, column._replace(reading=Reading(column.shape))))

    def arranged(self, part: Indexed, letters: str) -> Resolved:
        """The axes in the order that was asked for."""
        found = part if part.letters == letters else self.transposed(part)
        shape = found.array.shape
        return found.array._replace(reading=Reading(shape[: len(letters)] if len(letters) < 2 else shape))
