"""An article's Markdown as HTML for a page that is safe to open: its links lead to the web or into the page, its
pictures are those of its folder."""

from __future__ import annotations

import html
import re
from base64 import b64encode
from collections.abc import Iterable, Sequence
from pathlib import Path
from urllib.parse import quote

from markdown_it import MarkdownIt
from markdown_it.token import Token

from derivation.words.telling import tell

PRIVATE = (*range(0xE000, 0xF900), *range(0xF0000, 0xFFFFE), *range(0x100000, 0x10FFFE))
"""Letters to which Unicode gives no meaning."""
HALVES = "\ud800\udc00"
"""Halves of letters, which no article holds (`source.whole`)."""
LINKED = re.compile(r"(?:https?://|mailto:|#)", re.IGNORECASE)
PICTURES = {
    b"\x89PNG\r\n": "png",
    b"\xff\xd8\xff": "jpeg",
    b"GIF87a": "gif",
    b"GIF89a": "gif",
    b"RIFF": "webp",
    b"<svg": "svg+xml",
    b"<?xml": "svg+xml",
}
"""How the pictures begin that are shown."""
MAXIMAL_PICTURE, MAXIMAL_PICTURES = 4_000_000, 20_000_000
"""Bytes of one picture, and of all in an article."""


class Marks:
    """Places for formulas in a text: a number between two letters that do not occur in it, so nothing the text holds
    can be taken for one."""

    def __init__(self, texts: Iterable[str]) -> None:
        used = {letter for text in texts for letter in set(text)}
        free = (letter for letter in map(chr, PRIVATE) if letter not in used)
        self.begin, self.end = next(free, HALVES[0]), next(free, HALVES[1])
        self.pattern = re.compile(f"{self.begin}(\\d+){self.end}")
        self.quoted = re.compile(f"{quote(self.begin, errors='replace')}(\\d+){quote(self.end, errors='replace')}")
        self.sources: list[str] = []
        self.pages: list[str] = []

    def put(self, source: str, page: str) -> str:
        """The mark for a formula, which was typed so and looks so on the page."""
        self.sources.append(source)
        self.pages.append(page)
        return f"{self.begin}{len(self.pages) - 1}{self.end}"

    def shown(self, page: str) -> str:
        """A page with the formulas in their places."""
        return self.pattern.sub(lambda match: self.pages[int(match[1])], page)

    def typed(self, text: str) -> str:
        """A text with the formulas as they were typed, where there is no room for mathematics: in an attribute, in
        code, in an address."""
        text = self.pattern.sub(lambda match: self.sources[int(match[1])], text)
        return self.quoted.sub(lambda match: quote(self.sources[int(match[1])]), text)


def markdown(text: str, marks: Marks, article: Path) -> str:
    """Markdown as HTML, in which marks stand only between tags."""
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = reader.parse(text)
    pictures = Pictures(article)
    for token in walked(tokens):
        prepare(token, marks, pictures)
    return str(reader.renderer.render(tokens, reader.options, {}))


def walked(tokens: Sequence[Token]) -> Iterable[Token]:
    """Every token, parents first."""
    for token in tokens:
        yield token
        yield from walked(token.children or ())


def prepare(token: Token, marks: Marks, pictures: Pictures) -> None:
    """Makes a token fit for the page: formulas are mathematics in text alone, addresses are such as may be followed."""
    if token.type == "image":
        token.type, token.content, token.children = (
            "html_inline",
            pictures.shown(marks.typed(str(token.attrGet("src") or "")), spoken(token, marks)),
            None,
        )
        return
    token.attrs = {key: marks.typed(str(value)) for key, value in token.attrs.items()}
    if token.type == "link_open":
        href = str(token.attrGet("href") or "")
        token.attrs = {**token.attrs, "rel": "noreferrer noopener"} if LINKED.match(href) else {}
    if token.type in ("code_inline", "code_block", "fence"):
        token.content, token.info = marks.typed(token.content), marks.typed(token.info)


def spoken(image: Token, marks: Marks) -> str:
    """What a picture shows, in words."""
    return marks.typed("".join(token.content for token in walked(image.children or ())))


class Pictures:
    """The pictures of an article's folder, put into the page; of any other it says what it shows and why it is left
    out."""

    def __init__(self, article: Path) -> None:
        self.article, self.left = article, MAXIMAL_PICTURES

    def shown(self, source: str, words: str) -> str:
        """A picture as HTML."""
        address, why = self.address(source)
        if address:
            return f'<img src="{address}" alt="{html.escape(words)}">'
        left_out = html.escape(tell("report.picture", why=tell(f"report.picture_{why}")))
        return f'<span class="picture">{html.escape(words or source)} <span class="why">{left_out}</span></span>'

    def address(self, source: str) -> tuple[str, str]:
        """The picture as an address that holds it; or nothing, and why, as the end of a code."""
        if re.match(r"[A-Za-z][A-Za-z0-9+.-]*+:|//|\\\\", source):
            return "", "outside"
        try:
            folder = self.article.resolve().parent
            file = (folder / source).resolve()
            if not file.is_relative_to(folder) or not file.is_file():
                return "", "missing"
            size = file.stat().st_size
            content = file.read_bytes() if size <= min(MAXIMAL_PICTURE, self.left) else b""
        except (OSError, ValueError, RuntimeError):
            return "", "missing"
        kind = next((kind for begins, kind in PICTURES.items() if content.lstrip().startswith(begins)), None)
        if not content or kind is None:
            return "", "too_large" if not content else "unknown"
        self.left -= len(content)
        return f"data:image/{kind};base64,{b64encode(content).decode()}", ""
