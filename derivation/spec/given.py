"""Numbers as they are given in a spec: exact decimals and expressions of numbers ("1/3"), as a scalar, a vector or a
matrix."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from math import prod
from typing import Any, Self

from flint import fmpq

from derivation.formulas.arrays import Array, Shape, collapse, describe
from derivation.formulas.calculus.evaluate import evaluate
from derivation.formulas.language.constants import BITS, constants
from derivation.formulas.language.expressions import parse
from derivation.formulas.language.lexing import SyntaxProblem
from derivation.formulas.language.resolve import Resolver
from derivation.formulas.language.stacks.stack import MOST_AXES, MOST_CELLS, MOST_SLICES
from derivation.formulas.language.syntax import Syntax
from derivation.formulas.numbers import Number, Uncertain, Undefined, exact, sharpened, within_reach
from derivation.formulas.operations import heads
from derivation.formulas.precision import working_precision
from derivation.formulas.terms import Term, matrix, number, substitute
from derivation.spec.text import shown
from derivation.words.telling import listed, message_of, tell

MAXIMAL_ENTRIES = 1_000_000
MAXIMAL_SIZE = 100_000
MAXIMAL_BITS = 400
"""Bits of a whole number, before its digits are counted."""
MAXIMAL_EXPRESSION = 200
"""Characters of an expression that stands for a number."""


class Misplaced(ValueError):
    """What is wrong inside of a value: the `path` from the value to the entry, and the offset into its text."""

    def __init__(self, message: str, path: tuple[str, ...] = (), at: int = 0) -> None:
        super().__init__(message)
        self.path, self.at = path, at


class Given(Array):
    """An array as it was given. `axes` are the lengths that NumPy has: two for a list of lists, one for a list, none
    for a number. `written` is the array with its expressions as they stand in the spec, None where all is decimals."""

    __slots__ = ("axes", "written")
    axes: Shape
    written: Term | None

    @classmethod
    def of(cls, axes: Shape, entries: Iterable[Number], written: Term | None = None) -> Self:
        """The array of these axes; a list is a column.

        >>> Given.of((2,), (1, 2)).shape, Given.of((1, 1), (1,)).shape
        ((2, 1), ())
        """
        rows, columns, *_ = (*axes, 1, 1)
        array = cls(collapse(sized(rows, columns)), tuple(entries))
        object.__setattr__(array, "axes", axes)
        object.__setattr__(array, "written", written)
        return array


@dataclass(frozen=True)
class Unread:
    """What a program gives instead of a text: `read` makes of it what a spec's text holds, or an array."""

    given: Any
    read: Callable[[Any], Any]


@dataclass(frozen=True)
class Sliced:
    """An array of three or four axes as it was given: its matrices, in the order of the axes before the last two."""

    axes: Shape
    arrays: tuple[Array, ...]

    @property
    def shape(self) -> Shape:
        """The lengths of all axes."""
        return self.axes

    @classmethod
    def of(cls, axes: Shape, arrays: Iterable[Array]) -> Sliced:
        """The array of these axes; `ValueError` where they are too many, or the matrices are. What makes the matrices is
        asked for them after that."""
        if len(axes) > MOST_AXES:
            raise ValueError(tell("spec.nested_lists"))
        if not prod(axes):
            raise ValueError(tell("spec.no_entries", rows=" x ".join(map(str, axes[:-1])), columns=axes[-1]))
        if prod(axes[:-2]) > MOST_SLICES or prod(axes) > MOST_CELLS:
            shape = " x ".join(map(str, axes))
            raise ValueError(tell("stacks.too_many", shape=shape, slices=MOST_SLICES, entries=MOST_CELLS))
        return cls(axes, tuple(arrays))


class Stepped(Given):
    """Other data at each training step: the array of the first, and `samples`, one for each step."""

    __slots__ = ("samples",)
    samples: tuple[Array, ...]


def stepped(given: dict[str, Any], one: Callable[[Any], Array | Sliced]) -> Stepped | Sliced:
    """What `{ steps = [...] }` gives, each sample read by `one`; all have one shape.

    >>> stepped({"steps": [[1, 2], [0, 1]]}, value).samples[1].entries
    (0, 1)
    """
    strange, samples = sorted(given.keys() - {"steps"}), given["steps"]
    if strange:
        raise ValueError(tell("spec.steps_alone", key=strange[0]))
    if not isinstance(samples, list) or not samples:
        raise ValueError(tell("spec.steps_list"))
    arrays = [_sample(one, sample, place) for place, sample in enumerate(samples)]
    for place, array in enumerate(arrays):
        if _axes_or_shape(array) != _axes_or_shape(arrays[0]):
            told = tell("spec.steps_shapes", count=place + 1, first=_described(arrays[0]), shape=_described(array))
            raise Misplaced(told, ("steps", str(place)))
    if isinstance(arrays[0], Sliced):
        matrices = zip(*(array.arrays for array in arrays if isinstance(array, Sliced)), strict=True)
        return Sliced(arrays[0].axes, tuple(map(_each_step, matrices)))
    return _each_step([array for array in arrays if isinstance(array, Array)])


