"""A search's purse: every case costs one, and the search ends at the first point that is confirmed."""

from dataclasses import dataclass, field

import torch
from torch import Tensor

from verify.search.target import Counterexample, Target

GRADIENT = 5
"""Cases that a score with its gradient counts for: Baur and Strassen's bound on the operations of both."""
LOOK = 32
"""Cases between two looks near the best of them, whatever the method does: none pays more for looking than another."""


class Found(Exception):
    """Ends the method that runs: a counterexample is confirmed."""


class Exhausted(Exception):
    """Ends the method that runs: there are no more cases."""


@dataclass
class Purse:
    """What a method asks scores of. cases: spent; rejected: proposals that were not confirmed.

    best: the highest score since the last look, and where; since: the cases since then. A look costs one case: near
    the best point may lie a simple one, of probability 0, that no score above 0 announces.
    """

    target: Target
    budget: int
    cases: int = 0
    rejected: int = 0
    since: int = 0
    best: tuple[float, Tensor | None] = (-float("inf"), None)
    found: Counterexample | None = None
    refused: set[tuple[float, ...]] = field(default_factory=set)

    def scores(self, cube: Tensor) -> Tensor:
        """(n, dimension) → (n,), in parts between two looks; Exhausted after the last case there is."""
        parts, done = [], 0
        while done < len(cube):
            some = cube[done : done + min(max(LOOK - self.since, 1), self.budget - self.cases)]
            if not len(some):
                raise Exhausted
            parts.append(self._part(some))
            done += len(some)
        return torch.cat(parts)

    def gradient(self, point: Tensor) -> tuple[float, Tensor]:
        """The score at a point (dimension,) and its gradient, for `GRADIENT` cases."""
        if self.cases + GRADIENT > self.budget:
            raise Exhausted
        leaf = point.clone().requires_grad_()
        score = self.target.score(leaf[None])[0]
        slope = torch.autograd.grad(score, leaf, allow_unused=True)[0] if score.requires_grad else None
        score = score.detach()
        if score > 0:
            self._propose(point, self.cases + GRADIENT)
        self._spend(GRADIENT, score[None], point[None])
        return float(score), torch.zeros_like(point) if slope is None else torch.nan_to_num(slope, 0.0, 0.0, 0.0)

    def _part(self, cube: Tensor) -> Tensor:
        with torch.no_grad():
            scores = self.target.score(cube)
        for i in (scores > 0).nonzero().flatten().tolist():
            self._propose(cube[i], self.cases + i + 1)
        self._spend(len(cube), scores, cube)
        return scores

    def _spend(self, cases: int, scores: Tensor, cube: Tensor) -> None:
        self.cases += cases
        self.since += cases
        i = int(torch.nan_to_num(scores, -torch.inf).argmax())
        if float(scores[i]) > self.best[0]:
            self.best = float(scores[i]), cube[i].clone()
        if self.since >= LOOK:
            self._look()

    def _look(self) -> None:
        """Near the best point since the last look; then forget it."""
        if self.cases >= self.budget:
            raise Exhausted
        self.cases += 1
        if self.best[1] is not None:
            self._propose(self.best[1], self.cases, counts=False)
        self.since, self.best = 0, (-float("inf"), None)

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
