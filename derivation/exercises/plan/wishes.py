"""The wishes table: a row each, as data; `search.conditions` says what some ask of an exercise's nodes. Sentences stand
in `templates/words/`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from flint import fmpq

from derivation.formulas.language.suggestions import nearest
from derivation.formulas.operations import TABLE
from derivation.formulas.terms import Term, walk
from derivation.networks.network import Network
from derivation.words.telling import tell

MAXIMAL_MIXED = 10
"""Units of which some are to be on and some off: each way of it is a case of its own."""
Pattern = Mapping[str, tuple[bool, ...]]


@dataclass(frozen=True, slots=True)
class Wish:
    """One row: its key, what is wished where the spec says nothing, how a spec's value is read (`ValueError` with a
    sentence where it cannot be), and its value in a sentence. What is wished falsely is not wished at all."""

    key: str
    default: Any
    read: Callable[[Any, Network], Any]
    say: Callable[[Any], str] = str


def effective(*given: Mapping[str, Any]) -> dict[str, Any]:
    """All wishes by key: the table's defaults, and what is given, later ones before earlier."""
    wishes = {row.key: row.default for row in WISHES.values()}
    for more in given:
        wishes |= more
    return wishes


def read(given: Mapping[str, Any], network: Network, add: Callable[[str, str], None]) -> dict[str, Any]:
    """What a spec's table wishes; `add` is told of each problem: the key and a sentence."""
    found = {}
    for key, value in given.items():
        if key not in WISHES:
            add(key, tell("plan.no_wish", key=key, near=nearest(key, WISHES), known=", ".join(WISHES)))
            continue
        try:
            found[key] = WISHES[key].read(value, network)
        except ValueError as problem:
            add(key, str(problem))
    return found


def each_matrix(key: str, network: Network) -> list[str]:
    """What `Z`, `dL/dK` and `K_new` stand for where they are arrays of three or four axes: that of each matrix."""
    slope = f"d{network.loss}/d"
    before, after = slope if key.startswith(slope) else "", "_new" if key.endswith("_new") else ""
    return [before + own + after for own in network.matrices(key.removeprefix(before).removesuffix(after))]


def is_wished(wished: Any) -> bool:
    """Whether a wish's value asks for anything; 0 decimals do."""
    return wished is not None and wished is not False and wished != ()


def patterns(relu: Any) -> list[dict[str, tuple[bool, ...]]]:
    """Each way in which the units can be on and off as it is wished."""
    ways = [
        [states for states in product((True, False), repeat=len(wish)) if _fits(states, wish)] for _, wish in relu or ()
    ]
    return [dict(zip([key for key, _ in relu or ()], chosen, strict=True)) for chosen in product(*ways)]


def argument(network: Network, key: str) -> Term | None:
    """What a quantity's kinked activation is taken of: z for `h = relu(z)`."""
    kinked = (
        node
        for node in walk(network.equations[key])
        if node.head in TABLE and TABLE[node.head].kink and TABLE[node.head].activation
    )
    found = next(kinked, None)
    return found.args[0] if found and found.args[0].head == "name" else None


def _fits(states: tuple[bool, ...], wish: tuple[str, ...]) -> bool:
    if "mixed" in wish:
        return any(states) and not all(states)
    return states == tuple(word == "on" for word in wish)


def _yes(given: Any, network: Network) -> bool:
    if not isinstance(given, bool):
        raise ValueError(tell("wished.yes_or_no", found=given))
    return given


def _falls(given: Any, network: Network) -> bool:
    if _yes(given, network) and not network.update:
        raise ValueError(tell("wished.falls"))
    return bool(given)


def _no(given: Any, network: Network) -> bool:
    return not _yes(given, network)


def _whole(least: int, most: int) -> Callable[[Any, Network], int]:
    def read_whole(given: Any, network: Network) -> int:
        if isinstance(given, bool) or not isinstance(given, int) or not least <= given <= most:
            raise ValueError(tell("wished.whole", least=least, most=most, found=given))
        return given

    return read_whole


def _decimals(given: Any, network: Network) -> Any:
    """A number for all answers, or one for each quantity that is named."""
    read_one = _whole(0, 12)
    if not isinstance(given, Mapping):
        return read_one(given, network)
    return tuple(
        (own, read_one(places, network)) for key, places in given.items() for own in each_matrix(str(key), network)
    )


def _positive(given: Any, network: Network) -> fmpq:
    try:
        number = fmpq(*map(int, given.as_integer_ratio())) if not isinstance(given, bool) else None
    except AttributeError:
        number = None
    if number is None or number <= 0:
        raise ValueError(tell("wished.positive", found=given))
    return number


def _relu(given: Any, network: Network) -> tuple[tuple[str, tuple[str, ...]], ...]:
    known = [key for key in network.equations if argument(network, key) is not None]
    if isinstance(given, str):
        given = dict.fromkeys(known, given)
    if not isinstance(given, Mapping):
        raise ValueError(tell("wished.relu"))
    if not known:
        raise ValueError(tell("wished.no_relu"))
    return tuple(
        (own, _states(own, words, network, known)) for key, words in given.items() for own in network.matrices(key)
    )


def _states(key: str, given: Any, network: Network, known: list[str]) -> tuple[str, ...]:
    if key not in known:
        raise ValueError(tell("wished.not_relu", key=key, near=nearest(key, known), known=", ".join(known)))
    words = tuple(given.split()) if isinstance(given, str) else ()
    shape = network.shapes[key]
    size = shape[0] * shape[1] if shape else 1
    if len(words) == 1:
        words *= size
    if len(words) != size or not (set(words) <= {"on", "off"} or set(words) == {"mixed"}):
        example = " ".join((["on", "off"] * size)[:size])
        raise ValueError(tell("wished.units", key=key, size=size, example=example))
    if words[0] == "mixed" and not 2 <= size <= MAXIMAL_MIXED:
        raise ValueError(tell("wished.mixed", most=MAXIMAL_MIXED, key=key, size=size))
    return words


def _branches(given: Any, network: Network) -> str:
    if given not in ("same", "any"):
        raise ValueError(tell("wished.branches", found=given))
    return str(given)


def _listed(pairs: Iterable[tuple[str, Any]]) -> str:
    return ", ".join(f"{key} {value}" for key, value in pairs)


def _table(*rows: Wish) -> dict[str, Wish]:
    return {row.key: row for row in rows}


WISHES = _table(
    Wish("decimals", None, _decimals, lambda wished: _listed(wished) if isinstance(wished, tuple) else str(wished)),
    Wish("relu", (), _relu, lambda wished: _listed((key, " ".join(states)) for key, states in wished)),
    Wish("branches", "same", _branches),
    Wish("moderate", None, _positive),
    Wish("zeros", True, _no),
    Wish("repeats", False, _no),
    Wish("falls", False, _falls),
    Wish("distinct", True, _yes),
    Wish("mistakes", True, _yes),
    Wish("effort", 25, _whole(0, 1000)),
)
