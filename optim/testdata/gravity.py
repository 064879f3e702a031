"""Writes gravity.json: Gravity's way under fixed gradients, from its formulas.

    m = 1 / max|g|,  zeta = g / (1 + (g/m)^2)        (0 for a leaf of zeros)
    b = (beta t + 1)/(t + 2)
    v <- b v + (1-b) zeta,  p <- p - lr v

Two leaves, of two elements and of one, with the first v given in place of a
drawn one. The authors' PyTorch class (github.com/dariush-bahrami/gravity.optimizer,
commit c4537d7) gives the same values for t from 1, up to rounding.

    python3 gravity.py > gravity.json
"""
import json

STEPS = 40
START = [1.0, -2.0, 0.5]
FIRST = [0.0625, -0.125, 0.25]
LEAVES = [[0, 1], [2]]


def gradients():
    """Multiples of 1/64, exact in every format; element 1 is large at times,
    the leaf of element 2 is zero at times."""
    x, out = 2101, []
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


def run(lr, beta, first_t):
    p, v, way = list(START), list(FIRST), []
    for t, g in enumerate(gradients(), first_t):
        b = (beta * t + 1) / (t + 2)
        for leaf in LEAVES:
            largest = max(abs(g[i]) for i in leaf)
            for i in leaf:
                zeta = 0.0
                if largest > 0:
                    m = 1 / largest
                    zeta = g[i] / (1 + (g[i] / m) ** 2)
                v[i] = b * v[i] + (1 - b) * zeta
                p[i] -= lr * v[i]
        way.append(list(p))
    return way


if __name__ == "__main__":
    json.dump({"Start": START, "First": FIRST, "Gradients": gradients(), "Runs": [
        {"LearningRate": lr, "Beta": beta, "StartStep": t, "Parameters": run(lr, beta, t)}
        for lr, beta in [(0.1, 0.9), (0.03, 0.8)] for t in (0, 1)]}, __import__("sys").stdout)
