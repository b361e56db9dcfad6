"""Sentences in the language that is spoken. Each is a string with its code, so that programs need not read it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from derivation.words.files import load
from derivation.words.language import spoken


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


def tell(code: str, /, **about: Any) -> Sentence:
    """The sentence of a code (`table.key`) in the language that is spoken, the words in its braces filled in.

    A sentence whose words depend on a number has a form for each of the language's plurals (`one`, `other` and so on,
    by CLDR); `count` chooses. A code that a language lacks is an error: a test reads every words file.
    """
    table, _, key = code.partition(".")
    text = form(load()[table][key], about)
    return Sentence(text.format_map(_in_threes(about) if ":," in text else about), code)


def code_of(said: str) -> str:
    """The code of what is told; nothing where it is no sentence.

    >>> code_of(tell("wrong.differs")), code_of("")
    ('wrong.differs', '')
    """
    return said.code if isinstance(said, Sentence) else ""


def extended(said: str, code: str, /, **about: Any) -> Sentence:
    """A sentence to which something is added: it is the `why` in the words of `code`, and keeps the code of its own.

    >>> extended(tell("wrong.differs"), "wrong.elsewhere", line=3, latex="2 x").code
    'wrong.differs'
    """
    return Sentence(tell(code, why=said, **about), code_of(said) or code)


class Grouped(int):
    """A whole number whose digits, where a sentence wants them in threes, stand as in the language that is spoken.

    >>> from derivation.words.language import speaking
    >>> with speaking("de"):
    ...     f"{Grouped(1250000):,}"
    '1.250.000'
    """

    def __format__(self, wanted: str) -> str:
        return super().__format__(wanted).replace(",", load()["joining"]["thousands"])


def _in_threes(about: Mapping[str, Any]) -> dict[str, Any]:
    return {key: Grouped(value) if isinstance(value, int) else value for key, value in about.items()}


def form(text: Any, about: Mapping[str, Any]) -> str:
    """The form of a sentence that fits a `count`; a sentence without forms is its own."""
    found: str = text if isinstance(text, str) else text[plural(about["count"])]
    return found


def plural(count: int) -> str:
    """Which plural a number takes in the language that is spoken.

    >>> plural(1), plural(2)
    ('one', 'other')
    """
    return _plurals(spoken())(count)


@cache
def _plurals(language: str) -> Callable[[int], str]:
    """The plurals of a language, whose words say what CLDR has: to read that itself takes Babel long."""
    from babel.plural import PluralRule

    rules: Any = load(language)["language"]["plurals"]
    found: Callable[[int], str] = PluralRule({form: rule for form, rule in rules.items() if rule})
    return found


def message_of(error: BaseException) -> str:
    """What an error says, with its code where it is a sentence: `str(error)` would lose that.

    >>> message_of(ValueError(tell("spec.no_title"))).code
    'spec.no_title'
    """
    return error.args[0] if error.args and isinstance(error.args[0], Sentence) else str(error)


def listed(parts: Iterable[str], last: str = "and") -> str:
    """Several things in a sentence, `and` or `or` before the last.

    >>> listed(["a", "b", "c"]), listed(["a", "b"], "or"), listed(["a"])
    ('a, b and c', 'a or b', 'a')
    """
    *others, end = parts
    joining = load()["joining"]
    return joining[last].join([joining["comma"].join(others), end]) if others else end
