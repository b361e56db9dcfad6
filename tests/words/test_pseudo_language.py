"""A language in which every word of every sentence stands in brackets: what stands outside of them is the user's own,
or code, or mathematics; else somebody wrote a sentence where no other language finds it."""

from __future__ import annotations

import errno
import html
import json
import os
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
import typer
from places import ROOT
from typer.testing import CliRunner

from derivation.cli.app import COMMANDS, app
from derivation.cli.new import lessons, title
from derivation.exercises.batch.products import BINDINGS
from derivation.exercises.exports import EXPORTS
from derivation.exercises.exports.package import unpacked
from derivation.exercises.key import BlankForm, ContractForm, KeyForm, VariantForm, load_key
from derivation.exercises.marking.answers import load_answers
from derivation.exercises.marking.report import report
from derivation.exercises.marking.reports.pdf import documents
from derivation.exercises.marking.sheet import VERDICTS
from derivation.exercises.plan.table import LEVELS
from derivation.exercises.plan.wishes import WISHES
from derivation.handwriting.ink.hands import HANDS, PAPERS
from derivation.handwriting.strokes.glyphs import table
from derivation.networks.optimizers import OPTIMIZERS
from derivation.pages.formats import THEMES
from derivation.spec.tables import Spec
from derivation.words import files

LESSONS = ROOT / "examples"
SPEC = (LESSONS / "two-two-one.toml").read_text("utf-8")
EXERCISE = (LESSONS / "variants" / "two-two-one.toml").read_text("utf-8")
WORD = re.compile(r"[^\W\d_]{2,}")
RUN = re.compile(r"\\\w+|[^\W\d_]{2,}(?:[^\w${}\\\[\]]{1,3}[^\W\d_]{2,})*")


def bracketed(sentence: str) -> str:
    """A sentence with its words in brackets; what stands in its braces or is a formula stays as it is.

    >>> bracketed("there is no {name!r}, see $f$")
    '≪there is no≫ {name!r}, ≪see≫ $f$'
    """
    made, is_formula = "", False
    for text, name, spec, conversion in Formatter().parse(sentence):
        for place, part in enumerate(text.split("$")):
            is_formula = is_formula != bool(place)
            made += "$" if place else ""
            escaped = part.replace("{", "{{").replace("}", "}}")
            made += escaped if is_formula else RUN.sub(_in_brackets, escaped)
        if name is not None:
            made += f"{{{name}{f'!{conversion}' if conversion else ''}{f':{spec}' if spec else ''}}}"
    return made


def _in_brackets(run: re.Match[str]) -> str:
    return run[0] if run[0].startswith("\\") else f"≪{run[0]}≫"


def _pseudo(table: str, rows: dict[str, Any]) -> dict[str, Any]:
    if table == "language":
        return rows
    return {key: _pseudo(table, text) if isinstance(text, dict) else bracketed(text) for key, text in rows.items()}


@pytest.fixture(autouse=True)
def brackets(monkeypatch: pytest.MonkeyPatch) -> None:
    """English is spoken in brackets."""
    read = files._read

    @cache
    def read_bracketed(file: Path) -> dict[str, dict[str, Any]]:
        return {table: _pseudo(table, rows) for table, rows in read(file).items()}

    monkeypatch.setattr(files, "_read", read_bracketed)
    monkeypatch.setattr("derivation.exercises.batch.pool.os.cpu_count", lambda: 1)


NO_WORDS = re.compile(r"""≪[^≪≫]*≫|'[^']*'|"[^"]*"|\bd\w+/d\w+|[^\s;,()≪≫]*[\d_][^\s;,()≪≫]*|&\w+;""")
"""What stands in brackets; what is quoted; names of quantities, ids and places."""


def words(text: str, own: str = "") -> list[str]:
    """The words of a plain text that stand outside brackets and are not the user's."""
    users = {word.lower() for word in WORD.findall(own)}
    return [word for word in WORD.findall(NO_WORDS.sub(" ", text)) if word.lower() not in users]


MATH = re.compile(
    r"\$\$.*?\$\$|\$[^$]*\$|\\\(.*?\\\)|\\\[.*?\\\]|\\begin\{(align|aligned|equation|gather)\*?\}.*?\\end\{\1\*?\}",
    re.DOTALL,
)
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
READ_ALOUD = re.compile(r'\s(?:aria-label|title|alt|placeholder)="([^"]*)"')
WORDS_OF_TEX = "pt em ex mm plus minus fil fill height width"


