"""What mistakes do to a formula. Each edit takes a tape's entry and gives the formula as somebody who makes the mistake
works it.

Edits know operations by what their rows say (activation, reason, kink), and equations by their place in the network: so
each applies to any network. A derivative's formula is the sum of what comes back from each use of a quantity
(`paths.py`); edits of the backward pass change those parts. The loss has edits of its own (`losses.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from derivation.formulas.language.shapes import Shapes
from derivation.formulas.operations import TABLE, heads
from derivation.formulas.terms import Term, name, number, rebuild, updated, walk
from derivation.mistakes.paths import Path, added, differentiated_by, paths_to

if TYPE_CHECKING:  # so that the checker of articles, which reads the same table, loads neither
    from derivation.deriving.tape import Entry
    from derivation.networks.network import Network

Edit = Callable[["Entry", "Network"], Term | None]
"""A quantity's formula as somebody who makes the mistake works it; None where there is nothing to mistake."""
Change = Callable[[Path], Term | None]
PRODUCTS = frozenset({heads.MATMUL, heads.TIMES, heads.OUTER})
POWERS = frozenset({heads.POW, heads.HADAMARD_POW})
TWO = number(2)


def backward(change: Change) -> Edit:
    """An edit of the parts of a derivative. One that the walkthrough writes in a shorter way (softmax with
    cross-entropy) stays as it is."""

    def edit(entry: Entry, network: Network) -> Term | None:
        key = differentiated_by(entry)
        paths = paths_to(network, key) if key else []
        if not paths or added((path.part for path in paths), paths[0].shapes) != entry.formula:
            return None
        changed = [change(path) for path in paths]
        if not any(changed):
            return None
        return added((new or path.part for new, path in zip(changed, paths, strict=True)), paths[0].shapes)

    return edit


def everywhere(phase: str, change: Callable[[Term, Network], Term | None]) -> Edit:
    """An edit of every place of a phase's formulas at which `change` gives something else; derivatives and the like
    stay whole."""

    def edit(entry: Entry, network: Network) -> Term | None:
        if entry.phase != phase or not entry.is_result:
            return None
        return _within(entry.formula, lambda node: change(node, network))

    return edit


def _within(formula: Term, change: Callable[[Term], Term | None]) -> Term:
    """The formula changed where `change` gives something, but not inside the names of its quantities."""
    return rebuild(formula, lambda node: node if node.head in ("partial", "updated") else change(node))


# Activations and their derivatives.


def _activation(path: Path) -> Term | None:
    """The activation that the path comes back through."""
    return next(
        (
            node
            for node in walk(path.equation)
            if node.head in TABLE and TABLE[node.head].activation and node.args[0] == name(path.key)
        ),
        None,
    )


def without_slope(path: Path) -> Term | None:
    """As if the activation were the identity."""
    activation = _activation(path)
    return activation and path.differentiated(rebuild(path.equation, {activation: name(path.key)}.get), path.upstream)


def slope_of_output(path: Path) -> Term | None:
    """The activation's derivative taken of what came out instead of what went in, or the other way round: tanh'(h), or
    1 - z^2."""
    activation = _activation(path)
    if activation is None or activation != path.equation or TABLE[activation.head].coupled:
        return None
    inside, outside = name(path.key), name(path.result)
    part = path.part
    swapped = {inside: outside} if _within(part, {inside: outside}.get) != part else {outside: inside}
    return _within(part, swapped.get)


def slope_before_weights(path: Path) -> Term | None:
    """W^T (d f'(z)) instead of (W^T d) f'(z), where that fits."""
    activation, ways = _activation(path), paths_to(path.network, path.result)
    if activation is None or activation != path.equation or len(ways) != 1 or ways[0].part.head not in PRODUCTS:
        return None
    product = ways[0].part
    for place, factor in enumerate(product.children):
        if product.children[1 - place].head == heads.TRANSPOSE and path.shapes.of(factor) == path.shapes.of(
            name(path.key)
        ):
            inner = path.differentiated(path.equation, factor)
            return Term(product.head, tuple(inner if k == place else child for k, child in enumerate(product.children)))
    return None


