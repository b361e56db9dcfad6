"""What comes from outside reaches a document through a few doors: nothing in it is a command, and no file or variable
gets out."""

from __future__ import annotations

import io
import json
import re
import secrets
import zipfile
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pikepdf
import pytest
from places import ROOT
from typer.testing import CliRunner

import derivation
from derivation.checking.article import Report, check_text
from derivation.checking.reports.pdf import document
from derivation.checking.reports.setting import KNOWN, of_text
from derivation.cli.app import app
from derivation.exercises.batch.products import FORMATS as EXPORTS
from derivation.exercises.marking.reports.pdf import _numeral
from derivation.pages.formats import FORMATS
from derivation.pages.typesetting.templating import latex_text
from derivation.spec.errors import SpecError
from derivation.tex.names import COMMANDS
from derivation.tex.notation import NotationError, notation

COMMAND = re.compile(r"\\(?:[A-Za-z@]+|.)")
WORDS = (
    "input openin read write18 immediate pdfobj pdfprimitive directlua latelua csname catcode endinput special "
    "def expandafter scantokens usepackage loop font show"
).split()
SPELLINGS = (
    "\\{}", "^^5c{}", "{{^^5c{}}}w", "^^\x1c{}", "^^^^005c{}", "x^ ^5c{}", "w^{{^5c{}}}", "w_{{^^5c{}}}", "\\hat{{^^5c{}}}", "\\text{{\\{}}}", "\\text{{^^5c{}}}", "\\mathrm{{\\{}}}",
    "\\csname {}\\endcsname", "\\catcode`!=0 !{}", "w%\n\\{}", "w\n\\{}", "$\\{}$", "w#1\\{}", "~{}", "\\endinput {}", "\\~{}", "\\\\{}", "\\ {}", "＼{}", "∖{}", "w\u200b\\{}", "w\u0301{}",
    "\uff3e\uff3e5c{}", "\\begin{{{}}}", "\\\x00{}", "w\x7f\\{}", "\u2028\\{}", "\\par {}", "w'\\{}'", "\\mathbf{{x}}\\{}", "\\lowercase{{{}}}", "\\{}{{", "}}\\{}{{",
)  # fmt: skip
HOSTILE = [
    spelling.format(word) + tail
    for (spelling, word), tail in zip(
        product(SPELLINGS, WORDS), ("", "{/etc/hostname}", "=/etc/hostname") * 1000, strict=False
    )
]
GOOD = (
    "w", "W^{(1)}", r"\hat{y}", r"\hat y", r"\hat{y}^{(2)}_i", r"\mathbf{W}_{hh}", r"\mathbf W", r"\Delta w", "x_1'", "W'^{[1]}", r"\theta_{\text{max}}", r"\text{new state}",
    r"\boldsymbol{\alpha}^{*}", r"h_{t-1}", r"z_{i,\ell}", r"\mathbf{w}_{<}", r"\tilde{c}_{t}", r"\mathcal{L}", r"\varepsilon", "{a_b}_c", r"\bar{\mathbf{x}}_{\mathrm{batch}}", r"w^\star",
)  # fmt: skip


def spec(symbol: str, title: str = "") -> str:
    head = f"title = {json.dumps(title)}\n" if title else ""
    return (
        head + f'[model]\nloss = "L"\nequations = "L = (w * x - y)^2 / 2"\n[parameters]\nw = 3\n[data]\nx = 2\ny = '
        f"1\n[notation]\nw = {json.dumps(symbol)}\n"
    )


def tex(symbol: str, title: str = "") -> str:
    return FORMATS["tex"](derivation.derive(derivation.loads(spec(symbol, title))), "typeset").decode()


def test_a_notation_is_refused_or_holds_nothing_but_what_was_read() -> None:
    """At least 200 of each spelling and word; those that are harmless words after all hold no command that is not
    known."""
    assert len(set(HOSTILE)) > 700
    ours = set(COMMAND.findall(tex("w"))) | COMMANDS
    for symbol in HOSTILE:
        try:
            written = notation(symbol)
        except NotationError as error:
            assert "\n" not in str(error) and str(error).isprintable(), symbol
            continue
        assert (
            set(COMMAND.findall(written)) <= ours and written.isascii() and not re.search(r"\^ *\^|[%#$~&\n]", written)
        ), symbol


@pytest.mark.parametrize("symbol", GOOD)
def test_a_usual_notation_stays_as_it_is(symbol: str) -> None:
    assert notation(symbol) == symbol
    assert set(COMMAND.findall(tex(symbol))) <= set(COMMAND.findall(tex("w"))) | COMMANDS


