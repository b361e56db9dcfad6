"""What an edit leaves as it is: the rest of a text, and the clauses that stand there."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from derivation.checking.reading.clauses import Chain, Clause, Side


@dataclass(frozen=True, slots=True)
class Edit:
    """The stretch of a text that is another: from one place to a place in the old text, and one in the new."""

    start: int
    old: int
    new: int

    @staticmethod
    def between(old: str, new: str) -> Edit:
        """The shortest stretch that makes one text of the other.

        >>> Edit.between("one two", "one to")
        Edit(start=5, old=6, new=5)
        """
        most = min(len(old), len(new))
        start = next((k for k in range(most) if old[k] != new[k]), most)
        same = next((k for k in range(most - start) if old[-k - 1] != new[-k - 1]), most - start)
        return Edit(start, len(old) - same, len(new) - same)

    def moved(self, offset: int) -> int:
        """Where a place of the old text is in the new one."""
        return offset if offset < self.start else offset + self.new - self.old

    def is_before(self, old: Clause, new: Clause) -> bool:
        """Whether a clause stands in front of the edit, formulas and all, in both texts."""
        return all(
            a.start == b.start and max(a.formula.end, a.end) < self.start and b.formula.end < self.start
            for a, b in zip(sides(old), sides(new), strict=False)
        )

    def is_behind(self, old: Clause, new: Clause) -> bool:
        """Whether a clause stands behind it."""
        shift = self.new - self.old
        return all(
            a.start + shift == b.start and a.formula.start > self.old and b.formula.start > self.new
            for a, b in zip(sides(old), sides(new), strict=False)
        )

    def leaves(self, start: int, end: int) -> bool:
        """Whether a passage of the old text is left as it is."""
        return end < self.start or start > self.old


def kept(old: Sequence[Clause], new: Sequence[Clause], is_kept: Callable[[Clause, Clause], bool]) -> int:
    """How many clauses, from the first, stand as they stood."""
    count = 0
    for a, b in zip(old, new, strict=False):
        if not (is_kept(a, b) and written(a) == written(b)):
            break
        count += 1
    return count


def sides(clause: Clause) -> Sequence[Side]:
    return clause.sides if isinstance(clause, Chain) else (clause.names, clause.set)


def written(clause: Clause) -> Hashable:
    """What a clause says, wherever it stands."""
    rest = (tuple(clause.relations), clause.modulus) if isinstance(clause, Chain) else ()
    return (
        rest,
        *(
            (
                side.formula.display,
                tuple((word.text, word.glued, word.apart, word.start - side.start) for word in side.words),
            )
            for side in sides(clause)
        ),
    )