def passed_negatives(node: Term, network: Network) -> Term | None:
    """ReLU, and what bends at 0 like it, as if it let everything through."""
    if node.head in TABLE and TABLE[node.head].activation and TABLE[node.head].kink:
        return node.children[0]
    zero = number(0)
    return (
        next((child for child in node.children if child != zero), None)
        if node.head == heads.MAXIMUM and zero in node.children
        else None
    )


# Products with weights.


def transposed(entry: Entry, network: Network) -> Term | None:
    """The gradient of a weight matrix as its transpose: x d^T for d x^T."""
    if differentiated_by(entry) not in network.parameters:
        return None
    return rebuild(entry.formula, lambda node: node.T if node.head in (heads.MATMUL, heads.OUTER) else None)


def untransposed(node: Term, network: Network) -> Term | None:
    """W d for W^T d."""
    if node.head not in PRODUCTS:
        return None
    plain = tuple(
        child.args[0] if child.head == heads.TRANSPOSE and _is_parameter(child.args[0], network) else child
        for child in node.args
    )
    return Term(node.head, plain) if plain != node.args else None


def updated_first(entry: Entry, network: Network) -> Term | None:
    """The signal carried back through weights that have had their update already, where these do not wait for the
    signal themselves."""
    key = differentiated_by(entry)
    if key is None or key not in network.equations or network.update is None:
        return None
    behind = network.behind(key)
    return _within(
        entry.formula,
        lambda node: (
            updated(node)
            if _is_parameter(node, network) and node.args[0] in network.moved and node.args[0] not in behind
            else None
        ),
    )


def _is_parameter(term: Term, network: Network) -> bool:
    return term.head == "name" and term.args[0] in network.parameters


def without_bias(node: Term, network: Network) -> Term | None:
    """W x for W x + b."""
    if node.head != heads.ADD:
        return None
    for bias, rest in (node.children[::-1], node.children):
        alone = bias.children[0] if bias.head in heads.REPEATS else bias
        if _is_parameter(alone, network) and any(
            part.head in (*PRODUCTS, heads.DOT, heads.CONV2D) for part in walk(rest)
        ):
            return _within(rest, lambda part: without_bias(part, network))
    return None


# Sums, shared quantities, the update.


def averaged(node: Term, network: Network) -> Term | None:
    """A mean for a sum; a sum that is divided already stays."""
    if _is_mean(node, network):
        return node
    if node.head == heads.SUM:
        return Term(heads.MEAN, node.args)
    return node / number(_count(node, network)) if node.head in heads.SUMS else None


def summed(node: Term, network: Network) -> Term | None:
    """A sum for a mean."""
    if node.head == heads.MEAN:
        return Term(heads.SUM, node.args)
    return node.children[0] if _is_mean(node, network) else None


def averaged_gradient(entry: Entry, network: Network) -> Term | None:
    """A parameter's gradient as the mean of what comes back from its uses."""
    return everywhere("backward", averaged)(entry, network) if differentiated_by(entry) in network.parameters else None


def _is_mean(node: Term, network: Network) -> bool:
    """Whether a sum is divided by its number of entries; half a sum of squares is meant as that, also where there are
    two."""
    if (
        node.head != heads.DIV
        or node.children[0].head not in heads.SUMS
        or node.children[1] != number(_count(node.children[0], network))
    ):
        return False
    return node.children[1] != TWO or not any(part.head in POWERS for part in walk(node))


def _count(total: Term, network: Network) -> int:
    """How many entries are added to each of a sum's."""
    whole, sums = (Shapes(network.names.shapes).of(term) for term in (total.children[0], total))
    return (whole[0] * whole[1] if whole else 1) // (sums[0] * sums[1] if sums else 1)


def one_path(entry: Entry, network: Network) -> Term | None:
    """Of several uses of a quantity only the last."""
    key = differentiated_by(entry)
    paths = paths_to(network, key) if key else []
    return added([paths[0].part], paths[0].shapes) if len(paths) > 1 else None


def ascending(entry: Entry, network: Network) -> Term | None:
    """theta + rate g for theta - rate g."""
    if entry.quantity.head != "updated" or entry.formula.head != heads.SUB:
        return None
    return Term(heads.ADD, entry.formula.args)


def without_rate(node: Term, network: Network) -> Term | None:
    """theta - g for theta - rate g."""
    from derivation.networks.update import rate

    if node.head != heads.TIMES or network.update is None or rate(network) not in node.children:
        return None
    return next(child for child in node.children if child != rate(network))
