"""Backward passes without labels: sheets in which a difference of output and target is carried back, block by block,
through the network that stands above it.

Where a block of a backward pass is the derivative by a block of the forward pass, one knows it by its numbers. What is
no derivative, but would be one if an activation let everything through, tells that the mask of that activation is left
out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from derivation.checking.sheets.calculation import Calculation
from derivation.checking.sheets.cells import Area, Place, address
from derivation.checking.sheets.finding import Finding, shown
from derivation.checking.sheets.gradients import activated, is_given, is_kinked, sweep
from derivation.checking.sheets.grammar import Node
from derivation.checking.sheets.slips import near
from derivation.words.telling import Sentence, tell

LEAST = 3
"""Entries of a backward pass, other than 0, that have to be derivatives before anything is said of the others."""
MOST_SEEDS, MOST_LAYERS, MOST_CELLS = 6, 12, 20_000
Slopes = Mapping[Place, float]


@dataclass(frozen=True, slots=True)
class Seed:
    """What is carried back first: what comes to each of some forward cells, and the cells that hold it."""

    at: Slopes
    cells: frozenset[Place]


def unlabelled(calculation: Calculation, sheet: int) -> Sequence[Finding]:
    """What is found of the backward pass of a sheet; nothing where there is none to be recognised."""
    best: Backward | None = None
    for count, seed in enumerate(_seeds(calculation, sheet)):
        if count >= MOST_SEEDS:
            break
        found = Backward(calculation, seed)
        if found.score >= LEAST and (best is None or found.score > best.score):
            best = found
    return list(best.findings()) if best else []


def _seeds(calculation: Calculation, sheet: int) -> Iterator[Seed]:
    """Differences of outputs and targets, at the outputs and at what goes into them."""
    blocks: dict[Area, dict[Place, Place]] = defaultdict(dict)
    for place in calculation.order:
        if place.sheet == sheet and (outputs := _outputs(calculation, place)):
            pairs = zip(calculation.areas[place].places(), outputs.places(), strict=True)
            blocks[calculation.blocks[place]].update(pairs)
    for found in blocks.values():
        cells = list(found.values())
        values = [calculation.number(place) or 0.0 for place in found]
        while cells and len(set(cells)) == len(values):
            yield Seed(dict(zip(cells, values, strict=True)), frozenset(found))
            cells = [cell for output in cells if (cell := _inner(calculation, output))]


def _outputs(calculation: Calculation, place: Place) -> Area | None:
    """The outputs of which a formula takes the targets away."""
    tree = calculation.trees[place]
    while tree.head in ("/", "*") and any(_is_typed(calculation, child) for child in tree.children):
        tree = tree.children[0 if _is_typed(calculation, tree.children[1]) else 1]
    if tree.head != "-" or any(child.head != "cells" for child in tree.children):
        return None
    first, second = tree.children
    is_seed = not _is_typed(calculation, first) and _is_typed(calculation, second)
    return first.area if is_seed and first.area and first.area.shape == calculation.areas[place].shape else None


def _is_typed(calculation: Calculation, node: Node) -> bool:
    if node.area is not None:
        return is_given(calculation, node.area)
    return node.head == "value" or (
        bool(node.children) and all(_is_typed(calculation, child) for child in node.children)
    )


def _inner(calculation: Calculation, place: Place) -> Place | None:
    """What goes into a cell that is a function of one other, and perhaps of all of its kind, as in a softmax."""
    owner = calculation.owners.get(place)
    if owner is None or owner not in calculation.trees:
        return None
    area = calculation.areas[owner]
    alike = (inside for inside in calculation.reads_of(owner) if inside.shape == area.shape)
    found = [inside for inside in alike if not is_given(calculation, inside)]
    return inside_at(found[0], area, place) if len(found) == 1 else None


def inside_at(inside: Area, area: Area, place: Place) -> Place:
    """The cell at the same place of another area."""
    return Place(inside.sheet, inside.top + place.row - area.top, inside.left + place.column - area.left)


class Backward:
    """A backward pass from a seed: which blocks of it are derivatives, and by what."""

    def __init__(self, calculation: Calculation, seed: Seed) -> None:
        self.calculation, self.seed = calculation, seed
        self.true: Slopes = sweep(calculation, seed.at).slopes
        self.blocks = self._behind()
        self.placed = self._placed(self.true, self.blocks)
        self.score = sum(
            len({value for cell in block.places() if (value := calculation.number(cell))})
            for block in self.placed
            if not self._is_copy(block)
        )

    def _behind(self) -> Sequence[Area]:
        """The blocks that depend on the seed, in the order in which they are worked."""
        calculation, waiting = self.calculation, list(self.seed.cells)
        found: set[Place] = set()
        while waiting:
            place = waiting.pop()
            for user in calculation.users.get(calculation.owners.get(place, place), ()):
                if user not in found and user not in self.true and len(found) < MOST_CELLS:
                    found.add(user)
                    waiting.append(user)
        ordered = sorted(found, key=calculation.rank.__getitem__)
        return list(dict.fromkeys(calculation.blocks[place] for place in ordered))

    def _is_copy(self, block: Area) -> bool:
        """Whether a block only repeats the seed."""
        seed = {shown(self.calculation.number(cell)) for cell in self.seed.cells}
        return {shown(self.calculation.number(cell)) for cell in block.places()} <= seed

    def _placed(self, slopes: Slopes, blocks: Sequence[Area]) -> dict[Area, dict[Place, Place]]:
        """For each block that is a derivative, the forward cell that each of its cells is the derivative by."""
        index: dict[str, list[Place]] = defaultdict(list)
        for place, slope in slopes.items():
            if slope:
                index[f"{slope:.6e}"].append(place)
        found = {}
        for block in blocks:
            if placed := self._place(block, slopes, index):
                found[block] = placed
        return found

    def _place(self, block: Area, slopes: Slopes, index: Mapping[str, list[Place]]) -> dict[Place, Place] | None:
        values = {cell: value for cell in block.places() if (value := self.calculation.number(cell)) is not None}
        pivots = [cell for cell, value in values.items() if value and index.get(f"{value:.6e}")]
        if not pivots or len(values) < block.shape[0] * block.shape[1]:
            return None
        pivot = min(pivots, key=lambda cell: len(index[f"{values[cell]:.6e}"]))
        scale = max(map(abs, values.values()))
        for at in index[f"{values[pivot]:.6e}"]:
            for is_turned in (False, True) if block.shape != (1, 1) else (False,):
                placed = {cell: _moved(cell, pivot, at, is_turned) for cell in values}
                if all(to in slopes and near(values[cell], slopes[to], scale) for cell, to in placed.items()):
                    return placed
        return None

    # What is wrong.

    def findings(self) -> Iterator[Finding]:
        """The cells that are derivatives, those that a mask is left out of, and those that follow from them."""
        for block, placed in self.placed.items():
            for cell in placed:
                yield Finding(cell, "exact", "gradient", label=self._by(block, placed))
        left = [block for block in self.blocks if block not in self.placed]
        passed: frozenset[Area] = frozenset()
        while left:
            layer, explained = self._explained(left, passed)
            if layer is None:
                return
            passed |= {layer}
            yield from self._told(layer, explained)
            left = [block for block in left if block not in explained]

    def _by(self, block: Area, placed: Mapping[Place, Place]) -> str:
        ends = [
            placed[Place(block.sheet, block.top, block.left)],
            placed[Place(block.sheet, block.bottom, block.right)],
        ]
        return f"∂/∂{':'.join(dict.fromkeys(address(end) for end in ends))}"

    def _layers(self) -> Sequence[Area]:
        """The activations on the way, the last first."""
        forward = [place for place in reversed(self.calculation.order) if place in self.true]
        bent = [self.calculation.blocks[place] for place in forward if activated(self.calculation, place)]
        return list(dict.fromkeys(bent))[:MOST_LAYERS]

    def _slopes(self, passed: frozenset[Area]) -> Slopes:
        cells = {cell for block in passed for cell in block.places() if cell in self.calculation.trees}
        return sweep(self.calculation, self.seed.at, passed=cells).slopes

    def _explained(
        self, left: Sequence[Area], passed: frozenset[Area]
    ) -> tuple[Area | None, dict[Area, dict[Place, Place]]]:
        """The activation that explains most of what is left, and what it explains."""
        best: tuple[Area | None, dict[Area, dict[Place, Place]]] = None, {}
        for layer in self._layers():
            if layer not in passed:
                found = self._placed(self._slopes(passed | {layer}), left)
                if len(found) > len(best[1]):
                    best = layer, found
        return best

    def _told(self, layer: Area, explained: Mapping[Area, dict[Place, Place]]) -> Iterator[Finding]:
        """A finding for each cell that is not right: the first block is told, the others follow."""
        wrong = self._unmasked(layer, explained) or self._wrong_in(*next(iter(explained.items())))
        if not wrong:
            return
        begin = next(iter(wrong))
        cells = ", ".join(address(cell) for cell in wrong) if len(wrong) <= 12 else f"{address(begin)}, …"
        said = self._said(layer, cells)
        filled = tell("sheets.filled", cell=self.calculation.workbook.called(begin))
        for cell, right in wrong.items():
            if cell == begin:
                yield Finding(cell, "wrong", "gradient", said, shown(right))
            else:
                yield Finding(cell, "exact", "gradient", filled, follows=begin)
        follows = tell("sheets.follows", cell=self.calculation.workbook.called(begin))
        for block, placed in explained.items():
            for cell in self._wrong_in(block, placed).keys() - wrong.keys():
                yield Finding(cell, "exact", "gradient", follows, follows=begin)

    def _said(self, layer: Area, cells: str) -> Sentence:
        first, last = Place(*layer[:3]), Place(layer.sheet, layer.bottom, layer.right)
        called = ":".join(dict.fromkeys((self.calculation.workbook.called(first), address(last))))
        code = "sheets.unmasked" if is_kinked(self.calculation, self.calculation.owners[first]) else "sheets.unsloped"
        return tell(code, cells=cells, activation=called)

    def _wrong_in(self, block: Area, placed: Mapping[Place, Place]) -> dict[Place, float]:
        """The cells of a block that hold no derivative, with the derivatives that belong there."""
        values = {cell: self.calculation.number(cell) or 0.0 for cell in placed}
        scale = max(map(abs, values.values()))
        return {
            cell: self.true.get(to, 0.0)
            for cell, to in placed.items()
            if not near(values[cell], self.true.get(to, 0.0), scale)
        }

    def _unmasked(self, layer: Area, explained: Mapping[Area, dict[Place, Place]]) -> dict[Place, float]:
        """The cells that were to hold the derivatives by what goes into the activations: a block that repeats those by
        what comes out of them, and is carried on."""
        read = {area for block in explained for cell in block.places() for area in self.calculation.reads_of(cell)}
        cells = {cell for area in read for cell in area.places()}
        for block, placed in reversed(self.placed.items()):
            if layer != self.calculation.blocks.get(next(iter(placed.values()))) or not cells.intersection(
                block.places()
            ):
                continue
            if self._repeats(block):
                return self._wrong_in(
                    block, {cell: inside for cell, to in placed.items() if (inside := self._into(to))}
                )
        return {}

    def _repeats(self, block: Area) -> bool:
        """Whether a block takes over another one as it is."""
        trees = [self.calculation.trees.get(cell) for cell in block.places()]
        return all(tree is not None and tree.head in ("cells", "TRANSPOSE") for tree in trees if tree) and any(trees)

    def _into(self, output: Place) -> Place | None:
        """What goes into an activation at the place of what comes out."""
        owner = self.calculation.owners[output]
        inside = activated(self.calculation, owner)
        if inside is None:
            return None
        return inside_at(inside, self.calculation.areas[owner], output)


def _moved(cell: Place, pivot: Place, at: Place, is_turned: bool) -> Place:
    down, right = cell.row - pivot.row, cell.column - pivot.column
    return Place(at.sheet, at.row + (right if is_turned else down), at.column + (down if is_turned else right))
