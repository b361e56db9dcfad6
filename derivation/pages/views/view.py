"""What templates see: the derivation's phases with formulas written and sentences spoken. Templates themselves never
compute."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from flint import fmpq

from derivation.formulas.arrays import Array, Shape
from derivation.formulas.numbers import AGREED_DIGITS
from derivation.formulas.operations import heads
from derivation.formulas.terms import Term
from derivation.networks.network import Network
from derivation.networks.walkthrough import Derivation, Line, Phase, Reason, Section, Step, TrainingStep
from derivation.pages.views import training
from derivation.pages.views.drift import DriftView, drifts
from derivation.pages.views.tables import TableView, table, tabled
from derivation.pages.words import Words, latex_of
from derivation.words.language import spoken
from derivation.words.telling import form

DEEP = 8
"""Forward steps from which on backward steps say which of them they belong to."""
MOST_MAPPED = 2_000
"""Equations in all maps together up to which each section has its own."""
RELATIONS = {"=": "=", "≈": r"\approx"}


@dataclass(frozen=True)
class LinkView:
    relation: str
    latex: str
    role: str
    proof: str


@dataclass(frozen=True)
class ChainView:
    quantity: str
    links: tuple[LinkView, ...]
    reason: str
    notes: tuple[str, ...]
    key: str
    is_norm: bool = False
    """Whether it measures what stands before it, and so stands beside that."""

    @property
    def is_short(self) -> bool:
        """Whether it is one link without a reason: such chains stand together."""
        return len(self.links) == 1 and not self.reason and not self.notes

    @property
    def has_value(self) -> bool:
        """Whether it ends with the value of what it is about."""
        return bool(self.links) and self.links[-1].role == "value"

    @property
    def is_given(self) -> bool:
        """Whether it only states a value."""
        return self.is_short and self.links[0].role == "value"


@dataclass(frozen=True)
class SectionView:
    """A section's title as plain text, and the names of its equations, to be `marked` in a map of the network."""

    title: str
    marked: tuple[str, ...]


@dataclass(frozen=True)
class GroupView:
    """The chains under one title; in `rows`, short ones stand with the chain before them. The first of a section
    `opens` it. `number` is 0 where they are only recalled."""

    number: int
    title: str
    chains: tuple[ChainView, ...]
    reference: str = ""
    section: SectionView | None = None
    opens: bool = False

    @property
    def rows(self) -> list[list[ChainView]]:
        rows: list[list[ChainView]] = []
        for chain in self.chains:
            if rows and chain.is_short:
                rows[-1].append(chain)
            else:
                rows.append([chain])
        return rows


@dataclass(frozen=True)
class PhaseView:
    key: str
    title: str
    note: str
    groups: tuple[GroupView, ...]
    training_step: int
    table: TableView | None = None


@dataclass(frozen=True)
class View:
    title: str
    subtitle: str
    shapes: tuple[str, ...]
    signs: tuple[str, ...]
    """What the less usual signs mean that stand in the formulas."""
    phases: tuple[PhaseView, ...]
    verdict: str
    words: dict[str, str]
    drifts: tuple[DriftView, ...]
    rounding: str
    language: str
    """The code of the language that it speaks."""
    hyphenation: str
    """The patterns by which TeX hyphenates it; nothing for TeX's own."""

    @property
    def links(self) -> int:
        """How many links the chains have that are worked: those of the setup are given."""
        phases = (phase for phase in self.phases if phase.key != "setup")
        return sum(len(chain.links) for phase in phases for group in phase.groups for chain in group.chains)

    @property
    def marked(self) -> list[tuple[str, ...]]:
        """The sets of names to be marked in a map of the network, one for each section that has equations."""
        sections = (group.section for phase in self.phases for group in phase.groups if group.section)
        return list(dict.fromkeys(section.marked for section in sections if section.marked))