def without_math(text: str) -> str:
    """A text without formulas but for the sentences in them."""
    return MATH.sub(lambda found: " ".join(re.findall(r"\\text\{([^{}]* [^{}]*)\}", found[0])), text)


def of_markdown(text: str) -> str:
    return without_math(CODE.sub(" ", text))


def of_html(page: str) -> str:
    """What is read of a page: its texts but for mathematics, and what is read aloud."""
    bare = re.sub(
        r"(?s)<(style|script|math|code|pre)\b.*?</\1>|<!--.*?-->|<!DOCTYPE[^>]*>|</?i\b[^>]*>|\{\{\{.*?\}\}\}", "", page
    )
    return without_math(html.unescape(f"{re.sub(r'<[^>]*>', ' ', bare)} {' '.join(READ_ALOUD.findall(bare))}"))


def of_xml(text: str) -> str:
    """What students read of a question; HTML stands escaped in it, and in that what a platform reckons with."""
    bare = re.sub(rf"(?s)<\?xml.*?\?>|<({MACHINES})\b[^>]*>.*?</\1>|\{{\d+:NUMERICAL:", " ", text)
    return of_html(html.unescape(html.unescape(re.sub(r"<[^>]*>", " ", bare))))


MACHINES = "baseValue|correct|fieldlabel|fieldentry|quiz_type|schema|schemaversion|math|value"
"""Elements that no student sees."""


def of_tex(document: str) -> str:
    """What is set of a document, in print or by hand, but for charts: these are drawn from the same texts on a page."""
    body = document.partition(r"\begin{document}")[2]
    for letter in "≪≫":
        slot = next(glyph.slot for glyph in table().values() if glyph.character == letter)
        body = body.replace(rf"\sign{{{slot}}}", letter)
    body = re.sub(r"(?s)\\begin\{tikzpicture\}.*?\\end\{tikzpicture\}|(?<!\\)%[^\n]*", " ", body)
    body = without_math(re.sub(r"\\w\{([^{}]*)\}", r"\1", body))
    keys = r"begin|end|operatorname|hyperlink|hypertarget|anchor|color|textcolor|pagestyle|renewcommand|phase|sheetphase|phaseline|once|place|task"
    body = re.sub(rf"\\(?:{keys})\*?\{{[^{{}}]*\}}(?:\[[^\]]*\])?|\{{[a-z_]+\d+\}}", " ", body)
    return re.sub(rf"\\[A-Za-z@]+\*?|(?<![^\W\d_])(?:{WORDS_OF_TEX.replace(' ', '|')})\b", " ", body)


def of_notebook(text: str) -> str:
    cells = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "markdown"]
    return of_markdown("\n".join("".join(cell["source"]) for cell in cells))


SAID = frozenset({"title", "subtitle", "reason", "section", "why", "text", "message"})
"""What JSON keys lead to sentences."""


def of_json(text: str) -> str:
    """What stands under the keys of a JSON text that lead to sentences."""

    def values(form: Any, key: str = "") -> Iterator[str]:
        if isinstance(form, dict):
            for name, part in form.items():
                yield from values(part, name)
        elif isinstance(form, list):
            for part in form:
                yield from values(part, key)
        elif isinstance(form, str) and key in SAID:
            yield form

    return without_math("\n".join(values(json.loads(text))))


def of_values(text: str) -> str:
    """All texts of JSON, or of lines of it, that a platform shows: HTML."""

    def values(form: Any) -> Iterator[str]:
        if isinstance(form, dict | list):
            for part in form.values() if isinstance(form, dict) else form:
                yield from values(part)
        elif isinstance(form, str) and " " in form:
            yield form

    whole = [json.loads(text)] if "\n " in text else [json.loads(line) for line in text.splitlines()]
    return of_html("\n".join(values(whole)))


def of_table(text: str) -> str:
    """A table without its first line: what columns are called stays English, for programs."""
    return text.partition("\n")[2]


READ: dict[str, Callable[[str], str]] = {
    "html": of_html, "xml": of_xml, "md": of_markdown, "tex": of_tex, "ipynb": of_notebook, "json": of_json,
    "sarif": of_json, "jsonl": of_values, "csv": of_table,
}  # fmt: skip
"""What people read of a file, by the ending of its name; of others all."""


