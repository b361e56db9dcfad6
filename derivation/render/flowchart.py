"""Flowcharts drawn from the graph of equations: forward with values, backward with gradients, and the update.

Equations stand in columns by depth; parameters above and below the equation that uses them first, with their values in the box.
Distances come from the size of the labels, so that nothing lies on anything else.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from flint import fmpq
from pylatex import NoEscape, TikZ, TikZOptions

from ..arrays import Array
from ..deriving.worked import literal
from ..network import Network
from ..numbers import Style, certified
from ..terms import Term, name, names, updated
from ..tex.write import write
from ..walkthrough import Derivation, TrainingStep
from .surface import surface
from .training import plot

DIGIT, ROW, SYMBOL = 1.5, 3.3, 8.0
"""Millimetres: the width of a digit and the height of a row in a label, and the width of a node's symbol."""
STYLE = Style(digits=3, exact_digits=5)
ELIDE = 6


def charts(derivation: Derivation) -> dict[str, str]:
    """The TikZ picture for each phase that has one."""
    first = derivation.training_steps[0]
    layout = Layout(derivation.network, first)
    made = {"forward": layout.forward()}
    if derivation.network.loss:
        made["backward"] = layout.backward()
    if derivation.network.update and first.updated:
        made["update"] = layout.update()
    if derivation.outcome:
        made |= {"training": plot(derivation), "surface": surface(derivation)}
    return made


@dataclass(frozen=True)
class Label:
    """A formula with its size on paper in millimetres, from its digits and rows."""

    latex: str
    width: float
    height: float
    relation: str = "="


