"""The values of a spec by name: each matrix of an array of three or four axes is one of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from derivation.formulas.arrays import Array
from derivation.spec.building.findings import Findings, slice_clash
from derivation.spec.given import Sliced
from derivation.spec.tables import Spec
from derivation.words.telling import tell

STEM = re.compile(r"[^\W\d]\w*")
IDENTIFIER = re.compile(r"[A-Za-z]\w{0,99}\Z", re.ASCII)


@dataclass(frozen=True)
class Values:
    """What is given. `sliced` are the arrays of three or four axes, whose matrices stand among the parameters and the
    data; `unread` the names that none can have, so that what uses them is not judged."""

    parameters: dict[str, Any]
    data: dict[str, Any]
    sliced: Mapping[str, Sliced]
    tables: Mapping[str, str]
    """Which table each of the sliced stands in."""
    unread: frozenset[str]

    def counting(self) -> dict[str, Array]:
        """What the steps of a repetition may be counted by: data, and the lengths of parameters."""
        lengths = {key: array for key, array in self.parameters.items() if array.shape}
        return {**lengths, **self.data, **self.sliced}

    def has(self, key: str) -> bool:
        """Whether a name has a value."""
        return key in self.parameters or key in self.data or key in self.sliced

    def is_data(self, key: str) -> bool:
        """Whether a name has a value that is no parameter."""
        return key in self.data or self.tables.get(key) == "data"

    def table_of(self, key: str) -> str:
        """The table that a name has its value in."""
        return self.tables.get(key) or ("parameters" if key in self.parameters else "data")


def values_of(spec: Spec, findings: Findings) -> Values:
    """The values of a spec; what is wrong with their names is told."""
    given = {"parameters": spec.parameters, "data": spec.data}
    wrong = {(table, key): told for table in given for key in given[table] if (told := _wrong_name(table, key, spec))}
    for path, told in wrong.items():
        findings.add(path, told)
    parameters, data = (
        _in_matrices(table, values, {*spec.parameters, *spec.data}, findings) for table, values in given.items()
    )
    sliced = [
        (table, key, value) for table in given for key, value in given[table].items() if isinstance(value, Sliced)
    ]
    return Values(
        parameters,
        data,
        {key: value for _, key, value in sliced},
        {key: table for table, key, _ in sliced},
        frozenset(name for _, key in wrong for name in (key, *STEM.findall(key)[:1])),
    )


def _wrong_name(table: str, key: str, spec: Spec) -> str:
    """What is wrong with the name of a value; "" where nothing is."""
    if not IDENTIFIER.match(key):
        return tell("spec.no_name", key=key)
    return tell("spec.twice_given", key=key) if table == "data" and key in spec.parameters else ""


def _in_matrices(table: str, values: Mapping[str, Any], taken: set[str], findings: Findings) -> dict[str, Any]:
    """The values of a table, each matrix of an array of three or four axes under its own name."""
    made = dict[str, Any]()
    for key, given in values.items():
        if not isinstance(given, Sliced):
            made[key] = given
            continue
        stack = findings.stacks.know(key, given.axes)
        if told := slice_clash(stack, taken - {key}):
            findings.add((table, key), told)
        made |= dict(zip(stack.names, given.arrays, strict=True))
    return made
