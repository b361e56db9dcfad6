"""Cells that claim to be derivatives, held against what comes back through the forward formulas of the sheet itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

from derivation.checking.judging.verdicts import Verdict
from derivation.checking.sheets.calculation import Calculation
from derivation.checking.sheets.cells import Place
from derivation.checking.sheets.claims import Claim
from derivation.checking.sheets.finding import Finding, shown
from derivation.checking.sheets.gradients import sweep
from derivation.checking.sheets.mended import Mended
from derivation.checking.sheets.slips import ABSOLUTE, Group, Slips, near
from derivation.words.telling import Sentence, code_of, extended, tell

MOST_NAMED = 60
"""Claims for which it is tried which mistake leads to them."""
LONGEST = 12
"""Letters of a typed number that may be rounded."""
MAXIMAL_STEPS = 300_000
"""Formulas that are gone through for all claims of a workbook."""


@dataclass(slots=True)
class Derivatives:
    """The claims of a workbook judged."""

    calculation: Calculation
    claims: Sequence[Claim]
    names: Mapping[Place, str]
    found: list[Finding] = field(default_factory=list)
    left: int = MAXIMAL_STEPS
    told: dict[Place, float] = field(default_factory=dict)
    """The right values of the cells that were called wrong."""
    mistakes: dict[object, Sentence | None] = field(default_factory=dict)
    """What was tried and found, by the form of the formula that was filled in."""

    def judged(self) -> Sequence[Finding]:
        """What is found of each claim."""
        lowest = self._lowest()
        groups: dict[Place | None, list[Claim]] = defaultdict(list)
        for claim in self.claims:
            groups[claim.of].append(claim)
        rank = self.calculation.rank
        for of, claims in sorted(groups.items(), key=lambda row: rank.get(row[0], -1) if row[0] else len(rank)):
            if self.left > 0:
                self._judge(self._group(of, claims, lowest))
        return together(self.calculation, self.found)

    def _lowest(self) -> Mapping[Place, int]:
        """The rank down to which a sweep has to go for what is typed: that of the first formula that reads it."""
        typed = {claim.by for claim in self.claims if claim.by not in self.calculation.owners}
        found: dict[Place, int] = {}
        for rank, place in enumerate(self.calculation.order):
            for area in self.calculation.reads_of(place):
                for cell in typed.intersection(area.places()):
                    found.setdefault(cell, rank)
        return found

    def _group(self, of: Place | None, claims: Sequence[Claim], lowest: Mapping[Place, int]) -> Group:
        rank, owners = self.calculation.rank, self.calculation.owners
        stop = min(rank.get(owners[claim.by], 0) if claim.by in owners else lowest.get(claim.by, 0) for claim in claims)
        taken = {claim.by: self.calculation.number(claim.cell) or 0.0 for claim in claims}
        if of is None:  # what is claimed of the outputs is carried back, through nothing that came of claims
            closed = self._behind([claim.cell for claim in claims])
            local = sweep(self.calculation, {}, stop, taken, closed=closed).slopes
            given = {by: value for by, value in taken.items() if by not in local}
            true = sweep(self.calculation, given, stop, closed=closed).slopes
            return Group(of, claims, {**true, **given}, local, given, stop)
        seeds = {of: self._seed(of, claims)}
        group = Group(of, claims, self._sweep(seeds, stop), {}, seeds, stop)
        if all(self._holds(claim, group) for claim in claims if self._is_judged(claim, group)):
            return group
        return replace(group, local=self._sweep(seeds, stop, taken))

    def _behind(self, cells: Sequence[Place]) -> AbstractSet[Place]:
        """The formulas that go on from some cells, theirs among them."""
        waiting = [self.calculation.owners.get(cell, cell) for cell in cells]
        found = set(waiting)
        while waiting:
            more = self.calculation.users.get(waiting.pop(), frozenset()) - found
            found |= more
            waiting += more
        return found

    def _seed(self, of: Place, claims: Sequence[Claim]) -> float:
        """1, or where an error that is a mere difference stands for the loss, as half of its square does, that error."""
        tree = self.calculation.trees.get(of)
        is_difference = tree is not None and tree.head == "-" and not any(child.children for child in tree.children)
        is_meant = not any(claim.label.kind == "derivative" for claim in claims)
        return (self.calculation.number(of) or 0.0) if is_difference and is_meant else 1.0

    def _sweep(
        self, seeds: Mapping[Place, float], stop: int, taken: Mapping[Place, float] | None = None
    ) -> Mapping[Place, float]:
        swept = sweep(self.calculation, seeds, stop, taken)
        self.left -= swept.steps
        return swept.slopes

    def _judge(self, group: Group) -> None:
        judged = [(claim, self._holds(claim, group)) for claim in group.claims if self._is_judged(claim, group)]
        met = {claim.block for claim, holds in judged if holds and group.true[claim.by]}
        for claim, holds in sorted(judged, key=lambda row: -self._rank(row[0])):
            if holds:
                self._add(claim, "exact" if self._is_exact(claim, group) else "rounded")
            elif self._is_gathered(claim):
                continue
            elif begin := self._follows(claim, group):
                self._add(claim, "exact", tell("sheets.follows", cell=self._called(begin)), begin)
            elif self._wrong(claim, group, met).verdict == "wrong":
                self.told[claim.cell] = group.true[claim.by]

    def _is_gathered(self, claim: Claim) -> bool:
        """Whether a cell adds up or averages the others of its column, which may be of another loss than theirs."""
        tree = self.calculation.trees.get(claim.cell)
        if tree is None or tree.head not in ("SUM", "AVERAGE") or not tree.children[0].area:
            return False
        area, cell = tree.children[0].area, claim.cell
        return area.sheet == cell.sheet and area.left <= cell.column <= area.right

    def _follows(self, claim: Claim, group: Group) -> Place | None:
        """The mistake that a claim goes on with: it would be right, were that one right."""
        before = [other.cell for other in group.claims if other.cell in self.told]
        if before and self._near(claim, group.local.get(claim.by, 0.0), group):
            return before[0]
        mended = Mended(self.calculation, self.told, group.true)
        value = mended.number(claim.cell)
        return next(iter(mended.met), None) if value is not None and self._near_to(value, claim, group) else None

    def _near_to(self, value: float, claim: Claim, group: Group) -> bool:
        return near(value, group.true[claim.by], group.scale(claim))

    def _rank(self, claim: Claim) -> int:
        return self.calculation.rank.get(self.calculation.owners.get(claim.by, claim.by), -1)

    def _is_judged(self, claim: Claim, group: Group) -> bool:
        return claim.by in group.true and claim.by not in group.given

    def _holds(self, claim: Claim, group: Group) -> bool:
        wanted = group.true[claim.by]
        return self._near(claim, wanted, group) or (
            claim.label.kind == "signal" and self._near(claim, -wanted, group)  # some call its negative so
        )

    def _is_exact(self, claim: Claim, group: Group) -> bool:
        found = self.calculation.number(claim.cell) or 0.0
        return any(near(found, sign * group.true[claim.by], group.scale(claim)) for sign in (1, -1))

    def _near(self, claim: Claim, wanted: float, group: Group) -> bool:
        found = self.calculation.number(claim.cell)
        assert found is not None
        return near(found, wanted, group.scale(claim) + self._half_unit(claim) / ABSOLUTE)

    def _half_unit(self, claim: Claim) -> float:
        """Half of the last place of a number that is typed; nothing for one that is worked."""
        digits = repr(self.calculation.number(claim.cell))
        if claim.cell in self.calculation.owners or "e" in digits or len(digits) > LONGEST:
            return 0.0
        return 0.51 * 10.0 ** -len(digits.partition(".")[2])

    def _wrong(self, claim: Claim, group: Group, met: AbstractSet[int]) -> Finding:
        wanted, found = group.true[claim.by], self.calculation.number(claim.cell)
        difference = tell(
            "sheets.derivative",
            value=shown(wanted),
            found=shown(found),
            of=self._name(claim.of, claim.label.of),
            by=self._name(claim.by, claim.label.name),
        )
        form = filled_form(self.calculation, claim.cell)
        if form not in self.mistakes and len(self.mistakes) < MOST_NAMED:
            self.mistakes[form] = Slips(self.calculation, group, self.names).named(claim)
        mistake = self.mistakes.get(form)
        said = extended(mistake, "wrong.mistake", mistake=mistake, difference=difference) if mistake else difference
        is_open = mistake is None or code_of(mistake) in ("sheets.multiple", "sheets.part")  # of a sum, or of a mean?
        if claim.certain or (claim.block in met) or not is_open or (claim.label.kind == "derivative" and met):
            return self._add(claim, "wrong", said, expected=shown(wanted))
        return self._add(claim, "undecided", tell("sheets.meant", difference=difference))

    def _name(self, place: Place | None, otherwise: str) -> str:
        if place is None:
            return otherwise or "L"
        return f"{otherwise or self.names.get(place, '')} ({self._called(place)})".lstrip()

    def _called(self, place: Place) -> str:
        return self.calculation.workbook.called(place)

    def _add(
        self, claim: Claim, verdict: Verdict, why: str = "", follows: Place | None = None, expected: str | None = None
    ) -> Finding:
        finding = Finding(claim.cell, verdict, "gradient", why, expected, claim.label.text, follows)
        self.found.append(finding)
        return finding


def together(calculation: Calculation, found: Sequence[Finding]) -> Sequence[Finding]:
    """The findings, each mistake told where it is made first: not again in the cells into which it was filled."""
    first: dict[object, Place] = {}
    kept = list[Finding]()
    for finding in sorted(found, key=lambda finding: finding.place):
        if finding.verdict == "wrong":
            keys = _keys(calculation, finding)
            begin = next((first[key] for key in keys if key in first), finding.place)
            for key in keys:
                first.setdefault(key, begin)
            if begin != finding.place:
                why = tell("sheets.filled", cell=calculation.workbook.called(begin))
                finding = replace(finding, verdict="exact", why=why, expected=None, follows=begin)
        kept.append(finding)
    return kept


def _keys(calculation: Calculation, finding: Finding) -> Sequence[object]:
    """What two cells have in common where one was filled from the other, or both are entries of one mistake."""
    keys: list[object] = [(finding.label, filled_form(calculation, finding.place))]
    if (code := code_of(finding.why)) != "sheets.derivative":
        keys.append((finding.label, code))
    return keys


def filled_form(calculation: Calculation, place: Place) -> object:
    """A formula by where its cells are from its own; an array formula by its cell, a typed number by itself."""
    owner = calculation.owners.get(place, place)
    formula = calculation.workbook.cells[owner].formula
    return owner if formula is None or formula.area else formula.relative(place)
