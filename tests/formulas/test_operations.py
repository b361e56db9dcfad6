"""The operations table: one entry is all. What is known of an operation stands in its row, and a piece that is missing
is named when the table is imported; rules elsewhere look for operations by `heads`, not by strings."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import operation_examples
import pytest
import sympy
from flint import arb, fmpq

from derivation import derive, loads
from derivation.formulas.operations import TABLE, Operation
from derivation.formulas.operations.smooth import SMOOTH, Smooth
from derivation.formulas.terms import walk

PACKAGE = Path(__file__).parents[2] / "derivation"
FEW = 60
STRINGS = {
    "formulas/terms.py": (8, "Python's operators between terms; terms lie below the table"),
    "formulas/language/spellings.py": (4, "names of PyTorch and NumPy"),
    "formulas/language/rewriting.py": (2, "what PyTorch's losses may be asked for"),
    "formulas/language/axes.py": (
        4,
        "words of the language: `sum` may be a row of the table or an average on the way",
    ),
    "formulas/language/expressions.py": (1, "a word of the language, which a repetition may stand in"),
    "checking/judging/cases.py": (1, "a word of the articles that are read"),
    "checking/reading/functions.py": (3, "spellings that an article's other words for them lead to"),
    "checking/reading/matrices.py": (2, "environments of LaTeX"),
    "checking/reports/setting.py": (2, "environments of LaTeX"),
    "tex/forms.py": (1, "an environment of LaTeX"),
    "tex/mathml/elements.py": (1, "an environment of LaTeX"),
    "handwriting/strokes/signs.py": (5, "signs that the hand writes"),
    "networks/optimizers.py": (4, "what any rule can be combined with"),
    "handwriting/setting.py": (1, "an accent"),
    "handwriting/ink/hands.py": (1, "the name of a hand"),
    "pages/figures/geometry.py": (3, "kinds of nodes and tones"),
    "pages/figures/heat.py": (2, "tones"),
    "pages/figures/plot.py": (1, "a kind of node"),
    "deriving/reasons.py": (1, "the key of a sentence"),
    "deriving/on_request/jacobian.py": (1, "the key of a sentence"),
    "exercises/exports/follow.py": (1, "an operation of QTI"),
    "exercises/plan/wishes.py": (1, "a wish"),
    "exercises/search/case.py": (2, "a wish"),
    "exercises/search/solve.py": (1, "a wish"),
    "exercises/search/finding.py": (1, "a wish"),
    "exercises/exercise/former_ids.py": (1, "a wish in ids of before"),
    "exercises/marking/reports/pdf.py": (1, "a class's mean"),
    "exercises/marking/reports/json_form.py": (1, "a class's mean"),
    "spec/files.py": (2, "a key of a spec"),
}
"""Where a string is the name of an operation: how often, and why."""
THEIRS = [PACKAGE / "models", PACKAGE / "checking" / "sources", PACKAGE / "checking" / "sheets"]
"""The tables of PyTorch's and ONNX's operators, of Typst's and AsciiMath's signs, of words in texts and of functions in
spreadsheets: what stands there are their names."""


def strings(path: Path) -> int:
    """How many literals of a file are the name of an operation."""
    return sum(
        isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in TABLE
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
    )


@pytest.mark.slow
def test_names_of_operations_stand_as_strings_only_where_they_mean_something_else() -> None:
    inside = (PACKAGE / "formulas" / "operations", *THEIRS)
    outside = [path for path in PACKAGE.rglob("*.py") if not any(map(path.is_relative_to, inside))]
    found = Counter({path.relative_to(PACKAGE).as_posix(): strings(path) for path in outside})
    assert +found == {path: count for path, (count, _) in STRINGS.items()}
    assert found.total() < FEW


@pytest.mark.parametrize("row", TABLE.values(), ids=TABLE)
def test_each_operation_has_an_example_that_uses_it(row: Operation) -> None:
    network = loads(operation_examples.spec(row))
    assert any(node.head == row.name for equation in network.equations.values() for node in walk(equation))
    assert derive(network).values["out"].entries


@pytest.mark.parametrize("row", SMOOTH.values(), ids=SMOOTH)
def test_values_and_slopes_are_those_of_sympy(row: Smooth) -> None:
    at, x = fmpq(3, 4), sympy.Symbol("x")
    formula = row.symbols(sympy, x)
    value = row.number(at)
    for order, found in enumerate((value, *row.slopes(at, value))):
        true = str(sympy.diff(formula, x, order).subs(x, sympy.Rational(3, 4)).evalf(40))
        assert abs(arb(found) - arb(true)) < arb("1e-12")


ROWS = "derivation/formulas/operations/"
WORDS = "templates/words/en/walkthrough.toml"
TABLE_ITSELF = "import derivation.formulas.operations"
PAGES = "from derivation.pages.words import Words; Words(str)"
MISSING = {
    "meaning": (ROWS + "activations.py", '        Applied("tanh"),\n', TABLE_ITSELF, "'tanh' has no meaning and no definition"),
    "reverse": (ROWS + "activations.py", 'reverse=("G * (1 - out^2)",),', TABLE_ITSELF, "'tanh' has no reverse rule for each"),
    "spelling": (ROWS + "activations.py", 'spellings=("tanh",),', TABLE_ITSELF, "'tanh' has no spelling"),
    "reason": (ROWS + "activations.py", 'reason="tanh",', TABLE_ITSELF, "'tanh' has no reason"),
    "NumPy": (ROWS + "activations.py", 'numpy="np.tanh({a})",', TABLE_ITSELF, "'tanh' has no NumPy expression"),
    "example": (ROWS + "activations.py", 'example="tanh(a)",', TABLE_ITSELF, "'tanh' has no example"),
    "function": (ROWS + "smooth.py", '"tanh",\n            number', TABLE_ITSELF, "'tanh' has no function of numbers"),
    "value": (ROWS + "smooth.py", "            number=function(arb.tanh, {0: 0}),\n", TABLE_ITSELF, "'tanh' has no 'number' among"),
    "symbols": (ROWS + "smooth.py", "            symbols=lambda sympy, x: sympy.tanh(x),\n", TABLE_ITSELF, "'tanh' has no 'symbols'"),
    "slopes": (ROWS + "smooth.py", "            slopes=lambda x, y: (1 - y * y, -2 * y * (1 - y * y)),\n", TABLE_ITSELF, "'tanh' has no 'slopes'"),
    "QTI": (ROWS + "smooth.py", '            qti="tanh",\n', TABLE_ITSELF, "'tanh' has no 'qti'"),
    "saturates": (ROWS + "smooth.py", '            qti="tanh",\n            saturates=True,', TABLE_ITSELF, "'tanh' has no 'saturates'"),
    "row": (ROWS + "arithmetic.py", '"hadamard_pow",', TABLE_ITSELF, "'hadamard_pow' has no row"),
    "term": (ROWS + "algebras.py", '"sign", ', TABLE_ITSELF, "'sign' has no term that spells it out"),
    "SymPy": (ROWS + "algebras.py", "        floor = staticmethod(whole)\n", "from derivation.formulas.operations.algebras import symbols; symbols()", "'floor' has no SymPy expression"),
    "jets": ("derivation/deriving/on_request/jets.py", "    def floor(", "import derivation.deriving.on_request.jets", "'floor' has no first two derivatives"),
    "form": ("derivation/exercises/exports/follow.py", 'Numbers.max: _plain("max"),', "import derivation.exercises.exports.follow", "'max' has no form in QTI"),
    "decimals": ("derivation/exercises/search/lattice.py", "Numbers.pow: _powered,", "import derivation.exercises.search.lattice", "'pow' has no rule for decimals"),
    "bounds": ("derivation/exercises/search/lattice.py", "Numbers.max: lambda a, b: (max", "import derivation.exercises.search.lattice", "'max' has no bounds"),
    "sentence": (WORDS, '\ntanh = "The hyperbolic', PAGES, "'tanh' has no words: 'tanh' under [reasons]"),
    "name in words": (WORDS, '\ntanh = "tanh"', PAGES, "'tanh' has no words: 'tanh' under [operations]"),
}  # fmt: skip
"""By the piece that is taken away: where it stands and what it is, what is imported then, and what that says."""
PLANTED = {
    '"tanh",\n            number': '"tanx",\n            number',
    '            qti="tanh",\n            saturates=True,': '            qti="tanh",',
    '"hadamard_pow",': '"power",',
    "    def floor(": "    def whole(",
    "Numbers.max: lambda a, b: (max": "len: lambda a, b: (max",
    '\ntanh = "The hyperbolic': '\ntanx = "The hyperbolic',
    '\ntanh = "tanh"': '\ntanx = "tanh"',
}
"""What stands in the place of a piece that cannot simply be left out."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package, to be spoiled."""
    root = tmp_path_factory.mktemp("house")
    shutil.copytree(PACKAGE, root / "derivation", ignore=shutil.ignore_patterns("__pycache__", "templates"))
    shutil.copytree(PACKAGE.parent / "templates" / "words", root / "templates" / "words")
    return root


@pytest.mark.slices(8)
@pytest.mark.parametrize(("file", "piece", "work", "said"), MISSING.values(), ids=MISSING)
def test_a_missing_piece_is_named_when_the_table_is_imported(
    house: Path, file: str, piece: str, work: str, said: str
) -> None:
    path = house / file
    whole = path.read_text("utf-8")
    assert whole.count(piece) == 1
    path.write_text(whole.replace(piece, PLANTED.get(piece, "")), "utf-8")
    environment = {**os.environ, "PYTHONPATH": str(house), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, "-c", work], cwd=house, env=environment, capture_output=True, text=True)
    path.write_text(whole, "utf-8")
    assert done.returncode == 1 and f"the operation {said}" in done.stderr.splitlines()[-1], done.stderr
