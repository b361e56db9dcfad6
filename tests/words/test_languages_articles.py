"""What is said of articles: each sentence is met by a planted article, in every language, with its code; none is left
in code."""

from __future__ import annotations

import ast
import html
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from places import ROOT
from sentences import BLOCK, MARKUP, WORD, english, pattern
from typer.testing import CliRunner

from derivation.check import check, check_text
from derivation.checking.facts.meaning import Meaning
from derivation.checking.reading.forms import FORMS as READERS
from derivation.checking.reading.macros import Expansion, collect
from derivation.checking.reading.reader import Reader
from derivation.checking.reading.symbols import Vocabulary
from derivation.checking.reading.tokens import Unreadable, scan
from derivation.checking.reading.trees import Tree
from derivation.checking.reports import FORMATS, pdf, setting
from derivation.checking.rewriting import printing, rebuild
from derivation.checking.rewriting import renumber as renumbering
from derivation.checking.rewriting.printing import Edits
from derivation.checking.rewriting.rebuild import NoNetwork, spec_of
from derivation.checking.rewriting.renumber import BadChange, Renumbering, renumber
from derivation.checking.sources.find import latex
from derivation.checking.sources.source import MAXIMAL_SIZE, Source, UnreadableArticle
from derivation.cli.app import app
from derivation.formulas.terms import Term
from derivation.words.files import languages, load
from derivation.words.language import speaking
from derivation.words.telling import message_of

X = "Let $x = 2$, $y = 3$ and $L = 4$. "
READ = [
    ("reading.expected expected.operator", "1) = 3"),
    ("reading.expected expected.operator_in_group", r"\sqrt{1)} = 3"),
    ("reading.expected reading.end", "3 = (1 + 2"),
    ("reading.expected expected.group reading.end", r"3 = \frac{1}"),
    ("reading.expected expected.operand", "2 + ) = 3"),
    ("reading.expected expected.argument", r"\max x = 3"),
    ("reading.expected expected.name", r"\nabla 2 = 3"),
    ("reading.expected expected.end_of_derivative", r"\frac{\partial L + 2}{\partial x} = 3"),
    ("reading.many_tokens reading.not_read", "1" + "+1" * 10_001 + " = 2"),
    ("reading.long_numeral", "1" * 401 + " = 2"),
    ("reading.open_brace", r"2 = \frac{1"),
    ("reading.open_bracket", "2 = f(x"),
    ("reading.open_environment", r"2 = \begin{pmatrix} 1"),
    ("reading.deep_boxes", r"\boxed{" * 40 + "1" + "}" * 40 + " = 1"),
    ("reading.deep", "(" * 70 + "1" + ")" * 70 + " = 1"),
    ("reading.endless_macro", r"\again = 1"),
    ("reading.large_macro", r"\many{\many{\many{\many{\many{1}}}}} = 1"),
    ("reading.two_subscripts", "x_1_2 = 3"),
    ("reading.nothing_behind", "x_ = 3"),
    ("reading.nothing_between", r"\sqrt{} = 3"),
    ("reading.bare_script", "x^12 = 3"),
    ("reading.behind_slash", "x / y x = 2"),
    ("reading.number_behind", "x 2 = 3"),
    ("reading.index_behind_bracket", "2_{a} = 4"),
    ("reading.prime_behind_bracket", "(x + y)' = 4"),
    ("reading.label_or_power", "x^{(1+1)} = 4"),
    ("reading.label_or_power_of", r"q^k + 1 = 2"),
    ("reading.unknown_operator", r"\mathbb{E} x = 3"),
    ("reading.is_index", "x[1] = 2"),
    ("reading.which_e", "e' = 2"),
    ("reading.higher_derivative", r"\frac{\partial^n L}{\partial x^n} = 3"),
    ("reading.reach_of_derivative", r"\frac{\partial}{\partial x} x + y = 3"),
    ("reading.over_index", r"\max_i x = 2"),
    ("reading.index_behind_function", r"\sin_2 x = 3"),
    ("reading.reach_of_function", r"\ln x y = 3"),
    ("reading.inverse_function", r"\tanh^{-1} x = 3"),
    ("reading.set", r"\{1, 2\} = 3"),
    ("reading.other_norm", r"\|x\|_a = 3"),
    ("reading.other_root", r"\sqrt[n]{8} = 2"),
    ("reading.unclear_sum", r"\sum x = 3"),
    ("reading.indicator_of_no_comparison", r"\mathbb{1}[3] = 1"),
    ("reading.environment", r"\begin{foo} 1 \end{foo} = 1"),
    ("reading.determinant", r"\begin{vmatrix} 1 & 2 \end{vmatrix} = -2"),
    ("reading.binomial", r"\binom{n}{k} = 10"),
    ("reading.point", r"\left. x^2 \right|_{3} = 9"),
    ("reading.ragged_matrix", r"\begin{pmatrix} 1 & 2 \\ 3 \end{pmatrix} = 2"),
    ("reading.case_without_condition", r"y = \begin{cases} 1 \\ 2 & x > 0 \end{cases}"),
    ("reading.case_of_no_comparison", r"y = \begin{cases} 1 & x \\ 2 & x > 0 \end{cases}"),
    ("reading.other_cases", r"y = \begin{cases} 1 & x > 2 \\ 2 & x > 1 \\ 3 & x > 0 \end{cases}"),
    ("reading.per_cent", r"x\% = 2"),
    ("reading.factorial", "100! = 3"),
    ("report.other_set_in_line", r"v \in \mathbb{R}^{2}$, $v = (1, 2, 3)^\top"),
    ("report.other_set", r"v \in \mathbb{R}^{2}$, $v = 3 u$, $u = (1, 2, 3)^\top"),
]
"""The codes of the sentences that are told of a formula."""
MACROS = r"\newcommand{\again}{\again\again}\newcommand{\many}[1]{#1#1#1#1#1#1#1#1#1#1}"


