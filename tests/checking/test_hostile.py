"""Articles made to be slow, large or broken: the reader's work grows with the text, and what cannot be read is said in
a sentence."""

from __future__ import annotations

import ast
import json
import os
import pkgutil
import random
import re
import re._constants as sre  # type: ignore[import-not-found]
import re._parser as sre_parser  # type: ignore[import-not-found]
import sys
import tracemalloc
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from article_mutants import mutants, tried
from hostile_shapes import JUDGED, SCANNED, Shape
from typer.testing import CliRunner

import derivation.checking
from derivation.checking.article import UnreadableArticle, check, check_text
from derivation.checking.reading.macros import Expansion, collect
from derivation.checking.reading.tokens import TOKEN, Unreadable, tokens
from derivation.checking.reports import FORMATS as REPORTS
from derivation.checking.reports.view import BEFORE
from derivation.checking.sheets import labels
from derivation.checking.sources.find.latex import MAXIMAL_FILES
from derivation.checking.sources.find.notebook import STRING
from derivation.checking.sources.source import MAXIMAL_SIZE, Formula, Source
from derivation.cli.app import app

# Steps


def steps(text: str, path: str) -> int:
    """Calls of functions, Python's and C's, that reading and judging a text takes: the same on every machine."""
    count = 0

    def counted(frame: Any, event: str, argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(counted)
    try:
        check_text(text, path)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.slices(12)
@pytest.mark.parametrize("name", SCANNED)
def test_steps_grow_with_the_text(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("derivation.checking.article.MAXIMAL_MADE", 10_000)
    shape: Shape = SCANNED[name]
    short, long = (steps(shape.make(length), f"a{shape.suffix}") for length in (10_000, 160_000))
    assert long <= 16 * 1.2 * short + 2000


@pytest.mark.slices(6)
@pytest.mark.parametrize("name", JUDGED)
def test_steps_of_judging_grow_with_the_text(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "derivation.checking.facts.meter.STEPS_OF_ONE", 2000
    )  # as few as will do: what is tried here is how they grow
    monkeypatch.setattr("derivation.checking.facts.meter.STEPS_AT_LEAST", 1000)
    monkeypatch.setattr("derivation.checking.facts.meter.STEPS_A_LETTER", 2)
    shape: Shape = JUDGED[name]
    short, long = (steps(shape.make(length), f"a{shape.suffix}") for length in (1000, 4000))
    assert long <= 4 * 1.6 * short + 2000


# Patterns: beyond bounded repeats, nothing may be taken in two ways

LETTERS = [chr(code) for code in range(128)] + ["é", "²", "中"]
MANY = 1000
CATEGORIES = {sre.CATEGORY_DIGIT: r"\d", sre.CATEGORY_NOT_DIGIT: r"\D", sre.CATEGORY_SPACE: r"\s", sre.CATEGORY_NOT_SPACE: r"\S", sre.CATEGORY_WORD: r"\w", sre.CATEGORY_NOT_WORD: r"\W"}  # fmt: skip
REPEATS = (sre.MAX_REPEAT, sre.MIN_REPEAT)


def one(item: tuple[Any, Any]) -> frozenset[str] | None:
    """The letters that an item of a pattern matches, if it matches one letter."""
    kind, value = item
    if kind is sre.ANY:
        return frozenset(LETTERS)
    if kind in (sre.LITERAL, sre.NOT_LITERAL):
        return frozenset(letter for letter in LETTERS if (letter == chr(value)) == (kind is sre.LITERAL)) or frozenset(
            chr(value)
        )
    if kind is sre.IN:
        negated = value[0][0] is sre.NEGATE
        found = frozenset(letter for letter in LETTERS for part in value if within(part, letter))
        return frozenset(LETTERS) - found if negated else found
    return None


def within(part: tuple[Any, Any], letter: str) -> bool:
    kind, value = part
    if kind is sre.LITERAL:
        return letter == chr(value)
    if kind is sre.RANGE:
        return bool(value[0] <= ord(letter) <= value[1])
    return kind is sre.CATEGORY and re.match(CATEGORIES[value], letter) is not None


def parts(item: tuple[Any, Any]) -> list[Any]:
    """The sequences within an item."""
    kind, value = item
    if kind is sre.SUBPATTERN:
        return [value[3]]
    if kind is sre.BRANCH:
        return list(value[1])
    if kind in (*REPEATS, sre.POSSESSIVE_REPEAT):
        return [value[2]]
    return [value] if kind is sre.ATOMIC_GROUP else []


def first(sequence: Any) -> tuple[frozenset[str], bool]:
    """The letters with which a sequence may begin, and whether it may be empty."""
    found: frozenset[str] = frozenset()
    for item in sequence:
        letters = one(item)
        if letters is not None:
            return found | letters, False
        inside = [first(part) for part in parts(item)]
        found = found.union(*(letters for letters, _ in inside)) if inside else found
        kind, value = item
        may_vanish = (
            not inside
            or any(empty for _, empty in inside)
            or (kind in (*REPEATS, sre.POSSESSIVE_REPEAT) and value[0] == 0)
        )
        if not may_vanish:
            return found, False
    return found, True


def ambiguous(sequence: Any, follows: frozenset[str] = frozenset()) -> list[str]:
    """The repeats of a sequence that may go on or stop at the same letter, so that a search tries both again and
    again."""
    found = []
    items = list(sequence)
    for place, item in enumerate(items):
        after, empty = first(items[place + 1 :])
        after = after | follows if empty else after
        kind, value = item
        if kind in REPEATS and value[1] > MANY:
            inner, vanishes = first(value[2])
            if inner & after or vanishes or kind is sre.MIN_REPEAT:
                found.append(f"{inner & after}")
            after = after | inner
        if kind not in (sre.POSSESSIVE_REPEAT, sre.ATOMIC_GROUP, sre.ASSERT, sre.ASSERT_NOT):
            found += [row for part in parts(item) for row in ambiguous(part, after)]
    return found


def restarting(sequence: Any, before: tuple[frozenset[str], ...] = ()) -> list[str]:
    """The repeats that run over all that stands before them in the pattern, and may then find nothing: a search starts
    anew at each letter of the run."""
    found = []
    items = list(sequence)
    for place, item in enumerate(items):
        kind, value = item
        _, may_end = first(items[place + 1 :])
        letters = one(item)
        if (
            kind in (*REPEATS, sre.POSSESSIVE_REPEAT)
            and value[1] > MANY
            and not may_end
            and all(part & everything(value[2]) for part in before)
        ):
            found.append(str(item))
        for part in parts(item):
            found += [] if may_end and kind not in (sre.BRANCH, sre.SUBPATTERN) else restarting(part, before)
        if letters is not None:
            before = (*before, letters)
        elif kind is sre.AT or (kind in (sre.ASSERT, sre.ASSERT_NOT) and value[0] < 0):
            before = (*before, frozenset())
    return found


def everything(sequence: Any) -> frozenset[str]:
    """All letters that may stand in what a sequence matches."""
    found: frozenset[str] = frozenset()
    for item in sequence:
        found = found.union(one(item) or frozenset(), *(everything(part) for part in parts(item)))
    return found


def parsed(pattern: str, flags: int = 0) -> Any:
    """A pattern's parts; what repeats within an atomic group of its own is a possessive repeat."""
    return _merged(sre_parser.parse(pattern, flags))


def _merged(sequence: Any) -> Any:
    for place, item in enumerate(sequence):
        for part in inside(item):
            _merged(part)
        kind, value = item
        if kind is sre.ATOMIC_GROUP and len(value) == 1 and value[0][0] is sre.MAX_REPEAT:
            sequence[place] = (sre.POSSESSIVE_REPEAT, value[0][1])
    return sequence


def inside(item: tuple[Any, Any]) -> list[Any]:
    """The sequences within an item, what it looks ahead to or behind among them."""
    kind, value = item
    return [value[1]] if kind in (sre.ASSERT, sre.ASSERT_NOT) else parts(item)


def possessive_groups(sequence: Any) -> list[str]:
    """The possessive repeats of more than a letter."""
    return [
        str(item)
        for item in sequence
        if item[0] is sre.POSSESSIVE_REPEAT and (len(item[1][2]) != 1 or one(item[1][2][0]) is None)
    ] + [row for item in sequence for part in inside(item) for row in possessive_groups(part)]


EXTRAS = {"derivation.models.onnx_file": "onnx", "derivation.models.tracing": "torch"}
"""Modules that need the package of an extra."""


def patterns(package: Any = derivation.checking) -> list[tuple[str, str, bool]]:
    """Every pattern of a package, as it is compiled or as it stands in a call, with its module, and whether it is
    tried at one place only."""
    found = []
    for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        needed = EXTRAS.get(info.name)
        if needed and find_spec(needed) is None:
            continue
        module = import_module(info.name)
        nodes = [*ast.walk(ast.parse(Path(str(module.__file__)).read_text("utf-8")))]
        calls = [node for node in nodes if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)]
        for key, value in vars(module).items():
            if isinstance(value, re.Pattern):
                found.append(
                    (
                        info.name,
                        value.pattern,
                        {node.attr for node in calls if node.value.id == key} <= {"match", "fullmatch"},
                    )
                )  # type: ignore[attr-defined]
        for node in nodes:
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id == "re"
            ):
                is_anchored = node.func.attr in ("match", "fullmatch")
                found += [
                    (info.name, argument.value, is_anchored)
                    for argument in node.args[:1]
                    if isinstance(argument, ast.Constant) and node.func.attr != "compile"
                ]
    return sorted(set(found))


