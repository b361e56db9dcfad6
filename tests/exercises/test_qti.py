"""QTI 2.1 items, marked by an evaluator written from the specification for the operators used, and read by readers that
are not ours."""

from __future__ import annotations

import io
import json
import math
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element
from zipfile import ZipFile

import by_hand
import pytest
from loose import loose
from patience import PATIENCE
from places import ROOT
from written import EVIL, article, files, given, titled, typed

from derivation.exercises.exports import EXPORTS
from derivation.exercises.search.solve import draw

QTI = "{http://www.imsglobal.org/xsd/imsqti_v2p1}"
Value = float | str | bool | None


def significant(x: float, figures: int) -> float:
    return 0.0 if x == 0 else float(f"{x:.{figures - 1}e}")


FUNCTIONS: Mapping[str, Callable[[float], float]] = {
    "exp": math.exp,
    "ln": math.log,
    "tanh": math.tanh,
    "sin": math.sin,
    "cos": math.cos,
    "atan": math.atan,
    "tan": math.tan,
    "asin": math.asin,
    "acos": math.acos,
    "sinh": math.sinh,
    "cosh": math.cosh,
    "log": math.log10,
    "signum": lambda x: float((x > 0) - (x < 0)),
}


class Engine:
    """Response processing of one item: NULL where any operand of an arithmetic operator or comparison is NULL."""

    def __init__(self, item: bytes, answers: Mapping[str, float | None]) -> None:
        self.item = ElementTree.fromstring(item)
        self.correct = {
            found.get("identifier"): float(found.findtext(f"{QTI}correctResponse/{QTI}value") or "nan")
            for found in self.item.iter(f"{QTI}responseDeclaration")
        }
        self.values: dict[str | None, Value] = {
            found.get("identifier"): None for found in self.item.iter(f"{QTI}outcomeDeclaration")
        }
        self.values |= {"SCORE": 0.0, **answers}
        for rule in self.item.find(f"{QTI}responseProcessing") or []:
            self.rule(rule)

    def rule(self, rule: Element) -> None:
        tag = rule.tag.removeprefix(QTI)
        if tag == "setOutcomeValue":
            self.values[rule.get("identifier")] = self.value(rule[0])
            return
        assert tag == "responseCondition"
        for branch in rule:
            condition, rules = (
                (None, list(branch)) if branch.tag == f"{QTI}responseElse" else (branch[0], list(branch)[1:])
            )
            if condition is None or self.value(condition) is True:
                for inner in rules:
                    self.rule(inner)
                return

    def value(self, node: Element) -> Value:
        tag, attributes = node.tag.removeprefix(QTI), node.attrib
        if tag == "variable":
            return self.values.get(attributes["identifier"])
        if tag == "correct":
            return self.correct[attributes["identifier"]]
        if tag == "baseValue":
            return float(node.text or "") if attributes["baseType"] == "float" else node.text
        found = [self.value(child) for child in node]
        if tag in ("and", "or", "not"):
            return {"and": all, "or": any, "not": lambda x: not x[0]}[tag](
                found
            )  # no comparison is NULL where all is answered
        if any(x is None for x in found):
            return None
        return getattr(self, tag)([float(x) for x in found], attributes)  # type: ignore[arg-type, no-any-return]

    def sum(self, x: list[float], _: Mapping[str, str]) -> float:
        return sum(x)

    def product(self, x: list[float], _: Mapping[str, str]) -> float:
        return math.prod(x)

    def subtract(self, x: list[float], _: Mapping[str, str]) -> float:
        return x[0] - x[1]

    def divide(self, x: list[float], _: Mapping[str, str]) -> float | None:
        return x[0] / x[1] if x[1] else None

    def power(self, x: list[float], _: Mapping[str, str]) -> float:
        return float(x[0] ** x[1])

    def max(self, x: list[float], _: Mapping[str, str]) -> float:
        return max(x)

    def min(self, x: list[float], _: Mapping[str, str]) -> float:
        return min(x)

    def mathOperator(self, x: list[float], attributes: Mapping[str, str]) -> float:
        return FUNCTIONS[attributes["name"]](x[0])

    def roundTo(self, x: list[float], attributes: Mapping[str, str]) -> float:
        figures = int(attributes["figures"])
        return (
            significant(x[0], figures) if attributes["roundingMode"] == "significantFigures" else round(x[0], figures)
        )

    def equal(self, x: list[float], attributes: Mapping[str, str]) -> bool:
        if attributes["toleranceMode"] == "exact":
            return x[0] == x[1]
        below, above = map(float, attributes["tolerance"].split())
        return x[1] - below <= x[0] <= x[1] + above

    def equalRounded(self, x: list[float], attributes: Mapping[str, str]) -> bool:
        return self.roundTo(x[:1], attributes) == self.roundTo(x[1:], attributes)

    @property
    def told(self) -> set[str]:
        return {
            str(key).removeprefix("TELL_")
            for key, value in self.values.items()
            if str(key).startswith("TELL_") and value is not None
        }


