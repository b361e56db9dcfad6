"""Keys, answers and class lists from outside, whatever is in them: a sentence and exit code 2, never a traceback; and
tables that are safe to open."""

from __future__ import annotations

import copy
import csv
import io
import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from places import ROOT
from typer.testing import CliRunner

from derivation.cli.app import app
from derivation.exercises.batch.roster import RosterError, read_roster
from derivation.exercises.exercise.exercise import load_exercise
from derivation.exercises.exports.tables import answers as empty_answers
from derivation.exercises.exports.tables import likeness
from derivation.exercises.key import KeyFault, key_form, read_key
from derivation.exercises.marking.answers import read_answers
from derivation.exercises.marking.report import report
from derivation.exercises.marking.reports import FORMATS as REPORTS
from derivation.exercises.search.solve import draw
from derivation.exercises.spreadsheet import NoTable, cells, guarded, line, load, table, unguarded

SPEC = ROOT / "examples" / "variants" / "two-two-one.toml"
STARTS = tuple("=+-@\t\r\n＝＋－＠")
Form = dict[str, Any]


@pytest.fixture(scope="module")
def form() -> Form:
    exercise = load_exercise(SPEC)
    return key_form(exercise, draw(exercise, 1, 2), SPEC.read_text("utf-8"), 1)


def answered(form: Form) -> str:
    """A table in which everybody writes 0.1 everywhere."""
    blanks = [blank["key"] for blank in form["variants"][0]["blanks"]]
    return table(
        [["student", "id", *blanks], *(["Ada", variant["id"], *["0.1"] * len(blanks)] for variant in form["variants"])]
    ).decode()


def changed(form: Form, path: tuple[Any, ...], value: Any) -> str:
    made = copy.deepcopy(form)
    inner: Any = made
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return json.dumps(made)


# Keys.


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("variants", 1, "given", "W1"), [], "variants[1].given.W1: expected a number as text, or rows of numbers"),
        (
            ("variants", 1, "given", "W1"),
            [["1", "2"], ["3"]],
            "variants[1].given.W1: rows need one length; these have 2, 1 numbers",
        ),
        (
            ("variants", 1, "given", "W1", 0, 1),
            5,
            "variants[1].given.W1: in row 0, number 1, counted from 0: expected a number as text",
        ),
        (("variants", 0, "given", "b2"), "1e9999", "variants[0].given.b2: '1e9999' is no number"),
        (
            ("variants", 0, "given", "b2"),
            "9" * 5000,
            "variants[0].given.b2: 99999999999999999999... is longer than 2000 letters",
        ),
        (("variants", 0, "given", "b2"), "1/0", "variants[0].given.b2: '1/0' is no number"),
        (("variants", 0, "given", "b2"), "\u0663", "variants[0].given.b2: '\u0663' is no number"),
        (
            ("variants", 0, "given", "W1"),
            [["1"]],
            "variants[0].given.W1: does not have the shape that the spec gives it",
        ),
        (("variants", 0, "given", "W9"), "1", "variants[0].given: the spec gives no 'W9'"),
        (("variants", 0, "given"), {}, "variants[0].given: there is no W1, which the spec gives"),
        (("variants", 0, "blanks", 2, "low"), "9", "variants[0].blanks[2]: low is 9, above high"),
        (("variants", 0, "blanks", 2, "key"), "q", "variants[0].blanks[2]: the network of the spec has no q"),
        (("variants", 0, "blanks", 2, "key"), "z1[1]", "variants[0].blanks: two are called 'z1[1]'"),
        (("variants", 1, "id"), "1-001-1MG", "variants[1].id: two variants have one id, '1-001-1MG'"),
        (("variants", 1, "number"), True, "variants[1].number: expected a whole number"),
        (("title",), "\ud800x", "title: holds half a letter, \\ud800; write the letter itself"),
        (("variants", 0, "given", "\udc00"), "1", "variants[0].given: holds half a letter, \\udc00"),
        (("seed",), -1, "seed: expected a number of at least 0"),
        (("spec",), "", "the spec in this key cannot be read"),
    ],
)
def test_what_is_wrong_with_a_key_is_told_with_its_place(
    form: Form, tmp_path: Path, path: tuple[Any, ...], value: Any, message: str
) -> None:
    (tmp_path / "key.json").write_text(changed(form, path, value))
    (tmp_path / "answers.csv").write_text(answered(form))
    run = CliRunner().invoke(
        app,
        [
            "mark",
            str(tmp_path / "key.json"),
            str(tmp_path / "answers.csv"),
            "--format",
            "json",
            "-o",
            str(tmp_path / "marks"),
        ],
    )
    assert run.exit_code == 2 and isinstance(run.exception, SystemExit), run.exception
    assert message in run.stderr
    assert not (tmp_path / "marks").exists()


