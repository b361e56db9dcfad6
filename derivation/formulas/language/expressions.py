"""The language of equations: text to an untyped tree. A safe parser of our own; nothing in the text is ever executed.

equation := choice loop?   choice := comparison ('if' comparison 'else' choice)?   loop := 'for' name 'in' (integer '..' integer | 'range' '(' ... ')')
comparison := sum (('>' | '<' | '>=' | '<=' | '==' | '!=') sum)?  sum := product (('+' | '-') product)*
product := signed (('*' | '/' | '@' | '//' | '%') signed)*       signed := '-' signed | power
power   := postfix (('^' | '**') signed)?           postfix := atom ('.T' | '[' place (',' place)* ']' | '.' name
('(' ... ')')?)*    atom    := number | name | name '(' arguments ')' | '(' choice ')' | '[' choice (',' choice)* ']'
place   := sum | sum? ':' sum? (':' sum?)? | 'None' | '...' | list
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from derivation.formulas.arrays import Array
from derivation.formulas.language.cursor import Cursor
from derivation.formulas.language.elsewhere import elsewhere
from derivation.formulas.language.functions import ARRAYS, FUNCTIONS, LENGTHS, NUMBERS, OBJECT
from derivation.formulas.language.lexing import SyntaxProblem, Token, plain_number
from derivation.formulas.language.libraries import (
    SEVERAL,
    TEMPLATE_FUNCTIONS,
    TYPES,
    Call,
    along,
    as_in_numpy,
    attribute,
    is_comparison,
    is_pair,
    meant,
    of_pair,
)
from derivation.formulas.language.repetitions import repeated
from derivation.formulas.language.rewriting import rewritten
from derivation.formulas.language.spellings import (
    ALIASES,
    DIFFERENT_IN_TORCH,
    INTERNAL,
    KEYWORDS,
    MODULES,
    TORCH,
    WITH_AXIS,
)
from derivation.formulas.language.steps import spelled_out
from derivation.formulas.language.suggestions import nearest
from derivation.formulas.language.syntax import Syntax
from derivation.formulas.language.unpacking import numeral, refuse_other_count
from derivation.formulas.operations import heads
from derivation.words.telling import tell

MAXIMAL_DEPTH = 60
MAXIMAL_OPERATORS = 100
MAXIMAL_LEVELS = 250
"""Of the tree, brackets or none: `x.T.T.T` has three."""
MAXIMAL_LENGTH = 20_000
"""Characters of an equation."""
PYTHON = {"//": "floor_divide", "%": "remainder"}
"""Signs of Python's that are functions here."""


def parse(text: str, given: Mapping[str, Array] | None = None) -> Syntax:
    """The tree of an expression, as written; a range may be counted by what is `given`.

    >>> parse("W @ x + b").symbol
    '+'
    >>> parse("2 *")
    Traceback (most recent call last):
    derivation.formulas.language.lexing.SyntaxProblem: expected a number, a name or a bracket, found the end of the line
    """
    if len(text) > MAXIMAL_LENGTH:
        raise SyntaxProblem(MAXIMAL_LENGTH, tell("syntax.long", most=MAXIMAL_LENGTH))
    return shallow(_Parser(text, given or {}).whole())


def parse_several(text: str, count: int, given: Mapping[str, Array] | None = None) -> list[Syntax]:
    """The trees of what several names stand for: values with commas between them, or parts of one.

    >>> [part.symbol for part in parse_several("x + 1, sum(x)", 2)]
    ['+', 'sum']
    """
    if len(text) > MAXIMAL_LENGTH:
        raise SyntaxProblem(MAXIMAL_LENGTH, tell("syntax.long", most=MAXIMAL_LENGTH))
    return list(shallow(_Parser(text, given or {}).several(count)).args)


def shallow(syntax: Syntax) -> Syntax:
    """The tree, if it is not too deep for all that walk through it."""
    waiting = [(syntax, 1)]
    while waiting:
        node, depth = waiting.pop()
        if depth > MAXIMAL_LEVELS:
            raise SyntaxProblem(node.at, tell("syntax.deep", most=MAXIMAL_LEVELS))
        inside = (*node.args, *(value for _, value in node.keywords))
        waiting += [(part, depth + 1) for part in inside if isinstance(part, Syntax)]
    return syntax


