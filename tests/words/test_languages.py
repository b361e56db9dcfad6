"""Languages: each says everything, in its own words; the command line chooses before a spec, a spec before English."""

from __future__ import annotations

import html
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from string import Formatter
from threading import Thread
from typing import Any

import pytest
from babel import Locale
from babel.plural import PluralRule
from lessons import worked as lesson
from places import EXAMPLES, ROOT
from pypdf import PdfReader
from typer.testing import CliRunner

import derivation
from derivation.check import check_text
from derivation.cli.app import app
from derivation.handwriting.writing import STANDARD
from derivation.pages.formats import FORMATS
from derivation.pages.formats.markdown import markdown
from derivation.pages.formats.tex import beside
from derivation.pages.typesetting.engine import compile_pdf, engines
from derivation.words.files import languages, load
from derivation.words.language import preferring, speaking, spoken
from derivation.words.telling import form, listed, tell

EXAMPLE = ROOT / "examples" / "two-two-one.toml"
OTHERS = [language for language in languages() if language != "en"]
ALIKE = {
    "names of methods and functions, which German takes over": [
        *("titles.scores", "titles.quantity_scores", "titles.quantity_dropout", "titles.quantity_gate"),
        *(
            f"operations.{key}"
            for key in ("adadelta", "adagrad", "adam", "adamax", "adamw", "amsgrad", "rmsprop", "elu", "gelu")
        ),
        *(f"operations.{key}" for key in ("gelu_tanh", "logsumexp", "relu", "silu", "tanh")),
    ],
    "the same word in both": [
        *("document.plot_start", "document.plot_minimum", "titles.partial", "titles.quantity_norm"),
        *("titles.quantity_div", "operations.norm", "operations.maximum", "operations.minimum", "operations.div"),
        *("table_heads.sensitivity_norms_value", "table_heads.sensitivity_norms_quantity", "worksheet.name"),
        *("titles.parameters", "operations.momentum", "exports.topic", "page.key_all"),
    ],
    "signs and what others fill in": [
        "wrong.mistake",
        "page.unproved",
        "sections.own",
        "sections.step",
        "joining.comma",
        "marking.comma",
        "answers.told",
        "answers.cell",
        "language.plurals",
        "sources.refused",
        "report.summary",
        *("models.in_model", "models.in_module", "models.problem"),
    ],
}
"""Sentences that may read as in English, and why."""


def sentences(language: str) -> Iterator[tuple[str, Any]]:
    """(code, sentence) of all that a language says."""
    for table, rows in load(language).items():
        for key, text in rows.items():
            yield f"{table}.{key}", text


def forms(text: Any) -> list[str]:
    return list(text.values()) if isinstance(text, dict) else [text]


