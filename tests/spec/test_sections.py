"""Sections: headings and repetitions, in which order equations are worked, and what the pages make of it."""

from __future__ import annotations

import io
import json
import re

import pypdf
import pytest
from lessons import worked as lesson
from places import EXAMPLES, ROOT

import derivation
from derivation import SpecError, loads
from derivation.networks.walkthrough import Section
from derivation.pages.formats import FORMATS


def spec(equations: str, given: str = "x_1 = 1\nx_2 = 2\nx_3 = 3\nh_0 = 1\ng_4 = 1", loss: str = "") -> str:
    head = f'loss = "{loss}"\n' if loss else ""
    return f'[model]\n{head}equations = """\n{equations}\n"""\n[parameters]\nw = 2\nu = 3\n[data]\n{given}\n'


def titles(text: str) -> list[tuple[str, list[str]]]:
    """Each section, briefly, with its equations."""
    found: dict[Section, list[str]] = {}
    for key, section in loads(text).sections.items():
        found.setdefault(section, []).append(key)
    return [
        (section.title or (f"{section.index}{section.step}" if section.index else section.key), keys)
        for section, keys in found.items()
    ]


def headings(page: str, level: int) -> list[str]:
    return re.findall(rf"^{'#' * level} (.*)$", page, flags=re.MULTILINE)


def test_repetitions_are_worked_step_by_step() -> None:
    """Nothing forces a_2 to wait for b_1; a lecturer finishes step 1 all the same."""
    text = spec("a[t] = w * x[t] for t in 1..3\nb[t] = a[t]^2 for t in 1..3\ns = sum(b[t] for t in 1..3)")
    assert list(loads(text).equations) == ["a_1", "b_1", "a_2", "b_2", "a_3", "b_3", "s"]
    assert titles(text) == [("t1", ["a_1", "b_1"]), ("t2", ["a_2", "b_2"]), ("t3", ["a_3", "b_3"]), ("closing", ["s"])]


def test_the_lines_of_a_step_may_come_in_any_order() -> None:
    text = spec("b[t] = c * a[t]^2 for t in 1..2\na[t] = w * x[t] for t in 1..2\nc = u + 1\ns = b[1] + b[2]")
    assert list(loads(text).equations) == ["c", "a_1", "b_1", "a_2", "b_2", "s"]
    assert titles(text)[0] == ("opening", ["c"])


def test_what_runs_backwards_is_a_repetition_of_its_own() -> None:
    """A network that reads in both directions: h from step 1 up, g from step 3 down, each with its pre-activation."""
    text = spec(
        "a[t] = w * x[t] + h[t-1] for t in 1..3\nh[t] = u * a[t] for t in 1..3\nc[t] = w * x[t] + g[t+1] for t in "
        "1..3\ng[t] = u * c[t] for t in 1..3"
    )
    assert [title for title, _ in titles(text)] == ["t1", "t2", "t3", "t3", "t2", "t1"]
    values = derivation.derive(loads(text)).values
    assert [int(values[f"h_{t}"].entries[0]) for t in (1, 2, 3)] == [9, 39, 135]
    assert [int(values[f"g_{t}"].entries[0]) for t in (3, 2, 1)] == [21, 75, 231]


@pytest.mark.parametrize(
    "equations",
    [
        "a[t] = w * x[t] for t in 1..3\ns = a[1] + a[2] + a[3]",  # one equation a step
        "a[t] = w * x[t] for t in 1..1\nb[t] = a[t]^2 for t in 1..1",  # one step
        "a[t] = w * x[t] for t in 1..3\nb[t] = a[t]^2 for t in 2..3",  # other ranges
        "a = w * x_1 # not a ## section",
    ],
)
def test_what_makes_no_section(equations: str) -> None:
    assert loads(spec(equations)).sections == {}


def test_a_step_that_is_worked_in_several_parts_is_a_section() -> None:
    assert titles(spec("h[t] = tanh(w * x[t] + h[t-1]) for t in 1..2\ny = h[2] * u\nL = y^2", loss="L")) == [
        ("t1", ["z_1", "h_1"]),
        ("t2", ["z_2", "h_2"]),
        ("output", ["y", "L"]),
    ]


