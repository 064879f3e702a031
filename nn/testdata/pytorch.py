"""Writes pytorch.json: values and gradients of PyTorch's layers and losses.

Run with PyTorch 1.13 or later:  python3 pytorch.py > pytorch.json

Arrays are in this library's layout: images [N, H, W, C], convolution kernels
[KH, KW, in, out], kernels of linear layers [in, out], sequences [batch, n, in].
Each case has the arrays of the layer, its inputs, the result y, and the
gradients of sum(y * weights) with respect to all of them, by the same names.
"""
import json
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)


def filled(shape, start):
    """Numbers between -2 and 2, multiples of 1/64."""
    n = 1
    for d in shape:
        n *= d
    x, out = start * 7919 + 12345, []
    for _ in range(n):
        x = (x * 1103515245 + 12345) % 2**31
        out.append((x >> 16) % 257 / 64 - 2)
    return torch.tensor(out).reshape(shape)


def pack(t):
    return {"shape": list(t.shape), "values": [float(v) for v in t.detach().reshape(-1)]}


class Case:
    """A function of named arrays in this library's layout."""

    def __init__(self, f, integers=None, **shapes):
        self.arrays = {k: filled(s, i + 1).requires_grad_() if not torch.is_tensor(s) else s.clone().requires_grad_()
                       for i, (k, s) in enumerate(shapes.items())}
        self.integers = integers or {}
        y = f(**self.arrays, **{k: torch.tensor(v) for k, v in self.integers.items()})
        self.extra = {}
        if isinstance(y, tuple):
            y, self.extra = y
        w = filled(list(y.shape), 99)
        (y * w).sum().backward()
        self.y, self.w = y, w

    def json(self):
        return {
            "arrays": {k: pack(a) for k, a in self.arrays.items()},
            "integers": {k: pack(torch.tensor(v)) for k, v in self.integers.items()},
            "y": pack(self.y), "weights": pack(self.w),
            "extra": {k: pack(a) for k, a in self.extra.items()},
            "gradients": {k: pack(a.grad) for k, a in self.arrays.items() if a.grad is not None},
        }


def images(x):
    return x.permute(0, 3, 1, 2)


def back(y):
    return y.permute(0, 2, 3, 1)


def conv(x, w, b):
    return back(F.conv2d(images(x), w.permute(3, 2, 0, 1), b, stride=(2, 1), padding=(1, 1)))


def grouped(x, w, b):
    return back(F.conv2d(images(x), w.permute(3, 2, 0, 1), b, dilation=(1, 2), groups=2))


def transposed(x, w, b):
    return back(F.conv_transpose2d(images(x), w.permute(2, 3, 0, 1), b, stride=(2, 1)))


def through(module, parameters, x):
    """Runs one of PyTorch's recurrent modules on parameters of our own."""
    module._flat_weights = [parameters[name] for name in module._flat_weights_names]
    return module(x)


def rnn(kind):
    def f(x, w, u, b):
        m = torch.nn.RNN(3, 4, nonlinearity=kind, batch_first=True)
        p = {"weight_ih_l0": w.T, "weight_hh_l0": u.T, "bias_ih_l0": b, "bias_hh_l0": torch.zeros(4)}
        y, h = through(m, p, x)
        return y, {"last0": h[0]}
    return f


def gru(x, w, u, b, c, w2, u2, b2, c2):
    m = torch.nn.GRU(3, 4, batch_first=True, bidirectional=True)
    z = torch.zeros(8)
    p = {"weight_ih_l0": w.T, "weight_hh_l0": u.T, "bias_ih_l0": b, "bias_hh_l0": torch.cat([z, c]),
         "weight_ih_l0_reverse": w2.T, "weight_hh_l0_reverse": u2.T, "bias_ih_l0_reverse": b2,
         "bias_hh_l0_reverse": torch.cat([z, c2])}
    y, h = through(m, p, x)
    return y, {"last0": h[0], "last1": h[1]}


def lstm(x, w, u, b, w2, u2, b2):
    m = torch.nn.LSTM(3, 4, num_layers=2, batch_first=True)
    z = torch.zeros(16)
    p = {"weight_ih_l0": w.T, "weight_hh_l0": u.T, "bias_ih_l0": b, "bias_hh_l0": z,
         "weight_ih_l1": w2.T, "weight_hh_l1": u2.T, "bias_ih_l1": b2, "bias_hh_l1": z}
    y, (h, c) = through(m, p, x)
    return y, {"last0": h[0], "last1": h[1], "memory0": c[0], "memory1": c[1]}


def attention(causal):
    def f(x, wq, bq, wk, bk, wv, bv, wo, bo):
        n = x.shape[1]
        mask = torch.full((n, n), float("-inf")).triu(1) if causal else None
        m = torch.nn.MultiheadAttention(6, 2, batch_first=True)
        p = {"in_proj_weight": torch.cat([wq.T, wk.T, wv.T]), "in_proj_bias": torch.cat([bq, bk, bv]),
             "out_proj.weight": wo.T, "out_proj.bias": bo}
        y, _ = torch.nn.utils.stateless.functional_call(m, p, (x, x, x), {"attn_mask": mask})
        return y
    return f