def leaks(text: str, form: str = "", own: str = "") -> list[str]:
    return words(READ.get(form, str)(text), own)


def told(*command: str | Path) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(map(str, command)))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["typeset", "handwritten"])
@pytest.mark.parametrize("lesson", ["two-two-one", "paper-arithmetic", "dropout"])
def test_no_word_of_a_handout_stands_outside_brackets(lesson: str, theme: str, tmp_path: Path) -> None:
    spec = LESSONS / f"{lesson}.toml"
    more = ["--sensitivity", "--gradient-check", "--jacobian", "L"] if lesson == "two-two-one" else []
    for form in ("tex", "html") if theme == "handwritten" else ("tex", "html", "md", "ipynb", "json"):
        out = tmp_path / f"page.{form}"
        code, output = told("handout", spec, "--format", form, "--theme", theme, "-o", out, *more)
        text = out.read_text("utf-8")
        assert code == 0 and "≪" in text.replace(r"\sign{211}", "≪")
        assert not leaks(text, form, spec.read_text("utf-8")) and not leaks(output, own=str(out)), form


@pytest.fixture
def variants(tmp_path: Path) -> Path:
    """A folder with all that is made of two variants, and the spec beside it."""
    (tmp_path / "mine.toml").write_text(EXERCISE, "utf-8")
    folder = tmp_path / "made"
    forms = "moodle,qti21,canvas,prairielearn,csv,md,json"
    code, output = told("variants", tmp_path / "mine.toml", "-n", "2", "--format", forms, "-o", folder)
    assert code == 0 and not leaks(output, own=str(folder))
    return folder


MOODLES = " top"
"""What Moodle calls the highest category of a course."""


def contents(folder: Path) -> Iterator[tuple[str, str]]:
    """(name, text) of every file, packages opened."""
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".zip":
            yield from ((name, content.decode()) for name, content in unpacked(path.read_bytes()))
        elif path.is_file() and path.suffix != ".py":
            yield str(path.relative_to(folder)), path.read_text("utf-8")


def test_no_word_of_worksheets_and_platforms_stands_outside_brackets(variants: Path) -> None:
    found = {
        name: left for name, text in contents(variants) if (left := leaks(text, form_of(name), EXERCISE + MOODLES))
    }
    assert not found


def form_of(name: str) -> str:
    """By what a file is read: a platform's own JSON by all of its values."""
    ending = name.rpartition(".")[2]
    return "jsonl" if name.startswith("prairielearn") and ending == "json" else ending


def test_no_word_of_marks_stands_outside_brackets(variants: Path) -> None:
    answers = variants.parent / "class.csv"
    lines = (LESSONS / "variants" / "class.csv").read_text("utf-8").splitlines()
    answers.write_text("\n".join([lines[0] + ",other,L", *lines[1:3], lines[3] + ",1,1,1", lines[1], "Ada,,x,0/0"]))
    marks, own = variants.parent / "marks", answers.read_text("utf-8") + EXERCISE + str(variants)
    code, output = told("mark", variants / "key.json", answers, "--format", "text,csv,json", "-o", marks)
    assert code == 2 and len(output.splitlines()) > 8 and not leaks(output, own=own)
    found = {
        name: left for name, text in contents(marks) if (left := leaks(text, form_of(name), own + VERDICTS_IN_CSV))
    }
    assert not found
    for _, tex in documents(
        report(load_key(variants / "key.json"), load_answers(answers, load_key(variants / "key.json")))
    ):
        assert not leaks(tex, "tex", own + MARKUP_OF_MARKS)


VERDICTS_IN_CSV = " ".join(("", *VERDICTS, "forward", "backward", "update"))
"""Keys, as in JSON: what programs read of a table of marks."""
MARKUP_OF_MARKS = " ink soft wrong right follows blank strut"


def spec(equations: str = "f = W @ x", rest: str = "", head: str = "") -> str:
    return f'{head}[model]\nequations = """\n{equations}\n"""\n[parameters]\nW = [[1, 2]]\n[data]\nx = [1, 2]\n{rest}'


def varied(wish: str) -> str:
    return EXERCISE.partition("[variants]")[0] + f"[variants]\n{wish}\n"