def _axes_or_shape(array: Array | Sliced) -> Shape:
    return array.axes if isinstance(array, Sliced) else array.shape


def _described(array: Array | Sliced) -> str:
    return " x ".join(map(str, array.axes)) if isinstance(array, Sliced) else describe(array.shape)


def _each_step(arrays: Sequence[Array]) -> Stepped:
    first = arrays[0]
    made = Stepped.of(first.axes if isinstance(first, Given) else first.shape, first.entries, as_written(first))
    object.__setattr__(made, "samples", tuple(arrays))
    return made


def _sample(one: Callable[[Any], Array | Sliced], sample: Any, place: int) -> Array | Sliced:
    try:
        return one(sample)
    except Misplaced as problem:
        raise Misplaced(message_of(problem), ("steps", str(place), *problem.path), problem.at) from None
    except ValueError as problem:
        raise Misplaced(message_of(problem), ("steps", str(place))) from None


def as_written(array: Array) -> Term | None:
    """The expression that an array is given as, None where all is decimals."""
    return array.written if isinstance(array, Given) else None


def value(given: Any) -> Array | Sliced:
    """A number, a list (a column vector) or a list of equal lists (a matrix) as an exact array; a number may be an
    expression of numbers, as text. A list of equal matrices has three axes, a list of such four.

    >>> value([1, Decimal("0.1"), "1/3"]).entries
    (1, 1/10, 1/3)
    """
    if isinstance(given, Unread):
        found = given.read(given.given)
        return found if isinstance(found, Array | Sliced) else value(found)
    if not isinstance(given, list):
        return Given.of((), (_number(given),), _as_written(given)) if isinstance(given, str) else _scalar(given)
    if not given:
        raise ValueError(tell("spec.empty_list"))
    if isinstance(given[0], list) and given[0] and isinstance(given[0][0], list):
        return _sliced(given)
    is_matrix = isinstance(given[0], list)
    rows = [row if isinstance(row, list) else [row] for row in given]
    if any(isinstance(row, list) is not is_matrix for row in given):
        raise ValueError(tell("spec.mixed"))
    lengths = [len(row) for row in rows]
    if len(set(lengths)) > 1 or not lengths[0]:
        raise ValueError(tell("spec.ragged", lengths=", ".join(map(str, lengths[:8]))))
    axes = (len(rows), lengths[0]) if is_matrix else (len(rows),)
    try:
        entries = [_number(entry) for row in rows for entry in row]
    except ValueError as problem:
        raise _placed(rows, is_matrix, problem) from None
    return Given.of(axes, entries, _matrix_as_written(rows))


def flat(given: Any) -> Array:
    """A value of no more than two axes; `ValueError` for another."""
    found = value(given)
    if isinstance(found, Sliced):
        raise ValueError(tell("spec.two_axes"))
    return found


def _sliced(given: list[Any]) -> Sliced:
    parts = [_part_of(part, place) for place, part in enumerate(given)]
    axes = [part.axes if isinstance(part, Given | Sliced) else part.shape for part in parts]
    if len(set(axes)) > 1:
        raise ValueError(tell("spec.unlike_matrices", shapes=", ".join(_joined(own) for own in dict.fromkeys(axes))))
    arrays = [array for part in parts for array in (part.arrays if isinstance(part, Sliced) else (part,))]
    return Sliced.of((len(given), *axes[0]), arrays)


def _joined(axes: Shape) -> str:
    return " x ".join(map(str, axes)) or "1"


def _part_of(part: Any, place: int) -> Array | Sliced:
    try:
        return value(part)
    except Misplaced as problem:
        raise Misplaced(message_of(problem), (str(place), *problem.path), problem.at) from None
    except ValueError as problem:
        raise Misplaced(message_of(problem), (str(place),)) from None


def _scalar(given: Any) -> Array:
    return Array.scalar(_number(given))


def _placed(rows: list[list[Any]], is_matrix: bool, problem: ValueError) -> Misplaced:
    """What is wrong with an entry, with where it stands: it is the first that has that fault."""
    for i, row in enumerate(rows):
        for j, entry in enumerate(row):
            try:
                _number(entry)
            except ValueError:
                path = (str(i), str(j)) if is_matrix else (str(i),)
                return Misplaced(message_of(problem), path, problem.at if isinstance(problem, Misplaced) else 0)
    raise AssertionError("an entry has the fault")


