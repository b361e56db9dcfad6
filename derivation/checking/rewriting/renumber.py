"""The same article with other numbers: what follows from the changed ones is worked anew and put in its place, all else
stays to the letter.

Each numeral is tied to what it comes from (`tracing`): a part of the side before it, a formula of the article, or a
number that the article has shown. The new article is checked as a reader would check it; where it would not pass,
there is none.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from flint import fmpq

from derivation.checking.article import PRECISION, Article
from derivation.checking.facts.facts import Facts
from derivation.checking.facts.failures import FAILURES
from derivation.checking.facts.knowledge import ChainRead, is_closed, quantity
from derivation.checking.facts.meaning import Meaning
from derivation.checking.facts.meter import Exhausted
from derivation.checking.facts.position import Position
from derivation.checking.facts.quantity import Key, is_derived
from derivation.checking.judging.agreement import printed_entries, significant
from derivation.checking.judging.spelling import signed
from derivation.checking.judging.verdicts import HOLDING, Equality
from derivation.checking.reading.trees import Tree
from derivation.checking.rewriting.drawing import BadChange, inputs
from derivation.checking.rewriting.printing import Edits, NotToldApart, Precision, Typed, leading, negated, spots_of
from derivation.checking.rewriting.tracing import Tracing, is_quantity
from derivation.checking.rewriting.worlds import Pair, Printed, Renewed, Unaligned, Worlds
from derivation.checking.sources.find import opened, source
from derivation.checking.sources.source import Source, Translated
from derivation.formulas.decimals import nearest, point, terminating
from derivation.formulas.numbers import exact, middle
from derivation.formulas.precision import working_precision
from derivation.formulas.terms import Term, is_literal
from derivation.words.telling import tell

__all__ = ["BadChange", "Renumbered", "Renumbering", "renumber"]

CLAIMS = re.compile(
    r"\b(?:positive|negative|zero|larger|smaller|greater|less|increases?|decreases?|grows?|shrinks?|positiv|negativ|größer|kleiner)\b",
    re.IGNORECASE,
)
AROUND = 2
"""Lines around a changed formula in which words may be about it."""
IN_PROSE = re.compile(r"(?<![\w.,])\d+[.,]\d+(?![\w]|[.,]\d)")
DRAWS = 6
"""Sets of numbers that are drawn from a seed until the article holds with one."""
FULL = 40
"""Places to which a number without an end is carried."""


@dataclass
class Renumbered:
    """The new text, and what a reader has to look at: numerals that stayed, and claims in words. With `failures`, the
    places where the new article would not hold, it is not to be used."""

    text: str
    unaligned: list[str] = field(default_factory=list)
    claims: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


def renumber(path: str, changes: Mapping[str, str], seed: int | None = None) -> Renumbered:
    """The article in the file with new inputs: those given (`{"x": "[2, 1]"}`), or all drawn from a seed."""
    return renumbered(opened(path), changes, seed)


def renumbered(before: Source, changes: Mapping[str, str], seed: int | None = None) -> Renumbered:
    """The same of an article's text."""
    if isinstance(before, Translated):
        raise BadChange(tell("renumbering.translated"))
    with working_precision(PRECISION):
        article = Article(before)
        equalities, (_, judged) = article.report().equalities, article.judged()
        best: Renumbered | None = None
        for salt in [f"{seed}", *(f"{seed}/{k}" for k in range(1, DRAWS))] if seed is not None else [None]:
            values = inputs(article, changes, salt)
            for facts in (article.facts(), judged):
                result = Renumbering(article, equalities, facts, values).done()
                if not result.failures:
                    return result
                if best is None or len(result.failures) < len(best.failures):
                    best = result
        assert best is not None
        return best