@pytest.mark.parametrize(
    ("symbol", "problem"),
    [
        ("\\hat", r"nothing stands behind \hat; write what it is about, as in \hat{x}"),
        ("\\text", r"write it as in \text{new}"),
        ("^", "nothing stands before ^; write what it belongs to, as in x^1"),
        ("_", "nothing stands before _; write what it belongs to, as in x_1"),
        ("{" * 3000 + "x" + "}" * 3000, "a symbol of 6001 characters is too long"),
        ("{" * 9 + "x" + "}" * 9, "brackets stand more than 8 deep"),
        ("\\hat{" * 20 + "x" + "}" * 20, "brackets stand more than 8 deep"),
        ("\\hat" * 20 + "x", r"what \hat is about stands without braces"),
        ("a^b^c", "put both in braces, as in {a^b}^c"),
        ("a_b_c", "put both in braces, as in {a_b}_c"),
        ("x^2'", "put both in braces"),
        (r"a\text{b_c}", "letters, digits and single signs"),
        ("x\ny", "the character U+000A is not allowed"),
        ("x_12", "write _{12"),
        ("＼input", "FULLWIDTH REVERSE SOLIDUS".lower()),
        ("x\u0301", "U+0301 (combining acute accent)"),
        ("x)", "is closed that was not opened"),
        ("(x", "is not closed; write its )"),
        ("x{}", "nothing stands in {}"),
        ("12", "without a letter"),
    ],
)
def test_a_notation_that_is_refused_says_why_and_what_to_write(symbol: str, problem: str) -> None:
    with pytest.raises(SpecError) as caught:
        derivation.loads(spec(symbol))
    (told,) = caught.value.problems
    assert problem in told.message and (told.line, told.column) == (10, 5)


def test_text_is_printed_as_it_was_typed() -> None:
    every = "".join(map(chr, range(32, 127))) + " -- --- '' `` ,, << >> ?` !` a\tb\nc\u00a0d\u2028e\x00\x07\u200b"
    written = latex_text(every)
    assert written.isprintable() and not re.search(r"--|''|``|,,|<<|>>|\^\^", written)
    named = {"backslash": "\\", "asciicircum": "^", "asciitilde": "~", "less": "<", "greater": ">", "bar": "|"}
    named |= {"quotedbl": '"', "quotesingle": "'", "asciigrave": "`"}
    spoken = re.sub(
        r"\\text(\w+)\{\}|\\(.)", lambda match: named[match[1]] if match[1] else match[2].strip("/"), written
    )
    assert spoken == re.sub("[\x00\x07\u200b]", "", re.sub(r"\s", " ", every))
    alone = {latex_text(letter) for letter in every if letter.isprintable()}
    assert set(COMMAND.findall(written)) == {COMMAND.match(text)[0] for text in alone if text[0] == "\\"} | {r"\/"}  # type: ignore[index]


@pytest.mark.tex
def test_a_number_of_a_student_is_a_number_or_text() -> None:
    assert _numeral("-1,5e-3") == r"$-1{,}5\mathrm{e}-3$"
    for text in ("١٢", "1^^5c", "1e^", "$1$", r"1\input{x}"):
        assert not _numeral(text).startswith("$")


FORMULAS = (
    r"\\leftinput{secret}", r"\\rightinput{secret}", r"\\mathbbinput{secret}", "a^^5cinput", r"\le\left\input x", r"x \text{\input{secret}}", "x} \\input{secret} {",
    r"\begin{input}x\end{input}", "x %\n\\input{secret}", r"\csname input\endcsname", pytest.param("\uff3cinput", marks=pytest.mark.tex), "x & y", r"x \text{a_b}", "a^b^c", "^2", "x^", r"\frac{1", r"\$x", r"\{^^41\}",
)  # fmt: skip


def body(reports: list[Report]) -> str:
    return document(reports).partition(r"\begin{document}")[2]


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_of_an_article_is_written_anew_or_shown_as_text(formula: str) -> None:
    ours = document([check_text("# A\n\n$x = 1$ and $x = 2$\n\n$$x = 1, x = 2$$\n\n$\\foo = 1$")])
    known = set(COMMAND.findall(ours + latex_text("\\{}$&#%_^~<>|\"'`"))) | KNOWN | {r"\text"}
    for article in (f"${formula} = 1$", f"$$x = 1, {formula} = 2$$", f"$$\n{formula}\n$$"):
        written = body([check_text(article)])
        assert not re.search(r"(?<!\\)(?:\\\\)*\\(?:input|csname)\b|\^\^", written), article
        assert set(COMMAND.findall(written)) <= known, article


