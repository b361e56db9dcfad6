"""The command line: a module for each command, loaded when it is called."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from derivation.cli.exits import Commands, Unexpected, sentence, stop
from derivation.cli.helping import Command, Helped, misused
from derivation.cli.language import SpokenByAll
from derivation.system.registry import Registry, Row
from derivation.version import VERSION
from derivation.words.telling import tell

HERE = "derivation.cli"
COMMANDS: Registry[Callable[..., None]] = Registry(
    Row(
        "handout",
        "Write the walkthrough of a network: forward pass, backpropagation, update.",
        f"{HERE}.handout:handout",
    ),
    Row("new", "Write a spec to begin from: a copy of one of the lessons.", f"{HERE}.new:new"),
    Row("check", "Say which equalities of an article are wrong.", f"{HERE}.check:check"),
    Row(
        "lsp",
        "Serve editors: verdicts as one types, over the Language Server Protocol on standard input and output.",
        f"{HERE}.lsp:lsp",
    ),
    Row(
        "spec",
        "Write the network that an article describes, as a spec that `derivation handout` takes.",
        f"{HERE}.spec:spec",
    ),
    Row(
        "import",
        "Write a model of PyTorch's or ONNX as a spec, its numbers in a file beside it.",
        f"{HERE}.importing:import_model",
    ),
    Row(
        "renumber",
        "Write the same article with other numbers: whatever follows from the changed ones is worked anew.",
        f"{HERE}.renumber:renumber",
    ),
    Row(
        "variants",
        "Make the same exercise with other numbers: worksheets, worked keys, and questions for learning platforms.",
        f"{HERE}.variants:variants",
    ),
    Row(
        "mark",
        "Mark a class's answers: points, follow-through, the first step that deviates, and the mistakes by name.",
        f"{HERE}.mark:mark",
    ),
)


class Group(Helped, TyperGroup):
    """The commands of the table, bare until one is called: shells complete their names without loading any. Typer ends
    the program with 1, a verdict, for a broken pipe of whatever kind and for an end of file; what is said
    of such errors is said here, where the language of the command is spoken still."""

    table = "derivation_help"

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.commands = {row.key: Command(row.key, help=row.says) for row in COMMANDS.rows.values()}

    def resolve_command(self, context: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        name, command, rest = super().resolve_command(context, args)
        return name, _loaded(name) if name else command, rest

    def parse_args(self, context: Any, args: list[str]) -> list[str]:
        if not (args or context.resilient_parsing):
            stop(context.get_help())
        with ExitStack() as undone:  # Typer leaves a program open whose own options end it
            undone.callback(context.close)
            rest = super().parse_args(context, args)
            undone.pop_all()
        return rest

    def format_options(self, context: Any, formatter: Any) -> None:
        super().format_options(context, formatter)
        with formatter.section(tell("help.commands")):
            formatter.write_dl([(key, tell(f"{key}_help.command")) for key in COMMANDS])

    def invoke(self, context: Any) -> Any:
        try:
            return super().invoke(context)
        except TyperException as error:
            stop(misused(error))
        except (OSError, EOFError, MemoryError, RecursionError) as error:
            raise Unexpected(sentence(error)) from error


def _loaded(name: str) -> Any:
    """A command with its arguments and options."""
    alone = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    alone.command(name, cls=Command)(COMMANDS[name])
    return typer.main.get_command(alone)


app = Commands(cls=Group, rich_markup_mode=None, pretty_exceptions_enable=False)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"derivation {VERSION}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True)] = False,
    language: SpokenByAll = "",
) -> None:
    """Work a network the way one works it on paper."""
