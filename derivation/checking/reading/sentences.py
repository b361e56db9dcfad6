"""The prose around formulas: sentences, paragraphs, and their words, each formula as one of them."""

from __future__ import annotations

import re

SENTENCE, PARAGRAPH, NEAR = 400, 3000, 100
"""Letters in which a sentence, a paragraph, and the words beside a formula are looked for."""
DELIMITER = 20
"""Letters that the beginning of an environment may take."""
WORD = re.compile(r"[^\W\d_]+|[\d_]|[^\w\s]")
OPENING, CLOSING = (r"\[", r"\(", r"\begin{"), (r"\]", r"\)", r"\end{")
SPACING = frozenset(["quad", "qquad", "text", "textrm", "mbox"])
SIGNS = ("=", "<", ">", r"\le", r"\ge", r"\ne", r"\in")
"""Signs by which a formula says something."""


def ends(text: str, at: int) -> int:
    """Where what closes a sentence ends, if the stop at a place closes one; else 0: `.` before a space or a capital,
    formulas closed between."""
    while at < len(text):
        at += 1
        if text.startswith(CLOSING[:2], at):
            at += 1
        elif text.startswith(r"\end{", at):
            at = text.find("}", at) if "}" in text[at:] else len(text)
        elif text[at : at + 1] not in ("$", ")", "}"):
            break
    return at if at >= len(text) or text[at].isspace() or text[at].isupper() else 0


def sentence(text: str, at: int) -> str:
    """What stands before a place in its sentence.

    >>> sentence("So it is. If $x = 1$, then $y = 2$.", 28)
    'If $x = 1$, then $'
    """
    window = text[max(at - SENTENCE, 0) : at].rpartition("\n\n")[2]
    begin = 0
    for place, letter in enumerate(window):
        if letter in ".!?" and place >= begin and (end := ends(window, place)) and end < len(window):
            begin = end
    return window[begin:].lstrip()


def rest(text: str, at: int) -> str:
    """What stands behind a formula that ends at a place, in its sentence.

    >>> rest("If $x = 1$, then $y = 2$. So it is.", 9)
    ', then $y = 2$'
    """
    window = text[at : at + SENTENCE].partition("\n\n")[0].lstrip()
    if window.startswith(r"\end{"):
        window = window.partition("}")[2]
    window = window.lstrip("$]\\")
    for place, letter in enumerate(window):
        if letter in ".!?" and (end := ends(window, place)):
            return window[:place] + window[place + 1 : end]
    return window


def paragraph(text: str, at: int) -> int:
    """Where the paragraph of a place begins."""
    return text.rfind("\n\n", max(at - PARAGRAPH, 0), at) + 1


def spoken(text: str) -> list[str]:
    r"""The words of a text in small letters, signs among them, and each formula as one word without spaces.

    >>> spoken(r"If $x = 1$, then \[y = 2\]")
    ['if', '$x=1$', ',', 'then', '$y=2$']
    """
    found: list[str] = []
    prose = True
    for part in delimited(text):
        if part == "$":
            prose = not prose
        elif prose:
            words = [word.lower() for word in WORD.findall(part)]
            found += [word for word in words if word not in SPACING and word not in ("\\", "{", "}", "~")]
        else:
            found.append(f"${''.join(part.split())}$")
    return found


def delimited(text: str) -> list[str]:
    """A text cut at the delimiters of its formulas, each of them as a dollar."""
    for mark in (r"\[", r"\]", r"\(", r"\)", "$$"):
        text = text.replace(mark, "$")
    parts = text.split("$")
    return [piece for part in parts for piece in ("$", part)][1:]


def before(text: str) -> list[str]:
    """The words of a text that ends where a formula begins, though it may begin in one."""
    place = text.rfind(r"\begin{", max(len(text) - DELIMITER, 0))
    parts = delimited((text[:place] if place >= 0 else text).rstrip().rstrip("$[(\\"))
    return spoken("".join(parts[2:] if parts.count("$") % 2 else parts))


def relates(word: str) -> bool:
    """Whether a word of a text is a formula that says something: `$x = 1$`."""
    return word.startswith("$") and any(sign in word for sign in SIGNS)
