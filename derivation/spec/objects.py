"""Values and tables as Python programs have them: NumPy arrays, tensors, fractions, lists. They become what a spec's
text holds, and go the way of a spec from there.

A float is the shortest decimal that reads back to it, as its `repr` writes it (0.1 is one tenth); in an array of
float32, float16 or bfloat16 the shortest that reads back at that precision. Nothing here imports NumPy or PyTorch: who
has an array has loaded what made it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import product
from numbers import Integral, Rational
from typing import Any

from flint import fmpq

from derivation.formulas.arrays import Array
from derivation.formulas.language.stacks.stack import MOST_AXES
from derivation.spec.files import exact_array
from derivation.spec.given import MAXIMAL_BITS, Given, Sliced, Unread, decimal, sized
from derivation.spec.text import MAXIMAL_NESTING, MAXIMAL_TEXT, SURROGATE, NotToml, Places, Problem
from derivation.words.telling import Sentence, tell

PLAIN = ("builtins.int", "builtins.bool", "builtins.str", "builtins.dict", "decimal.Decimal")
"""What a spec's text holds as well; what it does not want of these, it says itself."""
DIGITS = range(1, 18)
"""Digits of the shortest decimal of a float, which are tried in turn."""


def tables(given: Mapping[str, Any]) -> dict[str, Any]:
    """The tables of a spec from the arguments of a call; what was not given (None) is left out.

    >>> tables({"equations": ["a = 2 * x", "b = a^2"], "data": {"x": 3}, "loss": None})["model"]
    {'equations': 'a = 2 * x\\nb = a^2'}
    """
    kept = {key: TABLES.get(key, _word)(argument) for key, argument in given.items() if argument is not None}
    model = {key: kept.pop(key) for key in ("equations", "loss", "output") if key in kept}
    return {**kept, "model": model}


def _itself(given: Any) -> Any:
    return given


def _word(given: Any) -> Any:
    """A word or a whole number, of NumPy's too."""
    return int(given) if isinstance(given, Integral) and not isinstance(given, bool) else given


def _lines(given: Any) -> Any:
    """Equations as one text; a list has a line in each entry."""
    if isinstance(given, list | tuple) and all(isinstance(line, str) for line in given):
        given = "\n".join(given)
    return given.replace("\r\n", "\n").replace("\r", "\n") if isinstance(given, str) else given


def _unread(given: Any) -> Any:
    """Values by name, each to be read when the reader comes to it, so that what is wrong with it has its place."""
    if not isinstance(given, Mapping):
        return given
    return {str(key): _held(key, held) for key, held in given.items()}


def _held(key: Any, held: Any) -> Any:
    if not isinstance(key, str):
        return Unread(key, _no_name)
    if isinstance(held, dict) and isinstance(held.get("steps"), list | tuple):
        return {**held, "steps": [Unread(sample, plain) for sample in held["steps"]]}
    return held if isinstance(held, str | dict) else Unread(held, plain)


def _no_name(key: Any) -> Any:
    raise ValueError(tell("python.no_name", kind=type(key).__name__))


def _settings(given: Any) -> Any:
    """The keys of `[update]`: numbers as they are, what else there is to be read."""
    if not isinstance(given, Mapping):
        return given
    return {str(key): _setting(key, _word(held)) for key, held in given.items()}


def _setting(key: Any, held: Any) -> Any:
    return held if isinstance(held, str | int) else _held(key, held)


def _strings(given: Any) -> Any:
    return {str(key): held for key, held in given.items()} if isinstance(given, Mapping) else given


TABLES: dict[str, Callable[[Any], Any]] = {
    "equations": _lines,
    "parameters": _unread,
    "data": _unread,
    "update": _settings,
    "notation": _strings,
}
"""What becomes of the arguments that are no plain words or numbers."""
IN_CALLS = {"spec.no_table": "python.no_mapping", "spec.update_without_loss": "python.update_without_loss"}
"""What is said in other words where there is no file."""


