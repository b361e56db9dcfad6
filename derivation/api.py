"""What others import from `derivation`: a spec read, worked, proved, and shown."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from derivation.deriving import View
from derivation.deriving import derive as worked
from derivation.exercises.plan.table import plan_of
from derivation.networks import walkthrough
from derivation.networks.network import Network
from derivation.proving.prover import prove as prove
from derivation.spec.reader import Opened, opened, opened_text
from derivation.spec.reader import SpecError as SpecError


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
    return _whole(opened(path))


def loads(text: str, source: str = "<spec>", folder: Path | None = None) -> Network:
    """The network of a spec given as text; data files that it names are looked for in `folder`.

    >>> loads('[model]\\nequations = "f = 2 * x"\\n[data]\\nx = 0.5').equations["f"].head
    'times'
    """
    return _whole(opened_text(text, source, folder))


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
    made = worked(network, views)
    return Derivation(made.network, made.phases, made.training_steps, made.outcome)
