"""A place among the words of an expression, and the steps from one to the next."""

from __future__ import annotations

from derivation.formulas.language.lexing import SyntaxProblem, Token, tokens
from derivation.words.telling import tell


class Cursor:
    """Stands at one of the words of a text; whoever takes a word stands at the next.

    >>> cursor = Cursor("x + 2")
    >>> [cursor.name().text, cursor.take("+", "-").text, cursor.next.text]
    ['x', '+', '2']
    """

    def __init__(self, text: str) -> None:
        self.words = list(tokens(text))
        self.place = 0

    @property
    def next(self) -> Token:
        """The word that stands next."""
        return self.words[self.place]

    def take(self, *texts: str) -> Token | None:
        """The next word, consumed, if it is one of these."""
        word = self.next
        if word.kind == "symbol" and word.text in texts:
            self.place += 1
            return word
        return None

    def word(self, *texts: str) -> Token | None:
        """The next name, consumed, if it is one of these."""
        word = self.next
        if word.kind == "name" and word.text in texts:
            self.place += 1
            return word
        return None

    def name(self) -> Token | None:
        """The next word, consumed, if it is a name."""
        return self.word(self.next.text)

    def calls(self) -> bool:
        """Whether a function is called next."""
        return self.next.kind == "name" and self.words[self.place + 1].text == "("

    def expect(self, text: str) -> None:
        """The next word is this one, and consumed; `SyntaxProblem` where it is not."""
        if not self.take(text):
            raise SyntaxProblem(self.next.at, tell("syntax.expected", expected=text, found=self.found()))

    def found(self) -> str:
        """What stands next, as it is named in a sentence."""
        return tell("syntax.end") if self.next.kind == "end" else repr(self.next.text)
