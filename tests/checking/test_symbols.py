r"""Formulas of lecture notes, without a number: each right form is right, and a slip in it is found at its place."""

from __future__ import annotations

import pytest

from derivation.check import check_text

NOTES: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "mse scalar": (
        r"Let $\hat y = wx + b$ and $L = \frac12 (\hat y - y)^2$."
        r" $$\frac{\partial L}{\partial w} = (\hat y - y) x$$",
        [
            (r"(\hat y - y) x", r"(y - \hat y) x"),
            (r"(\hat y - y) x", r"2(\hat y - y) x"),
            (r"(\hat y - y) x", r"(\hat y - y)"),
            (r"(\hat y - y) x", r"(\hat y - y) w"),
        ],
    ),
    "mse chain": (
        r"Let $\hat y = wx + b$ and $L = (\hat y - y)^2$."
        r" $$\frac{\partial L}{\partial w} = \frac{\partial L}{\partial \hat y}\frac{\partial \hat y}{\partial w} = 2(\hat y - y) x$$"
        r" $$\frac{\partial L}{\partial b} = 2(\hat y - y)$$",
        [
            (r"2(\hat y - y) x", r"(\hat y - y) x"),
            (r"{\partial w} = \frac", r"{\partial b} = \frac"),
            (r"2(\hat y - y)$$", r"2(\hat y - y)x$$"),
        ],
    ),
    "mse sum": (
        r"$L = \frac{1}{n}\sum_{i=1}^{n} (w x_i + b - y_i)^2$."
        r" $$\frac{\partial L}{\partial w} = \frac{2}{n}\sum_{i=1}^n (w x_i + b - y_i) x_i$$"
        r" $$\frac{\partial L}{\partial b} = \frac{2}{n}\sum_{i=1}^n (w x_i + b - y_i)$$",
        [
            (r"\frac{2}{n}\sum_{i=1}^n (w x_i + b - y_i) x_i", r"\frac{1}{n}\sum_{i=1}^n (w x_i + b - y_i) x_i"),
            (r" x_i$$", r"$$"),
            (r"\frac{2}{n}", r"-\frac{2}{n}"),
            (r"\frac{2}{n}", r"2"),
        ],
    ),
    "mse sup": (
        r"$J = \frac{1}{2m}\sum_{i=1}^{m} (\theta x^{(i)} - y^{(i)})^2$."
        r" $$\frac{\partial J}{\partial \theta} = \frac{1}{m}\sum_{i=1}^m (\theta x^{(i)} - y^{(i)}) x^{(i)}$$",
        [
            (r" x^{(i)}$$", r"$$"),
            (r"\frac{1}{m}", r"\frac{2}{m}"),
            (r"\frac{1}{m}", r"\frac{1}{2m}"),
        ],
    ),
    "hyp": (
        r"$h_\theta(x) = \theta_0 + \theta_1 x$ and $J = \frac{1}{2m}\sum_{i=1}^{m} (h_\theta(x^{(i)}) - y^{(i)})^2$."
        r" $$\frac{\partial J}{\partial \theta_1} = \frac{1}{m}\sum_{i=1}^m (h_\theta(x^{(i)}) - y^{(i)}) x^{(i)}$$",
        [
            (r" x^{(i)}$$", r"$$"),
            (r"\frac{1}{m}", r"\frac{2}{m}"),
        ],
    ),
    "logistic": (
        r"$z = wx + b$, $p = \sigma(z)$, $L = -y \log p - (1-y)\log(1-p)$."
        r" $$\frac{\partial L}{\partial z} = p - y$$"
        r" $$\frac{\partial L}{\partial w} = (p - y) x$$",
        [
            (r"p - y$$", r"y - p$$"),
            (r"(p - y) x", r"(p - y)"),
            (r"p - y$$", r"p(1-p)(p - y)$$"),
        ],
    ),
    "logistic steps": (
        r"$z = wx + b$, $a = \sigma(z)$, $L = -(y \ln a + (1-y)\ln(1-a))$."
        r" $$\frac{\partial L}{\partial a} = -\frac{y}{a} + \frac{1-y}{1-a}$$"
        r" $$\frac{da}{dz} = a(1-a)$$"
        r" $$\frac{dL}{dz} = \frac{dL}{da}\frac{da}{dz} = a - y$$",
        [
            (r"-\frac{y}{a} + ", r"\frac{y}{a} + "),
            (r"a(1-a)", r"a(1+a)"),
            (r"a - y$$", r"y - a$$"),
            (r"-\frac{y}{a} + ", r"-\frac{y}{a} - "),
        ],
    ),
    "sigma prime": (
        r"$\sigma(x) = \frac{1}{1+e^{-x}}$."
        r" $$\sigma'(x) = \frac{e^{-x}}{(1+e^{-x})^2} = \sigma(x)(1-\sigma(x))$$"
        r" $$\frac{d\sigma}{dx} = \sigma(x)(1-\sigma(x))$$"
        r" $$\frac{d}{dx}\sigma(x) = \sigma(x)(1-\sigma(x))$$",
        [
            (r"\sigma(x)(1-\sigma(x))$$", r"\sigma(x)(1+\sigma(x))$$"),
            (r"{(1+e^{-x})^2}", r"{(1+e^{-x})}"),
            (r"{dx} = ", r"{dx} = -"),
        ],
    ),
    "sigma undefined": (
        r"$$\frac{d}{dx}\sigma(x) = \sigma(x)(1-\sigma(x))$$"
        r" $$\frac{d}{dx}\tanh(x) = 1 - \tanh^2(x)$$",
        [
            (r"1 - \tanh^2(x)", r"1 + \tanh^2(x)"),
            (r"1 - \tanh^2(x)", r"1 - \tanh(x)"),
            (r"(1-\sigma(x))", r"(1-\sigma(x))^2"),
        ],
    ),
    "softmax": (
        r"$p_i = \frac{e^{z_i}}{\sum_j e^{z_j}}$."
        r" $$\frac{\partial p_i}{\partial z_i} = p_i (1 - p_i)$$"
        r" $$\frac{\partial p_i}{\partial z_j} = -p_i p_j$$",
        [
            (r"p_i (1 - p_i)", r"p_i (1 + p_i)"),
            (r"-p_i p_j", r"p_i p_j"),
            (r"p_i (1 - p_i)", r"(1 - p_i)"),
        ],
    ),
    "softmax K": (
        r"$p_i = \frac{e^{z_i}}{\sum_{k=1}^{K} e^{z_k}}$."
        r" $$\frac{\partial p_i}{\partial z_j} = p_i (\delta_{ij} - p_j)$$",
        [
            (r"(\delta_{ij} - p_j)", r"(\delta_{ij} - p_i)"),
            (r"(\delta_{ij} - p_j)", r"(\delta_{ij} + p_j)"),
            (r"p_i (\delta_{ij}", r"p_j (1"),
        ],
    ),
    "softmax ce 2": (
        r"$p_i = \frac{e^{z_i}}{\sum_{j} e^{z_j}}$, $L = -\sum_i y_i \log p_i$."
        r" $$\frac{\partial L}{\partial p_i} = -\frac{y_i}{p_i}$$",
        [
            (r"-\frac{y_i}{p_i}", r"\frac{y_i}{p_i}"),
            (r"-\frac{y_i}{p_i}", r"-\frac{p_i}{y_i}"),
        ],
    ),
    "softmax vec": (
        r"$p = \text{softmax}(z)$, $L = -\sum_k y_k \log p_k$, where $y$ is one-hot."
        r" $$\frac{\partial L}{\partial z} = p - y$$",
        [
            (r"p - y$$", r"y - p$$"),
        ],
    ),
    "ridge scalar": (
        r"$J = \frac12 (w x - t)^2 + \frac{\lambda}{2} w^2$."
        r" $$\frac{\partial J}{\partial w} = (wx - t)x + \lambda w$$",
        [
            (r"\lambda w$$", r"\lambda$$"),
            (r" + \lambda w$$", r"$$"),
            (r"\lambda w$$", r"2\lambda w$$"),
        ],
    ),
    "ridge": (
        r"$J(w) = \|Xw - y\|^2 + \lambda \|w\|^2$."
        r" $$\nabla_w J = 2X^\top (Xw - y) + 2\lambda w$$",
        [
            (r"2\lambda w", r"\lambda w"),
            (r"2X^\top", r"2X"),
            (r" + 2\lambda w", r""),
            (r"2X^\top", r"X^\top"),
            (r"(Xw - y)", r"(y - Xw)"),
        ],
    ),
    "ridge half": (
        r"Let $\mathbf{X}$ be the data, $J(\mathbf{w}) = \frac12 \|\mathbf{X}\mathbf{w} - \mathbf{y}\|_2^2 + \frac{\lambda}{2} \|\mathbf{w}\|_2^2$."
        r" $$\nabla J(\mathbf{w}) = \mathbf{X}^\top (\mathbf{X}\mathbf{w} - \mathbf{y}) + \lambda \mathbf{w}$$",
        [
            (r" + \lambda \mathbf{w}", r""),
            (r"\lambda \mathbf{w}", r"\lambda"),
        ],
    ),
    "ols": (
        r"$L(w) = \frac{1}{2}(Xw - y)^\top(Xw - y)$."
        r" $$\frac{\partial L}{\partial w} = X^\top X w - X^\top y$$",
        [
            (r"X^\top X w", r"X X^\top w"),
            (r"- X^\top y", r"+ X^\top y"),
            (r"X^\top y", r"X y"),
        ],
    ),
    "quadratic": (
        r"$f(x) = \frac12 x^\top A x - b^\top x$."
        r" $$\nabla f(x) = \frac12 (A + A^\top) x - b$$",
        [
            (r"\frac12 (A + A^\top) x", r"(A + A^\top) x"),
            (r" - b$$", r" + b$$"),
        ],
    ),
    "layers": (
        r"$z = Wx + b$, $a = \sigma(z)$, $L = \frac12\|a - y\|^2$."
        r" $$\frac{\partial L}{\partial z} = (a - y) \odot a \odot (1 - a)$$"
        r" $$\frac{\partial L}{\partial W} = \frac{\partial L}{\partial z} x^\top$$"
        r" $$\frac{\partial L}{\partial x} = W^\top \frac{\partial L}{\partial z}$$",
        [
            (r"\frac{\partial L}{\partial z} x^\top", r"x^\top \frac{\partial L}{\partial z}"),
            (r"W^\top \frac", r"W \frac"),
            (r"(a - y) \odot", r"(y - a) \odot"),
            (r"(1 - a)", r"(1 + a)"),
            (r"\frac{\partial L}{\partial z} x^\top", r"x \frac{\partial L}{\partial z}^\top"),
        ],
    ),
    "layers prime": (
        r"$\mathbf{z} = \mathbf{W}\mathbf{x} + \mathbf{b}$, $\mathbf{a} = \sigma(\mathbf{z})$, $L = \frac12\|\mathbf{a} - \mathbf{y}\|^2$."
        r" $$\boldsymbol{\delta} = \frac{\partial L}{\partial \mathbf{z}} = (\mathbf{a} - \mathbf{y}) \odot \sigma'(\mathbf{z})$$"
        r" $$\frac{\partial L}{\partial \mathbf{W}} = \boldsymbol{\delta} \mathbf{x}^\top, \quad \frac{\partial L}{\partial \mathbf{b}} = \boldsymbol{\delta}$$",
        [
            (r"\sigma'(", r"\sigma("),
            (r"\boldsymbol{\delta} \mathbf{x}^\top", r"\mathbf{x} \boldsymbol{\delta}^\top"),
            (r"\mathbf{b}} = \boldsymbol{\delta}", r"\mathbf{b}} = \boldsymbol{\delta} \mathbf{x}^\top"),
        ],
    ),
    "two layers": (
        r"$z_1 = W_1 x + b_1$, $h = \tanh(z_1)$, $\hat{y} = W_2 h + b_2$, $L = \frac12 \|\hat{y} - y\|^2$."
        r" $$\frac{\partial L}{\partial \hat y} = \hat y - y$$"
        r" $$\frac{\partial L}{\partial W_2} = (\hat y - y) h^\top$$"
        r" $$\frac{\partial L}{\partial z_1} = W_2^\top (\hat y - y) \odot (1 - h^2)$$",
        [
            (r"W_2^\top (", r"W_2 ("),
            (r"(1 - h^2)", r"(1 - h)"),
            (r"(1 - h^2)", r"(1 + h^2)"),
            (r"(\hat y - y) h^\top", r"(\hat y - y) x^\top"),
        ],
    ),
    "two layers delta": (
        r"$z_1 = W_1 x + b_1$, $h = \tanh(z_1)$, $\hat{y} = W_2 h + b_2$, $L = \frac12 \|\hat{y} - y\|^2$."
        r" $$\delta_2 = \frac{\partial L}{\partial \hat y} = \hat y - y$$"
        r" $$\delta_1 = W_2^\top \delta_2 \odot (1 - h \odot h)$$"
        r" $$\frac{\partial L}{\partial W_1} = \delta_1 x^\top$$"
        r" $$\frac{\partial L}{\partial b_1} = \delta_1$$",
        [
            (r"W_2^\top \delta_2", r"W_2 \delta_2"),
            (r"\delta_1 x^\top", r"\delta_2 x^\top"),
            (r"(1 - h \odot h)", r"h"),
            (r"{\partial b_1} = \delta_1", r"{\partial b_1} = \delta_2"),
        ],
    ),
    "scalar chain": (
        r"$u = x^2 + 1$ and $y = u^3$."
        r" $$\frac{dy}{dx} = \frac{dy}{du}\cdot\frac{du}{dx} = 3u^2 \cdot 2x = 6x(x^2+1)^2$$",
        [
            (r"6x(x^2+1)^2", r"6x(x^2+1)"),
            (r"3u^2 \cdot 2x", r"3u^2 \cdot x"),
            (r"3u^2", r"3u^3"),
        ],
    ),
    "prime form": (
        r"Let $f(x) = x^3 - 2x$. Then $f'(x) = 3x^2 - 2$.",
        [
            (r"3x^2 - 2", r"3x^2 + 2"),
            (r"3x^2 - 2", r"3x^2"),
            (r"3x^2 - 2", r"2x^2 - 2"),
        ],
    ),
    "bracket": (
        r"$$\frac{\partial}{\partial w}\left[(wx - t)^2\right] = 2(wx - t)x$$"
        r" $$\frac{d}{dx}\left(x^2 + 3x\right) = 2x + 3$$",
        [
            (r"2(wx - t)x", r"(wx - t)x"),
            (r"2x + 3", r"2x"),
            (r"2(wx - t)x", r"2(wx - t)w"),
        ],
    ),
    "rnn": (
        r"$h_t = \tanh(w h_{t-1} + u x_t)$, $y_t = v h_t$, $L = \frac12 \sum_{t=1}^{T} (y_t - k_t)^2$."
        r" $$\frac{\partial L}{\partial v} = \sum_{t=1}^{T} (y_t - k_t) h_t$$"
        r" $$\frac{\partial h_t}{\partial h_{t-1}} = w (1 - h_t^2)$$",
        [
            (r"(y_t - k_t) h_t", r"(y_t - k_t)"),
            (r"w (1 - h_t^2)", r"(1 - h_t^2)"),
            (r"w (1 - h_t^2)", r"w (1 - h_t)"),
            (r"w (1 - h_t^2)", r"w h_t^2"),
        ],
    ),
    "rnn bptt": (
        r"$h_t = \tanh(w h_{t-1} + u x_t)$, $L = \frac12 (h_T - k)^2$."
        r" $$\frac{\partial L}{\partial h_T} = h_T - k$$"
        r" $$\frac{\partial L}{\partial h_{t}} = \frac{\partial L}{\partial h_{t+1}} \frac{\partial h_{t+1}}{\partial h_t}$$",
        [
            (r"h_T - k$$", r"k - h_T$$"),
        ],
    ),
    "logistic vec": (
        r"$p = \sigma(w^\top x + b)$, $L = -y\log p - (1-y)\log(1-p)$."
        r" $$\nabla_w L = (p - y)x$$"
        r" $$\frac{\partial L}{\partial b} = p - y$$",
        [
            (r"(p - y)x", r"(y - p)x"),
            (r"(p - y)x", r"(p - y)w"),
            (r"p - y$$", r"(p - y)x$$"),
        ],
    ),
    "hinge ish log": (
        r"$L = \log(1 + e^{-y w^\top x})$."
        r" $$\nabla_w L = -y x \sigma(-y w^\top x)$$",
        [
            (r"\sigma(-y", r"\sigma(y"),
            (r"-y x", r"y x"),
        ],
    ),
    "log sigma": (
        r"$L = -\log\sigma(ywx)$."
        r" $$\frac{\partial L}{\partial w} = -yx\,\sigma(-ywx)$$",
        [
            (r"\sigma(-ywx)", r"\sigma(ywx)"),
            (r"-yx\,", r"yx\,"),
            (r"-yx\,", r"-x\,"),
        ],
    ),
    "index lin": (
        r"$y_i = \sum_j w_{ij} x_j$."
        r" $$\frac{\partial y_i}{\partial x_j} = w_{ij}$$"
        r" $$\frac{\partial y_i}{\partial w_{ij}} = x_j$$",
        [
            (r"{\partial x_j} = w_{ij}", r"{\partial x_j} = w_{ji}"),
            (r"= x_j$$", r"= x_i$$"),
        ],
    ),
    "index mse": (
        r"$z_k = \sum_j w_{kj} x_j + b_k$, $E = \frac12 \sum_k (z_k - t_k)^2$."
        r" $$\frac{\partial E}{\partial w_{kj}} = (z_k - t_k) x_j$$"
        r" $$\frac{\partial E}{\partial b_k} = z_k - t_k$$",
        [
            (r"(z_k - t_k) x_j", r"(z_k - t_k) x_k"),
            (r"(z_k - t_k) x_j", r"(t_k - z_k) x_j"),
            (r"= z_k - t_k$$", r"= (z_k - t_k) x_k$$"),
        ],
    ),
    "index hidden": (
        r"$h_j = \sigma(\sum_i v_{ji} x_i)$, $z_k = \sum_j w_{kj} h_j$, $E = \frac12 \sum_k (z_k - t_k)^2$."
        r" $$\frac{\partial E}{\partial h_j} = \sum_k (z_k - t_k) w_{kj}$$"
        r" $$\frac{\partial E}{\partial v_{ji}} = h_j (1 - h_j) x_i \sum_k (z_k - t_k) w_{kj}$$",
        [
            (r"\sum_k (z_k - t_k) w_{kj}$$ $$\frac", r"\sum_k (z_k - t_k) w_{jk}$$ $$\frac"),
            (r"h_j (1 - h_j) x_i", r"(1 - h_j) x_i"),
            (r"x_i \sum_k", r"x_j \sum_k"),
        ],
    ),
    "backprop sup": (
        r"$z^{(l)} = W^{(l)} a^{(l-1)} + b^{(l)}$, $a^{(l)} = \sigma(z^{(l)})$, $C = \frac12 \|a^{(L)} - y\|^2$, $\delta^{(l)} = \frac{\partial C}{\partial z^{(l)}}$."
        r" $$\delta^{(L)} = (a^{(L)} - y) \odot \sigma'(z^{(L)})$$"
        r" $$\delta^{(l)} = (W^{(l+1)})^\top \delta^{(l+1)} \odot \sigma'(z^{(l)})$$"
        r" $$\frac{\partial C}{\partial W^{(l)}} = \delta^{(l)} (a^{(l-1)})^\top$$"
        r" $$\frac{\partial C}{\partial b^{(l)}} = \delta^{(l)}$$",
        [
            (r"(W^{(l+1)})^\top \delta", r"W^{(l+1)} \delta"),
            (r"(a^{(l-1)})^\top", r"(a^{(l)})^\top"),
            (r"\sigma'(z^{(l)})", r"\sigma(z^{(l)})"),
        ],
    ),
    "gaussian": (
        r"$\ell = -\frac{(x - \mu)^2}{2\sigma^2} - \log \sigma$."
        r" $$\frac{\partial \ell}{\partial \mu} = \frac{x - \mu}{\sigma^2}$$"
        r" $$\frac{\partial \ell}{\partial \sigma} = \frac{(x-\mu)^2}{\sigma^3} - \frac{1}{\sigma}$$",
        [
            (r"\frac{x - \mu}{\sigma^2}", r"\frac{\mu - x}{\sigma^2}"),
            (r"{\sigma^3} - ", r"{\sigma^3} + "),
            (r"\frac{x - \mu}{\sigma^2}", r"\frac{x - \mu}{2\sigma^2}"),
        ],
    ),
    "kinetic": (
        r"$E = \frac12 m v^2$."
        r" $$\frac{dE}{dv} = mv$$",
        [
            (r"= mv", r"= 2mv"),
            (r"= mv", r"= m"),
        ],
    ),
    "declared": (
        r"Let $x \in \mathbb{R}^n$, $W \in \mathbb{R}^{m \times n}$, $y \in \mathbb{R}^m$, $z = Wx$, $L = \frac12 \|z - y\|^2$."
        r" $$\frac{\partial L}{\partial W} = (z - y)x^\top$$"
        r" $$\frac{\partial L}{\partial x} = W^\top(z - y)$$",
        [
            (r"(z - y)x^\top", r"x(z - y)^\top"),
            (r"W^\top(z", r"W(z"),
            (r"(z - y)x^\top", r"(y - z)x^\top"),
        ],
    ),
    "partial unknown delta": (
        r"$z = wx$, $L = (z-t)^2$."
        r" $$\frac{\partial L}{\partial w} = \delta x$$ with $\delta = \frac{\partial L}{\partial z} = 2(z - t)$.",
        [
            (r"2(z - t)$", r"(z - t)$"),
            (r"\delta x$$", r"\delta w$$"),
        ],
    ),
    "relu": (
        r"$a = \max(0, z)$, $z = wx$, $L = \frac12(a-t)^2$."
        r" $$\frac{\partial L}{\partial w} = (a - t) \mathbb{1}[z > 0] x$$",
        [
            (r"(a - t) \mathbb", r"(t - a) \mathbb"),
        ],
    ),
    "exp decay": (
        r"$N(t) = N_0 e^{-kt}$."
        r" $$\frac{dN}{dt} = -kN(t)$$"
        r" $$N'(t) = -k N_0 e^{-kt}$$",
        [
            (r"-kN(t)", r"kN(t)"),
            (r"-k N_0", r"-N_0"),
        ],
    ),
    "multi part": (
        r"$f(x, y) = x^2 y + y^3$."
        r" $$\frac{\partial f}{\partial x} = 2xy, \qquad \frac{\partial f}{\partial y} = x^2 + 3y^2$$",
        [
            (r"= 2xy", r"= 2x"),
            (r"x^2 + 3y^2", r"x^2 + y^2"),
        ],
    ),
    "update": (
        r"$L = (wx - t)^2$."
        r" $$w \leftarrow w - \eta \frac{\partial L}{\partial w} = w - 2\eta(wx - t)x$$",
        [
            (r"w - 2\eta(", r"w - \eta("),
            (r"w - 2\eta(", r"w + 2\eta("),
        ],
    ),
    "lstm cell": (
        r"$c_t = f_t c_{t-1} + i_t g_t$, $h_t = o_t \tanh(c_t)$."
        r" $$\frac{\partial h_t}{\partial c_t} = o_t (1 - \tanh^2(c_t))$$"
        r" $$\frac{\partial c_t}{\partial f_t} = c_{t-1}$$",
        [
            (r"(1 - \tanh^2(c_t))", r"(1 - \tanh(c_t))"),
            (r"= c_{t-1}$$", r"= c_t$$"),
        ],
    ),
    "attention-ish": (
        r"$s = q^\top k$, $L = \frac12 (s - t)^2$."
        r" $$\nabla_q L = (s - t) k$$",
        [
            (r"(s - t) k", r"(s - t) q"),
        ],
    ),
    "poly deriv partial": (
        r"$f(x,y) = 3x^2y$. $\frac{\partial f}{\partial x} = 6xy$ and $\frac{\partial f}{\partial y} = 3x^2$.",
        [
            (r"6xy", r"3xy"),
            (r"3x^2$.", r"3x$."),
        ],
    ),
    "product rule": (
        r"$u = x^2$, $v = \sin(x)$, $y = uv$."
        r" $$\frac{dy}{dx} = 2x \sin(x) + x^2 \cos(x)$$",
        [
            (r"+ x^2", r"- x^2"),
            (r"2x", r"x"),
        ],
    ),
    "einstein elem": (
        r"$y = Ax$."
        r" $$\frac{\partial y_i}{\partial x_j} = A_{ij}$$",
        [],
    ),
    "bold logistic": (
        r"$\hat{y} = \sigma(\mathbf{w}^\top \mathbf{x} + b)$, $\mathcal{L} = -[y \log \hat{y} + (1-y)\log(1-\hat{y})]$."
        r" $$\frac{\partial \mathcal{L}}{\partial \mathbf{w}} = (\hat{y} - y)\mathbf{x}$$"
        r" $$\frac{\partial \mathcal{L}}{\partial b} = \hat{y} - y$$",
        [
            (r"(\hat{y} - y)\mathbf{x}", r"(\hat{y} - y)\mathbf{w}"),
            (r"= \hat{y} - y$$", r"= y - \hat{y}$$"),
        ],
    ),
    "poisson": (
        r"$\ell(\lambda) = \sum_{i=1}^n (x_i \log \lambda - \lambda)$."
        r" $$\frac{d\ell}{d\lambda} = \frac{1}{\lambda}\sum_{i=1}^n x_i - n$$",
        [
            (r"- n", r"+ n"),
            (r"\frac{1}{\lambda}\sum", r"\lambda\sum"),
        ],
    ),
    "mean grad zero": (
        r"$J = \frac12 \sum_{i=1}^n (x_i - \mu)^2$. Setting $\frac{dJ}{d\mu} = 0$ gives $\mu = \frac1n \sum_{i=1}^n x_i$.",
        [],
    ),
    "newton": (
        r"$x(t) = A \cos(\omega t)$."
        r" $$\frac{dx}{dt} = -A \omega \sin(\omega t)$$",
        [
            (r"-A", r"A"),
            (r"\omega \sin", r"\sin"),
        ],
    ),
    "finance": (
        r"$P = \frac{C}{1 + r}$."
        r" $$\frac{dP}{dr} = -\frac{C}{(1+r)^2}$$",
        [
            (r"-\frac", r"\frac"),
            (r"(1+r)^2", r"(1+r)"),
        ],
    ),
    "german": (
        r"Sei $z = wx + b$ und $E = \frac12 (z - t)^2$. Dann gilt"
        r" $$\frac{\partial E}{\partial w} = (z - t)x.$$",
        [
            (r"(z - t)x", r"(z - t)"),
        ],
    ),
    "l2 sum": (
        r"$R = \lambda \sum_j w_j^2$."
        r" $$\frac{\partial R}{\partial w_j} = 2\lambda w_j$$",
        [
            (r"2\lambda w_j", r"\lambda w_j"),
            (r"2\lambda w_j", r"2\lambda"),
        ],
    ),
    "batch matrix": (
        r"$Z = XW$, $L = \frac12 \|Z - T\|_F^2$."
        r" $$\frac{\partial L}{\partial W} = X^\top (Z - T)$$",
        [
            (r"X^\top (Z - T)", r"(Z - T) X^\top"),
            (r"X^\top (Z - T)", r"X (Z - T)"),
        ],
    ),
    "row conv": (
        r"$\mathbf{Z} = \mathbf{X}\mathbf{W} + \mathbf{B}$, $L = \frac12 \|\mathbf{Z} - \mathbf{T}\|^2$."
        r" $$\frac{\partial L}{\partial \mathbf{X}} = (\mathbf{Z} - \mathbf{T})\mathbf{W}^\top$$",
        [
            (r"\mathbf{W}^\top$$", r"\mathbf{W}$$"),
        ],
    ),
    "given prose": (
        r"Let $f(x) = x^2$. At $x=3$ the slope is $\frac{df}{dx} = 6$.",
        [],
    ),
    "cosine": (
        r"$$\frac{d}{dx}\sin(x) = \cos(x)$$"
        r" $$\frac{d}{dx} e^{2x} = 2e^{2x}$$"
        r" $$\frac{d}{dx}\ln(x) = \frac1x$$",
        [
            (r"2e^{2x}", r"e^{2x}"),
            (r"\cos(x)", r"-\cos(x)"),
        ],
    ),
    "hinge": (
        r"$L = \max(0, 1 - y w x)$."
        r" $$\frac{\partial L}{\partial w} = -y x \, \mathbf{1}[y w x < 1]$$",
        [(r" \, \mathbf{1}[y w x < 1]", "")],
    ),
    "softplus": (
        r"$f(x) = \ln(1 + e^x)$."
        r" $$f'(x) = \frac{e^x}{1 + e^x} = \sigma(x)$$",
        [
            (r"\frac{e^x}{1 + e^x}", r"\frac{1}{1 + e^x}"),
        ],
    ),
    "momentum": (
        r"$L = (wx - t)^2$."
        r" $$v \leftarrow \beta v + \frac{\partial L}{\partial w}$$"
        r" $$w \leftarrow w - \eta v$$",
        [],
    ),
    "index chain": (
        r"$a_j = \sigma(z_j)$, $z_j = \sum_i w_{ij} x_i$."
        r" $$\frac{\partial a_j}{\partial w_{ij}} = a_j(1-a_j) x_i$$",
        [
            (r"x_i$$", r"x_j$$"),
            (r"a_j(1-a_j)", r"a_j"),
        ],
    ),
    "ce layer": (
        r"$\mathbf{z} = \mathbf{W}\mathbf{x}$, $\mathbf{p} = \text{softmax}(\mathbf{z})$, $L = -\sum_k y_k \log p_k$."
        r" $$\frac{\partial L}{\partial \mathbf{z}} = \mathbf{p} - \mathbf{y}$$"
        r" $$\frac{\partial L}{\partial \mathbf{W}} = (\mathbf{p} - \mathbf{y})\mathbf{x}^\top$$",
        [
            (r"(\mathbf{p} - \mathbf{y})\mathbf{x}^\top", r"(\mathbf{y} - \mathbf{p})\mathbf{x}^\top"),
        ],
    ),
    "autoenc": (
        r"$h = \tanh(Wx)$, $\hat x = W^\top h$, $L = \frac12\|\hat x - x\|^2$."
        r" $$\frac{\partial L}{\partial h} = W(\hat x - x)$$",
        [
            (r"= W(", r"= W^\top("),
        ],
    ),
}
SLIPS = [(name, *slip) for name, (_, slips) in NOTES.items() for slip in slips]


@pytest.mark.parametrize("name", NOTES)
def test_a_right_formula_is_right(name: str) -> None:
    verdicts = {equality.verdict for equality in check_text(NOTES[name][0]).equalities}
    assert not verdicts & {"wrong", "undecided"}


@pytest.mark.parametrize(("name", "right", "slip"), SLIPS)
def test_a_slip_is_found_where_it_stands(name: str, right: str, slip: str) -> None:
    before, found, after = NOTES[name][0].rpartition(right)
    assert found
    wrong = check_text(before + slip + after).wrong
    assert wrong
    assert all(equality.right.end >= len(before) for equality in wrong)


def test_a_slope_at_a_number_that_is_told_in_words_alone_is_undecided() -> None:
    report = check_text(r"Let $y = w^2$. With these weights $\frac{dy}{dw} = 4$.")
    assert [one.verdict for one in report.equalities] == ["stated", "undecided"]
