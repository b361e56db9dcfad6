"""The command line: a module for each command, loaded when it is called."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, cast

import typer
from typer.core import TyperGroup

from derivation.cli.exits import Commands, Unexpected
from derivation.system.registry import Registry, Row
from derivation.version import VERSION

HERE = "derivation.cli"
COMMANDS: Registry[Callable[..., None]] = Registry(
    "command",
    Row(
        "handout",
        "Write the walkthrough of a network: forward pass, backpropagation, update.",
        f"{HERE}.handout:handout",
    ),
    Row("check", "Say which equalities of an article are wrong.", f"{HERE}.check:check"),
    Row(
        "spec",
        "Write the network that an article describes, as a spec that `derivation handout` takes.",
        f"{HERE}.spec:spec",
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


class Group(TyperGroup):
    """The commands of the table. Typer ends the program with 1, a verdict, for a broken pipe of whatever kind and for
    an end of file."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.commands = {key: cast(Any, None) for key in COMMANDS}  # for suggestions; `get_command` makes them

    def list_commands(self, context: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, context: Any, name: str) -> Any:
        if name not in COMMANDS:
            return None
        alone = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
        alone.command(name)(COMMANDS[name])
        return typer.main.get_command(alone)

    def format_commands(self, context: Any, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(row.key, row.says) for row in COMMANDS.rows.values()])

    def invoke(self, context: Any) -> Any:
        try:
            return super().invoke(context)
        except (OSError, EOFError) as error:
            raise Unexpected(str(error)) from error


app = Commands(
    cls=Group, add_completion=False, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False
)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"derivation {VERSION}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which version this is.")
    ] = False,
) -> None:
    """Work a network the way one works it on paper."""