def view(
    derivation: Derivation,
    inline: Callable[[str], str] = "${}$".format,
    real: str = r"\mathbb{R}",
    say: Callable[[str], str] = str,
) -> View:
    """The derivation as templates want it. `inline` sets a formula inside a sentence; `real` is the set of real
    numbers; `say` is what a format does with the words of a sentence."""
    network = derivation.network
    latex = latex_of(network)
    words = Words(lambda term: inline(latex(term)), say, network.page.decimal)
    phases = tuple(_phase(phase, latex, words, derivation) for phase in derivation.phases)
    return View(
        network.title,
        _subtitle(derivation, words, inline),
        tuple(map(inline, _spaces(network, latex, real))),
        tuple(_signs(phases, words)),
        phases,
        verdict(derivation, words),
        {key: say(text) for key, text in words.words["document"].items() if isinstance(text, str)},
        drifts(derivation, words),
        _rounding(network, words),
        spoken(),
        words.words["language"]["hyphenation"],
    )


def _signs(phases: tuple[PhaseView, ...], words: Words) -> Iterator[str]:
    formulas = [
        link.latex for phase in phases for group in phase.groups for chain in group.chains for link in chain.links
    ]
    for mark in words.words["signs"]:
        if any(mark in formula for formula in formulas):
            yield words.text("signs", mark)


def _rounding(network: Network, words: Words) -> str:
    """How results are rounded before they are used, in a sentence; nothing where they are not."""
    if network.carry is None:
        return ""
    to = "places" if network.carry.places is not None else "digits"
    return words.text(
        "rounding", to, count=network.carry.places if network.carry.places is not None else network.carry.digits
    )


def _spaces(network: Network, latex: Callable[[Term], str], real: str) -> list[str]:
    """The space that each given is of; the matrices of an array of three or four axes have theirs together."""
    whole = {name: key for key in network.stacks for name in network.matrices(key)}
    spaces = dict[str, str]()
    for key in (*network.data, *network.parameters):
        if key in whole:
            spaces[network.names.array(whole[key])] = _space(network.stacks[whole[key]], real)
        else:
            shape = network.shapes[key]
            spaces[latex(Term("name", (key,)))] = _space(shape[:1] if shape[1:] == (1,) else shape, real)
    return [rf"{symbol} \in {space}" for symbol, space in spaces.items()]


def _space(axes: Shape, real: str) -> str:
    lengths = r" \times ".join(map(str, axes))
    return f"{real}^{{{lengths}}}" if axes else real


def _subtitle(derivation: Derivation, words: Words, inline: Callable[[str], str]) -> str:
    network = derivation.network
    said = words.words["document"]
    text = said["with_update" if network.update else "with_gradients" if network.loss else "forward_only"]
    if network.update and network.update.steps > 1:
        text += ", " + form(said["steps"], {"count": network.update.steps}).format(count=network.update.steps)
    return words.say(text)


def verdict(derivation: Derivation, words: Words) -> str:
    """How the equalities were judged, and how many in which way, in a sentence or two."""
    lines = [line for phase in derivation.phases for step in phase.steps for line in step.lines[1:]]
    proved, certified = (sum(line.proof == proof for line in lines) for proof in ("proved", "certified"))
    failed = len(lines) - proved - certified
    counted = words.text(
        "document",
        "unproved" if failed else "exact" if _is_exact(derivation, lines) else "certified",
        count=len(lines),
        proved=proved,
        certified=certified,
        failed=failed,
        digits=AGREED_DIGITS,
        goes_on=words.words["rounding"]["carry" if derivation.network.carry else "full"],
    )
    return " ".join([counted, *_certified_formulas(lines, words)])


def _is_exact(derivation: Derivation, lines: list[Line]) -> bool:
    """Whether no number was rounded, neither a printed one nor one that dots stand for."""
    known = (array for step in derivation.training_steps for array in _numbers(step))
    return all(line.relation == "=" for line in lines) and all(array.kind is fmpq for array in known)


def _numbers(step: TrainingStep) -> Iterator[Array]:
    """All arrays of a training step."""
    for arrays in (step.values, step.gradients, step.updated, step.optimizer):
        yield from arrays.values()


