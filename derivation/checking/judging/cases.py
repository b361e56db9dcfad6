"""What the words beside an equality say of it: one of several cases, true only where another one is, true for all
numbers."""

from __future__ import annotations

from collections.abc import Sequence

from derivation.checking.facts.facts import Facts
from derivation.checking.facts.knowledge import ChainRead, SideRead, is_closed, named
from derivation.checking.facts.quantity import Key
from derivation.checking.judging.context import Context
from derivation.checking.reading.trees import Tree, nodes
from derivation.formulas.operations import heads

OR = frozenset(["or", "oder", "ou", "bien", "sonst", "或"])
SET = frozenset(["set", "setting"])
IF = frozenset(["if", "when", "whenever", "unless", "whether", "wenn", "falls", "si", "cuando", "lorsque"])
"""Words in front of a formula that is only supposed."""
EVERY = tuple(map(" ".join, (("for", "all"), ("for", "every"), ("für", "alle"), ("pour", "tout"), ("para", "todo"))))
"""Words in front of an equality that holds for all numbers."""
RELATIONS = ("=", "<", ">", r"\le", r"\ge", r"\ne")
NEAR, SENTENCE = 60, 400
"""Letters in which words that belong to an equality, and the sentence in front of it, are looked for."""
ACTIVATIONS = frozenset([heads.TANH, heads.SIGMOID, heads.SOFTPLUS, heads.GELU])
"""Functions of which one says what they are by others; nobody solves such an equation."""


class Cases:
    """What an article's words say of the equalities beside them."""

    def __init__(self, context: Context) -> None:
        self.context, self.facts = context, context.facts

    def is_case(self, chain: ChainRead) -> bool:
        """Whether a chain is one of several cases, `x = 1` or `x = 3`, or set to find out what is so then."""
        first, last = chain.sides[0].side, chain.sides[-1].side
        source = first.formula.source
        before, after = (
            last_word(source.passage(max(first.start - NEAR, 0), first.start)),
            first_word(source.passage(last.end, last.end + NEAR)),
        )
        return before in OR | SET or after in OR

    def is_supposed(self, chain: ChainRead, left: SideRead) -> bool:
        """Whether a side's names stand in a condition of the same sentence: `if y = 3, then y + 1 = 4`."""
        start = chain.sides[0].side.start
        text = left.side.formula.source.passage(max(start - SENTENCE, 0), start)
        begin = max(text.rfind(". ") + 1, text.rfind("\n\n") + 1)
        parts = text[begin:].replace("$$", "$").split("$")
        supposed = [parts[k] for k in range(1, len(parts) - 1, 2) if last_word(parts[k - 1]) in IF]
        return any(
            any(sign in latex for sign in RELATIONS) and letter(key) in latex
            for latex in supposed
            for key in left.named
        )

    def is_unsettled(self, key: Key) -> bool:
        """Whether a quantity has several values, each in a case."""
        given = [one for one in self.facts.values(key) if not one.assigned]
        several = len({one.read.side.latex for one in given}) > 1
        return several and any(one.chain is not None and self.is_case(one.chain) for one in given)

    def excused(self, chain: ChainRead, left: SideRead, right: SideRead) -> bool:
        """Whether an equality that does not hold may do so in the case of which the article speaks."""
        assert left.tree and right.tree
        if is_closed(left.tree) and is_closed(right.tree):
            return False
        if left is chain.sides[0] and (self.is_case(chain) or self.is_supposed(chain, left)):
            return True
        return any(map(self.is_unsettled, self.context.reach([*left.named, *right.named], chain)))


def last_word(text: str) -> str:
    r"""The word in front of a formula that begins behind a text.

    >>> last_word("$x = 1$ or $"), last_word(r"x = 1 \text{ or } ")
    ('or', 'or')
    """
    words = text.rstrip("$([{}\\ \n").split()
    return words[-1].lower() if words else ""


def first_word(text: str) -> str:
    """The word behind a formula that ends in front of a text, of the same sentence.

    >>> first_word("$ or $x = 3$")
    'or'
    """
    words = text.replace(r"\text{", " ").replace(r"\quad", " ").lstrip("$)]}\\,; \n").split()
    return words[0].lower() if words else ""


def letter(key: Key) -> str:
    """A name without its scripts."""
    return str(key).partition("_")[0].partition("^")[0]


def is_solved(facts: Facts, chain: ChainRead) -> bool:
    """Whether a chain is an equation for a number that the article gives only behind it."""
    names: Sequence[Key] = [key for read in chain.sides for key in read.named]
    statements = (facts.value_statement(key, chain.position) for key in names)
    return any(one is not None and one.position > chain.position for one in statements)


def claims_identity(left: Tree, right: Tree, read: SideRead) -> bool:
    r"""Whether an equality says what a function is, `\tanh(x) = ...`, or that it holds for all numbers."""
    start = read.side.start
    before = read.side.formula.source.passage(max(start - NEAR, 0), start).lower()
    if any(words in before and not set(".=") & set(before.rpartition(words)[2]) for words in (*EVERY, r"\forall")):
        return True
    says_what = left.head == "call" and left.args[0] in ACTIVATIONS and left.args[1].head == "name"
    return says_what and any(node.head == "call" for node in nodes(right)) and set(named(right)) == set(named(left))
