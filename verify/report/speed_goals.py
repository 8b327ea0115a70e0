"""What speed was asked for, and why it is missed where it is: a table by hand, read beside the measured figures."""

from dataclasses import dataclass

OPTIMIZERS = {
    "automatic": {"resnet20": 1.6, "resnet50": 2.7, "gpt2": 3.7},
    "native": {"resnet20": 0.35, "resnet50": 1.2, "gpt2": 1.5},
}
"""Path → shape → a step over that of torch's fused optimizer with the same state, at most."""

TRAINING = {"PSISGD": 1.02, "PSISGD with momentum": 1.02, "SGDG": 1.05}
"""A training step over plain SGD's, at most."""

MONITOR = {"every=10": 1.03, "every=1": 1.15}
"""A training step with the monitor over one without, at most."""

PAPERS = {
    "PSISGD": 18.2 / 16.98,
    "PSISGD with momentum": 18.5 / 16.98,
    "SGDG": 26.6 / 16.98,
    "torch Adam": 18.1 / 16.98,
}
"""The same as 004 §6.3 prints it: seconds an epoch of ResNet56 on CIFAR-10, on a V100; SGD 16.98."""

CASES = 200_000
"""Checked cases a second, generation included, on two cores."""

COLD, CACHED, CLAIM = 10.0, 1.0, 2.0
"""Seconds to prove all claims anew and from the cache; to prove one."""

START = 0.3
"""Seconds of a command that should answer at once."""

JOB = 180.0
"""Seconds of the test suite, and of the main job."""


@dataclass(frozen=True)
class Why:
    """Why a goal is missed. section: of the page. subject, path, shape: which rows; "" for all."""

    section: str
    words: str
    subject: str = ""
    path: str = ""
    shape: str = ""


GRAM = "the orthogonality term is a product of each layer with itself: it is bound by arithmetic, not by memory"
OVERHEAD = (
    "all overhead: to gather the filters, to sum two rows in float64 and look for what over- or underflows, and to "
    "scatter takes some forty calls of torch; a fused step of SGD on all 59 tensors takes a tenth of a millisecond"
)
ADDRESSES = (
    "before a kernel may run, the addresses of all tensors and gradients are looked at again, in Python: 45 to 65 µs a "
    "step, which is half of a fused step of SGD; unchecked, it would crash where a gradient has moved"
)
PASSES = (
    "each block is passed over several times, in cache, where the unit makes one pass; the fewer words the unit moves, "
    "the more that tells"
)
THIRD = "it keeps the last point too, a third buffer"
FUNCTIONS = "a sine, a cosine and the projection to the sphere a slice, in three passes over a row"
TWICE = (
    "half of the work is to try every step again without each of its facts, which a proof must not name in vain; two "
    "processes take longer for it than half of one's time, and each loads SymPy and z3"
)
ROWS = "44 rows of Table 1, derived from as many update rules and each written in its shortest form"

TESTS = (
    "eight thousand tests, most of them of a few hundredths of a second, with the examples of each property that CI "
    "draws; none is long any more"
)

REASONS: tuple[Why, ...] = (
    Why("optimizers", GRAM, "SGDG, ω = 0.1"),
    Why("optimizers", GRAM, "AdamG, ω = 0.1"),
    Why("optimizers", OVERHEAD, path="automatic", shape="resnet20"),
    Why("optimizers", ADDRESSES, path="native", shape="resnet20"),
    Why("optimizers", FUNCTIONS, "SGDG", "native"),
    Why("optimizers", FUNCTIONS, "AdamG", "native"),
    Why("optimizers", THIRD, "AdamWithoutAB", "native"),
    Why("optimizers", THIRD, "AdamWithoutABC", "native"),
    Why("optimizers", PASSES, path="automatic"),
    Why("proofs", TWICE, "all claims"),
    Why("proofs", ROWS, "the slowest claim"),
    Why("suite", TESTS, "make test"),
    Why("start", "typer loads pydantic, and a scorecard of 114 lines is laid out", "orthodrome claims"),
)
"""The first that fits speaks."""


def why(section: str, subject: str, path: str = "", shape: str = "") -> str:
    """Why a goal is missed; nothing where nobody has said."""
    for reason in REASONS:
        fits = reason.section == section and reason.subject in ("", subject)
        if fits and reason.path in ("", path) and reason.shape in ("", shape):
            return reason.words
    return ""
