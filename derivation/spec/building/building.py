"""The network that the tables of a spec describe: each part of it is read, then all that is wrong is told at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from derivation.formulas.language.constants import constants
from derivation.formulas.terms import Term, names
from derivation.networks.network import Network, Page, split
from derivation.networks.update import PREFIX, Update
from derivation.spec import checks
from derivation.spec.building.equations import equations_of
from derivation.spec.building.findings import Findings, Stacks
from derivation.spec.building.named import check_loss, notations
from derivation.spec.building.quantities import Quantities, quantities_of
from derivation.spec.building.rounding import carry, check_rounding, style
from derivation.spec.building.training import expressions, samples_of, update_of
from derivation.spec.building.values import values_of
from derivation.spec.sections import Equation, sections
from derivation.spec.tables import Model, Spec
from derivation.spec.text import Places
from derivation.words.telling import tell


def network_of(spec: Spec, places: Places, source: str) -> Network:
    """The network of a spec whose tables are read; raises `SpecError` with all problems."""
    findings, notes = Findings(places, source, Stacks()), list[str]()
    values = values_of(spec, findings)
    read = equations_of(spec.model.equations, values, findings)
    model = spec.model.at_the_end(read.by_name)
    quantities = quantities_of(values, read, findings)
    check_loss(model, spec.update is not None, quantities, findings)
    update = update_of(spec.update, values, findings, notes.append)
    notation = notations(spec.notation, update.constants if update else (), quantities, findings)
    check_rounding(spec, findings)
    findings.stop()
    _check_terms(quantities, findings)
    findings.stop()
    network = _network(spec, model, quantities, update, notation, notes)
    for first, second in network.names.clashes():
        told = tell("spec.alike", first=first, second=second, latex=network.names.latex(first))
        findings.add(("notation",), told)
    findings.stop()
    return network


def _check_terms(quantities: Quantities, findings: Findings) -> None:
    """Tells what is wrong with equations although their shapes fit."""
    values = quantities.values
    wrong = checks.problems(quantities.equations, values.parameters, quantities.data, quantities.shapes)
    for key, message in wrong:
        findings.add_at(quantities.written[key].line, quantities.written[key].column, message)


def _network(
    spec: Spec, model: Model, quantities: Quantities, update: Update | None, notation: dict[str, str], notes: list[str]
) -> Network:
    equations, shapes = split(quantities.equations, quantities.shapes)
    return Network(
        spec.title or tell("spec.untitled"),
        equations,
        quantities.values.parameters,
        quantities.data,
        shapes,
        model.differentiated,
        update,
        notation,
        style(spec),
        Page(spec.paper, spec.elide, spec.language, spec.decimal),
        (*notes, *_unused(quantities, equations)),
        carry(spec),
        "loss" if model.output is None else "output",
        quantities.titles,
        sections(list(equations), quantities.written, model.loss),
        _stated(equations, quantities.written),
        _as_written(quantities, update),
        samples_of(quantities.data),
        fixed=frozenset(quantities.indices),
        sums=quantities.sums,
        stacks={key: stack.axes for key, stack in quantities.stacks.by_name.items()},
    )


def _unused(quantities: Quantities, equations: Mapping[str, Term]) -> tuple[str, ...]:
    """What to say of values that no equation uses."""
    used = {operand for term in equations.values() for operand in names(term)} | quantities.indices
    unused = [key for key in (*quantities.values.parameters, *quantities.data) if key not in used]
    return tuple(tell("spec.unused", key=key) for key in dict.fromkeys(map(quantities.stacks.owner, unused)))


def _stated(equations: Iterable[str], written: Mapping[str, Equation]) -> dict[str, tuple[int, int]]:
    """Where each equation stands; what was split off one comes before it."""
    places, before = dict[str, tuple[int, int]](), list[str]()
    for key in equations:
        before.append(key)
        if key in written:
            places |= dict.fromkeys(before, (written[key].line, written[key].column))
            before = []
    return places


def _as_written(quantities: Quantities, update: Update | None) -> dict[str, Term]:
    """What is given as an expression, by the names of quantities."""
    rates = {PREFIX + key: array for key, array in (update.constants if update else {}).items()}
    everywhere = {called: constants()[key] for key, called in quantities.constants.items()}
    return expressions({**quantities.values.parameters, **quantities.data, **rates}) | everywhere
