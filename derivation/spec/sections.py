"""Sections of a network: an author's own headings, and the steps of repetitions that belong together. Also the order in
which equations are worked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, groupby, product
from typing import NamedTuple

from derivation.formulas.language.axes import AXES
from derivation.formulas.language.lexing import SyntaxProblem, plain_name
from derivation.formulas.language.steps import at_step
from derivation.formulas.language.syntax import Syntax
from derivation.networks.walkthrough import Section
from derivation.spec.blocks import Loop
from derivation.words.telling import tell

HEADING = re.compile(r"\s*##+(?P<title>(?:.*[^#\s])?)[#\s]*\Z")
"""A line that begins a section, as in Markdown; a single # begins a comment."""
PLACE = re.compile(r"\{\s*([^\W\d]\w*)\s*\}")


@dataclass(frozen=True, slots=True)
class Heading:
    """An author's line `## Attention`; with an index in braces, `## Head {k}`, each step of a repetition over k is a
    section."""

    title: str
    line: int
    column: int = 1

    @property
    def indices(self) -> frozenset[str]:
        return frozenset(PLACE.findall(self.title))

    def at(self, step: int) -> str:
        """The title at one step of the repetition.

        >>> Heading("Head {k}", 1).at(2)
        'Head 2'
        """
        return PLACE.sub(str(step), self.title)


@dataclass(frozen=True, slots=True)
class Equation:
    """One equation as spelled out: its tree, its place in the file, the heading above it, and which `step` of a
    repetition over `index` it is.

    `column` is that of the right side, `named_at` that of the left; `when` orders equations as they are worked."""

    key: str
    syntax: Syntax
    line: int
    column: int
    heading: Heading | None = None
    index: str = ""
    step: int = 0
    block: int = 0
    named_at: int = 1
    when: tuple[int, ...] = ()

    @property
    def group(self) -> tuple[int, int]:
        """What is worked without a break: a section of the author's, a step of a block of repetitions, or the equation
        alone."""
        return (-self.heading.line, 0) if self.heading and not self.heading.indices else (self.block, self.step)


Line = Sequence[Equation]
"""The equations that one line of a spec stands for."""


def uses(syntax: Syntax) -> frozenset[str]:
    """The names in an expression."""
    if syntax.symbol == "name":
        return frozenset(syntax.args)
    inside = [
        arg
        for arg in (*syntax.args, *(value for key, value in syntax.keywords if key not in AXES))
        if isinstance(arg, Syntax)
    ]
    return frozenset().union(*map(uses, inside))


def each(syntax: Syntax) -> tuple[Syntax, int]:
    """What a line repeats, and how often; the whole once where it is no repetition."""
    if syntax.symbol != "for":
        return syntax, 1
    body, _, first, last = syntax.args
    return body, last - first + 1


def each_step(match: re.Match[str], syntax: Syntax, stands: int, loops: Sequence[Loop] = ()) -> Iterator[Occurrence]:
    """The equations that a line stands for: one, or one for each step of the repetitions around it and at its end."""
    name = plain_name(match["name"].replace(".", "_"), match.start("name") - match.end())
    variable = match["variable"]
    body, own = syntax, list[Loop]()
    if syntax.symbol == "for":
        body, looped, first, last = syntax.args
        own = [(looped, first, last, stands)]
        if variable != looped:
            raise SyntaxProblem(
                syntax.at, tell("spec.own_quantity", name=name.removesuffix(f"_{looped}"), index=looped)
            )
    around = [*loops, *own]
    if variable and variable not in [loop[0] for loop in around]:
        raise SyntaxProblem(len(match.string) - match.end(), tell("spec.repetition_at_end", variable=variable))
    for steps in product(*(range(first, last + 1) for _, first, last, _ in around)):
        at = dict(zip((loop[0] for loop in around), steps, strict=True))
        place = at[variable] + int((match["offset"] or "0").replace(" ", "")) if variable else match["fixed"]
        key = name if place is None else f"{name}_{int(place)}"
        index, step = (around[0][0], steps[0]) if len(around) == 1 else ("", 0)
        when = tuple(chain.from_iterable(zip((loop[3] for loop in around), steps, strict=True)))
        yield Occurrence(key, _changed(match["change"], key, _at_steps(body, at)), index, step, (*when, stands))


class Occurrence(NamedTuple):
    """An equation at one step of the repetitions around it; `when` orders all as they are worked."""

    key: str
    syntax: Syntax
    variable: str
    step: int
    when: tuple[int, ...]


def _at_steps(syntax: Syntax, steps: Mapping[str, int]) -> Syntax:
    for variable, step in steps.items():
        syntax = at_step(syntax, variable, step)
    return syntax


def _changed(sign: str | None, key: str, syntax: Syntax) -> Syntax:
    """`c += d` as c + d."""
    return Syntax(sign.replace("**", "^"), (Syntax("name", (key,), 0), syntax), 0) if sign else syntax


