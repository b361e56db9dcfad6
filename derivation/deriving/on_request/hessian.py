"""All second derivatives of a small network's loss, one of them worked, and what the eigenvalues' signs are where they
are certain."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping
from functools import reduce
from itertools import pairwise
from math import prod

from flint import arb_mat, fmpq, fmpq_mat

from derivation.deriving.on_request.common import NoView, learnt, loss_of, parameter_entries, unrounded
from derivation.deriving.on_request.jets import Jet, Jets
from derivation.deriving.partials import entry
from derivation.deriving.reach import Entry
from derivation.deriving.workbook import Workbook
from derivation.formulas.arrays import Array
from derivation.formulas.calculus.evaluate import evaluate
from derivation.formulas.calculus.reverse import gradients
from derivation.formulas.calculus.simplify import simplify
from derivation.formulas.numbers import Number, Undefined, is_positive, middle
from derivation.formulas.operations import heads
from derivation.formulas.terms import Term, name, names, number, partial
from derivation.networks.keys import expression
from derivation.networks.walkthrough import Phase, Reason, Step
from derivation.words.telling import tell

MOST_ENTRIES = 12
MOST_ON_THE_WAY = 300
"""Entries of any quantity between the parameters and the loss."""
LONGEST_SUM = 4


def hessian(workbook: Workbook) -> Phase:
    """The second derivatives of the loss by all entries of all parameters; `NoView` beyond `MOST_ENTRIES` entries.

    One entry is worked by the rule of the second derivative of a composition, whose first part is the Gauss-Newton
    matrix: Goodfellow, Bengio, Courville, Deep Learning (2016), section 4.3.1; Schraudolph, Fast curvature
    matrix-vector products (2002), section 3.
    """
    loss = loss_of(workbook, "hessian")
    unrounded(workbook.network, "hessian")
    entries = parameter_entries(workbook)
    if len(entries) > MOST_ENTRIES:
        sizes = ", ".join(f"{key} {len(workbook.network.parameters[key].entries)}" for key in workbook.network.moved)
        raise NoView(tell("views.hessian_of_many", most=MOST_ENTRIES, count=len(entries), sizes=sizes))
    long = next(
        (
            key
            for key in workbook.network.equations
            if key in workbook.network.active and prod(workbook.network.shapes[key]) > MOST_ON_THE_WAY
        ),
        None,
    )
    if long:
        count = prod(workbook.network.shapes[long])
        raise NoView(tell("views.hessian_of_long", most=MOST_ON_THE_WAY, key=long, count=count))
    terms = [of for of, _ in learnt(workbook, loss, entries)]
    jets = _jets(workbook, entries)
    pairs = [(i, j) for i in range(len(entries)) for j in range(i, len(entries))]
    for i, j in pairs:
        workbook.known[second(loss, terms[i], terms[j])] = Array.scalar(jets[loss].entries[0].bend(i, j))
    bends = [[jets[loss].entries[0].bend(i, j) for j in range(len(entries))] for i in range(len(entries))]
    notes = _curvature(bends)
    heading = Reason("hessian")
    steps = [
        Step(
            second(loss, terms[i], terms[j]), heading, workbook.recall(second(loss, terms[i], terms[j])), 1, None, notes
        )
        for i, j in pairs
    ]
    return Phase(
        "hessian",
        (*steps, *_worked(workbook, loss, terms, jets, sorted(pairs, key=lambda pair: _plainness(bends, pair)))),
    )


def second(of: Term, by: Term, then: Term) -> Term:
    """The second derivative of a scalar quantity or entry by two others."""
    return Term("second", (of, by, then))


def _jets(workbook: Workbook, variables: list[Entry]) -> dict[Term, Array]:
    """Every active quantity as jets in these variables; a variable that has an equation counts as given."""
    network, found = workbook.network, dict[Term, Array]()
    for key in (*network.parameters, *network.data, *network.equations):
        if key not in network.active:
            continue
        array = (
            _curved(network.equations[key], found) if key in network.equations else workbook.known[name(key)].map(Jet)
        )
        own = {array.offset(where or (0,)): count for count, (of, where) in enumerate(variables) if of == key}
        found[name(key)] = Array(
            array.shape, tuple(Jet.variable(x.value, own[k]) if k in own else x for k, x in enumerate(array.entries))
        )
    return found


def _curved(equation: Term, found: Mapping[Term, Array]) -> Array:
    try:
        return evaluate(equation, found, Jets)
    except Undefined as problem:
        where = expression(problem.term or equation)
        raise NoView(tell("views.hessian_undefined", what=problem.message, where=where)) from None


def _plainness(bends: list[list[Number]], pair: tuple[int, int]) -> tuple[bool, bool, Number]:
    """Sorts mixed derivatives that are not 0 to the front, large ones first: there rounding shows least."""
    i, j = pair
    return bends[i][j] == 0, i == j, -abs(middle(bends[i][j]))


def _worked(
    workbook: Workbook, loss: Term, terms: list[Term], jets: dict[Term, Array], pairs: list[tuple[int, int]]
) -> Iterator[Step]:
    """One entry in full, where there is a formula short enough for it."""
    for i, j in pairs:
        by, then = terms[i], terms[j]
        formula = _direct(workbook, loss, by, then) or _composed(workbook, loss, terms, jets, (i, j))
        if formula is not None:
            quantity = second(loss, by, then)
            reason = Reason(
                "second_direct"
                if not any(node.head == "partial" for node in formula.children or (formula,))
                and formula.head != heads.ADD
                else "second_composed"
            )
            yield Step(quantity, Reason("worked_hessian"), workbook.chain(quantity, [formula]), 0, reason)
            return


def _direct(workbook: Workbook, loss: Term, by: Term, then: Term) -> Term | None:
    """Where the loss is an equation in the parameters themselves: its equation differentiated twice."""
    equation = workbook.network.equations[loss.args[0]]
    if (
        not set(names(equation)) <= {*workbook.network.parameters, *workbook.network.data}
        or by.head != "name"
        or then.head != "name"
    ):
        return None
    once = gradients(equation, equation, number(1), {by.args[0]}, workbook.shapes)[by.args[0]]
    return gradients(once, once, number(1), {then.args[0]}, workbook.shapes).get(then.args[0], number(0))


def _composed(
    workbook: Workbook, loss: Term, terms: list[Term], jets: dict[Term, Array], pair: tuple[int, int]
) -> Term | None:
    """Through what the loss is a function of: sum of d2L/do do' do/da do'/db, and of dL/do d2o/da db."""
    network = workbook.network
    operands = [key for key in names(network.equations[loss.args[0]]) if key not in network.data]
    inside = {consumer for key in operands for consumer in network.consumers[key] if consumer in network.active}
    if inside != {loss.args[0]} or any(key in network.parameters for key in operands):
        return None
    outputs = [(key, place) for key in operands for place in workbook.known[name(key)].places]
    local = _jets(workbook, outputs)[loss].entries[0]
    (i, j), (by, then) = pair, (terms[pair[0]], terms[pair[1]])
    ends = [(entry(*output), jets[name(output[0])][output[1] or (0,)]) for output in outputs]
    for k, (o, jet) in enumerate(ends):
        values = {
            partial(o, by): jet.slope(i),
            partial(o, then): jet.slope(j),
            second(o, by, then): jet.bend(i, j),
            partial(loss, o): local.slope(k),
        }
        values |= {second(loss, o, other): local.bend(k, m) for m, (other, _) in enumerate(ends)}
        workbook.known |= {term: Array.scalar(x) for term, x in values.items()}
    products = [second(loss, o, other) * partial(o, by) * partial(other, then) for o, _ in ends for other, _ in ends]
    products += [partial(loss, o) * second(o, by, then) for o, _ in ends]
    if len(products) > 2:
        products = [product for product in products if evaluate(product, workbook.known).entries[0] != 0]
    return simplify(reduce(operator.add, products), workbook.shapes) if 0 < len(products) <= LONGEST_SUM else None


def _curvature(bends: list[list[Number]]) -> tuple[Reason, ...]:
    """How many eigenvalues are positive, negative and zero, by Descartes' rule of signs, which is exact where all roots
    are real (Horn, Johnson, Matrix Analysis (2013), section 4.2); else whether a 2 x 2 minor shows both signs. Nothing
    where it is not certain."""
    size = len(bends)
    if all(isinstance(x, fmpq) for row in bends for x in row):
        polynomial = [fmpq_mat(bends).charpoly()[k] for k in range(size + 1)]
    else:
        polynomial = [arb_mat(bends).charpoly()[k] for k in range(size + 1)]
    signs = [_sign(x) for x in polynomial]
    if None not in signs:
        zero = next(k for k, sign in enumerate(signs) if sign)
        kept = [sign for sign in signs if sign]
        positive = sum(a != b for a, b in pairwise(kept))
        negative = size - zero - positive
        key = (
            "indefinite"
            if positive and negative
            else "definite"
            if not zero
            else "semidefinite"
            if positive or negative
            else "flat"
        )
        side = "positive" if positive else "negative"
        return (
            Reason(
                f"hessian_{key}",
                {"positive": str(positive), "negative": str(negative), "zero": str(zero), "side": side},
            ),
        )
    minors = (bends[i][i] * bends[j][j] - bends[i][j] * bends[i][j] for i in range(size) for j in range(i))
    return (Reason("hessian_both_signs"),) if any(_sign(minor) == -1 for minor in minors) else ()


def _sign(x: Number) -> int | None:
    """The sign where it is certain."""
    if isinstance(x, fmpq):
        return is_positive(x) - is_positive(-x)
    return 1 if x > 0 else -1 if x < 0 else None