def braces(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", OTHERS)
def test_a_language_says_all_that_english_says_about_the_same(language: str) -> None:
    english, other = dict(sentences("en")), dict(sentences(language))
    assert english.keys() == other.keys()
    for code, text in english.items():
        asked = set[str]().union(*map(braces, forms(text)))
        for own in forms(other[code]):
            assert braces(own) == asked, (code, own)


@pytest.mark.parametrize("language", languages())
def test_a_sentence_has_all_plurals_of_its_language(language: str) -> None:
    wanted = {*Locale.parse(language).plural_form.tags, "other"}
    for code, text in sentences(language):
        assert not isinstance(text, dict) or text.keys() == wanted, code


@pytest.mark.parametrize("language", languages())
def test_the_plurals_of_a_language_are_those_of_cldr(language: str) -> None:
    told: Any = load(language)["language"]["plurals"]
    rules = PluralRule({form: rule for form, rule in told.items() if rule}).rules
    assert rules == Locale.parse(language).plural_form.rules


def test_german_is_no_english() -> None:
    allowed = {code for codes in ALIKE.values() for code in codes}
    english = dict(sentences("en"))
    alike = {
        code
        for code, text in sentences("de")
        if text == english[code] and not code.startswith("signs.") and re.search("[A-Za-z?,{]", str(text))
    }
    assert alike <= allowed, alike - allowed


def test_the_command_line_chooses_before_the_spec_and_the_spec_before_english(tmp_path: Path) -> None:
    german = tmp_path / "spec.toml"
    german.write_text('language = "de"\n' + EXAMPLE.read_text("utf-8"), "utf-8")

    def page(spec: Path, *chosen: str) -> str:
        result = CliRunner().invoke(app, ["handout", str(spec), "--format", "md", "-o", "-", *chosen])
        assert result.exit_code == 0
        return result.stdout

    english, deutsch = page(EXAMPLE), page(EXAMPLE, "--language", "de")
    assert "## Forward pass" in english and "## Vorwärtsschritt" in deutsch
    assert page(german) == deutsch
    assert page(german, "--language", "en") == english
    assert spoken() == "en"


def test_a_network_remembers_the_language_of_its_spec() -> None:
    worked = derivation.derive(derivation.loads('language = "de"\n' + EXAMPLE.read_text("utf-8")))
    assert "Vorwärtsschritt" in worked._repr_markdown_()
    page = FORMATS["html"](worked, "typeset").decode()
    assert '<html lang="de">' in page and "Zur Rechnung springen" in page
    with speaking("en"):
        assert "Forward pass" in worked._repr_markdown_()
    assert json.loads(FORMATS["ipynb"](worked))["metadata"]["lang"] == "de"
    assert "pdflang={de}" in FORMATS["tex"](worked, "typeset").decode()


def test_json_keeps_its_keys_and_numbers_in_every_language() -> None:
    worked = derivation.derive(derivation.load(EXAMPLE))
    english = json.loads(FORMATS["json"](worked))
    with speaking("de"):
        german = json.loads(FORMATS["json"](worked))

    def bare(form: Any) -> Any:
        if isinstance(form, dict):
            return {key: bare(value) for key, value in form.items() if key not in ("title", "reason", "section")}
        return [bare(value) for value in form] if isinstance(form, list) else form

    assert bare(german) == bare(english) and german != english


@pytest.mark.parametrize("command", ["handout", "check", "spec", "renumber"])
def test_a_language_that_there_is_not_is_refused(command: str) -> None:
    result = CliRunner().invoke(app, [command, str(EXAMPLE), "--language", "xx"])
    assert result.exit_code == 2
    assert result.stderr == "there is no language 'xx'; languages are de, en\n"


def test_a_spec_in_no_language_is_told_where() -> None:
    with pytest.raises(derivation.SpecError, match=r"<spec>:1:12: there is no language 'dee'.*known are de, en"):
        derivation.loads('language = "dee"\n[model]\nequations = "f = 1"')


def test_a_thread_speaks_what_was_asked_for_only_in_a_copy_of_the_context() -> None:
    from contextvars import copy_context

    heard: list[str] = []
    with speaking("de"):
        for run in (lambda work: work(), copy_context().run):
            thread = Thread(target=run, args=(lambda: heard.append(spoken()),))
            thread.start()
            thread.join()
    assert heard == ["en", "de"]


def test_plurals_and_lists_are_those_of_the_language() -> None:
    several = {"one": "{count} Ziffer", "other": "{count} Ziffern"}
    with speaking("de"):
        assert [form(several, {"count": count}) for count in (0, 1, 2)] == [
            "{count} Ziffern",
            "{count} Ziffer",
            "{count} Ziffern",
        ]
        assert listed(["a", "b", "c"]) == "a, b und c" and listed(["a", "b"], "or") == "a oder b"
        assert tell("exports.to_digits", count=1) == "1 gültige Ziffer"
        assert tell("exports.to_digits", count=1).code == "exports.to_digits"
    with preferring("de"):
        assert spoken() == "de"


POINT = re.compile(r"\d\.\d")
COMMA = 'language = "de"\ndecimal = ","\n'


def with_comma(stem: str) -> derivation.Derivation:
    spec = ROOT / "examples" / f"{stem}.toml"
    return derivation.derive(derivation.loads(COMMA + spec.read_text("utf-8"), stem, spec.parent))


@pytest.mark.slices(10)
@pytest.mark.parametrize("stem", [spec.stem for spec in EXAMPLES if spec.parent.name == "examples"])
def test_our_checker_reads_german_and_decimal_commas_as_it_reads_english(stem: str) -> None:
    worked = lesson(stem)
    english = Counter(one.verdict for one in check_text(markdown(worked), "handout.md").equalities)
    page = replace(worked.network.page, language="de", decimal=",")
    german = markdown(replace(worked, network=replace(worked.network, page=page)))
    assert Counter(one.verdict for one in check_text(german, "handout.md").equalities) == english
    assert not POINT.search(german.partition("\n")[2])


@pytest.mark.parametrize("stem", ["two-two-one", "dropout", "weight-decay", "paper-arithmetic"])
def test_no_number_on_a_page_has_a_point_where_commas_are_asked_for(stem: str) -> None:
    worked = with_comma(stem)
    page = FORMATS["html"](worked, "typeset").decode()
    body = re.sub(r"(?s)<(style|script).*?</\1>", "", page)
    text = html.unescape(re.sub(r"<[^>]+>", "\n", body))
    assert not POINT.search(text.replace(worked.network.title, ""))
    assert re.search(r"<mn>\d+,\d+</mn>", page)


@pytest.mark.slices(1)
@pytest.mark.tex
@pytest.mark.parametrize("theme", ["typeset", "handwritten"])
def test_every_tex_sets_german_with_commas(theme: str) -> None:
    worked = with_comma("dropout")
    tex = FORMATS["tex"](worked, theme)
    for engine in engines():
        made = PdfReader(BytesIO(compile_pdf(tex.decode(), engine, files=beside(tex, theme, STANDARD))))
        assert made.root_object["/Lang"] == "de"
        text = "".join(page.extract_text() for page in made.pages).replace(" ", "")
        assert re.search(r"\d,\d", text) and not POINT.search(text), engine


def test_what_machines_read_keeps_its_points() -> None:
    worked = with_comma("two-two-one")
    assert "{,}" not in FORMATS["json"](worked).decode()
    cells = json.loads(FORMATS["ipynb"](worked))["cells"]
    code = "".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    text = "".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    assert "0.3" in code and "{,}" not in code and "0{,}3" in text


def test_a_comma_is_asked_for_by_a_point_or_a_comma() -> None:
    with pytest.raises(derivation.SpecError, match=r"<spec>:1:11: decimal: expected '.' or ','"):
        derivation.loads('decimal = ";"\n[model]\nequations = "f = 1"')
