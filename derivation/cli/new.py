"""The command `derivation new`."""

from __future__ import annotations

import tomllib
from contextlib import ExitStack
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from shlex import quote
from typing import Annotated

import typer

from derivation.cli.completing import one_of
from derivation.cli.exits import file_of, stop
from derivation.cli.language import Language
from derivation.words.files import templates
from derivation.words.telling import tell

STARTER = "two-two-one"
"""The lesson where none is asked for."""
ENDING = ".toml"


@cache
def lessons() -> dict[str, Path]:
    """The lessons by name, exercises last: specs inside the installed package, or beside it in a checkout.

    >>> lessons()["xor"].name, list(lessons())[-1]
    ('xor.toml', 'variants/two-two-one')
    """
    folder = templates().parent / "examples"
    found = {path.relative_to(folder).with_suffix("").as_posix(): path for path in folder.rglob(f"*{ENDING}")}
    return {lesson: found[lesson] for lesson in sorted(found, key=lambda lesson: ("/" in lesson, lesson))}


def title(lesson: str) -> str:
    """What a lesson is called in its own words.

    >>> title("xor")
    'XOR: one step on all four inputs'
    """
    return str(tomllib.loads(lessons()[lesson].read_text("utf-8"))["title"])


def _offered(incomplete: str) -> list[tuple[str, str]]:
    return one_of(lessons(), {lesson: title(lesson) for lesson in lessons()})(incomplete)


def new(
    name: Annotated[str | None, typer.Argument(show_default=False)] = None,
    like: Annotated[str, typer.Option(autocompletion=_offered)] = STARTER,
    show: Annotated[bool, typer.Option("--list")] = False,
    language: Language = "",
) -> None:
    """Write a spec to begin from: a copy of one of the lessons."""
    if show:
        width = max(map(len, lessons()))
        print(*(f"{lesson:{width}}  {title(lesson)}" for lesson in lessons()), sep="\n")
        return
    if name is None:
        stop(tell("new.no_name"))
    if like not in lessons():
        near = get_close_matches(like, lessons(), 1)
        stop(tell("new.no_lesson_but", lesson=like, near=near[0]) if near else tell("new.no_lesson", lesson=like))
    target = file_of(name if not name or name.endswith((ENDING, "/")) else f"{name}{ENDING}", Path())
    assert target is not None, "a name with an ending is no stream"
    _write_new(target, lessons()[like].read_bytes())
    print(tell("new.wrote", file=target, lesson=like, title=title(like)))
    print(tell("new.next", file=quote(str(target))))


def _write_new(target: Path, content: bytes) -> None:
    """Writes a file that was not there, whole or not at all; ends the program with a message where there is anything of
    its name."""
    try:
        with target.open("xb") as file, ExitStack() as undone:
            undone.callback(target.unlink)
            file.write(content)
            file.flush()
            undone.pop_all()
    except FileExistsError:
        stop(tell("new.is_there", file=target))
    except OSError as error:
        stop(tell("system.not_written", file=target, why=error.strerror or error))
