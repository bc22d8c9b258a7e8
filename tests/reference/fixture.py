"""Weights, inputs and targets from a formula, the same here and in tests/support/fixture.c.

Element j (file order) of the tensor called `name` is center + scale * u(j), rounded to float32, where
u(j) in [-1, 1) comes from a 64-bit hash of the name and j. Nothing has to be stored or shipped.
"""
import math

import numpy as np

MASK = (1 << 64) - 1
GOLDEN_RATIO = 0x9E3779B97F4A7C15


def seed(name, salt=0):
    """FNV-1a of the name, then the salt folded in."""
    value = 0xCBF29CE484222325
    for byte in name.encode():
        value = ((value ^ byte) * 0x100000001B3) & MASK
    return (value + salt * GOLDEN_RATIO) & MASK


def hashes(start, count):
    """splitmix64's output function at start + (j+1) * golden ratio, j = 0 .. count-1."""
    with np.errstate(over="ignore"):
        z = np.arange(1, count + 1, dtype=np.uint64) * np.uint64(GOLDEN_RATIO) + np.uint64(start)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def uniforms(start, count):
    """rng_uniform of core/base/rng.c: xoshiro256++ seeded by splitmix64."""
    s, out = [int(z) for z in hashes(start, 4)], []

    def rotate(x, k):
        return (x << k | x >> (64 - k)) & MASK

    for _ in range(count):
        out.append(((rotate((s[0] + s[3]) & MASK, 23) + s[0] & MASK) >> 11) / (1 << 53))
        t = s[1] << 17 & MASK
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = rotate(s[3], 45)
    return out


def values(name, salt, count, center, scale):
    u = (hashes(seed(name, salt), count) >> np.uint64(40)).astype(np.float64) / (1 << 23) - 1
    return (center + scale * u).astype(np.float32).astype(np.float64)


def range_of(name, shape, closes_branch):
    """Center and scale of a parameter. Convolutions have He's variance 2/(K*R*S). The last gamma of a branch
    is small, so that the evaluation of a hundred blocks stays in the range of trained networks."""
    suffix = name.rsplit(".", 1)[1]
    if len(shape) == 4:
        return 0.0, math.sqrt(6.0 / (shape[0] * shape[2] * shape[3]))
    if name == "fc.weight":
        return 0.0, 1.0 / math.sqrt(shape[1])
    if suffix == "weight":
        return (0.25, 0.125) if closes_branch else (1.0, 0.5)
    if suffix == "running_var":
        return 1.0, 0.5
    return 0.0, 0.25  # beta, running mean, bias of fc


def parameter(name, shape, salt, closes_branch):
    center, scale = range_of(name, shape, closes_branch)
    return values(name, salt, int(np.prod(shape)), center, scale).reshape(shape)


def image(batch, size, salt):
    return values("input", salt, batch * 3 * size * size, 0.0, 2.0).reshape(batch, 3, size, size)


def targets(batch, classes):
    return [(7 * n + 3) % classes for n in range(batch)]
