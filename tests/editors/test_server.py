"""The language server as an editor meets it: a process, and the protocol on its streams."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from editing import Editor, edited, editor, place_of, shown
from places import ROOT

from derivation.checking.article import check_text

SLIP = (ROOT / "examples" / "slip.md").read_text("utf-8")
ARTICLE = ROOT / "examples" / "articles" / "one-update.md"
ERROR, WARNING, INFORMATION, HINT = 1, 2, 3, 4


@pytest.fixture(scope="module")
def one() -> Iterator[Editor]:
    """One editor for many documents, as people have it."""
    with editor() as made:
        yield made


def said(editor: Editor, uri: str) -> list[tuple[int, str, str]]:
    """Level, stretch and text of each remark."""
    text = editor.texts[uri]
    return [(found["severity"], shown(text, found["range"]), found["message"]) for found in editor.diagnostics(uri)]


def fixed(editor: Editor, uri: str, place: Any) -> str:
    """The text after the fix that is offered first at a place."""
    action = editor.actions(uri, place, "quickfix")[0]
    editor.apply(action["edit"])
    return editor.texts[uri]


def test_an_article_is_judged_when_it_is_opened(one: Editor) -> None:
    one.open("file:///slip.md", SLIP)
    assert said(one, "file:///slip.md") == [
        (ERROR, "1.7", "1.3, not 1.7; expected: 1.3"),
        (ERROR, r"y - \hat{y}", r"the sign is wrong; expected: \hat{y} - y"),
    ]
    codes = [equality.code for equality in check_text(SLIP).wrong]
    assert [one["code"] for one in one.diagnostics("file:///slip.md") if one["severity"] == ERROR] == codes


def test_the_fix_puts_the_expected_value_in_and_then_nothing_is_wrong(one: Editor) -> None:
    uri = "file:///mended.md"
    one.open(uri, SLIP)
    assert fixed(one, uri, place_of(SLIP, "1.7")) == SLIP.replace("= 1.7", "= 1.3")
    assert [row[0] for row in said(one, uri)].count(ERROR) == 1
    right = fixed(one, uri, place_of(one.texts[uri], r"y - \hat{y} = 0.7"))
    assert r"\frac{\partial L}{\partial \hat{y}} = \hat{y} - y = 0.7" in right
    # 1.3 - 2 = -0.7, so the gradient is -0.7 * 3 = -2.1 and the step 0.5 + 0.1 * 2.1 = 0.71
    one.type(uri, right.replace("= 0.7$$", "= -0.7$$").replace(r"0.7 \cdot 3 = 2.1", r"-0.7 \cdot 3 = -2.1"))
    one.type(uri, one.texts[uri].replace(r"0.5 - 0.1 \cdot 2.1 = 0.29", r"0.5 + 0.1 \cdot 2.1 = 0.71"))
    assert said(one, uri) == []


def test_an_article_without_mistakes_has_no_remarks(one: Editor) -> None:
    one.open(ARTICLE.as_uri(), ARTICLE.read_text("utf-8"))
    assert one.diagnostics(ARTICLE.as_uri()) == []
    one.close(ARTICLE.as_uri())


def test_questions_inform_and_what_is_undecided_is_a_hint(one: Editor) -> None:
    """Gradient descent with a plus is asked about; a value of which nothing is known cannot be decided."""
    text = "$2x + 3y = 0$ with $x = 1$ and $y = 2$. And $\\frac{q}{r} = 0.25 s$."
    one.open("file:///asks.md", text)
    levels = {row[1]: row[0] for row in said(one, "file:///asks.md")}
    report = check_text(text)
    wanted = {
        equality.right.latex: INFORMATION if equality.why.endswith("?") else HINT
        for equality in report.equalities
        if equality.verdict == "undecided"
    }
    assert wanted and levels == wanted


@pytest.mark.parametrize("before", ["", "\U0001f600\U0001f680 ", "Grüße aus Köln: ", "数学 \U00020000 "])
def test_places_are_counted_as_editors_count(one: Editor, before: str) -> None:
    uri, text = f"file:///{len(before)}.md", f"Intro.\r\n\r\n{before}$2 + 2 = 5$ \U0001f600 $3 + 3 = 7$"
    one.open(uri, text.replace("\r\n", "\n"))
    assert [row[1] for row in said(one, uri)] == ["5", "7"]
    assert fixed(one, uri, place_of(one.texts[uri], "7")).endswith("$3 + 3 = 6$")
    one.close(uri)


def test_other_encodings_are_agreed_on() -> None:
    text = "\U0001f600 $2 + 2 = 5$"
    for encoding, column in (("utf-8", 14), ("utf-32", 11)):
        with editor(None, [encoding]) as made:
            assert made.capabilities["capabilities"]["positionEncoding"] == encoding
            made.open("file:///a.md", text)
            assert made.diagnostics("file:///a.md")[0]["range"]["start"] == {"line": 0, "character": column}


def test_windows_line_ends_are_lines(one: Editor) -> None:
    one.open("file:///crlf.md", "One\r\ntwo\r\n$2 + 2 = 5$\r\n")
    assert one.diagnostics("file:///crlf.md")[0]["range"]["start"] == {"line": 2, "character": 9}


def test_latex_is_judged_and_files_that_it_puts_in(one: Editor, tmp_path: Path) -> None:
    (tmp_path / "part.tex").write_text("Zwei: $x = 2$, \U0001f600 $x^2 = 5$\n", "utf-8")
    uri, part = (tmp_path / "main.tex").as_uri(), (tmp_path / "part.tex").as_uri()
    text = "\\begin{document}\n\\input{part}\n\\begin{align}\n  z &= x + 1 \\\\ &= 4\n\\end{align}\n\\end{document}\n"
    one.open(uri, text, "latex")
    assert [row[1] for row in said(one, uri)] == ["4"]
    assert shown((tmp_path / "part.tex").read_text("utf-8"), one.diagnostics(part)[0]["range"]) == "5"
    one.type(uri, text.replace("\\input{part}\n", "$x = 2$ "))
    one.diagnostics(uri)
    assert one.remarks[part]["diagnostics"] == []


def test_a_document_without_a_known_name_is_read_by_its_language(one: Editor) -> None:
    one.open("untitled:Untitled-1", r"\[2 + 2 = 5\] % $1 = 2$", "latex")
    one.open("untitled:notes", "`$1 = 2$` and $2 + 2 = 6$", "markdown")
    assert [row[1] for row in said(one, "untitled:Untitled-1")] == ["5"]
    assert [row[1] for row in said(one, "untitled:notes")] == ["6"]


def test_what_is_no_article_is_left_alone(one: Editor) -> None:
    one.open("file:///a.py", "x = '$2 + 2 = 5$'", "python")
    one.open("file:///b.md", "$2 + 2 = 5$")
    assert one.diagnostics("file:///b.md") and "file:///a.py" not in one.remarks


def test_a_closed_document_has_no_remarks(one: Editor) -> None:
    one.open("file:///closed.md", "$2 + 2 = 5$")
    assert one.diagnostics("file:///closed.md")
    one.close("file:///closed.md")
    one.open("file:///next.md", "$2 + 2 = 5$")
    one.diagnostics("file:///next.md")
    assert one.remarks["file:///closed.md"]["diagnostics"] == []


NOTEBOOK = {
    "cells": [
        {
            "cell_type": "markdown",
            "metadata": {},
            "source": ["# \U0001f600\n", "Let $x = 2$ and\n", "$\\hat{y} = 3 x = 7$."],
        },
        {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": ["x = 5"]},
        {"cell_type": "markdown", "metadata": {}, "source": ["Then $\\hat{y} + 1 = \\frac{18}{2}$."]},
    ],
    "metadata": {},
    "nbformat": 4,
    "nbformat_minor": 5,
}


def test_the_file_of_a_notebook_is_judged_at_its_own_places(one: Editor) -> None:
    for ascii_only in (True, False):
        uri, text = f"file:///{ascii_only}.ipynb", json.dumps(NOTEBOOK, indent=1, ensure_ascii=ascii_only)
        one.open(uri, text, "json")
        errors = [row for row in said(one, uri) if row[0] == ERROR]
        assert [row[1] for row in errors] == ["7", "\\\\frac{18}{2}"]
        assert fixed(one, uri, place_of(text, "7$.")) == text.replace("= 7$.", "= 6$.")


def test_a_fix_in_the_file_of_a_notebook_is_typed_as_json(one: Editor) -> None:
    text = json.dumps(
        {
            "cells": [
                {
                    "cell_type": "markdown",
                    "source": [r"$L = \frac{1}{2} (y - t)^2$, $\frac{\partial L}{\partial y} = t - y$"],
                }
            ]
        }
    )
    one.open("file:///typed.ipynb", text, "json")
    assert json.loads(fixed(one, "file:///typed.ipynb", place_of(text, "t - y")))["cells"][0]["source"] == [
        r"$L = \frac{1}{2} (y - t)^2$, $\frac{\partial L}{\partial y} = y - t$"
    ]


def test_half_a_notebook_says_so_and_nothing_breaks(one: Editor) -> None:
    text = json.dumps(NOTEBOOK)
    one.open("file:///half.ipynb", text[: len(text) // 2], "json")
    found = one.diagnostics("file:///half.ipynb")
    assert len(found) == 1 and found[0]["severity"] == INFORMATION
    one.type("file:///half.ipynb", text)
    assert [row[1] for row in said(one, "file:///half.ipynb") if row[0] == ERROR] == ["7", "\\\\frac{18}{2}"]


def test_the_cells_of_a_notebook_are_one_article(one: Editor) -> None:
    texts = {"cell:1": "\U0001f600 Let $x = 2$", "cell:2": "and $x + 1 = 4$"}
    for uri, text in texts.items():
        one.texts[uri] = text
    items = [{"uri": uri, "languageId": "markdown", "version": 1, "text": text} for uri, text in texts.items()]
    book = {"uri": "file:///book.ipynb", "notebookType": "jupyter-notebook", "version": 1}
    cells = [{"kind": 1, "document": uri} for uri in texts]
    one.tell("notebookDocument/didOpen", {"notebookDocument": {**book, "cells": cells}, "cellTextDocuments": items})
    assert [row[1] for row in said(one, "cell:2")] == ["4"] and one.remarks["cell:1"]["diagnostics"] == []
    assert "cell 1, line 1" in one.hover("cell:2", place_of(texts["cell:2"], "x"))
    change = {"document": {"uri": "cell:1", "version": 2}, "changes": [{"text": "Let $x = 3$"}]}
    changed = {"notebookDocument": {"uri": book["uri"], "version": 2}, "change": {"cells": {"textContent": [change]}}}
    one.remarks.clear()
    one.tell("notebookDocument/didChange", changed)
    assert one.diagnostics("cell:2") == []
    one.tell(
        "notebookDocument/didClose",
        {"notebookDocument": {"uri": book["uri"]}, "cellTextDocuments": [{"uri": uri} for uri in texts]},
    )


def test_hover_says_value_formula_and_where_both_come_from(one: Editor) -> None:
    uri = "file:///hover.md"
    one.open(uri, SLIP)
    # z = 0.5 * 3 - 0.2
    assert one.hover(uri, place_of(SLIP, "z &=")).split("\n\n") == [
        "`z` = `1.3`",
        "formula: `w x + b` (line 5)",
        "the article says `1.7` (line 11)",
    ]
    assert one.hover(uri, place_of(SLIP, "w x + b")).split("\n\n") == ["`w` = `0.5`", "given: `0.5` (line 7)"]
    # dL/dy^ = y^ - y = 1.3 - 2, dL/dw = -0.7 * 3
    assert one.hover(uri, place_of(SLIP, r"\frac{\partial L}{\partial w}")).startswith("`∂L/∂w` = `-2.1`")
    assert one.hover(uri, place_of(SLIP, "A neuron")) == ""


def test_a_quantity_is_worked_out_below(one: Editor) -> None:
    uri = "file:///work.md"
    text = SLIP[: SLIP.index("Forward:")] + "$z = 1.3$"
    one.open(uri, text)
    action = one.actions(uri, place_of(text, "z = 1.3"), "refactor")[0]
    assert action["title"] == "Work out z below"
    one.apply(action["edit"])
    assert one.texts[uri] == text + "\n\n$$z = w x + b = 0.5 \\cdot 3 - 0.2 = 1.3$$\n"
    assert one.diagnostics(uri) == []


def test_other_numbers_are_drawn_and_the_editor_writes_them(one: Editor, tmp_path: Path) -> None:
    path = tmp_path / "article.md"
    path.write_text(ARTICLE.read_text("utf-8"), "utf-8")
    before = path.read_text("utf-8")
    one.open(path.as_uri(), before)
    one.ask(
        "workspace/executeCommand", {"command": "derivation.renumber", "arguments": [{"uri": path.as_uri(), "seed": 7}]}
    )
    after = one.texts[path.as_uri()]
    assert after != before and not check_text(after).wrong
    assert path.read_text("utf-8") == before
    offered = one.actions(path.as_uri(), place_of(after, "$"), "refactor.rewrite")
    assert [action["command"]["command"] for action in offered] == ["derivation.renumber"]


def test_numbers_that_cannot_be_set_are_answered_with_a_sentence(one: Editor) -> None:
    one.open("file:///numbers.md", SLIP)
    one.messages.clear()
    one.ask(
        "workspace/executeCommand",
        {"command": "derivation.renumber", "arguments": [{"uri": "file:///numbers.md", "changes": {"q": "1"}}]},
    )
    assert "q" in one.messages[0] and one.texts["file:///numbers.md"] == SLIP


def test_typing_breaks_nothing_and_the_last_text_counts(one: Editor) -> None:
    """Letter by letter, without waiting: what is overtaken is dropped, and the end is what a check says."""
    uri, text = "file:///typed.md", SLIP[:420]
    one.open(uri, "")
    for end in range(1, len(text) + 1):
        one.type(uri, text[:end])
    wrong = check_text(text).wrong
    assert [row[1] for row in said(one, uri) if row[0] == ERROR] == [equality.right.latex for equality in wrong]


HALF_TYPED = [
    "$",
    "$$",
    "$x = $",
    r"$\frac{1}{$",
    r"\begin{align} x &= ",
    r"$\frac{\partial L}{$ = $",
    "$x = 1",
    "\0",
    "$" + "(" * 4000,
]


def test_half_typed_text_breaks_nothing(one: Editor) -> None:
    one.messages.clear()
    for count, half in enumerate(HALF_TYPED):
        uri = f"file:///half{count}.md"
        one.open(uri, half + "\n\n$2 + 2 = 5$\n")
        one.diagnostics(uri)
        for column in (0, 1, 5, 99):
            one.hover(uri, {"line": 0, "character": column})
            one.actions(uri, {"line": 0, "character": column})
    one.open("file:///after.md", "$2 + 2 = 5$")
    assert len(one.diagnostics("file:///after.md")) == 1 and not one.messages


def test_remarks_are_made_in_the_language_asked_for() -> None:
    with editor(None, (), "--language", "de") as made:
        made.open("file:///a.md", "$2 + 2 = 5$")
        assert made.diagnostics("file:///a.md")[0]["message"] == "4, nicht 5; erwartet: 4"


def test_nothing_is_written_and_a_check_loads_no_server(tmp_path: Path) -> None:
    with editor(tmp_path) as made:
        made.open("file:///a.md", SLIP)
        made.diagnostics("file:///a.md")
    assert list(tmp_path.iterdir()) == []
    text = (
        "import sys, derivation.cli.check; from derivation.check import check_text; check_text('$1 + 1 = 3$'); "
        "assert not {'pygls', 'lsprotocol', 'asyncio'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", text], check=True)


def test_without_the_extra_one_sentence_says_what_to_install() -> None:
    text = (
        "import sys; sys.modules['pygls'] = None; sys.argv = ['derivation', 'lsp']; "
        "from derivation.__main__ import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=False)
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr == "derivation lsp needs pygls: pip install 'derivation-handouts[lsp]'\n"


def test_edits_of_the_protocol_are_applied_as_the_protocol_says() -> None:
    """The helper of these tests, held against cases worked by hand."""
    edits = [
        {"range": {"start": {"line": 0, "character": 2}, "end": {"line": 0, "character": 3}}, "newText": "X"},
        {"range": {"start": {"line": 1, "character": 0}, "end": {"line": 1, "character": 0}}, "newText": "Y"},
    ]
    assert edited("\U0001f600bc\nd", edits) == "\U0001f600Xc\nYd"
