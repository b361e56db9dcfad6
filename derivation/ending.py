"""How a program ends that is asked to by a signal: in good order, or at once, but never leaving behind what is `due` to be put away."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

BY_SIGNAL = 128
"""A program that a signal ends has this exit code, and the signal's number."""
SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
"""What asks a program to end: Ctrl-C, `kill`, a terminal that is closed. (Windows has no SIGHUP.)"""
GRACE = 5
"""Seconds that an orderly end may take."""


class _State:
    """What is still to be put away, in the order in which it was begun, and how the program is ending."""

    due: dict[object, Callable[[], object]] = {}
    signal = 0
    is_over = False


@contextmanager
def due(action: Callable[[], object]) -> Iterator[None]:
    """Does something once, when the block ends or when the program does.

    >>> with due(lambda: print("put away")):
    ...     print("at work")
    at work
    put away
    """
    key = object()
    _State.due[key] = action
    try:
        yield
    finally:
        if _State.due.pop(key, None):
            action()


def put_away() -> None:
    """Does all that is due, the last first. From then on a signal is remembered and disturbs nothing."""
    _State.is_over = True
    while _State.due:
        _State.due.popitem()[1]()


def answer_signals() -> None:
    """From now on a signal that asks the main thread to end raises `SystemExit` in it; what was ignored (as by `nohup`) stays ignored."""
    for number in SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _answer)


def by_signal() -> int:
    """The exit code of a program that was asked to end by a signal, else 0."""
    return BY_SIGNAL + _State.signal if _State.signal else 0


def _answer(number: int, frame: FrameType | None) -> None:
    """The first signal ends the program in good order; a second one, or an end that takes too long, at once."""
    if _State.signal:
        _end_at_once()
    _State.signal = number
    if _State.is_over:
        return
    if hasattr(signal, "alarm"):
        signal.signal(signal.SIGALRM, lambda *_: _end_at_once())
        signal.alarm(GRACE)
    raise SystemExit(by_signal())


def _end_at_once() -> NoReturn:
    put_away()
    os._exit(by_signal())