SHORT = {r"(\D*)[1-9]\d*"} | {
    known.pattern for known in (labels.DERIVATIVE, labels.SHORT, labels.GRADIENT, labels.SIGNAL, labels.UPDATED)
}
"""Patterns that see one token only, or a label of forty letters."""
ANCHORED = {
    TOKEN.pattern,  # the run that a `tag` takes in vain is taken by `ties` then, as a whole
    STRING.pattern,  # in JSON that was read every string ends
    BEFORE.pattern,  # sees forty letters
}


@pytest.mark.parametrize(("module", "pattern", "is_anchored"), patterns())
def test_no_pattern_takes_a_letter_in_two_ways(module: str, pattern: str, is_anchored: bool) -> None:
    if pattern not in SHORT:
        flags = re.VERBOSE if "\n" in pattern.strip("\n") and "(?P<" in pattern else 0
        assert ambiguous(parsed(pattern, flags)) == [], module
        assert is_anchored or pattern in ANCHORED or restarting(parsed(pattern, flags)) == [], module


@pytest.mark.slow
def test_no_group_is_repeated_possessively() -> None:
    """Python before 3.11.5, as in Debian 12, loses matches there (CPython issue 106052): `(?>(?:ab?)*)`, not
    `(?:ab?)*+`."""
    found = patterns(derivation)
    assert len(found) > len(patterns())
    for module, pattern, _ in found:
        assert possessive_groups(sre_parser.parse(pattern)) == [], (module, pattern)
    for pattern in (r"(?:a\s*+)?+b", r"x(?=(?:ab)*+)", r"((?:ab|c)++)"):
        assert possessive_groups(sre_parser.parse(pattern)) != [], pattern
    assert possessive_groups(sre_parser.parse(r"\s*+[^a]++\d?+(?>(?:ab)*)")) == []


