r"""Commands of LaTeX packages, put into those that the reader knows: `\dv{f}{x}` of physics, `\SI{3}{\meter}` of siunitx,
`\nicefrac{1}{2}`, `\abs{x}`. A command that the article defines itself is expanded before (`macros.py`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from derivation.checking.reading.tokens import Token, Unreadable, group, scan

Words = Sequence[Token]
CLOSING = {"(": ")", "[": "]", "|": "|", r"\{": r"\}"}
MATRICES = {"(": "pmatrix", "[": "bmatrix", "|": "vmatrix", "{": "matrix"}
PATTERNS = {
    r"\nicefrac": r"\frac{#1}{#2}",
    r"\sfrac": r"\frac{#1}{#2}",
    r"\flatfrac": r"\frac{#1}{#2}",
    r"\xfrac": r"\frac{#1}{#2}",
    r"\abs": r"\left|#1\right|",
    r"\norm": r"\|#1\|",
    r"\absolutevalue": r"\left|#1\right|",
    r"\pqty": r"\left(#1\right)",
    r"\bqty": r"\left[#1\right]",
    r"\Bqty": r"\left\{#1\right\}",
    r"\vqty": r"\left|#1\right|",
    r"\pmqty": r"\begin{pmatrix}#1\end{pmatrix}",
    r"\bmqty": r"\begin{bmatrix}#1\end{bmatrix}",
    r"\vmqty": r"\begin{vmatrix}#1\end{vmatrix}",
    r"\vb": r"\mathbf{#1}",
    r"\va": r"\vec{#1}",
    r"\vu": r"\hat{#1}",
    r"\vectorbold": r"\mathbf{#1}",
    r"\grad": r"\nabla",
    r"\gradient": r"\nabla",
    r"\num": r"#1",
    r"\ang": r"#1^{\circ}",
    r"\dd": r"\mathrm{d}#1",
    r"\differential": r"\mathrm{d}#1",
    r"\cross": r"\times",
    r"\vdot": r"\cdot",
    r"\dotproduct": r"\cdot",
}
"""What a command with a set number of groups stands for."""
UNITS = {
    r"\percent": r"\%",
    r"\%": r"\%",
    **{
        f"\\{name}": short
        for name, short in {
            **dict.fromkeys(("meter", "metre"), "m"),
            "second": "s",
            "gram": "g",
            "kilogram": "kg",
            "newton": "N",
            "joule": "J",
            "watt": "W",
            "volt": "V",
            "ampere": "A",
            "kelvin": "K",
            "mole": "mol",
            "hertz": "Hz",
            "pascal": "Pa",
            "ohm": "ohm",
            "hour": "h",
            "minute": "min",
            **dict.fromkeys(("liter", "litre"), "l"),
            "kilo": "k",
            "milli": "m",
            "centi": "c",
            "micro": "u",
            "mega": "M",
            "nano": "n",
            "giga": "G",
            "per": "/",
            "square": "",
            "squared": "^2",
            "cubic": "",
            "cubed": "^3",
            "celsius": "C",
            "degree": "deg",
        }.items()
    },
}
"""siunitx's names of units, as they are written."""


def unpacked(words: list[Token]) -> list[Token]:
    r"""The tokens with the commands of packages put in.

    >>> [token.text for token in unpacked(scan(r"\nicefrac{1}{2}", 0, 15))]
    ['\\frac', '{', '1', '}', '{', '2', '}']
    """
    if not any(word.text in COMMANDS for word in words):
        return words
    found, at = list[Token](), 0
    while at < len(words):
        command = COMMANDS.get(words[at].text)
        made, behind = command(words, at) if command else ([words[at]], at + 1)
        found += made
        at = max(behind, at + 1)
    return found


def placed(latex: str, word: Token) -> list[Token]:
    """What a text says, as tokens that stand where a command does."""
    return [Token(token.text, word.start, word.end, token.glued) for token in scan(latex, 0, len(latex))]


def argument(words: Words, at: int) -> tuple[list[Token], int]:
    """The group that stands at a place without its braces, or one token; and the place behind it."""
    end = min(group(words, at), len(words))
    inner = list(words[at:end])
    return unpacked(inner[1:-1] if inner and inner[0].text == "{" else inner), end


