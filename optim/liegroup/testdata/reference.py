"""Writes reference.json: preconditioners after each of a few pairs (v, h).

The formulas are those of arXiv:2402.04553 and the authors' code, written with
matrices Q of full size: a = Qh, b = Q^-T v, and

    triangular  Q -= mu triu01(aa' - bb') Q          triu01(A) = triu(A, 0) + triu(A, 1)
    general     Q -= mu (aa' - bb') Q
    xmat        Q = diag(p) + adiag(r):  (diag(A) + adiag(C)) Q with A = a^2 - b^2,
                C = a flip(a) - b flip(b), the middle of which is 0
    lowrank     Q = (I + UV') diag(d):  d -= mu d (Ph h - v P^-1 v), then
                U -= mu (aa' - bb') V (I + V'U), or V -= mu (I + VU')(aa' - bb') U
    kronecker   A = Ql H Qr', B = Ql^-T V Qr^-1:  Ql -= mu triu01(AA' - BB') Ql,
                Qr -= mu triu01(A'A - B'B) Qr; a side above max_size is a diagonal

The sizes that mu divides the step by are beside each. What the code draws at random
is given here: which of U and V moves, and when factors are balanced.

    python3 reference.py > reference.json
"""
import json
import sys
import numpy as np

STEPS = 8
norm = np.linalg.norm


def numbers(seed):
    """Multiples of 1/64 in [-1, 1], exact in every format."""
    x = seed
    while True:
        x = (x * 1103515245 + 12345) % 2**31
        yield (x >> 16) % 129 / 64 - 1


def triu01(a):
    return np.triu(a) + np.triu(a, 1)


def bound(a):
    """The authors' lower bound of a spectral norm."""
    s0, s1 = (a * a).sum(0), (a * a).sum(1)
    if s0.max() > s1.max():
        x = a[:, s0.argmax()] @ a
        return norm(a @ (x / norm(x)))
    x = a @ a[s1.argmax()]
    return norm(a.T @ (x / norm(x)))


def triangular(q, v, h, step, second):
    a, b = q @ h, np.linalg.solve(q.T, v)
    g = triu01(np.outer(a, a) - np.outer(b, b))
    return q - step / (a @ a + b @ b if second else bound(g)) * g @ q


def general(q, v, h, step, second):
    a, b = q @ h, np.linalg.solve(q.T, v)
    g = np.outer(a, a) - np.outer(b, b)
    return q - step / (a @ a + b @ b if second else norm(g)) * g @ q


def xmat(q, v, h, step, second):
    a, b = q @ h, np.linalg.solve(q.T, v)
    A, C = a * a - b * b, a * a[::-1] - b * b[::-1]
    if len(v) % 2:
        C[len(v) // 2] = 0
    size = (a * a + b * b).max() if second else max(abs(A).max(), abs(C).max())
    return q - step / size * (np.diag(A) + np.fliplr(np.diag(C))) @ q


def lowrank(q, v, h, step, second, moves, balance):
    u, w, d = q
    if balance:
        rho = np.sqrt(norm(u) / norm(w))
        u, w = u / rho, w * rho
    full = (np.eye(len(v)) + u @ w.T) @ np.diag(d)
    a, b = full @ h, np.linalg.solve(full.T, v)
    ph, pv = full.T @ a, np.linalg.solve(full, b)
    n = ph * h - v * pv
    if second:
        mu = step * (1 / np.sqrt(ph * ph + v * v) / np.sqrt(h * h + pv * pv)).min()
    else:
        mu = step / abs(n).max()
    d = d - mu * d * n
    g = np.outer(a, a) - np.outer(b, b)
    small = np.eye(u.shape[1]) + w.T @ u
    stays = w if moves == "U" else u
    if second:
        size = norm(a) * norm(stays @ (stays.T @ a)) + norm(b) * norm(stays @ (stays.T @ b))
    else:
        size = norm(g @ stays @ stays.T)
    if moves == "U":
        u = u - step / size * g @ w @ small
    else:
        w = w - step / size * (np.eye(len(v)) + w @ u.T) @ g @ u
    return u, w, d


def kronecker(q, v, h, step, second, balance, max_size):
    l, r = q
    if balance:
        rho = np.sqrt(abs(l).max() / abs(r).max())
        l, r = l / rho, r * rho
    A = l @ h @ r.T
    B = np.linalg.inv(l).T @ v @ np.linalg.inv(r)
    sides = []
    for q, g, s in ((l, A @ A.T - B @ B.T, A @ A.T + B @ B.T), (r, A.T @ A - B.T @ B, A.T @ A + B.T @ B)):
        if len(q) > max_size:
            g, size = np.diag(np.diag(g)), np.diag(s).max() if second else abs(np.diag(g)).max()
        else:
            g = triu01(g)
            size = np.trace(s) if second else bound(g)
        sides.append(q - step / size * g @ q)
    return tuple(sides)


def matrix(rows):
    return [[float(x) for x in row] for row in rows]


cases = []
for name, shape, extra in (
    ("triangular", (5,), {}), ("general", (5,), {}), ("xmat", (5,), {}), ("xmat", (6,), {}), ("lowrank", (6,), {}),
    ("kronecker", (3, 2), {"max_size": 3}), ("kronecker", (3, 2), {"max_size": 2}),
    ("kronecker", (2, 3), {"max_size": 2}), ("kronecker", (3, 2), {"max_size": 0}),
):
    for second in (True, False):
        z = numbers(len(cases) + 1)
        draw = lambda *s: np.array([next(z) for _ in range(int(np.prod(s)))]).reshape(s)
        n = int(np.prod(shape))
        step = 0.1 if second else 0.01
        case = {"family": name, "shape": shape, "second": second, "step": step, "pairs": [], **extra}
        if name == "lowrank":
            q = (draw(n, 2) / 8, draw(n, 2) / 8, np.ones(n))
            case["u"], case["v"] = matrix(q[0]), matrix(q[1])
        elif name == "kronecker":
            q = (np.eye(shape[0]), np.eye(shape[1]))
        else:
            q = np.eye(n)
        for t in range(STEPS):
            v, h = draw(*shape), draw(*shape)
            pair = {"v": v.ravel().tolist(), "h": h.ravel().tolist()}
            if t == 0:  # the scale of the start
                scale = (np.sum(v * v) / np.sum(h * h)) ** 0.25
                if name == "lowrank":
                    q = (q[0], q[1], q[2] * scale)
                elif name == "kronecker":
                    q = (q[0] * scale, q[1])
                else:
                    q = q * scale
            balance = t == 3
            if name == "lowrank":
                pair["moves"], pair["balance"] = "UV"[t % 3 % 2], balance
                q = lowrank(q, v, h, step, second, pair["moves"], balance)
                full = (np.eye(n) + q[0] @ q[1].T) @ np.diag(q[2])
            elif name == "kronecker":
                pair["balance"] = balance
                q = kronecker(q, v, h, step, second, balance, extra["max_size"])
                full = np.kron(q[0], q[1])
            else:
                q = full = {"triangular": triangular, "general": general, "xmat": xmat}[name](q, v, h, step, second)
            pair["p"] = matrix(full.T @ full)
            case["pairs"].append(pair)
        cases.append(case)
json.dump(cases, sys.stdout)
print()