def _certified_formulas(lines: list[Line], words: Words) -> Iterator[str]:
    """What was compared of formulas that symbols were too many for, in a sentence for each way."""
    found = Counter(line.basis for line in lines if line.role == "formula" and line.proof == "certified")
    for basis in ("small_shapes", "direction", "numbers"):
        if found[basis]:
            yield words.text("document", f"certified_{basis}", count=found[basis])


def _phase(phase: Phase, latex: Callable[[Term], str], words: Words, derivation: Derivation) -> PhaseView:
    training_steps, in_table = len(derivation.training_steps), tabled(phase)
    chains = [step for step in phase.steps if step not in in_table] if in_table else phase.steps
    places = _places(derivation)
    together = [list(steps) for _, steps in groupby(chains, lambda step: step.number)]
    titles = _titles([steps[0].title for steps in together], words)
    groups = [_group(title, steps, latex, words, places) for title, steps in zip(titles, together, strict=True)]
    note = words.text("phase_notes", phase.key, count=training_steps)
    if training_steps > 1 and phase.key not in ("setup", "training"):
        note = words.text("document", "training_step", number=phase.training_step)
    shown = training.table(derivation, words) if phase.key == "training" else table(phase, latex, words)
    return PhaseView(
        phase.key,
        words.text("phases", phase.key),
        note,
        _headed(groups, phase, words, derivation.network),
        phase.training_step,
        shown,
    )


def _headed(groups: list[GroupView], phase: Phase, words: Words, network: Network) -> tuple[GroupView, ...]:
    """The groups with the sections they stand in, the first of each section said to open it."""
    sections = {step.number: step.section for step in phase.steps}
    opened: set[Section | None] = {None}
    found = []
    for group in groups:
        section = sections[group.number]
        marked = (
            tuple(key for key, other in network.sections.items() if other == section) if _is_mapped(network) else ()
        )
        seen = SectionView(words.section(phase.key, section), marked) if section else None
        found.append(replace(group, section=seen, opens=section not in opened))
        opened.add(section)
    return tuple(found)


def _is_mapped(network: Network) -> bool:
    """Whether a map of the network stands above each section: not where there would be more of maps than of all
    else."""
    return len(network.equations) * len(set(network.sections.values())) <= MOST_MAPPED


def _places(derivation: Derivation) -> dict[Term, int]:
    """The number of the forward step that an error signal belongs to, in a network so deep that one has to look for
    it."""
    found = {
        step.quantity: step.number
        for phase in derivation.phases
        if phase.key == "forward"
        for step in phase.steps
        if step.number and step.quantity.head == "name"
    }
    loss = Term("name", (derivation.network.loss,))
    return (
        {Term("partial", (loss, quantity)): number for quantity, number in found.items()} if len(found) >= DEEP else {}
    )


def _titles(titles: list[Reason], words: Words) -> list[str]:
    """Each title in words; those that would be alike say what they lead to."""
    spoken = [words.sentence("titles", title) for title in titles]
    return [
        text if spoken.count(text) == 1 else words.sentence("titles", replace(title, key=f"{title.key}_to"))
        for text, title in zip(spoken, titles, strict=True)
    ]


def _group(
    title: str, steps: list[Step], latex: Callable[[Term], str], words: Words, places: dict[Term, int]
) -> GroupView:
    chains = tuple(_chain(step, latex, words) for step in steps)
    place = next((places[step.quantity] for step in steps if step.quantity in places), None)
    return GroupView(
        max(steps[0].number, 0),
        title,
        chains,
        "" if place is None else words.text("document", "reference", number=place),
    )


def _chain(step: Step, latex: Callable[[Term], str], words: Words) -> ChainView:
    first, *rest = step.lines
    links = tuple(LinkView(RELATIONS[line.relation], latex(line.term), line.role, line.proof) for line in rest)
    notes = tuple(words.sentence("notes", note) for note in step.notes)
    return ChainView(
        latex(first.term),
        links,
        words.sentence("reasons", step.reason),
        notes,
        latex(step.quantity),
        step.quantity.head == heads.NORM,
    )
