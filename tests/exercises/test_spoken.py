"""Worksheets, keys, platforms and marks in another language: the same ids and numbers, its words, its decimal mark."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from contextlib import closing
from pathlib import Path
from zipfile import ZipFile

import pytest
from places import ROOT
from typer.testing import CliRunner

from derivation.cli.app import app
from derivation.exercises.batch.pool import Cluster, Cores, Pool
from derivation.exercises.exercise.exercise import Exercise, exercise_of
from derivation.exercises.exports import EXPORTS, export
from derivation.exercises.search.solve import draw
from derivation.exercises.sheets.document import keys, worksheets
from derivation.words.language import speaking, spoken

SPEC = (ROOT / "examples" / "variants" / "two-two-one.toml").read_text("utf-8")
COMMA = 'language = "de"\ndecimal = ","\n' + SPEC
POINT = re.compile(r"\d\.\d")


def run(*words: str) -> str:
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code == 0, result.output
    return result.stdout


def made(spec: Path, folder: Path, *more: str) -> dict[str, str]:
    run("variants", str(spec), "-n", "2", "--format", "json,csv,md,moodle,prairielearn", "-o", str(folder), *more)
    return {
        path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in folder.rglob("*") if path.is_file()
    }


@pytest.mark.slow
def test_the_language_changes_words_and_neither_ids_nor_numbers(tmp_path: Path) -> None:
    spec, german = tmp_path / "spec.toml", tmp_path / "deutsch.toml"
    spec.write_text(SPEC, "utf-8")
    german.write_text('language = "de"\n' + SPEC, "utf-8")
    english, told = made(spec, tmp_path / "en"), made(spec, tmp_path / "de", "--language", "de")
    by_spec = made(german, tmp_path / "spec-de")
    assert english["key.json"] == told["key.json"] and english["variants.csv"] == told["variants.csv"]
    assert json.loads(by_spec["key.json"])["variants"] == json.loads(told["key.json"])["variants"]
    for path in ("worksheets.md", "keys.md", "moodle.xml"):
        assert told[path] == by_spec[path] != english[path]
        assert "Vorwärtsschritt" in told[path] and "Forward" not in told[path]
        assert re.findall(r"\d+", told[path]) == re.findall(r"\d+", english[path])
    assert "gültige Ziffern" in told["key.csv"] or "Nachkommastelle" in told["key.csv"]
    (shared,) = (json.loads(text) for path, text in told.items() if path.endswith("question.json"))
    assert shared["wrong_number"].startswith("Eine Dezimalzahl")


def _heard(task: int) -> tuple[int, str]:
    return task, spoken()


def assert_is_heard(pool: Pool) -> None:
    for language in ("de", "en"):
        with speaking(language):
            assert sorted(made for _, made in pool.run(_heard, [1, 2, 3])) == [(task, language) for task in (1, 2, 3)]


@pytest.mark.slow
def test_workers_speak_what_was_asked_for() -> None:
    with closing(Cores()) as pool:
        assert_is_heard(pool)


@pytest.mark.slow
def test_a_cluster_speaks_what_was_asked_for() -> None:
    distributed = pytest.importorskip("distributed", reason="the cluster needs derivation[cluster]")
    with distributed.LocalCluster(n_workers=1, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        assert_is_heard(Cluster(cluster.scheduler_address))


@pytest.fixture(scope="module")
def exercise() -> Exercise:
    return exercise_of(COMMA, ".")


def test_sheets_and_keys_print_commas(exercise: Exercise) -> None:
    variants = [(variant, "Ada") for variant in draw(exercise, 1, 2)]
    for tex in (worksheets(exercise, variants), keys(exercise, variants)):
        body = tex.partition(r"\begin{document}")[2]
        numbers = re.findall(r"\$[^$]*\$|\\hole\{\w+\}\{[^}]*(?:\{,\}[^}]*)?\}", body)
        assert any("{,}" in number for number in numbers)
        assert not [number for number in numbers if POINT.search(number.replace("0.22em", ""))]
        assert "pdflang={de}" in tex
    assert "zulässig" in keys(exercise, variants) and spoken() == "en"


def test_what_students_read_on_a_platform_has_commas_and_what_it_reckons_with_points(exercise: Exercise) -> None:
    def written(form: str) -> dict[str, str]:
        files = export(EXPORTS[form], exercise, lambda: draw(exercise, 1, 2))
        return {path: b"".join(pieces).decode() for path, pieces in files}

    for text in written("md").values():
        assert not POINT.search(text.replace(exercise.network.title, "")) and re.search(r"\d\{,\}\d", text)
    moodle = html.unescape(html.unescape(written("moodle")["moodle.xml"]))
    assert re.search(r":NUMERICAL:=-?\d\.\d:0\.05", moodle)
    assert not any(POINT.search(formula) for formula in re.findall(r"\\\(.*?\\\)|\\\[.*?\\\]", moodle, re.DOTALL))
    rows = list(csv.DictReader(io.StringIO(written("csv")["key.csv"])))
    assert any(POINT.search(row["answer"]) for row in rows)


@pytest.mark.parametrize("form", EXPORTS)
def test_no_formula_on_a_platform_has_an_english_word(form: str, exercise: Exercise) -> None:
    files = [b"".join(pieces) for _, pieces in export(EXPORTS[form], exercise, lambda: draw(exercise, 1, 2))]
    texts = [text for file in files for text in ([file] if file[:2] != b"PK" else unzipped(file))]
    words = re.compile(r"(?:text\W*|<mtext>)(?:new|old)\b")
    assert not any(words.search(html.unescape(text.decode())) for text in texts)


def unzipped(file: bytes) -> list[bytes]:
    with ZipFile(io.BytesIO(file)) as opened:
        return [opened.read(name) for name in opened.namelist()]


@pytest.fixture(scope="module")
def german(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the variants of a spec that asks for German and commas."""
    folder = tmp_path_factory.mktemp("german")
    (folder / "spec.toml").write_text(COMMA.replace("decimals = 1", ""), "utf-8")
    run("variants", str(folder / "spec.toml"), "-n", "3", "--format", "json", "-o", str(folder))
    return folder


