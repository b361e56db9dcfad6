"""Backpropagation held against difference quotients, in certified arithmetic."""

from __future__ import annotations

from collections.abc import Iterator

from derivation.deriving.desk import Desk
from derivation.deriving.forward import kinks
from derivation.deriving.on_request.common import learnt, loss_of, parameter_entries
from derivation.deriving.reach import Entry
from derivation.deriving.worked import literal
from derivation.formulas.arrays import Array
from derivation.formulas.calculus.evaluate import Undefined, evaluate
from derivation.formulas.numbers import Number, Style, exact, is_positive
from derivation.formulas.terms import Term, index, name, names, number, walk
from derivation.networks.network import Network
from derivation.networks.walkthrough import Line, Phase, Reason, Step

INCREMENT = number("0.001")
MOST_ENTRIES = 12
"""Entries of all parameters together up to which each is checked; beyond, the first of each parameter."""
MORE_DIGITS, OF_THE_LOSSES = 3, 9
"""How many digits more are printed of the quotient, and of the losses, whose difference loses most of theirs."""
SHORT = Style(digits=3, exact_digits=6)


def gradient_check(desk: Desk) -> Phase:
    """(L(theta + h) - L(theta - h)) / 2h with h = 1/1000 beside the derivative, and the difference, for entries of each parameter.

    The difference is h^2 / 6 times a third derivative nearby where the loss is smooth.
    Source: Goodfellow, Bengio, Courville, Deep Learning (2016), section 11.5; CS231n, Gradient checks.
    """
    loss = loss_of(desk, "gradient-check")
    entries = parameter_entries(desk)
    if len(entries) > MOST_ENTRIES:
        entries = [next(entry for entry in entries if entry[0] == key) for key in desk.network.moved]
    found = zip(entries, learnt(desk, loss, entries), strict=True)
    return Phase("gradient_check", tuple(step for count, (place, terms) in enumerate(found, 1) for step in _checked(desk, loss, place, terms, count)))


def _checked(desk: Desk, loss: Term, place: Entry, terms: tuple[Term, Term], count: int) -> Iterator[Step]:
    """The quotient worked, the derivative, and how far they are apart."""
    of, by = terms
    heading = Reason("gradient_check", {"quantity": of})
    try:
        moved = [_moved(desk.network, place, sign) for sign in (exact("0.001"), exact("-0.001"))]
    except Undefined:
        yield Step(by, heading, desk.recall(by), count, None, (Reason("check_undefined", {"quantity": of}),))
        return
    ends = Term("shifted", (loss, of + INCREMENT)), Term("shifted", (loss, of - INCREMENT))
    style, fine = (_finer(desk.network.style, more) for more in (MORE_DIGITS, OF_THE_LOSSES))
    for end, there in zip(ends, moved, strict=True):
        desk.known[end] = there.known[loss]
        desk.literals[end] = literal(there.known[loss], fine, desk.network.page.elide)
    quotient = (ends[0] - ends[1]) / (number(2) * INCREMENT)
    apart = quotient - by
    crossed = _crossed(desk, moved)
    notes = (Reason("check_kink", {"entries": crossed}),) if crossed else ()
    distance = evaluate(apart, desk.known).entries[0]
    reason = "check_across" if crossed else "check_near" if _sign(distance) else "check_equal"
    yield Step(quotient, heading, desk.expression(quotient, style), count, Reason(reason), notes)
    yield Step(by, heading, _stated(desk, by, style), count)
    yield Step(apart, heading, _stated(desk, apart, SHORT), count)


def _finer(style: Style, more: int) -> Style:
    return Style(style.digits + more, style.exact_digits + more)


def _stated(desk: Desk, term: Term, style: Style) -> tuple[Line, ...]:
    """A quantity and its value, printed in a style of its own."""
    value = evaluate(term, desk.known)
    return desk.lines([(term, "quantity"), (literal(value, style, desk.network.page.elide), "value")], value, None)


def _moved(network: Network, place: Entry, by: Number) -> Desk:
    """The forward pass with one entry of one parameter moved."""
    key, where = place
    array = network.parameters[key]
    offset = array.offset(where or (0,))
    entries = (*array.entries[:offset], array.entries[offset] + by, *array.entries[offset + 1 :])
    desk = Desk(network.with_parameters({**network.parameters, key: Array(array.shape, entries)}))
    for result, term in network.equations.items():
        if result in network.active:
            desk.learn(name(result), term)
    return desk


def _crossed(desk: Desk, moved: list[Desk]) -> tuple[Term, ...]:
    """The quantities on different sides of a kink at the two ends or in the middle."""
    found: list[Term] = []
    for term in (term for key, term in desk.network.equations.items() if key in desk.network.active):
        for node in walk(term):
            here = kinks(desk, node)
            if here is None:
                continue
            operand = next((child for child in node.children if names(child)), node)
            columns = zip(*(distances.entries for distances in (here, *(kinks(other, node) or here for other in moved))), strict=True)
            for place, column in zip(here.places, columns, strict=True):
                if len({_sign(x) for x in column}) > 1:
                    found.append(index(operand, *place) if place and operand.head == "name" and desk.shapes.of(operand) else operand)
    return tuple(dict.fromkeys(found))


def _sign(x: Number) -> int:
    return is_positive(x) - is_positive(-x)
