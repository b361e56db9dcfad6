"""The same article with other numbers: what follows from the changed ones is worked anew and put in its place, all else
stays to the letter.

Each side of a chain is tied to the side before it, part by part, as the judge compares them; a numeral that cannot be
tied to a formula stays as it is and is listed.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import blake2b

from derivation.checking.article import PRECISION, Article
from derivation.checking.facts.facts import Facts
from derivation.checking.facts.failures import FAILURES
from derivation.checking.facts.knowledge import ChainRead, is_closed, quantity
from derivation.checking.facts.meaning import Meaning
from derivation.checking.facts.meter import Exhausted
from derivation.checking.facts.operations import PRODUCTS
from derivation.checking.facts.position import Position
from derivation.checking.facts.quantity import Key, is_derived
from derivation.checking.facts.values import Truth
from derivation.checking.judging.agreement import equal
from derivation.checking.judging.context import Context, Values
from derivation.checking.judging.spelling import signed
from derivation.checking.judging.verdicts import ALL_ALLOWANCES
from derivation.checking.reading.trees import Tree, nodes
from derivation.checking.rewriting.alignment import Alignment, Change, Unaligned
from derivation.checking.rewriting.rebuild import identifier
from derivation.checking.sources.find import opened
from derivation.checking.sources.source import Translated
from derivation.formulas.arrays import Shape
from derivation.formulas.decimals import point
from derivation.formulas.language.suggestions import nearest as suggestion
from derivation.formulas.numbers import exact
from derivation.formulas.precision import working_precision
from derivation.formulas.terms import Term, is_literal, walk
from derivation.words.telling import tell

CLAIMS = re.compile(
    r"\b(?:positive|negative|zero|larger|smaller|greater|less|increases?|decreases?|grows?|shrinks?|positiv|negativ|größer|kleiner)\b",
    re.IGNORECASE,
)

NUMERAL = re.compile(r"-?\s*+(?:\d++(?>(?:\{?,\}?\d++)?)(?>(?:\.\d++)?)|\.\d++)")
BEFORE = 60
"""Letters in front of a numeral that may show whether a sign would stand by itself there."""


MOST_SHOWN = 24
"""Inputs that are named where one is asked for that there is not."""


class BadChange(ValueError):
    """A change that was asked for and cannot be made; the text says why."""


@dataclass
class Renumbered:
    """The new text, and what a reader has to look at: numerals that stayed, and claims in words."""

    text: str
    unaligned: list[str] = field(default_factory=list)
    claims: list[str] = field(default_factory=list)


def renumber(path: str, changes: Mapping[str, str], seed: int | None = None) -> Renumbered:
    """The article in the file with new inputs: those given (`{"x": "[2, 1]"}`), or all drawn from a seed."""
    with working_precision(PRECISION):
        article = Article(opened(path))
        if article.source.blocks:
            is_notebook = not isinstance(article.source, Translated)
            raise BadChange(tell("renumbering.no_notebook" if is_notebook else "renumbering.translated"))
        trees = drawn(article, seed) if seed is not None else {}
        trees |= {named(article, key): tree_of(text) for key, text in changes.items()}
        return Renumbering(article, trees).done()


def named(article: Article, wanted: str) -> str:
    """The input that a name on the command line means: as LaTeX, or as it would be called in a spec."""
    keys = [key for key in article.knowledge.values if isinstance(key, str) and not article.knowledge.formulas.get(key)]
    for key in keys:
        if wanted in (key, identifier(key)):
            return key
    known = [identifier(key) for key in keys]
    shown = ", ".join(known[:MOST_SHOWN]) + (", ..." if len(known) > MOST_SHOWN else "")
    raise BadChange(tell("renumbering.no_input", wanted=wanted, near=suggestion(wanted, known), known=shown or "-"))


def tree_of(text: str) -> Tree:
    """A value as it is written in a spec: a number, a list (a column), or a list of lists."""
    try:
        value = json.loads(text, parse_float=str, parse_int=str)
    except ValueError:
        raise BadChange(tell("renumbering.no_value", given=text)) from None
    rows = value if isinstance(value, list) else None
    if rows is None:
        return leaf(str(value))
    rows = [row if isinstance(row, list) else [row] for row in rows]
    if (
        not rows
        or len({len(row) for row in rows}) != 1
        or not all(isinstance(entry, str) for row in rows for entry in row)
    ):
        raise BadChange(tell("renumbering.ragged", given=text))
    return Tree("matrix", tuple(Tree("row", tuple(map(leaf, row)), 0) for row in rows), 0)


def leaf(text: str) -> Tree:
    if not re.fullmatch(r"-?\d+(?:\.\d+)?", text):
        raise BadChange(tell("renumbering.no_decimal", given=text))
    return Tree("u-", (Tree("number", (text[1:],), 0),), 0) if text.startswith("-") else Tree("number", (text,), 0)


def drawn(article: Article, seed: int) -> dict[Key, Tree]:
    """New values for all inputs, in the form of the old ones; targets of zeros and ones, and rates, stay."""
    found, facts = {}, article.facts()
    for key, statements in article.knowledge.values.items():
        tree = statements[0].tree
        texts = [node.args[0] for node in _numerals(tree)]
        kept = set(texts) <= {"0", "1"} or key in (r"\alpha", r"\eta", r"\lambda", r"\mu") or statements[0].assigned
        if (
            not kept
            and not article.knowledge.formulas.get(key)
            and not is_derived(key)
            and shape_of(facts, tree) is not None
        ):
            found[key] = redrawn(tree, f"{seed}/{key}")
    return found


def shape_of(facts: Facts, tree: Tree) -> Shape | None:
    """The shape of a value; None where it cannot be read."""
    facts.meter.begin()
    try:
        return Meaning(facts, Position.START).of(tree)[1]
    except (*FAILURES, Exhausted, RecursionError):
        return None


def redrawn(tree: Tree, salt: str) -> Tree:
    if tree.head == "number":
        text = tree.args[0]
        places = len(text.partition(".")[2])
        size = max(9, 2 * int(exact(text) * 10**places))
        value = int.from_bytes(blake2b(f"{salt}/{tree.start}".encode(), digest_size=4).digest(), "big") % size + 1
        return Tree("number", (point(value, places),), tree.start)
    args = tuple(redrawn(arg, salt) if isinstance(arg, Tree) else arg for arg in tree.args)
    return Tree(tree.head, args, tree.start)


def _numerals(tree: Tree) -> list[Tree]:
    return [node for node in nodes(tree) if node.head == "number"]


class Renumbering:
    """One article on its way to other numbers."""

    def __init__(self, article: Article, changed: Mapping[Key, Tree]) -> None:
        self.article, self.changed = article, changed
        self.old = article.facts()
        values = {
            key: [
                replace(statement, tree=changed[key], worked=None)
                if key in changed and not statement.assigned
                else statement
                for statement in statements
            ]
            for key, statements in article.knowledge.values.items()
        }
        self.new = Facts(replace(self.old.stated, knowledge=replace(article.knowledge, values=values)))
        before = Context(Values(self.old), article.chains, ALL_ALLOWANCES, self.old.lessons)
        self.change = Change(before, self.new, Truth(self.new))
        self.edits: dict[int, tuple[int, str]] = {}
        self.result = Renumbered(article.source.text)
        self.check_shapes()

    def check_shapes(self) -> None:
        for key, tree in self.changed.items():
            statement = self.old.value_statement(key, Position.END)
            if statement and shape_of(self.old, statement.tree) != shape_of(self.old, tree):
                raise BadChange(
                    tell("renumbering.other_shape", quantity=identifier(key), value=statement.read.side.latex)
                )

    def done(self) -> Renumbered:
        """Every chain worked anew, the text put together."""
        for chain in self.article.chains:
            self.old.meter.begin()
            try:
                self.chain(chain)
            except (Exhausted, RecursionError) as problem:
                self.note(chain, 0, str(problem) if isinstance(problem, Exhausted) else tell("renumbering.deep"))
        self.claims()
        text, at, parts = self.article.source.text, 0, list[str]()
        for start in sorted(self.edits):
            end, new = self.edits[start]
            parts += [text[at:start], new]
            at = end
        self.result.text = "".join([*parts, text[at:]])
        return self.result

    def chain(self, chain: ChainRead) -> None:
        previous: tuple[Term, Term] | None = None
        for place, read in enumerate(chain.sides):
            if read.tree is None:
                self.note(chain, place, tell("renumbering.not_read"))
                previous = None
                continue
            try:
                old = signed(Meaning(self.old, chain.position).of(read.tree)[0])
                new = self.side(chain, place, previous, old)
            except FAILURES as problem:
                self.note(chain, place, str(problem))
                previous = None
                continue
            except Unaligned:
                new = old
                if is_closed(read.tree) or not self.still_holds(previous, old, chain):
                    self.note(chain, place, tell("renumbering.not_tied"))
            if new != old:
                self.write(chain, place, old, new)
            previous = (old, new)

    def side(self, chain: ChainRead, place: int, previous: tuple[Term, Term] | None, old: Term) -> Term:
        """A side with its new numbers."""
        if previous is None or not any(node.head == "number" for node in walk(old)):
            return old
        first = chain.sides[0].tree
        key = quantity(first) if first else None
        if key is not None and key in self.changed and is_literal(old) and place == 1:
            return Meaning(self.new, chain.position).of(self.changed[key])[0]
        if key is not None and place == 1 and is_literal(old) and not self.is_computed(key, chain.position):
            return old
        return Alignment(self.change, chain).renewed(previous[0], previous[1], old, result=True)

    def still_holds(self, previous: tuple[Term, Term] | None, side: Term, chain: ChainRead) -> bool:
        """Whether a formula that could not be tied has the new value as it stands: its numerals are constants."""
        if previous is None:
            return True
        try:
            return equal(
                self.change.after.value(previous[1], chain.position), self.change.after.value(side, chain.position)
            )
        except FAILURES:
            return False

    def is_computed(self, key: Key, position: Position) -> bool:
        return is_derived(key) or self.old.definition(key, position) is not None

    def note(self, chain: ChainRead, place: int, why: str) -> None:
        side = chain.sides[place].side
        if any(word.text[0].isdecimal() for word in side.words):
            line = side.place[0]
            self.result.unaligned.append(f"{side.formula.source.shown}:{line}: {side.latex} ({why})")

    # Writing

    def write(self, chain: ChainRead, place: int, old: Term, new: Term) -> None:
        """The numerals that changed, put in where they stand."""
        tree = chain.sides[place].tree
        assert tree is not None
        if chain.sides[place].side.formula.source is not self.article.source:
            self.note(chain, place, tell("renumbering.other_file"))
            return
        spots = list(numerals(tree))
        olds, news = ([node.args[0] for node in walk(term) if node.head == "number"] for term in (old, new))
        if not len(spots) == len(olds) == len(news):
            self.note(chain, place, tell("renumbering.not_told_apart"))
            return
        for (start, has_sign), before, after in zip(spots, olds, news, strict=True):
            if before != after:
                self.replace(start, has_sign, after)

    def replace(self, start: int, signed: bool, after: str) -> None:
        text = self.article.source.text
        match = NUMERAL.match(text, start)
        if match is None or start in self.edits:
            return
        before = text[max(start - BEFORE, 0) : start].rstrip()
        opens = before.endswith(("(", "[", "{", "&", "=", ",", "}", r"\approx", r"\\")) and not re.search(
            r"\\end\{\w+\}$|\d\}$|\)\}?$", before
        )
        shown = after.replace(".", "{,}") if self.article.decimal_comma else after
        self.edits[start] = (match.end(), shown if not after.startswith("-") or opens else f"({shown})")

    # Claims in words

    def claims(self) -> None:
        """Sentences near a changed formula that speak of signs and sizes, and numbers in prose that stood in the
        formulas."""
        text = self.article.source.text
        lines = {
            line + k
            for start in self.edits
            for line in (self.article.source.place(start)[0],)
            for k in (-2, -1, 0, 1, 2)
        }
        gone = {text[start : self.edits[start][0]].lstrip("-") for start in self.edits}
        formulas = [formula for formula in self.article.formulas if formula.source is self.article.source]
        inside = [
            edge for formula in formulas for edge in (formula.start, formula.end)
        ]  # in order: an odd number of edges before a place is a formula
        for match in CLAIMS.finditer(text):
            line = self.article.source.place(match.start())[0]
            if bisect_right(inside, match.start()) % 2 == 0 and line in lines:
                self.result.claims.append(f"{self.article.source.shown}:{line}: {sentence(text, match.start())}")
        for match in re.finditer(r"(?<![\w.])\d+\.\d+(?![\w.])", text):
            if match[0] in gone and bisect_right(inside, match.start()) % 2 == 0:
                self.result.claims.append(
                    f"{self.article.source.shown}:{self.article.source.place(match.start())[0]}: "
                    f"{sentence(text, match.start())}"
                )


def sentence(text: str, at: int) -> str:
    """The stretch of a line around a place."""
    begin, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
    return " ".join(text[max(begin, at - 60) : min(end if end >= 0 else len(text), at + 60)].split())


def numerals(tree: Tree) -> Iterator[tuple[int, bool]]:
    """Where the numerals of a tree stand, in order, and whether a sign belongs to them."""
    if tree.head == "u-" and (first := leading(tree.args[0])):
        yield tree.start, True
        yield from (spot for spot in numerals(tree.args[0]) if spot[0] != first.start)
    elif tree.head == "number":
        yield tree.start, False
    else:
        for arg in tree.args:
            for part in arg if isinstance(arg, tuple) else (arg,):
                if isinstance(part, Tree):
                    yield from numerals(part)


def leading(tree: Tree) -> Tree | None:
    """The numeral with which a product begins."""
    while tree.head in PRODUCTS:
        tree = tree.args[0]
    return tree if tree.head == "number" else None
