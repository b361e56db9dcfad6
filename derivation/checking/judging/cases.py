"""What the words beside an equality say of it: one of several cases, true only where another one is, true for all
numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from derivation.checking.facts.facts import Facts
from derivation.checking.facts.failures import FAILURES
from derivation.checking.facts.knowledge import ChainRead, SideRead, Statement, is_closed, is_number, named, quantity
from derivation.checking.facts.points import Random
from derivation.checking.facts.quantity import Key
from derivation.checking.judging.agreement import equal
from derivation.checking.judging.context import Context
from derivation.checking.reading.trees import Tree, nodes
from derivation.formulas.operations import heads

OR = ("or", "oder", "ou", "o", "bien", "sonst", "或")
AMONG = (*OR, "set", "setting", "either", "entweder", "cases?", "Fall", "cas")
"""Words in front of one of several cases."""
SUPPOSING = (
    *("if", "when", "whenever", "unless", "whether", "suppose", "assum(?:e|ing)", "otherwise", "either", "setting"),
    *("cases?", "possibilit(?:y|ies)", "having", "only", "wenn", "falls", "Fall", "sonst", "entweder", "angenommen"),
    *("si", "cas", "sinon", "soit", "supposons", "cuando", "caso", "lorsque"),
)
"""Words in front of a formula that is only supposed, or of what follows from it."""
RELATIONS = ("=", "<", ">", r"\le", r"\ge", r"\ne")
A_FORMULA = r"\$[^$]*\$"
WORD = rf"(?:{'|'.join(SUPPOSING)})"
RELATED = r"(?:[=<>]|\\(?:le|ge|ne|in|leq|geq|neq)\b)"
SUPPOSED = re.compile(
    rf"\b{WORD}\b[^$.]{{0,40}}(?:\$[^$]*?|\\[(\[].{{0,200}}?|\\begin.{{0,200}}?){RELATED}|如果|假设",
    re.IGNORECASE | re.DOTALL,
)
"""A supposition in a sentence: its word, and not far behind it an equality or inequality."""
CONDITION = re.compile(
    r"\b(?:if|when|whenever|unless|whether|wenn|falls|si|cuando|lorsque)\s+\$([^$]*)\$", re.IGNORECASE
)
HERE = "$=$"
"""What stands for the chain itself behind the words before it."""
BLOCK = re.compile(
    r"\W*(?:\d+\.\s*)?(?:(?:in|for|with|im|dans|en)\s+(?:the\s+|this\s+|our\s+)?(?:\w+\s+)?(?:cases?|Fall|cas|caso)\b"
    r"|(?:case|possibility|scenario|option|if|when|otherwise|Fall|wenn|falls|cas|si|sinon|caso)\b(?!\s+(?:we|you|one)\b))",
    re.IGNORECASE,
)
"""How a paragraph begins that speaks of one case."""
NEW_PARAGRAPH = re.compile(
    r"\n\s*\n|\n(?=\W*(?:case|possibility|scenario|option|if|Fall|wenn|falls|cas|si|caso)\b)", re.IGNORECASE
)
ANOTHER = re.compile(
    r"^\W*(?:\\text\s*\{\s*)?(?:OR|(?:(?:alternate|alternative|second|another)\s+)?(?:solution|method|proof)\b[^.\n]{0,20})\W*$",
    re.MULTILINE | re.IGNORECASE,
)
"""A line between two solutions of one problem."""
AFTER_OR = re.compile(
    rf"(?:\b(?:{'|'.join(AMONG)})\b[:,]?|~or~)[\s${{}}(~\\]*(?:{A_FORMULA}[\s,]*)*[\s$({{[\\]*\Z", re.IGNORECASE
)
BEFORE_OR = re.compile(rf"[\s$)}}\\.,;~]*(?:{A_FORMULA}[\s,;]*)*\b(?:{'|'.join(OR)})\b", re.IGNORECASE)
SPACES = re.compile(r"\\q?quad\b|\\text|\\[,;: ]|&")
SENTENCE_END = re.compile(
    r"[.!?](?:\\end\{\w+\*?\}|\$\$?|\\[\])]|[)}\s])*(?:\s|(?=[A-Z]))|\n\s*\n|\\item\b|\\text\{(?:\s*or\s*)\}",
)
DENIED = re.compile(
    r"\b(?:contradict\w*|not true|untrue|false|impossible|absurd\w*|no (?:\w+ )?solutions?|extraneous|not (?:hold|valid|possible)"
    r"|Widerspr\w+|falsch|unmöglich|nicht wahr|absurde|contradicción|falso)\b|矛盾",
    re.IGNORECASE,
)
"""Words by which a sentence says of an equality that it is not so."""
NUMBERS = re.compile(r"\$[-\d\s.{},]+=[-\d\s.{},]+\$")
NEAR, SENTENCE, PARAGRAPH = 100, 400, 3000
"""Letters in which words that belong to an equality, its sentence and its paragraph are looked for."""
EVERY = tuple(map(" ".join, (("for", "all"), ("for", "every"), ("für", "alle"), ("pour", "tout"), ("para", "todo"))))
"""Words in front of an equality that holds for all numbers."""
COMPARISON = re.compile(r"[<>]|\\(?:l|g)(?:e|t)(?:q|qslant)?(?![a-zA-Z])")
SENTENCES = re.compile(r"[.;:]\s|\n\n|\$\$\s*\n")
ACTIVATIONS = frozenset([heads.TANH, heads.SIGMOID, heads.SOFTPLUS, heads.GELU])
"""Functions of which one says what they are by others; nobody solves such an equation."""


class Cases:
    """What an article's words say of the equalities beside them."""

    def __init__(self, context: Context) -> None:
        self.context, self.facts = context, context.facts

    def is_case(self, chain: ChainRead) -> bool:
        """Whether a chain is one of several cases, `x = 1` or `x = 3`, or set to find out what is so then. What is said
        once more in other words, `2 x = 6` or `x = 3`, is none."""
        first, last = chain.sides[0].side, chain.sides[-1].side
        text = first.formula.source.text
        before, after = text[max(first.start - NEAR, 0) : first.start], text[last.end : last.end + NEAR]
        found = AFTER_OR.search(SPACES.sub(" ", before)) or BEFORE_OR.match(SPACES.sub(" ", after))
        if found is None:
            return False
        is_or = set(re.findall(r"\w+", found[0].lower())) & set(OR)
        among = found[0].count("$") > 2 or "either" in sentence(text, first.start).lower()
        return not is_or or among or bare(first.latex) + "=" in bare(before + " " + after)

    def is_supposed(self, chain: ChainRead) -> bool:
        """Whether the sentence of a chain supposes something before it: `if y = 3, then z + 1 = 4`."""
        side = chain.sides[0].side
        return SUPPOSED.search(sentence(side.formula.source.text, side.start) + HERE) is not None

    def is_condition(self, chain: ChainRead, left: SideRead) -> bool:
        """Whether a side's names stand in a condition of the same sentence: `if y = 3, then y + 1 = 4`."""
        side = chain.sides[0].side
        supposed = CONDITION.findall(sentence(side.formula.source.text, side.start).replace("$$", "$"))
        return any(
            any(sign in latex for sign in RELATIONS) and letter(key) in latex
            for latex in supposed
            for key in left.named
        )

    def is_on_one_side(self, chain: ChainRead, left: SideRead, right: SideRead) -> bool:
        """Whether a comparison beside an equality says on which side of a kink it is meant: `for z > 0`."""
        first, last = chain.sides[0].side, chain.sides[-1].side
        text = first.formula.source.text
        before, after = text[max(first.start - SENTENCE, 0) : first.start], text[last.end : last.end + NEAR]
        beside = SENTENCES.split(before)[-1] + SENTENCES.split(after)[0]
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
        between = text[there.end : here.start] if there.end < here.start else text[here.start : there.start]
        if len(between) < PARAGRAPH and ANOTHER.search(between):
            return True
        apart = paragraph(text, here.start) != paragraph(text, there.start)
        if self.is_case(statement.chain) and SENTENCE_END.search(between):
            return True
        if self.is_supposed(statement.chain):
            return apart or there.start > here.start or SUPPOSED.search(between + HERE) is not None
        return apart and any(BLOCK.match(text, paragraph(text, side.start)) for side in (here, there))

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
        begin = here.start - len(sentence(text, here.start))
        return begin <= there.start <= here.start or not SENTENCE_END.search(text, here.start, there.start)

    def is_redefined(self, key: Key, chain: ChainRead) -> bool:
        """Whether the formula of a quantity is that of another case than a chain's."""
        used = self.facts.definitions(key, chain.position)[:1] if self.facts.knowledge.scalar else ()
        return any(self.is_left(statement, chain) for statement in used)

    def is_denied(self, chain: ChainRead) -> bool:
        """Whether the article says itself that an equality of numbers is not so: close behind it, or, of two mere
        numbers, in front of it."""
        first, last = chain.sides[0].side, chain.sides[-1].side
        text = first.formula.source.text
        end = SENTENCE_END.search(text, last.end, last.end + SENTENCE)
        after = NUMBERS.sub(" ", text[last.end : end.start() if end else last.end + SENTENCE]).partition("=")[0]
        mere = all(read.tree is not None and is_number(read.tree) for read in chain.sides)
        return bool(DENIED.search(after[:NEAR]) or (mere and DENIED.search(sentence(text, first.start))))

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


def sentence(text: str, at: int) -> str:
    """What stands before a place in its sentence.

    >>> sentence("So it is. If $x = 1$, then $y = 2$.", 28)
    'If $x = 1$, then $'
    """
    begin = max(at - SENTENCE, 0)
    ends = [match.end() for match in SENTENCE_END.finditer(text, begin, at)]
    return text[ends[-1] if ends else begin : at]


def paragraph(text: str, at: int) -> int:
    """Where the paragraph of a place begins, or the line that begins a case."""
    begin = max(at - PARAGRAPH, 0)
    return max((match.end() for match in NEW_PARAGRAPH.finditer(text, begin, at)), default=begin)


def letter(key: Key) -> str:
    """A name without its scripts."""
    return str(key).partition("_")[0].partition("^")[0]


def bare(latex: str) -> str:
    return re.sub(r"[{}\s&]", "", latex)


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