class Renumbering:
    """One article on its way to other numbers."""

    def __init__(
        self, article: Article, equalities: Sequence[Equality], facts: Facts, changed: Mapping[Key, Tree]
    ) -> None:
        self.article, self.equalities, self.changed, self.old = article, equalities, changed, facts
        self.values = {
            key: [
                replace(statement, tree=changed[key], worked=None)
                if key in changed and not statement.assigned
                else statement
                for statement in statements
            ]
            for key, statements in facts.knowledge.values.items()
        }
        self.worlds = Worlds(facts, self.new())
        rounded = [one.right for one in equalities if one.verdict == "rounded"]
        self.precision = Precision.of(
            word.text for side in rounded for word in side.words if "." in word.text and word.text[0].isdecimal()
        )
        self.edits = Edits(article.source, article.decimal_comma)
        self.result = Renumbered(article.source.text)

    def new(self) -> Facts:
        """The facts with the numbers as they become."""
        return Renewed(self.old, self.values)

    def done(self) -> Renumbered:
        """Every chain worked anew, the text put together and checked."""
        for chain in self.article.chains:
            self.old.meter.begin()
            try:
                self.chain(chain)
            except (Exhausted, RecursionError) as problem:
                self.note(chain, 0, str(problem) if isinstance(problem, Exhausted) else tell("renumbering.deep"))
        self.prose()
        self.result.text = self.edits.text
        self.result.failures += self.failures()
        return self.result

    # Chains

    def chain(self, chain: ChainRead) -> None:
        """Every side of a chain, each tied to the one before it."""
        tracing = Tracing(self.worlds, chain.position)
        previous: Term | None = None
        for place, read in enumerate(chain.sides):
            if read.tree is None:
                self.note(chain, place, tell("renumbering.not_read"))
                previous = None
                continue
            try:
                side = signed(Meaning(self.old, chain.position).of(read.tree)[0])
                made = self.side(tracing, chain, place, previous, side)
            except FAILURES as problem:
                if is_closed(read.tree):
                    self.note(chain, place, str(problem))
                previous = None
            except Unaligned:
                if is_closed(read.tree):
                    self.note(chain, place, tell("renumbering.not_tied"))
                previous = side
            else:
                self.write(chain, place, side, made)
                previous = made

    def side(self, tracing: Tracing, chain: ChainRead, place: int, previous: Term | None, side: Term) -> Term:
        """A side, traced."""
        tree = chain.sides[place].tree
        assert tree is not None
        if previous is None:
            return self.begun(tracing, chain, place, side) if is_closed(tree) else side
        key = quantity_of(chain, place)
        if key is not None and is_quantity(previous) and is_closed(tree) and not self.is_computed(key, chain.position):
            return self.stated(tracing, chain, place, previous, side)
        return tracing.traced(previous, side)

    def is_computed(self, key: Key, position: Position) -> bool:
        """Whether a quantity's value follows from a formula."""
        return is_derived(key) or self.old.definition(key, position) is not None

    def stated(self, tracing: Tracing, chain: ChainRead, place: int, previous: Term, side: Term) -> Term:
        """What the article gives a quantity that has no formula: a changed input, or numbers that are worked from
        others."""
        if is_literal(side) and quantity_of(chain, place) not in self.changed:
            try:
                return tracing.recognition.gathered(side)
            except Unaligned:
                return tracing.literal(side, previous, is_result=True)
        if is_literal(side):
            return tracing.literal(side, previous, is_result=True)
        return self.begun(tracing, chain, place, side)

    def begun(self, tracing: Tracing, chain: ChainRead, place: int, side: Term) -> Term:
        """Numbers that nothing in their chain comes before: they are tied to what the article has shown. What they come
        to may have been shown, too."""
        return tracing.recognition.recognized(side, self.result_of(chain, place))

    def result_of(self, chain: ChainRead, place: int) -> Term | None:
        """The numbers with which a chain ends."""
        last = chain.sides[-1].tree
        if last is None or place == len(chain.sides) - 1 or not is_closed(last):
            return None
        found = signed(Meaning(self.old, chain.position).of(last)[0])
        return found if is_literal(found) else None

    def note(self, chain: ChainRead, place: int, why: str) -> None:
        """Names numerals that stay as they are."""
        side = chain.sides[place].side
        if any(word.text[0].isdecimal() for word in side.words):
            self.result.unaligned.append(f"{side.formula.source.shown}:{side.place[0]}: {side.latex} ({why})")

    # Writing

    def write(self, chain: ChainRead, place: int, old: Term, new: Term) -> None:
        """The numerals that changed, put in where they stand, and what follows from them where nothing else says it."""
        read = chain.sides[place]
        assert read.tree is not None
        self.remember(chain, old, new)
        olds = [node.args[0] for node in self.worlds.numerals(old)]
        nodes_now = self.worlds.numerals(new)
        if all(node.head == "number" for node in nodes_now):
            return
        given = self.given(chain, place)
        news = given or [self.text_of(node, text) for node, text in zip(nodes_now, olds, strict=True)]
        if read.side.formula.source is not self.article.source:
            self.note(chain, place, tell("renumbering.other_file"))
            return
        try:
            self.edits.put(read.side, read.tree, olds, news)
        except NotToldApart:
            self.note(chain, place, tell("renumbering.not_told_apart"))
        self.carry(chain, read.tree, nodes_now)

    def remember(self, chain: ChainRead, old: Term, new: Term) -> None:
        """What is shown for the quantities of a chain."""
        if not is_literal(old):
            return
        texts, shape = printed_entries(old)
        pairs = tuple(self.worlds.pair_of(node) or fixed(node) for node in self.worlds.numerals(new))
        self.worlds.last |= dict.fromkeys(chain.quantities, Printed(tuple(texts), shape, pairs))

    def given(self, chain: ChainRead, place: int) -> list[str] | None:
        """The numerals of a changed input as they were given."""
        first = chain.sides[0].tree
        key = quantity(first) if first else None
        if place != 1 or key is None or key not in self.changed:
            return None
        term = Meaning(self.worlds.after.facts, chain.position).of(self.changed[key])[0]
        return [node.args[0] for node in self.worlds.numerals(term)]

    def text_of(self, node: Term, text: str) -> str:
        """The numeral for a traced one."""
        pair = self.worlds.pair_of(node)
        return text if pair is None else self.precision.like(text, pair.was, pair.now)

    def carry(self, chain: ChainRead, tree: Tree, found: Sequence[Term]) -> None:
        """Quantities that have these numbers from here alone have the new ones."""
        texts = [self.carried(node) for node in found]
        if len(texts) != sum(1 for _ in spots_of(tree, Typed(chain.sides[0].side))):
            return
        changed = renewed(tree, deque(texts))
        for key in chain.quantities:
            if self.restate(key, tree, changed):
                self.worlds.renew(self.new())

    def restate(self, key: Key, tree: Tree, changed: Tree) -> bool:
        """Takes a quantity's value as it becomes, where this tree says what it is; whether anything follows from it."""
        statements = self.values.get(key, ())
        self.values[key] = [
            replace(one, tree=changed, worked=changed)
            if one.worked is tree
            else replace(one, tree=changed)
            if one.tree is tree
            else one
            for one in statements
        ]
        return any(
            one is not other and (one.assigned or not self.is_computed(key, one.position))
            for one, other in zip(statements, self.values[key], strict=True)
        )

    def carried(self, node: Term) -> str:
        """A number with all its digits."""
        pair = self.worlds.pair_of(node)
        if pair is None:
            return str(node.args[0])
        full = terminating(pair.now) if isinstance(pair.now, fmpq) else None
        return full or point(nearest(middle(pair.now), FULL), FULL)

    # The check

    def failures(self) -> Iterator[str]:
        """The places where the new article would not hold."""
        after = Article(source(self.article.source.path, self.result.text)).report().equalities
        before = self.equalities
        if len(before) != len(after):
            yield tell("renumbering.other_form", path=self.article.source.shown)
        for old, new in zip(before, after, strict=False):
            verdict = verdict_of(new)
            if verdict == "wrong" or (old.verdict in HOLDING and verdict not in HOLDING):
                why = (
                    tell("renumbering.wrong_before") if old.verdict == "wrong" else new.why or tell("renumbering.lost")
                )
                shown = f"{old.left.latex} {old.relation} {old.right.latex}"
                yield f"{old.source.shown}:{old.place[0]}: {shown} ({why})"

    # Words

    def prose(self) -> None:
        """Numbers in prose that stood in the formulas, renewed where it is certain which they are; sentences near a
        changed formula that speak of signs and sizes."""
        text, place = self.article.source.text, self.article.source.place
        lines = {place(start)[0] + k for start in self.edits.made for k in range(-AROUND, AROUND + 1)}
        gone: dict[str, set[str]] = {}
        for start, (end, new) in self.edits.made.items():
            gone.setdefault(plain(text[start:end]), set()).add(plain(new))
        formulas = [formula for formula in self.article.formulas if formula.source is self.article.source]
        edges = [edge for formula in formulas for edge in (formula.start, formula.end)]
        code = edges_of_code(text)
        for match in CLAIMS.finditer(text):
            if not is_inside(edges, match.start()) and place(match.start())[0] in lines:
                self.claim(match.start())
        for match in IN_PROSE.finditer(text):
            news = gone.get(plain(match[0]), set())
            if not news or is_inside(edges, match.start()):
                continue
            if len(news) == 1 and significant(plain(match[0])) and not is_inside(code, match.start()):
                new = next(iter(news))
                self.edits.made[match.start()] = match.end(), new.replace(".", ",") if "," in match[0] else new
            else:
                self.claim(match.start())

    def claim(self, at: int) -> None:
        """Names a sentence that may no longer hold."""
        shown = f"{self.article.source.shown}:{self.article.source.place(at)[0]}"
        row = f"{shown}: {sentence(self.article.source.text, at)}"
        if row not in self.result.claims:
            self.result.claims.append(row)