SPECS = {
    "spec": [
        "[model]",
        "model = 3",
        spec(head='language = "xx"\n'),
        spec(head='decimal = ";"\n'),
        spec(head="digits = 99\n"),
        spec(head="digits = 1.5\n"),
        spec(head='titel = "x"\n'),
        spec(head='rounding = "up"\n'),
        spec("f = W @ x\nf = x"),
        spec("f = W @ x", "[update]\nrate = 0.1\n"),
        spec(rest="y = 1\n"),
        spec(rest="y = [1, [2]]\n"),
        spec(rest='y = { file = "none.csv" }\n'),
        spec("## \nf = W @ x"),
    ],
    "formulas": [
        spec("f = sigmod(x)"),
        spec("f = W @ q"),
        spec("f = W + x"),
        spec("f = x ^ 99"),
        spec("f = log(0 - W @ x)"),
        spec("f[t] = W @ x"),
        spec("f = (x"),
        spec("f = W @ x $"),
        spec(rest='[notation]\nx = "\\\\fooo"\n'),
        spec("L = sum(W @ x)", head="").replace("[model]", '[model]\nloss = "L"')
        + '[update]\nrule = "sgb"\nrate = -1\n',
    ],
    "exercises": [
        *map(
            varied,
            [
                "digits = 0",
                "digits = 3\nplaces = 2",
                "points = -1",
                "strata = [{ name = 'a' }]",
                'rounding = "up"',
                'level = "bear"',
                'level = "bare"\nask = ["L"]',
                "ask = []",
                'ask = ["dL/dW3"]',
                "points = { LL = 1 }",
                "wish = 1",
                "decimals = -1",
                "zeros = 3",
                "moderate = 0",
                "relu = 7",
                'relu = { z1 = "on" }',
                'relu = { h = "on off on" }',
                'relu = { h = "mixed on" }',
                'branches = "other"',
                "effort = -1",
                'vary = { W9 = "one decimal" }',
                'vary = { W1 = "some" }',
                'vary = { W1 = "-1..1" }',
                'vary = { W1 = "3..1 step 1" }',
                'vary = { W1 = "0..1 step 0" }',
                'vary = { W1 = "0..1 step 0.00001" }',
                'vary = { W1 = "0.1 | a" }',
                'vary = { W1 = "integers 0..0, not 0" }',
                "vary = { W1 = [1, 2] }",
                "vary = { W1 = { from = 1 } }",
                "vary = { W1 = '" + "1 | " * 600 + "2' }",
                'vary = { rate = "integers -3..-1" }',
                'vary = { b2 = "integers 1..2" }\nstrata = [{ name = "a", count = 2 }, { name = "b", count = 3 }]',
                'vary = { b2 = "integers 1..1" }',
            ],
        ),
        spec("f = W @ x", "[variants]\nrelu = 'on'\nfalls = true\n"),
    ],
}
"""Specs with something wrong, by the room that says what."""


@pytest.mark.parametrize("room", SPECS)
def test_no_word_on_a_wrong_spec_stands_outside_brackets(room: str, tmp_path: Path) -> None:
    path, found = tmp_path / "s.toml", dict[str, list[str]]()
    for text in SPECS[room]:
        path.write_text(text, "utf-8")
        _, output = told("variants" if room == "exercises" else "handout", path, *COMMAND[room], "-o", tmp_path / "o")
        assert "≪" in output, (text, output)
        found[output] = leaks(output, own=f"{path} {text} {OWN_NAMES} {NAMES} {NAMES_OF_LESSON}")
    assert not any(found.values()), [output for output in found if found[output]]


OWN_NAMES = " ".join([*WISHES, *LEVELS, *OPTIMIZERS])
NAMES_OF_LESSON = "other yhat rate none csv de en"
COMMAND = {"exercises": ["--format", "md", "-n", "3"], "spec": ["--format", "md"], "formulas": ["--format", "md"]}
NAMES = "full carry near " + " ".join(field for field in Spec.model_fields)
"""What a spec's own language has for names: lists of what is known show them."""


