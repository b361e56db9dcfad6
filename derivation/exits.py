"""How commands end: exit codes, and a message instead of a traceback for whatever a user can put right."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypeVar

import typer

if TYPE_CHECKING:
    from .network import Network

SOME_WRONG, BAD_INPUT, TEX_FAILED = 1, 2, 3
Result = TypeVar("Result")


def stop(message: str, code: int = BAD_INPUT) -> NoReturn:
    """Ends the program with a message."""
    print(message, file=sys.stderr)
    raise typer.Exit(code)


def explained(spec: Path, work: Callable[[Network], Result]) -> Result:
    """What `work` makes of a spec's network; ends the program with a message where it cannot be read or worked."""
    from .spec import load

    return caught(spec, lambda: work(warned(spec, load(spec))))


def warned(spec: Path, network: Network) -> Network:
    """The network, its warnings told."""
    for warning in network.warnings:
        print(f"{spec}: warning: {warning}", file=sys.stderr)
    return network


def caught(spec: Path, work: Callable[[], Result]) -> Result:
    """What `work` gives; ends the program with a message where the spec cannot be read or worked."""
    from .deriving.views import NoView
    from .evaluate import Undefined
    from .numbers import Uncertain, UndefinedValue
    from .plain import expression
    from .reverse import NoDerivative
    from .spec import SpecError
    from .walkthrough import FalseLine

    try:
        return work()
    except SpecError as error:
        stop(str(error))
    except Undefined as error:
        place = ":{}:{}".format(*error.place) if error.place else ""
        called = f"the derivative {expression(error.term)}" if error.term.head == "partial" else expression(error.term)
        stop(f"{spec}{place}: {called} has no value at these numbers: {error.message}")
    except (NoDerivative, NoView, Uncertain, UndefinedValue, FalseLine) as error:
        stop(f"{spec}: {error}")
