"""What the words beside an equality say of it: one of several cases, true only where another one is, true for all
numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from derivation.checking.facts.facts import Facts
from derivation.checking.facts.failures import FAILURES
from derivation.checking.facts.knowledge import ChainRead, SideRead, Statement, is_closed, is_number, named, quantity
from derivation.checking.facts.points import Random
from derivation.checking.facts.quantity import Key
from derivation.checking.judging.agreement import equal
from derivation.checking.judging.context import Context
from derivation.checking.reading.sentences import NEAR, PARAGRAPH, before, paragraph, relates, rest, sentence, spoken
from derivation.checking.reading.trees import Tree, nodes
from derivation.formulas.operations import heads

OR = frozenset(["or", "oder", "ou", "o", "bien", "sonst", "或"])
CASE = frozenset(["case", "cases"])
AMONG = OR | CASE | {"set", "setting", "either", "entweder"}
"""Words in front of one of several cases."""
IF = frozenset(["if", "when", "whenever", "unless", "whether", "wenn", "falls", "si", "cuando", "lorsque"])
"""Words in front of a formula that is only supposed."""
CASES = CASE | frozenset(["possibility", "scenario", "option", "otherwise", "sonst", "fall", "cas", "caso"])
SUPPOSING = (
    IF
    | CASES
    | {
        "suppose",
        "assume",
        "assuming",
        "either",
        "setting",
        "possibilities",
        "having",
        "only",
        "entweder",
        "angenommen",
    }
    | {"sinon", "soit", "supposons", "如果", "假设"}
)
"""Words in front of a formula that is supposed, or of what follows from it."""
SOON = 8
"""Words between a supposition and its formula."""
IN = frozenset(["in", "for", "with", "im", "dans", "en"])
SOLUTION = frozenset(["solution", "method", "proof", "Lösung", "Beweis"])
ANOTHER = frozenset(["alternate", "alternative", "second", "another", "zweite", "andere"])
SETTING = frozenset(["set", "setting", "letting", "plugging", "taking", "putting"])
"""Words in front of a value that is tried."""
DENIALS = frozenset(
    (
        *("contradiction", "contradicts", "contradict", "contradictory", "untrue", "false", "impossible", "absurd"),
        *("extraneous", "widerspruch", "falsch", "unmöglich", "absurde", "contradicción", "falso", "矛盾"),
    )
)
DENIED = {
    "not": frozenset(["true", "hold", "valid", "possible", "integer", "whole", "allowed"]),
    "cannot": frozenset(["true", "hold", "happen"]),
    "no": frozenset(["solution", "solutions"]),
    "nicht": frozenset(["wahr", "möglich"]),
    "keine": frozenset(["lösung", "lösungen"]),
}
"""Words by which a sentence says of an equality that it is not so; those of a pair stand close to each other."""
EVERY = tuple(map(" ".join, (("for", "all"), ("for", "every"), ("für", "alle"), ("pour", "tout"), ("para", "todo"))))
"""Words in front of an equality that holds for all numbers."""
COMPARISON = re.compile(r"[<>]|\\(?:l|g)(?:e|t)(?:q|qslant)?(?![a-zA-Z])")
ACTIVATIONS = frozenset([heads.TANH, heads.SIGMOID, heads.SOFTPLUS, heads.GELU])
"""Functions of which one says what they are by others; nobody solves such an equation."""


class Cases:
    """What an article's words say of the equalities beside them."""

    def __init__(self, context: Context) -> None:
        self.context, self.facts = context, context.facts

    def before(self, chain: ChainRead) -> list[str]:
        """The words in front of a chain in its sentence, those of its formula, too."""
        side = chain.sides[0].side
        text, start = side.formula.source.text, side.formula.start
        return [
            *before(sentence(text, start)),
            *spoken(text[max(start, side.start - NEAR) : side.start].strip("$[]\\(")),
        ]

    def after(self, chain: ChainRead) -> list[str]:
        """The words behind a chain in its sentence."""
        side = chain.sides[-1].side
        text, end = side.formula.source.text, side.formula.end
        return [*spoken(text[side.end : min(end, side.end + NEAR)].strip("$[]\\(")), *spoken(rest(text, end))]

    def is_case(self, chain: ChainRead) -> bool:
        """Whether a chain is one of several cases, `x = 1` or `x = 3`, or set to find out what is so then. What is said
        once more in other words, `2 x = 6` or `x = 3`, is none."""
        words, behind = self.before(chain), self.after(chain)
        front, others = first_word(words[::-1])
        following, more = first_word(behind)
        if front not in AMONG and following not in OR:
            return False
        if front in AMONG - OR or "either" in words or others + more > 0:
            return True
        left = bare(chain.sides[0].side.latex) + "="
        return left in "".join(words[-2 * SOON :]) or left in "".join(behind[: 2 * SOON])

    def begins_case(self, chain: ChainRead, left: SideRead, right: SideRead) -> bool:
        """Whether a name is set to a number to find out what is so then: `setting x = 0`."""
        assert left.tree and right.tree
        if left is not chain.sides[0] or left.tree.head != "name" or not is_number(right.tree):
            return False
        return first_word(self.before(chain)[::-1])[0] in SETTING

    def is_supposed(self, chain: ChainRead) -> bool:
        """Whether the sentence of a chain supposes something before it: `if y = 3, then z + 1 = 4`."""
        return supposes([*self.before(chain), HERE])

    def is_tentative(self, chain: ChainRead) -> bool:
        """Whether what a chain says is so in one case only."""
        return self.is_case(chain) or self.is_supposed(chain)

    def is_condition(self, chain: ChainRead, left: SideRead) -> bool:
        """Whether a side's names stand in a condition of the same sentence: `if y = 3, then y + 1 = 4`."""
        words = self.before(chain)
        supposed = [word for last, word in pairwise(words) if last in IF and relates(word)]
        return any(letter(key) in latex for latex in supposed for key in left.named)

    def is_on_one_side(self, chain: ChainRead, left: SideRead, right: SideRead) -> bool:
        """Whether a comparison beside an equality says on which side of a kink it is meant: `for z > 0`."""
        beside = " ".join(word for word in (*self.before(chain), *self.after(chain)) if word.startswith("$"))
        if not COMPARISON.search(beside) or not left.tree or not right.tree:
            return False
        try:
            terms = [self.context.meaning(chain, tree)[0] for tree in (left.tree, right.tree)]
        except FAILURES:
            return False
        return bool(self.context.kinks(terms, chain.position))

    def is_left(self, statement: Statement, chain: ChainRead) -> bool:
        """Whether a chain stands outside the case for which something is said, or in another solution."""
        if statement.chain is None or statement.chain is chain:
            return False
        here, there = chain.sides[0].side, statement.read.side
        if here.formula.source is not there.formula.source:
            return False
        text = here.formula.source.text
        first, last = sorted((here.formula, there.formula), key=lambda formula: formula.start)
        between = text[first.end : last.start].lstrip("$]\\")
        if len(between) < PARAGRAPH and any(map(is_other_solution, between.split("\n"))):
            return True
        apart = block(text, here.start) != block(text, there.start)
        if self.is_denied(statement.chain):
            return True
        if self.is_case(statement.chain) and not self.is_beside(statement, chain):
            return True
        if self.is_supposed(statement.chain):
            return apart or there.start > here.start or supposes([*before(between[-PARAGRAPH:]), HERE])
        return apart and any(is_block(text[block(text, side.start) :][:NEAR]) for side in (here, there))

    def is_unsettled(self, key: Key, chain: ChainRead) -> bool:
        """Whether a quantity has several values, each in a case, or one that holds in another case than a chain's."""
        given = [one for one in self.facts.values(key) if not one.assigned]
        several = len({one.read.side.latex for one in given}) > 1
        if several and any(one.chain is not None and self.is_case(one.chain) for one in given):
            return True
        value = self.facts.value_statement(key, chain.position)
        if value is None or not self.facts.knowledge.scalar or self.follows(key, chain):
            return False
        return self.is_left(value, chain) or (self.is_supposed(chain) and not self.is_beside(value, chain))

    def follows(self, key: Key, chain: ChainRead) -> bool:
        """Whether a quantity's value follows from a formula."""
        try:
            return self.context.truth.by_formula(key, chain.position) is not None
        except FAILURES:
            return False

    def is_beside(self, statement: Statement, chain: ChainRead) -> bool:
        """Whether something is said in the sentence of a chain."""
        here, there = chain.sides[0].side, statement.read.side
        text = here.formula.source.text
        if there.start < here.start:
            return here.start - len(sentence(text, here.start)) <= there.start
        return there.start <= here.start + len(rest(text, here.start))

    def is_redefined(self, key: Key, chain: ChainRead) -> bool:
        """Whether the formula of a quantity is that of another case than a chain's."""
        used = self.facts.definitions(key, chain.position)[:1] if self.facts.knowledge.scalar else ()
        return any(self.is_left(statement, chain) for statement in used)

    def base(self, chain: ChainRead) -> int:
        """The base, below ten, of which the sentence of a chain speaks; 0 where it speaks of none."""
        words = self.before(chain)
        found = [other for word, other in pairwise(words) if word in ("base", "basis")]
        digits = [letter for letter in found[-1] if letter.isdecimal()] if found else []
        return int(digits[0]) if len(digits) == 1 and digits[0] > "1" else 0

    def is_denied(self, chain: ChainRead) -> bool:
        """Whether the article says itself that an equality of numbers is not so: close behind it, or, of two mere
        numbers, in front of it."""
        behind = self.after(chain)
        end = next((k for k, word in enumerate(behind) if "=" in word and any(map(str.isalpha, word))), len(behind))
        if denies(behind[:end]):
            return True
        return all(read.tree is not None and is_number(read.tree) for read in chain.sides) and denies(
            self.before(chain)
        )

    def is_without_solution(self, chain: ChainRead) -> bool:
        """Whether two numbers are left of an equation of the same formula that is only supposed: `2 a = 2 (a - 3)
        \\Rightarrow 0 = -6`."""
        first = chain.sides[0].side
        return self.is_supposed(chain) and any(
            other.sides[0].side.formula is first.formula and other.position < chain.position
            for other in self.context.chains
        )

    def is_constant(self, read: SideRead, chain: ChainRead) -> bool:
        """Whether a side has one value whatever its names stand for: `2 + 2 a - 1 - 2 a`."""
        assert read.tree
        if quantity(read.tree) is not None or any(node.head == "apply" for node in nodes(read.tree)):
            return False
        try:
            term, _ = self.context.meaning(chain, read.tree)
            first, second = (Random(self.facts, trial, surface=True).value(term, chain.position) for trial in (0, 1))
        except FAILURES:
            return False
        return equal(first, second)

    def excused(self, chain: ChainRead, left: SideRead, right: SideRead) -> bool:
        """Whether an equality that does not hold may do so in the case of which the article speaks. What is worked on
        between symbols holds in every case."""
        assert left.tree and right.tree
        if is_plain(right.tree) and (is_plain(left.tree) or self.is_constant(left, chain)):
            return False
        begins = left is chain.sides[0]
        worked_on = not is_plain(left.tree) and not is_plain(right.tree) and (not begins or len(chain.sides) > 2)
        if begins and not worked_on and (self.is_case(chain) or self.is_condition(chain, left)):
            return True
        if quantity(left.tree) is not None and not is_plain(right.tree) and self.is_supposed(chain):
            return self.facts.knowledge.scalar
        differing = set(left.named) ^ set(right.named)
        if any(self.is_redefined(key, chain) for key in sorted(self.context.reach(differing, chain), key=str)):
            return True
        reached = sorted(self.context.reach([*left.named, *right.named], chain), key=str)
        return not worked_on and any(self.is_unsettled(key, chain) for key in reached)


