"""The checker: which equality of an article is wrong.

find -> tokens -> chains -> reading (with the article's own vocabulary) -> knowledge -> judge
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import compress
from operator import attrgetter
from pathlib import Path

from derivation.checking.facts.constants import formulas_of_constants
from derivation.checking.facts.facts import Facts
from derivation.checking.facts.failures import Mismatch
from derivation.checking.facts.knowledge import ChainRead, Gathering, chains, quantity
from derivation.checking.facts.lessons import Restated
from derivation.checking.facts.meaning import Meaning
from derivation.checking.facts.meter import Exhausted, Meter
from derivation.checking.facts.numerals import Numerals
from derivation.checking.facts.position import Position
from derivation.checking.facts.quantity import Key, is_updated
from derivation.checking.facts.sets import is_explicit, shape_of_set
from derivation.checking.facts.stated import Rule, Stated
from derivation.checking.judging.judge import Judge
from derivation.checking.judging.verdicts import ALL_ALLOWANCES, Allowance, Equality, Report
from derivation.checking.reading import prose
from derivation.checking.reading.chains import clauses
from derivation.checking.reading.clauses import Chain, Clause, Declaration, Side
from derivation.checking.reading.congruences import is_modular
from derivation.checking.reading.forms import read
from derivation.checking.reading.infixed import prefixed
from derivation.checking.reading.macros import MAXIMAL_MADE, Expansion, collect
from derivation.checking.reading.packages import unpacked
from derivation.checking.reading.plain import plain
from derivation.checking.reading.spelled import has_decimal_commas, has_name_e, numerals, parted
from derivation.checking.reading.symbols import Vocabulary
from derivation.checking.reading.tokens import Token, Unreadable, tokens
from derivation.checking.reading.trees import Tree, nodes
from derivation.checking.reading.units import are_spaced, with_units
from derivation.checking.reading.vocabulary import gather
from derivation.checking.sources.find import WORKBOOKS, find, find_in_text, opened, source
from derivation.checking.sources.source import Formula, Heading, Part, Source, Unread, UnreadableArticle
from derivation.formulas.arrays import Shape, describe
from derivation.formulas.precision import working_precision
from derivation.words.telling import tell

__all__ = ["Article", "Equality", "Report", "UnreadableArticle", "check", "check_text"]

PRECISION = 256
"""Bits of the balls in which irrational numbers are compared: equal means equal to 40 digits."""
HYPOTHESIS = re.compile(r"\b(?:if|when|whenever|unless|whether|wenn|falls|otherwise,?|sonst)\s*\$?\Z", re.IGNORECASE)
"""Words before a formula that make it a condition, which claims nothing."""
RENAMED = 2
"""Names given another meaning in a later section, from which on an article is taken to do so as a rule: fewer are
mistakes."""
OPERANDS = 1
"""Results worked with hidden digits, beyond which an article is taken to do so as a rule."""
ARRAYS = frozenset([r"\top", r"\odot", r"\mathbf", r"\boldsymbol", r"\vec", r"\otimes", r"\mathbb"])


def check(path: str, in_text: bool = False) -> Report:
    """The verdicts for the article in a file; `UnreadableArticle` where there is none to read. The equalities that stand
    plainly in its text are judged if it has no formulas, or `in_text` asks for them."""
    if Path(path).suffix.lower() in WORKBOOKS:
        from derivation.checking.sheets.report import checked

        return checked(path)
    return judged(opened(path), in_text)


def check_text(text: str, path: str = "article.md", in_text: bool = False) -> Report:
    """The verdicts for an article given as text; the ending of `path` says of what kind it is.

    >>> check_text("$x = 2$ and $x^2 = 5$").wrong[0].why
    '4, not 5'
    """
    return judged(source(path, text), in_text)


def judged(article: Source, in_text: bool = False) -> Report:
    """Every equality of an article with its verdict."""
    with working_precision(PRECISION):
        return Article(article, find_in_text(article, in_text)).report()


class Article:
    """An article as the checker understands it: statements, vocabulary, what they say, and the world they describe."""

    def __init__(self, article: Source, parts: Sequence[Part] | None = None) -> None:
        self.source = article
        self.parts = find(article) if parts is None else parts
        self.formulas = [part for part in self.parts if isinstance(part, Formula)]
        self.clauses: list[Clause] = []
        self.sections: list[int] = []
        self.words: list[Sequence[Token]] = []
        self.shown: dict[Formula, Sequence[Token]] = {}
        """The tokens of each formula, as far as they could be told apart."""
        self.unread: list[tuple[Formula, Unreadable]] = []
        self._state()
        self.vocabulary: Vocabulary = gather(self.clauses, self.words)
        self.chains: list[ChainRead] = list(chains(self.clauses, self.vocabulary))
        gathering = Gathering(self.vocabulary, self.chains)
        self._declare(gathering)
        for key, statement in formulas_of_constants(gathering.values, gathering.formulas):
            gathering.formulas[key].append(statement)
        self.knowledge = gathering.knowledge(self.sections, self._is_scalar())
        self.numerals = Numerals(self.knowledge.values, self.chains)

    def _state(self) -> None:
        sources = dict.fromkeys([self.source, *(part.source for part in self.parts)])
        self.letters = sum(len(source.text) for source in sources)
        macros = Expansion(collect(sources), MAXIMAL_MADE + self.letters)
        before: dict[bool, Chain | None] = {}  # by whether it is displayed: a display goes on with a display
        section = 0
        modular = is_modular(source.text for source in sources)
        named_e = has_name_e(part.text for part in self.formulas)
        self.decimal_comma = has_decimal_commas(part.text for part in self.formulas)
        spaced = are_spaced(part.text for part in self.formulas)
        for part in self.parts:
            if isinstance(part, Unread):
                continue
            if isinstance(part, Heading):
                before, section = {}, section + 1
                continue
            try:
                self.shown[part] = scanned = scan(part)
                expanded = unpacked(macros.expand(parted(scanned) if named_e else scanned))
                self.shown[part] = spelled = prefixed(plain(expanded))
                words = with_units(numerals(spelled, self.decimal_comma), spaced)
            except Unreadable as problem:
                self.unread.append((part, problem))
                continue
            self.words.append(words)
            if HYPOTHESIS.search(part.source.text[max(part.start - 20, 0) : part.start].rstrip("$([\\")):
                continue
            for clause in clauses(part, words, before.get(True) or before.get(False), modular):
                self.clauses.append(clause)
                self.sections.append(section)
                before[part.display] = clause if isinstance(clause, Chain) else None
        claims = [not isinstance(clause, Chain) or bool(clause.relations) for clause in self.clauses]
        self.clauses = list(compress(self.clauses, claims))
        self.sections = list(compress(self.sections, claims))

    def _declare(self, gathering: Gathering) -> None:
        for place, clause in enumerate(self.clauses):
            if isinstance(clause, Declaration):
                keys = []
                for part in clause.parts:
                    try:
                        key = quantity(read(part, self.vocabulary))
                    except Unreadable:
                        continue
                    if key:
                        keys.append(key)
                gathering.declare(Position(place), clause, keys)

    def _is_scalar(self) -> bool:
        """Whether there is no array in it."""
        return not any(
            word.text in ARRAYS or word.text.startswith((r"\begin{pm", r"\begin{bm", r"\begin{array", r"\begin{sm"))
            for words in self.words
            for word in words
        )

    def facts(self, put_in: Sequence[Restated] = ()) -> Facts:
        """The article's facts before anything is judged; a second look knows from the first which values were put in
        for others."""
        knowledge, numerals = self.knowledge, self.numerals
        if put_in:
            knowledge = knowledge.with_values((lesson.about, lesson.statement) for lesson in put_in)
            numerals = Numerals(knowledge.values, self.chains)
        stated = Stated(knowledge, numerals, Meter(self.letters))
        facts = Facts(stated)
        rules = self._rules(facts)
        return Facts(replace(stated, rules=rules)) if rules else facts

    def _rules(self, facts: Facts) -> list[Rule]:
        found: list[Rule] = []
        for key, statements in self.knowledge.formulas.items():
            theta = self.knowledge.symbols.get(key.of) if is_updated(key) else None
            if theta and not self.knowledge.values.get(theta.key) and not self.knowledge.formulas.get(theta.key):
                rules = [Rule(theta, statement) for statement in statements if has_derivative(statement.tree)]
                found += rules if rules and is_unknown(facts, theta.key) else ()
        return sorted(found, key=attrgetter("position"))

    def judged(self) -> tuple[list[Equality], Facts]:
        """The verdicts on all pairs, and the facts once they are known. A first look finds out whether the article
        rounds; where it does so only here and there, a second judges by that."""
        equalities, facts = self.judged_by(self.facts(), ALL_ALLOWANCES)
        allowed = self.habits(equalities)
        if all(equality.needed <= allowed for equality in equalities):
            return equalities, facts
        put_in, known = facts.restated
        return self.judged_by(self.facts(put_in[:known]), allowed)

    def judged_by(self, facts: Facts, allowed: frozenset[Allowance]) -> tuple[list[Equality], Facts]:
        """The verdicts where these are allowed."""
        equalities = list[Equality]()
        for link, ruling in Judge(facts, self.chains, allowed).rulings():
            equalities.append(ruling.equality)
            facts = link.context.after(ruling.lessons).facts
        return equalities, facts

    def habits(self, equalities: Sequence[Equality]) -> frozenset[Allowance]:
        """What the article is allowed: what it does as a rule."""
        return habits(equalities)

    def report(self) -> Report:
        """The verdicts."""
        return self.reported(*self.judged())

    def reported(self, equalities: Sequence[Equality], facts: Facts) -> Report:
        """The report on these verdicts, by the facts once they are known."""
        wrong, holding = self._declarations(facts)
        unread = [equality for formula, problem in self.unread for equality in as_undecided(formula, problem)]
        merged = sorted(
            [*equalities, *wrong, *unread], key=lambda equality: (equality.source.path, equality.right.start)
        )
        unread_parts = [part for part in self.parts if isinstance(part, Unread)]
        return Report(self.source, merged, self.formulas, holding, self.shown, unread_parts)

    def _declarations(self, facts: Facts) -> tuple[list[Equality], int]:
        r"""The declarations `x \in R^n` that do not hold, and how many do."""
        wrong, holding = [], 0
        for key, rows in self.knowledge.sets.items():
            for position, declaration in rows:
                statement = facts.value_statement(key, position)
                shape = self._known_shape(facts, key, position)
                wanted = shape_of_set(declaration, facts.whole_number)
                if (
                    shape is None
                    or wanted is None
                    or shape == wanted
                    or not is_explicit(declaration, facts.whole_number)
                    or facts.is_reused(key, position)
                ):
                    holding += 1
                    continue
                line = statement.read.side.place[0] if statement else 0
                code = "report.other_set_in_line" if line else "report.other_set"
                wrong.append(
                    Equality(
                        declaration.names,
                        declaration.set,
                        "∈",
                        "wrong",
                        "definition",
                        tell(code, quantity=key, found=describe(shape), line=line, declared=describe(wanted)),
                        at=declaration.set.start,
                    )
                )
        return wrong, holding

    @staticmethod
    def _known_shape(facts: Facts, key: Key, position: Position) -> Shape | None:
        """The shape of a quantity's value or formula, whatever sets are declared."""
        statement = facts.value_statement(key, position)
        facts.meter.begin()
        try:
            if statement:
                return Meaning(facts, position).of(statement.tree)[1]
            defined = facts.definition(key, position)
        except (Unreadable, Mismatch, Exhausted, RecursionError):
            return None
        return defined[1] if defined else facts.declared_in_digits(key)


