"""The handwritten look: six shapes of every sign and never the same twice running, text that stays text, the same bytes
for the same seed."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import unicodedata
from collections import Counter, defaultdict
from itertools import combinations, pairwise
from pathlib import Path

import pypdf
import pytest
from bare_tex import typeset
from lessons import worked
from patience import PATIENCE
from places import EXAMPLES, ROOT
from pypdf.generic import ContentStream
from typer.testing import CliRunner

import derivation
from derivation.cli.app import app
from derivation.handwriting.fonts.fonts import ENDS, FIRST, LARGE_FIRST, WRITINGS, Font, files, large, plain, source
from derivation.handwriting.fonts.type1 import CHARSTRING, EEXEC, encrypted
from derivation.handwriting.ink.hands import HANDS, PAPERS
from derivation.handwriting.setting import text
from derivation.handwriting.strokes.glyphs import DELIMITERS, SIZES, UNICODE, commands, table, used
from derivation.handwriting.strokes.signs import ACCENTS
from derivation.handwriting.writing import Unwritable, Writing
from derivation.pages.formats import FORMATS
from derivation.pages.formats.tex import beside
from derivation.pages.typesetting.engine import engines
from derivation.tex.names import COMMANDS

SPEC = ROOT / "examples" / "two-two-one.toml"
EVERY = frozenset(table()) | frozenset(DELIMITERS.values()) | {"sum", "prod", "int"}
VALUES = (
    "0.1 1 0.1 1 -0.25 0.78125 -1.25 -0.125 -1.25 -1.25 -0.625 0.375 -0.625 0.375 -0.625 -1.25 0.375 0.75 -0.625 0.375 "
    "0.5125 -0.175 0.125 0.3625 0.025 0.1625 0.325 0.0625 -0.0375"
).split()
"""The article's results by hand: z, h, the output, the loss; backwards to the gradients of W1 and b1; the new
parameters."""

poppler = pytest.mark.skipif(
    shutil.which("pdftotext") is None, reason="poppler-utils (pdftotext) is not on this machine"
)


@pytest.fixture(scope="module")
def page(article: derivation.Derivation) -> bytes:
    return FORMATS["pdf"](article, "handwritten", Writing())


@pytest.fixture(scope="module", params=sorted(HANDS))
def writings(request: pytest.FixtureRequest) -> list[tuple[Font, Font]]:
    hand = HANDS[request.param]
    return [(plain(EVERY, hand, source(1, hand, k)), large(EVERY, hand, source(1, hand, k))) for k in range(WRITINGS)]


def extracted(document: bytes, tmp_path: Path) -> str:
    path = tmp_path / "page.pdf"
    path.write_bytes(document)
    return (
        subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True)
        .stdout.decode()
        .replace("−", "-")
    )


def test_every_glyph_has_six_shapes(writings: list[tuple[Font, Font]]) -> None:
    assert WRITINGS >= 6
    for fonts in zip(*writings, strict=True):
        assert len(fonts[0].programs) > 100
        for name in fonts[0].programs:
            shapes = [font.programs[name] for font in fonts]
            if "piece" not in name:
                assert all(a != b for a, b in combinations(shapes, 2)), name


def test_shapes_of_a_glyph_differ_to_the_eye(writings: list[tuple[Font, Font]]) -> None:
    """Not only in the last digit: between any two, some point of the outline moves by two hundredths of the size or
    more."""
    for name in (
        glyph.title
        for glyph in table().values()
        if unicodedata.category(glyph.character)[0] in "LN" and glyph.name not in ACCENTS
    ):
        shapes = [outline(plain_font.programs[name]) for plain_font, _ in writings]
        for a, b in combinations(shapes, 2):
            assert len(a) != len(b) or max(abs(p - q) for p, q in zip(a, b, strict=True)) > 20, name


def outline(program: bytes) -> list[complex]:
    """The points of a charstring, read after Adobe's book."""
    numbers: list[int] = []
    points, here, place = [], 0j, 0
    while place < len(program):
        byte = program[place]
        place += 1
        if byte >= 32:
            if byte <= 246:
                numbers.append(byte - 139)
            elif byte <= 254:
                sign, base = (1, 247) if byte <= 250 else (-1, 251)
                numbers.append(sign * ((byte - base) * 256 + program[place] + 108))
                place += 1
            else:
                numbers.append(int.from_bytes(program[place : place + 4], "big", signed=True))
                place += 4
            continue
        if byte in (21, 8):
            for x, y in zip(numbers[::2], numbers[1::2], strict=True):
                here += complex(x, y)
                points.append(here)
        numbers = []
    return points


