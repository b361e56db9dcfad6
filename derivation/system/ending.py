"""How a program ends that a signal asks to: at once, whatever its threads are doing, but never without putting away
what is `due` to be.

It does not unwind: an exception may come up where Python drops it, and the threads may take long. Programs that it
started and the processes that work for it end with it, since each holds a pipe to it.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event
from types import FrameType

BY_SIGNAL = 128
"""A program that a signal ends has this exit code, and the signal's number."""
SIGNALS = () if os.name == "nt" else (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""What asks a program to end: Ctrl-C, `kill`, a terminal that is closed. Windows has Ctrl-C alone, which Python
answers."""
GRACE = 5
"""Seconds that this may take; then the system ends the program."""
_DUE: dict[object, Callable[[], object]] = {}


@contextmanager
def due(action: Callable[[], object]) -> Iterator[None]:
    """Does something once, when the block ends or when a signal ends the program. It must not wait for another thread.

    >>> with due(lambda: print("put away")):
    ...     print("at work")
    at work
    put away
    """
    key = object()
    _DUE[key] = action
    try:
        yield
    finally:
        if _DUE.pop(key, None):
            action()


@contextmanager
def until_interrupted() -> Iterator[Event]:
    """Work that goes on until Ctrl-C: that sets the event, and what is being done is finished. A second one ends the
    program."""
    interrupted, before = Event(), signal.getsignal(signal.SIGINT)

    def answer(number: int, frame: FrameType | None) -> None:
        signal.signal(number, before)
        interrupted.set()

    signal.signal(signal.SIGINT, answer)
    try:
        yield interrupted
    finally:
        signal.signal(signal.SIGINT, before)


def answer_signals() -> None:
    """From now on a signal that asks the program to end does so in order; what was ignored (as by `nohup`) stays
    ignored."""
    for number in SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _end)


def _end(number: int, frame: FrameType | None) -> None:
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(GRACE)
    while _DUE:
        _DUE.popitem()[1]()
    if processes := sys.modules.get("multiprocessing.util"):
        processes._run_finalizers(0)  # else it warns of semaphores that nobody removed
    os._exit(BY_SIGNAL + number)
