"""What an editor offers to do: put the expected side in, work a quantity out below its formula, draw other numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

from derivation.checking.rewriting.renumber import Renumbered, renumbered
from derivation.editors.documents import Document, Span
from derivation.editors.hovering import asked
from derivation.editors.looks import Look, Remark
from derivation.editors.places import Place
from derivation.editors.working import below, worked
from derivation.words.telling import tell

MAXIMAL_ROUNDS = 20
"""How often all that is expected is put in, until nothing more is wrong."""


class Change(NamedTuple):
    """New text in the place of a stretch."""

    span: Span
    text: str


class Action(NamedTuple):
    """Something that an editor offers: what it is called, of what kind it is, what it mends, and its changes."""

    title: str
    kind: Literal["quickfix", "refactor.inline"]
    changes: Sequence[Change]
    mends: Remark | None = None


def actions(look: Look, uri: str, first: Place, last: Place) -> Iterator[Action]:
    """What is offered between two places of one of the editor's documents."""
    for remark in look.by_page.get(uri, ()):
        if remark.level == "error" and remark.expected and remark.span.start <= last and first <= remark.span.end:
            change = Change(remark.span, look.document.written(remark.expected))
            yield Action(tell("editors.put_in", expected=remark.expected), "quickfix", [change], remark)
    offset = look.document.offset(uri, first)
    is_text = look.document.is_typed and not look.document.is_json
    if offset is not None and is_text and (change_below := work(look, offset)):
        yield change_below


def work(look: Look, offset: int) -> Action | None:
    """A quantity's chain put in below; None where there is no quantity, or nothing to work."""
    about = asked(look, offset)
    chain = worked(look, about) if about else None
    if about is None or chain is None:
        return None
    place, text = below(about.side.formula, chain)
    title = tell("editors.work_out", name=str(about.key))
    return Action(title, "refactor.inline", [Change(look.document.span(place, place), text)])


def with_other_numbers(document: Document, changes: Mapping[str, str], seed: int | None) -> Renumbered:
    """The document's article with other numbers; `BadChange` where that cannot be made."""
    return renumbered(document.source, changes, seed)


def differences(document: Document, after: str) -> Sequence[Change]:
    """The changes that make another text of a document of one page, line by line."""
    before = document.source.text
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    starts = [0]
    for line in old:
        starts.append(starts[-1] + len(line))
    return [
        Change(document.span(starts[a], starts[b]), "".join(new[c:d]))
        for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
        if kind != "equal"
    ]
