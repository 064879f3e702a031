"""PyTorch's and OpenBLAS's side of the benchmarks. It reads commands from
standard input, one to a line, and answers each with a line:

    setup NAME  -> "ok" and the seconds of the first step less a later one; "none" if there is no such workload here
    run N       -> seconds taken by N steps of the workload set up last
    peak        -> the process's largest memory so far, in bytes
"""
import ctypes
import resource
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

THREADS = int(sys.argv[1])
torch.set_num_threads(THREADS)


def openblas():
    """OpenBLAS itself, or None."""
    for name in ("libopenblas.so.0", "libopenblas.so"):
        try:
            lib = ctypes.CDLL(name)
            lib.openblas_set_num_threads(THREADS)
            return lib
        except (OSError, AttributeError):
            pass
    return None


BLAS = openblas()
F32, F64 = torch.float32, torch.float64


def rand(*shape, dtype=F32):
    return torch.randn(*shape, dtype=dtype)


def matmul(dtype, form, n):
    """A product of square matrices by cblas_?gemm; by torch.mm without OpenBLAS."""

    def setup():
        a, b, out = rand(n, n, dtype=dtype), rand(n, n, dtype=dtype), torch.empty(n, n, dtype=dtype)
        if BLAS is None:
            x, y = a.t() if form[0] == "t" else a, b.t() if form[1] == "t" else b
            return lambda: torch.mm(x, y, out=out)
        gemm = BLAS.cblas_sgemm if dtype == F32 else BLAS.cblas_dgemm
        real = ctypes.c_float if dtype == F32 else ctypes.c_double
        trans = [112 if c == "t" else 111 for c in form]
        pa, pb, pc = (ctypes.c_void_p(t.data_ptr()) for t in (a, b, out))
        one, zero = real(1), real(0)
        keep = (a, b, out)

        def step():
            gemm(101, trans[0], trans[1], n, n, n, one, pa, n, pb, n, zero, pc, n)
            return keep

        step()
        x, y = a.t() if form[0] == "t" else a, b.t() if form[1] == "t" else b
        assert torch.allclose(out, x @ y, rtol=1e-3, atol=1e-3)
        return step

    return setup


def product(x, y):
    def setup():
        a, b = rand(*x), rand(*y)
        return lambda: a @ b

    return setup


def chain():
    a, b = rand(4_000_000), rand(4_000_000)
    return lambda: torch.exp(-(torch.tanh(a * b + a)) ** 2) * torch.sigmoid(b)


def reduction(f, axis):
    def setup():
        x = rand(2048, 1024)
        return lambda: f(x, axis)

    return setup


def layernorm(x, axis):
    if axis == 1:
        return F.layer_norm(x, (x.shape[1],))
    d = x - x.mean(axis, keepdim=True)
    return d * (d.square().mean(axis, keepdim=True) + 1e-5).rsqrt()


def conv(batch, size, cin, cout, stride, backward):
    """The faster of PyTorch's two layouts, found at the start."""

    def setup():
        best = None
        for fmt in (torch.contiguous_format, torch.channels_last):
            x = rand(batch, cin, size, size).to(memory_format=fmt).requires_grad_(backward)
            w = rand(cout, cin, 3, 3).to(memory_format=fmt).requires_grad_(backward)
            ct = rand(batch, cout, size // stride, size // stride).to(memory_format=fmt)

            def step(x=x, w=w, ct=ct):
                y = F.conv2d(x, w, stride=stride, padding=1)
                return torch.autograd.grad(y, (x, w), ct) if backward else y

            step()
            start = time.perf_counter()
            for _ in range(3):
                step()
            took = time.perf_counter() - start
            if best is None or took < best[0]:
                best = (took, step)
        return best[1]

    return setup


def foreach(optimizer):
    """The fastest implementation that this version has."""
    return {"foreach": True} if "foreach" in optimizer.__init__.__code__.co_varnames else {}


def fit(params, optimizer, loss):
    params = list(params)
    opt = optimizer(params)

    def step():
        opt.zero_grad(set_to_none=True)
        loss().backward()
        opt.step()

    return step


def adam(params):
    return torch.optim.Adam(params, lr=1e-3, **foreach(torch.optim.Adam))


def mlp():
    return nn.Sequential(nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10))


def mlp_data():
    return rand(128, 784), torch.randint(0, 10, (128,))


