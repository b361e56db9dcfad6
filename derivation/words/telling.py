"""Sentences in the language that is spoken. Each is a string with its code, so that programs need not read it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from derivation.words.files import LANGUAGE, load

_SPOKEN = ContextVar("language", default=LANGUAGE)


class Sentence(str):
    """What is told: the sentence itself, and the code it is found by in every language.

    >>> told = Sentence("4, not 5", "checking.differs")
    >>> told, told.code
    ('4, not 5', 'checking.differs')
    """

    code: str

    def __new__(cls, text: str, code: str) -> Sentence:
        made = super().__new__(cls, text)
        made.code = code
        return made

    def __reduce__(self) -> tuple[type[Sentence], tuple[str, str]]:
        return Sentence, (str(self), self.code)


def spoken() -> str:
    """The language that is spoken here."""
    return _SPOKEN.get()


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speaks a language for as long as the block lasts, in this thread.

    >>> with speaking("en"):
    ...     spoken()
    'en'
    """
    before = _SPOKEN.set(language)
    try:
        yield
    finally:
        _SPOKEN.reset(before)


def tell(code: str, **about: Any) -> Sentence:
    """The sentence of a code (`table.key`) in the language that is spoken, the words in its braces filled in.

    A sentence whose words depend on a number has a form for each of the language's plurals (`one`, `other` and so on,
    by CLDR); `count` chooses. A code that a language lacks is an error: a test reads every words file.
    """
    table, _, key = code.partition(".")
    text: Any = load(spoken())[table][key]
    if isinstance(text, dict):
        text = text[plural(about["count"])]
    return Sentence(text.format_map(about), code)


def plural(count: int) -> str:
    """Which plural a number takes in the language that is spoken.

    >>> plural(1), plural(2)
    ('one', 'other')
    """
    from babel import Locale

    return str(Locale.parse(spoken()).plural_form(count))
