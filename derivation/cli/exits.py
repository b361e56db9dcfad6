"""How commands end: exit codes, and a message instead of a traceback, whatever comes."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any, NoReturn

import typer

from derivation.system import ending as endings
from derivation.system import streams
from derivation.system.streams import READER_GONE, say
from derivation.system.writing import EVERYBODY, NotWritten, destination, is_special, prepare, write_whole
from derivation.words.telling import tell

DONE, SOME_WRONG, BAD_INPUT, TEX_FAILED = 0, 1, 2, 3
DEBUG = "DERIVATION_DEBUG"
"""The variable in the environment that asks for tracebacks."""
UNEXPECTED: tuple[tuple[type[BaseException], str], ...] = (
    (MemoryError, "commands.no_memory"),
    (RecursionError, "commands.too_deep"),
    (OSError, "commands.refused"),
    (Exception, "commands.fault"),
)
"""What is said of an error that no command expects, by its code; the first row that fits."""
LONGEST = 300
"""Letters of an error's own words that are shown."""


class Unexpected(RuntimeError):
    """An error that no command expects, kept from what Typer makes of it; the text is what is said of it, in the
    language of the command."""


class Commands(typer.Typer):
    """The commands of a program. Called without arguments it is the program: it ends by the table of exit codes,
    whatever happens."""

    def __call__(self, *args: Any, **settings: Any) -> Any:
        if args or settings:
            return super().__call__(*args, **settings)
        return program(typer.main.get_command(self))


def program(command: Callable[[], object]) -> NoReturn:
    """Runs a command as a program: streams, signals, errors, and what must not be left behind."""
    endings.answer_signals()
    streams.prepare()
    code = code_of(command)
    sys.exit(code_of(streams.finish) or code)


def code_of(work: Callable[[], object]) -> int:
    """The exit code of some work: what it asks for, else 0; 2, and a sentence, where it fails in a way that nobody
    expected."""
    try:
        made = work()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else DONE
    except Exception as error:
        say(error if isinstance(error, Unexpected) else sentence(error))
        return BAD_INPUT
    return made if isinstance(made, int) else DONE


def sentence(error: Exception) -> str:
    """What is said of an error that nobody expected, behind the traceback where that is asked for.

    >>> sentence(RecursionError())
    'this is nested too deep, or too long, for derivation: give it something smaller'
    """
    code = next(code for kind, code in UNEXPECTED if isinstance(error, kind))
    own = " ".join(str(error).split())[:LONGEST]
    told = tell(code, error=own if isinstance(error, OSError) else f"{type(error).__name__}: {own}")
    return "".join(traceback.format_exception(error)) + told if os.environ.get(DEBUG) else told


def stop(message: str, code: int = BAD_INPUT) -> NoReturn:
    """Ends the program with a message."""
    say(message)
    raise typer.Exit(code)


def file_of(output: str | None, usual: Path) -> Path | None:
    """The file that a command writes, found to be writable; None is standard output. Without a name it is the usual
    one."""
    if output == "-":
        return None
    if output == "":
        stop(tell("commands.no_output"))
    if output and output.endswith(("/", os.sep, "/.")):
        stop(tell("commands.output_is_folder", output=output))
    target = Path(output) if output else usual
    try:
        prepare(target)
    except NotWritten as error:
        stop(str(error))
    return target


def folder_of(output: str | None, usual: Path) -> Path:
    """The folder that a command writes into. Without a name it is the usual one."""
    if output == "":
        stop(tell("commands.no_output_folder"))
    if output == "-":
        stop(tell("commands.folder_to_output"))
    return Path(output) if output else usual


def known(kind: str, name: str, names: Collection[str]) -> str:
    """The name, if there is one such; ends the program with what there is instead."""
    if name not in names:
        stop(tell(f"none_such.{kind}", name=name, known=", ".join(names)))
    return name


def several(kind: str, text: str, names: Collection[str]) -> list[str]:
    """The names in a text with commas, each once; ends the program where there is none such, or none at all."""
    given = [name for name in dict.fromkeys(map(str.strip, text.split(","))) if name]
    return [known(kind, name, names) for name in given or [""]]


def ending(output: str | None) -> str:
    """The ending of an output file's name; nothing for standard output."""
    return Path(output).suffix[1:] if output and output != "-" else ""


def deliver(document: bytes, target: Path | None, mode: int = EVERYBODY) -> None:
    """Writes a document to its file, whole or not at all, and says so; None is standard output. A new file has the mode
    given."""
    if target is None:
        streams.put(document)
        return
    put(document, target, mode)
    if isinstance(place := destination(target), Path) and not is_special(place):
        print(tell("commands.wrote", file=target), flush=True)


def put(document: bytes, target: Path, mode: int = EVERYBODY) -> None:
    """Writes a document to its file, or ends the program with a message."""
    try:
        write_whole(target, [document], mode=mode)
    except NotWritten as error:
        if error.errno == errno.EPIPE:
            raise SystemExit(READER_GONE) from None
        stop(str(error))