def mlp_adam():
    net, (x, y) = mlp(), mlp_data()
    return fit(net.parameters(), adam, lambda: F.cross_entropy(net(x), y))


def pinn(dtype):
    def setup():
        sizes = [2, 50, 50, 50, 50, 1]
        layers = []
        for a, b in zip(sizes, sizes[1:]):
            layers += [nn.Linear(a, b), nn.Tanh()]
        net = nn.Sequential(*layers[:-1]).to(dtype)
        xt = (torch.rand(2000, 2, dtype=dtype) * 2 - 1).requires_grad_()

        def loss():
            u = net(xt)
            du = torch.autograd.grad(u.sum(), xt, create_graph=True)[0]
            ux, ut = du[:, 0], du[:, 1]
            uxx = torch.autograd.grad(ux.sum(), xt, create_graph=True)[0][:, 0]
            return (ut + u[:, 0] * ux - 0.01 * uxx).square().mean()

        return fit(net.parameters(), adam, loss)

    return setup


class Block(nn.Module):
    def __init__(self, cin, cout, stride):
        super().__init__()
        self.stride, self.more = stride, cout - cin
        self.conv1 = nn.Conv2d(cin, cout, 3, stride, 1, bias=False)
        self.conv2 = nn.Conv2d(cout, cout, 3, 1, 1, bias=False)
        self.norm1, self.norm2 = nn.BatchNorm2d(cout), nn.BatchNorm2d(cout)

    def forward(self, x):
        y = self.norm2(self.conv2(F.relu(self.norm1(self.conv1(x)))))
        if self.stride > 1:
            x = F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, self.more // 2, self.more // 2))
        return F.relu(y + x)


class ResNet20(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.norm = nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16)
        blocks, cin = [], 16
        for cout in (16, 32, 64):
            for _ in range(3):
                blocks.append(Block(cin, cout, 2 if cout != cin else 1))
                cin = cout
        self.blocks, self.dense = nn.Sequential(*blocks), nn.Linear(64, 10)

    def forward(self, x):
        return self.dense(self.blocks(F.relu(self.norm(self.conv(x)))).mean((2, 3)))


def resnet20():
    best = None
    for fmt in (torch.contiguous_format, torch.channels_last):
        net = ResNet20().to(memory_format=fmt)
        x, y = rand(64, 3, 32, 32).to(memory_format=fmt), torch.randint(0, 10, (64,))
        sgd = lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, **foreach(torch.optim.SGD))
        step = fit(net.parameters(), sgd, lambda net=net, x=x, y=y: F.cross_entropy(net(x), y))
        step()
        start = time.perf_counter()
        for _ in range(2):
            step()
        took = time.perf_counter() - start
        if best is None or took < best[0]:
            best = (took, step)
    return best[1]