def is_plain(tree: Tree) -> bool:
    """Whether a side holds nothing but numbers: neither names nor functions of the article's own."""
    return is_closed(tree) and all(node.head != "apply" for node in nodes(tree))


HERE = "$=$"
"""What stands for the chain itself behind the words before it."""


def first_word(words: Sequence[str]) -> tuple[str, int]:
    """The first word of some, or of the reversed words before a formula, and how many formulas of a list stand before
    it."""
    count = 0
    for word in words:
        if word[:1].isalpha():
            return word, count
        if word.startswith("$"):
            count += 1
        elif word not in (",", ";", ":", "(", ")", "[", "]", ".", "&", "\\"):
            break
    return "", count


def supposes(words: Sequence[str]) -> bool:
    """Whether something is supposed: a word for it, and not far behind it an equality or inequality."""
    for place, word in enumerate(words):
        if word in SUPPOSING:
            following = words[place + 1 : place + 1 + SOON]
            formula = next((k for k, other in enumerate(following) if other.startswith("$")), None)
            if formula is not None and "." not in following[:formula] and relates(following[formula]):
                return True
    return False


def denies(words: Sequence[str]) -> bool:
    """Whether words say of an equality that it is not so."""
    return any(
        word in DENIALS or (word in DENIED and not DENIED[word].isdisjoint(words[place + 1 : place + 4]))
        for place, word in enumerate(words)
    )


