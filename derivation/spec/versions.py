"""Names that are given several times: `c = a * b`, then `c = c + 1`. Each is a version of its own, c@1 and so on; the last
keeps the name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from derivation.formulas.language.syntax import Syntax
from derivation.spec.sections import Equation, uses
from derivation.words.telling import tell

Tell = Callable[[Equation, str], None]


def versions(lines: Sequence[list[Equation]], tell_of: Tell) -> list[list[Equation]]:
    """The lines with names of versions, in the order in which they are worked; what is wrong with one is told by
    `tell_of`."""
    counts = Counter(equation.key for line in lines for equation in line)
    several = {key: count for key, count in counts.items() if count > 1}
    if not several:
        return [*lines]
    renamed = _renamed(sorted((equation for line in lines for equation in line), key=_when), several, tell_of)
    return [[renamed[equation.when] for equation in line] for line in lines]


def _when(equation: Equation) -> tuple[int, ...]:
    return equation.when


def _renamed(worked: Sequence[Equation], several: Mapping[str, int], tell_of: Tell) -> dict[tuple[int, ...], Equation]:
    found: dict[tuple[int, ...], Equation] = {}
    latest: dict[str, str] = {}
    given, unused = Counter[str](), set[str]()
    for equation in worked:
        used = uses(equation.syntax) & several.keys()
        for key in sorted(used - latest.keys()):
            tell_of(equation, tell("spec.before_first", key=key))
        for key in used & latest.keys():
            unused.discard(latest[key])
        made, key = replace(equation, syntax=_with_names(equation.syntax, latest)), equation.key
        if key in several:
            if latest.get(key) in unused:
                tell_of(equation, tell("spec.twice", key=key))
            given[key] += 1
            latest[key] = version = key if given[key] == several[key] else f"{key}@{given[key]}"
            made = replace(made, key=version)
            unused.add(version)
        found[equation.when] = made
    return found


def _with_names(syntax: Syntax, names: Mapping[str, str]) -> Syntax:
    """An expression with other names for some."""
    if syntax.symbol == "name":
        return replace(syntax, args=(names.get(syntax.args[0], syntax.args[0]),))
    args = tuple(_with_names(arg, names) if isinstance(arg, Syntax) else arg for arg in syntax.args)
    keywords = tuple((key, _with_names(value, names)) for key, value in syntax.keywords)
    return Syntax(syntax.symbol, args, syntax.at, keywords)
