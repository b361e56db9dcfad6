"""Backpropagation held against difference quotients, in certified arithmetic."""

from __future__ import annotations

from collections.abc import Iterator

from derivation.deriving.arithmetic import literal
from derivation.deriving.forward import kinks
from derivation.deriving.on_request.common import learnt, loss_of, parameter_entries, unrounded
from derivation.deriving.reach import Entry
from derivation.deriving.workbook import Workbook
from derivation.formulas.arrays import Array
from derivation.formulas.calculus.evaluate import evaluate
from derivation.formulas.decimals import Style
from derivation.formulas.numbers import Number, Undefined, exact, is_positive
from derivation.formulas.terms import Term, index, name, names, number, walk
from derivation.networks.walkthrough import Line, Phase, Reason, Step

INCREMENT = number("0.001")
MOST_ENTRIES = 12
"""Entries of all parameters together up to which each is checked; beyond, the first of each parameter."""
MORE_DIGITS, OF_THE_LOSSES = 3, 9
"""How many digits more are printed of the quotient, and of the losses, whose difference loses most of theirs."""
SHORT = Style(digits=3, exact_digits=6)


def gradient_check(workbook: Workbook) -> Phase:
    """(L(theta + h) - L(theta - h)) / 2h with h = 1/1000 beside the derivative, and the difference, for entries of each
    parameter.

    The difference is h^2 / 6 times a third derivative nearby where the loss is smooth.
    Source: Goodfellow, Bengio, Courville, Deep Learning (2016), section 11.5; CS231n, Gradient checks.
    """
    loss = loss_of(workbook, "gradient-check")
    unrounded(workbook.network, "gradient-check")
    entries = parameter_entries(workbook)
    if len(entries) > MOST_ENTRIES:
        entries = [next(entry for entry in entries if entry[0] == key) for key in workbook.network.moved]
    found = zip(entries, learnt(workbook, loss, entries), strict=True)
    return Phase(
        "gradient_check",
        tuple(
            step
            for count, (place, terms) in enumerate(found, 1)
            for step in _checked(workbook, loss, place, terms, count)
        ),
    )


def _checked(workbook: Workbook, loss: Term, place: Entry, terms: tuple[Term, Term], count: int) -> Iterator[Step]:
    """The quotient worked, the derivative, and how far they are apart."""
    of, by = terms
    heading = Reason("gradient_check", {"quantity": of})
    try:
        moved = [_moved(workbook, place, sign) for sign in (exact("0.001"), exact("-0.001"))]
    except Undefined:
        yield Step(by, heading, workbook.recall(by), count, None, (Reason("check_undefined", {"quantity": of}),))
        return
    ends = Term("shifted", (loss, of + INCREMENT)), Term("shifted", (loss, of - INCREMENT))
    style, fine = (_finer(workbook.network.style, more) for more in (MORE_DIGITS, OF_THE_LOSSES))
    for end, there in zip(ends, moved, strict=True):
        workbook.known[end] = there.known[loss]
        workbook.literals[end] = literal(there.known[loss], fine, workbook.network.page.elide)
    quotient = (ends[0] - ends[1]) / (number(2) * INCREMENT)
    apart = quotient - by
    crossed = _crossed(workbook, moved)
    notes: tuple[Reason, ...] = (Reason("check_kink", {"entries": crossed}),) if crossed else ()
    notes += (Reason("check_held"),) if workbook.network.held else ()
    distance = evaluate(apart, workbook.known).entries[0]
    reason = "check_across" if crossed else "check_near" if _sign(distance) else "check_equal"
    yield Step(quotient, heading, workbook.expression(quotient, style), count, Reason(reason), notes)
    yield Step(by, heading, _stated(workbook, by, style), count)
    yield Step(apart, heading, _stated(workbook, apart, SHORT), count)


def _finer(style: Style, more: int) -> Style:
    return Style(style.digits + more, style.exact_digits + more)


def _stated(workbook: Workbook, term: Term, style: Style) -> tuple[Line, ...]:
    """A quantity and its value, printed in a style of its own."""
    value = evaluate(term, workbook.known)
    return workbook.lines(
        [(term, "quantity"), (literal(value, style, workbook.network.page.elide), "value")], value, None
    )


def _moved(still: Workbook, place: Entry, by: Number) -> Workbook:
    """The forward pass with one entry of one parameter moved; what counts as a constant stays."""
    network, (key, where) = still.network, place
    array = network.parameters[key]
    offset = array.offset(where or (0,))
    entries = (*array.entries[:offset], array.entries[offset] + by, *array.entries[offset + 1 :])
    workbook = Workbook(network.with_parameters({**network.parameters, key: Array(array.shape, entries)}))
    workbook.known.update({node: evaluate(node, still.known) for node in network.held})
    for result, term in network.equations.items():
        if result in network.active:
            workbook.assign(name(result), term)
    return workbook


def _crossed(workbook: Workbook, moved: list[Workbook]) -> tuple[Term, ...]:
    """The quantities on different sides of a kink at the two ends or in the middle."""
    found: list[Term] = []
    for term in (term for key, term in workbook.network.equations.items() if key in workbook.network.active):
        for node in walk(term):
            here = kinks(workbook, node)
            if here is None:
                continue
            operand = next((child for child in node.children if names(child)), node)
            columns = zip(
                *(distances.entries for distances in (here, *(kinks(other, node) or here for other in moved))),
                strict=True,
            )
            for place, column in zip(here.places, columns, strict=True):
                if len({_sign(x) for x in column}) > 1:
                    found.append(
                        index(operand, *place)
                        if place and operand.head == "name" and workbook.shapes.of(operand)
                        else operand
                    )
    return tuple(dict.fromkeys(found))


def _sign(x: Number) -> int:
    return is_positive(x) - is_positive(-x)
