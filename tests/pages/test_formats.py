"""The documents: both TeX engines, what a PDF must carry, the JSON form, and goldens of the words and formulas."""

from __future__ import annotations

import io
import json
import os
import random
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pypdf
import pytest
from lessons import proved, worked
from patience import PATIENCE
from places import EXAMPLES, ROOT

import derivation
from derivation.formulas.decimals import json_text
from derivation.pages.formats import FORMATS
from derivation.pages.typesetting import engine
from derivation.pages.typesetting.engine import Engine, compile_pdf, engines
from derivation.pages.typesetting.failure import TexError
from derivation.pages.typesetting.templating import latex_text, markdown_text
from derivation.tex.read import read

SOURCES = {one.source: one for one in reversed(engines())}
MISSING = {
    source: f"there is no {source} TeX on this machine" for source in ("system", "bundled") if source not in SOURCES
}
FIRST, SECOND = ("system", "bundled") if "system" in SOURCES else ("bundled", "system")
BY_BOTH = ("two-two-one", "adam", "attention", "cnn", "lstm")
"""Lessons that are set by both engines: between them they have all that a page can have."""


def by(source: str):
    """A parameter that is left out, with the reason, where its engine is missing."""
    return pytest.param(source, marks=pytest.mark.skipif(source in MISSING, reason=MISSING.get(source, "")))


@pytest.fixture(scope="module")
def tex(article: derivation.Derivation) -> str:
    return FORMATS["tex"](article, "typeset").decode()


@pytest.mark.tex
@pytest.mark.parametrize("source", [by("system"), by("bundled")])
def test_a_pdf_carries_what_a_reader_expects(source: str, tex: str) -> None:
    document = compile_pdf(tex, SOURCES[source])
    reader = pypdf.PdfReader(io.BytesIO(document))
    assert reader.metadata is not None
    assert reader.metadata.title == "One training step of a 2-2-1 network"
    assert [item.title for item in reader.outline] == [
        "Setup",
        "Forward pass",
        "Backpropagation",
        "Parameter update",
        "Each partial derivative",
    ]
    assert round(float(reader.pages[0].mediabox.width)) == 595
    links = [link.get_object() for link in reader.pages[0]["/Annots"]]
    assert len(links) == 5 and all(link["/A"]["/D"] in reader.named_destinations for link in links)
    for page in reader.pages:
        for font in page["/Resources"]["/Font"].values():
            descriptor = font.get_object()["/FontDescriptor"].get_object()
            assert any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3"))
    text = " ".join(page.extract_text() for page in reader.pages)
    for shown in ("0.78125", "Pre-activation", "ReLU", "0.3625", "proved by SymPy", "∂"):
        assert shown in text
    assert compile_pdf(tex, SOURCES[source]) == document


@pytest.mark.slices(3)
@pytest.mark.tex
@pytest.mark.parametrize(
    ("stem", "source"), [*((spec.stem, FIRST) for spec in EXAMPLES), *((stem, SECOND) for stem in BY_BOTH)]
)
def test_every_example_compiles_without_overflow(stem: str, source: str, tmp_path: Path) -> None:
    if source in MISSING:
        pytest.skip(MISSING[source])
    tex = FORMATS["tex"](worked(stem), "typeset").decode()
    compile_pdf(tex, SOURCES[source])
    (tmp_path / "handout.tex").write_text(tex, "utf-8")
    command = [SOURCES[source].program, "-no-shell-escape", "-interaction=nonstopmode", "handout.tex"]
    log = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=PATIENCE, check=True).stdout.decode(
        "utf-8", "replace"
    )
    wide = [float(points) for points in re.findall(r"Overfull \\hbox \(([\d.]+)pt too wide", log)]
    assert not [points for points in wide if points > 2]
    assert "undefined references" not in log


@pytest.mark.tex
def test_letter_paper(article: derivation.Derivation) -> None:
    from dataclasses import replace

    network = replace(article.network, page=replace(article.network.page, paper="letter"))
    reader = pypdf.PdfReader(io.BytesIO(FORMATS["pdf"](replace(article, network=network), "typeset")))
    assert round(float(reader.pages[0].mediabox.width)) == 612


@pytest.mark.tex
@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler-utils (pdftotext) is not on this machine")
def test_text_copies_out_in_reading_order(article: derivation.Derivation, tmp_path: Path) -> None:
    path = tmp_path / "handout.pdf"
    path.write_bytes(FORMATS["pdf"](article, "typeset"))
    text = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True).stdout.decode()
    places = [
        text.index(words)
        for words in (
            "what is given",
            "from the data",
            "Pre-activation",
            "from the loss back",
            "each parameter takes its step",
            "the chain rule, entry by entry",
        )
    ]
    assert places == sorted(places)
    assert "(cid:" not in text


@pytest.mark.tex
def test_tex_that_hangs_is_stopped() -> None:
    with pytest.raises(TexError, match="stopped after 1 seconds"):
        compile_pdf(
            r"\documentclass{article}\begin{document}\loop\iftrue\repeat\end{document}", engines()[0], time_limit=1
        )


@pytest.mark.tex
def test_tex_cannot_run_or_read_anything(tmp_path: Path) -> None:
    target = tmp_path / "written"
    secret = tmp_path / "secret.tex"
    secret.write_text("Geheim")
    body = rf"\documentclass{{article}}\usepackage[T1]{{fontenc}}\usepackage{{lmodern}}\begin{{document}}x\immediate\write18{{touch {target}}}\IfFileExists{{{secret}}}{{SEEN}}{{}}\end{{document}}"
    for one in engines():
        document = compile_pdf(body, one)
        assert not target.exists()
        assert "SEEN" not in pypdf.PdfReader(io.BytesIO(document)).pages[0].extract_text()


