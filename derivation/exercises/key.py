"""The key of an exercise's variants as JSON: what `derivation variants --format json` writes and `derivation mark`
reads.

It holds the spec itself, so that marking works every formula anew, the edition, which says what mistakes are known, and
for each variant its numbers and its blanks with
the answer as shown, the accepted interval and the points. All numbers are text: decimals where they end, else
fractions.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from flint import arb, fmpq
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainValidator,
    ValidationError,
    field_validator,
    model_validator,
)

from derivation.exercises.exercise.exercise import Exercise, Variant
from derivation.exercises.exercise.former_ids import FORMER
from derivation.exercises.plan.contract import Contract
from derivation.formulas.arrays import Array
from derivation.formulas.decimals import rounded, terminating
from derivation.formulas.numbers import Number, exact
from derivation.formulas.terms import Term, name
from derivation.mistakes.table import latest
from derivation.networks.network import Network, Page
from derivation.networks.update import PREFIX
from derivation.spec.reader import page_of
from derivation.spec.tables import expectation
from derivation.words.telling import tell

SCHEMA = 1
NUMBER = re.compile(r"-?(?:\d+(?:\.\d+)?(?:e-?([0-2]?\d{1,2}|300))?|\d+/0*[1-9]\d*)", re.ASCII)
SURROGATE, HALF = re.compile(r"\\u[dD][89a-fA-F]"), re.compile("[\ud800-\udfff]")
"""How JSON writes half a letter, and the half itself."""
MAXIMAL_FILE = 500_000_000
GIVEN_DIGITS = 60
LONGEST = 2000
"""Letters of a number; a spec's decimals have at most 100 digits and a power of ten of 300."""
LARGE = 10**300
"""What seeds, numbers and points stay below."""
TOLD = 20
"""Problems that are told of all."""


def key_form(exercise: Exercise, variants: Iterable[Variant], spec: str, seed: int) -> dict[str, Any]:
    """The whole key: `key_head` and a `variant_form` for each variant."""
    return {**key_head(exercise, spec, seed), "variants": [variant_form(variant) for variant in variants]}


def key_head(exercise: Exercise, spec: str, seed: int) -> dict[str, Any]:
    """What all variants share. `spec` is the text of the spec that the exercise was made from."""
    contract = exercise.contract
    shared = {"digits": contract.digits, "places": contract.places, "carries": contract.carries}
    about = {"schema": SCHEMA, "title": exercise.network.title, "seed": seed, "edition": exercise.edition}
    return {**about, "contract": shared, "spec": spec}


def variant_form(variant: Variant) -> dict[str, Any]:
    """One variant: its numbers (those of the update are called `update.rate` and the like) and its blanks, in the order
    of the walkthrough."""
    exercise = variant.exercise
    given = {key: _rows(variant.given[name(key)]) for key in given_names(exercise.network, variant.given)}
    blanks = []
    for blank, points, x in zip(exercise.blanks, exercise.points, variant.answers, strict=True):
        low, high = exercise.contract.interval(x)
        shown = {
            "key": blank.key,
            "answer": exercise.contract.shown(x),
            "low": number_text(low),
            "high": number_text(high),
            "points": points,
        }
        blanks.append({**shown, "phase": blank.phase, "step": blank.number})
    return {"id": variant.id, "number": variant.number, "stratum": variant.stratum, "given": given, "blanks": blanks}


def given_names(network: Network, start: Mapping[Term, Array]) -> list[str]:
    """Which of the quantities that a tape starts from the spec gives; those of the update are called `update.rate` and
    the like."""
    constants = network.update.constants if network.update else {}
    given = {*network.parameters, *network.data, *(PREFIX + key for key in constants)}
    return [term.args[0] for term in start if term.head == "name" and term.args[0] in given]


def _rows(array: Array) -> Any:
    """An array's entries as a spec would give them: a number, or rows of numbers."""
    rows = [[number_text(x) for x in row] for row in array.rows]
    return rows if array.shape else rows[0][0]


