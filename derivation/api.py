"""What others import from `derivation`: a network read or built, worked, proved, and shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

from derivation.deriving import View
from derivation.deriving import derive as worked
from derivation.exercises.plan.table import plan_of
from derivation.formulas.language.expressions import nearest
from derivation.networks import walkthrough
from derivation.networks.network import Network
from derivation.proving.prover import prove as proved
from derivation.spec.objects import Arguments, tables
from derivation.spec.reader import Opened, Spec, opened, opened_tables, opened_text
from derivation.spec.reader import SpecError as SpecError
from derivation.spec.text import NotToml
from derivation.words.telling import tell


class Derivation(walkthrough.Derivation):
    """A network worked out, which notebooks show."""

    def _repr_markdown_(self) -> str:
        from derivation.pages.formats.markdown import markdown

        return markdown(self)

    def _repr_latex_(self) -> str:
        from derivation.pages.formats.display import latex_chains

        return latex_chains(self)


def load(path: str | Path) -> Network:
    """The network of a spec file.

    Raises `SpecError` with every problem found, those of `[variants]` among them. Nothing in the file is ever executed.
    """
    return _whole(opened(_wanted(path, (str, PathLike), "load()", "python.path")))


def loads(text: str, source: str = "<spec>", folder: Path | None = None) -> Network:
    """The network of a spec given as text; data files that it names are looked for in `folder`.

    >>> loads('[model]\\nequations = "f = 2 * x"\\n[data]\\nx = 0.5').equations["f"].head
    'times'
    """
    return _whole(opened_text(_wanted(text, str, "loads()", "python.spec_text"), source, folder))


def network(
    equations: str | Sequence[str],
    parameters: Mapping[str, Any] | None = None,
    data: Mapping[str, Any] | None = None,
    *,
    loss: str | None = None,
    output: str | None = None,
    update: Mapping[str, Any] | None = None,
    title: str | None = None,
    digits: int | None = None,
    notation: Mapping[str, str] | None = None,
    **settings: Any,
) -> Network:
    """A network from Python: equations as a spec has them, in one text or a line each, and values by name.

    A value is a number, a `Fraction` or `Decimal`, a list, a list of equal lists, a NumPy array or a tensor (on the
    CPU; detached), of up to two axes as in a spec. A float is the decimal that its `repr` writes: 0.1 is one tenth.
    `settings` are the other keys at the head of a spec: `language`, `decimal`, `rounding`, `places`, `elide`, `paper`.

    Raises `SpecError` with every problem found, each with its argument, or its line and column in the equations.

    >>> net = network("L = (dot(w, x) - y)^2 / 2", {"w": [0.5, -1]}, {"x": [2, 1], "y": 3}, loss="L")
    >>> derive(net).gradients["w"].entries
    (-6, -3)
    """
    known = [*Spec.model_fields.keys() - {"model", "variants"}, "equations", "loss", "output"]
    for key in settings:
        if key not in known:
            told = tell("python.no_argument", key=key, near=nearest(key, known), known=", ".join(sorted(known)))
            raise TypeError(told)
    values = {"parameters": parameters, "data": data, "update": update, "notation": notation}
    words = {"equations": equations, "loss": loss, "output": output, "title": title, "digits": digits, **settings}
    syntax = tables({**words, **values})
    text = syntax["model"].get("equations")
    try:
        places = Arguments(text if isinstance(text, str) else "")
    except NotToml as error:
        raise SpecError("equations", [error.problem]) from None
    return opened_tables(syntax, places, "equations").network


def _whole(found: Opened) -> Network:
    if found.variants is not None:
        plan_of(found)
    return found.network


def derive(network: Network, views: Sequence[View] = ()) -> Derivation:
    """The network worked out, every printed digit certain; `views` (`deriving.on_request.views`) are phases that stand
    behind the others.

    Raises `Undefined` where a value does not exist (division by zero, say), naming the quantity.

    >>> text = '[model]\\nloss = "L"\\nequations = "L = (w * x - y)^2 / 2"\\n[parameters]\\nw = 0.5\\n[data]\\nx = 2\\ny = 3'
    >>> derive(loads(text)).gradients["w"].entries
    (-4,)
    """
    made = worked(_wanted(network, Network, "derive()", "python.network"), views)
    return Derivation(made.network, made.phases, made.training_steps, made.outcome)


def prove(derivation: walkthrough.Derivation) -> Derivation:
    """The derivation with a verdict on every line, and what it rests on.

    Raises `FalseLine` where a link is refuted: such a line cannot be built.

    >>> made = prove(derive(network("f = 2 * x + 1", data={"x": 0.5})))
    >>> [line.proof for step in made.phases[1].steps for line in step.lines]
    ['none', 'proved', 'certified', 'certified', 'certified']
    """
    made = proved(_wanted(derivation, walkthrough.Derivation, "prove()", "python.derivation"))
    return Derivation(made.network, made.phases, made.training_steps, made.outcome)


def _wanted(given: Any, kind: Any, function: str, code: str) -> Any:
    """What a function was given, if it is of the kind that it wants; else `TypeError`."""
    if isinstance(given, kind):
        return given
    raise TypeError(tell("python.wants", function=function, wanted=tell(code), kind=type(given).__name__))