def arranged(lines: Sequence[Line]) -> list[Equation]:
    """The equations as a lecturer writes them: repetitions over the same range that follow each other step by step, not
    line by line."""
    used = {equation.key: uses(equation.syntax) for line in lines for equation in line}
    found: list[Equation] = []
    for number, block in enumerate(_blocks(lines, used), 1):
        steps = list(zip(*block, strict=True))
        for step in reversed(steps) if _distances(block, used) == {-1} else steps:
            found += [replace(equation, block=number) for equation in step]
    return found


def _blocks(lines: Sequence[Line], used: Mapping[str, frozenset[str]]) -> Iterator[list[Line]]:
    """The lines that are worked together, as many as can be; a line that is no repetition stands alone."""
    for repeated, run in groupby(
        lines, lambda line: (line[0].heading, line[0].index, [equation.step for equation in line])
    ):
        left = list(run)
        while left:
            sizes = range(len(left), 1, -1) if repeated[1] else ()
            size = next((size for size in sizes if _step_by_step(left[:size], left[size:], used)), 1)
            yield left[:size]
            left = left[size:]


def _step_by_step(block: Sequence[Line], behind: Sequence[Line], used: Mapping[str, frozenset[str]]) -> bool:
    """Whether each step of the block can be finished before the next is begun: all look back, or all ahead, and none at
    what stands behind."""
    later = {equation.key for line in behind for equation in line}
    return len(_distances(block, used)) < 2 and not any(
        used[equation.key] & later for line in block for equation in line
    )


def _distances(block: Sequence[Line], used: Mapping[str, frozenset[str]]) -> set[int]:
    """1 if an equation of the block uses an earlier step, -1 if one uses a later step."""
    steps = {equation.key: equation.step for line in block for equation in line}
    return {
        1 if equation.step > steps[key] else -1
        for line in block
        for equation in line
        for key in used[equation.key] & steps.keys()
        if equation.step != steps[key]
    }


def ordered(written: Mapping[str, Equation], given: frozenset[str]) -> list[str]:
    """The names in an order in which each equation uses only what stands before it, groups in one piece where that can
    be.

    Names that use each other in a circle, or that use such, are left out. `given` are names that have values.
    """
    needs = {key: (uses(equation.syntax) & written.keys()) - given for key, equation in written.items()}
    waiting: dict[tuple[int, int], list[str]] = {}
    for key, equation in written.items():
        waiting.setdefault(equation.group, []).append(key)
    outside = {group: frozenset().union(*(needs[key] for key in keys)) - set(keys) for group, keys in waiting.items()}
    found: dict[str, None] = {}

    def next_of(keys: Iterable[str]) -> str | None:
        return next((key for key in keys if needs[key] <= found.keys()), None)

    while True:
        group = next((group for group in waiting if outside[group] <= found.keys()), None)
        if group:
            keys = waiting.pop(group)
            while ready := next_of(keys):
                found[ready] = None
                keys.remove(ready)
        elif ready := next_of(key for keys in waiting.values() for key in keys):
            # No group can be worked in one piece: the first equation that can be worked comes alone.
            found[ready] = None
            waiting[written[ready].group].remove(ready)
        else:
            return list(found)


def sections(names: Sequence[str], written: Mapping[str, Equation], loss: str | None) -> dict[str, Section]:
    """The section of each name, in order; none at all where neither the author nor a repetition makes one.

    A name that is not in `written` belongs to the next one that is. A repetition makes sections where a step has
    several equations.
    """
    origin: dict[str, Equation] = {}
    current = written[names[-1]]
    for key in reversed(names):
        origin[key] = current = written.get(key, current)
    sizes = Counter(equation.group for equation in origin.values())
    steps = Counter(block for block, _ in sizes)
    several = {block for (block, _), size in sizes.items() if size > 1 and steps[block] > 1}

    def titled(key: str) -> tuple[int, int] | None:
        equation = origin[key]
        return equation.group if equation.heading or (equation.index and equation.block in several) else None

    runs = [(group, list(keys)) for group, keys in groupby(names, titled)]
    if not any(group for group, _ in runs):
        return {}
    made = [
        _section(number, origin[keys[0]]) if group else _outside(number, len(runs), keys, loss)
        for number, (group, keys) in enumerate(runs, 1)
    ]
    return {key: section for section, (_, keys) in zip(made, runs, strict=True) for key in keys}


def _section(number: int, equation: Equation) -> Section:
    if equation.heading:
        return Section("own", number, equation.heading.at(equation.step))
    return Section("step", number, index=equation.index, step=equation.step)


def _outside(number: int, last: int, keys: list[str], loss: str | None) -> Section:
    """The section of what stands before, between or behind the others."""
    if loss in keys:
        return Section("output" if len(keys) > 1 else "loss", number)
    return Section("opening" if number == 1 else "closing" if number == last else "between", number)
