"""What Python and notebooks are shown: documents as the command line writes them, cells that leave others alone."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from places import ROOT
from typer.testing import CliRunner

import derivation
from derivation import derive, load, network
from derivation.check import check_text
from derivation.cli.app import app
from derivation.networks.walkthrough import FalseLine
from derivation.proving import prover
from derivation.words.language import speaking

SPEC = ROOT / "examples" / "two-two-one.toml"
ARTICLE = "# Mine\n\n$x = 2$ and $x^2 = 5$\n\n$$y = x + 1 = 3$$\n"


def worked(stem: str = "two-two-one") -> derivation.Derivation:
    return derive(load(ROOT / "examples" / f"{stem}.toml"))


@pytest.mark.parametrize(
    ("ending", "options"),
    [
        ("html", {}),
        ("md", {"language": "de"}),
        ("ipynb", {}),
        ("json", {}),
        ("tex", {}),
        ("tex", {"theme": "handwritten", "hand": "quick", "seed": 4}),
        ("html", {"theme": "handwritten", "paper_style": "plain"}),
    ],
)
def test_what_is_saved_is_what_the_command_writes(tmp_path: Path, ending: str, options: dict[str, Any]) -> None:
    called = [f"--{key.replace('_', '-')}={value}" for key, value in options.items()]
    done = CliRunner().invoke(app, ["handout", str(SPEC), "-o", str(tmp_path / "by" / f"a.{ending}"), *called])
    assert done.exit_code == 0, done.output
    saved = worked().save(tmp_path / "own" / f"a.{ending}", **options)
    assert saved == tmp_path / "own" / f"a.{ending}"
    by, own = ({file.relative_to(tmp_path / top): file.read_bytes() for file in (tmp_path / top).rglob("*.*") if file.is_file()} for top in ("by", "own"))  # fmt: skip
    assert by == own
    assert len(own) == 1 or (ending == "tex" and "theme" in options and len(own) > 3)


@pytest.mark.tex
def test_a_pdf_is_saved(tmp_path: Path) -> None:
    assert worked().save(tmp_path / "a.pdf").read_bytes().startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("a", {}, "'a' has none; endings are pdf, tex, html, md, ipynb, json"),
        ("a.doc", {}, "there is no format 'doc'; formats are pdf, tex, html, md, ipynb, json"),
        ("a.md", {"theme": "dark"}, "there is no theme 'dark'; themes are typeset, handwritten"),
        ("a.md", {"hand": "quick"}, "add theme='handwritten'"),
        ("a.md", {"theme": "handwritten", "hand": "mine"}, "there is no hand 'mine'"),
        ("a.md", {"language": "xx"}, "there is no language 'xx'; languages are de, en"),
    ],
)
def test_an_option_that_there_is_not_is_told_and_nothing_written(
    tmp_path: Path, name: str, options: dict[str, Any], said: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        worked().save(tmp_path / name, **options)
    assert not [*tmp_path.iterdir()]
    with pytest.raises(TypeError, match=r"save\(\) wants the path of the file to write"):
        worked().save(5)  # type: ignore[arg-type]


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.md").mkdir()
    with pytest.raises(OSError, match=r"a\.md"):
        worked().save(tmp_path / "a.md")


def test_what_is_not_proved_is_not_saved_unless_it_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = worked()
    monkeypatch.setattr(prover.Prover, "judge", lambda *given: prover.Judgement("failed", "none"))
    with pytest.raises(FalseLine, match="unproved=True"):
        made.save(tmp_path / "a.md")
    assert not [*tmp_path.iterdir()]
    assert made.save(tmp_path / "a.md", unproved=True).stat().st_size > 1000


def test_views_are_asked_for_by_name() -> None:
    net = load(SPEC)
    found = derive(net, ["sensitivity", "gradient_check"])
    assert [phase.key for phase in found.phases][-2:] == ["sensitivity", "gradient_check"]
    assert derive(network("L = w^2", {"w": 3}, loss="L"), "hessian").phases[-1].key == "hessian"
    with pytest.raises(ValueError, match=r"there is no view 'hesian'; did you mean 'hessian'\?; views are sensitivity"):
        derive(net, ["hesian"])


def test_a_page_is_what_is_saved_as_html(tmp_path: Path) -> None:
    made = derivation.prove(worked())
    assert made.to_html(language="de") == made.save(tmp_path / "a.html", language="de").read_text("utf-8")


def test_cells_have_ids_of_their_own_and_no_script() -> None:
    cells = [worked()._repr_html_(), worked("cnn")._repr_html_(), check_text(ARTICLE)._repr_html_()]
    ids = Counter(re.findall(r'\bid="([^"]+)"', "".join(cells)))
    assert ids and max(ids.values()) == 1
    for cell in cells:
        assert "<script" not in cell and not re.search(r"\son\w+=|https?://(?!www\.w3\.org/)", cell)
        styles = re.findall(r"<style>(.*?)</style>", cell, re.DOTALL)
        (style,) = [style for style in styles if "@scope (#" in style]
        assert style.count("{") == style.count("}") and style.rstrip().endswith("}")
        assert set(re.findall(r"url\(#([^)]+)\)", cell)) <= ids.keys()
    assert worked()._repr_html_() == cells[0]
    assert cells[0].count("<svg") == 4 and cells[1].count("<svg") >= 3
    assert "Forward pass" in cells[0]
    with speaking("de"):
        assert "Vorwärtsschritt" in worked()._repr_html_()


def test_a_cell_says_how_lines_were_judged_once_they_are() -> None:
    assert " equalities" not in worked()._repr_html_()
    assert " equalities" in derivation.prove(worked())._repr_html_()


def test_nothing_of_a_users_words_acts_in_a_cell() -> None:
    shown = derive(network("f = 2 * x", data={"x": 1}, title="<script>alert(1)</script>"))._repr_html_()
    assert "<script" not in shown and "&lt;script&gt;" in shown
    shown = check_text("<script>alert(1)</script> $x = 2$ <img src=x onerror=alert(1)>")._repr_html_()
    assert "<script" not in shown and "<img" not in shown


def test_a_report_prints_as_the_command_does() -> None:
    report = check_text(ARTICLE)
    assert str(report).splitlines()[0] == "article.md:3:20: wrong: 4, not 5"
    assert "\033" not in str(report)
    assert "4, not 5" in report._repr_html_() and len(report.wrong) == 1
    with pytest.raises(TypeError, match=r"check_text\(\) wants the text of an article"):
        check_text(Path("a.md"))  # type: ignore[arg-type]


@pytest.mark.browser
def test_neighbours_of_a_cell_stay_as_they_are(browser: Any, tmp_path: Path) -> None:
    """Computed styles of what stands beside cells are those that it has without them; the cells themselves are laid
    out, and nothing is fetched."""
    around = "<h2>mine</h2><table><tr><td>cell</td></tr></table><a href='#'>link</a><math><mi>x</mi></math>{}<h3>after</h3><button>b</button>"
    cells = worked()._repr_html_() + check_text(ARTICLE)._repr_html_()
    look = """() => [...document.querySelectorAll("body, body > h2, body > table td, body > a, body > math, body > h3, body > button")]
        .map((e) => { const s = getComputedStyle(e); return [s.font, s.color, s.margin, s.padding, s.border, s.display, s.backgroundColor].join(); })"""
    found = []
    for inside in ("", cells):
        page = browser.new_page()
        asked: list[str] = []
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.set_content(f"<!DOCTYPE html><body style='background:#222;color:#eee'>{around.format(inside)}</body>")
        found.append(page.evaluate(look))
        assert all(url.startswith(("data:", "about:")) for url in asked)
        if inside:
            shown = page.evaluate(
                "() => [...document.querySelectorAll('.derivation')].map((e) => [getComputedStyle(e).backgroundColor, e.offsetHeight])"
            )
            assert [colour for colour, _ in shown] == ["rgb(255, 255, 255)"] * 2 and shown[0][1] > 1000
            assert page.evaluate("() => getComputedStyle(document.querySelector('.phase.forward h2')).color") == (
                "rgb(27, 94, 140)"
            )
        page.close()
    assert found[0] == found[1]
