"""Which known mistake leads from the derivative that is right to the one in a cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from flint import fmpq

from derivation.checking.sheets.calculation import Calculation
from derivation.checking.sheets.cells import Place, Value
from derivation.checking.sheets.claims import Claim
from derivation.checking.sheets.gradients import activated, is_kinked, sweep
from derivation.checking.sheets.grammar import NoFormula
from derivation.checking.sheets.grids import number, single
from derivation.checking.sheets.working import Sheets, Working
from derivation.formulas.arrays import Array
from derivation.formulas.terms import Term, name, partial
from derivation.mistakes.table import latest, mistakes
from derivation.words.telling import Sentence, tell

RELATIVE, ABSOLUTE = 1e-6, 1e-9
"""How near a claim has to come: to the derivative, and beside the largest of its block."""
MOST_CANDIDATES, MOST_ACTIVATIONS = 80, 12


def near(found: float, wanted: float, scale: float) -> bool:
    """Whether two derivatives are the same up to rounding.

    >>> near(0.25, 0.2500000001, 1.0), near(0.25, 0.26, 1.0), near(0.0, 1e-17, 1.0)
    (True, False, True)
    """
    return abs(found - wanted) <= RELATIVE * max(abs(found), abs(wanted)) + ABSOLUTE * scale


@dataclass(frozen=True, slots=True)
class Group:
    """The claims on the derivatives of one cell: what is true of them, and what follows from the claims on what lies
    behind each."""

    of: Place | None
    claims: Sequence[Claim]
    true: Mapping[Place, float]
    local: Mapping[Place, float]
    given: Mapping[Place, float]
    """What is carried back: 1 by the loss itself; the claims that nothing can be held against, where no loss stands in
    a cell."""
    stop: int

    def scale(self, claim: Claim) -> float:
        """The largest true derivative in the block of a claim."""
        return max(abs(self.true.get(other.by, 0.0)) for other in self.claims if other.block == claim.block)


class Slips:
    """The ways that lead to a wrong claim, tried one after the other."""

    def __init__(self, calculation: Calculation, group: Group, names: Mapping[Place, str]) -> None:
        self.calculation, self.group, self.names = calculation, group, names

    def named(self, claim: Claim) -> Sentence | None:
        """What is said of the mistake, if it is known; a claim of 0 may have many causes."""
        found = self.calculation.number(claim.cell)
        if not found:
            return None
        for way in (self._of_table, self._transposed, self._passed, self._other, self._replaced, self._multiple):
            if said := way(claim, found):
                return said
        return None

    def _is(self, claim: Claim, found: float, wrong: float) -> bool:
        scale = self.group.scale(claim)
        return near(found, wrong, scale) and abs(wrong) > ABSOLUTE * scale

    def _of_table(self, claim: Claim, found: float) -> Sentence | None:
        """A row of the table of mistakes."""
        quantity = partial(name("of"), name(self._called(claim.by)))
        for row in mistakes(latest()).values():
            for way in row.value.of(quantity, self._outputs) if row.value else ():
                assert row.value is not None
                arguments = [self._exact(term) for term in way]
                if None not in arguments and self._is(claim, found, _float(row.value.wrong(*arguments))):
                    if row.name == "forgot_slope":
                        return self._left_out(self._places[way[0].args[1].args[0]])
                    return tell(f"mistake_in_article.{row.name}", at=self._shown(claim.by))
        return None

    @property
    def _places(self) -> Mapping[str, Place]:
        return {self._called(place): place for place in self.group.true}

    def _outputs(self, key: str) -> Iterator[str]:
        """The cells that are one function of a cell, as activations are."""
        place = self._places[key]
        for user in self.calculation.users.get(self.calculation.owners.get(place, place), ()):
            if output := self._output(user, place):
                yield self._called(output)

    def _output(self, user: Place, place: Place) -> Place | None:
        inside = activated(self.calculation, user)
        if inside is None:
            return None
        pairs = zip(inside.places(), self.calculation.areas[user].places(), strict=True)
        return next((output for cell, output in pairs if cell == place and output in self.group.true), None)

    def _exact(self, term: Term) -> Array | None:
        place = self._places.get(term.args[1].args[0]) if term.head == "partial" else None
        return None if place is None else Array.scalar(fmpq(*self.group.true[place].as_integer_ratio()))

    def _left_out(self, output: Place) -> Sentence:
        """The derivative of an activation is left out."""
        owner = self.calculation.owners[output]
        if is_kinked(self.calculation, owner):
            return tell("sheets.mask", cell=self._shown(output))
        return tell("sheets.slope", cell=self._shown(output))

    def _transposed(self, claim: Claim, found: float) -> Sentence | None:
        """The whole block is the transpose of what is right."""
        block = {other.cell: other for other in self.group.claims if other.block == claim.block}
        top, left = min(cell.row for cell in block), min(cell.column for cell in block)
        for cell in block:
            turned = block.get(Place(cell.sheet, top + cell.column - left, left + cell.row - top))
            value = self.calculation.number(cell)
            if turned is None or value is None or not near(value, self.group.true[turned.by], self.group.scale(claim)):
                return None
        return tell("mistake_in_article.transposed_gradient", at="")

    def _passed(self, claim: Claim, found: float) -> Sentence | None:
        """The derivative of an activation on the way is left out."""
        tried: set[object] = set()
        for place in reversed(self.calculation.order[self.group.stop :]):
            if len(tried) >= MOST_ACTIVATIONS:
                break
            if not any(cell in self.group.true for cell in self.calculation.areas[place].places()):
                continue
            block = self.calculation.blocks[place]
            if activated(self.calculation, place) is None or block in tried:
                continue
            tried.add(block)
            cells = {cell for cell in block.places() if cell in self.calculation.trees}
            wrong = sweep(self.calculation, self.group.given, self.group.stop, passed=cells).slopes.get(claim.by, 0.0)
            if self._is(claim, found, wrong):
                return self._left_out(place)
        return None

    def _other(self, claim: Claim, found: float) -> Sentence | None:
        """It is the derivative by something else that has a claim of its own."""
        for other in self.group.claims:
            if (
                other.by != claim.by
                and other.by in self.group.true
                and self._is(claim, found, self.group.true[other.by])
            ):
                return tell("sheets.other", by=self._shown(other.by))
        return None

    def _replaced(self, claim: Claim, found: float) -> Sentence | None:
        """With another cell in place of one in the formula it would be right."""
        tree = self.calculation.trees.get(claim.cell)
        if tree is None:
            return None
        inside = [node.area for node in tree.walk() if node.area and node.area.shape == (1, 1)]
        cells = [Place(*area[:3]) for area in dict.fromkeys(inside)]
        others = sorted(self.group.true, key=lambda place: abs(place.row - claim.cell.row))[:MOST_CANDIDATES]
        for cell in cells:
            for other in others:
                if other != cell and self._would_be(claim, cell, other):
                    return tell("sheets.replaced", cell=self._shown(cell), other=self._shown(other))
        return None

    def _would_be(self, claim: Claim, cell: Place, other: Place) -> bool:
        sheets = self.calculation.sheets

        def value(place: Place) -> Value:
            return self.calculation.value(other if place == cell else place)

        try:
            moved = Working(self.calculation.trees[claim.cell], Sheets(value, sheets.used, sheets.filled)).value()
            return near(number(single(moved)), self.group.true[claim.by], self.group.scale(claim))
        except NoFormula:
            return False

    def _multiple(self, claim: Claim, found: float) -> Sentence | None:
        """A whole multiple, or a whole part."""
        right = self.group.true[claim.by]
        for factor in range(2, 1001):
            if self._is(claim, found, right * factor):
                return tell("sheets.multiple", factor=factor)
            if self._is(claim, found, right / factor):
                return tell("sheets.part", factor=factor)
        return None

    def _called(self, place: Place) -> str:
        return self.calculation.workbook.called(place)

    def _shown(self, place: Place) -> str:
        return f"{self.names.get(place, '')} ({self._called(place)})".lstrip()


def _float(array: Array) -> float:
    entry = array.entries[0]
    return float(entry.p) / float(entry.q) if isinstance(entry, fmpq) else float(entry)