KEYS: list[Callable[[dict[str, Any]], object]] = [
    lambda key: [1],
    lambda key: {**key, "schema": 7},
    lambda key: {**key, "variants": []},
    lambda key: {**key, "variants": [{}]},
    lambda key: {**key, "variants": key["variants"] * 2},
    lambda key: {**key, "seed": -1},
    lambda key: {**key, "seed": "1"},
    lambda key: {**key, "edition": 10**9},
    lambda key: {**key, "contract": {"digits": 99}},
    lambda key: {**key, "contract": 3},
    lambda key: {**key, "title": "\ud800"},
    lambda key: {**key, "spec": (LESSONS / "rnn.toml").read_text("utf-8")},
    *(
        lambda key, given=given: {**key, "variants": [{**key["variants"][0], "given": given}]}
        for given in ({}, {"x": "a"}, {"x": 1}, {"x": [["1"], ["1", "2"]]}, {"x": [[1]]}, {"x": "9" * 2001})
    ),
    lambda key: {**key, "variants": [{**key["variants"][0], "blanks": key["variants"][0]["blanks"][:1] * 2}]},
    lambda key: {
        **key,
        "variants": [{**key["variants"][0], "blanks": [{**key["variants"][0]["blanks"][0], "low": "9", "high": "1"}]}],
    },
]
"""What may be wrong with a key."""
JSON_KEYS = [*KeyForm.model_fields, *VariantForm.model_fields, *BlankForm.model_fields, *ContractForm.model_fields]
ANSWERS = ["", "a,b\n1,2\n", "id,a\n1,2\n", 'id,L\n"1,2\n', "\0", "student,id,L\n", "student,id,L\nAda,{id},1 2\nAda,{id},12 3/4\n",
           "student,id,L\nAda,{id},1e99\nBen,{id},1/0\nEve,{id},abc\nMia,{id},\"1,234\"\n"]  # fmt: skip


def test_no_word_on_a_wrong_key_or_table_stands_outside_brackets(variants: Path) -> None:
    key = json.loads((variants / "key.json").read_text("utf-8"))
    wrong, table, own = (
        variants.parent / "k.json",
        variants.parent / "t.csv",
        f"{variants} json csv Ada Ben Eve Mia {' '.join(JSON_KEYS)}",
    )
    table.write_text(f"student,id,L\nAda,{key['variants'][0]['id']},1\n", "utf-8")
    for change in [*KEYS, None]:
        wrong.write_text(json.dumps(change(key)) if change else "{", "utf-8")
        code, output = told("mark", wrong, table)
        assert code == 2 and "≪" in output and not leaks(output, own=own), output
    for text in ANSWERS:
        table.write_text(text.replace("{id}", key["variants"][0]["id"]), "utf-8")
        code, output = told("mark", variants / "key.json", table)
        assert "≪" in output and not leaks(output, own=f"{own} {NAMES} {NAMES_OF_LESSON}"), output


ROSTERS = [
    "",
    "a,b\n1,2\n",
    "name\n",
    "name,id\n,1\nAda,2\nAda,2\nAda,2\n",
    "name\n" + "A" * 300 + "\n",
    "name\n" + "Ada\n\n" * 50,
]


@pytest.mark.slow
def test_no_word_on_a_wrong_class_list_or_command_stands_outside_brackets(tmp_path: Path) -> None:
    mine, roster = tmp_path / "mine.toml", tmp_path / "class.csv"
    mine.write_text(EXERCISE, "utf-8")
    own = f"{os.strerror(errno.ENOENT)} {NAMES_OF_LESSON} {tmp_path} mine class toml csv Ada id {' '.join(EVERY_VALUE)}"
    for text in ROSTERS:
        roster.write_text(text, "utf-8")
        code, output = told("variants", mine, "--roster", roster, "--format", "md", "-o", tmp_path / "o")
        assert code == 2 and "≪" in output and not leaks(output, own=own), output
    roster.write_text("name\nAda\nBen\n", "utf-8")
    for command in (
        ["variants", mine, "--roster", roster, "-n", "1"],
        ["variants", mine, "--id", "1-001-1AA", "-n", "1"],
        ["variants", mine, "--id", "1-001-1AA"],
        ["variants", mine, "--id", "nonsense"],
        ["variants", mine, "--bind", "glue"],
        ["variants", mine, "--format", "docx"],
        ["variants", mine, "-o", ""],
        ["variants", tmp_path / "none.toml"],
        ["mark", tmp_path / "none.json", roster],
        ["mark", mine, roster, "--format", "docx"],
        ["handout", mine, "--theme", "baroque"],
        ["handout", mine, "--hand", "quick"],
        ["handout", mine, "--theme", "handwritten", "--hand", "third"],
        ["handout", mine, "--theme", "handwritten", "--format", "tex", "-o", "-"],
        ["handout", mine, "-o", f"{tmp_path}/"],
        ["handout", mine, "--language", "xx"],
        ["new"],
        ["new", tmp_path / "mine"],
        ["new", tmp_path / "other", "--like", "xorr"],
        ["new", tmp_path / "other", "--like", "zzzzzz"],
        ["renumber", LESSONS / "articles" / "one-update.md"],
    ):
        code, output = told(*command)
        assert code == 2 and "≪" in output and not leaks(output, own=own), (command, output)
    for command in (["new", tmp_path / "new"], ["new", "--list"]):
        code, output = told(*command)
        assert code == 0 and not leaks(
            output, own=own + " ".join(map(title, lessons())) + " ".join(lessons()) + " handout"
        )


