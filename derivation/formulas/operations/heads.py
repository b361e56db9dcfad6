"""Names of the operations that rules elsewhere look for by their shape: `node.head == heads.ADD`.

A name that no row has, or a row that was called something else, fails when the table is imported.
"""

from __future__ import annotations

ADD, SUB, NEG = "add", "sub", "neg"
TIMES, HADAMARD, MATMUL, DOT, OUTER, CONV2D = "times", "hadamard", "matmul", "dot", "outer", "conv2d"
DIV, HADAMARD_DIV = "div", "hadamard_div"
POW, HADAMARD_POW = "pow", "hadamard_pow"
TRANSPOSE, RESHAPE, FLATTEN, DIAG, DIAGONAL = "transpose", "reshape", "flatten", "diag", "diagonal"
CUMSUM, ARGMAX, ARGMIN, LOGSUMEXP = "cumsum", "argmax", "argmin", "logsumexp"
FLIP, ROLL = "flip", "roll"
SLICE, PAD, BELOW, BESIDE, PICK_ROWS, GATHER_ROWS = "slice", "pad", "below", "beside", "pick_rows", "gather_rows"
PICK_IN_ROWS, PLACE_IN_ROWS = "pick_in_rows", "place_in_rows"
SUM, PROD, MEAN, NORM, SQUARED_NORM = "sum", "prod", "mean", "norm", "squared_norm"
UNIT_DIRECTION = "unit_direction"
ROW_SUMS, COLUMN_SUMS = "row_sums", "column_sums"
REPEAT_ROWS, REPEAT_COLUMNS, SPREAD = "repeat_rows", "repeat_columns", "spread"
ENLARGE = "enlarge"
MAXIMUM, MINIMUM, LARGEST, SMALLEST = "maximum", "minimum", "largest", "smallest"
GREATER, AT_LEAST, EQUAL_TO, CASES, CLIP = "greater", "at_least", "equal_to", "cases", "clip"
EXP, LOG, SQRT, ABS, SIGN, NORMAL_PDF = "exp", "log", "sqrt", "abs", "sign", "normal_pdf"
SIN, COS, TAN, ARCSIN, ARCCOS, ARCTAN = "sin", "cos", "tan", "arcsin", "arccos", "arctan"
FLOOR, CEIL, ROUND, TRUNC = "floor", "ceil", "round", "trunc"
SOFTMAX, LOG_SOFTMAX, MASKED_SOFTMAX, DROPOUT = "softmax", "log_softmax", "masked_softmax", "dropout"
STOP_GRADIENT = "stop_gradient"
SOFTPLUS, SIGMOID, GELU, GELU_TANH, TANH = "softplus", "sigmoid", "gelu", "gelu_tanh", "tanh"
MAXPOOL, AVGPOOL = "maxpool", "avgpool"
CROSS_ENTROPY, BINARY_CROSS_ENTROPY, HINGE, HUBER = "cross_entropy", "binary_cross_entropy", "hinge", "huber"
MSE, BCE_WITH_LOGITS = "mse", "bce_with_logits"
RELU, LEAKY_RELU, ELU = "relu", "leaky_relu", "elu"
TRIL, TRIU, ONE_HOT = "tril", "triu", "one_hot"

SIGNED = frozenset({ADD, SUB, NEG})
"""What a sum is made of."""
SUMS = frozenset({SUM, ROW_SUMS, COLUMN_SUMS})
REPEATS = frozenset({REPEAT_ROWS, REPEAT_COLUMNS})
QUOTIENTS = frozenset({DIV, HADAMARD_DIV})
POWERS = frozenset({POW, HADAMARD_POW})
FLATTENING = frozenset({CUMSUM, ARGMAX, ARGMIN})
"""What takes all entries of a matrix for one list, as in NumPy, where no axis is given."""
