"""What NumPy, PyTorch and Python have and a spec writes otherwise, or cannot say: what to write instead, or why there is
nothing to write."""

from __future__ import annotations

from derivation.formulas.operations.torch_losses import TORCH_LOSSES
from derivation.words.telling import listed, tell

INSTEAD: dict[str, str | tuple[str, str]] = {
    **{name: loss.instead for loss in TORCH_LOSSES for name in loss.classes if loss.instead},
    "MSELoss": "mse(a, b)",
    "soft_margin_loss": "mean(softplus(-y * a))",
    "gaussian_nll_loss": "mean(log(v) / 2 + (y - a)^2 / (2 * v))",
    "poisson_nll_loss": "mean(exp(a) - y * a)",
    "hinge_embedding_loss": "mean(where(y > 0, a, max(0, 1 - a)))",
    "margin_ranking_loss": "mean(max(0, -y * (a - b)))",
    "cosine_embedding_loss": "where(y > 0, 1 - cosine_similarity(a, b), max(0, cosine_similarity(a, b)))",
    **dict.fromkeys(("triplet_margin_loss", "TripletMarginLoss"), "max(0, norm(a - p) - norm(a - n) + 1)"),
    "multi_margin_loss": "(sum(max(0, 1 - s[t] + s)) - 1) / len(s)",
    **dict.fromkeys(("pairwise_distance", "dist", "PairwiseDistance"), "norm(a - b)"),
    "CosineSimilarity": "cosine_similarity(a, b)",
    **dict.fromkeys(("cdist", "pdist"), "sqrt(sum((A[:, None, :] - B[None, :, :])^2, axis=-1))"),
    **dict.fromkeys(("Linear", "linear", "Dense", "dense", "LazyLinear"), ("W @ x + b", "X @ W.T + b")),
    **dict.fromkeys(("bilinear", "Bilinear"), "x @ W @ y"),
    **dict.fromkeys(("Conv2d", "conv2D", "Conv2D"), "conv2d(X, K)"),
    "Conv1d": "conv1d(x, k)",
    **dict.fromkeys(("correlate", "correlate2d"), ("conv1d(x, k)", "conv2d(X, K)")),
    **dict.fromkeys(("convolve", "convolve2d"), "conv1d(pad(x, len(k) - 1), flip(k))"),
    **dict.fromkeys(("MaxPool2d", "AdaptiveMaxPool2d"), "maxpool(X, 2)"),
    **dict.fromkeys(("AvgPool2d", "AdaptiveAvgPool2d"), "avgpool(X, 2)"),
    **dict.fromkeys(("max_pool1d", "MaxPool1d"), "max(reshape(x, (-1, 2)), axis=1)"),
    **dict.fromkeys(("avg_pool1d", "AvgPool1d"), "mean(reshape(x, (-1, 2)), axis=1)"),
    **dict.fromkeys(
        ("interpolate", "Upsample", "upsample", "UpsamplingNearest2d"), "repeat(repeat(X, 2, axis=-1), 2, axis=-2)"
    ),
    "LayerNorm": "layer_norm(x, gamma, beta)",
    "RMSNorm": "rms_norm(x, gamma)",
    **dict.fromkeys(("BatchNorm1d", "BatchNorm2d", "BatchNorm"), "batch_norm(X, gamma, beta)"),
    **dict.fromkeys(
        ("instance_norm", "InstanceNorm2d", "group_norm", "GroupNorm"),
        "(X - mean(X, axis=(-2, -1), keepdims=True)) / sqrt(var(X, axis=(-2, -1), keepdims=True) + 1e-5)",
    ),
    "Embedding": "embedding(E, t)",
    **dict.fromkeys(("Flatten", "view_as"), ("flatten(X)", "reshape(X, (len(X), -1))")),
    "Identity": "x",
    **dict.fromkeys(("ReLU", "relu_"), "relu(x)"),
    "Sigmoid": "sigmoid(x)",
    "Tanh": "tanh(x)",
    "GELU": "gelu(x)",
    **dict.fromkeys(("SiLU", "Swish"), "silu(x)"),
    "Mish": "mish(x)",
    "SELU": "selu(x)",
    "ELU": "elu(x)",
    **dict.fromkeys(("celu", "CELU"), "max(0, x) + min(0, a * (exp(x / a) - 1))"),
    "LeakyReLU": "leaky_relu(x, 0.01)",
    **dict.fromkeys(("prelu", "PReLU"), "leaky_relu(x, a)"),
    "ReLU6": "relu6(x)",
    "Softplus": "softplus(x)",
    "Softsign": "softsign(x)",
    "LogSigmoid": "log_sigmoid(x)",
    "Hardtanh": "hardtanh(x)",
    **dict.fromkeys(("hardshrink", "Hardshrink"), "x * (abs(x) > 0.5)"),
    **dict.fromkeys(("softshrink", "Softshrink"), "sign(x) * max(0, abs(x) - 0.5)"),
    **dict.fromkeys(("threshold", "Threshold"), "where(x > 0.1, x, 0)"),
    **dict.fromkeys(("softmin", "Softmin"), "softmax(-x)"),
    "Softmax": ("softmax(x)", "softmax(X, axis=1)"),
    "LogSoftmax": ("log_softmax(x)", "log_softmax(X, axis=1)"),
    **dict.fromkeys(("glu", "GLU"), "x[0:2] * sigmoid(x[2:4])"),
    "Dropout": "dropout(x, mask, rate)",
    "fmod": "x - y * trunc(x / y)",
    "divmod": ("floor(x / y)", "x % y"),
    "modf": ("x - trunc(x)", "trunc(x)"),
    "cbrt": "sign(x) * abs(x)^(1/3)",
    "erfc": "1 - erf(x)",
    **dict.fromkeys(("logit", "Logit"), "log(p / (1 - p))"),
    **dict.fromkeys(("deg2rad", "radians"), "x * pi / 180"),
    **dict.fromkeys(("rad2deg", "degrees"), "x * 180 / pi"),
    "sinc": "sin(pi * x) / (pi * x)",
    **dict.fromkeys(("arcsinh", "asinh"), "log(x + sqrt(x^2 + 1))"),
    **dict.fromkeys(("arccosh", "acosh"), "log(x + sqrt(x^2 - 1))"),
    **dict.fromkeys(("arctanh", "atanh"), "log((1 + x) / (1 - x)) / 2"),
    "ptp": "max(x) - min(x)",
    "aminmax": ("min(x)", "max(x)"),
    "average": ("mean(x)", "sum(w * x) / sum(w)"),
    **dict.fromkeys(("nansum", "nanmean"), ("sum(x)", "mean(x)")),
    "std_mean": ("std(x, ddof=1)", "mean(x)"),
    "var_mean": ("var(x, ddof=1)", "mean(x)"),
    **dict.fromkeys(("trapezoid", "trapz"), "sum(x[1:] + x[:-1]) / 2"),
    **dict.fromkeys(("diff", "ediff1d"), "x[1:] - x[:-1]"),
    "logcumsumexp": "log(cumsum(exp(x)))",
    "cov": "(X - mean(X, axis=1, keepdims=True)) @ (X - mean(X, axis=1, keepdims=True)).T / (len(X.T) - 1)",
    "corrcoef": "cosine_similarity(x - mean(x), y - mean(y))",
    "cross": "x[[1, 2, 0]] * y[[2, 0, 1]] - x[[2, 0, 1]] * y[[1, 2, 0]]",
    "tensordot": "einsum('ij,jk->ik', A, B)",
    "kron": "reshape(outer(x, y), -1)",
    **dict.fromkeys(("multi_dot", "chain_matmul"), "A @ B @ C"),
    "matrix_power": "A @ A",
    "baddbmm": "C + A @ B",
    "addmv": "c + A @ x",
    "addcmul": "x + a * b",
    "addcdiv": "x + a / b",
    "polyval": "c[0] * x^2 + c[1] * x + c[2]",
    **dict.fromkeys(("logical_and", "bitwise_and"), "(a > 0) * (b > 0)"),
    **dict.fromkeys(("logical_or", "bitwise_or"), "max(a > 0, b > 0)"),
    **dict.fromkeys(("logical_xor", "bitwise_xor"), "(a > 0) != (b > 0)"),
    **dict.fromkeys(("logical_not", "invert", "bitwise_not"), "1 - (a > 0)"),
    "any": "max(x > 0)",
    "all": "min(x > 0)",
    "count_nonzero": "sum(x != 0)",
    **dict.fromkeys(("isclose", "allclose", "array_equal", "equal_nan"), "abs(a - b) < 1e-6"),
    "take": ("x[t]", "X[:, t]"),
    **dict.fromkeys(("take_along_axis", "take_along_dim"), "A[range(len(t)), t]"),
    "select": ("X[:, 0]", "where(x > 0, x, 0)"),
    "narrow": "X[:, 0:2]",
    "append": "concat([x, y])",
    "insert": "concat([x[:1], y, x[1:]])",
    "delete": "concat([x[:1], x[2:]])",
    **dict.fromkeys(("dstack", "depth_stack"), "stack([A, B], axis=-1)"),
    **dict.fromkeys(("block", "c_"), "concat([A, B], axis=1)"),
    "r_": "concat([x, y])",
    "flipud": "flip(X, axis=0)",
    "fliplr": "flip(X, axis=1)",
    "rot90": "flip(X.T, axis=0)",
    "rollaxis": "moveaxis(X, 2, 0)",
    "atleast_1d": "x",
    "atleast_2d": "x[None, :]",
    "expand_as": "broadcast_to(x, X.shape)",
    "meshgrid": ("x[None, :]", "y[:, None]"),
    "logspace": "10^linspace(0, 1, 3)",
    "tri": "tril(np.ones((3, 3)))",
    "vander": "x[:, None]^np.array([2, 1, 0])",
    **dict.fromkeys(("empty", "empty_like"), "zeros((2, 3))"),
    "diag_embed": "diag(x)",
    "block_diag": "concat([concat([A, zeros((2, 3))], axis=1), concat([zeros((2, 3)), B], axis=1)], axis=0)",
    **dict.fromkeys(("bincount", "histc", "histogram"), "sum(one_hot(t, 3), axis=0)"),
    **dict.fromkeys(("scatter_add", "index_add"), "one_hot(t, 3).T @ X"),
    "apply_along_axis": "sum(X, axis=1)",
    **dict.fromkeys(("vectorize", "map", "apply"), "tanh(x)"),
    **dict.fromkeys(("zip", "enumerate"), ("dot(x, y)", "sum(x[i] * y[i] for i in 0..2)")),
}
"""What stands in place of functions and layers that others have, one way or two."""
REASONS = {
    "transposed": "conv_transpose1d conv_transpose2d ConvTranspose1d ConvTranspose2d conv2d_transpose",
    "quadrant": "arctan2 atan2",
    "positive": "cumprod",
    "order": """sort argsort topk median nanmedian quantile percentile mode kthvalue unique searchsorted lexsort partition
        argpartition msort cummax cummin digitize bucketize sorted rank interp""",
    "chosen": "nonzero argwhere flatnonzero masked_select compress extract triu_indices tril_indices indices choose piecewise",
    "inverse": """inv inverse det slogdet logdet solve pinv pinverse lstsq cholesky qr svd svdvals eig eigh eigvals
        eigvalsh matrix_rank matrix_exp expm lu lu_solve cond""",
    "chance": """rand randn randint randperm normal uniform random choice shuffle permutation bernoulli multinomial
        gumbel_softmax rrelu RReLU manual_seed seed randn_like rand_like randint_like standard_normal sample rsample
        poisson binomial default_rng xavier_uniform_ xavier_normal_ kaiming_uniform_ kaiming_normal_ normal_ uniform_ Normal
        Categorical Bernoulli alpha_dropout dropout1d dropout2d Dropout1d Dropout2d AlphaDropout""",
    "module": """LSTM GRU RNN LSTMCell GRUCell RNNCell MultiheadAttention TransformerEncoderLayer TransformerDecoderLayer
        TransformerEncoder TransformerDecoder Transformer Sequential ModuleList ModuleDict Module Parameter ParameterList
        multi_head_attention_forward""",
    "training": """backward zero_grad step no_grad grad enable_grad inference_mode eval train parameters state_dict
        load_state_dict SGD Adam AdamW RMSprop Adagrad clip_grad_norm_ clip_grad_value_ register_buffer retain_grad""",
    "numbers": "isnan isinf isfinite isreal nan_to_num nan NaN finfo iinfo",
    "infinite": "inf Inf infty infinity",
    "written": """scatter scatter_ scatter_add_ put put_along_axis index_fill index_copy index_put fill_diagonal fill_ copyto
        zero_ copy_ masked_fill_ place""",
    "complex": "fft ifft rfft irfft fft2 stft conj real imag angle view_as_complex polar",
    "row": """lgamma digamma gamma gammaln factorial comb perm erfinv ndtri i0 zeta multigammaln polygamma lp_pool2d
        LPPool2d local_response_norm LocalResponseNorm conv3d Conv3d max_pool3d avg_pool3d unfold Unfold fold Fold pixel_shuffle
        PixelShuffle pixel_unshuffle grid_sample affine_grid ctc_loss CTCLoss fractional_max_pool2d max_unpool2d MaxUnpool2d
        embedding_bag EmbeddingBag gradient""",
    "print": "print assert_ format str repr input open plot show savefig save load exec",
}
"""Why what others have has no place in an equation: the sentences' keys, and the names that each is about."""
REASON_OF = {name: reason for reason, names in REASONS.items() for name in names.split()}


def elsewhere(called: str) -> str:
    """What to say of a function that others have, to append to an error message; nothing where it is none of these.

    >>> elsewhere("fliplr")
    '; write flip(X, axis=1)'
    """
    if written := INSTEAD.get(called):
        ways = (written,) if isinstance(written, str) else written
        return tell("syntax.instead", written=listed(ways, "or"))
    if reason := REASON_OF.get(called):
        return tell(f"elsewhere.{reason}")
    if called.endswith("_") and len(called) > 1:
        return tell("elsewhere.in_place", function=called.rstrip("_"))
    return ""
