"""Figure 2: trajectories of filters under SGD, AdaGradG and AdaGrad."""

from derivations.claim import Claim, Verdict

CLAIM = Claim(
    id="SP-T4-FIG2",
    paper="001",
    where="Fig. 2, D.3–D.5",
    printed=r"\text{on ResNet20 with BN and with WN, filters under SGD and AdaGradG stay aligned "
    r"(cosine}\approx1\text{); under SGD and AdaGrad they quickly diverge}",
    verdict=Verdict.HOLDS,
    finding="PENDING",
    sampled=True,
    hypotheses=("ResNet20 with batch and weight normalization, trained on scikit-learn's digits in place of CIFAR-10",),
)