def answers(folder: Path, write: str, delimiter: str = ";") -> Path:
    """A table in which everybody has written what the key has, with a mark of their own."""
    variants = json.loads((folder / "key.json").read_text("utf-8"))["variants"]
    text = io.StringIO()
    rows = csv.writer(text, delimiter=delimiter)
    rows.writerow(["student", "id", *(blank["key"] for blank in variants[0]["blanks"])])
    for variant in variants:
        rows.writerow(["Ada", variant["id"], *(blank["answer"].replace(".", write) for blank in variant["blanks"])])
    path = folder / f"answers-{ord(write)}-{ord(delimiter)}.csv"
    path.write_text(text.getvalue(), "utf-8")
    return path


@pytest.mark.parametrize(("write", "delimiter"), [(",", ";"), (",", ","), (".", ",")])
def test_commas_are_read_as_meant(german: Path, write: str, delimiter: str) -> None:
    told = run("mark", str(german / "key.json"), str(answers(german, write, delimiter)))
    of = sum(blank["points"] for blank in json.loads((german / "key.json").read_text("utf-8"))["variants"][0]["blanks"])
    assert re.search(rf"3 von 3 Blättern bewertet, im Mittel {of},0 von {of} Punkten", told)


def test_a_comma_before_three_digits_is_decimal_where_the_sheet_has_commas(german: Path, tmp_path: Path) -> None:
    key = json.loads((german / "key.json").read_text("utf-8"))
    blank = key["variants"][0]["blanks"][0]["key"]
    table = tmp_path / "answers.csv"
    table.write_text(f'student;id;{blank}\nAda;{key["variants"][0]["id"]};"1,234"\n', "utf-8")
    marks = tmp_path / "marks"
    result = CliRunner().invoke(
        app, ["mark", str(german / "key.json"), str(table), "--format", "json", "-o", str(marks)]
    )
    found = json.loads((marks / "marks.json").read_text("utf-8"))
    assert result.exit_code == 0 and found["students"][0]["steps"][0]["answers"][0]["verdict"] == "wrong"
    english = tmp_path / "key.json"
    english.write_text(json.dumps({**key, "spec": key["spec"].replace('decimal = ","', "")}), "utf-8")
    result = CliRunner().invoke(app, ["mark", str(english), str(table), "--format", "json", "-o", str(marks)])
    found = json.loads((marks / "marks.json").read_text("utf-8"))
    assert result.exit_code == 2 and found["students"][0]["steps"][0]["answers"][0]["verdict"] == "unreadable"


def test_marks_are_told_in_the_language_of_the_spec_unless_another_is_asked_for(german: Path) -> None:
    table, key = str(answers(german, ",")), str(german / "key.json")
    assert "Punkte" in run("mark", key, table)
    assert "points" in run("mark", key, table, "--language", "en")
    assert spoken() == "en"


@pytest.mark.parametrize("command", ["variants", "mark", "new"])
def test_a_language_that_there_is_not_is_refused(command: str) -> None:
    result = CliRunner().invoke(app, [command, "a", "b", "--language", "xx"])
    assert result.exit_code == 2 and result.stderr == "there is no language 'xx'; languages are de, en\n"


def test_a_new_spec_is_told_of_in_the_language_that_is_asked_for(tmp_path: Path) -> None:
    told = run("new", str(tmp_path / "meine"), "--language", "de")
    assert "geschrieben, eine Kopie der Lektion" in told
