"""Inputs for the fuzzers: real ones with a few edits. Hypothesis draws the edits, so that a find shrinks to few of
them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

TOKEN = re.compile(rb"\\?[A-Za-z]+|\d+(?:\.\d+)?|\s+|.", re.DOTALL)
FARTHEST = 2**16
MOST_EDITS, LARGEST = 6, 2**20
"""Edits of an input; bytes that one may add where it repeats something."""

HOSTILE = (
    b"0", b"-0", b"-1", b"0.1", b"1e300", b"-1e300", b"1e-300", b"1e4000", b"1e99999999999", b"9" * 40, b"1" * 5000, b"nan", b"inf", b"05", b"1_000",
    b"", b" ", b"\n", b"\r", b"\t", b"\0", b"\xff", b"\xef\xbb\xbf", "−".encode(), "²".encode(), "é".encode(), "И".encode(), "日".encode(), b"\xed\xa0\x80",
    "\u202e".encode(), "\u200b".encode(), "\ue000".encode(), "😀".encode(), b"%", b"#", b"&", b"$", b"$$", b"{", b"}", b"[", b"]", b"(", b")", b"<b>", b"-->",
    b'"', b"'", b'"""', b"=", b",", b";", b"|", b"~", b"^", b"^^5c", b"_", b"\\", b"\\\\", b"`", b"../", b"/etc/passwd", b"=1+1", b"@SUM(1)",
)  # fmt: skip
"""Pieces that belong nowhere."""


@dataclass(frozen=True)
class Edit:
    """A change at a place of an input, counted in tokens and taken modulo their number."""

    kind: str
    place: int
    piece: bytes
    times: int

    def times_of(self, size: int) -> int:
        """How often a part of so many bytes is written: edits upon edits would else fill the memory.

        >>> edit = Edit("repeat", 0, b"1" * 5000, 3000)
        >>> edit.times_of(7), edit.times_of(5000), edit.times_of(2**30)
        (3000, 209, 1)
        """
        return max(1, min(self.times, LARGEST // max(size, 1)))


def _inserted(tokens: list[bytes], at: int, edit: Edit) -> list[bytes]:
    return [*tokens[:at], edit.piece * edit.times_of(len(edit.piece)), *tokens[at:]]


def _replaced(tokens: list[bytes], at: int, edit: Edit) -> list[bytes]:
    return [*tokens[:at], edit.piece, *tokens[at + 1 :]]


def _left_out(tokens: list[bytes], at: int, edit: Edit) -> list[bytes]:
    return tokens[:at] + tokens[at + edit.times :]


def _repeated(tokens: list[bytes], at: int, edit: Edit) -> list[bytes]:
    part = tokens[at : at + 4]
    return tokens[: at + 4] + part * edit.times_of(sum(map(len, part))) + tokens[at + 4 :]


def _wrapped(tokens: list[bytes], at: int, edit: Edit) -> list[bytes]:
    times = edit.times_of(len(edit.piece) + 2)
    return [*tokens[:at], (edit.piece + b"(") * times, tokens[at], b")" * times, *tokens[at + 1 :]]


def _moved(tokens: list[bytes], at: int, edit: Edit) -> list[bytes]:
    rest = tokens[:at] + tokens[at + edit.times :]
    to = edit.place * 31 % (len(rest) + 1)
    return rest[:to] + tokens[at : at + edit.times] + rest[to:]


def _renumbered(tokens: list[bytes], at: int, edit: Edit) -> list[bytes]:
    """The next number replaced: a network with a hostile value is worth more than a broken one."""
    numbers = [place for place, token in enumerate(tokens) if token[:1].isdigit()]
    return _replaced(tokens, numbers[at % len(numbers)], edit) if numbers else tokens


KINDS: dict[str, Callable[[list[bytes], int, Edit], list[bytes]]] = {
    "renumber": _renumbered, "replace": _replaced, "insert": _inserted, "leave out": _left_out, "repeat": _repeated, "wrap": _wrapped, "move": _moved,
}  # fmt: skip
TIMES = st.sampled_from((1, 1, 1, 2, 3, 10, 300, 3000))


def edited(text: bytes, edits: Sequence[Edit]) -> bytes:
    """The input with the edits made one after the other.

    >>> edited(b"x = 2", [Edit("renumber", 0, b"0", 1), Edit("leave out", 1, b"", 1)])
    b'x= 0'
    """
    tokens = TOKEN.findall(text)
    for edit in edits:
        tokens = KINDS[edit.kind](tokens, edit.place % len(tokens), edit) if tokens else [edit.piece]
    return b"".join(tokens)


def mutated(seeds: Sequence[bytes]) -> st.SearchStrategy[bytes]:
    """Real inputs with up to six edits, by pieces that belong nowhere and by pieces of one another."""
    pieces = sorted({token for text in seeds for token in TOKEN.findall(text) if token.strip()}) or [b"x"]
    edits = st.builds(
        Edit,
        st.sampled_from(sorted(KINDS)),
        st.integers(0, FARTHEST),
        st.sampled_from(HOSTILE) | st.sampled_from(pieces),
        TIMES,
    )
    return st.builds(edited, st.sampled_from(seeds), st.lists(edits, min_size=1, max_size=MOST_EDITS))
