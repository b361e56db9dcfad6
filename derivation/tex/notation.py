r"""The door for a symbol that a user writes in LaTeX: it is read, and written anew from what was read.

So nothing that is not understood here can stand in a document.

symbol   = item item ...                                  W^{(1)}, \Delta w, x_1'
item     = atom with at most one _, one ^, and primes before the ^
atom     = letter | digits | sign | \alpha | \hat{symbol} | {symbol} | (symbol) | [symbol] | \text{words}
"""

from __future__ import annotations

import re
import unicodedata

from derivation.tex.names import COMMANDS, STYLES, tokens
from derivation.words.telling import tell

ACCENTS = frozenset([r"\hat", r"\bar", r"\tilde", r"\vec", r"\dot"])
SIGNS = frozenset(",;:.!?+-*/=<>|")
BRACKETS = {"{": "}", "(": ")", "[": "]"}
SCRIPTS = ("_", "^", "'")
DEEPEST = 8
"""Groups, brackets and accents within each other."""
LONGEST = 200
"""Characters of a symbol."""
TOKEN = re.compile(r" *(\\(?:[A-Za-z]+|.|\Z)|\d+(?:\.\d+)?|[^ ]|\Z)", re.DOTALL)
WORDS = re.compile(r" *\{((?:[A-Za-z0-9 ]|([-.,:;()/+=*])(?!\2))+)\}")
"""No sign twice, since fonts make dashes and quotes of some."""


class NotationError(ValueError):
    """A symbol that cannot be accepted: what stands in the way, and what to write."""


def notation(latex: str) -> str:
    r"""The symbol as it stands in documents. Raises `NotationError`.

    >>> notation(r"\hat{y}^{(2)}_i"), notation(r"h_\text{new state}"), notation(r"\Delta   w")
    ('\\hat{y}^{(2)}_i', 'h_{\\text{new state}}', '\\Delta w')
    >>> notation("a^b^c")
    Traceback (most recent call last):
    derivation.tex.notation.NotationError: ^ stands at a sign that has a superscript; put both in braces, as in {a^b}^c
    """
    if len(latex) > LONGEST:
        raise NotationError(tell("notation.long", count=len(latex), most=LONGEST))
    if strange := re.search(r"[^ -~]", latex):
        raise NotationError(tell("notation.character", named=named(strange[0])))
    written = _Reader(latex).whole()
    if not any(token[-1].isalpha() and token not in STYLES for token in tokens(written)):
        raise NotationError(tell("notation.empty"))
    return written


def named(letter: str) -> str:
    r"""A character as a message can show it.

    >>> named("\n"), named("＼")
    ('U+000A', '＼ (U+FF3C, fullwidth reverse solidus)')
    """
    code, name = f"U+{ord(letter):04X}", unicodedata.name(letter, "").lower()
    if letter.isprintable() and not unicodedata.combining(letter):
        return f"{letter} ({code}, {name})"
    return f"{code} ({name})" if name else code


class _Reader:
    """Recursive descent; what a method reads, it gives written anew."""

    def __init__(self, latex: str) -> None:
        self.latex, self.place, self.depth = latex, 0, 0

    @property
    def next(self) -> str:
        """The token that comes next; nothing at the end."""
        return self._found()[1]

    def _found(self) -> re.Match[str]:
        found = TOKEN.match(self.latex, self.place)
        assert found
        return found

    def take(self) -> str:
        found = self._found()
        self.place = found.end()
        return found[1]

    def whole(self) -> str:
        written = self.symbol()
        if self.next:
            raise NotationError(tell("notation.unopened", called=called(self.next)))
        return written

    def symbol(self) -> str:
        """Items up to a closing bracket or the end, with a space where one stood."""
        written = ""
        while self.next and self.next not in BRACKETS.values():
            written += " " * (written != "" and self._found()[0][0] == " ") + self.item()
        return written

    def item(self) -> str:
        """An atom with its scripts."""
        written, taken = self.atom(), ""
        while (mark := self.next) and mark in SCRIPTS:
            if mark in taken or (mark == "'" and "^" in taken):
                kind = "subscripts" if mark == "_" else "superscripts"
                example = {"_": "{a_b}_c", "^": "{a^b}^c", "'": "{a^b}'"}[mark]
                raise NotationError(tell(f"notation.{kind}", mark=mark, example=example))
            taken += mark
            written += self.take() + (self.argument(mark) if mark != "'" else self.more_primes())
        return written

    def more_primes(self) -> str:
        return self.take() + self.more_primes() if self.next == "'" else ""

    def argument(self, of: str) -> str:
        """What a script or a command is about: a group or one sign. A font behind a script gets the braces left out."""
        token = self.next
        if token == "{":
            return self.group()
        if of in SCRIPTS and token in STYLES - ACCENTS:
            return f"{{{self.atom()}}}"
        if (len(token) > 1 and token[0].isdigit()) or token in STYLES or token in BRACKETS:
            raise NotationError(tell("notation.no_braces", mark=of, token=token))
        if not token or token in SCRIPTS or token in BRACKETS.values():
            raise NotationError(tell("notation.nothing_behind", mark=of))
        return " " * (of[0] == "\\" and token[0].isalpha()) + self.atom()

    def atom(self) -> str:
        token = self.next
        if token in BRACKETS:
            return self.group()
        if token in SCRIPTS:
            example = "x'" if token == "'" else f"x{token}1"
            raise NotationError(tell("notation.nothing_before", mark=token, example=example))
        if (
            token not in SIGNS
            and not token.isalnum()
            and not re.fullmatch(r"\d+\.\d+", token)
            and token not in COMMANDS
        ):
            raise NotationError(tell("notation.forbidden", called=called(token)))
        self.take()
        if token == r"\text":
            return token + self.words()
        return token + (self.argument(token) if token in STYLES else "")

    def group(self) -> str:
        """What stands in brackets, braces among them, with the brackets."""
        opening = self.take()
        self.depth += 1
        if self.depth > DEEPEST:
            raise NotationError(tell("notation.deep", most=DEEPEST))
        written = self.symbol()
        if self.next != BRACKETS[opening]:
            raise NotationError(tell("notation.unclosed", called=called(opening), closing=BRACKETS[opening]))
        if not written:
            raise NotationError(tell("notation.nothing_in", opening=opening, closing=BRACKETS[opening]))
        self.depth -= 1
        return opening + written + self.take()

    def words(self) -> str:
        found = WORDS.match(self.latex, self.place)
        if not found:
            raise NotationError(tell("notation.words"))
        self.place = found.end()
        return f"{{{found[1]}}}"


def called(token: str) -> str:
    """A token as a message names it."""
    if token in "{}":
        return tell("notation.a_brace")
    if token[0] == "\\" and len(token) > 1:
        return tell("notation.a_command", token=token)
    return tell("notation.a_bracket" if token in "()[]" else "notation.a_character", token=token)
