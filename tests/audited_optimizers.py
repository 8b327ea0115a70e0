"""Optimizers that an audit must survive: one that is sound, and others that are not."""

import os
import sys
import time

import torch


class Sound(torch.optim.Optimizer):
    """SGD with weight decay."""

    def __init__(self, params, lr=0.1, weight_decay=0.0):
        super().__init__(params, {"lr": lr, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure=None):
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    p.sub_(self.change(p, p.grad, group))
        return loss

    def change(self, p, g, group):
        return group["lr"] * (g + group["weight_decay"] * p)


class Twice(Sound):
    """Its decay is applied twice."""

    def change(self, p, g, group):
        return group["lr"] * (g + 2 * group["weight_decay"] * p)


class Crashing(Sound):
    """It takes the process with it where a weight has the shape of the last part of an audit."""

    def change(self, p, g, group):
        if p.shape == (4, 8):
            print("about to fall", file=sys.stderr, flush=True)
            os._exit(7)
        return super().change(p, g, group)


class Hanging(Sound):
    def change(self, p, g, group):
        time.sleep(600)


class Talking(Sound):
    """It prints, and asks for input."""

    def change(self, p, g, group):
        print("{not json")
        sys.stdin.readline()
        return super().change(p, g, group)


class Refusing(Sound):
    def __init__(self, params, lr=0.1):
        raise RuntimeError("not today\nsecond line")


def factory(params, lr=0.1):
    """Not a class, but it returns an optimizer."""
    return Sound(params, lr=lr)


def no_factory(params):
    """It returns something else."""
    return list(params)
