"""Whether words say that an equality is one of several cases, or holds only where another one does."""

from __future__ import annotations

import re
from collections.abc import Sequence

from derivation.checking.facts.facts import Facts
from derivation.checking.facts.knowledge import ChainRead, SideRead, is_closed
from derivation.checking.facts.quantity import Key
from derivation.checking.judging.context import Context

OR = r"(?:or|oder|ou|bien|sonst|或)"
TEXT = rf"\\(?:text|mbox|mathrm)\{{\s?{OR}\s?\}}"
CLOSE, OPEN = r"(?:\$\$?|\\\)|\\\])", r"(?:\$\$?|\\\(|\\\[)"
SPACING = re.compile(r"[\s,;.~]|\\q?quad|\\[,;:!]")
BEFORE = re.compile(rf"(?:\b(?:set|setting)\s?{OPEN}|{CLOSE}\s?{OR}\b\s?{OPEN}?|{TEXT})\s?\Z", re.IGNORECASE)
"""An `or` in front of a formula, behind another one, or between two in one formula; a `set` in front of one."""
AFTER = re.compile(rf"\s?(?:{CLOSE}\s?{OR}\b|{TEXT})", re.IGNORECASE)
IF = frozenset(["if", "when", "whenever", "unless", "whether", "wenn", "falls", "si", "cuando", "lorsque"])
DELIMITER = re.compile(r"\$\$?|\\[()\[\]]")
SENTENCE = re.compile(r"\.(?=\s)|\n[^\S\n]*+\n")
LONGEST_WORDS = 60
"""Letters in front of a side among which an `or` may stand."""
LONGEST_SENTENCE = 400
LETTER = re.compile(r"\\[a-zA-Z]+|[A-Za-z]")


class Cases:
    """What an article's words say of the equalities beside them."""

    def __init__(self, context: Context) -> None:
        self.context, self.facts = context, context.facts

    def is_case(self, chain: ChainRead) -> bool:
        """Whether a chain is one of several cases, `x = 1` or `x = 3`."""
        first, last = chain.sides[0].side, chain.sides[-1].side
        text = first.formula.source.text
        before = text[max(first.start - LONGEST_WORDS, 0) : first.start]
        after = text[last.end : last.end + LONGEST_WORDS]
        return bool(BEFORE.search(spaced(before)) or AFTER.match(spaced(after)))

    def is_supposed(self, chain: ChainRead, left: SideRead) -> bool:
        """Whether a side's names stand in a condition of the same sentence: `if y = 3, then y + 1 = 4`."""
        text, start = left.side.formula.source.text, chain.sides[0].side.start
        sentence = SENTENCE.split(text[max(start - LONGEST_SENTENCE, 0) : start])[-1]
        conditions = {
            letter for formula in supposed(sentence) if has_relation(formula) for letter in LETTER.findall(formula)
        }
        return bool(conditions & set(LETTER.findall(left.side.latex)))

    def are_unsettled(self, keys: Sequence[Key], chain: ChainRead) -> bool:
        """Whether a value on which some quantities depend is that of one case among several."""
        return any(self.is_unsettled(key) for key in self.context.reach(keys, chain))

    def is_unsettled(self, key: Key) -> bool:
        given = [one for one in self.facts.values(key) if not one.assigned and one.chain is not None]
        return len({one.read.side.latex for one in given}) > 1 and any(
            self.is_case(one.chain) for one in given if one.chain
        )

    def excused(self, chain: ChainRead, left: SideRead, right: SideRead) -> bool:
        """Whether an equality that does not hold may do so in the case of which the article speaks."""
        assert left.tree and right.tree
        if is_closed(left.tree) and is_closed(right.tree):
            return False
        if left is chain.sides[0] and (self.is_case(chain) or self.is_supposed(chain, left)):
            return True
        return self.are_unsettled([*left.named, *right.named], chain)


def spaced(text: str) -> str:
    """A text with one space for whatever parts its words."""
    return re.sub(r" {2,}", " ", SPACING.sub(" ", text))


def supposed(sentence: str) -> list[str]:
    """The formulas of a sentence right behind an `if`.

    >>> supposed("If $y = 3$ and $z = 2$, then")
    ['y = 3']
    """
    parts = DELIMITER.split(sentence)
    last = [words.split()[-1:] for words in parts[::2]]
    return [formula for words, formula in zip(last, parts[1::2], strict=False) if words and words[0].lower() in IF]


def has_relation(latex: str) -> bool:
    return bool(re.search(r"[=<>]|\\(?:le|ge|ne|lt|gt)", latex))


def is_solved(facts: Facts, chain: ChainRead) -> bool:
    """Whether a chain is an equation for a number that the article gives only behind it."""
    names = {key for read in chain.sides for key in read.named}
    statements = (facts.value_statement(key, chain.position) for key in names)
    return any(one is not None and one.position > chain.position for one in statements)
