"""The spec reader: TOML to a Network. Decimals stay exact; every problem is told with line and column, all at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from derivation.networks.network import Network, Page
from derivation.spec.building.building import network_of
from derivation.spec.errors import SpecError as SpecError
from derivation.spec.tables import Spec, problems
from derivation.spec.text import MAXIMAL_TEXT, NotToml, Places, Problem, decoded, parsed
from derivation.words.files import languages
from derivation.words.language import preferring
from derivation.words.telling import tell


@dataclass(frozen=True)
class Opened:
    """What a spec says: the network, and the table `[variants]` as it stands (None without it). `places` knows where
    everything stands."""

    network: Network
    variants: Mapping[str, Any] | None
    places: Places
    source: str


def load(path: str | Path) -> Network:
    """The network of a spec file.

    Raises `SpecError` with every problem found. Nothing in the file is ever executed.
    """
    return opened(path).network


def loads(text: str, source: str = "<spec>", folder: Path | None = None) -> Network:
    """The network of a spec given as text; data files that it names are looked for in `folder`.

    >>> loads('[model]\\nequations = "f = 2 * x"\\n[data]\\nx = 0.5').equations["f"].head
    'times'
    """
    return opened_text(text, source, folder).network


def opened(path: str | Path) -> Opened:
    """All that a spec file says; raises `SpecError` as `load` does."""
    return opened_text(text_of(path), str(path), Path(path).parent)


def text_of(path: str | Path) -> str:
    """The text of a spec file; raises `SpecError` where it cannot be read."""
    try:
        with Path(path).open("rb") as file:
            syntax = file.read(MAXIMAL_TEXT + 1)  # no more, whatever the file is: a device has no end
        return decoded(syntax)
    except NotToml as error:
        raise SpecError(str(path), [error.problem]) from None
    except (OSError, ValueError) as error:
        raise SpecError(
            str(path), [Problem(0, 0, tell("spec.unreadable", why=getattr(error, "strerror", None) or error))]
        ) from None


def opened_text(text: str, source: str = "<spec>", folder: Path | None = None) -> Opened:
    """All that a spec given as text says."""
    try:
        syntax, places = parsed(text)
    except NotToml as error:
        raise SpecError(source, [error.problem]) from None
    return opened_tables(syntax, places, source, folder)


def opened_tables(syntax: Mapping[str, Any], places: Places, source: str, folder: Path | None = None) -> Opened:
    """All that the tables of a spec say, as they were read from a text or given to a call."""
    with preferring(_asked(syntax.get("language"))):
        try:
            spec = Spec.model_validate(syntax, context=folder)
        except ValidationError as error:
            raise SpecError(source, list(problems(error, places))) from None
        return Opened(network_of(spec, places, source), spec.variants, places, source)


def page_of(text: str) -> Page:
    """The language and the decimal mark that a spec's text asks for, as far as it can be read: for what is said before
    all of it is.

    >>> page_of('language = "de"').language, page_of("language = ").language
    ('de', '')
    """
    try:
        syntax, _ = parsed(text)
    except NotToml:
        return Page()
    return Page(language=_asked(syntax.get("language")), decimal="," if syntax.get("decimal") == "," else ".")


def _asked(language: object) -> str:
    """The language that a spec names; nothing where there is none such."""
    return str(language) if language in languages() else ""
