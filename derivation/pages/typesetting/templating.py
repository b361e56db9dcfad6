"""One Jinja environment for each format: its delimiters and escape come from the format's own file."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined
from markupsafe import Markup

from derivation.handwriting import HAND
from derivation.words.files import templates
from derivation.words.telling import tell

LATEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "'": r"\textquotesingle{}",
    "`": r"\textasciigrave{}",
}
GIFT = str.maketrans({letter: f"\\{letter}" for letter in "\\#=~{}:"} | {"\n": r"\n"})


def latex_text(text: str) -> str:
    r"""A user's text as LaTeX text, the door for all of it.

    Every special character is escaped, pairs of which fonts make dashes and quotes are kept apart, every kind of space
    is a space, other control characters are dropped.

    >>> print(latex_text("50% of $x_1$, it's -- a test"))
    50\% of \$x\_1\$, it\textquotesingle{}s -\/- a test
    """
    plain = "".join(" " if letter.isspace() else letter for letter in unicodedata.normalize("NFC", text))
    return re.sub(
        r"(-|,|\\textless\{\}|\\textgreater\{\})(?=\1)",
        r"\1\\/",
        "".join(LATEX.get(letter, letter) for letter in plain if letter.isprintable()),
    )


def markdown_text(text: str) -> str:
    """A user's text as Markdown text."""
    return re.sub(r"([\\`*_{}\[\]<>#$|])", r"\\\1", " ".join(text.split()))


def gift_text(text: str) -> Markup:
    r"""A text in one line of GIFT, whose importer takes `\n` for the end of a line wherever a backslash is not doubled.

    >>> print(gift_text(r"\nabla = {b}"))
    \\nabla \= \{b\}
    """
    return Markup(text.translate(GIFT))


def plain_text(text: str) -> str:
    """A sentence without formulas, for a PDF's properties."""
    return latex_text(re.sub(r"\$[^$]*\$", "", text))


@cache
def format_of(folder: str) -> dict[str, Any]:
    """What a format's file says, over what the format that it extends says."""
    said = tomllib.loads((templates() / folder / "format.toml").read_text("utf-8"))
    return {**format_of(said["extends"]), **said} if "extends" in said else said


def folders(folder: str) -> list[str]:
    """Where the templates of a format are looked for: in its own folder, then in that of the format that it extends."""
    base = tomllib.loads((templates() / folder / "format.toml").read_text("utf-8")).get("extends")
    return [folder, *(folders(base) if base else [])]


@cache
def environment(folder: str) -> Environment:
    """The environment in which a format's templates are read."""
    form, places = format_of(folder), folders(folder)
    own = FileSystemLoader([templates() / place for place in places])
    made = Environment(
        loader=ChoiceLoader([PrefixLoader(dict.fromkeys(places, own)), FileSystemLoader(templates())]),
        undefined=StrictUndefined,
        autoescape=form["escape"] == "xml",
        keep_trailing_newline=True,
        trim_blocks=form["suffix"] == "md",
        variable_start_string=form["variable"][0],
        variable_end_string=form["variable"][1],
        block_start_string=form["block"][0],
        block_end_string=form["block"][1],
        comment_start_string=form["comment"][0],
        comment_end_string=form["comment"][1],
    )
    made.filters |= {
        "tex": HAND["text"] if form.get("own_fonts") else latex_text,
        "latex": latex_text,
        "markdown": markdown_text,
        "gift": gift_text,
        "plain": plain_text,
    }
    made.globals["tell"] = tell
    return made
