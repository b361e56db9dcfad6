"""What NumPy has no single function for; a notebook shows those of these that it uses."""

import decimal
import math

import numpy as np


def diagonal_matrix(a):
    return np.diag(a[:, 0])


def first_largest(a):
    marks = np.zeros(a.shape)
    marks.flat[np.argmax(a)] = 1
    return marks


def first_largest_in_columns(a):
    return np.hstack([first_largest(column) for column in np.hsplit(a, a.shape[1])])


def first_largest_in_rows(a):
    return np.vstack([first_largest(row) for row in np.vsplit(a, a.shape[0])])


def others(a):
    return np.array([np.prod(np.delete(a, k)) for k in range(a.size)]).reshape(a.shape)


def block_sums(a, rows, columns):
    a = np.atleast_2d(a)
    return a.reshape(a.shape[0] // rows, rows, a.shape[1] // columns, columns).sum(axis=(1, 3))


def pad(a, first, last, left, right, rows, columns):
    padded = np.zeros((rows, columns))
    padded[first - 1 : last, left - 1 : right] = a
    return padded


def gather_rows(a, rows, count):
    gathered = np.zeros((count, np.atleast_2d(a).shape[1]))
    np.add.at(gathered, np.array(rows) - 1, a)
    return gathered


def place_in_rows(a, columns, count):
    placed = np.zeros((len(columns), count))
    placed[np.arange(len(columns)), np.array(columns) - 1] = np.ravel(a)
    return placed


def unit(rows, columns, i, j):
    entries = np.zeros((rows, columns))
    entries[i, j] = 1
    return entries


def normal_cdf(a):
    return np.vectorize(lambda x: (1 + math.erf(x / math.sqrt(2))) / 2)(a)


def erf(a):
    return np.vectorize(math.erf)(a)


def normal_pdf(a):
    return np.exp(-(np.asarray(a) ** 2) / 2) / math.sqrt(2 * math.pi)


def one_hot(labels, classes):
    marks = np.eye(classes)[np.asarray(labels, int).ravel()]
    return marks if np.ndim(labels) else marks.T


def kl(p, q):
    p, q = np.broadcast_arrays(p, q)
    some = p > 0
    return np.sum(p[some] * np.log(p[some] / q[some]))


def conv2d(image, kernel, stride, padding, across):
    image, kernel = np.atleast_2d(image), np.atleast_2d(kernel)
    if image.shape[1] == kernel.shape[1] == 1:
        across = 0
    image = np.pad(image, ((padding, padding), (across, across)))
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)[::stride, ::stride]
    return (windows * kernel).sum(axis=(2, 3))


def spread(a, stride):
    a = np.atleast_2d(a)
    rows, columns = ((size - 1) * stride + 1 for size in a.shape)
    out = np.zeros((rows, columns))
    out[::stride, ::stride] = a
    return out


def windows(a, size):
    width = 1 if a.shape[1] == 1 else size
    blocks = a.reshape(a.shape[0] // size, size, a.shape[1] // width, width)
    return blocks.transpose(0, 2, 1, 3).reshape(a.shape[0] // size, a.shape[1] // width, size * width)


def spans(a, size, stride, padding):
    width, around = (1, 0) if a.shape[1] == 1 else (size, padding)
    down = range(-padding, a.shape[0] + padding - size + 1, stride)
    across = range(-around, a.shape[1] + around - width + 1, stride)
    return [[(slice(max(i, 0), i + size), slice(max(j, 0), j + width)) for j in across] for i in down]


def maxpool_strided(a, size, stride, padding):
    return np.array([[a[place].max() for place in row] for row in spans(a, size, stride, padding)])


def avgpool_strided(a, size, stride, padding):
    count = size if a.shape[1] == 1 else size**2
    return np.array([[a[place].sum() / count for place in row] for row in spans(a, size, stride, padding)])


def unpool(upstream, a, size, stride, padding):
    out = np.zeros(a.shape)
    places = [place for row in spans(a, size, stride, padding) for place in row]
    for share, place in zip(np.ravel(upstream), places, strict=True):
        out[place] += share * first_largest(a[place])
    return out


def largest_in_windows(a, size):
    width = 1 if a.shape[1] == 1 else size
    blocks = windows(a, size)
    marks = np.eye(size * width)[blocks.argmax(axis=2)]
    return marks.reshape(*blocks.shape[:2], size, width).transpose(0, 2, 1, 3).reshape(a.shape)


def enlarge(a, rows, columns):
    return np.kron(np.atleast_2d(a), np.ones((rows, columns)))


def to_digits(a, digits):
    context = decimal.Context(prec=digits, rounding=decimal.ROUND_HALF_EVEN)
    return np.vectorize(lambda x: float(context.create_decimal(f"{x:.14e}")))(a)


def to_places(a, places):
    unit = decimal.Decimal(1).scaleb(-places)
    return np.vectorize(lambda x: float(decimal.Decimal(f"{x:.14e}").quantize(unit, decimal.ROUND_HALF_EVEN)))(a)
