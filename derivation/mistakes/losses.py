"""What mistakes do to a loss and to the signals that come out of it."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING

from derivation.formulas.calculus.simplify import factors, literal, simplify
from derivation.formulas.operations import TABLE, heads
from derivation.formulas.terms import Term, names, walk
from derivation.mistakes.edits import POWERS, TWO, Edit
from derivation.mistakes.paths import Path, added, differentiated_by, paths_to

if TYPE_CHECKING:  # so that the checker of articles, which reads the table of mistakes, loads neither
    from derivation.deriving.tape import Entry
    from derivation.networks.network import Network


def _tail(network: Network) -> tuple[set[str], set[str]]:
    """The equations that make up the loss, from the end back to the first that are not linear; and those among them
    that are not."""
    found, curved, waiting = set[str](), set[str](), [network.loss or ""]
    while waiting:
        key = waiting.pop()
        if key not in network.equations or key in found or _is_layer(network.equations[key]):
            continue
        found.add(key)
        if any(
            node.head in TABLE and TABLE[node.head].nonlinear and not _is_constant(node) and not _by_constant(node)
            for node in walk(network.equations[key])
        ):
            curved.add(key)
        else:
            waiting += names(network.equations[key])
    return found, curved


def _is_layer(equation: Term) -> bool:
    return any(node.head in TABLE and TABLE[node.head].activation for node in walk(equation))


def _is_constant(term: Term) -> bool:
    return not names(term)


def _by_constant(term: Term) -> bool:
    return term.head in heads.QUOTIENTS and _is_constant(term.children[1])


def of_the_loss(factor: Callable[[Path], Fraction | None]) -> Edit:
    """The signals that come out of the loss itself, scaled; also the one that softmax and cross-entropy give
    together."""

    def edit(entry: Entry, network: Network) -> Term | None:
        key = differentiated_by(entry)
        if key is None:
            return None
        tail, curved = _tail(network)
        if key not in network.equations and any(
            operand in network.equations for user in tail for operand in names(network.equations[user])
        ):
            return None  # a penalty on a parameter beside the loss proper
        paths = paths_to(network, key)
        if paths and added((path.part for path in paths), paths[0].shapes) == entry.formula:
            scales = [factor(path) if path.result in tail else None for path in paths]
            parts = [
                path.part if scale is None else _scaled(scale, path.part)
                for scale, path in zip(scales, paths, strict=True)
            ]
            return added(parts, paths[0].shapes) if any(scales) else None
        short = Path(network, key, network.loss or "")
        scale = factor(short) if curved == {network.loss} else None
        return simplify(_scaled(scale, entry.formula), short.shapes) if scale else None

    return edit


def _scaled(factor: Fraction, term: Term) -> Term:
    return literal(factor) * term


def flipped(path: Path) -> Fraction | None:
    """y - yhat for yhat - y."""
    return Fraction(-1) if path.result in _tail(path.network)[1] and _has_target(path.result, path.network) else None


def _has_target(key: str, network: Network) -> bool:
    """Whether an equation compares something with data, itself or by a difference that it uses."""
    used = names(network.equations[key])
    differences = (
        network.equations[operand]
        for operand in used
        if operand in network.equations and network.equations[operand].head == heads.SUB
    )
    return any(
        operand in network.data
        for operand in (*used, *(operand for difference in differences for operand in names(difference)))
    )


def kept_constant(path: Path) -> Fraction | None:
    """The derivative of the loss without its constant factor: the 2 of a square that 1/2 would have taken away."""
    factor = _constant(path.equation)
    return 1 / factor if factor else None


def lost_two(path: Path) -> Fraction | None:
    """The derivative of a square without its 2."""
    return Fraction(1, 2) if any(node.head in POWERS and node.args[1] == TWO for node in walk(path.equation)) else None


def without_constant(entry: Entry, network: Network) -> Term | None:
    """A loss without the constant in front: the 1/2."""
    is_loss = entry.phase == "forward" and entry.quantity.head == "name" and entry.quantity.args[0] in _tail(network)[0]
    return factors(entry.formula)[1] if is_loss and _constant(entry.formula) else None


def _constant(equation: Term) -> Fraction | None:
    """The constant in front of a formula, other than 1 and -1."""
    factor, core = factors(equation)
    return factor if core is not None and abs(factor) not in (0, 1) else None