def batch(training):
    def f(x, scale, bias):
        mean, var = filled([5], 7) / 4, filled([5], 8).abs() + 0.5
        before = {"mean": mean.clone(), "var": var.clone()}
        y = F.batch_norm(x.movedim(-1, 1), mean, var, scale, bias, training)
        return y.movedim(1, -1), {**before, "next mean": mean, "next var": var}
    return f


def rms(x, scale):
    return x / (x.square().mean(-1, keepdim=True) + 1e-6).sqrt() * scale


CASES = {
    "linear": Case(lambda x, w, b: F.linear(x, w.T, b), x=[2, 3, 4], w=[4, 5], b=[5]),
    "conv": Case(conv, x=[2, 5, 6, 3], w=[3, 2, 3, 4], b=[4]),
    "conv grouped": Case(grouped, x=[2, 5, 6, 4], w=[2, 2, 2, 6], b=[6]),
    "conv transposed": Case(transposed, x=[2, 3, 4, 3], w=[3, 2, 3, 4], b=[4]),
    "max pool": Case(lambda x: back(F.max_pool2d(images(x), 2)), x=torch.arange(96.).mul(37).fmod(101).reshape(2, 4, 6, 2)),
    "avg pool": Case(lambda x: back(F.avg_pool2d(images(x), 2)), x=[2, 4, 6, 2]),
    "layer norm": Case(lambda x, scale, bias: F.layer_norm(x, [5], scale, bias), x=[2, 3, 5], scale=[5], bias=[5]),
    "rms norm": Case(rms, x=[2, 3, 5], scale=[5]),
    "group norm": Case(lambda x, scale, bias: back(F.group_norm(images(x), 2, scale, bias)), x=[2, 3, 4, 6], scale=[6], bias=[6]),
    "batch norm train": Case(batch(True), x=[4, 3, 5], scale=[5], bias=[5]),
    "batch norm eval": Case(batch(False), x=[4, 3, 5], scale=[5], bias=[5]),
    "embedding": Case(lambda table, i: F.embedding(i, table), table=[5, 3], integers={"i": [[1, 4, 1], [0, 2, 4]]}),
    "attention": Case(attention(False), x=[2, 4, 6], wq=[6, 6], bq=[6], wk=[6, 6], bk=[6], wv=[6, 6], bv=[6], wo=[6, 6], bo=[6]),
    "attention causal": Case(attention(True), x=[2, 4, 6], wq=[6, 6], bq=[6], wk=[6, 6], bk=[6], wv=[6, 6], bv=[6], wo=[6, 6], bo=[6]),
    "rnn tanh": Case(rnn("tanh"), x=[2, 5, 3], w=[3, 4], u=[4, 4], b=[4]),
    "rnn relu": Case(rnn("relu"), x=[2, 5, 3], w=[3, 4], u=[4, 4], b=[4]),
    "gru bidirectional": Case(gru, x=[2, 5, 3], w=[3, 12], u=[4, 12], b=[12], c=[4], w2=[3, 12], u2=[4, 12], b2=[12], c2=[4]),
    "lstm two layers": Case(lstm, x=[2, 5, 3], w=[3, 16], u=[4, 16], b=[16], w2=[4, 16], u2=[4, 16], b2=[16]),
    "cross entropy": Case(lambda x, i: F.cross_entropy(x, i, reduction="none"), x=[4, 5], integers={"i": [1, 4, 0, 1]}),
    "cross entropy soft": Case(lambda x, p: F.cross_entropy(x, p.softmax(-1), reduction="none"), x=[4, 5], p=[4, 5]),
    "sigmoid cross entropy": Case(lambda x, p: F.binary_cross_entropy_with_logits(x, p.sigmoid(), reduction="none"), x=[4, 5], p=[4, 5]),
    "squared error": Case(lambda x, p: F.mse_loss(x, p, reduction="none"), x=[4, 5], p=[4, 5]),
    "absolute error": Case(lambda x, p: F.l1_loss(x, p, reduction="none"), x=[4, 5], p=[4, 5]),
    "huber error": Case(lambda x, p: F.huber_loss(x, p, reduction="none", delta=0.75), x=[4, 5], p=[4, 5]),
    "gelu": Case(lambda x: F.gelu(x), x=[4, 5]),
    "gelu tanh": Case(lambda x: F.gelu(x, approximate="tanh"), x=[4, 5]),
    "silu": Case(lambda x: F.silu(x), x=[4, 5]),
    "mish": Case(lambda x: F.mish(x), x=[4, 5]),
    "softplus": Case(lambda x: F.softplus(x), x=[4, 5]),
    "elu": Case(lambda x: F.elu(x), x=[4, 5]),
    "selu": Case(lambda x: F.selu(x), x=[4, 5]),
    "leaky relu": Case(lambda x: F.leaky_relu(x), x=[4, 5]),
    "relu6": Case(lambda x: F.relu6(4 * x), x=[4, 5]),
}

print(json.dumps({"torch": torch.__version__, "cases": {k: c.json() for k, c in CASES.items()}},
                 separators=(",", ":")).replace('}},"', '}},\n"'))