def renewed(tree: Tree, texts: deque[str]) -> Tree:
    """A tree with other numerals, in their order."""
    if tree.head == "number":
        text = texts.popleft()
        digits = Tree("number", (text.lstrip("-"),), tree.start)
        return Tree("group", (Tree("u-", (digits,), tree.start),), tree.start) if text.startswith("-") else digits
    if tree.head == "u-" and leading(tree.args[0]):
        texts[0] = negated(texts[0])
    args = (
        renewed(arg, texts)
        if isinstance(arg, Tree)
        else tuple(renewed(part, texts) if isinstance(part, Tree) else part for part in arg)
        if isinstance(arg, tuple)
        else arg
        for arg in tree.args
    )
    return Tree(tree.head, tuple(args), tree.start)


def quantity_of(chain: ChainRead, place: int) -> Key | None:
    """The quantity that stands before a side."""
    tree = chain.sides[place - 1].tree
    return quantity(tree) if tree else None


def verdict_of(equality: Equality) -> str:
    """What the checker says of an equality of the new article."""
    return equality.verdict


def fixed(node: Term) -> Pair:
    """A numeral that stays."""
    return Pair(exact(node.args[0]), exact(node.args[0]))


def edges_of_code(text: str) -> list[int]:
    """Where code begins and ends in Markdown, in order: fences, and spans between two backticks of a line."""
    edges, fence, at = list[int](), "", 0
    for line in text.splitlines(keepends=True):
        mark = line.lstrip()[:3]
        if fence or mark in ("```", "~~~"):
            if fence in ("", mark):
                edges.append(at + len(line) if fence else at)
                fence = "" if fence else mark
        else:
            ticks = [at + place for place, letter in enumerate(line) if letter == "`"]
            edges += [tick + number % 2 for number, tick in enumerate(ticks[: len(ticks) // 2 * 2])]
        at += len(line)
    return [*edges, at] if fence else edges


def is_inside(edges: Sequence[int], at: int) -> bool:
    """Whether a place lies in one of the stretches with these edges, which are in order."""
    return bisect_right(edges, at) % 2 == 1


def plain(numeral: str) -> str:
    """A numeral without its sign and brackets, with a point."""
    return numeral.strip("()- ").replace("{,}", ".").replace(",", ".")


def sentence(text: str, at: int) -> str:
    """The stretch of a line around a place."""
    begin, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
    return " ".join(text[max(begin, at - 60) : min(end if end >= 0 else len(text), at + 60)].split())
