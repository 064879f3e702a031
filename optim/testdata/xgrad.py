"""Writes xgrad.json: PyTorch's optimizers with gradients at predicted weights.

Before each step but the first, the gradient is taken at p - s lr D, with D from
the optimizer's state (arXiv:2305.18240, and the authors' SGD.py, Adam.py, AdamW.py):

    SGD      momentum_buffer
    Adam(W)  (exp_avg / (1-b1^t)) / (sqrt(exp_avg_sq) / sqrt(1-b2^t) + eps)
    AMSGrad  the same with max_exp_avg_sq
    RMSprop  last gradient / (sqrt(square_avg) + eps)

t being the steps made; then the real weights take the optimizer's step. The loss is
sum_i h_i (p_i - c_{t,i})^2 / 2 + p_i^4 / 64, in float64.

    python3 xgrad.py > xgrad.json
"""
import json
import math
import sys
import torch

D = torch.float64
STEPS = 30
START = [1.0, -2.0, 0.5]
CURVATURE = [1.0, 4.0, 0.25]


def targets():
    """Multiples of 1/64, exact in every format."""
    x, out = 2305, []
    for _ in range(STEPS):
        c = []
        for _ in range(3):
            x = (x * 1103515245 + 12345) % 2**31
            c.append((x >> 16) % 129 / 64 - 1)
        out.append(c)
    return out


CALLS = {
    "momentum": "SGD(p, lr=0.05, momentum=0.9)",
    "momentum L2": "SGD(p, lr=0.05, momentum=0.8, weight_decay=0.1)",
    "adam": "Adam(p, lr=0.05)",
    "adamw": "AdamW(p, lr=0.05, betas=(0.8, 0.95), weight_decay=0.1)",
    "amsgrad": "Adam(p, lr=0.05, betas=(0.9, 0.9), amsgrad=True)",
    "rmsprop": "RMSprop(p, lr=0.05, alpha=0.9)",
}


def direction(opt, p):
    g, s = opt.param_groups[0], opt.state[p]
    if "momentum_buffer" in s:
        return s["momentum_buffer"]
    if "exp_avg" in s:
        t, (b1, b2) = int(s["step"]), g["betas"]
        n = s["max_exp_avg_sq"] if g["amsgrad"] else s["exp_avg_sq"]
        return s["exp_avg"] / (1 - b1**t) / (n.sqrt() / math.sqrt(1 - b2**t) + g["eps"])
    return p.grad / (s["square_avg"].sqrt() + g["eps"])


def run(call, s):
    p = [torch.nn.Parameter(torch.tensor(START[:2], dtype=D)), torch.nn.Parameter(torch.tensor(START[2:], dtype=D))]
    h = torch.tensor(CURVATURE, dtype=D)
    opt = eval("torch.optim." + call)
    way = []
    for t, c in enumerate(targets()):
        real = [q.detach().clone() for q in p]
        if t > 0:
            with torch.no_grad():
                for q in p:
                    q -= s * opt.param_groups[0]["lr"] * direction(opt, q)
        opt.zero_grad()
        x = torch.cat(p)
        (h * (x - torch.tensor(c, dtype=D)) ** 2 / 2 + x**4 / 64).sum().backward()
        with torch.no_grad():
            for q, r in zip(p, real):
                q.copy_(r)
        opt.step()
        way.append([v for q in p for v in q.tolist()])
    return way


if __name__ == "__main__":
    json.dump({"Start": START, "Curvature": CURVATURE, "Targets": targets(), "Runs": [
        {"Rule": name, "Call": call, "Steps": s, "Parameters": run(call, s)}
        for name, call in CALLS.items() for s in (0, 1, 3)]}, sys.stdout)