def test_ink_varies_in_width(writings: list[tuple[Font, Font]]) -> None:
    """Of the l, one stroke: its outline's two sides are nowhere near parallel lines at one distance."""
    points = outline(writings[0][0].programs["uni006C"])
    heights = range(100, 600, 50)
    widths = []
    for height in heights:
        crossings = [
            a.real + (b.real - a.real) * (height - a.imag) / (b.imag - a.imag)
            for a, b in pairwise(points[::3])
            if (a.imag - height) * (b.imag - height) < 0
        ]
        widths.append(max(crossings) - min(crossings))
    assert max(widths) > 1.05 * min(widths)


def test_a_font_file_can_be_read_again() -> None:
    found = files("\\begin{document}x\\alpha", Writing("quick", seed=5))
    data = found["hand1.pfb"]
    length = int.from_bytes(data[2:6], "little")
    assert data[:2] == b"\x80\x01" and data[6 : 6 + length].startswith(b"%!PS-AdobeFont-1.0")
    start = 6 + length
    secret = decrypted(data[start + 6 : start + 6 + int.from_bytes(data[start + 2 : start + 6], "little")], EEXEC)
    size, program = re.search(rb"/uni03B1 (\d+) RD (.*)", secret, re.DOTALL).groups()
    assert len(outline(decrypted(program[: int(size)], CHARSTRING))) > 20
    assert decrypted(encrypted(b"derivation", EEXEC), EEXEC) == b"derivation"


def decrypted(data: bytes, key: int) -> bytes:
    """Adobe's cipher the other way round."""
    plain = bytearray()
    for cipher in data:
        plain.append(cipher ^ (key >> 8))
        key = ((cipher + key) * 52845 + 22719) % 65536
    return bytes(plain[4:])


def signs(document: bytes) -> list[list[tuple[str, int]]]:
    """Of each page, the signs in the order of writing: (character, shape)."""
    plain_characters = {glyph.slot: glyph.character for glyph in table().values()}
    large_characters = {slot + size: UNICODE[name] for name, slot in FIRST.items() for size in range(len(SIZES) + 5)}
    large_characters |= {slot + size: UNICODE[name] for name, slot in LARGE_FIRST.items() for size in range(2)}
    pages = []
    for page in pypdf.PdfReader(io.BytesIO(document)).pages:
        fonts = {name: str(font.get_object()["/BaseFont"]) for name, font in page["/Resources"]["/Font"].items()}
        rows: list[tuple[str, int]] = []
        font = ""
        for operands, operator in ContentStream(page.get_contents(), None).operations:
            if operator == b"Tf":
                font = fonts[operands[0]]
            elif operator in (b"TJ", b"Tj"):
                characters = large_characters if "handx" in font else plain_characters
                parts = operands[0] if operator == b"TJ" else operands
                rows += [
                    (characters[code], int(font[-1]))
                    for part in parts
                    if isinstance(part, (str, bytes))
                    for code in codes(part)
                ]
        number = str(len(pages) + 1)
        assert "".join(character for character, _ in rows[-len(number) :]) == number
        pages.append(rows[: -len(number)])  # the page's number stands alone at its foot
    return pages


def codes(part: str | bytes) -> bytes:
    return part if isinstance(part, bytes) else part.original_bytes


@pytest.mark.slices(1)
@pytest.mark.tex
@pytest.mark.parametrize(("spec", "seed"), [("two-two-one", 1), ("two-two-one", 2), ("momentum", 3), ("batch-norm", 4)])
def test_no_two_neighbours_are_alike(spec: str, seed: int) -> None:
    shapes: dict[str, set[int]] = defaultdict(set)
    last: dict[str, int] = {}
    total = 0
    for page in signs(FORMATS["pdf"](worked(spec), "handwritten", Writing(seed=seed))):
        for character, shape in page:
            assert last.get(character) != shape, character
            last[character] = shape
            shapes[character].add(shape)
            total += 1
    assert total > 1500
    assert all(len(shapes[character]) == 6 for character in "aeinorst012.=")


