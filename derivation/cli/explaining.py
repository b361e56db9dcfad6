"""What is said where a spec cannot be read or worked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from derivation.api import load
from derivation.cli.exits import stop
from derivation.cli.language import prefer
from derivation.deriving.on_request.common import NoView
from derivation.formulas.calculus.reverse import NoDerivative
from derivation.formulas.numbers import Uncertain, Undefined
from derivation.formulas.terms import Term
from derivation.networks.keys import expression
from derivation.networks.network import Network
from derivation.networks.walkthrough import FalseLine
from derivation.pages.typesetting.engine import named, unsettable
from derivation.pages.typesetting.engine import stood_in as standing_in
from derivation.spec.errors import SpecError
from derivation.system.streams import say
from derivation.words.telling import tell

Result = TypeVar("Result")


def explained(spec: Path, work: Callable[[Network], Result]) -> Result:
    """What `work` makes of a spec's network; ends the program with a message where it cannot be read or worked."""
    return caught(spec, lambda: work(warned(spec, load(spec))))


def warned(spec: Path, network: Network) -> Network:
    """The network, its warnings told; from here on the command speaks its language."""
    prefer(network.page.language)
    for warning in network.warnings:
        say(tell("commands.warning", spec=spec, warning=warning))
    return network


def stood_in(spec: Path, network: Network) -> None:
    """Says where in a PDF other letters stand for those of a title that no font has."""
    titles = [network.title, *dict.fromkeys(section.title for section in network.sections.values() if section.title)]
    for title in titles:
        if letter := unsettable(title):
            say(tell("tex.stand_in", spec=spec, **named(letter), place=title, shown=standing_in(title)))


def caught(spec: Path, work: Callable[[], Result]) -> Result:
    """What `work` gives; ends the program with a message where the spec cannot be read or worked."""
    try:
        return work()
    except SpecError as error:
        stop(str(error))
    except Undefined as error:
        place = ":{}:{}".format(*error.place) if error.place else ""
        stop(
            tell("commands.undefined", spec=spec, place=place, quantity=_called(error.term), why=error.message)
            if error.term
            else f"{spec}: {error}"
        )
    except (NoDerivative, NoView, Uncertain, FalseLine) as error:
        stop(f"{spec}: {error}")


def _called(term: Term) -> str:
    return tell("commands.derivative", quantity=expression(term)) if term.head == "partial" else expression(term)
