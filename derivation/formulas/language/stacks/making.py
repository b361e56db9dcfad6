"""Whether an array of more than two axes may stand in an expression: asked of each equation, before the rules for such
arrays are loaded."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from derivation.formulas.language.readings import called
from derivation.formulas.language.stacks.entries import Resolver, in_message, shown
from derivation.formulas.language.stacks.stack import Stack
from derivation.formulas.language.syntax import Syntax
from derivation.formulas.operations import heads
from derivation.words.telling import tell


def too_many_axes(stack: Stack) -> str:
    """What to say where a matrix is wanted."""
    return tell(
        "stacks.matrix_wanted", called=called(in_message(stack)), shape=shown(stack.axes), short=stack.key or "..."
    )


def deep(resolver: Resolver, syntax: Syntax) -> bool:
    """Whether an array of more than two axes may stand in an expression, or come of it."""
    waiting = [syntax]
    while waiting:
        node = waiting.pop()
        makes = MAKING.get(node.symbol)
        if makes is not None and makes(resolver, node):
            return True
        waiting += _parts(node)
    return False


def _parts(syntax: Syntax) -> Sequence[Syntax]:
    return [arg for arg in (*syntax.args, *(value for _, value in syntax.keywords)) if isinstance(arg, Syntax)]


def _stands(resolver: Resolver, syntax: Syntax) -> bool:
    return syntax.args[0] in resolver.stacks


def _holds(resolver: Resolver, syntax: Syntax) -> bool:
    return isinstance(syntax.args[0], Stack)


def _picks(resolver: Resolver, syntax: Syntax) -> bool:
    return has_new_axis(syntax) or any(is_matrix_of_places(resolver, place) for place in syntax.args)


def _three_sizes(resolver: Resolver, syntax: Syntax) -> bool:
    sizes = syntax.args[1:] if syntax.symbol == heads.RESHAPE else syntax.args
    return len(sizes) > 2 or any(
        size.symbol == "shape" or (size.symbol == "list" and len(size.args) > 2) for size in sizes
    )


def _nested(resolver: Resolver, syntax: Syntax) -> bool:
    return is_nested(syntax)


def _letters(resolver: Resolver, syntax: Syntax) -> bool:
    return has_more_letters(syntax)


def _always(resolver: Resolver, syntax: Syntax) -> bool:
    return True


def is_matrix_of_places(resolver: Resolver, place: Syntax) -> bool:
    """Whether it is data with two axes."""
    labels = resolver.labels.get(place.args[0]) if place.symbol == "name" else None
    return labels is not None and len(resolver.lengths(place)) == 2


def has_new_axis(syntax: Syntax) -> bool:
    return any(place.symbol == "none" for place in syntax.args[1:])


def is_nested(syntax: Syntax) -> bool:
    """Whether it may be a list of matrices."""
    given = syntax.args[0]
    return given.symbol == "list" and any(
        part.symbol not in ("number", "u-", "list") or (part.symbol == "list" and is_nested(Syntax("", (part,), 0)))
        for row in given.args
        for part in (row.args if row.symbol == "list" else (row,))
        if part.symbol == "list" or row.symbol != "list"
    )


def has_more_letters(syntax: Syntax) -> bool:
    text = syntax.args[0].args[0] if syntax.args[0].symbol == "text" else ""
    before, _, result = text.replace(" ", "").partition("->")
    return len(result) > 2 or any(len(letters) > 2 for letters in before.split(","))


MAKING: dict[str, Callable[[Resolver, Syntax], bool]] = {
    "name": _stands,
    "resolved": _holds,
    **dict.fromkeys(("index", "embedding"), _picks),
    "expand_dims": _always,
    heads.RESHAPE: _three_sizes,
    "stack": _always,
    "array": _nested,
    **dict.fromkeys(("zeros", "np.ones", "full"), _three_sizes),
    "tile": _three_sizes,
    "einsum": _letters,
    **dict.fromkeys(("swapaxes", "moveaxis", "broadcast_to", "expand", "torch.embedding"), _always),
}
"""What may have more axes than its parts."""
