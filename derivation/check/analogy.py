"""Quantities of which an article gives only the value, since they are worked "likewise": by the formula of a twin with another number."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from ..arrays import Shape
from ..numbers import bounds, exact
from ..terms import Term
from .knowledge import NEW, Event, is_closed
from .meaning import FAILURES, Meaning
from .symbols import Symbol
from .values import Printed, half_unit

if TYPE_CHECKING:
    from .world import World

SEVERAL = 2
"""Quantities whose values bear an analogy out, from which on it is taken to hold for the others."""


class Analogies:
    """The formulas that quantities have by analogy, in one article."""

    def __init__(self, world: World) -> None:
        self.world = world

    def analogous(self, key: str, order: int) -> tuple[Term, Shape] | None:
        """The formula of a quantity of which the article only says "likewise": that of its twin, `out_{o1}` for `out_{o2}`, where the value that the
        article prints bears it out, or where those of several others bear out theirs."""
        event = self.world.value_event(key, 1 << 60)
        if event is None or event.tree.head not in ("number", "u-") or ("analogy", key) in self.world._visiting:
            return None
        analogies = list(self.analogies(key, order))
        borne_out = next((found for found in analogies if self.bears_out(event, found[0], order)), None)
        if borne_out is None and analogies and self.borne_out_elsewhere(key, order) >= SEVERAL:
            return analogies[0]
        return borne_out

    def analogies(self, key: str, order: int) -> Iterator[tuple[Term, Shape]]:
        """The formulas of a quantity's twins, with its own number put in."""
        number = self.world.knowledge.symbols[key.removesuffix(NEW)].sub[-1:] if key.removesuffix(NEW) in self.world.knowledge.symbols else ()
        for twin, events in self.twins(key, self.world.knowledge.formulas):
            renamed = Meaning(self.world, order, None, None, 0, (twin.sub[-1], *number))  # type: ignore[arg-type]
            for of in (event for event in events if not is_closed(event.tree)):
                try:
                    term, shape = self.world.guarded(("analogy", key), partial(renamed.of, of.tree))
                except FAILURES:
                    continue
                if shape == ():
                    yield term, shape

    def bears_out(self, event: Event, term: Term, order: int) -> bool:
        """Whether a printed value is the one that a formula gives, but for rounding."""
        printed = Meaning(self.world, order).of(event.tree)[0]
        if printed.head != "number":
            return False
        text = printed.args[0]
        try:
            low, high = bounds(Printed(self.world).value(term, order).entries[0])
        except FAILURES:
            return False
        return bool(low - half_unit(text) * 2 <= exact(text) <= high + half_unit(text) * 2)

    def borne_out_elsewhere(self, key: str, order: int) -> int:
        """How many twins that have only values have those which the analogy gives."""
        count = 0
        for twin, events in self.twins(key, self.world.knowledge.values):
            other = twin.key + NEW * key.endswith(NEW)
            if not self.world.knowledge.formulas.get(other) and events[0].tree.head in ("number", "u-"):
                count += any(self.bears_out(events[0], found[0], order) for found in self.analogies(other, order))
        return count

    def twins(self, key: str, known: Mapping[str, list[Event]]) -> Iterator[tuple[Symbol, list[Event]]]:
        """Quantities that bear the same name with another number, and what is known of them."""
        symbol = self.world.knowledge.symbols.get(key.removesuffix(NEW))
        stem = re.fullmatch(r"(\D*)([1-9]\d*)", symbol.sub[-1]) if symbol and symbol.sub else None
        for other, events in known.items() if stem else ():
            twin = self.world.knowledge.symbols.get(other.removesuffix(NEW)) if other.endswith(NEW) == key.endswith(NEW) else None
            if stem and symbol and twin and twin != symbol and replace(twin, sub=symbol.sub) == symbol and numbered(twin.sub, symbol.sub[:-1], stem[1]):
                yield twin, events


def numbered(sub: tuple[str, ...], before: tuple[str, ...], stem: str) -> bool:
    """Whether a subscript is a stem with a number, such as `o1`."""
    return bool(sub) and sub[:-1] == before and re.fullmatch(re.escape(stem) + r"[1-9]\d*", sub[-1]) is not None