def scan(formula: Formula) -> list[Token]:
    """The tokens of a formula, or of an equality that stands plainly in a text."""
    return prose.tokens(formula.words) if formula.words else tokens(formula)


def as_undecided(formula: Formula, problem: Unreadable) -> Iterator[Equality]:
    """A formula whose tokens could not be told apart, as one equality of which nothing can be said; none where it
    equates nothing."""
    left, equals, _ = formula.text.partition("=")
    if equals and left.strip():
        middle = formula.start + len(left)
        first, second = (
            Side(formula, (Token(formula.source.text[a:b], a, b),))
            for a, b in ((formula.start, middle), (middle + 1, formula.end))
        )
        yield Equality(
            first, second, "=", "undecided", "arithmetic", tell("reading.not_read", why=problem.message), at=problem.at
        )


def has_derivative(tree: Tree) -> bool:
    """Whether a formula holds a derivative or gradient."""
    return any(node.head in ("nabla", "partial") for node in nodes(tree))


def is_unknown(facts: Facts, key: str) -> bool:
    """Whether nothing is said of a quantity's shape."""
    facts.meter.begin()
    try:
        return facts.shape(key, Position.START) is None
    except (Exhausted, RecursionError):
        return False


def habits(equalities: Sequence[Equality]) -> frozenset[Allowance]:
    """What an article's way of rounding may be granted: what it does as a rule, not what only a slip or two would
    need."""
    rounded = [equality for equality in equalities if equality.verdict == "rounded"]
    exact = sum(equality.verdict == "exact" and equality.kind != "definition" for equality in equalities)
    renamed = sum("renamed" in equality.needed and equality.kind == "definition" for equality in equalities)
    needed = {allowance: sum(allowance in equality.needed for equality in equalities) for allowance in ALL_ALLOWANCES}
    behind_equals = sum(equality.relation == "=" for equality in rounded)
    is_habit = {
        "inside": behind_equals * 8 > exact,
        "cut": needed["cut"] > 2 or behind_equals * 12 > exact,
        "renamed": renamed >= RENAMED,
        "operands": needed["operands"] > OPERANDS,
        "carried": needed["carried"] * 10 > len(rounded) or len(rounded) < 6,
    }
    return frozenset(allowance for allowance in ALL_ALLOWANCES if is_habit[allowance])