def whys(formula: str) -> str:
    return "\n".join(one.why for one in check_text(f"{MACROS} {X} ${formula}$").equalities)


def notebook(*cells: dict[str, Any]) -> str:
    return json.dumps({"cells": list(cells)})


CELL = {"cell_type": "markdown", "source": "$x = 2$"}
CODE = '{"cell_type": "code", "outputs": [{"data": {"text/latex": "a", "text/markdown": "b", "text/latex": "c"}}]}'
FILES: list[tuple[str, str, str | bytes | None]] = [
    ("sources.not_utf8", "a.md", b"\xff$x = 2$"),
    ("sources.refused", "none.md", None),
    ("sources.no_name", "a\0.md", None),
    ("sources.too_large", "a.md", " " * (MAXIMAL_SIZE + 1)),
    ("sources.no_kind", "a.docx", ""),
    ("sources.no_notebook", "a.ipynb", "[1]"),
    ("sources.cells_out_of_order", "a.ipynb", f'{{"cells": [{CODE}]}}'),
]
"""The codes of what is told of a file: its name, and what stands in it."""
UNREAD = [
    ("sources.unclosed", "a.md", "$$ x = 2"),
    ("sources.empty", "a.rst", ".. math::\n\nx = 2"),
    ("sources.not_put_in", "a.tex", "\\input{none}"),
]
"""The codes of what is told of a part that is not read."""
LONG = " ".join(f"$x_{{{k}}} = x_{{{k + 1}}} + 1$" for k in range(250)) + " $x_{250} = 2$ $L = x_0$"
NETWORKS = [
    ("rebuilding.no_network", "nothing"),
    ("rebuilding.no_value", "$x = 2$ $h = x + k$"),
    ("rebuilding.formula_as_input", "$x = 2 + 1$ $h = 2x$"),
    ("rebuilding.refused rebuilding.the_spec", "$x = 2$ $h = x^{99}$"),
    ("rebuilding.deep", LONG),
]
"""Articles that describe no network that a spec can say."""
CHANGES = [
    ("renumbering.no_input", {"z": "1"}),
    ("renumbering.no_value", {"x": "q"}),
    ("renumbering.ragged", {"x": "[1, [2, 3]]"}),
    ("renumbering.no_decimal", {"x": "[1e5]"}),
    ("renumbering.other_shape", {"x": "[1, 2]"}),
]
"""Changes of the article below that cannot be made."""
NUMBERS = "$x = 2$ and $3 x = 6$, $y = 3 x = 6$, but $z = x^2 = 9 - 5$ and $q = x_1_2 + 1$"


def error_of(work: Callable[[], object]) -> str:
    """What is said where something cannot be done."""
    with pytest.raises((BadChange, NoNetwork, Unreadable, UnreadableArticle)) as found:
        work()
    return message_of(found.value)