@pytest.mark.tex
@poppler
def test_text_stays_text(page: bytes, tmp_path: Path) -> None:
    found = extracted(page, tmp_path)
    numbers = iter(re.findall(r"-?\d+(?:\.\d+)?", found))
    assert all(value in numbers for value in VALUES)
    together = "".join(found.split())  # where a hand leaves more room between two letters, readers of PDF see a space
    places = [
        together.index(words.replace(" ", ""))
        for words in (
            "what is given",
            "from the data to the result",
            "Pre-activation",
            "from the loss back",
            "each parameter takes its step",
            "Each partial derivative",
        )
    ]
    assert places == sorted(places)
    for word in (
        "lets it",
        "backpropagation",
        "ReLU(z",
        "∂",
        "ℝ",
        "⊙",
        "⊤",
        "∇",
        "θ",
        "max(0, 0.1)",
        "proved by SymPy",
    ):
        assert word in found


@pytest.mark.tex
@poppler
def test_every_number_of_print_is_in_the_hand(article: derivation.Derivation, page: bytes, tmp_path: Path) -> None:
    def decimals(document: bytes) -> Counter[str]:
        return Counter(re.findall(r"\d+\.\d+", extracted(document, tmp_path)))

    assert decimals(page) == decimals(FORMATS["pdf"](article, "typeset"))


@pytest.mark.tex
def test_properties_and_outline_are_plain_text(page: bytes) -> None:
    reader = pypdf.PdfReader(io.BytesIO(page))
    assert reader.metadata.title == "One training step of a 2-2-1 network"
    assert reader.metadata.subject == "forward pass, backpropagation and update"
    assert [item.title for item in reader.outline] == [
        "Setup",
        "Forward pass",
        "Backpropagation",
        "Parameter update",
        "Each partial derivative",
    ]


@pytest.mark.tex
def test_the_same_seed_gives_the_same_bytes(article: derivation.Derivation, page: bytes) -> None:
    assert FORMATS["pdf"](article, "handwritten", Writing()) == page
    assert FORMATS["pdf"](article, "handwritten", Writing(seed=2)) != page
    tex = FORMATS["tex"](article, "handwritten", Writing())
    fonts = {seed: beside(tex, "handwritten", Writing(seed=seed)) for seed in (1, 2)}
    assert fonts[1] == beside(tex, "handwritten", Writing(seed=1))
    assert all(fonts[1][name] != fonts[2][name] for name in fonts[1] if name.endswith(".pfb"))
    assert beside(tex, "typeset", Writing()) == {}


@pytest.mark.tex
def test_a_page_in_hand_is_not_much_larger_than_print(article: derivation.Derivation, page: bytes) -> None:
    assert len(page) < 5 * len(FORMATS["pdf"](article, "typeset"))


