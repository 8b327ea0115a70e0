"""Robustness: the adversarial training of Figure 4."""

from derivations.claim import Claim, Verdict

CLAIM = Claim(
    id="AP-PGD",
    paper="003",
    where="Robustness, Fig. 4",
    printed=r"\text{Wide-ResNet trained adversarially: under both PGD attacks, }L_2\text{ and }L_\infty,\text{ AdamP "
    r"reaches an accuracy about }9.3\,\%\text{ higher than Adam, and converges faster}",
    verdict=Verdict.UNVERIFIABLE,
    finding="The learning curves of Figure 4 are not in the copy, and nothing of the experiment is printed in numbers "
    "but this one. Whether 9.3 % is of the accuracy or in points of it is not said, nor of which attack it is, or how "
    "one number can be that of both.",
    needs="the two learning curves as numbers, or the data set, the size of the Wide-ResNet, the attacks (norm, "
    "radius, step, number of steps), the schedule and the seeds; then an adversarial training of days on an "
    "accelerator",
)
