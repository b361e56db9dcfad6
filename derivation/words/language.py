"""The language that is spoken: the one that was asked for, else the one that a document prefers, else English."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

LANGUAGE = "en"
"""The language where none is asked for; it has every sentence."""
_SPOKEN = ContextVar("language", default="")


def spoken() -> str:
    """The language that is spoken here."""
    return _SPOKEN.get() or LANGUAGE


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speaks a language for as long as the block lasts, in this thread; "" changes nothing. Threads that are to speak
    it too run in a copy of the context.

    >>> with speaking("de"):
    ...     spoken()
    'de'
    """
    before = _SPOKEN.set(language or _SPOKEN.get())
    try:
        yield
    finally:
        _SPOKEN.reset(before)


@contextmanager
def preferring(language: str) -> Iterator[None]:
    """Speaks a language for as long as the block lasts, unless another one was asked for around it.

    >>> with speaking("en"), preferring("de"):
    ...     spoken()
    'en'
    """
    with speaking(_SPOKEN.get() or language):
        yield
