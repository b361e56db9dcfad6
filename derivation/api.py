"""What others import from `derivation`: a network read or built, worked, proved, and shown."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

from derivation.deriving import View
from derivation.deriving import derive as worked
from derivation.deriving.on_request.views import views as on_request
from derivation.formulas.language.suggestions import nearest
from derivation.formulas.terms import Term
from derivation.handwriting.ink.hands import HANDS, PAPERS
from derivation.handwriting.writing import STANDARD, Writing, fonts_of
from derivation.models.graph import ModelError as ModelError
from derivation.networks import walkthrough
from derivation.networks.network import Network
from derivation.pages.formats import FORMATS, THEMES
from derivation.proving.prover import prove as proved
from derivation.proving.prover import unproved as failures
from derivation.spec.errors import SpecError as SpecError
from derivation.spec.objects import Arguments, tables
from derivation.spec.reader import Opened, opened, opened_tables, opened_text
from derivation.spec.tables import Spec
from derivation.spec.text import NotToml
from derivation.system.writing import make_folder, prepare, write_whole
from derivation.tex.names import Names
from derivation.tex.write import write
from derivation.words.files import languages
from derivation.words.language import speaking
from derivation.words.telling import tell


class Derivation(walkthrough.Derivation):
    """A network worked out, which notebooks show, and which can be written as a document."""

    def save(
        self,
        path: str | Path,
        *,
        theme: str = "typeset",
        hand: str = "",
        paper_style: str = "",
        seed: int | None = None,
        language: str = "",
        unproved: bool = False,
    ) -> Path:
        """Writes the walkthrough to a file, whole or not at all, and gives its path. The ending says in which format
        (pdf, tex, html, md, ipynb, json); the options are those of `derivation handout`.

        What is not proved yet is proved first; with `unproved`, links that cannot be are marked instead of an error.
        Raises `ValueError` for an option that there is not, `FalseLine` for a link that is false or not proved,
        `NotWritten` (an `OSError`) for a file that cannot be written, `TexError` where TeX fails.

        >>> from tempfile import TemporaryDirectory
        >>> made = derive(network("f = 2 * x", data={"x": 0.5}))
        >>> with TemporaryDirectory() as folder:
        ...     made.save(Path(folder, "f.md")).read_text("utf-8").splitlines()[0]
        '# A network worked by hand'
        """
        with speaking(_known("language", language, ["", *languages()])):
            target = Path(_wanted(path, (str, PathLike), "save()", "python.document_path"))
            form = _known("format", _ending(target), FORMATS)
            look = (_known("theme", theme, THEMES), _writing(target, theme, hand, paper_style, seed))
            judged = _judged(self, unproved)
            document = FORMATS[form](judged, *look)
            prepare(target)
            for name, content in _beside(form, document, *look).items():
                make_folder(fonts := target.parent / look[1].folder)
                write_whole(fonts / name, [content])
            write_whole(target, [document])
        return target

    def to_html(self, *, theme: str = "typeset", language: str = "") -> str:
        """The walkthrough as a page that plays, in one file: what `save` writes to a file called .html.

        >>> derive(network("f = 2 * x", data={"x": 0.5})).to_html()[:15]
        '<!DOCTYPE html>'
        """
        with speaking(_known("language", language, ["", *languages()])):
            return FORMATS["html"](_judged(self, False), _known("theme", theme, THEMES)).decode()

    def _repr_html_(self) -> str:
        from derivation.pages.formats.page import cell

        return cell(self)

    def _repr_markdown_(self) -> str:
        from derivation.pages.formats.markdown import markdown

        return markdown(self)

    def _repr_latex_(self) -> str:
        from derivation.pages.formats.display import latex_chains

        return latex_chains(self)


def _known(kind: str, name: str, names: Collection[str]) -> str:
    """The name, if there is one such; else `ValueError` with what there is instead."""
    if name not in names:
        raise ValueError(tell(f"none_such.{kind}", name=name, known=", ".join(filter(None, names))))
    return name


def _ending(target: Path) -> str:
    if not target.suffix:
        raise ValueError(tell("python.no_ending", name=target.name, known=", ".join(FORMATS)))
    return target.suffix[1:]


def _writing(target: Path, theme: str, hand: str, paper: str, seed: int | None) -> Writing:
    """How a hand writes the document; its fonts lie in a folder beside a `.tex`."""
    if theme != "handwritten" and (hand or paper or seed is not None):
        raise ValueError(tell("python.no_handwriting"))
    hand, paper = _known("hand", hand or STANDARD.hand, HANDS), _known("paper_style", paper or STANDARD.paper, PAPERS)
    folder = fonts_of(target) if target.suffix == ".tex" else ""
    return Writing(hand, paper, STANDARD.seed if seed is None else seed, folder)


def _judged(derivation: Derivation, keep_unproved: bool) -> walkthrough.Derivation:
    """The derivation with a verdict on every line; raises `FalseLine` where one is not proved."""
    lines = [line for phase in derivation.phases for step in phase.steps for line in step.lines]
    judged = derivation if any(line.proof != "none" for line in lines) else proved(derivation)
    failed = [] if keep_unproved else failures(judged)
    if failed:
        names = judged.network.names
        raise walkthrough.FalseLine("\n".join(_unproved(quantity, line, names) for quantity, line in failed))
    return judged


def _unproved(quantity: Term, line: walkthrough.Line, names: Names) -> str:
    claim = {"quantity": write(quantity, names), "relation": line.relation, "claim": write(line.term, names)}
    return tell("python.not_proved", **claim)


def _beside(form: str, document: bytes, theme: str, writing: Writing) -> Mapping[str, bytes]:
    """The files that a document needs beside it."""
    if form != "tex":
        return {}
    from derivation.pages.formats.tex import beside

    return beside(document, theme, writing)


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


def from_torch(module: Any, inputs: Any, loss: Any = None, target: Any = None, **settings: Any) -> Network:
    """The network of a module of PyTorch's at inputs (a tensor, or a tuple of them), through `torch.export`; with a
    `loss` (a module or function of PyTorch's, or a name such as "mse") and its `target`, one that has gradients.

    Nothing is trained or changed. `settings` are those of `network`: `update`, `digits`, `title` and so on. Raises
    `ModelError` with every operator that has no row, its module, and what can be done.
    """
    try:
        from derivation.models.tracing import spec_of
    except ModuleNotFoundError:
        raise ImportError(tell("models.no_torch")) from None
    spec = spec_of(module, inputs, loss, target)
    return network(spec.equations, spec.parameters, spec.data, **{"loss": spec.loss, "title": spec.title, **settings})


def _whole(found: Opened) -> Network:
    if found.variants is not None:
        from derivation.exercises.plan.table import plan_of

        plan_of(found)
    return found.network


def derive(network: Network, views: Sequence[View | str] = ()) -> Derivation:
    """The network worked out, every printed digit certain; `views` are phases that stand behind the others: "hessian",
    "sensitivity", "gradient_check", or what `deriving.on_request.views` makes.

    Raises `Undefined` where a value does not exist (division by zero, say), naming the quantity.

    >>> text = '[model]\\nloss = "L"\\nequations = "L = (w * x - y)^2 / 2"\\n[parameters]\\nw = 0.5\\n[data]\\nx = 2\\ny = 3'
    >>> derive(loads(text)).gradients["w"].entries
    (-4,)
    """
    wished = [_view(view) for view in ([views] if isinstance(views, str) else views)]
    made = worked(_wanted(network, Network, "derive()", "python.network"), wished)
    return Derivation(made.network, made.phases, made.training_steps, made.outcome)


def _view(wished: View | str) -> View:
    if not isinstance(wished, str):
        return wished
    if wished not in VIEWS:
        raise ValueError(tell("python.no_view", name=wished, near=nearest(wished, VIEWS), known=", ".join(VIEWS)))
    (view,) = on_request({wished: True})
    return view


VIEWS = ("sensitivity", "gradient_check", "hessian")


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
