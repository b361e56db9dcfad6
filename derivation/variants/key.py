"""The key of an exercise's variants as JSON: what `derivation variants --format json` writes and `derivation mark` reads.

It holds the spec itself, so that marking works every formula anew, and for each variant its numbers and its blanks with the answer as
shown, the accepted interval and the points. All numbers are text: decimals where they end, else fractions.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from flint import fmpq
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from ..arrays import Array
from ..numbers import exact, terminating
from ..recipe import PREFIX
from .contract import Contract
from .exercise import Exercise, Variant

SCHEMA = 1
NUMBER = re.compile(r"-?(?:\d+(?:\.\d+)?(?:e-?\d{1,4})?|\d+/0*[1-9]\d*)")


def key_form(exercise: Exercise, variants: Iterable[Variant], spec: str, seed: int) -> dict[str, Any]:
    """The whole key: `key_head` and a `variant_form` for each variant."""
    return {**key_head(exercise, spec, seed), "variants": [variant_form(variant) for variant in variants]}


def key_head(exercise: Exercise, spec: str, seed: int) -> dict[str, Any]:
    """What all variants share. `spec` is the text of the spec that the exercise was made from."""
    contract = exercise.contract
    shared = {"digits": contract.digits, "places": contract.places, "carries": contract.carries}
    return {"schema": SCHEMA, "title": exercise.network.title, "seed": seed, "contract": shared, "spec": spec}


def variant_form(variant: Variant) -> dict[str, Any]:
    """One variant: its numbers (those of the update are called `update.rate` and the like) and its blanks, in the order of the walkthrough."""
    exercise = variant.exercise
    named = {term.args[0]: array for term, array in variant.given.items() if term.head == "name"}
    given = {key: _rows(array) for key, array in named.items() if _is_given(key, exercise)}
    blanks = []
    for blank, points, x in zip(exercise.blanks, exercise.points, variant.answers, strict=True):
        low, high = exercise.contract.interval(x)
        shown = {"key": blank.key, "answer": exercise.contract.shown(x), "low": number_text(low), "high": number_text(high), "points": points}
        blanks.append({**shown, "phase": blank.phase, "step": blank.number})
    return {"id": variant.id, "number": variant.number, "stratum": variant.stratum, "given": given, "blanks": blanks}


def _is_given(key: str, exercise: Exercise) -> bool:
    network = exercise.network
    constants = network.update.constants if network.update else {}
    return key in network.parameters or key in network.data or key.removeprefix(PREFIX) in constants


def _rows(array: Array) -> Any:
    """An array's entries as a spec would give them: a number, or rows of numbers."""
    rows = [[number_text(x) for x in row] for row in array.rows]
    return rows if array.shape else rows[0][0]


def number_text(x: fmpq) -> str:
    """A rational as a decimal where it ends, else as a fraction.

    >>> number_text(fmpq(-1, 8)), number_text(fmpq(1, 3))
    ('-0.125', '1/3')
    """
    return terminating(x) or str(x)


def read_number(text: str) -> fmpq:
    """The rational of a `number_text`."""
    above, _, below = text.partition("/")
    return exact(above) / int(below) if below else exact(above)


class KeyFault(ValueError):
    """A key that cannot be used, and why."""


def _number(text: str) -> str:
    if not NUMBER.fullmatch(text):
        raise ValueError(f"{text[:40]!r} is no number")
    return text


NumberText = Annotated[str, Field(max_length=2000), AfterValidator(_number)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)


class BlankForm(_Table):
    """A blank of a variant."""

    key: str
    answer: NumberText
    low: NumberText
    high: NumberText
    points: Annotated[int, Field(ge=0)] = 1
    phase: str
    step: int


class VariantForm(_Table):
    """A variant."""

    id: str
    number: int
    stratum: str = ""
    given: dict[str, NumberText | list[list[NumberText]]]
    blanks: list[BlankForm]


class ContractForm(_Table):
    """The rounding contract."""

    digits: Annotated[int, Field(ge=1, le=30)]
    places: Annotated[int, Field(ge=0, le=30)] | None = None
    carries: bool = False


class KeyForm(_Table):
    """The file as it is."""

    schema_: Literal[1] = Field(alias="schema")
    title: str = ""
    seed: int
    contract: ContractForm
    spec: str
    variants: Annotated[list[VariantForm], Field(min_length=1)]


@dataclass(frozen=True)
class Key:
    """A key that was read: where from, and its variants by their id."""

    source: str
    title: str
    seed: int
    spec: str
    contract: Contract
    variants: Mapping[str, VariantForm]


def load_key(path: Path) -> Key:
    """The key in a file. Raises `KeyFault`."""
    try:
        return read_key(path.read_text("utf-8"), str(path))
    except OSError as error:
        raise KeyFault(f"{path}: the key cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise KeyFault(f"{path}: the key is not UTF-8 text; give the JSON file that `derivation variants --format json` wrote") from None


def read_key(text: str, source: str = "<key>") -> Key:
    """The key in a text. Raises `KeyFault` with all that is wrong with it."""
    try:
        raw = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        place = f":{error.lineno}:{error.colno}" if isinstance(error, json.JSONDecodeError) else ""
        raise KeyFault(f"{source}{place}: this is not JSON; give the key that `derivation variants --format json` wrote") from None
    if not isinstance(raw, dict) or raw.get("schema") != SCHEMA or "variants" not in raw:
        raise KeyFault(f"{source}: this is no key of variants, schema {SCHEMA}; give the file that `derivation variants --format json` wrote")
    try:
        form = KeyForm.model_validate(raw)
    except ValidationError as error:
        rows = [f"{source}: {'.'.join(map(str, item['loc']))}: {str(item['msg'])[:1].lower()}{str(item['msg'])[1:]}" for item in error.errors()[:20]]
        raise KeyFault("\n".join(rows)) from None
    variants = {variant.id: variant for variant in form.variants}
    if len(variants) < len(form.variants):
        raise KeyFault(f"{source}: two variants have one id")
    return Key(source, form.title, form.seed, form.spec, Contract(**form.contract.model_dump()), variants)


def read_array(given: Any) -> Array:
    """The array that a variant's form gives."""
    return Array.scalar(read_number(given)) if isinstance(given, str) else Array.of_rows([[read_number(x) for x in row] for row in given])