@pytest.mark.parametrize(
    "text",
    ["1" * 5000, "[" * 100_000, '{"schema": ' + "1" * 5000 + "}", "", "\0", '{"schema": 1e999, "variants": []}', "NaN"],
)
def test_what_json_cannot_be_read_or_is_no_key(text: str) -> None:
    with pytest.raises(KeyFault, match="this is n"):
        read_key(text)


def test_a_key_with_a_mark_of_order_is_read(form: Form, tmp_path: Path) -> None:
    (tmp_path / "key.json").write_text("\ufeff" + json.dumps(form), "utf-8")
    (tmp_path / "answers.csv").write_text("\ufeff" + answered(form), "utf-8")
    assert CliRunner().invoke(app, ["mark", str(tmp_path / "key.json"), str(tmp_path / "answers.csv")]).exit_code == 0


HOSTILE = st.one_of(
    st.sampled_from(
        [
            None,
            True,
            [],
            {},
            [[]],
            [["1"], []],
            "",
            "nan",
            "1e300",
            "-1e-300",
            "1/3",
            "1" * 1900,
            "0",
            "\ud800",
            "x" * 5000,
            "=1",
            "\0",
            -1,
            10**400,
        ]
    ),
    st.text(max_size=20),
    st.integers(),
    st.floats(),
    st.lists(st.lists(st.sampled_from(["1", "-0.5", "1e9", ""]), max_size=3), max_size=3),
)


def places(raw: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = raw.items() if isinstance(raw, dict) else enumerate(raw) if isinstance(raw, list) else ()
    return [path] * bool(path) + [place for step, value in inner for place in places(value, (*path, step))]


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(st.data())
def test_mutated_keys(form: Form, data: st.DataObject) -> None:
    """Up to three places of a key hold something else: it is marked, or a sentence says what is wrong."""
    made = copy.deepcopy(form)
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.sampled_from([path for path in places(made) if path != ("spec",)]))
        made = json.loads(changed(made, place, data.draw(HOSTILE)))
    try:
        key = read_key(json.dumps(made), str(SPEC.with_name("key.json")))
        marks = report(key, read_answers(answered(form), key))
    except (KeyFault, NoTable) as fault:
        str(fault).encode()
    else:
        for name in ("text", "csv", "json"):
            assert list(REPORTS[name](marks))


