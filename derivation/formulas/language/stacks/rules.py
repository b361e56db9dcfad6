"""What each function means of arrays of three and four axes. A rule is looked for by the function's name; what has none
takes matrices alone, and says so."""

from __future__ import annotations

from derivation.formulas.language import rewriting
from derivation.formulas.language.stacks import arguments, functions, products, totals
from derivation.formulas.language.stacks.entries import Part, Resolver, entry_by_entry, slicewise
from derivation.formulas.language.stacks.operands import Rule, of_matrices, on_all, on_first
from derivation.formulas.language.syntax import Syntax
from derivation.formulas.operations import TABLE, heads, table
from derivation.formulas.operations.layers import LAYERS


def array(resolver: Resolver, syntax: Syntax) -> Part:
    """An expression in which arrays of more than two axes may stand."""
    rule = RULES.get(syntax.symbol, of_matrices)
    found = rule(resolver, syntax)
    return resolver.plain(syntax) if found is None else found


def _resolved(resolver: Resolver, syntax: Syntax) -> Part:
    return syntax.args[0]  # type: ignore[no-any-return]


def _name(resolver: Resolver, syntax: Syntax) -> Part | None:
    return resolver.stacks.get(syntax.args[0])


def _step(resolver: Resolver, syntax: Syntax) -> Part:
    return resolver.array(resolver.at_steps(syntax))


def _length(resolver: Resolver, syntax: Syntax) -> Part | None:
    return None


ENTRYWISE = frozenset(
    spelling
    for row in TABLE.values()
    if row.shape in (*table.ENTRYWISE, table.same, table.dropped) and not row.coupled
    for spelling in row.spellings
)
POOLING = frozenset(
    spelling for row in TABLE.values() if row.heat == "window" and len(row.operands) == 1 for spelling in row.spellings
)
LOSSES = frozenset(spelling for row in TABLE.values() if row.shape is table.scalar for spelling in row.spellings)


def _one_or_several(one_operand: Rule, several: Rule) -> Rule:
    """`max(X)` is the largest entry, `max(X, Y)` the larger of two."""
    return lambda resolver, syntax: (one_operand if len(syntax.args) == 1 else several)(resolver, syntax)


RULES: dict[str, Rule] = {
    **dict.fromkeys(ENTRYWISE, on_all(entry_by_entry)),
    **dict.fromkeys(LOSSES, on_all(totals.loss)),
    **dict.fromkeys(LAYERS, functions.layer),
    "resolved": _resolved,
    "name": _name,
    "step": _step,
    "index": arguments.index,
    **dict.fromkeys(("size", "len", "shape", "ndim"), _length),
    "unpacked": arguments.unpacked,
    rewriting.LAST_AXIS: arguments.of_last_axis,
    ".T": on_first(arguments.transposed),
    **dict.fromkeys(("swapaxes", "moveaxis"), arguments.exchanged),
    **dict.fromkeys(("broadcast_to", "expand"), arguments.stretched),
    heads.RESHAPE: arguments.reshaped,
    **dict.fromkeys(TABLE[heads.FLATTEN].spellings, on_first(arguments.flattened)),
    "squeeze": on_first(arguments.squeezed),
    "expand_dims": arguments.expanded,
    **dict.fromkeys(("concat", "vstack", "hstack"), arguments.joined),
    "stack": arguments.stacked,
    "array": arguments.literal,
    **dict.fromkeys(("zeros", "np.ones", "full"), arguments.filled),
    **dict.fromkeys(("zeros_like", "ones_like"), on_first(arguments.like)),
    "tile": arguments.tiled,
    "repeat": on_first(arguments.repeated),
    heads.FLIP: on_first(arguments.flipped),
    heads.ROLL: on_first(arguments.rolled),
    **dict.fromkeys((heads.PAD, "torch.pad"), on_first(arguments.padded)),
    heads.CLIP: on_first(slicewise),
    **dict.fromkeys((heads.TRIL, heads.TRIU, *POOLING), on_first(slicewise)),
    heads.SUM: on_first(totals.total),
    heads.PROD: on_first(totals.total),
    heads.MEAN: on_first(totals.mean),
    **{symbol: _one_or_several(on_first(totals.total), on_all(entry_by_entry)) for symbol in ("max", "min")},
    heads.LOGSUMEXP: on_first(functions.logsumexp),
    **dict.fromkeys((heads.NORM, heads.SQUARED_NORM), functions.norm),
    **dict.fromkeys((heads.SOFTMAX, heads.LOG_SOFTMAX, heads.CUMSUM), on_first(totals.within)),
    heads.MASKED_SOFTMAX: on_first(totals.within),
    "@": on_all(products.matmul),
    **dict.fromkeys((heads.DOT, "np.dot"), on_all(products.dot)),
    **dict.fromkeys(("vdot", heads.OUTER), on_all(functions.of_lists)),
    "einsum": functions.einsum,
    **dict.fromkeys((heads.CONV2D, "conv1d"), functions.convolved),
    "embedding": arguments.embedding,
    "torch.embedding": arguments.looked_up,
}
"""What a function means where arrays of more than two axes may stand in it."""
