"""What an article's quantities are known by."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple, TypeAlias, TypeGuard

from derivation.formulas.terms import Term, name, partial, updated


class Quantity(NamedTuple):
    """A quantity that is made from others and has no name of its own.

    >>> slope = Quantity.derivative("L", "w")
    >>> slope.kind, slope.of, slope.by
    ('derivative', 'L', 'w')
    >>> print(slope, Quantity.updated("w"), Quantity.entry("W", (0, 1)))
    ∂L/∂w w_{new} W_{1,2}
    """

    kind: Literal["updated", "derivative", "entry"]
    of: Key
    by: Any = None
    """The key of what a derivative is taken by; the places of an entry, from 0."""

    @staticmethod
    def updated(of: Key) -> Quantity:
        """A parameter's value after a step of training."""
        return Quantity("updated", of)

    @staticmethod
    def derivative(of: Key, by: Key) -> Quantity:
        """The derivative of one quantity by another."""
        return Quantity("derivative", of, by)

    @staticmethod
    def entry(of: Key, places: tuple[int, ...]) -> Quantity:
        """An entry of an array that is known as a whole."""
        return Quantity("entry", of, places)

    def __str__(self) -> str:
        """The quantity as a reader knows it."""
        if self.kind == "derivative":
            return f"∂{self.of}/∂{self.by}"
        script = "new" if self.kind == "updated" else ",".join(str(place + 1) for place in self.by)
        return f"{self.of}_{{{script}}}"


Key: TypeAlias = str | Quantity
"""A quantity that has a name is known by it: its symbol's key, which is its name in terms, too."""


def is_derivative(key: Key) -> TypeGuard[Quantity]:
    """Whether a quantity is the derivative of one by another."""
    return isinstance(key, Quantity) and key.kind == "derivative"


def is_updated(key: Key) -> TypeGuard[Quantity]:
    """Whether a quantity is the updated value of one."""
    return isinstance(key, Quantity) and key.kind == "updated"


def is_derived(key: Key) -> bool:
    """Whether a quantity is worked out by its nature: a derivative, or an updated value."""
    return isinstance(key, Quantity)


def stem(key: Key) -> Key:
    """The quantity whose updated value this is, or else the quantity itself."""
    return key.of if is_updated(key) else key


def key_of(leaf: Term) -> Key:
    """The key of a quantity in the knowledge of the article."""
    if leaf.head == "updated":
        return Quantity.updated(key_of(leaf.args[0]))
    if leaf.head == "partial":
        return Quantity.derivative(key_of(leaf.args[0]), key_of(leaf.args[1]))
    if leaf.head == "index":
        return Quantity.entry(key_of(leaf.args[0]), leaf.args[1:])
    return str(leaf.args[0])


def term_of(key: Key) -> Term:
    """The term that stands for a quantity which has no entries of its own.

    >>> key_of(term_of(Quantity.derivative("L", "w"))) == Quantity.derivative("L", "w")
    True
    """
    if isinstance(key, str):
        return name(key)
    return updated(term_of(key.of)) if is_updated(key) else partial(term_of(key.of), term_of(key.by))


HIDDEN = "\0"


def hidden(word: str) -> str:
    """A name for a term of our own, which no article can write."""
    return HIDDEN + word


def is_hidden(name: str) -> bool:
    """Whether a name stands for a term of our own.

    >>> is_hidden(hidden("x")), is_hidden("x")
    (True, False)
    """
    return name.startswith(HIDDEN)


ARGUMENT, OUT, THETA = hidden("x"), hidden("out"), hidden("theta")
"""What a function is differentiated by, the result of a term, and the parameter that a general rule speaks of."""
