"""The command `derivation mark`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from derivation.cli.completing import several_of
from derivation.cli.exits import BAD_INPUT, TEX_FAILED, deliver, folder_of, several, stop
from derivation.cli.language import Language, prefer
from derivation.exercises.key import KeyFault, load_key
from derivation.exercises.marking.answers import load_answers
from derivation.exercises.marking.report import ClassReport, report
from derivation.exercises.marking.reports import FORMATS
from derivation.exercises.spreadsheet import NoTable
from derivation.formulas.calculus.reverse import NoDerivative
from derivation.formulas.numbers import Uncertain, Undefined
from derivation.pages.typesetting.failure import TexError
from derivation.spec.errors import SpecError
from derivation.system.streams import say
from derivation.system.writing import EVERYBODY, OWNER, NotWritten, make_folder
from derivation.words.telling import tell


def mark(
    key: Annotated[Path, typer.Argument()],
    answers: Annotated[Path, typer.Argument()],
    form: Annotated[
        str,
        typer.Option(
            "--format",
            autocompletion=several_of(FORMATS, FORMATS.descriptions),
        ),
    ] = "text",
    output: Annotated[
        str | None,
        typer.Option("-o", "--output", show_default=False),
    ] = None,
    shared: Annotated[
        bool,
        typer.Option("--shared"),
    ] = False,
    language: Language = "",
) -> None:
    """Mark a class's answers: points, follow-through, the first step that deviates, and the mistakes by name."""
    forms = several("format", form, FORMATS)
    folder = folder_of(output, Path("output", f"{answers.stem}-marks"))
    report = _report(key, answers)
    for line in report.told:
        say(line)
    for name in forms:
        if name == "text" and output is None:
            deliver(next(FORMATS[name](report))[1], None)
        else:
            _write(folder, name, report, EVERYBODY if shared else OWNER)
    if any(remark.loses for remark in report.remarks):
        raise typer.Exit(BAD_INPUT)


def _report(key: Path, answers: Path) -> ClassReport:
    """The marks of a class; ends the program with a message where key or answers cannot be used."""
    try:
        read = load_key(key)
        prefer(read.page.language)
        return report(read, load_answers(answers, read))
    except (KeyFault, NoTable) as fault:
        stop(str(fault))
    except SpecError as error:
        stop(tell("key.spec_unreadable", key=key, problems=error))
    except (NoDerivative, Undefined, Uncertain) as error:
        stop(tell("key.spec_unworkable", key=key, why=error))


def _write(folder: Path, form: str, report: ClassReport, mode: int) -> None:
    """A form's files, each whole or not there."""
    try:
        make_folder(folder)
        for name, content in FORMATS[form](report):
            deliver(content, folder / name, mode)
    except NotWritten as error:
        stop(str(error))
    except TexError as error:
        stop(str(error), TEX_FAILED)