def items(package: bytes) -> list[bytes]:
    with ZipFile(io.BytesIO(package)) as opened:
        return [opened.read(name) for name in opened.namelist() if name.startswith("items/")]


def answered(values: Mapping[str, str]) -> dict[str, float]:
    return {f"R{place}": float(text) for place, text in enumerate(values.values())}


@pytest.fixture(scope="module")
def exercise():  # type: ignore[no-untyped-def]
    return article()


@pytest.fixture(scope="module")
def package(exercise) -> bytes:  # type: ignore[no-untyped-def]
    return files(EXPORTS["qti21"], exercise, 25)["qti21.zip"]


def test_answers_worked_by_hand_get_full_marks(exercise, package: bytes) -> None:  # type: ignore[no-untyped-def]
    for variant, item in zip(draw(exercise, 1, 25), items(package), strict=True):
        engine = Engine(item, answered(typed(by_hand.worked(given(variant)))))
        assert engine.values["SCORE"] == 29
        assert engine.told == {"solution"}


def test_no_answer_gets_no_points(package: bytes) -> None:
    for item in items(package)[:5]:
        engine = Engine(item, dict.fromkeys(f"R{place}" for place in range(29)))
        assert engine.values["SCORE"] == 0
        assert "look_forward_1" in engine.told and "followed" not in engine.told


@pytest.mark.slow
@pytest.mark.slices(4)
@pytest.mark.parametrize("slip", ["1/10", "-3/10", "1/4", "7/10"])
@pytest.mark.parametrize("changes", [{}, {"places": 3}])
def test_follow_through_gives_points_for_what_is_right_after_a_slip(slip: str, changes: dict[str, int]) -> None:
    """A slip in z1[1] is a wrong b1[1] for all that follows but b1's own update: worked by hand with it, one entry is
    wrong."""
    exercise, followed = article(**changes), 0
    for variant, item in zip(
        draw(exercise, 1, 25), items(files(EXPORTS["qti21"], exercise, 25)["qti21.zip"]), strict=True
    ):
        numbers = given(variant)
        right = by_hand.worked(numbers)
        slipped = by_hand.worked({**numbers, "b1": [numbers["b1"][0] + Fraction(slip), numbers["b1"][1]]})
        student = {**slipped, "b1_new[1]": slipped["b1_new[1]"] - Fraction(slip)}
        if any(x == 0 != right[key] for key, x in student.items()):
            continue  # a 0 carried on makes what follows trivial: no points then
        engine = Engine(item, answered(typed(student, 12)))
        assert engine.values["SCORE"] in (28, 28.5), variant.id  # the slip may look like a mistake
        if any(abs(student[key] - right[key]) > Fraction(1, 100) for key in right if key != "z1[1]"):
            assert "followed" in engine.told
            followed += 1
    assert followed > 5


def test_a_zero_carried_on_earns_nothing(exercise, package: bytes) -> None:  # type: ignore[no-untyped-def]
    seen = 0
    for variant, item in zip(draw(exercise, 1, 25), items(package), strict=True):
        right = by_hand.worked(given(variant))
        engine = Engine(item, answered(typed(dict.fromkeys(right, Fraction(0)))))
        zeros = sum(abs(x) < Fraction(1, 10**4) for x in right.values())
        assert engine.values["SCORE"] <= zeros
        seen += zeros < 5
    assert seen > 2


@pytest.mark.slow
@pytest.mark.slices(6)
@pytest.mark.parametrize("row", by_hand.WORDS)
def test_mistakes_made_by_hand_are_named_and_no_other(exercise, package: bytes, row: str) -> None:  # type: ignore[no-untyped-def]
    named = 0
    for variant, item in zip(draw(exercise, 1, 25), items(package), strict=True):
        right, wrong = by_hand.worked(given(variant)), by_hand.worked(given(variant), by_hand.WORDS[row])
        engine = Engine(item, answered(typed(wrong)))
        mistakes = {key for key in engine.told if key.startswith("mistake_")}
        assert not mistakes or f"mistake_{row}" in mistakes or wrong == right
        named += f"mistake_{row}" in mistakes
    assert named > 4


