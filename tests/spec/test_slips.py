"""Slips that people make in a spec: the first message names the slip's line and says what to write.

The table, `slips.toml`, was judged by eye, row by row; here its rows are held. A row is a change of a lesson.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from places import ROOT

from derivation import SpecError, loads

ROWS = tomllib.loads(Path(__file__).with_name("slips.toml").read_text("utf-8"))["slip"]


def told(row: dict[str, str]) -> tuple[int, str, range]:
    """The line and the text of the first message, and the lines of the slip."""
    lesson = (ROOT / "examples" / f"{row['lesson']}.toml").read_text("utf-8")
    before, _, after = lesson.partition(row["there"])
    first = before.count("\n") + 1
    with pytest.raises(SpecError) as caught:
        loads(before + row["slip"] + after, folder=ROOT / "examples")
    problem = caught.value.problems[0]
    return problem.line, problem.message, range(first, first + row["slip"].rstrip("\n").count("\n") + 1)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['lesson']}: {row['slip'][:40]!r}")
def test_the_first_message_names_the_line_and_says_what_to_write(row: dict[str, str]) -> None:
    line, message, lines = told(row)
    assert row["says"] in message
    if "line" in row:
        assert line == row["line"]
    else:
        named = {line, *map(int, re.findall(r"\bline (\d+)", message))}
        assert named & set(lines), (line, message)


def test_there_are_two_hundred_and_no_two_alike() -> None:
    assert len({(row["lesson"], row["there"], row["slip"]) for row in ROWS}) == len(ROWS) >= 200


FOLLOWING = [
    ("h = relu(z1)", "h = relu(z1"),
    ("h = relu(z1)", "h = rleu(z1)"),
    ("z1 = W1 @ x + b1", "z1 = W1 x + b1"),
    ("z1 = W1 @ x + b1", "W1 @ x + b1"),
    ("z1 = W1 @ x + b1", "z1 = W1 @ X + b1"),
    ("x = [1, 2]", "x-1 = [1, 2]"),
    ("yhat = W2", "z1 = W2"),
    ("[model]", "[network]"),
    ("equations =", "eqs ="),
]


@pytest.mark.parametrize(("there", "slip"), FOLLOWING)
def test_what_only_follows_is_not_told(there: str, slip: str) -> None:
    lesson = (ROOT / "examples" / "two-two-one.toml").read_text("utf-8")
    assert there in lesson
    with pytest.raises(SpecError) as caught:
        loads(lesson.replace(there, slip, 1))
    assert len(caught.value.problems) == 1, caught.value
