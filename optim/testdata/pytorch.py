"""Writes pytorch.json: what PyTorch's optimizers do with fixed gradients.

Run with PyTorch 1.13 or later:  python3 pytorch.py > pytorch.json
"""
import json
import torch

torch.set_default_dtype(torch.float64)  # NAdam keeps a product in this type

STEPS = 40
START = [1.0, -2.0, 0.5]


def gradients():
    """Multiples of 1/64, exact in every format; element 1 is large at times,
    element 2 zero at times."""
    x, out = 12345, []
    for t in range(STEPS):
        g = []
        for i in range(3):
            x = (x * 1103515245 + 12345) % 2**31
            v = (x >> 16) % 257 / 64 - 2
            if i == 1 and t % 10 < 3:
                v *= 128
            if i == 2 and (t % 7 == 3 or t < 2):
                v = 0.0
            g.append(v)
        out.append(g)
    return out


CALLS = {
    "sgd": "SGD(p, lr=0.01)",
    "momentum": "SGD(p, lr=0.01, momentum=0.9)",
    "momentum dampened": "SGD(p, lr=0.01, momentum=0.9, dampening=0.9)",
    "nesterov": "SGD(p, lr=0.01, momentum=0.9, nesterov=True)",
    "momentum L2": "SGD(p, lr=0.01, momentum=0.9, weight_decay=0.1)",
    "rmsprop": "RMSprop(p)",
    "rmsprop momentum": "RMSprop(p, lr=0.01, alpha=0.9, momentum=0.9)",
    "rmsprop centered": "RMSprop(p, lr=0.01, alpha=0.9, centered=True)",
    "adam": "Adam(p)",
    "adam 0.5 0.9": "Adam(p, lr=0.01, betas=(0.5, 0.9), eps=1e-6)",
    "adam L2": "Adam(p, lr=0.01, weight_decay=0.1)",
    "amsgrad": "Adam(p, lr=0.01, betas=(0.9, 0.9), amsgrad=True)",
    "adamw": "AdamW(p, lr=0.01)",
    "adagrad": "Adagrad(p, lr=0.01, initial_accumulator_value=0.25)",
    "adadelta": "Adadelta(p, lr=0.5)",
    "adamax": "Adamax(p, lr=0.01)",
    # Without foreach, 1.13 multiplies one mu too many into the product.
    "nadam": "NAdam(p, lr=0.01, foreach=True)",
    "radam": "RAdam(p, lr=0.01)",
    "radam 0.9": "RAdam(p, lr=0.01, betas=(0.9, 0.9))",
    "rprop": "Rprop(p, lr=0.01)",
    "adamw amsgrad": "AdamW(p, lr=0.01, betas=(0.9, 0.9), weight_decay=0.1, amsgrad=True)",
}


def run(call):
    p = [torch.nn.Parameter(torch.tensor(START[:2], dtype=torch.float64)),
         torch.nn.Parameter(torch.tensor(START[2], dtype=torch.float64))]
    opt = eval("torch.optim." + call, {"torch": torch, "p": p})
    out = []
    for g in gradients():
        p[0].grad = torch.tensor(g[:2], dtype=torch.float64)
        p[1].grad = torch.tensor(g[2], dtype=torch.float64)
        opt.step()
        out.append(p[0].tolist() + [p[1].item()])
    return out


def rosenbrock(x):
    """The sum over neighbours of 100 (x[i+1] - x[i]^2)^2 + (1 - x[i])^2."""
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def lbfgs(history, n, steps):
    """One iteration for each call of step; tolerances that never end it early."""
    x = torch.nn.Parameter(torch.tensor([-1.2, 1.0] * (n // 2), dtype=torch.float64))
    opt = torch.optim.LBFGS([x], lr=1, max_iter=1, history_size=history, tolerance_grad=0, line_search_fn="strong_wolfe")
    evaluations = 0

    def closure():
        nonlocal evaluations
        evaluations += 1
        opt.zero_grad()
        loss = rosenbrock(x)
        loss.backward()
        return loss

    out = []
    for _ in range(steps):
        before = evaluations
        opt.step(closure)
        out.append(x.tolist() + [evaluations - before])
    return {"history": history, "n": n, "steps": out}


print(json.dumps({
    "lbfgs": [lbfgs(10, 2, 30), lbfgs(3, 2, 30), lbfgs(10, 10, 40)],
    "torch": torch.__version__, "start": START, "gradients": gradients(),
    "runs": {name: {"call": "torch.optim." + call, "parameters": run(call)} for name, call in CALLS.items()},
}, indent=None, separators=(",", ":")).replace('],"', '],\n"').replace('"runs":', '\n"runs":\n'))