def number_text(x: Number) -> str:
    """A rational as a decimal where it ends, else as a fraction; what is none (a given square root) as a decimal that
    is as good.

    >>> number_text(fmpq(-1, 8)), number_text(fmpq(1, 3)), number_text(arb(4))
    ('-0.125', '1/3', '4.00000000000000000000000000000000000000000000000000000000000')
    """
    if isinstance(x, arb):
        return rounded(x, GIVEN_DIGITS)
    return terminating(x) or str(x)


def read_number(text: str) -> fmpq:
    """The rational of a `number_text`."""
    above, _, below = text.partition("/")
    return exact(above) / int(below) if below else exact(above)


class KeyFault(ValueError):
    """A key that cannot be used, and why."""


def _number(text: str) -> str:
    if len(text) > LONGEST:
        raise ValueError(tell("key.long_number", number=text[:20], most=LONGEST))
    if not NUMBER.fullmatch(text):
        raise ValueError(tell("key.no_number", number=text[:40]))
    return text


def _numbers(given: Any) -> Any:
    """A number, or rows of one length; raises `ValueError` with the place of what is neither."""
    if isinstance(given, str):
        return _number(given)
    if not isinstance(given, list) or not given or not all(isinstance(row, list) and row for row in given):
        raise ValueError(tell("key.no_numbers"))
    if len(set(map(len, given))) > 1:
        raise ValueError(tell("key.uneven", lengths=", ".join(str(len(row)) for row in given[:8])))
    for above, row in enumerate(given):
        for place, entry in enumerate(row):
            if not isinstance(entry, str):
                raise ValueError(tell("key.no_text", row=above, place=place))
            _number(entry)
    return given


NumberText = Annotated[str, AfterValidator(_number)]
Count = Annotated[int, Field(ge=0, lt=LARGE)]


class _Form(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)


class BlankForm(_Form):
    """A blank of a variant."""

    key: str
    answer: NumberText
    low: NumberText
    high: NumberText
    points: Annotated[int, Field(ge=0, le=1_000_000)] = 1
    phase: str
    step: Count

    @model_validator(mode="after")
    def _ordered(self) -> BlankForm:
        if not read_number(self.low) <= read_number(self.high):
            raise ValueError(tell("key.low_above_high", low=self.low[:40], high=self.high[:40]))
        return self


class VariantForm(_Form):
    """A variant."""

    id: str
    number: Count
    stratum: str = ""
    given: dict[str, Annotated[Any, PlainValidator(_numbers)]]
    blanks: list[BlankForm]

    @field_validator("blanks")
    @classmethod
    def _apart(cls, blanks: list[BlankForm]) -> list[BlankForm]:
        twice = [key for key, count in Counter(blank.key for blank in blanks).items() if count > 1]
        if twice:
            raise ValueError(tell("key.blank_twice", blank=twice[0][:40]))
        return blanks


class ContractForm(_Form):
    """The rounding contract."""

    digits: Annotated[int, Field(ge=1, le=30)]
    places: Annotated[int, Field(ge=0, le=30)] | None = None
    carries: bool = False


class KeyForm(_Form):
    """The file as it is."""

    schema_: Literal[1] = Field(alias="schema")
    title: str = ""
    seed: Count
    edition: Annotated[int, Field(ge=1)] = FORMER
    """Keys that were written before there were editions name none."""
    contract: ContractForm
    spec: str
    variants: Annotated[list[VariantForm], Field(min_length=1)]


@dataclass(frozen=True)
class Key:
    """A key that was read: where from, and its variants by their id."""

    source: str
    title: str
    seed: int
    edition: int
    spec: str
    contract: Contract
    variants: Mapping[str, VariantForm]

    @cached_property
    def page(self) -> Page:
        """The language and the decimal mark of its spec."""
        return page_of(self.spec)


