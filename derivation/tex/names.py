"""How quantities are called in LaTeX: from names in the spec to symbols, and back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from derivation.formulas.arrays import Shape

GREEK = frozenset(
    [
        "alpha",
        "beta",
        "gamma",
        "delta",
        "epsilon",
        "zeta",
        "eta",
        "theta",
        "iota",
        "kappa",
        "lambda",
        "mu",
        "nu",
        "xi",
        "pi",
        "rho",
        "sigma",
        "tau",
        "upsilon",
        "phi",
        "chi",
        "psi",
        "omega",
        "Gamma",
        "Delta",
        "Theta",
        "Lambda",
        "Xi",
        "Pi",
        "Sigma",
        "Upsilon",
        "Phi",
        "Psi",
        "Omega",
    ]
)
CLASHES = {"sigma": r"\varsigma", "Phi": r"\mathit{\Phi}", "phi": r"\phi"}
"""Letters that stand for functions in our notation are given another shape as names."""
ACCENTS = {"hat": r"\hat", "bar": r"\bar", "tilde": r"\tilde"}
STYLES = frozenset(
    [
        r"\hat",
        r"\bar",
        r"\tilde",
        r"\vec",
        r"\dot",
        r"\mathbf",
        r"\boldsymbol",
        r"\mathrm",
        r"\mathit",
        r"\mathcal",
        r"\mathsf",
        r"\text",
    ]
)
"""Accents and fonts."""
COMMANDS = (
    STYLES
    | frozenset([r"\ell", r"\star", r"\ast", r"\varepsilon", r"\vartheta", r"\varphi", r"\varsigma", r"\prime"])
    | frozenset(f"\\{letter}" for letter in GREEK)
)
TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\d+(?:\.\d+)?|\S", re.DOTALL)


def tokens(latex: str) -> list[str]:
    """LaTeX cut into commands, numbers and single characters, spaces left out.

    >>> tokens(r"W^{(1)} x")
    ['W', '^', '{', '(', '1', ')', '}', 'x']
    """
    return TOKEN.findall(latex)


def symbol(letters: str) -> str:
    """A name without its number: `yhat` to `\\hat{y}`, `alpha` to `\\alpha`, a letter as it is, a word upright."""
    for ending, accent in ACCENTS.items():
        if letters.endswith(ending) and len(letters) > len(ending):
            return f"{accent}{{{symbol(letters[: -len(ending)])}}}"
    if letters in GREEK:
        return CLASHES.get(letters, f"\\{letters}")
    return letters if len(letters) == 1 else rf"\mathrm{{{letters}}}"


def default(name: str, layered: bool) -> str:
    """The usual notation of a name: a number is a layer (`W^{(1)}`) in a layered network, else a subscript (`w_{1}`).

    >>> default("W1", True), default("w1", False), default("yhat", True), default("x_0", True)
    ('W^{(1)}', 'w_{1}', '\\\\hat{y}', 'x_{0}')
    """
    name = re.sub(r"(?<=[A-Za-z])_(?=(?:hat|bar|tilde)\d*\Z)", "", name)
    match = re.fullmatch(r"([A-Za-z]+)(\d*)((?:_\w+)?)", name)
    if not match:
        return r"\mathrm{" + name.replace("_", r"\_") + "}"
    letters, digits, rest = match.groups()
    latex = symbol(letters)
    if digits:
        latex += f"^{{({digits})}}" if layered else f"_{{{digits}}}"
    subscript = rest.lstrip("_")
    if not subscript:
        return latex
    subscript = ",".join(
        part if len(part) == 1 or part.isdecimal() else symbol(part) for part in subscript.split("_") if part
    )
    return latex + f"_{{{subscript}}}" if "_" not in latex else latex[:-1] + f",{subscript}}}"


def _marked(name: str, given: Mapping[str, str], layered: bool) -> str:
    """The usual notation; a version of a name that is given several times has its number in brackets above it."""
    key, _, version = name.partition("@")
    latex = given.get(key) or default(key, layered)
    if not version:
        return latex
    return f"{latex[:-1]}[{version}]}}" if re.search(r"\^\{[^{}]*\}\Z", latex) else f"{latex}^{{[{version}]}}"


def numbered(latex: str, places: Sequence[str]) -> str:
    r"""The symbol of a matrix of an array: that of the array with the matrix's number behind it.

    >>> numbered(r"\mathbf{X}", ["1", "2"]), numbered("W_{c}", ["1"])
    ('\\mathbf{X}_{1,2}', 'W_{c,1}')
    >>> numbered("b_0", ["2"]), numbered("b_0^c", ["2"])
    ('b_{0,2}', '{b_0^c}_{2}')
    """
    number = ",".join(places)
    if not number:
        return latex
    if "_" not in latex:
        return f"{latex}_{{{number}}}"
    ends = re.fullmatch(r"([^_]*)_(?:\{([^_{}]*)\}|(\w))", latex)
    return f"{ends[1]}_{{{ends[2] or ends[3]},{number}}}" if ends else f"{{{latex}}}_{{{number}}}"


class Names:
    """The symbols of a network's quantities and their shapes; both the writer and the reader ask here.

    >>> names = Names({"W1": (2, 2), "x": (2, 1)})
    >>> names.latex("W1"), names.entry("W1", (0, 1))
    ('W^{(1)}', 'w^{(1)}_{12}')
    """

    def __init__(self, shapes: Mapping[str, Shape], notation: Mapping[str, str] | None = None) -> None:
        self.shapes = shapes
        self._given = given = notation or {}
        self._layered = layered = any(re.fullmatch(r"[A-Z]\d+", name) for name in shapes)
        self._latex = {name: given.get(name) or _marked(name, given, layered) for name in shapes}
        used = set(self._latex.values())
        self._entry = {name: _entry_base(latex, shapes[name], used) for name, latex in self._latex.items()}
        self.by_tokens = self._index()

    def _index(self) -> list[tuple[list[str], str, bool]]:
        """(tokens, name, only with a subscript), longest first, as the reader tries them."""
        whole = [(tokens(latex), name, False) for name, latex in self._latex.items()]
        entries = [(tokens(latex), name, True) for name, latex in self._entry.items() if latex != self._latex[name]]
        return sorted(whole + entries, key=lambda row: -len(row[0]))

    def clashes(self) -> list[tuple[str, str]]:
        """Pairs of names that would be printed alike."""
        seen: dict[str, str] = {}
        return [(seen[latex], name) for name, latex in self._latex.items() if seen.setdefault(latex, name) != name]

    def latex(self, name: str) -> str:
        """The symbol of a quantity."""
        return self._latex[name]

    def array(self, name: str) -> str:
        """The symbol of an array of three or four axes, of which each matrix is a quantity."""
        return _marked(name, self._given, self._layered)

    def with_letters(self, name: str, letters: str) -> str:
        """The symbol of an entry whose indices are letters."""
        base = self._entry[name] if name in self._entry else self.array(name)
        return subscripted(base, letters) if letters else base

    def entry(self, name: str, place: tuple[int, ...]) -> str:
        """The symbol of an entry, counted from 1; an entry of a matrix takes the small letter, a name with a subscript
        stands in brackets."""
        base = self._entry[name]
        text = ("," if any(k >= 9 for k in place) and len(place) > 1 else "").join(str(k + 1) for k in place)
        return subscripted(base, text)


def subscripted(latex: str, subscript: str) -> str:
    """A symbol with a subscript, in brackets where it has one already.

    >>> subscripted("w", "12"), subscripted("W_{Q}", "12")
    ('w_{12}', '(W_{Q})_{12}')
    """
    return f"({latex})_{{{subscript}}}" if "_" in latex else f"{latex}_{{{subscript}}}"


def _entry_base(latex: str, shape: Shape, used: set[str]) -> str:
    small = latex[0].lower() + latex[1:]
    return small if shape and small not in used and "_" not in latex else latex
