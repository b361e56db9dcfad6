r"""Tokens to a tree, in real authors' notation. The reader never guesses: what it is not sure of is `Unreadable`, with the place.

comparison := sum ((< | > | \le | \ge) sum)?     sum := ['-'] entrywise (('+' | '-') entrywise)*
entrywise  := product (('\odot' | '\circ' | '\otimes') product)*
product    := factor (['\cdot' | '\times' | '*' | '/'] factor)*
factor     := atom scripts*
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ..operations import SPELLINGS, TABLE
from .symbols import CURRENT, LETTERS, TRANSPOSED, UPDATED, Scripted, Symbol, Vocabulary, is_fenced, joined, script, scripted, texts
from .tokens import Token, Unreadable, group

MAXIMAL_DEPTH = 60
ENTRYWISE = frozenset([r"\odot", r"\circ", r"\otimes"])
PRODUCTS = frozenset([r"\cdot", r"\times", "*", "/", "@"])
OPERATORS = frozenset([r"\Delta", r"\mathbb{E}", r"\mathbb{P}", r"\mathrm{arg}", r"\mathrm{Var}", r"\mathrm{Cov}"])
"""Names that mean nothing by themselves: differences, expectations."""
BARS = ("|", r"\|")
RELATIONS = {"<": "<", ">": ">", r"\le": "<=", r"\ge": ">="}
MATRICES = frozenset(["pmatrix", "bmatrix", "matrix", "smallmatrix", "array", "Bmatrix", "vmatrix", "Vmatrix", "bsmallmatrix", "psmallmatrix"])
STOPS = frozenset(["", ")", "]", "}", r"\}", ",", "+", "-", "&", r"\\", *RELATIONS, *ENTRYWISE, *PRODUCTS])
SPOKEN = {
    row.notation.symbol: spelling for row in TABLE.values() if row.notation.kind == "function" for spelling in row.spellings[:1] if not row.derivative_of
} | {r"\log": "log", r"\exp": "exp", r"\Phi": "normal_cdf", r"\min": "min", r"\mean": "mean"}
"""Commands that are functions."""
CALLED = {
    spelling.replace("_", ""): spelling for spelling in SPELLINGS if spelling.isidentifier() and spelling not in ("dot", "outer", "sum", "mean", "sign")
} | {
    "logistic": "sigmoid",
    "crossentropy": "cross_entropy",
    "ce": "cross_entropy",
    "lrelu": "leaky_relu",
    "sum": "sum",
    "mean": "mean",
    "sgn": "sign",
    "sign": "sign",
    "rect": "relu",
}
"""Words, in small letters and without `_`, that are functions of the table."""
CONVENTIONAL = frozenset(["sigmoid", "normal_cdf", "normal_pdf", "log"])
"""Functions that a symbol stands for by convention only: `\\sigma`, `\\log`."""


@dataclass(frozen=True, slots=True)
class Tree:
    """What stands there, before shapes are known: a head, its parts, and where it begins in the source."""

    head: str
    args: tuple[Any, ...]
    start: int

    @property
    def children(self) -> tuple[Tree, ...]:
        return tuple(arg for arg in self.args if isinstance(arg, Tree))


def walk(tree: Tree) -> list[Tree]:
    """Every node, parents first."""
    found, waiting = [], [tree]
    while waiting:
        node = waiting.pop()
        found.append(node)
        for arg in reversed(node.args):
            if isinstance(arg, Tree):
                waiting.append(arg)
            elif isinstance(arg, tuple):
                waiting.extend(part for part in reversed(arg) if isinstance(part, Tree))
    return found


def read(words: Sequence[Token], vocabulary: Vocabulary) -> Tree:
    """The tree of one side; `Unreadable` at the place that is not understood."""
    reader = Reader(list(words), vocabulary)
    tree = reader.comparison()
    if reader.next:
        raise reader.problem("an operator or the end")
    return tree


def plain(text: str) -> str:
    """A numeral in the form of a `number` term."""
    return f"0{text}" if text.startswith(".") else text


class Reader:
    """Recursive descent over the tokens of one side."""

    def __init__(self, words: list[Token], vocabulary: Vocabulary, depth: int = 0) -> None:
        self.words, self.vocabulary = words, vocabulary
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
            raise self.problem(repr(text))

    def problem(self, expected: str) -> Unreadable:
        return Unreadable(self.at, f"expected {expected}, found {self.next or 'the end'}")

    def inner(self, words: Sequence[Token]) -> Tree:
        """The tree of a part that stands in braces."""
        if not words:
            raise Unreadable(self.at, "nothing stands between these braces")
        reader = Reader(list(words), self.vocabulary, self.depth + 1)
        tree = reader.comparison()
        if reader.next:
            raise reader.problem("an operator or the end of the group")
        return tree

    def group(self) -> list[Token]:
        """The next group in braces, or the next token."""
        begin, end = self.place, group(self.words, self.place)
        if begin == end:
            raise self.problem("a group in braces")
        self.place = end
        first = self.words[begin]
        if end == begin + 1 and first.text[0].isdigit() and len(first.text) > 1:  # \frac12
            self.words[begin : begin + 1] = [Token(digit, first.start + k, first.start + k + 1, True) for k, digit in enumerate(first.text)]
            self.place = begin + 1
        words = self.words[begin : self.place]
        return words[1:-1] if words[0].text == "{" else words

    def comparison(self) -> Tree:
        self.depth += 1
        if self.depth > MAXIMAL_DEPTH:
            raise Unreadable(self.at, f"nested more than {MAXIMAL_DEPTH} deep")
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
        elif self.next == "-":
            self.place += 1
            left = Tree("u-", (self.entrywise(),), start)
        else:
            left = self.entrywise()
        while word := self.take("+", "-"):
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
            if self.next in PRODUCTS:
                word = self.take(*PRODUCTS)
                right = self.signed_factor()
                slashed = word == "/" and not (left.head == right.head == "number")
                left = Tree(word, (left, right), start)
            elif self.next in STOPS or (self.next in BARS and self.bars):
                return left
            else:
                right = self.factor()
                if slashed:
                    raise Unreadable(start, "a product behind a slash: what belongs below the line? use \\frac or brackets")
                if right.head == "number" and (left.head in ("number", "name") or (left.head == "" and left.args[1].head in ("number", "name"))):
                    raise Unreadable(start, "a number right behind another factor; write \\cdot between them")
                left = Tree("", (left, right), start)

    def signed_factor(self) -> Tree:
        start = self.at
        if self.take("-"):
            return Tree("u-", (self.factor(),), start)
        self.take("+")
        return self.factor()

    def factor(self) -> Tree:
        self.depth += 1
        if self.depth > MAXIMAL_DEPTH:
            raise Unreadable(self.at, f"nested more than {MAXIMAL_DEPTH} deep")
        tree = self.scripts(self.atom())
        self.depth -= 1
        return tree

    def scripts(self, tree: Tree) -> Tree:
        """Powers and transposes behind anything that is not a name (a name's scripts are its own)."""
        while self.next in ("^", "_", "'") and self.next:
            start = self.at
            if self.next != "^":
                raise Unreadable(start, f"{'an index' if self.next == '_' else 'a prime'} behind a bracket")
            inner, self.place = script(self.words, self.place)
            tree = self.raised(tree, inner, start)
        return tree

    def raised(self, tree: Tree, inner: Sequence[Token], start: int) -> Tree:
        shown = texts(inner)
        if len(shown) == 1 and shown[0] in TRANSPOSED:
            return Tree(".T", (tree,), start)
        if is_fenced(shown) or not inner or not shown:
            raise Unreadable(start, "is this superscript a label or a power?")
        if shown[0] == r"\odot":
            inner = inner[1:]
        return Tree("^", (tree, self.inner(inner)), start)

    def atom(self) -> Tree:
        start, text = self.at, self.next
        if text[:1].isdigit() or (text[:1] == "." and text[1:]):
            self.place += 1
            return Tree("number", (plain(text),), start)
        special = SPECIAL.get(text) or (Reader.environment if text.startswith(r"\begin{") else None)
        if special:
            return special(self)
        found = scripted(self.words, self.place, self.vocabulary)
        if found is None:
            raise self.problem("a number, a name or a bracket")
        return self.named(found)

    # Names, calls and their scripts

    def named(self, found: Scripted) -> Tree:
        if (derivative := self.slashed_derivative()) is not None:
            return derivative
        function = spoken(found.base, self.vocabulary)
        follows = self.words[found.after].text if found.after < len(self.words) else ""
        if function and (follows in ("(", "[", r"\{") or follows.startswith(r"\begin{") or found.base not in LETTERS):
            return self.call(function, found)
        self.place = found.after
        if found.base in OPERATORS and found.base not in self.vocabulary.quantities and follows not in STOPS:
            raise Unreadable(found.start, f"{found.base} in front of something is an operator that is not known here")
        if found.base in ("e", r"\mathrm{e}") and not found.sub and self.is_number_e(found):
            return self.exponential(found)
        tree = self.symbol(found)
        return self.applied(tree, found) if follows == "(" else tree

    def is_number_e(self, found: Scripted) -> bool:
        """Whether an e is Euler's number: where the article has no quantity of that name, with that superscript."""
        shown = texts(found.sups[0]) if found.sups else ()
        return not ({found.base, Symbol(found.base, (), shown).key} & self.vocabulary.quantities or is_fenced(shown))

    def exponential(self, found: Scripted) -> Tree:
        if len(found.sups) != 1 or found.primes:
            if not found.sups and not found.primes:
                return Tree("call", ("exp", Tree("number", ("1",), found.start)), found.start)
            raise Unreadable(found.start, "what is this e?")
        return Tree("call", ("exp", self.inner(found.sups[0])), found.start)

    def symbol(self, found: Scripted) -> Tree:
        """A name with its labels, and what its other superscripts do to it."""
        sub, is_new = marked(texts(found.sub))
        label: tuple[str, ...] = ()
        after: list[tuple[str, Sequence[Token]]] = []
        for sup in found.sups:
            part, kind = self.superscript(found, sub, sup)
            label += part
            is_new = is_new or kind == "updated"
            if kind in ("power", ".T"):
                after.append((kind, sup))
        tree = Tree("name", (Symbol(found.base, sub, label, found.primes),), found.start)
        if is_new:
            tree = Tree("updated", (tree,), found.start)
        for kind, inner in after:
            tree = Tree(".T", (tree,), found.start) if kind == ".T" else Tree("^", (tree, self.inner(inner)), found.start)
        return tree

    def superscript(self, found: Scripted, sub: tuple[str, ...], sup: Sequence[Token]) -> tuple[tuple[str, ...], str]:
        """The label that a superscript is (or nothing), and what else it does."""
        shown = texts(sup)
        if not shown:
            return (), ""
        if len(shown) == 1 and shown[0] in UPDATED and not (shown[0] == "+" and self.vocabulary.signed):
            return (), "updated"
        if len(shown) == 1 and shown[0] in CURRENT:
            return (), ""
        if shown[-1] in TRANSPOSED:
            rest = shown[:-2] if len(shown) > 1 and shown[-2] == "^" else shown[:-1]
            if not rest or is_fenced(rest):
                return rest, ".T"
        fitting = Symbol(found.base, sub, shown, found.primes).key in self.vocabulary.quantities
        if is_fenced(shown) or fitting or shown in (("*",), ("-",), ("+",), (r"\star",), (r"\dagger",)):
            if re.fullmatch(r"\(\d+[-+]\d+\)", "".join(shown)):
                raise Unreadable(sup[0].start, "is this superscript a label or a power?")
            return shown, ""
        decided = self.vocabulary.is_label(found.base, shown)
        if decided is None:
            raise Unreadable(sup[0].start, f"is the superscript of {found.base} a label or a power? the article does not say")
        return (shown, "") if decided else ((), "power")

    def applied(self, tree: Tree, found: Scripted) -> Tree:
        """A name with a bracket behind it: a call of the article's own function, or a product."""
        bare = Symbol(found.base, texts(found.sub), tuple(t for sup in found.sups for t in texts(sup)), found.primes)
        plain_name = tree.args[0] if tree.head == "name" else bare
        for candidate in (plain_name, Symbol(plain_name.base, plain_name.sub, plain_name.label)):
            if candidate.key in self.vocabulary.functions:
                arguments = self.arguments()
                if candidate.primes != plain_name.primes:
                    if plain_name.primes != 1 or len(arguments) != 1:
                        raise Unreadable(found.start, "a higher derivative")
                    return Tree("prime", (candidate, *arguments), found.start)
                return Tree("apply", (candidate, *arguments), found.start)
        if plain_name.key in self.vocabulary.quantities or tree.head != "name":
            return tree
        return self.opaque(plain_name, found)

    def opaque(self, function: Symbol, found: Scripted) -> Tree:
        """A call of a function that the article does not define: `dist(a, b)` is a quantity with that name."""
        end = self.closing()
        shown = joined([word.text for word in self.words[self.place : end]])
        self.place = end
        return Tree("name", (Symbol(f"{function.key}{shown}"),), found.start)

    def closing(self) -> int:
        """The index behind the bracket that closes the one which opens here."""
        depth = 0
        for place in range(self.place, len(self.words)):
            text = self.words[place].text
            depth += (text in ("(", "[", "{")) - (text in (")", "]", "}"))
            if depth == 0:
                return place + 1
        raise Unreadable(self.at, "this bracket is never closed")

    def arguments(self) -> list[Tree]:
        close = {"(": ")", "[": "]", r"\{": r"\}"}[self.take("(", "[", r"\{")]
        found = [self.comparison()]
        while self.take(",", ";", "|"):
            found.append(self.comparison())
        self.expect(close)
        return found

    def call(self, function: str, found: Scripted) -> Tree:
        """A function of the table, with brackets around its arguments or without."""
        self.place = found.after
        start = found.start
        powers = [sup for sup in found.sups if texts(sup)]
        base = self.inner(found.sub) if found.sub and function == "log" else None
        if found.sub and function in ("max", "min") and self.next not in ("(", r"\{"):
            raise Unreadable(start, f"a {function} over an index")
        if found.sub and base is None and function not in ("max", "min", "softmax"):
            raise Unreadable(start, "an index behind a function")
        if found.primes > 1 or len(powers) > 1:
            raise Unreadable(start, "a higher derivative")
        if self.next in ("(", "[", r"\{"):
            arguments = self.arguments()
        else:
            if self.next in STOPS or function in ("max", "min"):
                raise self.problem("the argument of a function")
            arguments = [self.factor()]
            if self.next not in STOPS and not self.next.startswith(r"\text{"):
                raise Unreadable(self.at, "how far does the argument of this function go? use brackets")
        tree = Tree("prime" if found.primes else "call", (function, *arguments), start)
        if base is not None:
            tree = Tree("/", (tree, Tree("call", ("log", base), start)), start)
        if powers:
            if texts(powers[0]) in (("-", "1"), ("-1",)):
                raise Unreadable(start, "an inverse function")
            return self.raised(tree, powers[0], start)
        return tree

    # Derivatives

    def slashed_derivative(self) -> Tree | None:
        r"""`dL/dw`, where a slash stands between two names behind a `d`."""
        begin = self.place
        if self.next != self.vocabulary.derivative or "d" in self.vocabulary.quantities:
            return None
        of = scripted(self.words, begin + 1, self.vocabulary) if self.place + 1 < len(self.words) and self.words[begin + 1].glued else None
        if of is None or of.after + 2 >= len(self.words) or self.words[of.after].text != "/" or self.words[of.after + 1].text != self.vocabulary.derivative:
            return None
        by = scripted(self.words, of.after + 2, self.vocabulary)
        if by is None:
            return None
        self.place = by.after
        return Tree("partial", (self.symbol(of), self.symbol(by)), self.words[begin].start)

    def slashed_partial(self) -> Tree:
        r"""`\partial L / \partial w`."""
        start = self.at
        self.expect(r"\partial")
        of = self.quantity()
        self.expect("/")
        self.expect(r"\partial")
        return Tree("partial", (of, self.quantity()), start)

    def quantity(self) -> Tree:
        """A name, with brackets around it or without, as it stands behind a differential."""
        start = self.at
        if self.next in ("(", "{"):
            close = {"(": ")", "{": "}"}[self.take("(", "{")]
            tree = self.comparison()
            self.expect(close)
            return tree
        found = scripted(self.words, self.place, self.vocabulary)
        if found is None:
            raise self.problem("the name of a quantity")
        self.place = found.after
        if found.base in ("", r"\partial"):
            raise Unreadable(start, "a higher derivative")
        tree = self.symbol(found)
        if self.next != "(":
            return tree
        before = self.place
        arguments = self.arguments()
        if tree.head == "name" and all(argument.head in ("name", "updated") for argument in arguments):
            return tree  # J(W, b): the quantity J, which depends on W and b
        self.place = before
        return self.applied(tree, found)

    def fraction(self) -> Tree:
        start = self.at
        self.expect(r"\frac")
        above, below = self.group(), self.group()
        if above and below and is_differential(above[0], self.vocabulary) and is_differential(below[0], self.vocabulary) and len(below) > 1:
            return self.derivative(above, below, start)
        return Tree("frac", (self.inner(above), self.inner(below)), start)

    def derivative(self, above: list[Token], below: list[Token], start: int) -> Tree:
        parts: list[Tree | None] = []
        for words in (above, below):
            if len(words) > 1 and words[1].text in ("^", "'"):
                raise Unreadable(words[1].start, "a higher derivative")
            reader = Reader(words[1:], self.vocabulary, self.depth + 1)
            if not words[1:]:
                parts.append(None)
                continue
            parts.append(reader.quantity())
            if reader.next:
                raise reader.problem("the end of the derivative")
        of, by = parts
        assert by is not None
        if of is None:  # \frac{\partial}{\partial w} (...)
            of = self.product()
        return Tree("partial", (of, by), start)

    def nabla(self) -> Tree:
        start = self.at
        self.expect(r"\nabla")
        by = None
        if self.next == "_":
            inner, self.place = script(self.words, self.place)
            by = self.inner(inner)
        of = self.quantity()
        return Tree("nabla", (by, of) if by else (of,), start)

    # Brackets

    def bracket(self) -> Tree:
        start = self.at
        if self.next == "{" and (spliced := self.spliced()):
            return spliced
        close = {"(": ")", "[": "]", r"\{": r"\}", "{": "}"}[self.take("(", "[", r"\{", "{")]
        items = [self.comparison()]
        while self.take(",", ";"):
            items.append(self.comparison())
        self.expect(close)
        if len(items) > 1:
            if close not in (")", "]"):
                raise Unreadable(start, "a set")
            items_ = tuple(items)
            if self.next == "^" and texts(script(self.words, self.place)[0])[0] in TRANSPOSED:
                self.place = script(self.words, self.place)[1]
                return Tree("tuple", items_, start)  # (1, 2)^T: a column
            return Tree("tuple", items_, start)
        if items[0].head == "compare" and close == "]":
            return Tree("indicator", items[0].args, start)
        if self.next == "_" and items[0].head == "name":  # (W)_{12}
            inner, self.place = script(self.words, self.place)
            symbol = items[0].args[0]
            if symbol.sub:
                raise Unreadable(start, "an index behind an index")
            return Tree("name", (Symbol(symbol.base, texts(inner), symbol.label, symbol.primes),), start)
        if self.next == "_" and close == ")":
            inner, self.place = script(self.words, self.place)
            return Tree("entry", (items[0], Symbol("", texts(inner))), start)
        return Tree("group", (items[0],), start)

    def spliced(self) -> Tree | None:
        """Braces that do not show are no brackets: what they hold is read as if they were not there, unless a script needs them."""
        end = group(self.words, self.place)
        after = self.words[end].text if end < len(self.words) else ""
        if after in ("^", "_", "'"):
            return None
        if end - self.place == 2:
            raise Unreadable(self.at, "nothing stands between these braces")
        del self.words[end - 1], self.words[self.place]
        return self.factor()

    def absolute(self) -> Tree:
        start = self.at
        bar = self.take("|", r"\|")
        self.bars += 1
        inner = self.sum()
        self.bars -= 1
        self.expect(bar)
        norm = bar == r"\|" or self.next == "_"
        if self.next == "_":
            index, self.place = script(self.words, self.place)
            if texts(index) not in (("2",), ("F",)):
                raise Unreadable(start, "a norm other than the Euclidean one")
        return Tree("norm" if norm else "abs", (inner,), start)

    def root(self) -> Tree:
        start = self.at
        self.expect(r"\sqrt")
        if self.next == "[":
            raise Unreadable(start, "a root other than the square root")
        return Tree("call", ("sqrt", self.inner(self.group())), start)

    def total(self) -> Tree:
        start = self.at
        self.expect(r"\sum")
        below: tuple[str, ...] = ()
        above: Tree | None = None
        low: Tree | None = None
        while self.next in ("_", "^") and self.next:
            mark = self.next
            inner, self.place = script(self.words, self.place)
            if mark == "^":
                above = self.inner(inner)
            else:
                below = texts(inner)
                equals = next((k for k, word in enumerate(inner) if word.text == "="), None)
                if equals is not None:
                    below, low = texts(inner[:equals]), self.inner(inner[equals + 1 :])
        if not below or len(below) > 1 or not below[0].isalpha():
            raise Unreadable(start, "a sum whose index is not clear")
        minus = self.take("-")
        body = self.entrywise()
        if minus:
            body = Tree("u-", (body,), start)
        return Tree("sum", (below[0], low, above, body), start)

    def indicator(self) -> Tree:
        start = self.at
        self.place = group(self.words, self.place + 1)
        if self.next == "_":
            inner, self.place = script(self.words, self.place)
            words = [word for word in inner if word.text not in (r"\{", r"\}", "{", "}", "[", "]")]
            condition = self.inner(words)
        elif self.next in ("[", "(", r"\{"):
            condition = self.arguments()[0]
        else:
            raise Unreadable(start, "an indicator without a condition")
        if condition.head != "compare":
            raise Unreadable(start, "an indicator of something that is no comparison")
        return Tree("indicator", condition.args, start)

    def styled(self) -> Tree:
        r"""`\mathbb{1}[z > 0]` and `\mathbf{1}[...]` are indicators; any other letter in such a font is a name."""
        if self.peek() == "{" and self.peek(2) in ("1", "I") and self.peek(3) == "}" and self.peek(4) in ("[", "(", "_", r"\{"):
            return self.indicator()
        found = scripted(self.words, self.place, self.vocabulary)
        if found is None:
            raise self.problem("a number, a name or a bracket")
        return self.named(found)

    def environment(self) -> Tree:
        start = self.at
        kind = self.next[7:-1].rstrip("*")
        self.place += 1
        if kind not in MATRICES and kind not in ("cases", "dcases", "rcases"):
            raise Unreadable(start, f"the environment {kind}")
        if kind == "array":
            self.group()
        elif self.next == "[":
            self.place = next((k for k in range(self.place, len(self.words)) if self.words[k].text == "]"), self.place) + 1
        cells = self.cells()
        if "cases" in kind:
            return self.branches(cells, start)
        if kind in ("vmatrix", "Vmatrix"):
            raise Unreadable(start, "a determinant")
        rows = tuple(tuple(self.inner(cell) for cell in row) for row in cells)
        if len({len(row) for row in rows}) != 1:
            raise Unreadable(start, "a matrix whose rows are not equally long")
        return Tree("matrix", tuple(Tree("row", row, row[0].start) for row in rows), start)

    def cells(self) -> list[list[list[Token]]]:
        """The cells of an environment, whose beginning is read, up to its end."""
        rows, depth = [[list[Token]()]], 0
        while self.place < len(self.words):
            word = self.words[self.place]
            self.place += 1
            if depth == 0 and word.text.startswith(r"\end{"):
                break
            depth += word.text.startswith(r"\begin{") + (word.text == "{") - word.text.startswith(r"\end{") - (word.text == "}")
            if depth == 0 and word.text == "&":
                rows[-1].append([])
            elif depth == 0 and word.text == r"\\":
                rows.append([[]])
            elif word.text != r"\quad":
                rows[-1][-1].append(word)
        else:
            raise Unreadable(self.words[-1].end, "this environment is never closed")
        return [row for row in rows if any(row)]

    def branches(self, cells: list[list[list[Token]]], start: int) -> Tree:
        """The rows of a `cases`: values, and conditions in words or signs."""
        parts: list[Tree] = []
        for row in cells:
            if len(row) != 2:
                raise Unreadable(start, "a row of cases without a condition")
            value = [word for word in row[0] if word.text != ","]
            condition = [word for word in row[1] if not word.text.startswith(r"\text{") and word.text not in (",", ".")]
            says_if = condition and any(word.text in RELATIONS for word in condition)
            if condition and not says_if:
                raise Unreadable(condition[0].start, "a condition that is no comparison")
            test = self.inner(condition) if says_if else None
            parts += [self.inner(value), *([test] if test else [])]
        if len(parts) not in (3, 4) or len(cells) != 2:
            raise Unreadable(start, "cases other than two")
        return Tree("cases", tuple(parts), start)


def is_differential(word: Token, vocabulary: Vocabulary) -> bool:
    return word.text in (r"\partial", r"\text{d}", r"\mathrm{d}") or (word.text == "d" and "d" not in vocabulary.quantities)


def marked(sub: tuple[str, ...]) -> tuple[tuple[str, ...], bool]:
    """A subscript without the mark of an updated or current value, and whether it had that of an updated one."""
    if sub and sub[-1] in (UPDATED | CURRENT) - {"+"}:
        rest = sub[:-2] if len(sub) > 1 and sub[-2] == "," else sub[:-1]
        return rest, sub[-1] in UPDATED
    return sub, False


def spoken(base: str, vocabulary: Vocabulary) -> str | None:
    """The function of the table that a base stands for, unless the article uses it as a name of its own."""
    if base in vocabulary.functions or base in vocabulary.quantities:
        return None
    if base in SPOKEN:
        return SPOKEN[base]
    word = base[8:-1] if base.startswith(r"\mathrm{") else base
    return CALLED.get(word.lower().replace("-", "").replace(" ", "").replace("_", "")) if len(word) > 1 and not word.startswith("\\") else None


def _function(self: Reader) -> Tree:
    """A command such as `\\ln` or `\\max`, with its scripts."""
    word = self.words[self.place]
    at, sub, sups, primes = self.place + 1, (), [], 0
    while at < len(self.words) and self.words[at].text in ("_", "^", "'"):
        if self.words[at].text == "'":
            primes, at = primes + 1, at + 1
            continue
        mark = self.words[at].text
        inner, at = script(self.words, at)
        if mark == "_":
            sub = inner  # type: ignore[assignment]
        elif all(token.text == "'" for token in inner):
            primes += len(inner)
        else:
            sups.append(inner)
    return self.call(SPOKEN[word.text], Scripted(word.text, sub, tuple(sups), primes, word.start, at))


_BRACKETS_AND_COMMANDS: dict[str, Callable[[Reader], Tree]] = {
    "(": Reader.bracket,
    "[": Reader.bracket,
    "{": Reader.bracket,
    r"\{": Reader.bracket,
    "|": Reader.absolute,
    r"\|": Reader.absolute,
    r"\frac": Reader.fraction,
    r"\sqrt": Reader.root,
    r"\sum": Reader.total,
    r"\partial": Reader.slashed_partial,
    r"\nabla": Reader.nabla,
    r"\mathbb": Reader.styled,
    r"\mathbf": Reader.styled,
}
SPECIAL = _BRACKETS_AND_COMMANDS | {
    command: _function for command in SPOKEN if command.startswith("\\") and command not in LETTERS and not command.startswith(r"\operatorname")
}
