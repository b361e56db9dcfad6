r"""The sets that quantities are declared to be in: `x \in \mathbb{R}^{m \times n}`, and the sizes that they mean."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b

from derivation.checking.reading.clauses import Declaration, Side
from derivation.formulas.arrays import Shape

MAXIMAL_SIZE = 512
LETTERED = {
    "n": 2,
    "m": 3,
    "d": 4,
    "k": 5,
    "p": 4,
    "h": 3,
    "c": 2,
    "K": 3,
    "D": 4,
    "N": 2,
    "M": 3,
    "H": 5,
    "C": 2,
    "q": 3,
    "r": 2,
}
"""Sizes that stand for the letters of a declaration `W \\in R^{m x n}` when an identity is tried at random points."""


def shape_of_set(declaration: Declaration, number_of: Callable[[str], int | None]) -> Shape | None:
    """The shape that a declaration gives; `number_of` knows the sizes that the article gives its letters."""
    sizes = dimensions(declaration.set)
    values = [size_of(size, number_of) for size in sizes or ()]
    if sizes is None or None in values:
        return None
    rows, columns = (*values, 1)[:2] if values else (1, 1)
    return () if rows == columns == 1 else (rows, columns)  # type: ignore[return-value]


def is_explicit(declaration: Declaration, number_of: Callable[[str], int | None]) -> bool:
    """Whether a set gives its sizes by numbers, or is that of scalars."""
    return has_digits(declaration) or shape_of_set(declaration, number_of) == ()


def size_of(size: str, number_of: Callable[[str], int | None]) -> int | None:
    """A size by its digits, by the number that the article gives its letter, or by a number of ours."""
    if size.isdecimal():
        return int(size) if 0 < int(size) <= MAXIMAL_SIZE else None
    given = number_of(size)
    if given is not None:
        return given
    known = LETTERED.get(size[0])
    if known and len(size) > 1:
        return known + int(blake2b(size.encode(), digest_size=1).hexdigest(), 16) % 3
    return known


def has_digits(declaration: Declaration) -> bool:
    """Whether a set gives a size by a number."""
    return any(word.text.isdecimal() for word in declaration.set.words)


def dimensions(side: Side) -> list[str] | None:
    r"""The sizes in `\mathbb{R}^{m \times n}`: [] for scalars; None where the set is another."""
    texts = [word.text for word in side.words]
    while texts and texts[-1] in (",", ".", ")", r"\quad"):
        texts.pop()
    if texts[:1] == [r"\R"]:
        rest = texts[1:]
    elif texts[:4] in ([r"\mathbb", "{", "R", "}"], [r"\mathbf", "{", "R", "}"]) or texts[:1] == [r"\mathbb{R}"]:
        rest = texts[4:] if texts[0] != r"\mathbb{R}" else texts[1:]
    elif texts[:2] == [r"\mathbb", "R"]:
        rest = texts[2:]
    elif texts[:1] == ["R"]:
        rest = texts[1:]
    else:
        return None
    if not rest:
        return []
    if rest[0] != "^":
        return None
    inner = [text for text in rest[1:] if text not in ("{", "}", "(", ")", "[", "]")]
    sizes, current = [], ""
    for text in inner:
        if text in (r"\times", "x", "*", ","):
            sizes.append(current)
            current = ""
        else:
            current += text
    sizes.append(current)
    return sizes if all(sizes) and len(sizes) <= 2 else None
