"""A text made out of a file's, piece by piece, in which every letter knows where it stands in the file."""

from __future__ import annotations

from collections.abc import Iterator

from derivation.checking.sources.source import Formula, Heading, Part, Source, Span, Translated, Unread


class Translation:
    """A text in the making.

    >>> made = Translation("a.typ", "x = 1/2 !")
    >>> made.copy(0, 4), made.put(r"\\tfrac12", 4), made.copy(7, 9)
    (None, None, None)
    >>> made.source().text, made.source().place(6), made.source().place(12)
    ('x = \\\\tfrac12 !', (1, 5), (1, 8))
    """

    def __init__(self, path: str, file: str) -> None:
        self.path, self.file = path, file
        self.parts = list[str]()
        self.blocks = list[tuple[int, int]]()
        self.spans = list[tuple[Span, int, int]]()
        self.length = 0

    def copy(self, begin: int, end: int) -> None:
        """Takes over a stretch of the file as it is."""
        if begin < end:
            self.blocks.append((self.length, begin))
            self.add(self.file[begin:end])

    def put(self, text: str, at: int) -> None:
        """Adds a text that stands for what is at one place of the file."""
        self.blocks += [(self.length + letter, at) for letter in range(len(text))]
        self.add(text)

    def add(self, text: str) -> None:
        self.parts.append(text)
        self.length += len(text)

    def found(self, kind: Span, begin: int) -> None:
        """Notes what stands between a place of the text and its end so far."""
        self.spans.append((kind, begin, self.length))

    def source(self) -> Translated:
        """The text with its places."""
        text = "".join(self.parts)
        is_changed = text != self.file
        return Translated(
            self.path,
            text,
            self.file if is_changed else None,
            tuple(self.blocks) if is_changed else (),
            tuple(self.spans),
        )


def parts(source: Source) -> Iterator[Part]:
    """What was found in a file while it was translated."""
    for kind, begin, end in source.spans if isinstance(source, Translated) else ():
        if kind == "heading":
            yield Heading(source, begin)
        elif kind == "unclosed":
            yield Unread(source, begin, source.text[begin:end])
        else:
            yield Formula(source, begin, end, display=kind == "display")