@pytest.mark.parametrize("name", ["gru", "layer-norm", "adam", "mlp-batch", "cnn"])
def test_other_networks_get_full_marks_by_their_key(name: str) -> None:
    exercise = loose(ROOT / "examples" / f"{name}.toml")
    for item in items(files(EXPORTS["qti21"], exercise, 2)["qti21.zip"]):
        key = Engine(item, {}).correct
        assert Engine(item, key).values["SCORE"] == len(exercise.blanks)  # type: ignore[arg-type]


def test_a_package_names_its_files(package: bytes) -> None:
    with ZipFile(io.BytesIO(package)) as opened:
        names = set(opened.namelist())
        manifest = ElementTree.fromstring(opened.read("imsmanifest.xml"))
        test = ElementTree.fromstring(opened.read("test.xml"))
    hrefs = {found.get("href") for found in manifest.iter() if found.tag.endswith("}file")}
    assert hrefs | {"imsmanifest.xml"} == names and len(names) == 27
    assert {found.get("href") for found in test.iter(f"{QTI}assessmentItemRef")} == {
        name for name in names if name.startswith("items/")
    }


def test_a_users_title_is_a_title_and_nothing_else(exercise) -> None:  # type: ignore[no-untyped-def]
    named = titled(exercise, EVIL)
    (item,) = items(files(EXPORTS["qti21"], named, 1)["qti21.zip"])
    assert (
        ElementTree.fromstring(item).get("title") == EVIL.replace("\x01", "") + f" ({next(iter(draw(named, 1, 1))).id})"
    )


def test_all_formulas_are_mathml(package: bytes) -> None:
    for item in items(package)[:3]:
        root = ElementTree.fromstring(item)
        said = " ".join(
            text
            for shown in (*root.iter(f"{QTI}itemBody"), *root.iter(f"{QTI}modalFeedback"))
            for text in shown.itertext()
        )
        assert not re.search(r"[\\$_]|%s|Markup|\d{18}", said)


def test_items_are_valid_by_the_schema(package: bytes) -> None:
    schema = os.environ.get("QTI_SCHEMA")
    if not schema:
        pytest.skip("QTI_SCHEMA does not name imsqti_v2p1p1.xsd")
    etree = pytest.importorskip("lxml.etree", reason="lxml is not installed: pip install -e '.[readers]'")
    judge = etree.XMLSchema(etree.parse(schema))
    with ZipFile(io.BytesIO(package)) as opened:
        for name in opened.namelist():
            if name != "imsmanifest.xml":
                judge.assertValid(etree.fromstring(opened.read(name)))


def test_citolab_upgrades_the_items(package: bytes) -> None:
    convert = pytest.importorskip(
        "qti_convert", reason="citolab-qti-convert (PyPI) is not installed: pip install -e '.[readers]'"
    )
    for item in items(package)[:5]:
        upgraded = ElementTree.fromstring(convert.upgrade_qti2_to_qti3(item.decode()).encode())
        assert sum(found.tag.endswith("}qti-text-entry-interaction") for found in upgraded.iter()) == 29
        assert sum(found.tag.endswith("}qti-equal-rounded") for found in upgraded.iter()) > 20


def test_qti_components_give_the_key_full_marks(exercise, package: bytes, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    """The player of npm's @citolab/qti-components, run in a browser."""
    folder, browser = os.environ.get("QTI_COMPONENTS"), shutil.which("chromium")
    if not folder or not browser:
        pytest.skip("QTI_COMPONENTS does not name the folder of npm's @citolab/qti-components, or there is no chromium")
    convert = pytest.importorskip(
        "qti_convert", reason="citolab-qti-convert (PyPI) is not installed: pip install -e '.[readers]'"
    )
    shutil.copy(Path(folder) / "cdn" / "index.global.js", tmp_path)
    variant, item = next(iter(draw(exercise, 1, 1))), items(package)[0]
    right = answered(typed(by_hand.worked(given(variant))))
    cases = [right, dict.fromkeys(right, 0.777), {**right, "R4": right["R4"] + 5}]
    page = (Path(__file__).parent / "player.html").read_text("utf-8")
    xml = json.dumps(convert.upgrade_qti2_to_qti3(item.decode())).replace("</", "<\\/")
    (tmp_path / "page.html").write_text(page.replace("ITEM", xml).replace("CASES", json.dumps(cases)), "utf-8")
    command = [
        browser,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--virtual-time-budget=20000",
        "--dump-dom",
        (tmp_path / "page.html").as_uri(),
    ]
    shown = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=True).stdout
    scores = [float(found) for found in json.loads(html_of(shown))]
    assert scores == [Engine(item, case).values["SCORE"] for case in cases]
    assert scores[0] == 29 and scores[2] == 28


def html_of(shown: str) -> str:
    found = re.search(r'<pre id="out">(.*?)</pre>', shown, re.DOTALL)
    assert found, shown[-500:]
    return found[1]