def test_an_article_is_still_set() -> None:
    for formula in (
        r"\left( x \right)^{2}",
        r"\frac{\partial L}{\partial w}",
        r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}",
        r"W^{(1)}_{12} \text{ if } x' > 0",
        r"\mathbb{R}^n",
    ):
        assert "ttfamily" not in of_text(formula), formula


# Nothing gets out


def opened(name: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    """A file and whatever is packed in it: the parts of a zip, the streams of a PDF."""
    yield name, content
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            for part in packed.namelist():
                yield from opened(f"{name}:{part}", packed.read(part))
    if content.startswith(b"%PDF"):
        with pikepdf.open(io.BytesIO(content)) as pdf:
            for place, thing in enumerate(pdf.objects):
                if isinstance(thing, pikepdf.Stream):
                    yield f"{name}:{place}", thing.read_bytes()


@pytest.mark.tex
def test_no_output_of_any_command_holds_a_file_or_a_variable_of_this_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_a_file, in_a_variable = secrets.token_hex(12), secrets.token_hex(12)
    (tmp_path / "secret.tex").write_text(in_a_file)
    monkeypatch.setenv("DERIVATION_SECRET", in_a_variable)
    path = tmp_path / "secret.tex"
    pieces = (
        rf"^^5cinput{{{path}}} %",
        rf"\input{{{path}}}",
        rf"\immediate\pdfobj stream file{{{path}}}",
        r"\directlua{tex.print(os.getenv('DERIVATION_SECRET'))}",
    )
    hostile = " ".join(pieces)
    text = (ROOT / "examples" / "variants" / "two-two-one.toml").read_text("utf-8")
    text = re.sub(r"\Atitle = .*", lambda _: f"title = {json.dumps(pieces[0])}", text)
    for piece, equation in zip(pieces, ("z1 = ", "h = ", "yhat = ", "L = "), strict=True):
        text = text.replace(f"\n{equation}", f"\n## {piece.replace(chr(92), chr(92) * 2)}\n{equation}", 1)
    (tmp_path / "spec.toml").write_text(text + r'''
[notation]
h = "\\text{input /etc/passwd}"
yhat = "\\hat{y}_{pdfobj}"
''')  # fmt: skip
    names = "".join(f'"{piece.replace(chr(34), chr(39))}"\n' for piece in pieces)
    (tmp_path / "class.csv").write_text(f"name\n{names}")
    (tmp_path / "article.md").write_text(
        f"# {hostile}\n\n$$\\\\leftinput{{{path}}} = 1$$\n\n$x = 1 = 2$ {hostile} $\\text{{^^5cinput}} = 3$\n"
    )
    out = tmp_path / "out"
    out.mkdir()
    worked = derivation.prove(derivation.derive(derivation.load(tmp_path / "spec.toml")))
    for form, theme in (*((form, "typeset") for form in FORMATS), ("tex", "handwritten"), ("html", "handwritten")):
        (out / f"{theme}.{form}").write_bytes(FORMATS[form](worked, theme))
    commands = [
        ["variants", "spec.toml", "--roster", "class.csv", "--format", ",".join(EXPORTS), "-o", "out/v"],
        *(["check", "article.md", "-o", f"out/c.{form}"] for form in ("pdf", "html", "json", "text")),
    ]
    monkeypatch.chdir(tmp_path)
    for command in commands:
        done = CliRunner().invoke(app, command)
        assert done.exit_code == (1 if command[0] == "check" else 0), (command, done.output)
    key = json.loads((out / "v" / "key.json").read_text("utf-8"))
    (tmp_path / "answers.csv").write_text(
        f'id,name,z1[1]\n{key["variants"][0]["id"]},"{pieces[2]}","{hostile.replace(chr(34), chr(39))}"\n'
    )
    done = CliRunner().invoke(
        app,
        [
            "mark",
            str(out / "v" / "key.json"),
            str(tmp_path / "answers.csv"),
            "--format",
            "text,csv,json,pdf",
            "-o",
            str(out / "m"),
        ],
    )
    assert done.exit_code == 2, done.output
    files = [place for place in out.rglob("*") if place.is_file()]
    assert len([place for place in files if place.suffix == ".pdf"]) >= 5
    for place in files:
        for name, content in opened(place.name, place.read_bytes()):
            assert in_a_file.encode() not in content and in_a_variable.encode() not in content, name
