"""Names that are given several times: `c = a * b`, then `c = c + 1`. Each is a version of its own, c@1 and so on; the last
keeps the name. A name that has a value keeps it: what an equation makes of a given x (`x = x - max(x)`) is x@2."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from derivation.formulas.language.syntax import Syntax
from derivation.spec.sections import Equation, uses
from derivation.words.telling import tell

Tell = Callable[[Equation, str], None]


def versions(lines: Sequence[list[Equation]], given: Collection[str], tell_of: Tell) -> list[list[Equation]]:
    """The lines with names of versions, in the order in which they are worked; `given` are the names that have a value.
    What is wrong with a line is told by `tell_of`."""
    counts = Counter(equation.key for line in lines for equation in line)
    several = {key: count for key, count in counts.items() if count > 1 or key in given}
    if not several:
        return [*lines]
    worked = sorted((equation for line in lines for equation in line), key=_when)
    renamed = _renamed(worked, several, {*given} & several.keys(), tell_of)
    return [[renamed[equation.when] for equation in line] for line in lines]


def _when(equation: Equation) -> tuple[int, ...]:
    return equation.when


def last_version(key: str, versions: Collection[str]) -> str:
    """What a name stands for behind all equations.

    >>> last_version("x", ["x@2", "x@10", "y"]), last_version("c", ["c@1", "c"])
    ('x@10', 'c')
    """
    numbers = [
        int(number) for name, _, number in (version.partition("@") for version in versions) if name == key and number
    ]
    return key if key in versions or not numbers else f"{key}@{max(numbers)}"


def _renamed(
    worked: Sequence[Equation], several: Mapping[str, int], given: Collection[str], tell_of: Tell
) -> dict[tuple[int, ...], Equation]:
    found: dict[tuple[int, ...], Equation] = {}
    latest = dict(zip(given, given, strict=True))
    count, unused = Counter(given), set[str]()
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
            count[key] += 1
            latest[key] = version = key if count[key] == several[key] and key not in given else f"{key}@{count[key]}"
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
