"""Which matrices a heat map shows: chains of equations from a convolution's input to what is pooled, from an
attention's scores to its weights.

The operations table marks the rows that begin and continue a chain (`Operation.heat`); activations go along with what
they act on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from derivation.formulas.language.shapes import Shapes
from derivation.formulas.operations import TABLE, heads
from derivation.formulas.terms import Term, name, names, rebuild, walk
from derivation.networks.network import Network
from derivation.tex.names import Names
from derivation.tex.slots import Slotted, SlotWriter, pieces
from derivation.tex.write import write

Axes = tuple[str, str] | None
"""What rows and columns stand for, as keys of the words file."""
AXES: dict[str, Axes] = {"rows": ("heat_queries", "heat_keys"), "columns": ("heat_keys", "heat_queries")}


@dataclass(frozen=True, slots=True)
class Stage:
    """An equation: its operands, the signs that its formula has between them, what else it says, and its result."""

    operands: tuple[Term, ...]
    signs: tuple[str, ...]
    label: str
    result: Term
    axes: Axes = None


def chains(network: Network) -> list[list[Stage]]:
    """Stages of which each takes the result of the one before it, in the order of the equations.

    >>> from derivation.spec.reader import loads
    >>> text = '[model]\\nequations = "C = conv2d(X, K) + b\\\\nP = maxpool(relu(C))"\\n[parameters]\\nK = [[1, 2]]\\nb = 1\\n[data]\\nX = [[1, 2, 3], [3, 4, 5]]'
    >>> [[(stage.signs, stage.label) for stage in chain] for chain in chains(loads(text))]
    [[(('\\\\star',), '+ b'), ((), '\\\\operatorname{ReLU}'), ((), '\\\\operatorname{maxpool}_{2}')]]
    """
    found: list[list[Stage]] = []
    for key, term in network.equations.items():
        for result, said, marked in _steps(network, name(key), term):
            stage = _stage(network, result, said, marked)
            before = next((chain for chain in found if chain[-1].result == stage.operands[0]), None)
            if before:
                before.append(stage)
            elif any(_is_shown(network, node) for node in marked):
                found.append([stage])
    return found


def _steps(network: Network, result: Term, term: Term) -> Iterator[tuple[Term, Term, list[Term]]]:
    """An equation from the inside out: each result, its formula, and the operations in it whose operands are shown. An
    activation or a pooling is a step of its own, else all that an equation says."""
    row = TABLE.get(term.head)
    if row and (row.activation or (row.heat and len(term.children) == 1)):
        yield from _steps(network, term.children[0], term.children[0])
        yield result, term, [term]
    elif marked := _marked(network, term):
        yield result, term, marked


def _marked(network: Network, term: Term) -> list[Term]:
    """The innermost operations of a formula that heat maps show."""
    shown = [node for node in walk(term) if node.head in TABLE and _is_shown(network, node)]
    return [node for node in shown if not any(other in shown for child in node.children for other in walk(child))]


def _is_shown(network: Network, node: Term) -> bool:
    heat = TABLE[node.head].heat
    return heat == "window" or (
        heat != ""
        and _axes(network, node) is not None
        and any(_compares(network, part) for part in _parts(network, node.args[0]))
    )


def _parts(network: Network, scores: Term) -> Iterator[Term]:
    """The formula of scores, which may have a name."""
    return walk(network.equations.get(scores.args[0], scores) if scores.head == "name" else scores)


def _compares(network: Network, part: Term) -> bool:
    """Whether this is a product of queries and keys: neither factor is made of parameters alone, as a layer's weights
    are. One is turned, so that rows meet rows, or is a single query; a square of given numbers times a column is a graph
    with a number at each node."""
    if part.head != heads.MATMUL or not all(set(names(factor)) - network.parameters.keys() for factor in part.children):
        return False
    shapes = [Shapes(network.shapes).of(factor) for factor in part.children]
    if 1 in (shapes[0][0], shapes[1][1]):
        return not any(
            rows == columns and set(names(factor)) <= network.data.keys()
            for (rows, columns), factor in zip(shapes, part.children, strict=True)
        )
    return any(_head(network, factor) == heads.TRANSPOSE for factor in part.children)


def _head(network: Network, factor: Term) -> str:
    return next(_parts(network, factor)).head


def _axes(network: Network, node: Term) -> Axes:
    """Queries are what the weights add up to 1 for."""
    shape = Shapes(network.shapes).of(node)
    along = "rows" if shape and shape[0] == 1 else "columns" if shape and shape[1] == 1 else ""
    return AXES.get(along if TABLE[node.head].heat == "entries" else TABLE[node.head].heat)


def _stage(network: Network, result: Term, term: Term, marked: list[Term]) -> Stage:
    """The signs are what the formula has between its operands."""
    operands = tuple(dict.fromkeys(child for node in marked for child in node.children))
    shapes = Shapes(network.shapes)
    places = {operand: name(f"operand.{k}") for k, operand in enumerate(operands)}
    slots = {place.args[0]: Slotted.whole("x", place) for place in places.values()}
    symbols = {key: network.names.latex(key) for key in network.shapes}
    inside = Names(
        {**network.shapes, **{place.args[0]: shapes.of(operand) for operand, place in places.items()}}, symbols | slots
    )
    around, _ = pieces(SlotWriter(inside).write(rebuild(term, places.get))[0])
    first, *between, last = map(str.strip, around)
    signs, label = tuple(between), last
    if len(between) != len(operands) - 1 or (first and not (term in marked and last == ")")):
        signs, label = (",",) * (len(operands) - 1), write(term, network.names)
    elif first:
        label = first.removesuffix("(")
    return Stage(operands, signs, label, result, _axes(network, marked[0]) if _is_shown(network, marked[0]) else None)
