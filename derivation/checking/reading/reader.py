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

from derivation.checking.reading.functions import options_of, spoken
from derivation.checking.reading.numerals import POSTFIXES, pi, plain
from derivation.checking.reading.symbols import (
    CURRENT,
    LETTERS,
    TRANSPOSED,
    UPDATED,
    Scripted,
    Symbol,
    Vocabulary,
    is_fenced,
    joined,
    marked,
    script,
    scripted,
    texts,
)
from derivation.checking.reading.tokens import Token, Unexpected, Unreadable, group
from derivation.checking.reading.trees import Tree
from derivation.formulas.operations import heads

BARS = ("|", r"\|")
RELATIONS = {"<": "<", ">": ">", r"\le": "<=", r"\ge": ">="}
MAXIMAL_DEPTH = 60
STEPS_AT_LEAST, STEPS_A_WORD = 1000, 30
"""Factors that may be read in one side, some of them several times over: so many, and more by its tokens."""
AXES = {"rows": 1, "columns": 0}
"""Subscripts of a function that works at each row, or each column, by itself."""
ENTRYWISE = frozenset([r"\odot", r"\circ", r"\otimes", r"\oslash", r"\star"])
PRODUCTS = frozenset([r"\cdot", r"\times", "*", "/", "@"])
OPERATORS = frozenset(
    [r"\Sigma", r"\Pi", r"\mathbb{E}", r"\mathbb{P}", r"\mathrm{arg}", r"\mathrm{Var}", r"\mathrm{Cov}"]
)
"""Names that mean nothing by themselves, such as expectations."""
STOPS = frozenset(["", ")", "]", "}", r"\}", ",", ";", "+", "-", "&", r"\\", *RELATIONS, *ENTRYWISE, *PRODUCTS])


SCRIPTS = frozenset(["^", "_", "'", *POSTFIXES])