def test_headings_begin_sections() -> None:
    text = spec(
        "c = w + 1\n## First & foremost ##\na = c * x_1\n  ### Then\nb = a * x_2 # a comment\nL = b^2", loss="L"
    )
    assert titles(text) == [("opening", ["c"]), ("First & foremost", ["a"]), ("Then", ["b", "L"])]
    assert [section.key for section in loads(text).sections.values()] == ["opening", "own", "own", "own"]


def test_a_heading_holds_whatever_is_repeated_below_it_or_counts_it() -> None:
    loops = "a[k] = w * x[k] for k in 1..2\nb[k] = a[k]^2 for k in 1..2"
    assert titles(spec(f"## All\n{loops}")) == [("All", ["a_1", "b_1", "a_2", "b_2"])]
    assert titles(spec(f"## Head {{k}}\n{loops}\n## End\ns = b[1]")) == [
        ("Head 1", ["a_1", "b_1"]),
        ("Head 2", ["a_2", "b_2"]),
        ("End", ["s"]),
    ]


def test_sections_come_in_the_order_that_the_equations_need() -> None:
    assert titles(spec("## Second\nb = a^2\n## First\na = w * x_1")) == [("First", ["a"]), ("Second", ["b"])]


def test_sections_that_need_each_other_come_in_pieces() -> None:
    assert titles(spec("## A\na = w * x_1\nc = b^2\n## B\nb = a^2\nd = c^2")) == [
        ("A", ["a"]),
        ("B", ["b"]),
        ("A", ["c"]),
        ("B", ["d"]),
    ]


@pytest.mark.parametrize(
    ("equations", "place", "message"),
    [
        ("##\na = w", (3, 1), "a section needs a title, as in '## Attention'"),
        ("a = w\n  ####  ##\nb = a", (4, 3), "a section needs a title"),
        ("a = w\n## Attention", (4, 1), "the section 'Attention' has no equation"),
        ("## One\n# only a comment\n\n## Two\na = w", (3, 1), "the section 'One' has no equation"),
        (
            "## Head {k}\na[k] = w * x[k] for k in 1..2\nb = a[1]",
            (5, 1),
            "'Head {k}' counts the steps of a repetition, and this equation is not one of them",
        ),
        ("## A\na = b\n## B\nb = a", (4, 1), "use each other in a circle: a, b"),
    ],
)
def test_a_problem_is_told_with_its_place(equations: str, place: tuple[int, int], message: str) -> None:
    with pytest.raises(SpecError) as caught:
        loads(spec(equations))
    assert [(problem.line, problem.column) for problem in caught.value.problems if message in problem.message] == [
        place
    ], str(caught.value)


def test_a_heading_above_a_mistake_is_not_told_to_be_empty() -> None:
    with pytest.raises(SpecError) as caught:
        loads(spec("## A\na = foo(w)"))
    assert len(caught.value.problems) == 1


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_headings_change_nothing_but_the_order(path) -> None:
    """With the headings left out, every value, gradient and updated parameter is the same."""
    text = path.read_text("utf-8")
    with_headings, without = (
        loads(text, folder=path.parent),
        loads(re.sub(r"(?m)^## .*\n", "", text).replace("{k}", ""), folder=path.parent),
    )
    assert set(with_headings.equations) == set(without.equations)
    a, b = (json.loads(FORMATS["json"](derivation.derive(network), "")) for network in (with_headings, without))
    assert a["training_steps"] == b["training_steps"] and len(a["training_steps"][0]["values"]) > 1


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_both_passes_go_through_all_sections(path) -> None:
    worked = lesson(path.stem)
    sections = list(dict.fromkeys(worked.network.sections.values()))
    for phase in worked.phases:
        passed = list(dict.fromkeys(step.section for step in phase.steps if step.number))
        if phase.key == "forward" and sections:
            assert passed == sections
        elif phase.key == "backward" and sections:
            own = [section for section in passed if section.key != "shared"]
            assert own == sorted(own, key=lambda section: -section.number)
        else:
            assert passed in ([None], [])


def test_shared_parameters_come_where_they_are_complete() -> None:
    worked = derivation.derive(derivation.load(ROOT / "examples" / "gru.toml"))
    backward = next(phase for phase in worked.phases if phase.key == "backward")
    shared = [step.quantity.args[1].args[0] for step in backward.steps if step.section.key == "shared"]
    assert sorted(shared) == ["u_k", "u_n", "u_r", "w_k", "w_n", "w_r"]
    assert [step.section.key for step in backward.steps[-6:]] == ["shared"] * 6
    rnn = derivation.derive(derivation.load(ROOT / "examples" / "rnn.toml"))
    keys = {
        step.quantity.args[1].args[0]: step.section.key
        for phase in rnn.phases
        if phase.key == "backward"
        for step in phase.steps
        if step.quantity.head == "partial"
    }
    assert (keys["V"], keys["W"]) == ("output", "shared")