EVERY_VALUE = ["pdf", "json", *EXPORTS, *BINDINGS, *HANDS, *PAPERS, *THEMES, *READ, "text", "github"]
WRITTEN = re.compile(r"≪[^≪≫]*≫|<[^>]*>|\{\w+\}|\[(?:OPTIONS|ARGS|name)\]|\bCOMMAND\b|--?[a-z][a-z-]*")
"""What stands in brackets, a quotation mark too; how help writes what is filled in; names of options."""


@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_no_word_of_help_stands_outside_brackets(name: str) -> None:
    command = typer.main.get_command(app)
    if name:
        command = command.resolve_command(typer.Context(command), [name])[1]
    own = " ".join([name, *COMMANDS, *(param.name for param in command.params), *EVERY_VALUE, "derivation root de en"])
    code, output = told(*([name] if name else []), "--help")
    text = WRITTEN.sub(" ", " ".join(output.split()))
    assert code == 0 and output.count("≪") > 6 and not leaks(text, own=own), leaks(text, own=own)


@pytest.mark.parametrize(
    "call",
    [
        ["hand"],
        ["zzz"],
        ["new", "--bogus"],
        ["handout", "x", "--thene"],
        ["new", "a", "b", "c"],
        ["mark", "x"],
        ["handout", "x", "--seed"],
        ["handout", "x", "--unproved=1"],
        ["variants", "x", "--seed", "-1"],
        ["variants", "x", "--seed", "1.5"],
        ["--language", "en"],
    ],
)
def test_no_word_of_a_wrong_call_stands_outside_brackets(call: list[str]) -> None:
    code, output = told(*call)
    text = WRITTEN.sub(" ", output)
    assert code == 2 and "≪" in output and not leaks(text, own=" ".join([*call, *COMMANDS, "root answers"])), text


ARTICLE = LESSONS / "articles" / "one-update.md"


WORKFLOW = " error notice title"
"""How GitHub marks what stands in a line for it."""


@pytest.mark.parametrize("form", ["text", "json", "html", "github", "sarif"])
def test_no_word_of_a_check_stands_outside_brackets(form: str, tmp_path: Path) -> None:
    wrong = tmp_path / "article.md"
    wrong.write_text(ARTICLE.read_text("utf-8") + "\n$2 + 2 = 5$, $1/0 = 3$ and $\\frac{1}{ = 2$\n", "utf-8")
    code, output = told("check", wrong, "--format", form)
    left = leaks(output, form, wrong.read_text("utf-8") + str(wrong) + WORKFLOW * (form == "github"))
    assert code in (1, 2) and not left, left


def test_no_word_of_a_rewritten_article_stands_outside_brackets(tmp_path: Path) -> None:
    own, nothing = f"{ARTICLE.read_text('utf-8')} {NAMES} equations rule", tmp_path / "nothing.md"
    nothing.write_text("No formula.\n", "utf-8")
    for command in (
        ["spec", ARTICLE],
        ["renumber", ARTICLE, "--seed", "3"],
        ["renumber", ARTICLE, "--set", "q=1"],
        ["spec", nothing],
        ["renumber", nothing, "--seed", "3"],
    ):
        _, output = told(*command)
        left = leaks(output, "md", f"{own} {nothing} {nothing.read_text('utf-8')}")
        assert not left, (command, left)
