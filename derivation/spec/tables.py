"""The tables and keys of a spec as pydantic's models, and in our words what pydantic finds wrong with a table."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, ValidationInfo

from derivation.formulas.arrays import Array
from derivation.formulas.language.letters import plain
from derivation.formulas.language.suggestions import nearest
from derivation.spec import hints
from derivation.spec.files import from_file
from derivation.spec.given import Misplaced, Sliced, stepped, value
from derivation.spec.text import Places, Problem, titled
from derivation.spec.update import UpdateTable
from derivation.spec.versions import last_version
from derivation.words.files import languages
from derivation.words.files import load as load_words
from derivation.words.telling import listed, message_of, tell

TABLES = ("model", "parameters", "data", "update", "notation", "variants")
KINDS = {"missing": "spec.missing", "model_type": "spec.no_table", "dict_type": "spec.no_table"}
"""What we call what pydantic calls so."""


def _value(given: Any, info: ValidationInfo) -> Array | Sliced:
    """A value as it stands in the spec, or in a file that the spec names; the context is the spec's folder."""

    def one(given: Any) -> Array | Sliced:
        return from_file(given, info.context) if isinstance(given, dict) else value(given)

    return stepped(given, one) if isinstance(given, dict) and "steps" in given else one(given)


Value = Annotated[Any, BeforeValidator(_value)]


def _language(given: str) -> str:
    if given and given not in languages():
        raise ValueError(
            tell("spec.no_language", language=given, near=nearest(given, languages()), known=", ".join(languages()))
        )
    return given


def _in_plain_letters(name: str | None) -> str | None:
    return plain(name) or name if name else name


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Model(_Table):
    equations: str
    loss: Annotated[str | None, AfterValidator(_in_plain_letters)] = None
    output: Annotated[str | None, AfterValidator(_in_plain_letters)] = None

    def at_the_end(self, written: Collection[str]) -> Model:
        """The table with the last versions of the names in it."""
        named = {"loss": self.loss, "output": self.output}
        return self.model_copy(update={place: last_version(key, written) for place, key in named.items() if key})

    @property
    def differentiated(self) -> str | None:
        """The quantity whose derivatives are wanted: a loss, or an output that is none."""
        return self.output if self.loss is None else self.loss


class Spec(_Table):
    """The tables and keys of a spec."""

    title: Annotated[str, AfterValidator(titled)] = ""
    language: Annotated[str, AfterValidator(_language)] = ""
    decimal: Literal[".", ","] = "."
    digits: Annotated[int, Field(ge=1, le=30)] = 6
    rounding: str = "full"
    places: Annotated[int, Field(ge=0, le=30)] | None = None
    elide: Annotated[int, Field(ge=3, le=12)] = 6
    paper: Literal["a4", "letter"] = "a4"
    model: Model
    parameters: dict[str, Value] = {}
    data: dict[str, Value] = {}
    update: UpdateTable | None = None
    notation: dict[str, str] = {}
    variants: dict[str, Any] | None = None
    """Kept as it stands: exercises read it (`exercises.plan.table`)."""


def problems(error: ValidationError, places: Places, *inside: str) -> Iterator[Problem]:
    """What pydantic finds wrong with a table, in our words; `inside` are the keys that lead to the table."""
    items: list[dict[str, Any]] = [dict(item) for item in error.errors()]
    meant = {_meant(item) for item in items if item["type"] == "extra_forbidden"}
    return (
        _problem(item, places, inside)
        for item in items
        if item["type"] != "missing" or str(item["loc"][-1]) not in meant
    )


def _problem(item: Mapping[str, Any], places: Places, inside: tuple[str, ...]) -> Problem:
    cause = item.get("ctx", {}).get("error")
    path, at = (cause.path, cause.at) if isinstance(cause, Misplaced) else ((), 0)
    return places.problem((*inside, *map(str, item["loc"]), *path), _sentence(item), at)


def _sentence(error: Mapping[str, Any]) -> str:
    """One of pydantic's errors in our words."""
    key = str(error["loc"][-1])
    kind, about = error["type"], error.get("ctx", {})
    if kind == "value_error":
        return message_of(about["error"]) if "error" in about else ""
    if kind == "extra_forbidden":
        code = "spec.extra_table" if isinstance(error["input"], dict) else "spec.extra"
        return tell(code, key=key, elsewhere=_elsewhere(error))
    if kind in KINDS:
        return tell(KINDS[kind], key=key)
    return f"{key}: {expectation(error)}"


def expectation(error: Mapping[str, Any]) -> str:
    """What pydantic expects and does not find, in our words."""
    kind, about = error["type"], error.get("ctx", {})
    if kind in load_words()["pydantic"]:
        expected = str(about.get("expected", "")).replace(" or ", load_words()["joining"]["or"])
        return tell(f"pydantic.{kind}", **{**about, "expected": expected})
    return f"{str(error['msg'])[:1].lower()}{str(error['msg'])[1:]}"


def _meant(error: Mapping[str, Any]) -> str:
    """The table or key that may be meant by one that there is not; "" where none is near."""
    key, fields = str(error["loc"][-1]), Model.model_fields if error["loc"][:1] == ("model",) else Spec.model_fields
    if isinstance(error["input"], dict):
        return hints.table(key, TABLES)
    return hints.key(key, [name for name in fields if name not in TABLES])


def _elsewhere(error: Mapping[str, Any]) -> str:
    """Where a key that stands in the wrong place belongs, or which one may be meant."""
    key, meant = str(error["loc"][-1]), _meant(error)
    if isinstance(error["input"], dict):
        known = listed(map("[{}]".format, TABLES))
        return tell("spec.near_table", near=meant) if meant else tell("spec.tables", known=known)
    if key in Model.model_fields:
        return tell("spec.elsewhere_model")
    if key in Spec.model_fields:
        return tell("spec.elsewhere_top")
    return tell("syntax.near", near=meant) if meant else ""
