"""PyTorch's side of the benchmarks. It reads commands from standard input:

    setup WORKLOAD      -> "ok"
    run N               -> seconds taken by N steps of the workload set up last

so that the Go side can alternate between the two on one quiet machine.
"""
import sys
import time

import torch
from torch import nn

torch.set_num_threads(int(sys.argv[1]))


def mlp_adam():
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10))
    x, y = torch.randn(128, 784), torch.randint(0, 10, (128,))
    loss = nn.CrossEntropyLoss()
    # The fastest of the Adam implementations that this version has.
    kwargs = {"foreach": True} if "foreach" in torch.optim.Adam.__init__.__code__.co_varnames else {}
    adam = torch.optim.Adam(net.parameters(), lr=1e-3, **kwargs)

    def step():
        adam.zero_grad(set_to_none=True)
        loss(net(x), y).backward()
        adam.step()

    return step


def matmul(n):
    def setup():
        a, b = torch.randn(n, n), torch.randn(n, n)
        out = torch.empty(n, n)
        return lambda: torch.mm(a, b, out=out)

    return setup


def chain():
    a, b = torch.randn(4_000_000), torch.randn(4_000_000)

    def step():
        return torch.exp(-(torch.tanh(a * b + a)) ** 2) * torch.sigmoid(b)

    return step


WORKLOADS = {"mlp-adam": mlp_adam, "chain": chain, **{f"matmul-{n}": matmul(n) for n in (256, 512, 1024)}}

step = None
print("ready", torch.__version__, torch.get_num_threads(), flush=True)
for line in sys.stdin:
    word, arg = line.split()
    if word == "setup":
        step = WORKLOADS[arg]()
        print("ok", flush=True)
    elif word == "run":
        with torch.enable_grad():
            start = time.perf_counter()
            for _ in range(int(arg)):
                step()
            print(time.perf_counter() - start, flush=True)