@pytest.mark.tex
def test_tex_errors_name_the_chain() -> None:
    text = "\\documentclass{article}\\begin{document}\n%% z^{(1)}\n$\\nonsense$\n\\end{document}"
    with pytest.raises(TexError, match=r"stopped at the chain of z\^\{\(1\)\}: Undefined control sequence"):
        compile_pdf(text)


def test_no_tex_at_all(monkeypatch: pytest.MonkeyPatch, tex: str) -> None:
    monkeypatch.setattr(engine, "engines", list)
    with pytest.raises(TexError, match="no TeX was found"):
        compile_pdf(tex)
    with pytest.raises(TexError, match="could not be started"):
        compile_pdf(tex, Engine(Path("/nowhere/pdflatex"), "system"))


def test_the_bundled_engine_is_chosen_where_there_is_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.devnull)
    assert all(one.source == "bundled" for one in engines())


@pytest.mark.tex
def test_specials_in_titles_are_text() -> None:
    text = '[model]\nequations = "f = 2 * x"\n[data]\nx = 1\n'
    title = r"title = '50% & $x_1$ #{~^} \input{secret} <b>'" + "\n"
    worked = derivation.derive(derivation.loads(title + text))
    page = pypdf.PdfReader(io.BytesIO(FORMATS["pdf"](worked, "typeset"))).pages[0].extract_text()
    assert "50% & $x" in page and r"\input{secret}" in page
    assert latex_text(r"\x{}") == r"\textbackslash{}x\{\}"
    assert markdown_text("a*b $c$") == r"a\*b \$c\$"


def test_json_form(article: derivation.Derivation) -> None:
    form = json.loads(FORMATS["json"](article, "typeset"))
    assert form["schema"] == 1 and form["title"] == "One training step of a 2-2-1 network"
    step = form["training_steps"][0]
    assert step["gradients"]["W1"] == [["-5/8", "-5/4"], ["3/8", "3/4"]]
    assert step["values"]["z1"] == [["1/10"], ["1"]]
    assert step["loss"] == "25/32" and step["updated"]["b2"] == "1/8"
    assert set(step["gradients"]) == {"W1", "b1", "W2", "b2", "x", "y", "z1", "h", "yhat", "L"}
    links = [link for phase in form["phases"] for step in phase["steps"] for link in step["chain"]]
    assert set(links[0]) == {"role", "latex", "relation", "reason", "proof", "basis"}
    assert {link["role"] for link in links} == {"quantity", "formula", "substitution", "arithmetic", "value"}
    assert {link["relation"] for link in links} <= {"=", r"\approx"}
    for link in links:
        read(link["latex"], article.network.names)


def test_numbers_are_written_to_json_as_they_come() -> None:
    """A large gradient is worked, printed by its corners and its norm, and written row by row, never held as numbers:
    the document is what `json.dumps` makes of all of them."""
    chooser = random.Random(5)
    weights = [[chooser.randint(-99, 99) / 100 for _ in range(20)] for _ in range(12)]
    x = [chooser.randint(1, 99) / 100 for _ in range(20)]
    text = f'[model]\nloss = "L"\nequations = """\nh = tanh(W @ x)\nL = norm(h)^2\n"""\n[parameters]\nW = {weights}\n[data]\nx = {x}'
    worked = derivation.derive(derivation.loads(text))
    document = FORMATS["json"](worked, "typeset")
    gradient, form = worked.gradients["W"], json.loads(document)
    assert gradient.is_held
    assert json.dumps(form, ensure_ascii=False, indent=1).encode() + b"\n" == document
    assert form["training_steps"][0]["gradients"]["W"] == [[json_text(entry) for entry in row] for row in gradient.rows]
    h = np.tanh(np.array(weights) @ x)
    expected = np.outer(2 * h * (1 - h**2), x)
    assert np.allclose(
        [[float(entry) for entry in row] for row in form["training_steps"][0]["gradients"]["W"]], expected
    )
    [printed] = re.findall(r"partial W\}\\right\\rVert_F &\\approx (\S+)", FORMATS["md"](worked, "typeset").decode())
    assert float(printed) == pytest.approx(np.linalg.norm(expected), rel=1e-3)


def test_irrational_numbers_have_thirty_digits() -> None:
    form = json.loads(FORMATS["json"](worked("sigmoid-circuit"), "typeset"))
    assert form["training_steps"][0]["values"]["f"] == "0.731058578630004879251159241822"


@pytest.mark.parametrize("spec", EXAMPLES, ids=lambda path: path.stem)
def test_the_words_and_formulas_are_pinned(spec: Path, pytestconfig: pytest.Config) -> None:
    page = FORMATS["md"](proved(spec.stem), "typeset").decode()
    golden = ROOT / "tests" / "golden" / f"{spec.stem}.md"
    if pytestconfig.getoption("--golden"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(page, "utf-8")
    assert page == golden.read_text("utf-8")


def test_a_derivation_shows_itself_in_a_notebook(article: derivation.Derivation) -> None:
    assert article._repr_markdown_().startswith("# One training step")
    assert article._repr_latex_().startswith("$$\\begin{aligned}")
