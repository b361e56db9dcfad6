"""The [variants] table of a spec: what varies, how answers are given, what is asked, and what is wished."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import chain
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from derivation.exercises.plan import wishes
from derivation.exercises.plan.contract import Contract
from derivation.exercises.plan.domains import Domain, by_matrix, domains, standard
from derivation.exercises.plan.plan import Plan, Slot, Stratum
from derivation.formulas.arrays import Array
from derivation.formulas.decimals import Carry, Style
from derivation.formulas.language.suggestions import nearest
from derivation.formulas.operations import heads
from derivation.formulas.terms import name, names, walk
from derivation.networks.network import Network
from derivation.networks.optimizers import RANGES
from derivation.networks.update import PREFIX
from derivation.spec.errors import SpecError
from derivation.spec.reader import Opened
from derivation.spec.tables import problems
from derivation.spec.text import Problem, titled
from derivation.words.telling import tell

Add = Callable[[tuple[str, ...], str], None]
"""Told of a problem: the path of keys below [variants], and a sentence."""
TARGETED = (heads.CROSS_ENTROPY, heads.BINARY_CROSS_ENTROPY, heads.HINGE)
"""Losses whose second operand is a label, which stays as it is where the spec does not say what varies."""
Digits = Annotated[int, Field(ge=1, le=12, strict=True)]
Count = Annotated[int, Field(ge=1, strict=True)]
MOST_POINTS = 1000


def _worth(given: Any) -> Any:
    """What entries are worth: a number, or one for each quantity that is named."""
    worth = list(given.values()) if isinstance(given, dict) else [given]
    if not all(
        isinstance(points, int) and not isinstance(points, bool) and 0 <= points <= MOST_POINTS for points in worth
    ):
        raise ValueError(tell("plan.points", most=MOST_POINTS))
    return given


class StratumTable(BaseModel):
    """One kind of variants; its other keys are wishes."""

    model_config = ConfigDict(extra="allow")
    name: Annotated[str, AfterValidator(titled)]
    count: Count


class VariantsTable(BaseModel):
    """Its other keys are wishes (`wishes.WISHES`)."""

    model_config = ConfigDict(extra="allow")
    vary: dict[str, Any] | None = None
    digits: Digits | None = None
    places: Annotated[int, Field(ge=0, le=12, strict=True)] | None = None
    rounding: str | None = None
    ask: list[str] | None = None
    level: str | None = None
    points: Annotated[int | dict[str, int], BeforeValidator(_worth)] = 1
    strata: list[StratumTable] = []


def plan_of(found: Opened) -> Plan:
    """The plan that a spec's [variants] asks for, or the standard one; raises `SpecError` with every problem found."""
    if found.variants is None:
        return standard_plan(found.network)
    told: list[Problem] = []
    try:
        table = VariantsTable.model_validate(found.variants)
    except ValidationError as error:
        raise SpecError(found.source, list(problems(error, found.places, "variants"))) from None
    plan = planned(
        table, found.network, lambda path, message: told.append(found.places.problem(("variants", *path), message))
    )
    if told:
        raise SpecError(found.source, told)
    return plan


def planned(table: VariantsTable, network: Network, add: Add) -> Plan:
    """The plan that the table asks for; `add` is told of every problem."""
    wished = wishes.read(table.model_extra or {}, network, lambda key, message: add((key,), message))
    return Plan(
        _varied(table.vary, network, add) if table.vary is not None else standard_domains(network),
        _contract(table, network, add),
        _asked(table, network, add),
        _points(table, network, add),
        wished,
        tuple(_stratum(place, given, wished, network, add) for place, given in enumerate(table.strata)),
    )


def standard_plan(network: Network) -> Plan:
    """The plan of a spec that says nothing of variants."""
    return Plan(standard_domains(network), _given_contract(network))


def standard_domains(network: Network) -> dict[Slot, Domain]:
    """Every parameter with one decimal; data that are whole with whole numbers; labels, states at 0, the update's
    constants and what is given as an expression (1/3) as they are."""
    fixed = _labels(network) | network.written.keys()
    found: dict[Slot, Domain] = {}
    for table, is_data in ((network.parameters, False), (network.data, True)):
        for key, array in table.items():
            is_whole = is_data and all(entry.q == 1 for entry in array.entries)
            if key not in fixed and not (is_data and not any(array.entries)):
                found |= {(name(key), offset): standard(entry, is_whole) for offset, entry in enumerate(array.entries)}
    return found


def in_keeping(network: Network, contract: Contract) -> Network:
    """The network with results carried as the contract says."""
    carry = Carry(contract.digits, contract.places) if contract.carries else None
    if carry == network.carry:
        return network
    digits = network.style.digits
    return replace(network, carry=carry, style=carry.style if carry else Style(digits, max(digits, 10)))


def known(network: Network) -> list[str]:
    """What a student may be asked for, as the spec calls it."""
    gradients = [
        f"d{network.loss}/d{key}"
        for key in (*network.equations, *network.parameters)
        if key in network.active and key != network.loss
    ]
    return [*network.equations, *gradients, *(f"{key}_new" for key in network.moved if network.update)]