@dataclass
class Layout:
    """Places for the nodes of one network, in millimetres."""

    network: Network
    numbers: TrainingStep

    def label(self, array: Array) -> Label:
        """A value as a small label."""
        term = literal(array, STYLE, ELIDE)
        latex = write(term, self.network.names)
        relation = r"\approx " if term.rounded else "="
        if not array.shape:
            return Label(latex, len(term.args[0]) * DIGIT, ROW, relation)
        columns = zip(*[[len(str(entry.args[0])) if entry.head == "number" else 2 for entry in row.args] for row in term.args], strict=True)
        width = sum(max(column) * DIGIT + 2.2 for column in columns) + 2.5
        return Label(rf"\left({_small(latex)}\right)", width, len(term.args) * ROW + 1, relation)

    def stated(self, symbol: str, array: Array) -> str:
        """A symbol and its value; where the value is printed rounded, the sign says so."""
        label = self.label(array)
        return f"{symbol}{label.relation}{label.latex}"

    @cached_property
    def columns(self) -> dict[str, int]:
        """The depth of each equation: one more than that of the deepest equation it uses."""
        depth: dict[str, int] = {}
        for key, term in self.network.equations.items():
            depth[key] = 1 + max((depth[operand] for operand in names(term) if operand in depth), default=0)
        return depth

    @cached_property
    def inputs(self) -> list[str]:
        """Data that the first column uses: they stand to its left."""
        return [key for key in self.network.data if any(self.columns[consumer] == 1 for consumer in self.network.consumers[key])]

    @cached_property
    def places(self) -> dict[str, tuple[float, float]]:
        """(x, y) of every equation and input."""
        lanes: dict[int, list[str]] = {0: self.inputs} if self.inputs else {}
        for key, column in self.columns.items():
            lanes.setdefault(column, []).append(key)
        places: dict[str, tuple[float, float]] = {}
        x = 0.0
        for column in sorted(lanes):
            keys = lanes[column]
            half = max([SYMBOL / 2, *(self.reserve(key) / 2 for key in keys)])
            x = x + half if places else half
            pitch = (
                max([26.0, *(sum(self.stack(key)) + 16 for key in keys)])
                if len(keys) > 1 and column
                else 15.0 + max([self.label(self.numbers.values[key]).height for key in keys])
            )
            for lane, key in enumerate(keys):
                places[key] = (x, (len(keys) - 1) / 2 * pitch - lane * pitch)
            x += max(half, max(self.edge_width(key) for key in keys) + SYMBOL / 2 + 5)
        return places

    def edge_width(self, key: str) -> float:
        """Room for the value or the gradient on the edges that leave a node, whichever is wider."""
        arrays = [self.numbers.values[key], *([self.numbers.gradients[key]] if key in self.numbers.gradients else [])]
        return max(self.label(array).width for array in arrays) + 4

    def attached(self, key: str) -> list[str]:
        """Parameters and data that enter the graph at an equation."""
        return [
            operand
            for operand in names(self.network.equations.get(key, name(key)))
            if operand not in self.network.equations and operand not in self.inputs and operand != key and self.network.consumers[operand][0] == key
        ]

    def sides(self, key: str) -> tuple[list[str], list[str]]:
        """What stands above an equation and what below, each side by side."""
        attached = self.attached(key)
        return attached[0::2], attached[1::2]

    def stack(self, key: str) -> tuple[float, float]:
        """The heights of what stands above and below an equation."""
        above, below = (max((self.box(operand).height + 7 for operand in side), default=0.0) for side in self.sides(key))
        return above, below

    def reserve(self, key: str) -> float:
        """The width that an equation takes with the boxes above and below it."""
        return max([SYMBOL, *(sum(self.box(operand).width + 3 for operand in side) for side in self.sides(key))])

    def box(self, key: str) -> Label:
        """A parameter's box: symbol and value, as wide as its value or its gradient."""
        arrays = [self.numbers.values[key], *([self.numbers.gradients[key]] if key in self.numbers.gradients else [])]
        labels = [self.label(array) for array in arrays]
        prefix = 14.0 if len(labels) > 1 else 8.0
        return Label(labels[0].latex, max(label.width for label in labels) + prefix, max([7.0, *(label.height + 1.5 for label in labels)]))

    def symbol(self, term: Term) -> str:
        return write(term, self.network.names)

    def nodes(self, boxed: Callable[[str], str], style: str) -> Iterator[str]:
        """Every node, and the boxes around it with their edges into it."""
        for key, (x, y) in self.places.items():
            kind = "input" if key in self.inputs else "loss" if key == self.network.loss else "unit"
            yield rf"\node[{kind}] ({_id(key)}) at ({x:.1f},{y:.1f}) {{$\displaystyle {self.symbol(name(key))}$}};"
            for sign, side in zip((1, -1), self.sides(key), strict=True):
                widths = [self.box(operand).width + 3 for operand in side]
                left = x - sum(widths) / 2
                for operand, width in zip(side, widths, strict=True):
                    centre = y + sign * (SYMBOL / 2 + 5 + max(self.box(other).height for other in side) / 2)
                    kind = "parameter" if operand in self.network.parameters else "datum"
                    yield rf"\node[{kind}] ({_id(operand)}) at ({left + width / 2:.1f},{centre:.1f}) {{${boxed(operand)}$}};"
                    used = style == "carry" or (operand in self.network.parameters and operand in self.numbers.gradients)
                    yield rf"\draw[{style if used else 'faint'}] " + self.arrow(operand, key, style) + ";"
                    left += width

    def arrow(self, source: str, target: str, style: str, label: str = "", bend: str = "") -> str:
        a, b = (source, target) if style == "carry" else (target, source)
        return rf"({_id(a)}) to{bend} {label}({_id(b)})"

    def edges(self, style: str, value: Callable[[str], Array | None], color: str) -> Iterator[str]:
        """An edge for each use of an equation or input by a later equation; the label once, on the first."""
        labelled: set[str] = set()
        for key, term in self.network.equations.items():
            for operand in names(term):
                if operand not in self.places:
                    if self.network.consumers[operand][0] != key:
                        yield rf"\draw[{style},shared] " + self.arrow(operand, key, style, bend="[bend left=18]") + ";"
                    continue
                array = value(operand)
                label = ""
                if array is not None and operand not in labelled:
                    slope = self.places[operand][1] - self.places[key][1]
                    side = "below" if slope < -1 else "above"
                    label = rf"node[{side},pos=.5,{color}] {{${self.label(array).latex}$}} "
                    labelled.add(operand)
                far = abs(self.columns.get(key, 0) - self.columns.get(operand, 0)) > 1
                shown = "faint" if style == "back" and operand in self.inputs else style
                yield rf"\draw[{shown}] " + self.arrow(operand, key, style, label, "[bend left=32]" if far else "") + ";"

    def picture(self, lines: Iterator[str]) -> str:
        """The picture; the page shrinks it if it is wider than the text."""
        options = (
            "x=1mm,y=1mm,font=\\footnotesize,>={Stealth[length=1.7mm]},carry/.style={->,forward},back/.style={->,backward,densely dashed},"
            "faint/.style={-,soft!40},shared/.style={opacity=.6},unit/.style={circle,draw=ink,fill=white,minimum size=8.6mm,inner sep=.4mm,font=\\footnotesize},"
            "loss/.style={unit,draw=backward,text=backward,thick},input/.style={unit,draw=forward,text=forward},"
            "parameter/.style={rectangle,rounded corners=1.2pt,draw=update!70,fill=update!5,inner sep=1.1mm},datum/.style={rectangle,draw=forward!60,fill=forward!4,inner sep=1.1mm}"
        )
        tikz = TikZ(options=TikZOptions(NoEscape(options)))
        for line in lines:
            tikz.append(NoEscape(line))
        text: str = tikz.dumps()
        return text

    def forward(self) -> str:
        """Values on the edges."""
        values = self.numbers.values

        def lines() -> Iterator[str]:
            yield from self.nodes(lambda key: self.stated(self.symbol(name(key)), values[key]), "carry")
            yield from self.edges("carry", values.get, "text=forward")
            last = list(self.network.equations)[-1]
            x, y = self.places[last]
            result = self.stated("", values[last])
            yield rf"\node[text=forward,anchor=west] at ({x + SYMBOL / 2 + 1:.1f},{y:.1f}) {{${result}$}};"

        return self.picture(lines())

    def backward(self) -> str:
        """Gradients on the edges they flow back along, and in the parameters' boxes."""
        found = self.numbers.gradients
        loss = name(self.network.loss or "")

        def boxed(key: str) -> str:
            if key in self.network.data or key not in found:
                return self.symbol(name(key))
            return self.stated(rf"\tfrac{{\partial {self.symbol(loss)}}}{{\partial {self.symbol(name(key))}}}", found[key])

        def lines() -> Iterator[str]:
            yield from self.nodes(boxed, "back")
            yield from self.edges("back", lambda key: found.get(key) if key in self.network.equations else None, "text=backward")

        return self.picture(lines())

    def update(self) -> str:
        """For each parameter: the old value, the step, the new value."""
        moved = [key for key in self.network.parameters if key in self.numbers.updated]
        old = [self.label(self.numbers.values[key]) for key in moved]
        step = [self.label(self._minus(key)) for key in moved]
        width = max(label.width for label in old) + 20
        gap = max(label.width for label in step) + 26

        def lines() -> Iterator[str]:
            y = 0.0
            for key, before, moving in zip(moved, old, step, strict=True):
                after = self.label(self.numbers.updated[key])
                symbol = self.symbol(name(key))
                yield rf"\node[parameter,anchor=west] (o{_id(key)}) at (0,{y:.1f}) {{${symbol}{before.relation}{before.latex}$}};"
                yield rf"\node[parameter,anchor=west,thick] (n{_id(key)}) at ({width + gap:.1f},{y:.1f}) {{${self.symbol(updated(name(key)))}{after.relation}{after.latex}$}};"
                yield rf"\draw[->,update] (o{_id(key)}) -- node[above,text=update] {{${_signed(moving.latex)}$}} (n{_id(key)});"
                y -= max(before.height, moving.height + 3, 7) + 5

        options = "x=1mm,y=1mm,font=\\footnotesize,>={Stealth[length=1.7mm]},parameter/.style={rectangle,rounded corners=1.2pt,draw=update!70,fill=update!5,inner sep=1.1mm}"
        tikz = TikZ(options=TikZOptions(NoEscape(options)))
        for line in lines():
            tikz.append(NoEscape(line))
        text: str = tikz.dumps()
        return text

    def _minus(self, key: str) -> Array:
        old: Array = self.numbers.values[key]
        new: Array = self.numbers.updated[key]
        steps = certified(lambda: new.zip(operator.sub, old))
        # where the gradient vanishes the values agree to all their certain digits
        return steps.map(lambda x: fmpq(0) if hasattr(x, "contains") and x.contains(0) else x)


def _small(latex: str) -> str:
    return latex.replace("pmatrix", "smallmatrix").replace(" & ", r" & \mkern7mu ")


def _signed(latex: str) -> str:
    return f"+({latex})" if latex.startswith("-") else rf"+\,{latex}"


def _id(key: str) -> str:
    return f"n{key.replace('_', '-')}"