def test_the_test_of_patterns_finds_what_it_is_for() -> None:
    for pattern in (r"a*a*b", r"(a+)+b", r"\s*\{?\s*x", r"(?:a|ab*)*b", r".*?x"):
        assert ambiguous(parsed(pattern)) != [], pattern
    for pattern in (r"(?:~\s*+){2,}\(", r"(?>(?:~\s*+){2,})\(", r"\[[^\]]*+\]", r"\s*x", r"a(?:b|[^c]*+c)d"):
        assert restarting(parsed(pattern)) != [], pattern
    for pattern in (r"\\label\{[^{}]*+\}", r"%[^\n]*+", r"\[[^][]*+\]", r"^\s*+x"):
        assert restarting(parsed(pattern)) == [], pattern
    for pattern in (r"a*+a", r"[^}]*\}", r"(?:a|b)*c", r"\d+(?:\.\d+)?x", r"a{1,30}a"):
        assert ambiguous(parsed(pattern)) == [], pattern


# Limits


def why(text: str, path: str = "a.md") -> str:
    return check_text(text, path).equalities[-1].why


def test_macros_are_counted_before_they_are_made() -> None:
    text = r"\newcommand{\a}[1]{" + "#1" * 2400 + "}$" + r"\a{" * 20 + "x" * 8000 + "}" * 20 + "=1$"
    tracemalloc.start()
    assert why(text, "a.tex") == r"not read: with the macro \a this formula has more than 20,000 tokens"
    assert tracemalloc.get_traced_memory()[1] < 50_000_000
    tracemalloc.stop()
    assert why(r"\newcommand{\a}{\a\a} $\a = 1$") == r"not read: the macro \a does not come to an end"
    article = Source("a.tex", r"\newcommand{\a}{xxxx} $\a\a\a$")
    expansion, words = Expansion(collect([article]), room=12), tokens(Formula(article, 25, 31))
    assert len(expansion.expand(words[:2])) == 8
    with pytest.raises(Unreadable, match=r"the macros of this article make too many tokens; \\a and those behind it"):
        expansion.expand(words)
    assert why(r"\newcommand{\a}[2]{#1 + #2} $\a{1}{2} = 4$", "a.tex") == "3, not 4"
    assert check_text(r"\newcommand{\a}[2][1]{#1 + #2} $\a{2} = 3$ $\a[2]{2} = 4$", "a.tex").summary["exact"] == 2


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("$" + r"\boxed{" * 1500 + "1" + "}" * 1500 + " = 1$", "boxes and colours nested more than 30 deep"),
        ("$x = " + r"\sqrt{" * 100 + "1" + "}" * 100 + "$", "nested more than 60 deep"),
        ("$x = " + "1" * 500 + "$", "a numeral of more than 400 digits"),
        ("$x = " + "1" * 300 + "!$", "a factorial of something that is no small number"),
        (r"$x = \mathbf{1}_{999999999}$", "a vector of 999999999 ones"),
        ("$x = " + "+1" * 20_000 + "$", "more than 20,000 tokens"),
        (r"$x = 1$ $y = \sum_{i=1}^{1000} \sum_{j=1}^{1000} i j x = 3$", "this takes too long to work"),
        ("$x = ²$", "expected a number, a name or a bracket, found ²"),
        ("$x = 2\ud800$", "expected a number, a name or a bracket, found \ufffd"),
    ],
)
def test_what_is_too_much_is_said_to_be(text: str, says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("derivation.checking.facts.meter.STEPS_OF_ONE", 2000)
    assert says in why(text)
    for form in ("text", "json", "html", "github", "sarif"):
        REPORTS[form]([check_text(text)])


def test_numerals_of_other_scripts_are_numbers() -> None:
    assert [equality.verdict for equality in check_text("$x = ٣$, $x + 1 = ４$").equalities] == ["stated", "exact"]


CRASHED = {
    "a derivative in a rule": (
        r"$$L^{(i)} = \left( \hat{y}^{(i)} \right)^2, L = \left( L^{(1)} \right)$$$v_b = 0.1$is$$= x^{(1)} = "
        r"y^{(1)} = \frac{\partial L}{\partial b} -0.5$$$$= 2$= b v_{b,new} = 0.141$$", ".md"),
    "a derivative that vanishes": (
        r"\newcommand{\vect}[1]{\boldsymbol{#1}}\newcommand{\pd}[2]{\frac{\partial #1}{\partial "
        r"#1}}\newcommand{\half}{\tfrac{1}{2}}\begin{align*} \vect{z} = \begin{bmatrix} -2 &0.4 "
        r"\end{bmatrix} L = \half \left( 0.3145^2 \right) \\ \pd{L}{\vect{z}} = \pd{L}{\vect{h}} "
        r"\sigma'(\vect{z})\end{align*}", ".tex"),
    "a value that is a fraction": (
        "$x_2 = \\frac{1 + (-2)}{1 - (-2)} = -\\frac{1}{3}$\n\n$x_3 = \\frac{1 + (-1/3)}{1 - (-1/3)} = "
        "\\frac{1}{2}$\n\n$x_{9} = x_2$", ".md"),
    "squares of squares": ("$x_0 = 3$ " + " ".join(f"$x_{{{k + 1}}} = x_{{{k}}}^2$" for k in range(60)) + " $x_{60} = 5$", ".md"),
    "letters of no meaning": ("\ue000\ue0000\ue0011\ue001 $x=1$ \ue0002\ue001", ".md"),
    "an index that is no number": ("$w^l_{jk²} = 1$ and $x = ²$", ".md"),
    "NUL in a name": ("\\input{a\0b} $x = 1$", ".tex"),
    "a name too long": ("\\input{" + "a" * 300 + "} $x = 1$", ".tex"),
    "CR alone": ("# A\r\r$x = 1$\r$$y = 2$$\r", ".md"),
    "a byte order mark": ("\ufeff# A $x = 1$", ".md"),
}  # fmt: skip


@pytest.mark.parametrize("name", CRASHED)
def test_what_crashed_is_an_ordinary_report(name: str, tmp_path: Path) -> None:
    text, suffix = CRASHED[name]
    path = tmp_path / f"a{suffix}"
    path.write_text(text, "utf-8", newline="")
    assert check(str(path)).equalities
    for words in (["check", "--format", "html"], ["check"], ["spec"], ["renumber", "--seed", "3"]):
        done = CliRunner().invoke(app, [words[0], str(path), *words[1:], *(["-o", "-"] if words[0] != "check" else [])])
        assert done.exit_code in (0, 1, 2) and (done.exception is None or isinstance(done.exception, SystemExit)), (
            done.exception
        )


@pytest.mark.parametrize("content", [b"\xff\xfe$\0x\0=\0001\0$\0", bytes(range(256)) * 40, b"\x89PNG\r\n\x1a\n\xff"])
def test_what_is_no_text_is_said_to_be_none(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(content)
    with pytest.raises(UnreadableArticle, match="not UTF-8 text"):
        check(str(path))


def test_half_letters_of_a_notebook_are_marked(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text(
        '{"cells": [{"cell_type": "markdown", "source": ["$x = 2\\ud800$ \\ud83d\\ude00 $1 + 1 = 3$"]}]}', "utf-8"
    )
    report = check(str(path))
    assert [equality.verdict for equality in report.equalities] == ["undecided", "wrong"]
    line, column = report.equalities[1].place
    assert path.read_text("utf-8").splitlines()[line - 1][column - 1] == "3"
    assert "\ufffd" in REPORTS["html"]([report]).decode()


def test_included_files_have_a_limit(tmp_path: Path) -> None:
    (tmp_path / "a.tex").write_text(r"\input{b} $x = 1$", "utf-8")
    with (tmp_path / "b.tex").open("wb") as file:
        file.truncate(MAXIMAL_SIZE + 1)
    with pytest.raises(UnreadableArticle, match=r"b\.tex: larger than 20 MB"):
        check(str(tmp_path / "a.tex"))
    for k in range(2 * MAXIMAL_FILES):
        (tmp_path / f"c{k}.tex").write_text(rf"\input{{c{k + 1}}} \input{{c{k}}} $1 + 1 = 2$", "utf-8")
    assert len(check(str(tmp_path / "c0.tex")).equalities) <= MAXIMAL_FILES + 1
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "d.tex").write_text(r"\input{loop} \input{../../etc/passwd} \input{/etc/passwd} $1 + 1 = 2$", "utf-8")
    assert [part.source.path for part in check(str(tmp_path / "d.tex")).found] == [str(tmp_path / "d.tex")]


# Any article


@pytest.mark.tex
def test_mutilated_articles_give_every_report(tmp_path: Path) -> None:
    for count, mutant in zip(range(60), mutants(20_261_128), strict=False):
        tried(mutant, tmp_path)
        assert count < 60


@pytest.mark.tex
def test_articles_mutilated_afresh_give_every_report(tmp_path: Path) -> None:
    seed = int(os.environ.get("ARTICLE_SEED", random.SystemRandom().randrange(10**6)))
    for count, mutant in zip(range(40), mutants(seed), strict=False):
        try:
            tried(mutant, tmp_path)
        except Exception as problem:
            raise AssertionError(
                f"mutant {count}: replay it with ARTICLE_SEED={seed}\n{json.dumps(mutant.text)}"
            ) from problem
