"""Where an article shows that a name begins anew: what stands between two values of it."""

from __future__ import annotations

import re
from bisect import bisect_left
from operator import itemgetter

from derivation.checking.facts.facts import Facts
from derivation.checking.facts.knowledge import PRODUCT_SIGNS, ChainRead, Statement
from derivation.checking.facts.numerals import numerals
from derivation.checking.reading.trees import Tree, nodes
from derivation.formulas.operations import heads

WORDS = (
    *("epoch", "iteration", "step", "updated?", "updates", "cases?", "examples?", "exercise", "problem", "part", "new"),
    *("next", "another", "instead", "second", "other", "otherwise", "if", "suppose", "assume", "let", "when", "for"),
    *("or", "becomes?", "changes?", "changed", "try", "guess", "either", "after"),
    *("target", "desired", "observed", "measured"),
    *("Schritt", "Fall", "Beispiel", "Aufgabe", "Teil", "neue[nrs]?", "nächste[nrs]?", "andere[nrs]?", "sonst"),
    *("wenn", "falls", "sei", "oder", "wird", "nach", "für"),
    *("étape", "exemple", "nouveau", "nouvelle", "si", "ou", "soit", "paso", "ejemplo", "nuev[oa]", "sea", "después"),
)
"""Words that speak of another round, another case or a supposition."""
LINE = re.compile(r"(?:[-*+]|\(?\w{1,3}[.)])\s|[#|]")
"""How the item of a list, a heading or the row of a table begins."""
NEW = re.compile(rf"\*\*|__|\\(?:item|textbf|section|subsection|paragraph)\b|\b(?:{'|'.join(WORDS)})\b", re.IGNORECASE)
"""What begins something anew inside a line: bold words, LaTeX's headings and items, and the words above."""
OPERATIONS = frozenset(["+", "-", *(sign for sign in PRODUCT_SIGNS if sign)])


def is_worked(tree: Tree) -> bool:
    r"""Whether a side of numbers is something to be worked out, `0.3 \cdot 0.5 + 0.2`, not a number that stays as it is
    written, `\frac{8}{3}` or `1 + \sqrt{3}`."""
    found = {node.head for node in nodes(tree)}
    decimals = any("." in text for text in numerals(tree))
    return heads.SQRT not in found and (bool(found & OPERATIONS) or (decimals and "call" in found))


def begins_anew(facts: Facts, before: Statement, chain: ChainRead) -> bool:
    """Whether a name may have another value in a chain than the one before: another section, an assignment, a word of
    it, or a start that is stated anew in between."""
    here, earlier = chain.sides[0].side, before.read.side
    if chain.relations[0] in ("←", ":=") or facts.sections[before.position] != facts.sections[chain.position]:
        return True
    if here.formula.source is not earlier.formula.source:
        return True
    between = here.formula.source.passage(earlier.end, here.start)
    is_item = any(LINE.match(line.lstrip()) for line in between.split("\n")[1:])
    return is_item or NEW.search(between) is not None or is_restarted(facts, before, chain)


def is_restarted(facts: Facts, before: Statement, chain: ChainRead) -> bool:
    """Whether another quantity is given another number in between."""
    starts = facts.stated.restarts
    first, last = (bisect_left(starts, position, key=itemgetter(0)) for position in (before.position, chain.position))
    return any(key not in chain.quantities for _, key in starts[first:last])