class _Parser(Cursor):
    """The grammar, a method for each of its words."""

    def __init__(self, text: str, given: Mapping[str, Array]) -> None:
        super().__init__(text)
        self.given = given
        self.libraries: dict[int, str] = {}
        """Whose function is called at which place of the text."""
        self.depth = self.operators = 0

    def counted(self, *texts: str) -> Token | None:
        """An operator, of which an expression may have so many."""
        word = self.take(*texts)
        self.operators += word is not None
        if word and self.operators > MAXIMAL_OPERATORS:
            raise SyntaxProblem(word.at, tell("syntax.operators", place=MAXIMAL_OPERATORS + 1))
        return word

    def whole(self) -> Syntax:
        syntax = self.loop(self.comparison())
        if self.next.kind != "end":
            raise SyntaxProblem(self.next.at, self.expected_operator())
        return syntax

    def several(self, count: int) -> Syntax:
        """As many values as there are names on the left, in a list."""
        first = self.comparison()
        if self.next.text == ",":
            first = self.rest_of_list(first, self.words[0])
        if self.next.kind != "end":
            raise SyntaxProblem(self.next.at, self.expected_operator())
        if first.symbol == "list":
            refuse_other_count(first, len(first.args), count)
            return first
        places = [numeral(place, first.at) for place in range(count)]
        pairs = [of_pair(first, place.args[0], self.libraries[first.at]) for place in places if is_pair(first)]
        parts = [Syntax("unpacked", (first, place, numeral(count, first.at)), first.at) for place in places]
        return Syntax("list", tuple(pair or part for pair, part in zip(pairs or parts, parts, strict=True)), first.at)

    def expected_operator(self) -> str:
        """What to say where an expression goes on without a sign."""
        before = self.words[self.place - 1].text
        if self.next.text == "=":
            return tell("syntax.second_equals", before=before)
        if before in FUNCTIONS or before in ALIASES:
            return tell("syntax.brackets_of_function", function=before, found=self.found())
        after = self.words[min(self.place + 1, len(self.words) - 1)]
        if (self.next.text == "," and after.text == "for") or (self.next.text == ":" and after.kind == "end"):
            return tell("syntax.repetition_at_end", found=self.found())
        if self.next.text == "," and before.isdecimal():
            return tell("syntax.decimal_point", whole=before)
        goes_on = self.next.kind in ("name", "number") or self.next.text == "("
        return tell("syntax.expected_product" if goes_on else "syntax.expected_operator", found=self.found())

    def loop(self, body: Syntax) -> Syntax:
        return repeated(self, body)

    def comparison(self) -> Syntax:
        """A comparison, or one of two: `a if c else b`."""
        first = self.compared()
        choice = self.word("if")
        if not choice:
            return first
        condition = self.compared()
        if not is_comparison(condition):
            raise SyntaxProblem(condition.at, tell("syntax.condition"))
        if not self.word("else"):
            raise SyntaxProblem(self.next.at, tell("syntax.expected", expected="else", found=self.found()))
        return Syntax(heads.CASES, (condition, first, self.nested(self.comparison)), choice.at)

    def compared(self) -> Syntax:
        self.depth += 1
        if self.depth > MAXIMAL_DEPTH:
            raise SyntaxProblem(self.next.at, tell("syntax.deep_brackets", most=MAXIMAL_DEPTH))
        left = self.sum()
        if word := self.take(">", ">=", "=="):
            left = Syntax(word.text, (left, self.sum()), word.at)
        elif word := self.take("!="):
            same = Syntax("==", (left, self.sum()), word.at)
            left = Syntax("-", (Syntax("number", ("1",), word.at), same), word.at)
        elif word := self.take("<", "<="):
            left = Syntax(word.text.replace("<", ">"), (self.sum(), left), word.at)
        self.depth -= 1
        return left

    def sum(self) -> Syntax:
        left = self.product()
        while word := self.counted("+", "-"):
            left = Syntax(word.text, (left, self.product()), word.at)
        return left

    def product(self) -> Syntax:
        left = self.factors()
        while word := self.counted("*", "/", "@", "//", "%"):
            left = Syntax(PYTHON.get(word.text, word.text), (left, self.signed()), word.at)
        return left

    def factors(self) -> Syntax:
        """A product up to the first // or %: `-a * b` is -(a b), but `-a % b` is (-a) % b."""
        minus = self.next if self.next.text == "-" and not self.literal_follows() else None
        if minus:
            self.place += 1
            return Syntax("u-", (self.nested(self.factors),), minus.at)
        left = self.signed()
        while word := self.counted("*", "/", "@"):
            left = Syntax(word.text, (left, self.signed()), word.at)
        return left

    def literal_follows(self) -> bool:
        """Whether a minus and the number behind it are one literal: `-2 x` is (-2) x, but `-2^2` is -(2^2)."""
        after = self.words[self.place + 1 : self.place + 3]
        return len(after) == 2 and after[0].kind == "number" and after[1].text not in ("^", "**")

    def signed(self) -> Syntax:
        literal = self.literal_follows()
        minus = self.take("-")
        if not minus:
            return self.power()
        if literal:
            digits = self.power()
            return (
                Syntax("number", (f"-{digits.args[0]}",), minus.at)
                if digits.symbol == "number"
                else Syntax("u-", (digits,), minus.at)
            )
        return Syntax("u-", (self.nested(self.signed),), minus.at)

    def nested(self, part: Callable[[], Syntax]) -> Syntax:
        self.depth += 1
        if self.depth > MAXIMAL_DEPTH:
            raise SyntaxProblem(self.next.at, tell("syntax.deep_signs", most=MAXIMAL_DEPTH))
        syntax = part()
        self.depth -= 1
        return syntax

    def power(self) -> Syntax:
        base = self.postfix()
        if word := self.take("^", "**"):
            return Syntax("^", (base, self.nested(self.signed)), word.at)
        return base

    def postfix(self) -> Syntax:
        syntax = self.atom()
        while word := self.take(".T", "[", "."):
            if word.text == ".T":
                syntax = Syntax(".T", (syntax,), word.at)
            elif word.text == ".":
                syntax = self.method(syntax)
            else:
                syntax = self.indexed(syntax, word)
        return syntax

    def method(self, of: Syntax) -> Syntax:
        """`x.sum(axis=1)` is sum(x, axis=1), `x.shape` has no brackets."""
        word = self.next
        self.place += 1
        if self.next.text != "(" and word.text not in FUNCTIONS | ALIASES.keys():
            return attribute(of, word)
        self.expect("(")
        return as_in_numpy(self.call(word, of), word)

    def indexed(self, of: Syntax, bracket: Token) -> Syntax:
        """What stands at places of an array, or one of the two that PyTorch's largest along an axis is."""
        places = self.places()
        place = places[0].args[0] if len(places) == 1 and places[0].symbol == "number" else ""
        pair = of_pair(of, place, self.libraries[of.at]) if is_pair(of) else None
        return pair or Syntax("index", (of, *places), bracket.at)

    def places(self) -> list[Syntax]:
        """What stands between the brackets of an index; `X[(0, 1)]` is X[0, 1]."""
        bracket, places = self.next.text == "(", [self.index()]
        if bracket and places[0].symbol == "list" and self.next.text == "]":
            places = list(places[0].args)
        while self.take(","):
            if self.next.text != "]":
                places.append(self.index())
        self.expect("]")
        return places

    def index(self) -> Syntax:
        word = self.next
        if self.next.text in MODULES and [after.text for after in self.words[self.place + 1 :][:2]] == [".", "newaxis"]:
            self.place += 2
        if self.word("None", "newaxis"):
            return Syntax("none", (), word.at)
        if self.take("..."):
            return Syntax("dots", (), word.at)
        if word.text not in (":", "[", "(", "-") and word.kind not in ("number", "name", "text"):
            raise SyntaxProblem(word.at, tell("syntax.expected_index", found=self.found()))
        bounds = [None if word.text == ":" else self.nested(self.sum)]
        while len(bounds) < 3 and self.take(":"):
            bounds.append(None if self.next.text in (",", "]", ":") else self.nested(self.sum))
        if len(bounds) == 1:
            assert bounds[0] is not None
            if self.next.text in (">", ">=", "<", "<="):
                raise SyntaxProblem(self.next.at, tell("syntax.mask"))
            return bounds[0]
        return Syntax("slice_of", (*bounds, None)[:3], word.at)

    def atom(self) -> Syntax:
        word = self.next
        if word.kind == "number":
            self.place += 1
            return Syntax("number", (plain_number(word),), word.at)
        if word.kind == "name":
            self.place += 1
            if word.text == OBJECT and self.take("."):
                return self.atom()
            if word.text in MODULES and self.take("."):
                return self.of_module(word)
            return self.call(word) if self.take("(") else Syntax("name", (word.text,), word.at)
        if word.kind == "text":
            self.place += 1
            return Syntax("text", (word.text[1:-1],), word.at)
        if self.take("("):
            syntax = self.comparison()
            if self.next.text == ",":
                syntax = self.rest_of_list(syntax, word)
            self.expect(")")
            return syntax
        if self.take("["):
            syntax = self.rest_of_list(self.comparison(), word)
            if self.next.text == "for":
                raise SyntaxProblem(self.next.at, tell("syntax.comprehension"))
            self.expect("]")
            return syntax
        raise SyntaxProblem(word.at, tell("syntax.expected_operand", found=self.found()))

    def of_module(self, module: Token) -> Syntax:
        """What stands behind `np.` or `torch.nn.`, as it is called there."""
        word = self.next
        self.place += 1
        while word.text in MODULES and self.take("."):
            module, word = module if module.text in TORCH else word, self.next
            self.place += 1
        if module.text in TORCH and f"torch.{word.text}" in FUNCTIONS:
            word = replace(word, text=f"torch.{word.text}")
        if word.text in NUMBERS and self.next.text != "(":
            return Syntax("constant", (word.text,), word.at)
        if word.text in TYPES and self.next.text != "(":
            return Syntax("name", (word.text,), word.at)
        if module.text in TORCH and word.text in DIFFERENT_IN_TORCH:
            raise SyntaxProblem(word.at, tell(f"torch.{word.text}"))
        if word.kind != "name" or not self.take("("):
            raise SyntaxProblem(word.at, self.no_call(module, word))
        return as_in_numpy(self.call(word, module=module.text), word)

    def no_call(self, module: Token, word: Token) -> str:
        """What to say of a word behind `np.` that is not called."""
        if word.text in FUNCTIONS | ALIASES.keys():
            return tell("syntax.brackets_of_function", function=word.text, found=self.found())
        return tell("syntax.expected_function", module=module.text, found=word.text, near=elsewhere(word.text))

    def rest_of_list(self, first: Syntax, start: Token) -> Syntax:
        items = [first]
        while self.take(","):
            if self.next.text not in ("]", ")"):
                items.append(self.comparison())
        return Syntax("list", tuple(items), start.at)

    def call(self, word: Token, *args: Syntax, module: str = "") -> Syntax:
        """A function's arguments, those by position first, and the closing bracket."""
        found, keywords, keys = [*args], list[tuple[str, Syntax]](), list[str]()
        while not self.take(")"):
            if self.next.kind == "name" and self.words[self.place + 1].text == "=":
                key = self.next.text
                self.place += 2
                keys.append(key)
                keywords.append((KEYWORDS.get(key, key), self.nested(self.sum)))
            else:
                found.append(self.loop(self.comparison()))
            if not self.take(","):
                self.expect(")")
                break
        symbol = ALIASES.get(word.text, word.text)
        if symbol not in FUNCTIONS | TEMPLATE_FUNCTIONS | LENGTHS | ARRAYS and word.text not in ALIASES:
            near = elsewhere(word.text) or nearest(word.text, FUNCTIONS - INTERNAL)
            raise SyntaxProblem(word.at, tell("syntax.no_function", called=word.text, near=near))
        if not found and elsewhere(word.text):
            raise SyntaxProblem(word.at, tell("syntax.no_function", called=word.text, near=elsewhere(word.text)))
        if not found:
            raise SyntaxProblem(self.words[self.place - 1].at, tell("syntax.expected_operand", found=repr(")")))
        if found[0].symbol == "for" and symbol == "sum":
            return spelled_out(found[0])
        syntax = Syntax(symbol, tuple(found), word.at, tuple(keywords))
        called = Call(word.text, module, frozenset(keys), bool(args))
        self.libraries[word.at] = called.library
        syntax = rewritten(meant(syntax, called), called)
        return along(syntax) if word.text in WITH_AXIS - SEVERAL and syntax.symbol == symbol else syntax
