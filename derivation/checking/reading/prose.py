r"""An equality that stands plainly in a text as the tokens of a formula: `$12 x 3 = $36` as `12 \times 3 = 36`.

Words that say what is counted are left out; units that convert into others stay, as a text behind their numeral.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from derivation.checking.reading.tokens import Token
from derivation.checking.sources.arithmetic import ENDS, PARTS, TIMES, Lexeme
from derivation.checking.sources.sides import compound, mixed
from derivation.checking.sources.speech import STOP_WORDS
from derivation.checking.sources.units import measure, one_word

SIGNS = {
    "plus": "+",
    "minus": "-",
    TIMES: r"\times",
    "star": r"\times",
    "of": r"\times",
    "over": "/",
    "relation": "=",
    "open": "(",
    "close": ")",
    "bang": "!",
}
"""The token of each kind of lexeme that is a sign."""
APPROXIMATE = frozenset(["≈", "≃", "≅", "~="])


def tokens(words: Sequence[Lexeme]) -> list[Token]:
    r"""The tokens of an equality in a text.

    >>> from derivation.checking.sources.arithmetic import lexemes
    >>> [token.text for token in tokens(list(lexemes("$12 x 3 pens = $36", 0, 18)))]
    ['12', '\\text{dollar}', '\\times', '3', '=', '36', '\\text{dollar}']
    """
    return list(_Scan(words).tokens())


@dataclass
class _Scan:
    """One way through the lexemes of an equality."""

    words: Sequence[Lexeme]
    at: int = 0
    braces: list[int] = field(default_factory=list)
    """Where the brackets open that hold an exponent or a radicand."""
    depth: int = 0

    def tokens(self) -> Iterator[Token]:
        while self.at < len(self.words):
            word = self.words[self.at]
            if word.kind in ("number", "part") or (word.kind == "money" and not self.ends_operand()):
                yield from self.amount()
            elif word.kind in ("power", "square", "root"):
                yield from self.script(word)
            else:
                self.at += 1
                yield from self.sign(word)

    def ends_operand(self) -> bool:
        """Whether what stands before is an operand."""
        return self.at > 0 and self.words[self.at - 1].kind in ENDS

    def sign(self, word: Lexeme) -> Iterator[Token]:
        """A sign, a letter that stands for a number, or nothing for any other word."""
        if word.kind == "open":
            self.depth += 1
            yield token(word, "(")
        elif word.kind == "close":
            is_brace = bool(self.braces) and self.braces[-1] == self.depth
            if is_brace:
                self.braces.pop()
            self.depth -= 1
            yield token(word, "}" if is_brace else ")")
        elif word.kind == "relation":
            about = self.at < len(self.words) and self.words[self.at].kind == "about"
            self.at += about
            yield token(word, r"\approx" if about or word.text in APPROXIMATE else "=")
        elif word.kind == "percent":
            yield token(word, r"\%")
        elif word.kind in SIGNS:
            yield token(word, SIGNS[word.kind])
        elif word.kind == "letter":
            yield from letter(word)

    def script(self, word: Lexeme) -> Iterator[Token]:
        """A power or a root, with braces for the brackets behind it."""
        self.at += 1
        yield token(word, r"\sqrt" if word.kind == "root" else "^")
        if word.kind == "square":
            yield token(word, "2" if word.text == "²" else "3")
        elif self.at < len(self.words) and self.words[self.at].kind == "open":
            self.depth += 1
            self.braces.append(self.depth)
            yield token(self.words[self.at], "{")
            self.at += 1
        elif self.at < len(self.words) and self.words[self.at].kind == "number":
            inner = self.words[self.at]
            self.at += 1
            yield from (token(inner, text) for text in ("{", inner.text, "}"))
        elif self.at + 1 < len(self.words) and self.words[self.at].kind == "minus":
            sign, exponent = self.words[self.at : self.at + 2]
            self.at += 2
            yield from (token(sign, "{"), token(sign, "-"), token(exponent, exponent.text), token(exponent, "}"))

    def amount(self) -> Iterator[Token]:
        """A numeral with its currency, its fraction and its unit."""
        first = self.words[self.at]
        money = first.text.lstrip("\\") if first.kind == "money" else ""
        self.at += bool(money)
        if money and self.words[self.at].kind == "minus":
            yield token(first, "-")
            self.at += 1
        is_divisor = self.at > 0 and self.is_divided(first)
        parts, count = numerals(self.words, self.at)
        is_apart = len(parts) > 1 or (len(parts[0]) > 1 and is_divisor)
        self.at += count
        behind, end = self.at, self.words[self.at - 1].end
        unit = list(self.unit(money))
        yield from [token(first, "(")] if is_apart else []
        for k, (above, *below) in enumerate(parts):
            yield from (*([token(first, "+")] if k else []), Token(above, first.start, end), *unit)
            yield from (Token(text, first.start, end) for text in (("/", *below) if below else ()))
        yield from [token(first, ")")] if is_apart else []
        if second := compound(self.words, behind):
            yield token(self.words[second], "+")
            self.at = second

    def is_divided(self, first: Lexeme) -> bool:
        """Whether an amount that begins with this stands behind a sign of division that is set apart: the 3/4 of
        `6 / 3/4`."""
        place = next(at for at in range(self.at, -1, -1) if self.words[at] is first)
        return place > 0 and self.words[place - 1].kind == "over" and not first.glued

    def unit(self, money: str) -> Iterator[Token]:
        """The unit behind a numeral, if it is one that converts into others."""
        begin, end = self.at, unit_end(self.words, self.at)
        self.at = end
        named = [word.text.lstrip("\\") for word in self.words[begin:end]]
        spellings = (one_word(money + " ".join(named)), one_word(money or " ".join(named[:1])))
        if text := next((text for text in spellings if measure(text)), ""):
            last = self.words[end - 1]
            yield Token(rf"\text{{{text}}}", last.start, last.end, apart=True)


def numerals(words: Sequence[Lexeme], at: int) -> tuple[list[tuple[str, ...]], int]:
    """A numeral with the fraction that belongs to it, as summands of one or two numerals, and how many lexemes these
    are: `2 1/2` is 2 and 1/2."""
    if words[at].kind == "part":
        return [tuple(PARTS[words[at].text].split("/"))], 1
    count = mixed(words, at)
    if count == 2:
        return [(words[at].text,), tuple(PARTS[words[at + 1].text].split("/"))], 2
    if count == 4:
        return [(words[at].text,), (words[at + 1].text, words[at + 3].text)], 4
    return ([(words[at].text, words[at + 2].text)], 3) if is_fraction(words, at) else ([(words[at].text,)], 1)


def is_fraction(words: Sequence[Lexeme], at: int) -> bool:
    """Whether two whole numbers stand here with a slash between them and no space, and nothing that binds them
    elsewhere."""
    inner = words[at : at + 3]
    before = words[at - 1].kind if at and inner[0].glued else ""
    after = words[at + 3].kind if at + 3 < len(words) and words[at + 3].glued else ""
    return (
        [word.kind for word in inner] == ["number", "over", "number"]
        and inner[1].glued
        and inner[2].glued
        and inner[0].text.isdecimal()
        and inner[2].text.isdecimal()
        and before not in ("over", "power")
        and after not in ("over", "power", "square", "bang", "letter", "open")
    )


def unit_end(words: Sequence[Lexeme], at: int) -> int:
    """Behind the words of a unit, and the currency, that stand behind a numeral."""
    begin = at
    while at < len(words):
        word = words[at]
        if word.kind == "over":
            if not word.glued or at + 1 == len(words) or words[at + 1].kind != "word" or not words[at + 1].glued:
                break
        elif word.kind == "word":
            if word.text.lower() in STOP_WORDS:
                break
        elif word.kind not in ("money", "stop") or at > begin:
            break
        at += 1
    return at


def token(word: Lexeme, text: str) -> Token:
    return Token(text, word.start, word.end, word.glued)


def letter(word: Lexeme) -> Iterator[Token]:
    """A letter with its index."""
    yield Token(word.text[0], word.start, word.start + 1, word.glued)
    if index := word.text[1:].lstrip("_"):
        yield from (Token(text, word.end - len(index), word.end, True) for text in ("_", "{", index, "}"))