@pytest.mark.slices(3)
@pytest.mark.tex
@pytest.mark.parametrize("spec", EXAMPLES, ids=lambda path: path.stem)
def test_every_symbol_of_every_lesson_is_in_the_hand(spec: Path, tmp_path: Path) -> None:
    hands, papers = sorted(HANDS), sorted(PAPERS)
    turn = EXAMPLES.index(spec)
    writing = Writing(hands[turn % 3], papers[turn // 3 % 3])
    tex = FORMATS["tex"](worked(spec.stem), "handwritten", writing)
    typeset(tmp_path, {"handout.tex": tex, **beside(tex, "handwritten", writing)})
    log = (tmp_path / "handout.log").read_text("utf-8", "replace")
    assert "Missing character" not in log
    wide = [float(points) for points in re.findall(r"Overfull \\hbox \(([\d.]+)pt too wide", log)]
    assert not [points for points in wide if points > 2]
    high = [float(points) for points in re.findall(r"Overfull \\vbox \(([\d.]+)pt too high\) has occurred while", log)]
    assert not [points for points in high if points > 8], high  # else the page number is written over
    reader = pypdf.PdfReader(tmp_path / "handout.pdf")
    for page in reader.pages:
        assert all(
            re.fullmatch(r"/\w{6}\+handx?[1-6]", font.get_object()["/BaseFont"])
            for font in page["/Resources"]["/Font"].values()
        )


def test_every_command_of_a_notation_is_written() -> None:
    accents_and_fonts = {r"\mathbf", r"\boldsymbol", r"\mathrm", r"\mathit", r"\mathcal", r"\mathsf", r"\text"}
    assert set(COMMANDS) - accents_and_fonts <= set(commands())


def test_brackets_grow_without_end(writings: list[tuple[Font, Font]]) -> None:
    for _, font in writings:
        for name in ENDS:
            chain = [FIRST[name]]
            while (box := font.boxes[chain[-1]]).larger is not None:
                chain.append(box.larger)
            assert len(chain) == len(SIZES) + 1 and box.pieces is not None
            heights = [font.boxes[slot].height for slot in chain[:-1]]
            assert heights == sorted(set(heights))


def test_only_what_is_written_is_drawn() -> None:
    small = files("\\begin{document}x", Writing())
    everything = files("\\begin{document}" + "".join(table()) + "".join(commands()), Writing())
    assert len(small["hand1.pfb"]) * 3 < len(everything["hand1.pfb"])
    assert "lfloor" in used(r"\begin{document}\left\lfloor x\right\rfloor") and "lfloor" not in used(
        r"\begin{document}x"
    )


def test_titles() -> None:
    assert text("50% of x_1") == r"\w{50\sign{37}} \w{of} \w{x\sign{95}1}"
    assert text("Über α") == rf"\w{{\ddot{{U}}ber}} \w{{\sign{{{table()['alpha'].slot}}}}}"
    with pytest.raises(Unwritable, match=r"cannot write the character 網 \(U\+7DB2\)"):
        text("網")


@pytest.mark.tex
def test_special_titles_are_set(tmp_path: Path) -> None:
    title = r"title = '50% & $x_1$ #{~^} \input{secret} <b> Über'" + "\n"
    worked = derivation.derive(derivation.loads(title + '[model]\nequations = "f = 2 * x"\n[data]\nx = 1\n'))
    reader = pypdf.PdfReader(io.BytesIO(FORMATS["pdf"](worked, "handwritten", Writing())))
    assert reader.metadata.title.startswith("50% & $x_1$ #{~^}")
    assert r"\input{secret}" in reader.pages[0].extract_text()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--theme", "handwritten", "--hand", "slow"], "there is no hand 'slow'; hands are steady, quick, round"),
        (
            ["--theme", "handwritten", "--paper-style", "pink"],
            "there is no paper style 'pink'; paper styles are squared, lined, plain",
        ),
        (["--hand", "quick"], "add --theme handwritten"),
        (["--theme", "handwritten", "--format", "tex", "-o", "-"], "needs its fonts beside it"),
        (["--theme", "pencil"], "there is no theme 'pencil'; themes are typeset, handwritten"),
    ],
)
def test_errors_of_the_command_line(options: list[str], message: str) -> None:
    result = CliRunner().invoke(app, ["handout", str(SPEC), *options])
    assert result.exit_code == 2 and message in result.stderr


@pytest.mark.tex
def test_a_character_that_the_hand_does_not_know(tmp_path: Path) -> None:
    spec = tmp_path / "net.toml"
    spec.write_text('title = "網"\n[model]\nequations = "f = 2 * x"\n[data]\nx = 1\n', "utf-8")
    result = CliRunner().invoke(app, ["handout", str(spec), "-o", str(tmp_path / "net.pdf"), "--theme", "handwritten"])
    assert (
        result.exit_code == 2 and "cannot write the character" in result.stderr and not (tmp_path / "net.pdf").exists()
    )


@pytest.mark.tex
def test_a_tex_file_compiles_with_the_fonts_beside_it(tmp_path: Path) -> None:
    target = tmp_path / "my notes_1.tex"
    result = CliRunner().invoke(
        app, ["handout", str(SPEC), "-o", str(target), "--theme", "handwritten", "--hand", "round", "--seed", "7"]
    )
    assert result.exit_code == 0, result.output
    assert {path.suffix for path in (tmp_path / "my-notes-1-fonts").iterdir()} == {".pfb", ".tfm"}
    command = [engines()[0].program, "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", target.name]
    subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=PATIENCE, check=True)
    assert len(pypdf.PdfReader(target.with_suffix(".pdf")).pages) >= 3


def test_other_formats_take_no_notice(article: derivation.Derivation) -> None:
    for form in ("md", "json"):
        assert FORMATS[form](article, "handwritten", Writing("quick")) == FORMATS[form](article, "typeset")
