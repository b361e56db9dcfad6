"""Formulas that differ only in what stands for some of their parts: each part can be judged by itself."""

from __future__ import annotations

from derivation.formulas.terms import Term

Pairs = list[tuple[Term, Term]]


def aligned(before: Term, after: Term) -> Pairs | None:
    """Each derivative in a formula with what stands in its place in the next one; None where the formulas differ
    otherwise.

    >>> from derivation.formulas.terms import name, number, partial
    >>> slope = partial(name("h"), name("z"))
    >>> aligned(name("G") * slope, name("G") * number(1)) == [(slope, number(1))]
    True
    >>> aligned(name("G") * slope, number(1)) is None
    True
    """
    if before == after:
        return []
    if before.head == "partial":
        return [(before, after)]
    if (
        before.head != after.head
        or len(before.children) != len(after.children)
        or len(before.args) != len(before.children)
    ):
        return None
    found: Pairs = []
    for left, right in zip(before.children, after.children, strict=True):
        pairs = aligned(left, right)
        if pairs is None:
            return None
        found += pairs
    return found