def _matrix_as_written(rows: list[list[Any]]) -> Term | None:
    if not any(isinstance(entry, str) for row in rows for entry in row):
        return None
    return matrix(tuple(tuple(map(_as_written, row)) for row in rows))


def _as_written(given: Any) -> Term:
    return expression(given)[1] if isinstance(given, str) else number(str(given).lower().replace("e+", "e"))


@lru_cache(maxsize=4096)
def expression(text: str) -> tuple[Number, Term]:
    """The number that an expression of numbers stands for, exact where it is a fraction, and the expression.

    Raises `Misplaced` with a sentence and the offset into the text.

    >>> expression("-1/3")[0], expression("sqrt(2)/2")[1].head
    (-1/3, 'div')
    """
    if re.search(r"\.(csv|npy|npz|safetensors)\Z", text.lower()):
        raise Misplaced(tell("spec.file_as_text", file=shown(text[:60])))
    try:
        if len(text) > MAXIMAL_EXPRESSION:
            raise SyntaxProblem(0, tell("spec.long_expression", most=MAXIMAL_EXPRESSION))
        syntax = parse(text)
        _check_names(syntax)
        written = substitute(Resolver(dict.fromkeys(constants(), ())).resolve(syntax).term, constants())
        with working_precision(BITS):
            return sharpened(within_reach(*evaluate(written, {}).entries)), _signed(written)
    except SyntaxProblem as problem:
        raise Misplaced(
            tell("spec.no_expression", text=shown(text[:60]), why=problem.message), at=problem.at + 1
        ) from None
    except (Undefined, Uncertain) as problem:
        raise Misplaced(tell("spec.no_value", text=shown(text[:60]), why=message_of(problem))) from None


def _check_names(syntax: Syntax) -> None:
    """Raises `SyntaxProblem` at the first name: quantities have no values yet."""
    if syntax.symbol == "name" and syntax.args[0] not in constants():
        raise SyntaxProblem(syntax.at, tell("spec.name_in_number", key=syntax.args[0], known=listed(constants())))
    for part in (*syntax.args, *(value for _, value in syntax.keywords)):
        if isinstance(part, Syntax):
            _check_names(part)


def _signed(term: Term) -> Term:
    """`-1/3` with its sign before the fraction."""
    negative = term.head == heads.DIV and term.args[0].head == "number" and term.args[0].args[0].startswith("-")
    return -(number(term.args[0].args[0][1:]) / term.args[1]) if negative else term


def sized(rows: int, columns: int) -> tuple[int, int]:
    """The two lengths, if they are within the limits; else `ValueError`."""
    if not rows * columns:
        raise ValueError(tell("spec.no_entries", rows=rows, columns=columns))
    if rows * columns > MAXIMAL_ENTRIES or max(rows, columns) > MAXIMAL_SIZE:
        raise ValueError(
            tell("spec.too_large_array", rows=rows, columns=columns, most_rows=MAXIMAL_SIZE, most=MAXIMAL_ENTRIES)
        )
    return rows, columns


def _number(given: Any) -> Number:
    if isinstance(given, str):
        return expression(given)[0]
    if isinstance(given, fmpq):
        return given
    if isinstance(given, bool) or not isinstance(given, int | Decimal):
        raise ValueError(_no_number(given))
    if isinstance(given, Decimal) and not given.is_finite():
        raise ValueError(tell("spec.no_number_at_all", given=given))
    if isinstance(given, int) and given.bit_length() > MAXIMAL_BITS:
        raise ValueError(tell("spec.long_number"))
    return decimal(str(given))


def _no_number(given: Any) -> str:
    if isinstance(given, list):
        return tell("spec.nested_lists")
    if isinstance(given, dict):
        return tell("spec.table_among_numbers")
    kind = next((kind for type_, kind in KINDS.items() if isinstance(given, type_)), "")
    return tell("spec.expected_number", found=tell(kind, given=given) if kind else shown(repr(given)[:60]))


KINDS: dict[Any, str] = {datetime: "spec.date", date: "spec.date", time: "spec.time"}


def decimal(written: str) -> fmpq:
    """A decimal in digits as an exact number; `ValueError` beyond 100 digits or a power of ten of 300.

    >>> decimal("2.5E+1")
    25
    """
    text = written.lower().replace("e+", "e")
    if len(text) > 100 or abs(int(text.partition("e")[2] or 0)) > 300:
        raise ValueError(tell("spec.long_number"))
    return exact(text)
