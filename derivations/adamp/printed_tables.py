"""The numbers of 003's Tables 1–6 as printed, wherever a difference is printed beside them."""

from dataclasses import dataclass

import sympy


@dataclass(frozen=True)
class Difference:
    """A printed difference and the two printed numbers that it is the difference of, as decimals."""

    table: int
    where: str
    before: str
    after: str
    printed: str

    @property
    def computed(self) -> sympy.Rational:
        return sympy.Rational(self.after) - sympy.Rational(self.before)

    @property
    def off(self) -> sympy.Rational:
        """Printed less computed."""
        return sympy.Rational(self.printed) - self.computed

    @property
    def rounding(self) -> sympy.Rational:
        """Half a unit of the last printed digit."""
        return sympy.Rational(1, 2 * 10 ** len(self.printed.partition(".")[2]))


DIFFERENCES = (
    Difference(1, "MobileNetV2, SGDP", "71.61", "72.18", "0.57"),
    Difference(1, "MobileNetV2, AdamP", "72.12", "72.57", "0.45"),
    Difference(1, "ResNet18, SGDP", "70.28", "70.73", "0.45"),
    Difference(1, "ResNet18, AdamP", "70.41", "70.81", "0.40"),
    Difference(1, "ResNet50, SGDP", "76.64", "76.71", "0.07"),
    Difference(1, "ResNet50, AdamP", "76.65", "76.94", "0.29"),
    Difference(1, "CutMix, SGDP", "77.61", "77.72", "0.11"),
    Difference(1, "CutMix, AdamP", "78.00", "78.31", "0.31"),
    Difference(2, "SGD", "70.28", "67.94", "-2.38"),
    Difference(2, "SGDP", "70.73", "70.21", "-0.52"),
    Difference(2, "Adam", "70.41", "68.52", "-1.89"),
    Difference(2, "AdamP", "70.81", "70.50", "-0.31"),
    Difference(3, "CenterNet, scratch", "26.57", "27.11", "0.54"),
    Difference(3, "CenterNet, ImageNet", "28.29", "29.05", "0.76"),
    Difference(3, "SSD, scratch", "27.10", "27.97", "0.87"),
    Difference(3, "SSD, ImageNet", "28.39", "28.67", "0.28"),
    Difference(4, ".999", "22.9", "30.5", "7.5"),
    Difference(4, ".997", "63.0", "70.9", "7.9"),
    Difference(4, ".995", "74.9", "80.9", "6.0"),
    Difference(4, ".990", "87.0", "89.6", "2.6"),
    Difference(4, "avg.", "61.9", "68.0", "6.0"),
    Difference(4, "Biased", "93.8", "95.2", "1.4"),
    Difference(4, "UnBiased", "92.6", "94.5", "1.8"),
    Difference(4, "IN-A", "31.2", "32.9", "1.7"),
    Difference(5, "ROC-AUC", "91.12", "91.35", "0.23"),
    Difference(5, "PR-AUC", "45.61", "45.79", "0.18"),
    Difference(5, "Accuracy", "96.47", "96.89", "0.42"),
    Difference(5, "F1", "55.24", "56.04", "0.80"),
    Difference(6, "CUB, triplet", "57.9", "58.2", "0.3"),
    Difference(6, "CUB, PA", "69.3", "69.5", "0.2"),
    Difference(6, "Cars, triplet", "59.8", "59.9", "0.2"),
    Difference(6, "Cars, PA", "86.7", "86.9", "0.2"),
    Difference(6, "InShop, triplet", "62.7", "62.8", "0.0"),
    Difference(6, "InShop, PA", "85.2", "87.4", "2.2"),
    Difference(6, "SOP, triplet", "62.0", "62.6", "0.6"),
    Difference(6, "SOP, PA", "76.5", "78.0", "1.5"),
)

BIASED_MNIST = (("22.94", "30.46"), ("62.97", "70.90"), ("74.88", "80.88"), ("86.99", "89.59"))
"""Numbers with more digits, Adam's and AdamP's at ρ = .999, .997, .995, .990, which round to all that is printed."""

BEST_BASELINES = {"ROC-AUC": "91.27", "PR-AUC": "45.67", "Accuracy": "96.47", "F1": "55.24"}
"""The better baseline of each column of Table 5: Adam + SGD for the first two, Adam for the last two."""
