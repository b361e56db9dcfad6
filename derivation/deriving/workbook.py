"""Where a derivation is worked: the known values, and chains written from them. A line that is not true cannot be
written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from math import prod

from flint import fmpq

from derivation.deriving.arithmetic import (
    LONGEST,
    arithmetic,
    assembled,
    conclusion,
    is_broad,
    is_elided,
    literal,
    negated,
    spelled,
)
from derivation.deriving.as_printed import as_printed, with_digits
from derivation.deriving.in_symbols import shapes_of
from derivation.formulas.arrays import Array
from derivation.formulas.calculus.evaluate import evaluate
from derivation.formulas.decimals import Style, Written, meant
from derivation.formulas.language.constants import is_itself
from derivation.formulas.numbers import TooLarge, Uncertain, Undefined, agreeing, settle, sharpened, within_reach
from derivation.formulas.operations import TABLE, heads
from derivation.formulas.terms import Term, is_literal, name, names, rebuild, walk
from derivation.networks.keys import expression, key_of
from derivation.networks.network import Network
from derivation.networks.update import PREFIX
from derivation.networks.walkthrough import FalseLine, Line, Reason, Relation, Role, Step
from derivation.words.telling import message_of, tell

WORKED = frozenset({"substitution", "arithmetic"})
SMALL = 64
"""Entries up to which an array is looked through for balls that are rationals; larger ones are reckoned with as they
come."""


class Workbook:
    """The values known so far of one network, by the term that names them."""

    def __init__(self, network: Network, carried: Mapping[Term, Array] | None = None) -> None:
        self.network = network
        self.shapes = shapes_of(network.names.shapes)
        self.known: dict[Term, Array] = {
            name(key): array for key, array in (*network.parameters.items(), *network.data.items())
        }
        self.literals: dict[Term, Term] = {}
        if network.update:
            self.known |= {name(f"{PREFIX}{key}"): array for key, array in network.update.constants.items()}
        if network.carry:
            self.known |= {name(key): self.known[name(key)].map(network.carry) for key in network.written}
        self.carried = carried or {}
        self.known |= self.carried

    def assign(self, quantity: Term, formula: Term) -> Array:
        """The quantity's value by its formula, remembered, rounded where results are carried rounded; `Undefined` names
        the quantity where it has none."""
        value, carry = self.assign_auxiliary(quantity, formula), self.network.carry
        if carry:
            self.known[quantity] = value.map(carry)
        return self.known[quantity]

    def assign_auxiliary(self, quantity: Term, formula: Term) -> Array:
        """As `assign`, for what is no result but serves one, as a local derivative does: it is never rounded."""
        try:
            value = settle(evaluate(formula, self.known))
            self.known[quantity] = (
                value.map(lambda x: sharpened(within_reach(x))) if prod(value.shape) <= SMALL else value
            )
            self.literals.pop(quantity, None)
        except TooLarge as problem:
            raise Undefined(problem.message, quantity, self.place_of(quantity)) from None
        except Undefined as problem:
            raise Undefined(self.missing(problem), quantity, self.place_of(quantity, problem.term)) from None
        except Uncertain as problem:
            raise Uncertain(tell("uncertain.within", what=message_of(problem), where=key_of(quantity))) from None
        return self.known[quantity]

    def missing(self, problem: Undefined) -> str:
        """What to say of a value that is missing: where in its formula, and that rounding may be to blame."""
        what = problem.message
        if problem.term:
            what = tell("undefined.within", what=what, where=expression(problem.term))
        return what if self.network.carry is None else tell("undefined.carried", what=what)

    def place_of(self, quantity: Term, within: Term | None = None) -> tuple[int, int] | None:
        """Where the equation stands that a quantity is defined by, or that a derivative goes back through; of several,
        the first that a part of it is in which has no value (`within`), else the first of all."""
        if quantity.head == "name":
            return self.network.places.get(quantity.args[0])
        users = self.network.consumers.get(names(quantity)[-1], ()) if quantity.head == "partial" else ()
        parts = {node for node in walk(within) if node.head in TABLE} if within else set()
        blamed = [user for user in users if parts & set(walk(self.network.equations[user]))]
        blamed += [
            user
            for user in users
            if within and any(node.head == within.head for node in walk(self.network.equations[user]))
        ]
        return next((self.network.places[user] for user in (*blamed, *users) if user in self.network.places), None)

    def is_rounded(self, quantity: Term) -> bool:
        """Whether a quantity's value was rounded before it is used."""
        return any(isinstance(entry, Written) and entry.rounds for entry in self.known[quantity].entries)

    def literal(self, array: Array) -> Term:
        """The array as printed on this network's page."""
        return literal(array, self.network.style, self.network.page.elide)

    def printed(self, quantity: Term) -> Term:
        """A known quantity as printed, made once."""
        found = self.literals.get(quantity)
        if found is None:
            found = self.literals[quantity] = self.literal(self.known[quantity])
        return found

    def conclusion(self, quantity: Term) -> Term:
        """A known quantity as printed at the end of its own chain."""
        return conclusion(self.known[quantity], self.network.style, self.network.page.elide)

    def put_in(self, formula: Term) -> Term:
        """The formula with numbers put in for every quantity."""
        return rebuild(formula, self.number_for)

    def number_for(self, node: Term) -> Term | None:
        """The literal that stands for a known quantity; for the transpose of one, its transpose."""
        if node in self.known:
            return self.printed(node)
        if node.head == "index":
            return self.literal(Array.scalar(self.known[node.args[0]][node.args[1:]]))
        if node.head == heads.NEG and node.args[0] in self.known and not self.known[node.args[0]].shape:
            return negated(self.printed(node.args[0]))
        if node.head == heads.TRANSPOSE and node.args[0] in self.known:
            return self.literal(self.known[node.args[0]].T)
        return None

    def statement(self, quantity: Term, *formulas: Term) -> tuple[Line, ...]:
        """A chain of symbols only."""
        return (Line(quantity, "=", "quantity"), *(Line(formula, "=", "formula") for formula in formulas))

    def recall(self, quantity: Term) -> tuple[Line, ...]:
        """A known quantity and its value, as it was given and as a decimal."""
        shown, written = self.conclusion(quantity), self.network.written.get(quantity.args[0])
        given = []
        if (
            written is not None
            and written != shown
            and not is_elided(shown)
            and not is_itself(quantity.args[0], written)
        ):
            given = [Line(written, "=", "substitution")]
        return (Line(quantity, "=", "quantity"), *given, Line(shown, _relation(shown), "value"))

    def measured(self, quantity: Term, title: Reason, number: int) -> Iterator[Step]:
        """The norm of a quantity of which only the corners are printed: with them it can be told from another."""
        if is_elided(self.printed(quantity)):
            norm = Term(heads.NORM, (quantity,))
            value = evaluate(norm, self.known)
            yield Step(
                norm, title, self.lines([(norm, "quantity"), (self.literal(value), "value")], value, None), number
            )

    def chain(
        self,
        quantity: Term,
        formulas: Iterable[Term],
        numbers: Term | None = None,
        reason: Reason | None = None,
        first: Iterable[Term] = (),
    ) -> tuple[Line, ...]:
        """quantity = formula = numbers put in = worked arithmetic = value. `numbers` is the formula that numbers are
        put into, `first` are those that they are put into before."""
        formulas = list(formulas)
        value = meant(self.known[quantity])
        terms: list[tuple[Term, Role]] = [(quantity, "quantity"), *((formula, "formula") for formula in formulas)]
        terms += [(self.put_in(formula), "substitution") for formula in first]
        terms += self.calculated(numbers or formulas[-1], self.network.style)
        terms.append((self.conclusion(quantity), "value"))
        return self.lines(terms, value, reason)

    def expression(self, formula: Term, style: Style | None = None) -> tuple[Line, ...]:
        """formula = numbers put in = worked arithmetic = value, where the formula has no name of its own; numbers may
        be printed in a style of their own."""
        value = settle(evaluate(formula, self.known))
        style = style or self.network.style
        last = literal(value, style, self.network.page.elide)
        return self.lines([(formula, "quantity"), *self.calculated(formula, style), (last, "value")], value, None)

    def calculated(self, formula: Term, style: Style) -> list[tuple[Term, Role]]:
        """The links between a formula and its value."""
        substituted = self.put_in(formula)
        if self.is_without_direction(formula):
            return [(substituted, "substitution")]
        elided = is_elided(substituted) or self.outgrows(formula)
        terms: list[tuple[Term, Role]] = [(term, "substitution") for term in self.shown(formula, substituted, elided)]
        if not elided and not is_literal(substituted):
            terms += [(term, "arithmetic") for term in _writable(arithmetic(substituted, style))]
        return terms

    def is_without_direction(self, formula: Term) -> bool:
        """Whether the direction of an array is asked for that is 0: it is 0 by convention, and not by arithmetic."""
        turned = (node.args[0] for node in walk(formula) if node.head == heads.UNIT_DIRECTION)
        return any(all(x == 0 for x in evaluate(of, self.known).entries) for of in turned)

    def outgrows(self, formula: Term) -> bool:
        """Whether short numbers make long arrays on the way, as a row does that stands once for each sample: entry by
        entry they are not worked."""
        return self.shapes.longest(formula) > max(self.network.page.elide, LONGEST)

    def shown(self, formula: Term, substituted: Term, elided: bool) -> Iterator[Term]:
        """Numbers put in, as they are shown: whole, or entry by entry where there is a sum or too much for one line;
        nothing where that is too much too."""
        is_sum, broad = _has_sum(formula), is_broad(substituted)
        entries = None if elided or not (is_sum or broad) else spelled(substituted)
        if entries is not None:
            yield assembled(entries)
        elif not (broad if elided else is_sum):
            yield substituted

    def lines(self, terms: list[tuple[Term, Role]], value: Array, reason: Reason | None) -> tuple[Line, ...]:
        """The links, each judged against the value as it is made; links that would read the same stand once."""
        lines: list[Line] = []
        for place, (term, role) in enumerate(terms):
            if place + 1 < len(terms) and terms[place + 1][0] == term:
                continue
            if term != terms[0][0]:  # that is the quantity itself, whose value this is
                self.judge(term, value)
            legible = with_digits(term, value, self.network.style.digits) if role in WORKED else term
            if legible is None:
                continue
            term = legible
            relation = (
                _relation(term)
                if not lines or not lines[-1].term.rounded or is_equal_as_printed(lines[-1].term, term)
                else "≈"
            )
            lines.append(Line(term, relation, role, reason if role == "formula" else None))
        return tuple(lines)

    def judge(self, term: Term, value: Array) -> None:
        """Certified arithmetic compares every link with the value, to 40 digits; SymPy's verdict comes on top of it."""
        found = evaluate(term, self.known)
        if not agreeing(found, value):
            raise FalseLine(tell("false_lines.false", line=term))