class TransformerBlock(nn.Module):
    def __init__(self, features, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(features), nn.LayerNorm(features)
        self.qkv, self.out = nn.Linear(features, 3 * features), nn.Linear(features, features)
        self.mlp = nn.Sequential(nn.Linear(features, 4 * features), nn.GELU(approximate="tanh"), nn.Linear(4 * features, features))

    def forward(self, x, mask):
        b, n, f = x.shape
        q, k, v = (t.view(b, n, self.heads, -1).transpose(1, 2) for t in self.qkv(self.norm1(x)).chunk(3, -1))
        w = (q @ k.transpose(-2, -1) * (f // self.heads) ** -0.5).masked_fill(mask, float("-inf")).softmax(-1)
        x = x + self.out((w @ v).transpose(1, 2).reshape(b, n, f))
        return x + self.mlp(self.norm2(x))


class GPT(nn.Module):
    def __init__(self, vocabulary, places, features, heads, blocks):
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, features)
        self.positions = nn.Parameter(0.02 * rand(places, features))
        self.blocks = nn.ModuleList(TransformerBlock(features, heads) for _ in range(blocks))
        self.norm = nn.LayerNorm(features)
        self.mask = torch.ones(places, places, dtype=torch.bool).triu(1)

    def forward(self, tokens):
        x = self.tokens(tokens) + self.positions
        for block in self.blocks:
            x = block(x, self.mask)
        return self.norm(x) @ self.tokens.weight.t()


def gpt():
    net = GPT(65, 128, 128, 4, 4)
    text = torch.randint(0, 65, (16, 129))
    x, y = text[:, :-1].contiguous(), text[:, 1:].reshape(-1)
    adamw = lambda p: torch.optim.AdamW(p, lr=1e-3, **foreach(torch.optim.AdamW))
    return fit(net.parameters(), adamw, lambda: F.cross_entropy(net(x).view(-1, 65), y))


def lstm():
    cells, dense = nn.LSTM(64, 128, 2, batch_first=True), nn.Linear(128, 65)
    x, y = rand(32, 100, 64), torch.randint(0, 65, (3200,))
    params = list(cells.parameters()) + list(dense.parameters())
    return fit(params, adam, lambda: F.cross_entropy(dense(cells(x)[0]).view(-1, 65), y))


def mlp_hvp():
    net, (x, y) = mlp(), mlp_data()
    params = list(net.parameters())
    v = [torch.randn_like(p) for p in params]

    def step():
        g = torch.autograd.grad(F.cross_entropy(net(x), y), params, create_graph=True)
        return torch.autograd.grad(g, params, v)

    return step


def mlp_per_example():
    """functorch, where it is installed, else a loop over the examples."""
    net, (x, y) = mlp(), mlp_data()
    try:
        from functorch import grad, make_functional, vmap

        f, params = make_functional(net)
        g = vmap(grad(lambda p, x, y: F.cross_entropy(f(p, x[None]), y[None])), (None, 0, 0))
        g(params, x, y)
        return lambda: g(params, x, y)
    except Exception:
        params = list(net.parameters())

        def step():
            rows = [torch.autograd.grad(F.cross_entropy(net(x[i : i + 1]), y[i : i + 1]), params) for i in range(len(x))]
            return [torch.stack(r) for r in zip(*rows)]

        return step


WORKLOADS = {
    **{
        f"matmul-{'f32' if d == F32 else 'f64'}-{form}-{n}": matmul(d, form, n)
        for d in (F32, F64)
        for n in (256, 512, 1024, 2048)
        for form in ("nn", "nt", "tn", "tt")
    },
    "dense-128x784x512": product((128, 784), (784, 512)),
    "batched-32x64x64": product((32, 64, 64), (32, 64, 64)),
    "matvec-2048": product((2048, 2048), (2048,)),
    "chain-4m": chain,
    "mlp-adam": mlp_adam,
    "pinn-f32": pinn(F32),
    "pinn-f64": pinn(F64),
    "resnet20-momentum": resnet20,
    "gpt-adamw": gpt,
    "lstm-adam": lstm,
    "mlp-hvp": mlp_hvp,
    "mlp-per-example": mlp_per_example,
}
for name, f in {
    "sum": lambda x, axis: x.sum(axis),
    "mean": lambda x, axis: x.mean(axis),
    "softmax": lambda x, axis: x.softmax(axis),
    "layernorm": layernorm,
    "argmax": lambda x, axis: x.argmax(axis),
}.items():
    WORKLOADS[name + "-rows"], WORKLOADS[name + "-columns"] = reduction(f, 1), reduction(f, 0)
for name, shape in {
    "conv-3-16-at-32": (64, 32, 3, 16, 1),
    "conv-16-16-at-32": (64, 32, 16, 16, 1),
    "conv-16-32-at-32-by-2": (64, 32, 16, 32, 2),
    "conv-32-32-at-16": (64, 16, 32, 32, 1),
    "conv-32-64-at-16-by-2": (64, 16, 32, 64, 2),
    "conv-64-64-at-8": (64, 8, 64, 64, 1),
    "conv-64-64-at-32": (32, 32, 64, 64, 1),
}.items():
    WORKLOADS[name], WORKLOADS[name + "-backward"] = conv(*shape, False), conv(*shape, True)


def timed(n):
    start = time.perf_counter()
    for _ in range(n):
        step()
    return time.perf_counter() - start


step = None
blas = "OpenBLAS" if BLAS is not None else "no OpenBLAS"
print(f"ready PyTorch {torch.__version__}, {blas}, {THREADS} threads", flush=True)
for line in sys.stdin:
    word, *arg = line.split()
    if word == "setup":
        if arg[0] not in WORKLOADS:
            print("none", flush=True)
            continue
        torch.manual_seed(0)
        step = WORKLOADS[arg[0]]()
        first = timed(1)
        print("ok", max(0.0, first - timed(1)), flush=True)
    elif word == "run":
        print(timed(int(arg[0])), flush=True)
    elif word == "peak":
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, flush=True)