def is_block(text: str) -> bool:
    """Whether a paragraph that begins so speaks of one case."""
    words = [word for word in spoken(text)[:8] if word[:1].isalpha()]
    if words[:1] and words[0] in CASES | IF:
        return words[1:2] not in (["we"], ["you"], ["one"])
    return words[:1] != [] and words[0] in IN and not CASES.isdisjoint(words[1:4])


def is_other_solution(line: str) -> bool:
    """Whether a line stands between two solutions of one problem."""
    words = [word for word in spoken(line) if word[:1].isalpha()]
    if words == ["or"]:
        return "OR" in line
    return len(words) <= 2 and words[-1:] != [] and words[-1] in SOLUTION and set(words[:-1]) <= ANOTHER


def block(text: str, at: int) -> int:
    """Where the paragraph of a place begins, or the line in it that begins a case."""
    begin = paragraph(text, at)
    lines = text[begin:at].split("\n")
    for count in range(len(lines) - 1, 0, -1):
        if is_block(lines[count][:NEAR]):
            return at - len("\n".join(lines[count:]))
    return begin


def letter(key: Key) -> str:
    """A name without its scripts."""
    return str(key).partition("_")[0].partition("^")[0]


def bare(latex: str) -> str:
    return "".join(letter for letter in latex if letter not in "{} \n&")


def is_solved(facts: Facts, chain: ChainRead) -> bool:
    """Whether a chain is an equation for a number that the article gives only behind it."""
    names: Sequence[Key] = [key for read in chain.sides for key in read.named]
    statements = (facts.value_statement(key, chain.position) for key in names)
    return any(one is not None and one.position > chain.position for one in statements)


def claims_identity(left: Tree, right: Tree, read: SideRead) -> bool:
    r"""Whether an equality says what a function is, `\tanh(x) = ...`, or that it holds for all numbers."""
    before = read.side.formula.source.text[max(read.side.start - NEAR, 0) : read.side.start].lower()
    if any(words in before and not set(".=") & set(before.rpartition(words)[2]) for words in (*EVERY, r"\forall")):
        return True
    says_what = left.head == "call" and left.args[0] in ACTIVATIONS and left.args[1].head == "name"
    return says_what and any(node.head == "call" for node in nodes(right)) and set(named(right)) == set(named(left))
