r"""Tokens to a tree, in real authors' notation. The reader never guesses: what it is not sure of is `Unreadable`, with
the place.

comparison := sum ((< | > | \le | \ge) sum)?     sum := ['-'] entrywise (('+' | '-') entrywise)*
entrywise  := product (('\odot' | '\circ' | '\otimes') product)*
product    := factor (['\cdot' | '\times' | '*' | '/'] factor)*
factor     := atom scripts*
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from derivation.checking.reading.numerals import POSTFIXES, double_factorial, measured, plain, repeating
from derivation.checking.reading.remarks import is_unit, word_of
from derivation.checking.reading.symbols import (
    TRANSPOSED,
    Scripted,
    Symbol,
    Vocabulary,
    is_fenced,
    script,
    scripted,
    texts,
)
from derivation.checking.reading.tokens import Token, Unexpected, Unreadable, group
from derivation.checking.reading.trees import LISTS, Tree, nodes
from derivation.checking.reading.units import DEGREES, unit

DOUBLE = (r"\pm", r"\mp")
BARS = ("|", r"\|")
RELATIONS = {"<": "<", ">": ">", r"\le": "<=", r"\ge": ">="}
MAXIMAL_DEPTH = 60
STEPS_AT_LEAST, STEPS_A_WORD = 1000, 30
"""Factors that may be read in one side, some of them several times over: so many, and more by its tokens."""
ENTRYWISE = frozenset([r"\odot", r"\circ", r"\otimes", r"\oslash", r"\star"])
PRODUCTS = frozenset([r"\cdot", r"\times", "*", "/", "@"])
STOPS = frozenset(
    [
        "",
        r"\rfloor",
        r"\rceil",
        *DOUBLE,
        ")",
        "]",
        "}",
        r"\}",
        ",",
        ";",
        "+",
        "-",
        "&",
        r"\\",
        *RELATIONS,
        *ENTRYWISE,
        *PRODUCTS,
    ]
)
INDEXED = frozenset(["group", "matrix", "call", "apply", "windowed", ".T", *LISTS])
"""What may have the numbers of an entry, or of a part, behind it."""
UNKNOWN = frozenset(["name", "apply", "partial", "nabla", "updated"])
"""What stands for a quantity, behind which a word is no unit."""
SCRIPTS = frozenset(["^", "_", "'", *POSTFIXES])


def is_calculation(tree: Tree, fenced: Sequence[str]) -> bool:
    """Whether a superscript in brackets is an exponent: `5^{(b+1)}`, of numbers, with a sign in it."""
    is_number = not any(node.head == "name" for node in nodes(tree))
    return is_number and bool({"+", "-", r"\cdot"} & {*fenced})


@dataclass(frozen=True, slots=True)
class Forms:
    """What a side or a part of one may begin with, other than a number: by their first token, an environment, and
    whatever begins with a name."""

    commands: Mapping[str, Callable[[Reader], Tree]]
    environment: Callable[[Reader], Tree]
    name: Callable[[Reader, Scripted], Tree]
    at_point: Callable[[Reader, Tree], Tree]


class Reader:
    """Recursive descent over the tokens of one side."""

    def __init__(
        self, words: list[Token], vocabulary: Vocabulary, forms: Forms, depth: int = 0, left: list[int] | None = None
    ) -> None:
        self.words, self.vocabulary, self.forms = words, vocabulary, forms
        self.left = [STEPS_AT_LEAST + STEPS_A_WORD * len(words)] if left is None else left
        self.place, self.depth, self.bars = 0, depth, 0

    @property
    def next(self) -> str:
        return self.words[self.place].text if self.place < len(self.words) else ""

    @property
    def at(self) -> int:
        if self.place < len(self.words):
            return self.words[self.place].start
        return self.words[-1].end if self.words else 0

    def peek(self, ahead: int = 1) -> str:
        return self.words[self.place + ahead].text if self.place + ahead < len(self.words) else ""

    def take(self, *texts_: str) -> str:
        found = self.next if self.next and self.next in texts_ else ""
        self.place += bool(found)
        return found

    def expect(self, text: str) -> None:
        if not self.take(text):
            raise self.problem(text)

    def problem(self, expected: str) -> Unexpected:
        """What is said where something else stands than what is expected: a code of `expected`, or a sign."""
        return Unexpected(self.at, "reading.expected", expected=expected, found=self.next)

    def nested(self, words: Sequence[Token]) -> Reader:
        """A reader of a part, one level deeper."""
        return Reader(list(words), self.vocabulary, self.forms, self.depth + 1, self.left)

    def inner(self, words: Sequence[Token]) -> Tree:
        """The tree of a part that stands in braces."""
        if not words:
            raise Unreadable(self.at, "reading.nothing_between")
        reader = self.nested(words)
        tree = reader.comparison()
        if reader.next:
            raise reader.problem("expected.operator_in_group")
        return tree

    def group(self) -> list[Token]:
        """The next group in braces, or the next token."""
        begin, end = self.place, group(self.words, self.place)
        if begin == end:
            raise self.problem("expected.group")
        self.place = end
        first = self.words[begin]
        if end == begin + 1 and first.text[0].isdecimal() and len(first.text) > 1:  # \frac12
            self.words[begin : begin + 1] = [
                Token(digit, first.start + k, first.start + k + 1, True) for k, digit in enumerate(first.text)
            ]
            self.place = begin + 1
        words = self.words[begin : self.place]
        return words[1:-1] if words[0].text == "{" else words

    def comparison(self) -> Tree:
        self.depth += 1
        if self.depth > MAXIMAL_DEPTH:
            raise Unreadable(self.at, "reading.deep", most=MAXIMAL_DEPTH)
        start, left = self.at, self.sum()
        if self.next in RELATIONS:
            relation = RELATIONS[self.take(*RELATIONS)]
            left = Tree("compare", (relation, left, self.sum()), start)
        self.depth -= 1
        return left

    def sum(self) -> Tree:
        start = self.at
        if self.take("+"):
            left = self.entrywise()
        elif self.next in ("-", *DOUBLE):
            head = {"-": "u-"}.get(self.next, self.next)
            self.place += 1
            left = Tree(head, (self.entrywise(),), start)
        else:
            left = self.entrywise()
        while word := self.take("+", "-", *DOUBLE):
            start = self.words[self.place - 1].start
            if self.next == "-":  # a + -b
                self.place += 1
                right = Tree("u-", (self.entrywise(),), start)
            else:
                right = self.entrywise()
            left = Tree(word, (left, right), start)
        return left

    def entrywise(self) -> Tree:
        left = self.product()
        while self.next in ENTRYWISE:
            start = self.at
            left = Tree(self.take(*ENTRYWISE), (left, self.product()), start)
        return left

    def product(self) -> Tree:
        left = self.factor()
        slashed = False
        while True:
            start = self.at
            if self.next in self.vocabulary.operators:
                operator = Symbol(self.take(self.next))
                left = Tree("apply", (operator, left, self.signed_factor()), start)
            elif self.next in BARS and not self.bars and self.peek() == "_":
                left = self.forms.at_point(self, left)
            elif self.next in PRODUCTS:
                word = self.take(*PRODUCTS)
                right = self.signed_factor()
                slashed = word == "/" and not (left.head == right.head == "number")
                left = Tree(word, (left, right), start)
            elif self.next in STOPS or (self.next in BARS and self.bars):
                return left
            else:
                right = self.factor()
                if slashed or (left.head == "/" and right.head == "number"):
                    raise Unreadable(start, "reading.behind_slash")
                if (
                    right.head == "number"
                    and not self.stands_behind("!", start)
                    and (
                        left.head in ("number", "name", "call")
                        or (left.head == "" and left.args[1].head in ("number", "name", "call"))
                    )
                ):
                    raise Unreadable(start, "reading.number_behind")
                left = Tree("", (left, right), start)

    def stands_behind(self, sign: str, start: int) -> bool:
        """Whether what begins at a place stands right behind a sign."""
        at = next((k for k, word in enumerate(self.words) if word.start == start), 0)
        return at > 0 and self.words[at - 1].text == sign

    def signed_factor(self) -> Tree:
        start = self.at
        if self.take("-"):
            return Tree("u-", (self.factor(),), start)
        self.take("+")
        return self.factor()

    def factor(self) -> Tree:
        self.depth += 1
        self.left[0] -= 1
        if self.depth > MAXIMAL_DEPTH:
            raise Unreadable(self.at, "reading.deep", most=MAXIMAL_DEPTH)
        if self.left[0] < 0:
            raise Unreadable(self.at, "reading.too_many_ways")
        tree = self.scripts(self.atom())
        self.depth -= 1
        return tree

    def scripts(self, tree: Tree) -> Tree:
        """Powers and transposes behind anything that is not a name (a name's scripts are its own)."""
        while self.next in SCRIPTS or self.at_unit(tree):
            start = self.at
            if self.next not in SCRIPTS:
                word = word_of(self.words[self.place])
                tree = Tree("degrees", (tree,), tree.start) if word in DEGREES else measured(tree, word)
                self.place += 1
                if self.next == "^":
                    _, self.place = script(self.words, self.place)
                continue
            if self.next == "!" and self.peek() == "!":
                self.place += 2
                tree = double_factorial(tree, start)
                continue
            if self.next in POSTFIXES:
                tree = POSTFIXES[self.take(*POSTFIXES)](tree, start)
                continue
            if self.next != "^" and (self.next == "'" or tree.head not in INDEXED):
                raise Unreadable(start, f"reading.{'index' if self.next == '_' else 'prime'}_behind_bracket")
            is_index = self.next == "_"
            inner, self.place = script(self.words, self.place)
            if is_index:
                tree = Tree("entry", (tree, Symbol("", texts(inner))), tree.start)
            else:
                tree = self.raised(tree, inner, start)
        return tree

    def at_unit(self, tree: Tree) -> bool:
        """Whether the unit of a number stands here, a word that the article uses for nothing else."""
        if not self.next.startswith(r"\text{") or not is_unit(self.words, self.place):
            return False
        word = word_of(self.words[self.place])
        if unit(word) and all(node.head not in UNKNOWN for node in nodes(tree)):
            return True
        return tree.head == "number" and word not in self.vocabulary.spoken

    def raised(self, tree: Tree, inner: Sequence[Token], start: int) -> Tree:
        shown = texts(inner)
        if len(shown) == 1 and shown[0] in TRANSPOSED:
            return Tree(".T", (tree,), start)
        if shown == (r"\circ",):
            return Tree("degrees", (tree,), start)
        if not inner or not shown or (is_fenced(shown) and not is_calculation(tree, shown)):
            raise Unreadable(start, "reading.label_or_power")
        if shown[0] == r"\odot":
            return Tree("^entrywise", (tree, self.inner(inner[1:])), start)
        if (
            tree.head == "number"
            and tree.args[0] == "10"
            and re.fullmatch(r"-?\d{1,3}", "".join(shown))
            and not self.follows_number(tree)
        ):
            return Tree("number", (f"1e{''.join(shown)}",), tree.start)
        return Tree("^", (tree, self.inner(inner)), start)

    def follows_number(self, tree: Tree) -> bool:
        """Whether a numeral is the second factor behind another one: the 10 of `2 \\times 10^3`."""
        at = next((k for k, word in enumerate(self.words) if word.start == tree.start), 0)
        return at > 1 and self.words[at - 1].text in PRODUCTS and self.words[at - 2].text[:1].isdecimal()

    def atom(self) -> Tree:
        start, text = self.at, self.next
        if text[:1].isdecimal() or (text[:1] == "." and text[1:]):
            self.place += 1
            return self.mixed(Tree("number", (plain(text),), start))
        special = self.forms.commands.get(text) or (self.forms.environment if text.startswith(r"\begin{") else None)
        if special:
            return special(self)
        found = scripted(self.words, self.place, self.vocabulary)
        if found is None:
            raise self.problem("expected.operand")
        return self.forms.name(self, found)

    def mixed(self, whole: Tree) -> Tree:
        r"""A numeral with what belongs to it: `1\frac{9}{10}` is 1.9 where nothing goes on behind it."""
        before, words = self.place, list(self.words)
        if self.next == r"\ldots" and (repeated := repeating(whole.args[0])) and self.peek() in STOPS:
            self.place += 1
            above, below = (Tree("number", (text,), whole.start) for text in repeated)
            return Tree("frac", (above, below), whole.start)
        if self.next != r"\frac" or not whole.args[0].isdecimal():
            return whole
        self.place += 1
        try:
            parts = [texts(self.group()) for _ in range(2)]
        except Unreadable:
            parts = []
        if (
            len(parts) == 2
            and all(len(part) == 1 and part[0].isdecimal() for part in parts)
            and int(parts[0][0]) < int(parts[1][0])
            and (self.next in STOPS or self.next in BARS)
            and self.next not in SCRIPTS
        ):
            above, below = (Tree("number", part, whole.start) for part in parts)
            return Tree("mixed", (whole, Tree("frac", (above, below), whole.start)), whole.start)
        self.place, self.words = before, words
        return whole

    def arguments(self) -> list[Tree]:
        close = {"(": ")", "[": "]", r"\{": r"\}"}[self.take("(", "[", r"\{")]
        self.bars += 1  # a bar between arguments is none of a pair
        found = [self.comparison()]
        while self.take(",", ";", "|"):
            found.append(self.comparison())
        self.bars -= 1
        self.expect(close)
        return found
