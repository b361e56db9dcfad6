"""Whatever was a find once is taken well for ever, and the hunt does notice what must not be."""

from __future__ import annotations

import json
from pathlib import Path

import mpmath
import pytest
from fuzz import oracle
from fuzz.judging import Find, TooSlow, limited, run
from fuzz.mutations import Edit, edited
from fuzz.targets import TARGETS, judged, kept
from places import ROOT

from derivation.cli import handout as cli

KEPT = [(name, path) for name in TARGETS for path in kept(name)]
SEED = ROOT / "examples" / "two-two-one.toml"


@pytest.mark.slow
@pytest.mark.parametrize(("name", "path"), KEPT, ids=[path.stem for _, path in KEPT])
def test_what_was_a_find_once(name: str, path: Path) -> None:
    judged(name, path.read_bytes())


@pytest.mark.tex
@pytest.mark.parametrize("name", [name for name in TARGETS if name != "network"])
def test_a_real_input_of_each_kind_is_taken(name: str) -> None:
    judged(name, min(TARGETS[name].seeds(), key=len))


def test_what_a_command_raises_and_a_wrong_exit_code_are_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Find, match="exit code 2"):
        run("handout", "nowhere.toml", codes=(0,))
    monkeypatch.setattr(cli, "explained", lambda *_: {}["nothing"])
    with pytest.raises(KeyError):
        run("handout", SEED, "-o", "-", "--format", "md")


@pytest.mark.slow
def test_what_does_not_end_is_a_find() -> None:
    with pytest.raises(TooSlow), limited(1):
        while True:
            pass


def test_the_second_opinion_knows_the_article_and_a_wrong_digit() -> None:
    _, said = run("handout", SEED, "-o", "-", "--format", "json")
    spec, worked = SEED.read_text("utf-8"), json.loads(said)
    assert list(oracle.disagreements(spec, worked)) == []
    worked["training_steps"][0]["values"]["L"] = "0.78126"
    worked["training_steps"][0]["gradients"]["W2"][0][1] = "-1.2"
    assert [text.split(" is ")[0] for text in oracle.disagreements(spec, worked)] == ["L", "the gradient of W2"]


def test_slopes_of_the_second_opinion_are_those_worked_by_hand() -> None:
    spec = oracle.Spec(
        '[model]\nloss = "L"\nequations = "p = sigmoid(w * x)\\nL = -log(p)"\n[parameters]\nw = 2\nx = 3\n'
    )
    with mpmath.workdps(60):
        (slope,) = spec.opinion().gradients["w"]
        assert mpmath.almosteq(slope, -3 / (1 + mpmath.exp(6)), 1e-30)


def test_edits_are_made_one_after_the_other() -> None:
    assert (
        edited(b"L = (w * x)", [Edit("wrap", 5, b"exp", 2), Edit("renumber", 0, b"7", 1)]) == b"L = (exp(exp(w)) * x)"
    )