def pattern(latex: str) -> Callable[[Words, int], tuple[list[Token], int]]:
    """A command that stands for a text with its groups in it."""
    count = latex.count("#")
    before, *pieces = latex.split("#")

    def put_in(words: Words, at: int) -> tuple[list[Token], int]:
        word, found, end = words[at], placed(before, words[at]), at + 1
        if end < len(words) and words[end].text == "*":
            end += 1
        for piece in pieces[:count]:
            inner, end = argument(words, end)
            found += [*inner, *placed(piece[1:], word)]
        return found, end

    return put_in


def derivative(sign: str) -> Callable[[Words, int], tuple[list[Token], int]]:
    r"""`\dv{f}{x}`, `\dv{x}`, `\dv[2]{f}{x}` and `\pdv{f}{x}{y}`, with the sign of a differential."""

    def put_in(words: Words, at: int) -> tuple[list[Token], int]:
        word, end, order = words[at], at + 1, list[Token]()
        if end < len(words) and words[end].text == "[":
            close = next((place for place in range(end, len(words)) if words[place].text == "]"), end)
            order, end = list(words[end + 1 : close]), close + 1
        parts = list[list[Token]]()
        while end < len(words) and words[end].text == "{" and len(parts) < 3:
            part, end = argument(words, end)
            parts.append(part)
        above, *below = parts if len(parts) > 1 else [[], *(parts or [[]])]
        power = [*placed("^{", word), *order, *placed("}", word)] if order else []
        if len(below) == 2:
            power = placed("^{2}", word)
        found = [*placed(rf"\frac{{{sign}", word), *power, *above, *placed("}{", word)]
        for part in below:
            found += [*placed(sign, word), *part, *(power if order else [])]
        return [*found, *placed("}", word)], end

    return put_in


def quantity(words: Words, at: int) -> tuple[list[Token], int]:
    r"""`\qty{3}{\meter}` of siunitx, `\qty(1 + 2)` of physics."""
    opening = words[at + 1].text if at + 1 < len(words) else ""
    if opening in CLOSING:
        return list(words[at + 1 : at + 2]), at + 2
    value, end = argument(words, at + 1)
    if end < len(words) and words[end].text == "[":
        end = next((place for place in range(end, len(words)) if words[place].text == "]"), end) + 1
    if end >= len(words) or words[end].text != "{":
        return [*placed("{", words[at]), *value, *placed("}", words[at])], end
    unit, behind = unit_of(words, end)
    return [*value, *unit], behind


def unit_of(words: Words, at: int) -> tuple[list[Token], int]:
    """A group that holds a unit, as a word."""
    end, word = group(words, at), words[at]
    texts = [token.text for token in words[at + 1 : end - 1]]
    unit = "".join(UNITS.get(text, text.removeprefix("\\")) for text in texts)
    if unit == r"\%":
        return placed(r"\%", word), end
    return ([Token(f"\\text{{{unit}}}", word.start, word.end, False, True)] if unit else []), end


def unit(words: Words, at: int) -> tuple[list[Token], int]:
    r"""`\si{\meter}`."""
    return unit_of(words, at + 1) if at + 1 < len(words) and words[at + 1].text == "{" else ([words[at]], at + 1)


def matrix(words: Words, at: int) -> tuple[list[Token], int]:
    r"""`\mqty(1 & 2 \\ 3 & 4)`, in any brackets."""
    opening = words[at + 1].text if at + 1 < len(words) else ""
    if opening not in MATRICES:
        return [words[at]], at + 1
    depth, closing = 0, {"{": "}", **CLOSING}[opening]
    for place in range(at + 1, len(words)):
        text = words[place].text
        depth += -1 if text == closing and depth else text == opening
        if depth == 0:
            name, inner = MATRICES[opening], unpacked(list(words[at + 2 : place]))
            begin, end = placed(rf"\begin{{{name}}}", words[at]), placed(rf"\end{{{name}}}", words[place])
            return [*begin, *inner, *end], place + 1
    raise Unreadable(words[at].start, "reading.open_bracket")


COMMANDS: Mapping[str, Callable[[Words, int], tuple[list[Token], int]]] = {
    **{name: pattern(latex) for name, latex in PATTERNS.items()},
    **dict.fromkeys((r"\dv", r"\derivative"), derivative("d ")),
    **dict.fromkeys((r"\pdv", r"\pderivative", r"\partialderivative"), derivative(r"\partial ")),
    **dict.fromkeys((r"\qty", r"\SI", r"\quantity"), quantity),
    **dict.fromkeys((r"\si", r"\unit"), unit),
    **dict.fromkeys((r"\mqty", r"\smqty", r"\matrixquantity"), matrix),
}
"""What each command is replaced by: its tokens, and the place behind what it takes."""