# Answers and class lists.


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"student,id,h[1]\nAda,1-001-MY,\0\n", "this is no text; save the table as CSV"),
        (
            b'student,id,h[1]\nAda,1-001-MY,1\nBen,"1-001-MY,2\nCem,1-002-AB,3\n',
            'answers.csv:3: a quote (") is opened in this row and never closed',
        ),
        (
            b"student,id,h[1]\nAda,1-001-MY," + b"1" * 200_000 + b"\n",
            "answers.csv:2: this is no CSV: field larger than field limit",
        ),
        (b"\xff\xfe\x00", "this is no text"),
        (b"\xff", "answers.csv:1: there is no column 'id'"),
        (b"student,id,h[1]\nAda,1-001-MY," + b"1" * 100_000 + b"\n", "is longer than 80 characters"),
        (b"student,id,h[1]\nAda,1-001-MY,1e400\n", "has a power of ten beyond 60"),
        (b"a[" + b",a" * 60_000 + b"\n1,2\n", "there is no column 'id'"),
        (b"", "the table is empty"),
        (b"\n\n \n", "the table is empty"),
    ],
)
def test_answers_that_are_no_table(form: Form, tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "key.json").write_text(json.dumps(form))
    (tmp_path / "answers.csv").write_bytes(content)
    run = CliRunner().invoke(app, ["mark", str(tmp_path / "key.json"), str(tmp_path / "answers.csv")])
    assert run.exit_code == 2 and isinstance(run.exception, SystemExit), run.exception
    assert message in run.stderr


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_class_lists_in_the_encodings_of_spreadsheets(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "class.csv").write_text("name;id\r\nŁukasz;1\r\n'=Ada;2\r\n", encoding, newline="")
    assert [person.label for person in read_roster("class.csv", load(tmp_path / "class.csv"))] == [
        "Łukasz (1)",
        "=Ada (2)",
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"name\nAda\n\0\n", "class.csv: this is no text; save the table as CSV"),
        (b'name\nAda\n"Ben\nCem\n', 'class.csv:3: a quote (") is opened in this row and never closed'),
        (b"name\n" + b"x" * 200_000 + b"\n", "class.csv:2: this is no CSV: field larger than field limit (131072)"),
        (
            b"name\n" + b"x" * 201 + b"\n",
            "class.csv:2: 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' and so on is longer than the 200 letters that "
            "a sheet has room for",
        ),
        (b"name\nJos\xe9\n", "class.csv is not UTF-8 text; save it as UTF-8"),
        (b"name\n\n", "class.csv:2: there is nobody on the list; a row each, such as Ada,17"),
    ],
)
def test_class_lists_that_are_none(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "class.csv").write_bytes(content)
    run = CliRunner().invoke(
        app,
        [
            "variants",
            str(SPEC),
            "--roster",
            str(tmp_path / "class.csv"),
            "--format",
            "csv",
            "-o",
            str(tmp_path / "out"),
        ],
    )
    assert run.exit_code == 2 and isinstance(run.exception, SystemExit), run.exception
    assert run.stderr.strip().replace(f"{tmp_path}/", "") == message


@pytest.mark.slow
def test_a_name_that_comes_again_and_again_is_told_once() -> None:
    with pytest.raises(RosterError) as error:
        read_roster("class.csv", "name\n" + "Ada\nBen\n" * 5000)
    assert str(error.value).splitlines() == [
        "class.csv:4: 'Ada' stands in row 2 already, and in 4998 more rows; tell them apart by a column 'id'",
        "class.csv:5: 'Ben' stands in row 3 already, and in 4998 more rows; tell them apart by a column 'id'",
    ]
    with pytest.raises(RosterError) as error:
        read_roster("class.csv", "name,id\n" + ",1\n" * 5000)
    assert len(str(error.value).splitlines()) == 21 and str(error.value).endswith("class.csv: and 4980 more problems")


@pytest.mark.slow
def test_a_class_list_takes_time_in_proportion_to_its_length() -> None:
    def seconds(count: int) -> float:
        text = "name,id\n" + "".join(f"Student {number},{number}\n" for number in range(count))
        best = []
        for _ in range(3):
            start = time.process_time()
            assert len(read_roster("class.csv", text)) == count
            best.append(time.process_time() - start)
        return min(best)

    assert (
        seconds(16_000) < 40 * seconds(2_000) + 0.05
    )  # 8 times the names; 64 times the time if each were held against each


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.sampled_from("ab,;\t\"\n\r=\ufeff\x1f1.'"), max_size=60))
@example("sep=;\nname\nAda")
@example('name\n"')
def test_any_text_is_a_class_list_or_told(text: str) -> None:
    for read in (lambda: read_roster("class.csv", text), lambda: read_roster("class.csv", "name,id\n" + text)):
        try:
            assert all(person.name for person in read())
        except NoTable as error:
            assert str(error).startswith("class.csv:")


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8), max_size=4),
        max_size=4,
    ),
    st.sampled_from(",;\t"),
)
def test_any_table_of_answers_is_marked_or_told(form: Form, rows: list[list[str]], delimiter: str) -> None:
    key = read_key(json.dumps(form), str(SPEC.with_name("key.json")))
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(
        [["student", "id", "h[1]", "yhat"], *(["Ada", "1-001-MY", *row] for row in rows), *rows]
    )
    read = read_answers(text.getvalue(), key)
    assert all(letter.isprintable() for row in read.rows for letter in row.student)


# Formulas.

NASTY = [
    '=HYPERLINK("http://x")',
    "@SUM(1)",
    "+SUM(1)",
    "-SUM(1)",
    "\t=1+1",
    "\r=1+1",
    "=cmd|'/C calc'!A0",
    "＝1+1",
    "＠SUM",
    "Ada;=1+1",
    "Ada\n=1+1",
    "'=1",
    "-5;=2",
    "--2",
]


