"""The setup and the forward pass."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from derivation.deriving.reasons import forward_reason, kind
from derivation.deriving.workbook import Workbook
from derivation.formulas.arrays import Array
from derivation.formulas.calculus.evaluate import evaluate
from derivation.formulas.language.definitions import definition
from derivation.formulas.language.shapes import Shapes
from derivation.formulas.numbers import is_positive
from derivation.formulas.operations import TABLE, heads
from derivation.formulas.terms import Term, index, name, names, rebuild, substitute, walk
from derivation.networks.network import Network, inlined
from derivation.networks.update import STEP
from derivation.networks.walkthrough import Phase, Reason, Step


def setup(workbook: Workbook) -> Phase:
    """What is given: the structure, the parameters, the data."""
    network = workbook.network
    steps = [
        Step(name(key), Reason("structure"), workbook.statement(name(key), term), 1, role_in(network, key))
        for key, term in inlined(network).items()
    ]
    changing = network.samples[0].data if network.samples else {}
    lasting = [key for key in network.data if key not in changing]
    for number, (title, values) in enumerate((("parameters", network.parameters), ("data", lasting)), 2):
        steps += stated(workbook, Reason(title), values, number)
    return Phase("setup", (*steps, *sample(workbook, 4)))


def stated(workbook: Workbook, title: Reason, keys: Iterable[str], number: int) -> Iterator[Step]:
    """Known quantities under one title."""
    for quantity in map(name, keys):
        yield Step(quantity, title, workbook.recall(quantity), number)
        yield from workbook.measured(quantity, title, number)


def sample(workbook: Workbook, number: int) -> Iterator[Step]:
    """The data of this training step, where each has its own."""
    samples = workbook.network.samples
    if samples:
        count = int(workbook.known[STEP].entries[0].p)
        title = Reason("sample", {"number": str(count), "count": str(len(samples))})
        yield from stated(workbook, title, samples[count - 1].data, number)


def forward(workbook: Workbook) -> Phase:
    """Each equation in order, worked to its value."""
    network = workbook.network
    steps = []
    for number, (key, term) in enumerate(network.equations.items(), 1):
        quantity = name(key)
        workbook.assign(quantity, term)
        reason = why(workbook, term)
        formulas = [term, *written_out(workbook, term)]
        title, section = role_in(network, key), network.sections.get(key)
        worked = Step(
            quantity,
            title,
            workbook.chain(quantity, formulas, reason=reason),
            number,
            reason,
            (*as_sum(network, key), *notes(workbook, term)),
        )
        steps += [replace(step, section=section) for step in (worked, *workbook.measured(quantity, title, number))]
    return Phase("forward", tuple(steps))


def written_out(workbook: Workbook, term: Term) -> list[Term]:
    """The definition in symbols where the table wants it shown: cross-entropy as its sum; between scalars the sum has
    one term."""

    def defined(node: Term) -> Term | None:
        row = TABLE.get(node.head)
        if row is None or not row.definition or not row.written_out:
            return None
        body = definition(row, tuple(workbook.shapes.of(child) for child in node.children))
        return substitute(body, dict(zip(row.operands, node.children, strict=True)))

    spelled = rebuild(term, defined)
    if spelled == term:
        return []
    return [
        rebuild(
            spelled,
            lambda node: node.args[0] if node.head == heads.SUM and not workbook.shapes.of(node.args[0]) else None,
        )
    ]


def role_in(network: Network, key: str) -> Reason:
    """What a quantity is called in a network: a pre-activation, an activation, the output, the loss."""
    term, quantity = network.equations[key], {"quantity": name(key)}
    if key == network.loss:
        return Reason(network.called, quantity)
    if key in network.titles:
        return Reason(f"quantity_{network.titles[key]}", quantity)
    row = TABLE.get(term.head)
    feeds_loss = is_output(network, key)
    if row and row.activation:
        return Reason("output" if feeds_loss else "activation", {**quantity, "operation": row.name})
    used_by = [network.equations[consumer] for consumer in network.consumers[key]]
    if used_by and all(TABLE[other.head].activation for other in used_by if other.head in TABLE):
        return Reason(
            "scores"
            if all(TABLE[other.head].coupled for other in used_by if other.head in TABLE)
            else "pre_activation",
            quantity,
        )
    return Reason("output" if feeds_loss else f"quantity_{kind(term, Shapes(network.shapes))}", quantity)


def is_output(network: Network, key: str) -> bool:
    """Whether the loss compares the quantity with data: then it is what the network puts out."""
    if network.called == "output":
        return key == network.loss
    if network.loss is None:
        return not network.consumers[key]
    return network.loss in network.consumers[key] and any(
        operand in network.data for operand in names(network.equations[network.loss])
    )


def why(workbook: Workbook, term: Term) -> Reason:
    """The reason for a forward step."""
    return forward_reason(term, state(workbook, term))


def kinks(workbook: Workbook, term: Term) -> Array | None:
    """For an operation with a kink, how far each entry is from it."""
    row = TABLE.get(term.head)
    if row is None or row.kink is None:
        return None
    operands = [evaluate(child, workbook.known) for child in term.children]
    return row.kink(None, *operands)


def state(workbook: Workbook, term: Term) -> str:
    """On which side of its kink an operation is: `.positive`, `.negative` or `.mixed`; without a kink `.scalar`, or
    nothing for an array."""
    distances = kinks(workbook, term)
    if distances is None:
        return "" if workbook.shapes.of(term) else ".scalar"
    positive = [is_positive(x) for x in distances.entries]
    return ".positive" if all(positive) else ".mixed" if any(positive) else ".negative"


def matters(workbook: Workbook, term: Term) -> bool:
    """Whether it matters that an operation has no derivative: where data alone are compared, a jump does not."""
    row = TABLE.get(term.head)
    return row is None or not row.jumps or not workbook.network.learning.isdisjoint(names(term))


def as_sum(network: Network, key: str) -> tuple[Reason, ...]:
    """What an equation says entry by entry that is written as a sum over indices."""
    return (Reason("indexed_sum", {"formula": network.sums[key]}),) if key in network.sums else ()


def notes(workbook: Workbook, term: Term) -> tuple[Reason, ...]:
    """A footnote for each kink that is met exactly: there the derivative is a convention."""
    found = []
    for node in walk(term):
        distances = kinks(workbook, node) if matters(workbook, node) else None
        if distances is not None and any(x == 0 for x in distances.entries):
            operand = node.args[0]
            where = [
                index(operand, *place) if place else operand
                for place in distances.places
                if distances[place or (0,)] == 0
            ]
            entries = tuple(where) if operand.head == "name" else (operand,)
            found.append(Reason(f"kink_{TABLE[node.head].reason}", {"entries": entries}))
    return tuple(found)
