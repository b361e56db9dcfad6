"""Networks of any size for the benchmarks: decimals with two places, the same each time."""

from __future__ import annotations

import itertools
import random


def spec(sizes: tuple[int, ...], activation: str = "tanh") -> str:
    """A multilayer network; one output is compared by squared error, several by softmax cross-entropy."""
    state = 1

    def draw(scale: float) -> str:
        nonlocal state
        state = (1103515245 * state + 12345) % 2**31
        return f"{(state / 2**31 - 0.5) * scale:.2f}"

    last, rows, values, before = len(sizes) - 1, [], [], "x"
    for k, (wide, high) in enumerate(itertools.pairwise(sizes), 1):
        matrix = [[draw(3 / wide**0.5) for _ in range(wide)] for _ in range(high)]
        values.append(f"W{k} = [{', '.join('[' + ', '.join(row) + ']' for row in matrix)}]")
        values.append(f"b{k} = [{', '.join(draw(0.4) for _ in range(high))}]")
        rows.append(f"z{k} = W{k} @ {before} + b{k}")
        if k < last:
            rows.append(f"h{k} = {activation}(z{k})")
            before = f"h{k}"
    rows += (
        ["p = softmax(z" + str(last) + ")", "L = cross_entropy(p, y)"]
        if sizes[-1] > 1
        else [f"L = (z{last} - y)^2 / 2"]
    )
    data = [
        f"x = [{', '.join(draw(2) for _ in range(sizes[0]))}]",
        f"y = {[1] + [0] * (sizes[-1] - 1) if sizes[-1] > 1 else 1}",
    ]
    equations = "\n".join(rows)
    return (
        f'[model]\nloss = "L"\nequations = """\n{equations}\n"""\n[parameters]\n'
        + "\n".join(values)
        + "\n[data]\n"
        + "\n".join(data)
        + "\n"
    )


LENET = """Z1 = conv2d(X, K1, bias=b1)
A1 = relu(Z1)
P1 = max_pool(A1, 2)
Z2 = conv2d(P1, K2, bias=b2)
A2 = relu(Z2)
P2 = max_pool(A2, 2)
f = flatten(P2)
h1 = relu(W1 @ f + c1)
h2 = relu(W2 @ h1 + c2)
s = W3 @ h2 + c3
p = softmax(s)
L = cross_entropy(p, y)"""


def lenet() -> str:
    """LeNet at its full size: an image of 32 x 32, 6 and 16 filters of 5 x 5, dense layers of 120, 84 and 10."""
    chooser = random.Random(1)

    def drawn(least: int, scale: int, *shape: int) -> object:
        if not shape:
            return chooser.randint(least, 99) / scale
        return [drawn(least, scale, *shape[1:]) for _ in range(shape[0])]

    parameters = {
        "K1": drawn(-99, 100, 6, 1, 5, 5),
        "b1": drawn(-99, 100, 6),
        "K2": drawn(-99, 1000, 16, 6, 5, 5),
        "b2": drawn(-99, 100, 16),
    }
    for k, (wide, high) in enumerate(itertools.pairwise((400, 120, 84, 10)), 1):
        parameters |= {f"W{k}": drawn(-99, 1000, high, wide), f"c{k}": drawn(-99, 100, high)}
    data = {"X": drawn(0, 100, 1, 32, 32), "y": [int(k == 3) for k in range(10)]}
    tables = "\n".join(
        f"[{title}]\n" + "\n".join(f"{key} = {value}" for key, value in given.items())
        for title, given in (("parameters", parameters), ("data", data))
    )
    return f'[model]\nloss = "L"\nequations = """\n{LENET}\n"""\n{tables}\n'
