"""Layers of arrays of more than two axes: the same equations, along axes of the whole array."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import prod

from derivation.formulas.arrays import Shape
from derivation.formulas.language.axes import keeps
from derivation.formulas.language.expressions import parse
from derivation.formulas.language.layers import operands, told_at
from derivation.formulas.language.stacks import totals
from derivation.formulas.language.stacks.entries import Part, Resolver, as_stack, axes_of, bound
from derivation.formulas.language.stacks.stack import Stack, added, settled
from derivation.formulas.language.syntax import Syntax
from derivation.formulas.operations.layers import LAYERS, Layer
from derivation.formulas.operations.table import Size


def layer(resolver: Resolver, syntax: Syntax) -> Part:
    """A layer's equations, each but the last an array with a name of its own."""
    asked = LAYERS[syntax.symbol]
    known = {key: resolver.array(arg) for key, arg in operands(syntax).items()}
    first = as_stack(known[asked.operands[0]])
    along = _along(resolver, syntax, asked, first)
    if "axis" not in dict(syntax.keywords):
        known |= {key: _of_each_feature(resolver, syntax, part, first.axes, along) for key, part in known.items()}
    text = _texts(syntax, asked, known, along)
    for local, formula in asked.equations:
        with told_at(syntax):
            found = resolver.array(_with(parse(formula.format(**text)), known))
        if local == asked.equations[-1][0]:
            return found
        known[local] = _known(resolver, syntax, local, found)
        if local in asked.titles:
            named = known[local]
            keys = named.names if isinstance(named, Stack) else [named.term.args[0]]
            resolver.titles.update(dict.fromkeys(keys, asked.titles[local]))
    raise AssertionError


def _along(resolver: Resolver, syntax: Syntax, asked: Layer, of: Stack) -> Shape | None:
    """The axes that a layer works along; None where it works along none."""
    if "axis" in dict(syntax.keywords):
        return totals.asked(resolver, replace(syntax, args=syntax.args[:1]), of)
    count = len(of.axes)
    return {None: None, 0: (0, *range(2, count)), 1: (count - 1,)}[asked.axis]


def _of_each_feature(resolver: Resolver, syntax: Syntax, part: Part, axes: Shape, along: Shape | None) -> Part:
    """A list with an entry for each feature or channel, laid along that axis."""
    left = [axis for axis in range(len(axes)) if axis not in (along or ())]
    if along is None or len(left) != 1 or axes_of(part) != (axes[left[0]],):
        return part
    laid = tuple(size if axis == left[0] else 1 for axis, size in enumerate(axes))
    return settled(resolver, syntax, as_stack(part).moved(lambda cells: cells.reshaped(laid)))


def _texts(syntax: Syntax, asked: Layer, known: Mapping[str, Part], along: Shape | None) -> dict[str, object]:
    """What stands for the names in braces."""
    axes = axes_of(known[asked.operands[0]])
    axis = f", axis={along[0] if along and len(along) == 1 else along}" if along is not None else ""
    kept = ", keepdims=1" if axis else ""
    return {
        **{key: Size.of(axes_of(part)[-2:] if len(axes_of(part)) > 1 else ()) for key, part in known.items()},
        "along": axis + kept,
        "asked": axis + ", keepdims=1" * (bool(axis) and keeps(syntax)),
        "per_entry": f" / {prod(axes)}",
        "per_sample": f" / {axes[0]}",
        "degrees": prod(axes[k] for k in along or range(len(axes))) - 1,
        "target": asked.operands[-1],
    }


def _with(syntax: Syntax, known: Mapping[str, Part]) -> Syntax:
    """The expression with what the names stand for."""
    if syntax.symbol == "name" and syntax.args[0] in known:
        return bound(known[syntax.args[0]], syntax.at)
    args = tuple(_with(arg, known) if isinstance(arg, Syntax) else arg for arg in syntax.args)
    keywords = tuple((key, _with(value, known)) for key, value in syntax.keywords)
    return replace(syntax, args=args, keywords=keywords)


def _known(resolver: Resolver, syntax: Syntax, local: str, found: Part) -> Part:
    if isinstance(found, Stack):
        return added(resolver, syntax, local, found)
    return found._replace(term=resolver.add(local, found))
