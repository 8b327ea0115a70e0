"""Figure 2: trajectories of filters under SGD, AdaGradG and AdaGrad."""

from derivations.claim import Claim, Verdict

CLAIM = Claim(
    id="SP-T4-FIG2",
    paper="001",
    where="Fig. 2, D.3–D.5",
    printed=r"\text{on ResNet20 with BN and with WN, filters under SGD and AdaGradG stay aligned "
    r"(cosine}\approx1\text{); under SGD and AdaGrad they quickly diverge}",
    verdict=Verdict.HOLDS,
    finding=r"On digits, from a trained network, $1-\cos$ between SGD and AdaGradG is below $10^{-12}$ (WN, to "
    r"rounding) while AdaGrad at the printed "
    r"$10^{-3}$ leaves at once; but SGD itself hardly moves there, and AdaGrad's first steps are 50 to 1000 times "
    r"longer. With steps "
    r"as long as SGD's it parts by $10^{-6}$, as far as SGD travels. From scratch AdaGradG parts too ($10^{-3}$); "
    r"the all-order scheme does not.",
    sampled=True,
    hypotheses=("ResNet20 with batch and weight normalization, trained on scikit-learn's digits in place of CIFAR-10",),
)
