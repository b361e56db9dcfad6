"""Short ways back: a loss of p = softmax(z), say, has a derivative by z that is shorter than the one by p."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from derivation.deriving.in_symbols import fused, gradients, likelihoods, simplified
from derivation.deriving.workbook import Workbook
from derivation.formulas.calculus.evaluate import evaluate
from derivation.formulas.calculus.simplify import uncancelled
from derivation.formulas.numbers import Undefined
from derivation.formulas.operations import TABLE, heads
from derivation.formulas.terms import Term, name, names, number, partial, rebuild, walk
from derivation.networks.network import Network

LOGARITHMIC = frozenset({heads.LOG, heads.CROSS_ENTROPY, heads.BINARY_CROSS_ENTROPY})
"""What a loss with a short way is made of."""


@dataclass(frozen=True)
class ShortWay:
    """The derivative by what stands before an operand of a loss: by `before` in `operand` = softmax(before), say, where
    `result` is the equation of the loss. It goes past the quantities `skipped`; `formulas` lead to the short one, the
    last. `is_scaled` says whether a factor stands before prediction minus target."""

    result: str
    operand: str
    before: str
    skipped: frozenset[str]
    formulas: tuple[Term, ...] = ()
    reason: str = ""
    is_scaled: bool = False


def short_ways(workbook: Workbook, result: str, signal: Term) -> Iterator[ShortWay]:
    """The short ways from one equation, given the error signal at its result."""
    network = workbook.network
    if not LOGARITHMIC & {node.head for node in walk(network.equations[result])}:
        return
    equation = network.equations[result]
    ratios = ratios_in(network, equation)
    for operand in dict.fromkeys(key for term in (equation, *ratios.values()) for key in names(term)):
        before, users = source(network, operand), set(network.users[operand])
        if before and users <= {result, *ratios}:
            between = {key: ratios[key] for key in ratios if operand in network.behind(key)}
            way = ShortWay(result, operand, before, frozenset({operand, *between}))
            yield from followed(workbook, written_out(equation, between), signal, way)


def ratios_in(network: Network, equation: Term) -> dict[str, Term]:
    """The ratios and products between an equation and what its logarithms are of, the outermost first."""
    found, waiting = dict[str, Term](), [equation]
    while waiting:
        for key in names(waiting.pop()):
            if key in network.ratios and key not in found:
                found[key] = network.equations[key]
                waiting.append(found[key])
    return found


def written_out(equation: Term, between: Mapping[str, Term]) -> Term:
    """The equation with what stands between in full."""
    for key, body in between.items():
        at = {name(key): body}
        equation = rebuild(equation, at.get)
    return equation


def source(network: Network, operand: str) -> str:
    """The quantity that an operand is a function of, if nothing else uses it; nothing where there is none."""
    body = network.equations.get(operand)
    if body is None or not body.children or body.args[0].head != "name":
        return ""
    before: str = body.args[0].args[0]
    return before if network.users[before] == (operand,) else ""


def followed(workbook: Workbook, equation: Term, signal: Term, way: ShortWay) -> Iterator[ShortWay]:
    """The way with its formulas, if the table has a shorter rule and it is true at these numbers."""
    shapes, p = workbook.shapes, name(way.operand)
    inner = workbook.network.equations[way.operand].head
    for kind in likelihoods(equation, way.operand, shapes):
        upstream = simplified(Term(heads.TIMES, (signal, kind.weight)), shapes)
        rule = fused(TABLE[kind.row], (p, kind.b), inner, upstream, shapes)
        if rule and all(entry == 1 for entry in evaluate(rule.condition, workbook.known).entries):
            formulas = (*in_full(workbook, equation, signal, way), *rule.lines)
            yield replace(way, formulas=formulas, reason=TABLE[kind.row].reason, is_scaled=upstream != number(1))
            return


def in_full(workbook: Workbook, equation: Term, signal: Term, way: ShortWay) -> tuple[Term, ...]:
    """The derivative by what stands before the operand as the chain rule gives it, from which the short one is made;
    nothing where it goes past a quotient too, or where numbers on the way are too large to be written."""
    if way.skipped != {way.operand}:
        return ()
    shapes, p, z = workbook.shapes, name(way.operand), name(way.before)
    body, slope = workbook.network.equations[way.operand], partial(name(workbook.network.loss or ""), p)

    def through(upstream: Term) -> Term:
        return gradients(body, p, upstream, frozenset({way.before}), shapes, uncancelled)[way.before]

    outer = gradients(equation, name(way.result), signal, frozenset({way.operand}), shapes, uncancelled)[way.operand]
    if shapes.of(z) != ():
        return through(slope), through(outer)
    with suppress(Undefined):
        workbook.assign_auxiliary(slope, outer)
        workbook.assign_auxiliary(partial(p, z), through(number(1)))
        return slope * partial(p, z), through(outer)
    return ()
