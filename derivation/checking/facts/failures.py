"""What keeps a side of an equality from having a value."""

from __future__ import annotations

from derivation.checking.reading.tokens import Unreadable
from derivation.formulas.language.lexing import SyntaxProblem
from derivation.words.telling import code_of, message_of, tell


class Unknown(Unreadable):
    """A quantity of which the article says neither value nor formula nor shape."""


class Mismatch(SyntaxProblem):
    """Operands whose shapes do not fit: the equality is wrong."""


FAILURES = (ArithmeticError, ValueError, IndexError)
"""All that may keep a side from having a value: it cannot be read, shapes do not fit, a derivative, a value or an entry
does not exist: an article may give an array another shape than its formulas do."""


def told(error: Exception) -> str:
    """What keeps a side from having a value, in words; nothing where the error has none for readers."""
    return tell("undecided.open_shapes") if isinstance(error, IndexError) else message_of(error)


def undefined(error: Exception) -> str:
    """Why something has no value; nothing where that is only not certain."""
    message = message_of(error)
    return message if code_of(message).startswith("undefined.") else ""