def is_told(text: str, codes: str, language: str) -> None:
    """Holds that the sentences of these codes are told in a language, and the first of them in no other."""
    for code in codes.split():
        assert re.search(pattern(code, language), text, re.DOTALL), (code, text)
    for other in set(languages()) - {language}:
        assert not re.search(f"^(?:.*: )?(?:{pattern(codes.split()[0], other)})$", text), (other, text)


@pytest.fixture(params=languages())
def language(request: pytest.FixtureRequest) -> Any:
    with speaking(request.param):
        yield request.param


@pytest.mark.parametrize(("codes", "formula"), READ)
def test_what_is_not_read_is_told_why(codes: str, formula: str, language: str) -> None:
    is_told(whys(formula), codes, language)


def test_an_error_kept_for_later_speaks_the_language_of_then() -> None:
    with pytest.raises(Unreadable) as found:
        scan("1" * 401, 0, 401)
    assert found.value.code == "reading.long_numeral"
    for language, told in (("en", "a numeral of more than 400 digits"), ("de", "eine Zahl mit mehr als 400 Ziffern")):
        with speaking(language):
            assert str(found.value) == found.value.message == told


def test_a_side_that_can_be_read_in_too_many_ways_is_told(language: str) -> None:
    reader = Reader(scan("x", 0, 1), Vocabulary(), READERS, left=[0])
    is_told(error_of(reader.comparison), "reading.too_many_ways", language)


def test_macros_that_make_too_much_are_named(language: str) -> None:
    text = r"\newcommand{\a}{1+1} \a\a"
    expansion, words = Expansion(collect([Source("a.tex", text)]), room=2), scan(text, 22, len(text))
    is_told(error_of(lambda: expansion.expand(words)), "reading.large_macros", language)


@pytest.mark.parametrize(("codes", "called", "content"), FILES)
def test_a_file_that_is_no_article_is_told_why(
    codes: str, called: str, content: str | bytes | None, language: str, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / called).write_bytes(content if isinstance(content, bytes) else content.encode())
    text = error_of(lambda: check(str(tmp_path / called)))
    assert text.code == codes  # type: ignore[attr-defined]
    assert re.fullmatch(pattern(codes, language), text)


