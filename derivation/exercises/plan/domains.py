"""What an entry may be, as a spec says it: "one decimal", "integers -3..3", "-1..1 step 0.25", "0.1 | 0.2 | 0.5", {
from = -1, to = 1, step = 0.5 }."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from flint import fmpq

from derivation.formulas.arrays import Shape
from derivation.formulas.numbers import exact
from derivation.spec.given import flat
from derivation.words.telling import tell

Domain = tuple[fmpq, ...]
MAXIMAL_VALUES = 10_000
"""Values that one entry may choose from."""
MAXIMAL_TEXT = 2000
NUMBER = r"[+-]?(?:\d+(?:\.\d+)?|\.\d+)"
RANGE = re.compile(
    rf"(?P<kind>[a-z "
    rf"]*?)[\s,]*(?:(?P<low>{NUMBER})\s*\.\.\s*(?P<high>{NUMBER}))?[\s,]*(?:step\s+(?P<step>{NUMBER}))?[\s,]*(?P<without>not 0)?\Z"
)
STEPS = {"integers": fmpq(1), "one decimal": fmpq(1, 10), "two decimals": fmpq(1, 100), "three decimals": fmpq(1, 1000)}
"""Where no range is given, integers are those from -9 to 9 and decimals those between -1 and 1, without 0."""


def domains(given: Any, shape: Shape) -> dict[int, Domain]:
    """The values of each entry of a quantity of a shape, by its offset: one wish for all of them, or a list of the
    quantity's shape.

    Raises `ValueError` with a sentence.

    >>> domains(["integers 1..3", 5], (2, 1))
    {0: (1, 2, 3), 1: (5,)}
    """
    size = shape[0] * shape[1] if shape else 1
    if not isinstance(given, list):
        return dict.fromkeys(range(size), domain(given))
    entries = list(_flat(given))
    if _shape(given) not in ({shape} if shape else {(1, 1)}):
        expected = f"{shape[0]} x {shape[1]}" if shape else tell("domains.scalar")
        raise ValueError(tell("domains.shape", shape=expected))
    return {offset: domain(entry) for offset, entry in enumerate(entries)}


def domain(given: Any) -> Domain:
    """The values that one entry may take, in rising order (alternatives as they are listed).

    >>> domain("-1..1 step 0.5"), domain("0.1 | 0.5"), domain("integers -2..2, not 0"), domain(3)
    ((-1, -1/2, 0, 1/2, 1), (1/10, 1/2), (-2, -1, 1, 2), (3,))
    """
    if isinstance(given, str) and len(given) > MAXIMAL_TEXT:
        raise ValueError(tell("domains.too_long", most=MAXIMAL_TEXT, examples=tell("domains.examples")))
    if isinstance(given, str):
        return _alternatives(given) if "|" in given or re.fullmatch(NUMBER, given.strip()) else _range(given)
    if isinstance(given, Mapping):
        return _table(given)
    return (flat(given).entries[0],)


def standard(entry: fmpq, is_whole: bool) -> Domain:
    """What an entry may be where the spec does not say: one decimal, or where the quantity is whole, a whole number of
    at most 3 (or its own size), round where those would be too many.

    >>> len(standard(fmpq(250_000), True)), standard(fmpq(250_000), True)[-2:]
    (5000, (249900, 250000))
    """
    if not is_whole:
        return _steps(fmpq(-9, 10), fmpq(9, 10), fmpq(1, 10), True)
    most, step = max(fmpq(3), abs(entry)), fmpq(1)
    while 2 * most / step + 1 > MAXIMAL_VALUES:
        step *= 10
    most = (most / step).floor() * step
    return _steps(-most, most, step, True)


def _alternatives(text: str) -> Domain:
    parts = [part.strip() for part in text.split("|")]
    wrong = next((part for part in parts if not re.fullmatch(NUMBER, part)), None)
    if wrong is not None:
        raise ValueError(tell("domains.no_alternative", found=wrong[:40]))
    return tuple(dict.fromkeys(map(_number, parts)))


def _range(text: str) -> Domain:
    match = RANGE.match(text.strip().lower())
    kind = match["kind"].strip() if match else ""
    if not match or (kind and kind not in STEPS) or (kind and match["step"]) or not (kind or match["low"]):
        raise ValueError(tell("domains.no_numbers", text=text[:40], examples=tell("domains.examples")))
    if not kind and not match["step"]:
        raise ValueError(tell("domains.no_step", text=text[:40], stripped=text.strip()[:40]))
    step = STEPS[kind] if kind else _number(match["step"])
    if match["low"] is None:
        most = fmpq(9) if kind == "integers" else 1 - step
        return _steps(-most, most, step, True)
    return _steps(_number(match["low"]), _number(match["high"]), step, bool(match["without"]))


def _table(given: Mapping[str, Any]) -> Domain:
    if set(given) != {"from", "to", "step"} or not all(
        isinstance(part, int | Decimal) and not isinstance(part, bool) for part in given.values()
    ):
        raise ValueError(tell("domains.no_table"))
    low, high, step = (flat(given[key]).entries[0] for key in ("from", "to", "step"))
    return _steps(low, high, step, False)


def _steps(low: fmpq, high: fmpq, step: fmpq, without_zero: bool) -> Domain:
    if step <= 0:
        raise ValueError(tell("domains.step", step=step))
    if low > high:
        raise ValueError(tell("domains.empty", low=low, high=high))
    count = int((high - low) / step) + 1 if high > low else 1
    if count > MAXIMAL_VALUES:
        raise ValueError(tell("domains.too_many", count=count, most=MAXIMAL_VALUES))
    found = tuple(number for number in (low + k * step for k in range(count)) if number or not without_zero)
    if not found:
        raise ValueError(tell("domains.only_zero"))
    return found


def _number(text: str) -> fmpq:
    return exact(text.lstrip("+"))


def _flat(given: list[Any]) -> Iterator[Any]:
    for entry in given:
        yield from entry if isinstance(entry, list) else [entry]


def _shape(given: list[Any]) -> Shape:
    rows = [entry if isinstance(entry, list) else [entry] for entry in given]
    return (len(rows), len(rows[0])) if len({len(row) for row in rows}) == 1 else (0, 0)