def cells_as_seen(text: str, delimiter: str) -> list[str]:
    """The cells as a spreadsheet sees them that parts at this letter."""
    return [cell for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) for cell in row]


@pytest.mark.parametrize("cell", NASTY)
def test_no_cell_is_a_formula_wherever_cells_are_parted(cell: str) -> None:
    text = table([["1-001-MY", cell, "x"]]).decode()
    for delimiter in ",;\t":
        for seen in cells_as_seen(text, delimiter):
            assert not seen.strip().strip('"').startswith(STARTS), seen
    assert next(iter(cells("t.csv", text)))[1] == ["1-001-MY", line(cell), "x"]


@pytest.mark.parametrize("number", ["-1.5", "+3", "-1/3", "-2e-3", "-0,25", "−1", "-12 %", "0", "-"])
def test_numbers_stay_numbers(number: str) -> None:
    assert guarded(number) == number


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.sampled_from("=+-@'\t\r\n;,\"＝ ab1"), max_size=12))
def test_what_is_guarded_is_read_back(cell: str) -> None:
    assert unguarded(guarded(cell)) == cell


@pytest.mark.slow
def test_every_table_that_is_written(form: Form, tmp_path: Path) -> None:
    """Names from a class list into answers.csv, filled in, marked, and into the tables of marks: nowhere a formula,
    everywhere the name."""
    with (tmp_path / "class.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["name", "id"], *([cell, number] for number, cell in enumerate(NASTY, 1))])
    run = CliRunner().invoke(
        app,
        ["variants", str(SPEC), "--roster", str(tmp_path / "class.csv"), "--format", "csv,json", "-o", str(tmp_path)],
    )
    assert run.exit_code == 0, run.output
    call = [
        "mark",
        str(tmp_path / "key.json"),
        str(tmp_path / "answers.csv"),
        "--format",
        "csv,json",
        "-o",
        str(tmp_path / "marks"),
    ]
    assert CliRunner().invoke(app, call).exit_code == 0
    for path in tmp_path.rglob("*.csv"):
        if path.name != "class.csv" or path.parent.name == "marks":
            for cell in cells_as_seen(path.read_text("utf-8"), ","):
                assert not cell.startswith(STARTS) or guarded(cell) == cell, (path.name, cell)
    names = [person.label for person in read_roster("class.csv", load(tmp_path / "class.csv"))]
    marks = json.loads((tmp_path / "marks" / "marks.json").read_text("utf-8"))
    assert [student["student"] for student in marks["students"]] == names
    students = list(csv.DictReader((tmp_path / "marks" / "students.csv").open(encoding="utf-8", newline="")))
    assert [unguarded(row["student"]) for row in students] == names


def test_strata_and_names_in_the_tables_of_variants() -> None:
    exercise = load_exercise(SPEC)
    variant, *_ = draw(exercise, 1, 1)
    object.__setattr__(variant, "stratum", "=cmd|'/C calc'!A0")
    assert b",'=cmd|" in likeness(exercise, [(variant, "")])
    assert b",'@SUM(1)," in empty_answers(exercise, [(variant, "@SUM(1)")])


# Names of files.


@pytest.mark.slow
def test_files_are_called_by_ids_and_never_by_names(tmp_path: Path) -> None:
    names = [
        "../../etc/passwd",
        "/etc/passwd",
        "C:\\x",
        "con",
        "CON",
        "a/b",
        "x" * 200,
        "nul.csv",
        ".",
        "..",
        "~",
        "ada",
        "Ada",
    ]
    with (tmp_path / "class.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["name"], *([name] for name in names)])
    run = CliRunner().invoke(
        app,
        [
            "variants",
            str(SPEC),
            "--roster",
            str(tmp_path / "class.csv"),
            "--format",
            "qti21,prairielearn,csv,json",
            "-o",
            str(tmp_path / "o"),
        ],
    )
    assert run.exit_code == 0, run.output
    found = sorted(
        path.relative_to(tmp_path / "o").as_posix() for path in (tmp_path / "o").rglob("*") if path.is_file()
    )
    assert found == sorted(
        {path for path in found if not any(name.lower() in path.lower() for name in names if len(name) > 4)}
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["class.csv", "o"]
