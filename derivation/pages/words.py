"""Reasons into sentences, by a words file; terms in them become formulas."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from derivation.formulas.operations import TABLE, MissingPiece
from derivation.formulas.terms import Term
from derivation.networks.network import Network
from derivation.networks.walkthrough import Reason, Section
from derivation.tex.write import Writer
from derivation.words.files import Sentences, load
from derivation.words.language import preferring, spoken
from derivation.words.telling import form, listed

Formula = Callable[[Term], str]
Rest = ParamSpec("Rest")
Made = TypeVar("Made")


class OfNetwork(Protocol):
    """What documents are written of: a walkthrough, an exercise."""

    @property
    def network(self) -> Network: ...


Subject = TypeVar("Subject", bound=OfNetwork)


def in_its_language(
    write: Callable[Concatenate[Subject, Rest], Made],
) -> Callable[Concatenate[Subject, Rest], Made]:
    """A writer of documents that speaks the language of its subject's spec, unless another was asked for. It has to
    be done when it returns: what is made later is made in another language."""

    @wraps(write)
    def written(subject: Subject, /, *rest: Rest.args, **named: Rest.kwargs) -> Made:
        with preferring(subject.network.page.language):
            return write(subject, *rest, **named)

    return written


POINT = "."
"""The decimal mark where none is asked for."""
IN_FORMULA = re.compile(r"\\text\{(?P<word>[^{}]*)\}|(?P<comma>, )|(?<=\d)\.(?=\d)")
IN_SENTENCE = re.compile(r"\$[^$]*\$|(?<=\d)\.(?=\d)")


def latex_of(network: Network) -> Formula:
    """Writes a network's terms as its documents show them: with the words and the decimal mark of their language."""
    writer = Writer(network.names)
    return lambda term: shown(writer.write(term)[0], network.page.decimal)


def shown(latex: str, decimal: str = POINT) -> str:
    r"""A formula as `tex.write` has it with the words of the language that is spoken and this decimal mark; arguments
    then stand between semicolons.

    >>> shown(r"w_{\text{new}} = f(h, 0.5)", ",")
    'w_{\\text{new}} = f(h; 0{,}5)'
    """
    if decimal == POINT and r"\text" not in latex:
        return latex
    words = load()["formulas"]

    def piece(found: re.Match[str]) -> str:
        if found["word"] is not None:
            bare = found["word"].strip()
            return found[0].replace(bare, words[bare]) if bare in words else found[0]
        return found[0] if decimal == POINT else "; " if found["comma"] else f"{{{decimal}}}"

    return IN_FORMULA.sub(piece, latex)


@cache
def _complete(language: str) -> Sentences:
    """The sentences of a language, once each operation has its own; `MissingPiece` says which has not."""
    tables = load(language)
    for row in TABLE.values():
        for table, key in (("reasons", row.reason), ("operations", row.name)):
            if key not in tables[table]:
                raise MissingPiece(row.name, f"words: {key!r} under [{table}] in templates/words/{language}")
    return tables


class Words:
    """Speaks of reasons and titles in the language that is spoken where it is made; `formula` writes a term as the
    format wants it inside a sentence, `say` the finished sentence; `decimal` is the mark in numbers of sentences."""

    def __init__(self, formula: Formula, say: Callable[[str], str] = str, decimal: str = POINT) -> None:
        self.words, self.formula = _complete(spoken()), formula
        self.say = say if decimal == POINT else lambda text: say(_with_mark(text, decimal))

    def sentence(self, table: str, reason: Reason | None) -> str:
        """The sentence of a reason and of those that follow it; nothing where the table has none."""
        if reason is None:
            return ""
        text = self.found(table, reason.key)
        spoken = (
            self.say(text.format_map({key: self.part(value) for key, value in reason.about.items()})) if text else ""
        )
        return " ".join(filter(None, [spoken, self.sentence(table, reason.then)]))

    def found(self, table: str, key: str) -> str:
        """The text of a key. `back_matmul_a.gradient` falls back to `back_matmul_a`, then to `back_matmul.gradient`,
        and so on to `back`."""
        stem, dot, ending = key.partition(".")
        texts = self.words[table]
        while stem:
            if found := texts.get(stem + dot + ending) or texts.get(stem):
                return found
            stem = stem.rpartition("_")[0]
        return ""

    def section(self, phase: str, section: Section) -> str:
        """The title of a section in a phase, as plain text: the phase's own words for it, else those that hold
        everywhere."""
        tables = self.words.get(f"sections_{phase}", {}), self.words["sections"]
        text = next(
            table[key] for key in (f"{section.key}_{section.index}", section.key) for table in tables if key in table
        )
        return text.format(title=section.title, index=section.index, step=section.step)

    def part(self, value: Any) -> str:
        """A term, the name of an operation in words, or several of them."""
        if isinstance(value, Term):
            return self.formula(value)
        if isinstance(value, str):
            return self.found("operations", value) or value
        return listed([self.part(one) for one in value]) if value else ""

    def text(self, table: str, key: str, **about: Any) -> str:
        """A fixed text; where it has plurals, the form that fits a `count`."""
        return self.say(form(self.words[table][key], about).format(**about))


def _with_mark(sentence: str, decimal: str) -> str:
    """A sentence with this mark in its numbers; formulas have theirs already.

    >>> _with_mark("off by 0.001 of $0{,}5$", ",")
    'off by 0,001 of $0{,}5$'
    """
    return IN_SENTENCE.sub(lambda found: decimal if found[0] == POINT else found[0], sentence)
