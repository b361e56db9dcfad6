"""Networks of any size for the benchmarks: decimals with two places, the same each time."""

from __future__ import annotations

import itertools


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