def load_key(path: Path) -> Key:
    """The key in a file. Raises `KeyFault`."""
    try:
        with path.open("rb") as file:
            raw = file.read(MAXIMAL_FILE + 1)
        text = raw.decode("utf-8-sig")
    except OSError as error:
        raise KeyFault(tell("key.unreadable", path=path, why=error.strerror or error)) from None
    except UnicodeDecodeError:
        raise KeyFault(tell("key.not_utf8", path=path)) from None
    if len(raw) > MAXIMAL_FILE:
        raise KeyFault(tell("key.too_large", path=path, megabytes=MAXIMAL_FILE // 1_000_000))
    return read_key(text, str(path))


def read_key(text: str, source: str = "<key>") -> Key:
    """The key in a text. Raises `KeyFault` with all that is wrong with it."""
    raw = _json(text, source)
    if not isinstance(raw, dict) or raw.get("schema") != SCHEMA or "variants" not in raw:
        raise KeyFault(tell("key.no_key", source=source, schema=SCHEMA))
    try:
        form = KeyForm.model_validate(raw)
    except ValidationError as error:
        found = [_problem(problem["loc"], _complaint(dict(problem))) for problem in error.errors()]
        raise KeyFault(_listed(source, found)) from None
    variants = dict[str, VariantForm]()
    for place, variant in enumerate(form.variants):
        if variants.setdefault(variant.id, variant) is not variant:
            twice = tell("key.id_twice", id=variant.id[:40])
            raise KeyFault(f"{source}: {_problem(('variants', place, 'id'), twice)}")
    if form.edition > latest():
        raise KeyFault(f"{source}: {tell('ids.later_key', edition=form.edition, latest=latest())}")
    return Key(source, form.title, form.seed, form.edition, form.spec, Contract(**form.contract.model_dump()), variants)


def _json(text: str, source: str) -> Any:
    """What a text says in JSON. Raises `KeyFault`, also where letters are in it that no file can hold."""
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError) as error:
        place = f":{error.lineno}:{error.colno}" if isinstance(error, json.JSONDecodeError) else ""
        raise KeyFault(tell("key.no_json", source=source, place=place)) from None
    if SURROGATE.search(text):
        problems = [_problem(place, tell("key.half_letter", code=f"{ord(found):x}")) for place, found in _halves(raw)]
        if problems:
            raise KeyFault(_listed(source, problems))
    return raw


def _halves(raw: Any) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """(place, letter) of every text that holds one half of a letter of UTF-16."""
    waiting: list[tuple[tuple[str | int, ...], Any]] = [((), raw)]
    while waiting:
        place, value = waiting.pop()
        if isinstance(value, str):
            yield from ((place, letter) for letter in HALF.findall(value)[:1])
        elif isinstance(value, dict):
            waiting += [
                pair for key, held in value.items() for pair in ((place, key), ((*place, HALF.sub("?", key)), held))
            ]
        elif isinstance(value, list):
            waiting += [((*place, step), held) for step, held in enumerate(value)]


def _complaint(error: Mapping[str, Any]) -> str:
    """One of pydantic's errors in our words."""
    return str(error["ctx"]["error"]) if error["type"] == "value_error" else expectation(error)


def _problem(path: Iterable[str | int], told: str) -> str:
    """What is wrong, with its place in the JSON.

    >>> _problem(("variants", 3, "given", "W1"), "no rows")
    'variants[3].given.W1: no rows'
    """
    place = "".join(f"[{step}]" if isinstance(step, int) else f".{step[:40]}" for step in path).removeprefix(".")
    return f"{place or tell('key.whole')}: {told}"


def _listed(source: str, problems: list[str]) -> str:
    more = [tell("key.more", source=source, count=len(problems) - TOLD)] if len(problems) > TOLD else []
    return "\n".join([*(f"{source}: {problem}" for problem in problems[:TOLD]), *more])


def read_array(given: Any) -> Array:
    """The array that a variant's form gives."""
    return (
        Array.scalar(read_number(given))
        if isinstance(given, str)
        else Array.of_rows([[read_number(x) for x in row] for row in given])
    )
