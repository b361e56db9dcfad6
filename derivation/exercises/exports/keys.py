"""The key as JSON, which `derivation mark` reads."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import partial

from derivation.exercises.exercise.exercise import Exercise
from derivation.exercises.exports.formats import ExportFormat, Files, Labelled
from derivation.exercises.exports.question import certain
from derivation.exercises.key import key_head, variant_form


def json_key(spec: str, seed: int) -> ExportFormat:
    """The format of the keys of a spec's variants: `spec` is its text, which the key holds so that marking can work
    every formula anew."""
    return ExportFormat((_forms,), partial(_key, spec=spec, seed=seed))


def _forms(exercise: Exercise, variants: Labelled) -> bytes:
    return ",\n".join(
        json.dumps(certain(variant_form, variant), ensure_ascii=False) for variant, _ in variants
    ).encode()


def _key(exercise: Exercise, parts: Iterable[bytes], spec: str, seed: int) -> Files:
    def content() -> Iterator[bytes]:
        head = json.dumps(key_head(exercise, spec, seed), ensure_ascii=False)
        yield f'{head[:-1]}, "variants": [\n'.encode()
        for place, part in enumerate(parts):
            yield b",\n" + part if place else part
        yield b"\n]}\n"

    yield "key.json", content()