def half_guided(network: Network) -> tuple[str, ...]:
    """The results of each phase: the loss and what it is worked from, the gradients of the parameters, the updated
    parameters."""
    if network.loss is None:
        return (list(network.equations)[-1],)
    results = [key for key in names(network.equations[network.loss]) if key in network.equations]
    return (*results, network.loss, *(f"d{network.loss}/d{key}" for key in network.moved), *_updated(network))


def bare(network: Network) -> tuple[str, ...]:
    """The loss and the updated parameters, or the gradients where nothing is updated."""
    if network.loss is None:
        return (list(network.equations)[-1],)
    return (network.loss, *(_updated(network) or (f"d{network.loss}/d{key}" for key in network.moved)))


LEVELS: Mapping[str, Callable[[Network], tuple[str, ...]]] = {
    "guided": lambda network: (),
    "half-guided": half_guided,
    "bare": bare,
}
"""What is asked; nothing named means every step."""


def _updated(network: Network) -> tuple[str, ...]:
    return tuple(f"{key}_new" for key in network.moved if network.update)


def _labels(network: Network) -> set[str]:
    """The data that losses take as labels, masks, and what belongs to the equations."""
    found = set(network.fixed)
    for term in network.equations.values():
        for node in walk(term):
            if node.head in TARGETED or node.head.startswith((heads.DROPOUT, "masked")):
                found |= set(names(node.children[1]))
    return found


def _varied(given: Mapping[str, Any], network: Network, add: Add) -> dict[Slot, Domain]:
    constants = network.update.constants if network.update else {}
    quantities: dict[str, Array] = {**constants, **network.parameters, **network.data}
    found: dict[Slot, Domain] = {}
    for key, wish in given.items():
        matrices = network.matrices(key)
        if not all(matrix in quantities for matrix in matrices):
            near, known = nearest(key, quantities), ", ".join(quantities)
            add(("vary", key), tell("plan.not_given", key=key, near=near, known=known))
            continue
        if not network.fixed.isdisjoint(matrices):
            add(("vary", key), tell("plan.fixed", key=key))
            continue
        try:
            for matrix, of_matrix in zip(matrices, by_matrix(wish, network.stacks.get(key, ())), strict=True):
                found |= _slots(matrix, domains(of_matrix, quantities[matrix].shape), network)
        except ValueError as problem:
            add(("vary", key), str(problem))
    return found


def _slots(key: str, values: Mapping[int, Domain], network: Network) -> dict[Slot, Domain]:
    """The entries of a quantity that vary; the update's constants within their range (`ValueError`)."""
    of_update = key not in network.parameters and key not in network.data
    if of_update and not all(map(RANGES[key].holds, chain.from_iterable(values.values()))):
        raise ValueError(tell("plan.out_of_range", key=key, range=RANGES[key].sentence))
    return {(name(PREFIX + key if of_update else key), offset): domain for offset, domain in values.items()}


def _given_contract(network: Network) -> Contract:
    carry = network.carry
    return Contract(carry.digits, carry.places, True) if carry else Contract()


def _contract(table: VariantsTable, network: Network, add: Add) -> Contract:
    given = _given_contract(network)
    if table.rounding not in (None, "full", "carry"):
        near = nearest(str(table.rounding), ("full", "carry"))
        add(("rounding",), tell("plan.no_rounding", rounding=table.rounding, near=near))
    if table.digits is not None and table.places is not None:
        add(("places",), tell("plan.digits_and_places"))
    carries = given.carries if table.rounding is None else table.rounding == "carry"
    if table.digits is None and table.places is None:
        return replace(given, carries=carries)
    return Contract(table.digits or given.digits, table.places, carries)


def _asked(table: VariantsTable, network: Network, add: Add) -> tuple[str, ...]:
    if table.level is not None and table.level not in LEVELS:
        near, known = nearest(table.level, LEVELS), ", ".join(LEVELS)
        add(("level",), tell("plan.no_level", level=table.level, near=near, known=known))
        return ()
    if table.ask is None:
        return LEVELS[table.level or "guided"](network)
    if table.level is not None:
        add(("ask",), tell("plan.ask_and_level"))
    asked = [own for key in table.ask for own in wishes.each_matrix(key, network)]
    _check_known(asked, "ask", network, add)
    if not asked:
        add(("ask",), tell("plan.nothing_asked"))
    return tuple(asked)


def _points(table: VariantsTable, network: Network, add: Add) -> dict[str, int]:
    if isinstance(table.points, int):
        return dict.fromkeys(known(network), table.points) if table.points != 1 else {}
    points = {own: worth for key, worth in table.points.items() for own in wishes.each_matrix(key, network)}
    _check_known(list(points), "points", network, add)
    return points


def _check_known(keys: list[str], where: str, network: Network, add: Add) -> None:
    there = known(network)
    for key in keys:
        if key not in there:
            add((where,), tell("plan.not_worked", key=key, near=nearest(key, there), known=", ".join(there[:24])))


def _stratum(place: int, given: StratumTable, wished: Mapping[str, Any], network: Network, add: Add) -> Stratum:
    own = wishes.read(given.model_extra or {}, network, lambda key, message: add(("strata", str(place), key), message))
    return Stratum(given.name, given.count, wishes.effective(wished, own))
