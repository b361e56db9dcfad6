"""The Jacobian of a named quantity by everything before it, from its own equation backwards: matrices multiply along
the way."""

from __future__ import annotations

import operator
from functools import reduce

from derivation.deriving.on_request.common import NoView, unrounded
from derivation.deriving.on_request.linear import matrix_of, product
from derivation.deriving.workbook import Workbook
from derivation.formulas.arrays import Array, describe
from derivation.formulas.calculus.evaluate import evaluate
from derivation.formulas.calculus.reverse import gradients
from derivation.formulas.language.shapes import Shapes
from derivation.formulas.operations import heads
from derivation.formulas.terms import Term, name, number, partial, walk
from derivation.networks.network import Network
from derivation.networks.walkthrough import Phase, Reason, Step
from derivation.words.telling import tell

LONGEST = 12
"""Entries of a vector up to which a Jacobian is printed by it."""


def jacobian(key: str, workbook: Workbook) -> Phase:
    r"""The Jacobians of the quantity `key` (n entries) by each vector and number before it (m entries): n x m, entry
    (i, j) is the derivative of entry i by entry j, written `\partial h / \partial x^\top`. `NoView` where the quantity
    is no vector or too long.

    Each is the sum, over the equations that use the source, of the Jacobian by their result times that of the equation
    itself. Source: Magnus, Neudecker, Matrix Differential Calculus (2019), chapter 5; Goodfellow, Bengio, Courville
    (2016), section 6.5.2.
    """
    sources = _sources(workbook.network, key)
    before = workbook.network.behind(key)
    steps = []
    for number_of, source in enumerate(sources, 1):
        users = [
            user for user in workbook.network.consumers[source] if user in before and (user == key or user in sources)
        ]
        steps.append(_step(workbook, key, source, users, number_of))
    return Phase("jacobian", tuple(steps))


def by_entries(key: str, source: str, shapes: Shapes) -> Term:
    """The Jacobian of one quantity by another as a quantity with a name of its own."""
    return partial(name(key), name(source) if shapes.of(name(source)) == () else name(source).T)


def _sources(network: Network, key: str) -> list[str]:
    """The vectors and numbers that a quantity depends on through vectors and numbers, nearest first; `NoView` where
    there is nothing to print."""
    if key not in network.equations:
        raise NoView(tell("views.jacobian_of_nothing", key=key, known=", ".join(network.equations)))
    unrounded(network, "jacobian")
    if not _is_column(network, key):
        raise NoView(tell("views.jacobian_of_matrix", key=key, shape=describe(network.shapes[key])))
    found = [key]
    for result in reversed(list(network.equations)):
        if result in found:
            operands = {node.args[0] for node in walk(network.equations[result]) if node.head == "name"}
            found += [
                operand
                for operand in network.shapes
                if operand in operands and operand not in found and _is_column(network, operand)
            ]
    order = {other: place for place, other in enumerate((*network.data, *network.parameters, *network.equations))}
    long = next((other for other in found if len(_places(network, other)) > LONGEST), None)
    if long:
        raise NoView(tell("views.jacobian_of_long", most=LONGEST, key=long, count=len(_places(network, long))))
    if len(found) == 1:
        raise NoView(tell("views.jacobian_by_nothing", key=key))
    return sorted(found[1:], key=lambda other: -order[other])


def _is_column(network: Network, key: str) -> bool:
    shape = network.shapes[key]
    return not shape or shape[1] == 1


def _places(network: Network, key: str) -> range:
    shape = network.shapes[key]
    return range(shape[0] * shape[1] if shape else 1)


def _step(workbook: Workbook, key: str, source: str, users: list[str], count: int) -> Step:
    """One Jacobian: its formula where there is one, else its value."""
    quantity = by_entries(key, source, workbook.shapes)
    parts, formulas = [], []
    for user in users:
        local = _local(workbook, user, source)
        onward = by_entries(key, user, workbook.shapes)
        parts.append(
            local
            if user == key
            else evaluate(_times(workbook.known[onward], local), {name("J"): workbook.known[onward], name("K"): local})
        )
        formula = matrix_of(workbook.network.equations[user], user, source, workbook.shapes)
        formulas.append(formula if user == key or formula is None else product(onward, formula, workbook.shapes))
    workbook.known[quantity] = reduce(lambda a, b: a.zip(lambda x, y: x + y, b), parts)
    kept = [formula for formula in formulas if formula is not None]
    lines = (
        workbook.chain(quantity, [reduce(operator.add, kept)])
        if len(kept) == len(formulas)
        else workbook.recall(quantity)
    )
    kind = "sum" if len(users) > 1 else "local" if users == [key] else "chain"
    about: dict[str, Term | tuple[Term, ...] | str] = {
        "quantity": name(key),
        "source": name(source),
        "users": tuple(map(name, users)),
    }
    return Step(quantity, Reason("jacobian", about), lines, count, Reason(f"jacobian_{kind}", about))


def _times(left: Array, right: Array) -> Term:
    return Term(heads.MATMUL if left.shape and right.shape else heads.TIMES, (name("J"), name("K")))


def _local(workbook: Workbook, result: str, source: str) -> Array:
    """One equation's Jacobian, its rows learnt from the reverse rules at unit upstream gradients."""
    shape = workbook.network.shapes[result]
    units = [Term("unit", (*shape, k, 0)) for k in range(shape[0])] if shape else [number(1)]
    equation = workbook.network.equations[result]
    rows = [
        evaluate(gradients(equation, name(result), unit, {source}, workbook.shapes)[source], workbook.known).entries
        for unit in units
    ]
    return Array.of_rows([list(row) for row in rows]) if len(rows) * len(rows[0]) > 1 else Array.scalar(rows[0][0])