def _writable(steps: Iterator[Term]) -> Iterator[Term]:
    """The steps on the way as far as their numbers can be written: 1 / (1 + e^(10^300)) has a value, and no page for
    what stands below."""
    try:
        yield from steps
    except TooLarge:
        return


def _relation(term: Term) -> Relation:
    return "≈" if term.rounded else "="


def is_equal_as_printed(left: Term, right: Term) -> bool:
    """Whether two sides of numbers are equal just as they are printed, whatever has been rounded: 0.123 times 0 is 0.

    >>> from derivation.formulas.terms import number
    >>> third = Term("number", ("0.333",), Array.scalar(1))
    >>> is_equal_as_printed(third * number(0), number(0)), is_equal_as_printed(third * number(3), number(1))
    (True, False)
    """
    a, b = as_printed(left), as_printed(right)
    if a is None or b is None:
        return False
    return a.shape == b.shape and all(
        isinstance(x, fmpq) and isinstance(y, fmpq) and x == y for x, y in zip(a.entries, b.entries, strict=True)
    )


def _has_sum(formula: Term) -> bool:
    return any(node.head == heads.SUM for node in walk(formula))


def by_name(known: Mapping[Term, Array], terms: Mapping[str, Term]) -> dict[str, Array]:
    """The arrays of named terms."""
    return {key: known[term] for key, term in terms.items() if term in known}
