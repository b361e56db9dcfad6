"""Help and what is said of a wrong call: in the language spoken, complete, and read only where it is shown."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from derivation.cli.app import COMMANDS, app
from derivation.cli.helping import MISUSES
from derivation.words.files import languages, load
from derivation.words.language import spoken

GROUP: Any = typer.main.get_command(app)
NAMES = ["", *COMMANDS]
RUNNER = CliRunner()


def command(name: str) -> Any:
    """A command with its arguments and options; the program itself where none is named."""
    return GROUP.resolve_command(typer.Context(GROUP), [name])[1] if name else GROUP


def explained(name: str) -> Iterator[tuple[str, str]]:
    """(table, key) of what is said of each parameter of a command."""
    found = command(name)
    for param in found.get_params(typer.Context(found)):
        yield found.table if param.name in load("en")[found.table] else "any_help", param.name


def said(*call: str, **settings: Any) -> str:
    """What is said of a call, the name of the program as users see it."""
    return RUNNER.invoke(app, list(call), prog_name="derivation", **settings).output


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", languages())
def test_every_parameter_is_explained_and_nothing_else_is(name: str, language: str) -> None:
    places = set(explained(name))
    assert all(load(language)[table][key] for table, key in places)
    own = command(name).table
    assert {key for table, key in places if table == own} == load(language)[own].keys() - {"command", "more"}


def test_a_shell_is_told_of_a_command_what_help_says() -> None:
    """Shells are told from the table of commands: no words file is read for them."""
    assert {key: row.says for key, row in COMMANDS.rows.items()} == {
        key: load("en")[f"{key}_help"]["command"] for key in COMMANDS
    }


ENGLISH = set("the a an is are of to in on which without with what this these show write say where all".split())
"""Words of nearly every English sentence that are no words, or others, in German; `in` and `an` are both."""


@pytest.mark.parametrize("name", NAMES)
def test_german_help_has_no_english_sentence(name: str) -> None:
    call = [name] if name else []
    english, german = said(*call, "--help"), said(*call, "--language", "de", "--help")
    words = set(re.findall(r"(?<![-\w])[^\W\d_]+(?![-\w])", german.lower()))
    assert "Aufruf: derivation" in german and not words & (ENGLISH - {"in", "an", "all", "show"}), words & ENGLISH
    sentences = {line.strip() for line in english.splitlines() if len(line.split()) > 3}
    assert len(sentences) > 3 and not sentences & {line.strip() for line in german.splitlines()}
    assert spoken() == "en"


def test_the_language_may_stand_before_the_command_or_behind_it() -> None:
    assert said("--language", "de", "new", "--help") == said("new", "--language", "de", "--help")
    assert "Usage:" in said("--language", "de", "new", "--language", "en", "--help")
    assert "Usage:" in said("new", "--help", "--language", "de")
    assert spoken() == "en"


def test_help_asks_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("LANG", "LC_ALL", "LANGUAGE"):
        monkeypatch.setenv(variable, "de_DE.UTF-8")
    assert said("--help").startswith("Usage: derivation [OPTIONS] COMMAND [ARGS]...\n\n  Work a network")


def test_english_help_is_as_it_was() -> None:
    assert said("check", "--help", terminal_width=78) == (
        """Usage: derivation check [OPTIONS] {articles}...

  Say which equalities of an article are wrong. Exit code 0: none; 1: some; 2:
  a file could not be read.

Arguments:
  articles... <list[Path]>  Markdown, LaTeX or notebook files.  [required]

Options:
  -o, --output <str>  Where to write; - is standard output.  [default: -]
  --format <str>      text, json, html, pdf, github or sarif. Without it, by
                      the ending of the output file, else text.
  --watch             Go on: check again whenever a file changes, and say what
                      became right or wrong, until Ctrl-C.
  --language <str>    In which language to write: de or en. Without it, as the
                      spec says, else en.
  --help              Show this message and exit.
