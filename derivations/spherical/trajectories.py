"""Figure 2: trajectories of filters under SGD, AdaGradG and AdaGrad."""

from derivations.claim import Claim, Verdict

CLAIM = Claim(
    id="SP-T4-FIG2",
    paper="001",
    where="Fig. 2, D.3–D.5",
    printed=r"\text{on ResNet20 with BN and with WN, filters under SGD and AdaGradG stay aligned "
    r"(cosine}\approx1\text{); under SGD and AdaGrad they quickly diverge}",
    verdict=Verdict.UNVERIFIABLE,
    finding=r"On digits, from a trained network, SGD and AdaGradG stay together: $1-\cos$ is at most "
    r"$1.2\cdot10^{-11}$ (BN, which is its $\epsilon$) and $10^{-28}$ (WN). AdaGrad does not visibly diverge: "
    r"$1-\cos$ after 120 steps is 2 to $4\cdot10^{-4}$ at the printed $10^{-3}$, where its first step is 48 (BN) and "
    r"1300 (WN) times as long as SGD's, and 4 to $6\cdot10^{-7}$ with steps as long as SGD's, nearly as far as SGD "
    r"travels. From scratch AdaGradG parts too (mean 1 to $2\cdot10^{-3}$); the all-order scheme does not where the "
    r"network is invariant to rounding (WN, BN with $\epsilon=10^{-20}$), but with BN's default $\epsilon$ it parts "
    r"as far.",
    needs="CIFAR-10 and networks trained on it as in D.5",
    sampled=True,
    hypotheses=("ResNet20 with batch and weight normalization, trained on scikit-learn's digits in place of CIFAR-10",),
)
