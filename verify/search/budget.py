"""A search's purse: every case costs one, and the search ends at the first point that is confirmed."""

from dataclasses import dataclass, field

import torch
from torch import Tensor

from verify.search.target import Counterexample, Target

GRADIENT = 5
"""Cases that a score with its gradient counts for: Baur and Strassen's bound on the operations of both."""


class Found(Exception):
    """Ends the method that runs: a counterexample is confirmed."""


class Exhausted(Exception):
    """Ends the method that runs: there are no more cases."""


@dataclass
class Purse:
    """What a method asks scores of. cases: spent; rejected: proposals that were not confirmed.

    best: the highest score so far, and where. The best point of what a method takes for its end is looked at too, for
    one case: near it may lie a simple point, of probability 0, that no score above 0 announces.
    """

    target: Target
    budget: int
    cases: int = 0
    rejected: int = 0
    best: tuple[float, Tensor | None] = (-float("inf"), None)
    found: Counterexample | None = None
    refused: set[tuple[float, ...]] = field(default_factory=set)

    def scores(self, cube: Tensor) -> Tensor:
        """(n, dimension) → (n,); Exhausted after the last case there is."""
        asked = len(cube)
        cube = cube[: self.budget - self.cases]
        if not len(cube):
            raise Exhausted
        with torch.no_grad():
            scores = self.target.score(cube)
        for i in (scores > 0).nonzero().flatten().tolist():
            self._propose(cube[i], self.cases + i + 1)
        self._spend(len(cube))
        self._remember(scores, cube)
        if len(cube) < asked:
            raise Exhausted
        return scores

    def gradient(self, point: Tensor) -> tuple[float, Tensor]:
        """The score at a point (dimension,) and its gradient, for `GRADIENT` cases."""
        if self.cases + GRADIENT > self.budget:
            raise Exhausted
        leaf = point.clone().requires_grad_()
        score = self.target.score(leaf[None])[0]
        slope = torch.autograd.grad(score, leaf, allow_unused=True)[0] if score.requires_grad else None
        self._spend(GRADIENT)
        score = score.detach()
        if score > 0:
            self._propose(point, self.cases)
        self._remember(score[None], point[None])
        return float(score), torch.zeros_like(point) if slope is None else torch.nan_to_num(slope, 0.0, 0.0, 0.0)

    def settle(self) -> None:
        """Look near the best point, for one case, where a method is at an end; then forget it."""
        if self.best[1] is not None:
            if self.cases >= self.budget:
                raise Exhausted
            self._spend(1)
            self._propose(self.best[1], self.cases, counts=False)
            self.best = (-float("inf"), None)

    def _spend(self, cases: int) -> None:
        self.cases += cases

    def _remember(self, scores: Tensor, cube: Tensor) -> None:
        i = int(torch.nan_to_num(scores, -torch.inf).argmax())
        if float(scores[i]) > self.best[0]:
            self.best = float(scores[i]), cube[i].clone()

    def _propose(self, point: Tensor, cases: int, counts: bool = True) -> None:
        """Decide a point; the cases of a confirmed one are those up to it. One that was refused is not asked again."""
        key = tuple(point.tolist())
        if key in self.refused:
            return
        self.found = self.target.confirm(point)
        if self.found is not None:
            self.cases = cases
            raise Found
        self.refused.add(key)
        self.rejected += counts
