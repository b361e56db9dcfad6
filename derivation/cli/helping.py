"""Help and what is said of a wrong call, told in the language spoken. Both are looked up when they are shown: whoever
asks for neither reads no words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from typer.core import TyperCommand
from typer.exceptions import TyperException

from derivation.cli.exits import stop
from derivation.words.files import languages, load
from derivation.words.language import speaking
from derivation.words.telling import listed, tell

if TYPE_CHECKING:
    Base = TyperCommand
else:
    Base = object

MISUSES = (
    (r"No such option: (?P<option>.*) \(Possible options: (?P<known>.*)\)", "misuse.no_option_but"),
    (r"No such option: (?P<option>.*)", "misuse.no_option"),
    (r"No such command (?P<name>.*)\. Did you mean (?P<known>.*)\?", "misuse.no_command_but"),
    (r"No such command (?P<name>.*)\.", "misuse.no_command"),
    (r"Missing command\.", "misuse.command_missing"),
    (r"Missing argument (?P<name>.*)\.", "misuse.argument_missing"),
    (r"Got unexpected extra argument\(s\) \((?P<given>.*)\)", "misuse.too_many"),
    (r"Option (?P<option>'.*') requires an argument\.", "misuse.value_missing"),
    (r"Option (?P<option>'.*') does not take a value\.", "misuse.takes_no_value"),
    (r"Invalid value for (?P<name>.*): Input should be greater than or equal to (?P<least>\d+)", "misuse.too_small"),
    (r"Invalid value for (?P<name>.*): Input should be a valid integer, .*as an integer", "misuse.no_integer"),
    (r"Invalid value for (?P<name>.*): Unable to parse input string as an integer, .*", "misuse.too_long"),
)
"""What Typer says of a wrong call, which has no languages, and the code of what is said instead; the first row that
fits."""


class Helped(Base):
    """A command whose help stands in the words files: in the table `<name>_help` what it does (`command`, and perhaps
    `more`) and what each parameter is, by its name in Python."""

    @property
    def table(self) -> str:
        return f"{self.name}_help"

    def format_usage(self, context: Any, formatter: Any) -> None:
        pieces = " ".join(self.collect_usage_pieces(context))
        formatter.write_usage(context.command_path, pieces, f"{tell('help.usage')}: ")

    def format_help_text(self, context: Any, formatter: Any) -> None:
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(
                " ".join(tell(f"{self.table}.{key}") for key in ("command", "more") if key in load()[self.table])
            )

    def format_options(self, context: Any, formatter: Any) -> None:
        params: list[Any] = self.get_params(context)
        for kind in ("argument", "option"):
            shown = [param for param in params if param.param_type_name == kind and not param.hidden]
            if shown:
                with formatter.section(tell(f"help.{kind}s")):
                    formatter.write_dl([(_written(param, context), self._explained(param, context)) for param in shown])

    def shell_complete(self, context: Any, incomplete: str) -> Any:
        items = super().shell_complete(context, incomplete)
        params = {name: param for param in self.get_params(context) for name in param.opts}
        for item in items:
            if item.value in params:
                item.help = self.says(params[item.value], context)
        return items

    def parse_args(self, context: Any, args: list[str]) -> list[str]:
        given = list(args)
        try:
            return super().parse_args(context, args)
        except TyperException as error:
            with speaking(self._asked(context, given)):
                stop(misused(error))

    def says(self, param: Any, context: Any) -> str:
        """What is said of a parameter, in a table of the command's own or in that of all."""
        table = self.table if param.name in load()[self.table] else "any_help"
        return tell(f"{table}.{param.name}", values=_Values(param, context))

    def _explained(self, param: Any, context: Any) -> str:
        """What is said of a parameter, with what it is if nothing is given."""
        more = "; ".join(_more(param, context))
        return f"{self.says(param, context)}  [{more}]" if more else self.says(param, context)

    def _asked(self, context: Any, args: list[str]) -> str:
        """The language that a wrong call asks for before it goes wrong."""
        context.resilient_parsing = True
        found, _, _ = self.make_parser(context).parse_args(args)
        language = str(found.get("language", ""))
        return language if language in languages() else ""


class Command(Helped, TyperCommand):
    """A command that does something."""


class _Values:
    """The values that shells offer for a parameter, listed in a sentence (`{values:or}`) or behind commas; they are
    looked up where a sentence names them."""

    def __init__(self, param: Any, context: Any) -> None:
        self.param, self.context = param, context

    def __format__(self, last: str) -> str:
        values = [item.value for item in self.param.shell_complete(self.context, "")]
        return listed(values, last) if last else ", ".join(values)


def misused(error: Any) -> str:
    """What is said of a wrong call: how it is called, where help is, and what is wrong."""
    wrong = f"{tell('misuse.error')}: {_wrong(error.format_message())}"
    if error.ctx is None:
        return wrong
    return "\n".join([error.ctx.get_usage(), tell("misuse.help", command=error.ctx.command_path), "", wrong])


def _wrong(message: str) -> str:
    """What is wrong with a call; in Typer's own words where the table has none."""
    found = ((code, re.fullmatch(pattern, message, re.DOTALL)) for pattern, code in MISUSES)
    return next((tell(code, **fits.groupdict()) for code, fits in found if fits), message)


def _written(param: Any, context: Any) -> str:
    """How a parameter is written, as Typer has it."""
    written: str = param.get_help_record(context)[0]
    return written


def _more(param: Any, context: Any) -> Iterator[str]:
    """What a parameter is if nothing is given, the least number it takes, and whether it must be given."""
    if param.show_default and (default := param.get_default(context)):
        yield tell("help.default", default=default)
    if param.min is not None:
        yield f"x>={param.min}"
    if param.required:
        yield tell("help.required")
