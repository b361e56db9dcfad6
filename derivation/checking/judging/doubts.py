"""Why sides that differ may be meant otherwise: as an equation to be solved, or with values that other sections
give."""

from __future__ import annotations

import re

from derivation.checking.facts.knowledge import PRODUCT_SIGNS, Event, Read, Work, is_closed, is_number, quantity
from derivation.checking.facts.world import MAXIMAL_VALUES
from derivation.checking.judging.bench import Bench
from derivation.checking.reading.trees import Tree


class Doubts:
    """Keeps what is only unclear from being called a mistake."""

    def __init__(self, bench: Bench) -> None:
        self.bench, self.world = bench, bench.world

    def doubt(self, work: Work, left: Read, right: Read, expected: str | None) -> str:
        """What may be meant where two sides differ, and something else is expected; nothing where the chain itself
        shows that it is a slip."""
        if right.tree is None or self.bench.is_slip(work, right.tree):
            return ""
        if expected and bare(expected) == bare(right.side.latex):
            return "the article's formulas and values leave open which shapes these have"
        return self.equation(work, left, right) or self.other_section(work, left, right)

    def equation(self, work: Work, left: Read, right: Read) -> str:
        """Whether the sides may be an equation to be solved."""
        assert left.tree and right.tree
        begins = left is work.sides[0]
        if (
            (begins or is_zero(right.tree))
            and is_equation(left.tree, right.tree)
            and not (is_number(right.tree) and self.is_given_here(left, work))
        ):
            return "is this an equation to be solved? it does not hold for the values that the article gives"
        if (
            begins
            and len(work.sides) == 2
            and is_number(right.tree)
            and not is_closed(left.tree)
            and quantity(left.tree) is None
        ):
            events = (self.world.value_event(key, work.order) for key in left.named)
            if any(event and event.order > work.order for event in events):
                return "is this an equation to be solved? the values that the article gives later do not fit"
        return ""

    def other_section(self, work: Work, left: Read, right: Read) -> str:
        """Whether a value may be taken from a section where it belongs to something else."""
        keys = sorted(self.bench.reach([*left.named, *right.named], work, set()))
        event = next((event for key in keys if (event := self.from_elsewhere(key, work))), None)
        if event is None:
            return ""
        side = event.read.side
        return f"does {side.latex} in line {side.place[0]}, of another section, hold here? with it this is not so"

    def is_given_here(self, read: Read, work: Work) -> bool:
        """Whether all that stands in a side of a product has got its value before, in this section: then nothing is
        left to be solved for."""
        events = [self.world.value_event(key, work.order) for key in read.named]
        here = self.world.sections[work.order]
        is_product = read.tree is not None and read.tree.head in PRODUCT_SIGNS
        return is_product and all(
            event and event.order < work.order and self.world.sections[event.order] == here for event in events
        )

    def from_elsewhere(self, key: str, work: Work) -> Event | None:
        """The value that is taken for a quantity from another section, though the article gives it several, or gives
        this one only later."""
        event, sections = self.world.value_event(key, work.order), self.world.sections
        here = sections[work.order]
        if event is None or event.work is work or sections[event.order] == here or key in self.bench.confirmed[here]:
            return None
        others = [
            other
            for other in self.world.knowledge.values[key][:MAXIMAL_VALUES]
            if not other.assigned and other.work is not work
        ]
        several = (
            len({(sections[other.order], other.read.side.latex) for other in others}) > 1
            and len({other.read.side.latex for other in others}) > 1
        )
        return event if several or sections[event.order] > here else None


def is_equation(left: Tree, right: Tree) -> bool:
    """Whether a formula may be an equation for what is unknown in it: `2 x + 3 y = 0`, `14 x = 29`, `1.96 = (m - 60) /
    s`."""
    if is_closed(left) and not is_closed(right):
        return True
    zero = is_zero(right)
    scaled = left.head in PRODUCT_SIGNS and is_number(left.args[0]) and quantity(left.args[1]) is not None
    return (zero or scaled) and quantity(left) is None and is_closed(right) and not is_closed(left)


def bare(latex: str) -> str:
    return re.sub(r"[{}\s]|\\(?:text|mathrm)", "", latex)


def is_zero(tree: Tree) -> bool:
    return tree.head == "number" and not tree.args[0].strip("0.")
