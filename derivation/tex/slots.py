r"""LaTeX with slots: places at which other texts are put in later.

The writer makes a text out of texts. Where some of these have slots, the whole has them too, wherever they have come to
stand; everything else sees an ordinary text, in which something stands for what is put in, so that brackets and signs
are chosen for it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Any, SupportsIndex

from derivation.formulas.terms import Term
from derivation.tex.write import Writer


@dataclass(frozen=True, slots=True)
class Place:
    """What stands behind a numeral that is only put in later: the place of its number, or with `~` of the number with
    its sign changed."""

    key: int

    def __neg__(self) -> Place:
        return Place(~self.key)


class Slotted(str):
    """A text with slots: where each begins and ends, and its key.

    >>> text = joined(("2 ", Slotted.whole("x", "first"), " + ", Slotted.whole("y", "second")))
    >>> text, text.slots
    ('2 x + y', ((2, 3, 'first'), (6, 7, 'second')))
    """

    slots: tuple[tuple[int, int, Hashable], ...]

    def __new__(cls, text: str, slots: Iterable[tuple[int, int, Hashable]]) -> Slotted:
        made = super().__new__(cls, text)
        made.slots = tuple(slots)
        return made

    def __getitem__(self, at: SupportsIndex | slice) -> str:
        """A part, with its slots where it is a slice: it cuts none in two."""
        text = str(self)[at]
        if not isinstance(at, slice):
            return text
        first, last, _ = at.indices(len(self))
        return Slotted(text, ((a - first, b - first, key) for a, b, key in self.slots if first <= a and b <= last))

    @classmethod
    def whole(cls, text: str, key: Hashable) -> Slotted:
        """A text that is a slot from its beginning to its end."""
        return cls(text, [(0, len(text), key)])


def joined(parts: Iterable[str]) -> str:
    """The parts one behind the other, their slots kept."""
    texts, slots, length = list(parts), list[tuple[int, int, Hashable]](), 0
    for text in texts:
        if isinstance(text, Slotted):
            slots += [(length + start, length + end, key) for start, end, key in text.slots]
        length += len(text)
    return Slotted("".join(texts), slots) if slots else "".join(texts)


def pieces(text: str) -> tuple[list[str], list[Any]]:
    """The text around the slots, one piece more than there are slots, and the keys of these.

    >>> pieces(joined(("2 ", Slotted.whole("x", "first"), " + 1"))), pieces("2")
    ((['2 ', ' + 1'], ['first']), (['2'], []))
    """
    around, keys, last = list[str](), list[Any](), 0
    plain = str(text)
    for start, end, key in text.slots if isinstance(text, Slotted) else ():
        around.append(plain[last:start])
        keys.append(key)
        last = end
    return [*around, plain[last:]], keys


def place_of(numeral: Term) -> Place | None:
    """The place that a numeral stands for; None for a number of the formula's own.

    >>> place_of(Term("number", ("1",)))
    """
    behind = numeral.value.entries[0] if numeral.value is not None else None
    return behind if isinstance(behind, Place) else None


class SlotWriter(Writer):
    """Writes terms with slots: a numeral that has a `Place` behind it is one, and so is a symbol that `names` have as a
    text with slots."""

    join: Callable[[Iterable[str]], str] = staticmethod(joined)

    def numeral(self, term: Term, digits: str, power: str) -> str:
        latex = super().numeral(term, digits, power)
        place = place_of(term)
        return Slotted.whole(latex, place.key) if place else latex
