"""Random programs over the protocol of vectors, and update rules made of them."""

import numpy as np
from hypothesis import strategies as st

from derivations.scheme import Hyperparameter, Scheme

NAMES = ("a", "b", "c")
LINEAR = ("add", "subtract", "scale", "along")
COORDINATES = ("add", "subtract", "scale", "product", "quotient", "root")
"""What happens to each coordinate by itself, and is smooth there."""
ELEMENTWISE = (*LINEAR, "product", "quotient")
ANY = (*ELEMENTWISE, "root", "maximum", "choose", "sign")


@st.composite
def programs(draw, operations=ANY, longest=6):
    """Lines (operation, i, j, p, q): the next vector from the i-th and the j-th so far, and the number p/q."""
    lines = []
    for made in range(len(NAMES), len(NAMES) + draw(st.integers(1, longest))):
        which = st.integers(0, made - 1)
        number = st.integers(-4, 4).filter(bool), st.integers(1, 4)
        lines.append((draw(st.sampled_from(operations)), draw(which), draw(which), *map(draw, number)))
    return tuple(lines)


def made_by(space, program, vectors):
    """All vectors of a program on a space: the given ones, and one of each line."""
    made = list(vectors)
    for operation, i, j, p, q in program:
        x, y = made[i], made[j]
        one = space.ones_like(x)
        made.append(
            {
                "add": lambda x=x, y=y: x + y,
                "subtract": lambda x=x, y=y: x - y,
                "scale": lambda x=x, p=p, q=q: x * space.number(p, q),
                "along": lambda x=x, y=y: y * (space.dot(x, y) / (1 + space.dot(y, y))),
                "product": lambda x=x, y=y: x * y,
                "quotient": lambda x=x, y=y, one=one: x / (one + y * y),
                "root": lambda x=x, one=one: space.sqrt(one + x * x),
                "maximum": lambda x=x, y=y: space.maximum(x, y),
                "choose": lambda x=x, y=y: space.choose(space.dot(x, y), x, y),
                "sign": lambda x=x: space.sign(x),
            }[operation]()
        )
    return made


def run(space, program, vectors):
    """A program on a space: its last vector, and that vector's inner product with the first."""
    made = made_by(space, program, vectors)
    return made[-1], space.dot(made[-1], made[0])


def drawn(seed, d):
    """Three vectors of small rationals, which every kind of number holds exactly."""
    return np.random.default_rng(seed).integers(-8, 9, size=(len(NAMES), d)) / 4


class Drawn(Scheme):
    """A rule that a program makes of the weight, the gradient and a buffer; its hyper-parameters are dyadic."""

    name = "drawn"
    title = "A drawn rule"
    source = "chance"
    hyperparameters = {"lr": Hyperparameter(0.25), "beta": Hyperparameter(0.75, high=1.0)}

    def __init__(self, program):
        self.program = program

    def initial_state(self, space, x, h):
        return {"m": space.zeros_like(x)}

    def step(self, space, k, x, gradient, state, h):
        m = h.beta * state["m"] + (1 - h.beta) * gradient
        direction = made_by(space, self.program, [x, gradient, m])[-1]
        return x - h.lr * space.number(1, k + 1) * direction, {"m": m - space.number(k, 2) * direction}