@dataclass(frozen=True, slots=True)
class Forms:
    """What a side or a part of one may begin with, other than a number or a name: by their first token, an environment,
    and a derivative such as `dL/dw`, which is None where there is none."""

    commands: Mapping[str, Callable[[Reader], Tree]]
    environment: Callable[[Reader], Tree]
    derivative: Callable[[Reader], Tree | None]


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
                    raise Unreadable(start, "reading.behind_slash")
                if right.head == "number" and (
                    left.head in ("number", "name") or (left.head == "" and left.args[1].head in ("number", "name"))
                ):
                    raise Unreadable(start, "reading.number_behind")
                left = Tree("", (left, right), start)

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
        while self.next in SCRIPTS:
            start = self.at
            if self.next in POSTFIXES:
                tree = POSTFIXES[self.take(*POSTFIXES)](tree, start)
                continue
            if self.next != "^":
                raise Unreadable(start, f"reading.{'index' if self.next == '_' else 'prime'}_behind_bracket")
            inner, self.place = script(self.words, self.place)
            tree = self.raised(tree, inner, start)
        return tree

    def raised(self, tree: Tree, inner: Sequence[Token], start: int) -> Tree:
        shown = texts(inner)
        if len(shown) == 1 and shown[0] in TRANSPOSED:
            return Tree(".T", (tree,), start)
        if is_fenced(shown) or not inner or not shown:
            raise Unreadable(start, "reading.label_or_power")
        if shown[0] == r"\odot":
            inner = inner[1:]
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
            return Tree("number", (plain(text),), start)
        special = self.forms.commands.get(text) or (self.forms.environment if text.startswith(r"\begin{") else None)
        if special:
            return special(self)
        found = scripted(self.words, self.place, self.vocabulary)
        if found is None:
            raise self.problem("expected.operand")
        return self.named(found)

    # Names, calls and their scripts

    def named(self, found: Scripted) -> Tree:
        if (derivative := self.forms.derivative(self)) is not None:
            return derivative
        function = spoken(found.base, self.vocabulary)
        axis = AXES.get("".join(texts(found.sub))) if function and found.sub else None
        function = function if axis is None else f"{function} axis={axis}"
        follows = self.words[found.after].text if found.after < len(self.words) else ""
        if function and (follows in ("(", "[", r"\{") or follows.startswith(r"\begin{") or found.base not in LETTERS):
            return self.call(function, found)
        self.place = found.after
        if (
            found.base == r"\pi"
            and not (found.sub or found.sups or found.primes or found.base in self.vocabulary.quantities)
            and follows != "("
        ):
            return pi(found.start)
        if found.base in OPERATORS and follows in ("(", "["):
            return self.opaque(Symbol(found.base, texts(found.sub)), found)
        if found.base in OPERATORS and found.base not in self.vocabulary.quantities and follows not in STOPS:
            raise Unreadable(found.start, "reading.unknown_operator", base=found.base)
        if found.base in ("e", r"\mathrm{e}") and not found.sub and self.is_number_e(found):
            return self.exponential(found)
        if follows == "[" and self.words[found.after].glued and self.is_call(found):
            return self.opaque(
                Symbol(found.base, texts(found.sub), tuple(t for sup in found.sups for t in texts(sup)), found.primes),
                found,
            )
        tree = self.symbol(found)
        return self.applied(tree, found) if follows == "(" else tree

    def is_call(self, found: Scripted) -> bool:
        """Whether a square bracket right behind a name holds arguments, as in `E[X]`; what is neither surely that nor a
        product is not read."""
        inner = self.words[found.after + 1 : self.closing(found.after) - 1]
        if re.fullmatch(r"-?\d+|:", "".join(word.text for word in inner)):
            raise Unreadable(self.words[found.after].start, "reading.is_index")
        return not {found.base, Symbol(found.base, texts(found.sub)).key} & self.vocabulary.quantities

    def is_number_e(self, found: Scripted) -> bool:
        """Whether an e is Euler's number: where the article has no quantity of that name, with that superscript."""
        shown = texts(found.sups[0]) if found.sups else ()
        if shown[:1] == ("-",) and len(shown) > 1:
            return True
        return not ({found.base, Symbol(found.base, (), shown).key} & self.vocabulary.quantities or is_fenced(shown))

    def exponential(self, found: Scripted) -> Tree:
        if len(found.sups) != 1 or found.primes:
            if not found.sups and not found.primes:
                return Tree("call", (heads.EXP, Tree("number", ("1",), found.start)), found.start)
            raise Unreadable(found.start, "reading.which_e")
        return Tree("call", (heads.EXP, self.inner(found.sups[0])), found.start)

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
            tree = (
                Tree(".T", (tree,), found.start) if kind == ".T" else Tree("^", (tree, self.inner(inner)), found.start)
            )
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
                raise Unreadable(sup[0].start, "reading.label_or_power")
            return shown, ""
        decided = self.vocabulary.is_label(found.base, shown)
        if (
            decided is not True
            and self.peek(0) == "("
            and found.base not in self.vocabulary.quantities
            and not shown[0][:1].isdecimal()
        ):
            decided = True  # V^\pi(s): nothing is said of V but what V^\pi is at s
        if decided is None:
            raise Unreadable(sup[0].start, "reading.label_or_power_of", base=found.base)
        return (shown, "") if decided else ((), "power")

    def applied(self, tree: Tree, found: Scripted) -> Tree:
        """A name with a bracket behind it: a call of the article's own function, or a product."""
        bare = Symbol(found.base, texts(found.sub), tuple(t for sup in found.sups for t in texts(sup)), found.primes)
        plain_name = tree.args[0] if tree.head == "name" else bare
        for candidate in (plain_name, Symbol(plain_name.base, plain_name.sub, plain_name.label)):
            if candidate.key in self.vocabulary.functions:
                arguments = self.own_arguments(candidate.key)
                if arguments is None:
                    return self.opaque(plain_name, found)
                if candidate.primes != plain_name.primes:
                    if plain_name.primes != 1 or len(arguments) != 1:
                        raise Unreadable(found.start, "reading.higher_derivative")
                    return Tree("prime", (candidate, *arguments), found.start)
                return Tree("apply", (candidate, *arguments), found.start)
        if plain_name.key in self.vocabulary.quantities or tree.head != "name" or self.is_entry(plain_name):
            return tree
        return self.opaque(plain_name, found)

    def is_entry(self, symbol: Symbol) -> bool:
        """Whether a name is an entry of a quantity that the article declares, that of a matrix perhaps with a small
        letter: then a product follows."""
        if not symbol.sub or not all(text.isdecimal() or text == "," for text in symbol.sub):
            return False
        return any(
            Symbol(base, (), symbol.label).key in self.vocabulary.quantities
            for base in (symbol.base, symbol.base.upper())
        )

    def is_word(self, argument: Tree) -> bool:
        r"""Whether an argument is a word that stands for nothing but itself: `P(\text{rain})`."""
        return (
            argument.head == "name"
            and argument.args[0].base.startswith(r"\mathrm{")
            and argument.args[0].key not in self.vocabulary.quantities
        )

    def opaque(self, function: Symbol, found: Scripted) -> Tree:
        """A call of a function that the article does not define: `dist(a, b)` is a quantity with that name."""
        end = self.closing(self.place)
        shown = joined([word.text for word in self.words[self.place : end]])
        self.place = end
        return Tree("name", (Symbol(f"{function.key}{shown}"),), found.start)

    def closing(self, at: int) -> int:
        """The index behind the bracket that closes the one which opens there."""
        depth = 0
        for place in range(at, len(self.words)):
            text = self.words[place].text
            depth += (text in ("(", "[", "{")) - (text in (")", "]", "}"))
            if depth == 0:
                return place + 1
        raise Unreadable(self.at, "reading.open_bracket")

    def arguments(self) -> list[Tree]:
        close = {"(": ")", "[": "]", r"\{": r"\}"}[self.take("(", "[", r"\{")]
        self.bars += 1  # a bar between arguments is none of a pair
        found = [self.comparison()]
        while self.take(",", ";", "|"):
            found.append(self.comparison())
        self.bars -= 1
        self.expect(close)
        return found

    def own_arguments(self, key: str) -> list[Tree] | None:
        """The arguments of the article's own function; None, and nothing read, where it is written with others than it
        was defined with."""
        before = self.place, self.depth, self.bars
        try:
            arguments = self.arguments()
        except Unreadable:
            arguments = []
        if len(arguments) in self.vocabulary.functions[key] and not any(
            self.is_word(argument) for argument in arguments
        ):
            return arguments
        self.place, self.depth, self.bars = before
        return None

    def call(self, function: str, found: Scripted) -> Tree:
        """A function of the table, with brackets around its arguments or without."""
        self.place = found.after
        start = found.start
        powers = [sup for sup in found.sups if texts(sup)]
        base = self.inner(found.sub) if found.sub and function == heads.LOG else None
        if found.sub and function in ("max", "min") and self.next not in ("(", r"\{"):
            raise Unreadable(start, "reading.over_index", function=function)
        options = options_of(function, found.sub)
        if found.sub and base is None and not options and function not in ("max", "min", heads.SOFTMAX):
            raise Unreadable(start, "reading.index_behind_function")
        if found.primes > 1 or len(powers) > 1:
            raise Unreadable(start, "reading.higher_derivative")
        if self.next in ("(", "[", r"\{"):
            arguments = self.arguments()
        else:
            if self.next in STOPS or function in ("max", "min"):
                raise self.problem("expected.argument")
            arguments = [self.factor()]
            if self.next not in STOPS and not self.next.startswith(r"\text{"):
                raise Unreadable(self.at, "reading.reach_of_function")
        tree = Tree("prime" if found.primes else "call", (function, *arguments), start)
        if options and not found.primes:
            tree = Tree("windowed", (function, options, *arguments), start)
        if base is not None:
            tree = Tree("/", (tree, Tree("call", (heads.LOG, base), start)), start)
        if powers:
            if texts(powers[0]) in (("-", "1"), ("-1",)):
                raise Unreadable(start, "reading.inverse_function")
            return self.raised(tree, powers[0], start)
        return tree
