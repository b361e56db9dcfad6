"""The command `derivation mark`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ...exits import BAD_INPUT, TEX_FAILED, stop

if TYPE_CHECKING:
    from .report import Report


def mark(
    key: Annotated[Path, typer.Argument(help="The key: the JSON file that `derivation variants --format json` wrote.")],
    answers: Annotated[Path, typer.Argument(help="The answers: a CSV file with columns student, id, and one for each blank.")],
    form: Annotated[str, typer.Option("--format", help="One or more of text, csv, json, pdf, with commas. Text goes to the terminal.")] = "text",
    output: Annotated[Path | None, typer.Option("-o", "--output", help="The folder to write into. Without it: output/NAME-marks.")] = None,
) -> None:
    """Mark a class's answers: points, follow-through, the first step that deviates, and the mistakes by name."""
    from .reports import MODULES, files

    forms = list(dict.fromkeys(name.strip() for name in form.split(",") if name.strip()))
    for name in forms:
        if name not in MODULES:
            stop(f"there is no format {name!r}; formats are {', '.join(MODULES)}")
    report = _report(key, answers)
    for line in report.told:
        print(line, file=sys.stderr)
    folder = output or Path("output", f"{answers.stem}-marks")
    for name in forms:
        if name == "text" and output is None:
            typer.echo(next(files(name, report))[1].decode(), nl=False)
        else:
            _write(folder, name, report)
    if any(remark.loses for remark in report.remarks):
        raise typer.Exit(BAD_INPUT)


def _report(key: Path, answers: Path) -> Report:
    """The marks of a class; ends the program with a message where key or answers cannot be used."""
    from ...evaluate import Undefined
    from ...numbers import Uncertain, UndefinedValue
    from ...reverse import NoDerivative
    from ...spec import SpecError
    from ..key import KeyFault, load_key
    from ..spreadsheet import NoTable
    from .answers import load_answers
    from .report import report

    try:
        read = load_key(key)
        return report(read, load_answers(answers, read))
    except (KeyFault, NoTable) as fault:
        stop(str(fault))
    except SpecError as error:
        stop(f"{key}: the spec in this key cannot be read:\n{error}")
    except (NoDerivative, Undefined, Uncertain, UndefinedValue) as error:
        stop(f"{key}: the spec in this key cannot be worked: {error}")


def _write(folder: Path, form: str, report: Report) -> None:
    """A form's files, each whole or not there."""
    from ...render.engine import TexError
    from ...writing import write_whole
    from .reports import files

    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files(form, report):
            write_whole(folder / name, [content])
            print(f"wrote {folder / name}")
    except OSError as error:
        stop(f"{folder} cannot be written: {error.strerror or error}")
    except TexError as error:
        stop(str(error), TEX_FAILED)