"""
    )


LONG = "9" * 5000
WRONG = {
    "No such option: --thene (Possible options: --hessian, --seed, --theme)": ("handout", "x", "--thene", "a"),
    "No such option: --bogus": ("new", "--bogus"),
    "No such command 'hand'. Did you mean 'handout'?": ("hand",),
    "No such command 'zzz'.": ("zzz",),
    "Missing argument 'answers'.": ("mark", "key.json"),
    "Got unexpected extra argument(s) (b c)": ("new", "a", "b", "c"),
    "Option '--seed' requires an argument.": ("handout", "x", "--seed"),
    "Option '--unproved' does not take a value.": ("handout", "x", "--unproved=1"),
    "Invalid value for '--count' / '-n': Input should be greater than or equal to 1": ("variants", "x", "-n", "0"),
    "Invalid value for '--seed': Input should be a valid integer, unable to parse string as an integer": (
        *("variants", "x", "--seed", "1.5"),
    ),
    "Invalid value for '--seed': Unable to parse input string as an integer, exceeded maximum size": (
        *("variants", "x", "--seed", LONG),
    ),
}
"""Wrong calls by what Typer itself says of them."""


def test_every_row_of_wrong_calls_is_tried() -> None:
    patterns = [pattern for pattern, _ in MISUSES if pattern != r"Missing command\."]
    firsts = {next(pattern for pattern in patterns if re.fullmatch(pattern, message)) for message in WRONG}
    assert firsts == set(patterns)


@pytest.mark.parametrize("message", WRONG)
def test_a_wrong_call_is_told_in_the_language_asked_for(message: str) -> None:
    english = RUNNER.invoke(app, list(WRONG[message]))
    german = RUNNER.invoke(app, ["--language", "de", *WRONG[message]])
    assert [english.exit_code, german.exit_code] == [2, 2]
    assert english.output.splitlines()[-1] == f"Error: {message}"
    last = german.output.splitlines()[-1]
    assert last.startswith("Fehler: ") and not re.search(r"\b(such|Missing|Got|Option .* re|Invalid|Input)\b", last)
    assert "Usage" not in german.output and "Try" not in german.output
    assert spoken() == "en"


def test_how_a_command_is_called_and_where_its_help_is_stand_before_what_is_wrong() -> None:
    assert said("new", "--bogus") == (
        "Usage: derivation new [OPTIONS] [name]\n"
        "Try 'derivation new --help' for help.\n\n"
        "Error: No such option: --bogus\n"
    )
    assert said("new", "--language", "de", "--bogus") == (
        "Aufruf: derivation new [OPTIONS] [name]\n"
        "Hilfe zeigt 'derivation new --language de --help'.\n\n"
        "Fehler: Es gibt keine Option --bogus.\n"
    )
    assert said("--language", "de").endswith("\nFehler: Es fehlt ein Befehl.\n")
    assert said("new", "--bogus", "--language", "de").startswith("Usage")
    assert said("new", "--language", "xx", "--bogus").startswith("Usage")


def test_what_is_wrong_in_words_that_nobody_knows_is_told_in_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("derivation.cli.helping.MISUSES", ())
    assert said("new", "--bogus").endswith("\nError: No such option: --bogus\n")


LISTENING = """
import sys
read = []
sys.addaudithook(lambda event, about: read.append(str(about[0])) if event == "open" else None)
from derivation.cli.app import app
try:
    app()
except SystemExit:
    pass
print(*(name for name in read if name.endswith(".toml")), file=sys.stderr)
"""


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_no_words_are_read_for_the_version_and_for_names_of_commands(shell: str) -> None:
    def read(*call: str, **more: str) -> tuple[str, str]:
        done = subprocess.run(
            [sys.executable, "-c", LISTENING, *call],
            env={**os.environ, **more},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout, done.stderr.strip()

    version, none = read("--version")
    asked = {"COMP_WORDS": "derivation h", "COMP_CWORD": "1", "_TYPER_COMPLETE_ARGS": "derivation h"}
    named, nothing = read(__C_COMPLETE=f"complete_{shell}", _TYPER_COMPLETE_FISH_ACTION="get-args", **asked)
    assert version.startswith("derivation ") and "handout" in named
    assert none == nothing == ""
    helped, words = read("--help")
    assert "Usage" in helped and "help.toml" in words


def test_other_shells_are_told_what_each_option_is() -> None:
    group = command("new")
    offered = {item.value: item.help for item in group.shell_complete(typer.Context(group), "--li")}
    assert offered == {"--like": load("en")["new_help"]["like"], "--list": load("en")["new_help"]["show"]}