class Arguments(Places):
    """Where things stand in a call: equations by line and column, all else by the argument's name.

    >>> Arguments("a = b").problem(("parameters", "W1"), "is no number").argument
    "parameters['W1']"
    """

    def __init__(self, equations: str) -> None:
        super().__init__("")
        if len(equations) > MAXIMAL_TEXT:
            raise NotToml(Problem(0, 0, tell("spec.too_large", most=MAXIMAL_TEXT // 1_000_000)))
        if lone := SURROGATE.search(equations):
            before = equations[: lone.start()]
            raise NotToml(Problem(before.count("\n") + 1, len(before) - before.rfind("\n"), tell("spec.surrogate")))

    def problem(self, path: tuple[str, ...], message: str, at: int = 0) -> Problem:
        table, *keys = path[1:] if path[0] == "model" and len(path) > 1 else path
        inside = f"[{keys[0]!r}]" if keys and table in TABLES else ""
        return Problem(0, 0, self.told(path[-1], message), f"{table}{inside}")

    def told(self, key: str, message: str) -> str:
        """What is said of an argument, whose name stands before it anyway."""
        if not isinstance(message, Sentence):
            return message.removeprefix(f"{key}: ")
        return tell(IN_CALLS[message.code]) if message.code in IN_CALLS else message

    def lines_of(self, path: tuple[str, ...], text: str) -> Iterator[tuple[int, int, str]]:
        for line, written in enumerate(text.split("\n"), 1):
            yield line, 1, written


def plain(given: Any) -> Any:
    """A value as a spec has it: an array, or numbers in lists. Raises `ValueError` with a sentence.

    >>> from fractions import Fraction
    >>> plain([0.5, Fraction(1, 3)])
    [Decimal('0.5'), 1/3]
    """
    return _plain(given, 0)


def _plain(given: Any, depth: int) -> Any:
    if isinstance(given, list | tuple):
        if depth == MAXIMAL_NESTING:
            raise ValueError(tell("spec.nested_lists"))
        return [_nested(_plain(entry, depth + 1)) for entry in given]
    called = [f"{kind.__module__}.{kind.__qualname__}" for kind in type(given).__mro__]
    read = next((READERS[name] for name in called if name in READERS), None)
    if read is not None:
        return read(given)
    if isinstance(given, Rational):
        return _fraction(given)
    kind = type(given).__name__
    raise ValueError(tell("python.convertible" if hasattr(type(given), "__array__") else "python.no_value", kind=kind))


def _nested(given: Any) -> Any:
    """An array among others in a list, as the lists that it stands for."""
    if isinstance(given, Sliced):
        inner = [_nested(array) for array in given.arrays]
        for size in given.axes[1:-2][::-1]:
            inner = [inner[start : start + size] for start in range(0, len(inner), size)]
        return inner
    if not isinstance(given, Array):
        return given
    axes = given.axes if isinstance(given, Given) else given.shape
    if len(axes) < 2:
        return list(given.entries) if axes else given.entries[0]
    return [list(row) for row in given.rows]


def _fraction(given: Rational) -> fmpq:
    over, under = int(given.numerator), int(given.denominator)
    if max(over.bit_length(), under.bit_length()) > MAXIMAL_BITS:
        raise ValueError(tell("spec.long_number"))
    return fmpq(over, under)


def _masked(given: Any) -> Any:
    raise ValueError(tell("python.masked"))


def _ndarray(given: Any) -> Any:
    return exact_array(given) if given.ndim else _plain(given[()], 0)


def _number(given: Any) -> Any:
    """A number of NumPy's."""
    if given.dtype.kind not in "iuf" or given.dtype.itemsize > 8:
        raise ValueError(tell("files.expected_floats", dtype=given.dtype))
    return int(given) if given.dtype.kind in "iu" else Decimal(str(given))


def _tensor(given: Any) -> Any:
    for holds, code in TENSORS:
        if holds(given):
            raise ValueError(tell(code, device=given.device, layout=given.layout))
    numbers = given.detach()
    if str(numbers.dtype) in NARROW:
        return _narrow(numbers)
    return _ndarray(numbers.resolve_conj().resolve_neg().numpy())


def _narrow(numbers: Any) -> Any:
    """Floats of a type that NumPy does not have: the shortest decimals that read back to them."""
    axes = tuple(numbers.shape)
    if len(axes) > MOST_AXES:
        raise ValueError(tell("files.expected_axes", count=len(axes), shape=axes))
    if len(axes) > 2:
        return Sliced.of(axes, (_narrow(numbers[place]) for place in product(*map(range, axes[:-2]))))
    sized(*(*axes, 1, 1)[:2])
    wide = numbers.double().flatten()
    texts = [f"{number:.0f}" for number in wide.tolist()]  # whole numbers as they are
    left = [place for place, number in enumerate(wide.tolist()) if number % 1]
    for digits in DIGITS:
        tried = [f"{wide[place]:.{digits}g}" for place in left]
        again = wide.new_tensor([float(text) for text in tried]).to(numbers.dtype).double()
        alike = (again == wide[left]).tolist()
        for place, text, same in zip(left, tried, alike, strict=True):
            texts[place] = text if same else f"{wide[place]}"
        left = [place for place, same in zip(left, alike, strict=True) if not same]
        if not left:
            break
    entries = [_finite(text) for text in texts]
    return Given.of(axes, entries) if axes else entries[0]


def _finite(text: str) -> fmpq:
    if "n" in text:
        raise ValueError(tell("spec.no_number_at_all", given=text))
    return decimal(text)


NARROW = ("torch.bfloat16", "torch.float8_e4m3fn", "torch.float8_e5m2")
TENSORS: Sequence[tuple[Callable[[Any], bool], str]] = (
    (lambda tensor: tensor.device.type != "cpu", "python.device"),
    (lambda tensor: tensor.is_quantized, "python.quantized"),
    (lambda tensor: str(tensor.layout) != "torch.strided", "python.layout"),
)
"""What keeps a tensor from being read as it is."""
READERS: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(PLAIN, _itself),
    "builtins.float": lambda given: Decimal(repr(given)),
    **dict.fromkeys(("numpy.ma.MaskedArray", "numpy.ma.core.MaskedArray"), _masked),
    "numpy.ndarray": _ndarray,
    "numpy.generic": _number,
    "torch.Tensor": _tensor,
    "flint.types.fmpq.fmpq": _itself,
}
"""How values are read, by the names of their classes, so that none has to be imported."""