def test_markdown_has_the_headings() -> None:
    page = FORMATS["md"](derivation.derive(derivation.load(ROOT / "examples" / "rnn.toml")), "").decode()
    forward = ["Time step 1", "Time step 2", "Time step 3", "Output and loss"]
    backward = [
        "Loss and output",
        "Back through time step 3",
        "Back through time step 2",
        "Back through time step 1",
        "Shared parameters",
    ]
    partials = [f"Parameter ${name}$" for name in "WUbV"]
    assert [title for title in headings(page, 3) if not title[0].isdigit()] == forward + backward + partials
    assert headings(page, 4)[:3] == ["1. Pre-activation $z_1$", "2. Activation $h_1$", "3. Pre-activation $z_2$"]


@pytest.mark.parametrize(
    ("index", "forward", "backward"),
    [
        ("t", "Time step 2", "Back through time step 2"),
        ("l", "Layer 2", "Back through layer 2"),
        ("k", "k = 2", "k = 2"),
    ],
)
def test_the_index_gives_the_word(index: str, forward: str, backward: str) -> None:
    text = spec(
        f"a[{index}] = w * x[{index}] for {index} in 1..2\nb[{index}] = a[{index}]^2 for {index} in 1..2\nL = b[1] "
        f"+ b[2]",
        loss="L",
    )
    page = FORMATS["md"](derivation.derive(loads(text)), "").decode()
    first, _, second = page.partition("## Backpropagation")
    assert forward in headings(first, 3) and backward in headings(second, 3)


@pytest.mark.tex
def test_a_title_is_text_in_every_format() -> None:
    title = r"50% & $x_1$ #{~^} \input{secret} *b* <i>"
    worked = derivation.derive(
        loads(
            spec(
                f"## {title.replace('{', '(').replace('}', ')')}\n".replace("\\", "\\\\") + "a = w * x_1\nL = a^2",
                loss="L",
            )
        )
    )
    title = title.replace("{", "(").replace("}", ")")
    assert headings(FORMATS["md"](worked, "").decode(), 3)[0] == r"50% & \$x\_1\$ \#(~^) \\input(secret) \*b\* \<i\>"
    reader = pypdf.PdfReader(io.BytesIO(FORMATS["pdf"](worked, "typeset")))
    text = " ".join(page.extract_text() for page in reader.pages)
    assert "50% & $x" in text and r"\input(secret)" in text
    outline = [item for part in reader.outline if isinstance(part, list) for item in part]
    assert [item.title.startswith("50% & $x_1$ #(~^)") for item in outline] == [True, True]
    steps = [step for phase in json.loads(FORMATS["json"](worked, ""))["phases"] for step in phase["steps"]]
    assert {step["section"] for step in steps if "section" in step} == {title}


def test_a_network_without_sections_has_none_anywhere(article: derivation.Derivation) -> None:
    assert article.network.sections == {} and all(
        step.section is None for phase in article.phases for step in phase.steps
    )
    assert "section" not in FORMATS["json"](article, "").decode()
    assert not headings(FORMATS["md"](article, "").decode(), 4)


def test_a_map_stands_at_the_opening_of_its_section() -> None:
    """The names that a section marks are those of its equations, and the template sets the picture made for them."""
    from derivation.pages.typesetting.templating import environment
    from derivation.pages.views.view import view

    worked = derivation.derive(derivation.load(ROOT / "examples" / "rnn.toml"))
    seen = view(worked)
    forward = next(phase for phase in seen.phases if phase.key == "forward")
    marked = [group.section.marked for group in forward.groups if group.opens]
    assert seen.marked == marked == [("z_1", "h_1"), ("z_2", "h_2"), ("z_3", "h_3"), ("yhat", "L")]
    tex = (
        environment("typeset")
        .get_template("typeset/body.tex.j2")
        .render(view=seen, charts={}, maps={marked[1]: "MAP OF STEP 2"})
    )
    assert tex.count("MAP OF STEP 2") == 2
    assert re.search(r"\\sectiontitle\{Time step 2\}\{forward1-3\}\{MAP OF STEP 2\}", tex)