def test_an_article_whose_parts_are_too_large_is_told_where(
    language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(latex, "MAXIMAL_SIZE", 1_000_000)
    (tmp_path / "part.tex").write_text(" " * 1_000_000, "utf-8")
    (tmp_path / "a.tex").write_text("\n\\input{part}", "utf-8")
    is_told(error_of(lambda: check(str(tmp_path / "a.tex"))), "sources.parts_too_large", language)


@pytest.mark.parametrize(("codes", "article"), NETWORKS)
def test_an_article_without_a_network_is_told_what_is_missing(
    codes: str, article: str, language: str, tmp_path: Path
) -> None:
    (tmp_path / "a.md").write_text(article, "utf-8")
    text = error_of(lambda: spec_of(str(tmp_path / "a.md")))
    assert text.code == codes.split()[0]  # type: ignore[attr-defined]
    is_told(text, codes, language)


def test_a_value_that_is_not_read_is_told(language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Unreading(Meaning):
        def of(self, tree: Tree) -> Any:
            raise Unreadable(tree.start, "reading.set")

    monkeypatch.setattr(rebuild, "Meaning", Unreading)
    (tmp_path / "a.md").write_text("$x = 2$ and $h = 3 x$", "utf-8")
    text = error_of(lambda: spec_of(str(tmp_path / "a.md")))
    is_told(text, "rebuilding.unread_value reading.set", language)


def test_a_formula_without_a_word_in_specs_is_told(language: str) -> None:
    text = error_of(lambda: rebuild.spelled(Term("partial", ()), str))
    is_told(text, "rebuilding.no_word", language)


@pytest.mark.parametrize(("codes", "changes"), CHANGES)
def test_a_change_that_cannot_be_made_is_told_why(
    codes: str, changes: dict[str, str], language: str, tmp_path: Path
) -> None:
    (tmp_path / "a.md").write_text(NUMBERS, "utf-8")
    text = error_of(lambda: renumber(str(tmp_path / "a.md"), changes))
    assert text.code == codes  # type: ignore[attr-defined]
    is_told(text, codes, language)


def test_numbers_that_stay_are_told_why(language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def left(name: str, text: str) -> str:
        (tmp_path / name).write_text(text, "utf-8")
        return "\n".join(renumber(str(tmp_path / name), {"x": "3"}).unaligned)

    is_told(left("a.md", NUMBERS), "renumbering.not_tied renumbering.not_read", language)
    (tmp_path / "part.tex").write_text("$y = 3 x = 6$", "utf-8")
    is_told(left("a.tex", "$x = 2$ \\input{part}"), "renumbering.other_file", language)
    monkeypatch.setattr(printing, "spots_of", lambda tree, typed: ())
    is_told(left("a.md", NUMBERS), "renumbering.not_told_apart", language)

    def deep(*args: object) -> None:
        raise RecursionError

    monkeypatch.setattr(Renumbering, "chain", deep)
    is_told(left("a.md", NUMBERS), "renumbering.deep", language)


def test_a_new_article_that_would_not_hold_is_told_why(
    language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(text: str) -> str:
        (tmp_path / "a.md").write_text(text, "utf-8")
        return "\n".join(renumber(str(tmp_path / "a.md"), {"x": "3"}).failures)

    is_told(refused("$x = 2$, $y = 3 x = 7$ and $z = 1 + 1 = 3$"), "renumbering.wrong_before", language)
    monkeypatch.setattr(renumbering, "verdict_of", lambda equality: "stated")
    is_told(refused("$x = 2$ and $y = x = 2$"), "renumbering.lost", language)
    monkeypatch.setattr(Edits, "text", "$x = 3$")
    is_told(refused("$x = 2$ and $y = x = 2$"), "renumbering.other_form", language)


WRONG = r"""# A check

Let $x = 2$ and $x^2 = 5$, $2 + 2 = 5 = 6 - 1$, so $y = 1/3 = 0.33$ and $q = x_1_2$.

$$z = x + 1 = 4$$

$$u = \therefore \because 1$$

![a](http://a.b/c.png) ![b](none.png) ![c](big.png) ![d](text.png)
"""


def documents(folder: Path) -> dict[str, str]:
    """The reports on an article with a slip, in the language that is spoken."""
    (folder / "a.md").write_text(WRONG, "utf-8")
    (folder / "big.png").write_bytes(b" " * 4_000_001)
    (folder / "text.png").write_bytes(b"text")
    (folder / "b.md").write_text("$1 + 1 = 2$", "utf-8")
    found = [check(str(folder / name)) for name in ("a.md", "b.md")]
    made = {form: FORMATS[form](found).decode() for form in ("text", "json", "html", "github", "sarif")}
    return {**made, "pdf": pdf.document(found)}


SHOWN = {
    "text": "verdicts.stated verdicts.wrong verdicts.undecided report.summary report.equalities report.in_formulas report.expected",
    "html": "verdicts.stated verdicts.exact verdicts.rounded report.line report.and_expected report.picture report.picture_outside "
    "report.show report.show_all report.carried report.articles "
    "report.picture_missing report.picture_too_large report.picture_unknown",
    "github": "report.wrong_equality report.undecided_equality report.also_expected",
    "sarif": "report.rule_wrong report.rule_undecided report.then_expected",
    "pdf": "verdicts.stated verdicts.wrong report.then_expected report.therefore report.because",
}
"""What each report shows, by codes."""


def test_reports_speak_the_language(language: str, tmp_path: Path) -> None:
    made = documents(tmp_path)
    for form, codes in SHOWN.items():
        text = html.unescape(made[form])
        for code in codes.split():
            assert re.search(pattern(code, language), text), (form, code)
    assert f'<html lang="{language}">' in made["html"]


def test_keys_and_codes_of_reports_are_those_of_english(tmp_path: Path) -> None:
    english = documents(tmp_path)
    with speaking("de"):
        german = documents(tmp_path)
    for form in ("json", "sarif"):
        assert bare(json.loads(german[form])) == bare(json.loads(english[form]))
    assert re.sub(r"title=.*", "", german["github"]) == re.sub(r"title=.*", "", english["github"])
    assert english["text"] != german["text"] and "falsch" in german["html"] and "wrong</span>" not in german["html"]


def bare(form: Any) -> Any:
    """JSON without its sentences."""
    if isinstance(form, dict):
        return {key: bare(value) for key, value in form.items() if key not in ("why", "text")}
    return [bare(value) for value in form] if isinstance(form, list) else form


@pytest.mark.parametrize(("code", "name", "text"), UNREAD)
def test_what_is_not_read_is_told(code: str, name: str, text: str, tmp_path: Path, language: str) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    result = CliRunner().invoke(app, ["check", str(tmp_path / name), "--language", language])
    first = result.stderr.splitlines()[0]
    assert result.exit_code == 0 and first == load(language)["sources"][code.partition(".")[2]].format(
        path=tmp_path / name, line=1, what=check_text(text, name).unread[0].what
    )


def test_an_article_that_was_put_into_tex_is_not_renumbered(tmp_path: Path, language: str) -> None:
    (tmp_path / "a.typ").write_text("$x = 1/2$ $y = x + 1 = 1.5$", "utf-8")
    is_told(error_of(lambda: renumber(str(tmp_path / "a.typ"), {"x": "3"})), "renumbering.translated", language)


def test_a_very_wide_matrix_is_named(language: str) -> None:
    assert "31" in setting.of_text(r"\begin{pmatrix}" + "1 &" * 30 + r"1\end{pmatrix}")
    is_told(setting.of_text(r"\begin{pmatrix}" + "1 &" * 30 + r"1\end{pmatrix}"), "report.wide_matrix", language)


def test_the_command_speaks_the_language_asked_for(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(WRONG, "utf-8")
    result = CliRunner().invoke(app, ["check", str(tmp_path / "a.md"), str(tmp_path / "none.md"), "--language", "de"])
    assert result.exit_code == 2
    assert "falsch: " in result.stdout and "erwartet: 4" in result.stdout and "Gleichungen in " in result.stdout


ELSEWHERE = {
    *(
        "reading.too_many_ways",
        "reading.two_signs",
        "report.no_formulas",
        "report.no_equalities",
        "report.of_text",
        "reading.large_macros",
        "rebuilding.unread_value",
        "sources.parts_too_large",
        "rebuilding.no_word",
    ),
    *("sources.unclosed", "sources.empty", "sources.not_put_in", "renumbering.translated"),
    *(
        "renumbering.wrong_before",
        "renumbering.lost",
        "renumbering.other_form",
        "renumbering.not_tied",
        "renumbering.not_read",
        "renumbering.other_file",
    ),
    *("renumbering.not_told_apart", "renumbering.deep", "report.wide_matrix"),
}
"""Sentences with a test of their own."""


def test_every_sentence_about_articles_is_met() -> None:
    tables = "sources reading expected verdicts report rebuilding renumbering".split()
    planted = [*READ, *FILES, *NETWORKS, *CHANGES, *SHOWN.items()]
    met = {code for row in planted for text in row[:2] if isinstance(text, str) for code in text.split()} | ELSEWHERE
    assert {f"{table}.{key}" for table in tables for key in load("en")[table]} - met == set()


ROOMS = ("reading", "sources", "rewriting", "reports")
FILES_OF_ROOMS = [
    *(file for room in ROOMS for file in sorted((ROOT / "derivation" / "checking" / room).rglob("*.py"))),
    ROOT / "derivation" / "checking" / "article.py",
    *(ROOT / "derivation" / "cli" / f"{command}.py" for command in ("check", "renumber", "spec")),
]
INTERNAL = {
    "checking/article.py": "a pattern: words of the articles that are read",
    "checking/sources/arithmetic.py": "a pattern: words of the texts that are read, in several languages",
    "checking/sources/speech.py": "words of the texts that are read, in several languages",
    "checking/sources/find/restructured.py": "names of directives",
    "checking/reports/__init__.py": "help is told before a language is chosen",
}
"""Where English stands in code, and why nobody who speaks another language reads it."""


def test_no_sentence_on_articles_is_left_in_code() -> None:
    left = {
        (file.relative_to(ROOT / "derivation").as_posix(), text)
        for file in FILES_OF_ROOMS
        for text in english(ast.parse(file.read_text("utf-8")))
    }
    assert {found for found in left if found[0] not in INTERNAL} == set()
    assert {name for name, _ in left} == INTERNAL.keys()


def test_no_word_stands_in_the_templates_of_reports() -> None:
    files = sorted((ROOT / "templates" / "report_html").glob("*.j2"))
    assert files
    for file in files:
        assert not WORD.findall(MARKUP.sub("", BLOCK.sub("", file.read_text("utf-8")))), file
    body = (ROOT / "templates" / "report_pdf" / "body.tex.j2").read_text("utf-8")
    bare = re.sub(r"\(%.*?%\)|\(\(.*?\)\)|\\[A-Za-z]+", " ", body, flags=re.DOTALL)
    assert set(WORD.findall(bare)) == {"soft", "pt", "em"}
