"""Figure 3 and Table 2: the training comparison of Adam and its variants."""

from dataclasses import dataclass

from derivations.claim import Claim, Verdict


@dataclass(frozen=True)
class Entry:
    """A cell of Table 2: mean and standard deviation over 5 seeds of the accuracy, in hundredths of a per cent."""

    mean: int
    deviation: int


COLUMNS = (
    "CIFAR10 ResNet20",
    "CIFAR10 ResNet18",
    "CIFAR10 VGG16",
    "CIFAR100 ResNet18",
    "CIFAR100 VGG16",
    "SVHN ResNet18",
    "SVHN VGG16",
)


def _row(*cells: int) -> tuple[Entry, ...]:
    return tuple(Entry(m, d) for m, d in zip(cells[::2], cells[1::2], strict=True))


TABLE_2 = {
    "Adam": _row(9098, 6, 9377, 20, 9283, 17, 7130, 36, 6843, 16, 9532, 23, 9557, 20),
    "AdamW": _row(9019, 24, 9361, 12, 9253, 25, 6739, 27, 7137, 22, 9513, 15, 9497, 8),
    "AdamG": _row(9164, 17, 9467, 12, 9341, 17, 7376, 34, 7017, 20, 9573, 5, 9570, 25),
    "Adam w/o (a)": _row(9115, 11, 9395, 23, 9292, 11, 7444, 22, 6873, 27, 9575, 9, 9566, 9),
    "Adam w/o (ab)": _row(9192, 18, 9511, 10, 9389, 9, 7615, 25, 7153, 19, 9605, 12, 9622, 9),
    "Adam w/o (abc)": _row(9181, 20, 9492, 5, 9375, 6, 7528, 35, 7145, 13, 9584, 7, 9582, 5),
}


def extreme(choose) -> tuple[str, ...]:
    """The method whose mean is chosen (`min` or `max`), a column each."""
    return tuple(choose(TABLE_2, key=lambda name: TABLE_2[name][j].mean) for j in range(len(COLUMNS)))


def ahead(better: str, worse: str) -> int:
    """In how many columns the first method's mean is the higher one."""
    return sum(a.mean > b.mean for a, b in zip(TABLE_2[better], TABLE_2[worse], strict=True))


def separated(better: str, worse: str) -> int:
    """In how many columns it is higher by more than the two standard deviations together."""
    pairs = zip(TABLE_2[better], TABLE_2[worse], strict=True)
    return sum(a.mean - b.mean > a.deviation + b.deviation for a, b in pairs)


_n = len(COLUMNS)
_a, _ab, _abc = "Adam w/o (a)", "Adam w/o (ab)", "Adam w/o (abc)"
_exception = next(c for c, name in zip(COLUMNS, extreme(min), strict=True) if name != "AdamW")
_gap = TABLE_2["AdamW"][COLUMNS.index(_exception)].mean - TABLE_2["Adam"][COLUMNS.index(_exception)].mean
FINDING = (
    f"Not replicable here. The printed numbers say: w/o (ab) is highest in {extreme(max).count(_ab)} of {_n} columns; "
    f"w/o (a) is above Adam in {ahead(_a, 'Adam')}, by more than the two standard deviations in only "
    f"{separated(_a, 'Adam')}; w/o (abc) is below w/o (ab) in {ahead(_ab, _abc)}, clearly in {separated(_ab, _abc)}; "
    f"AdamW is lowest in {extreme(min).count('AdamW')}, but on {_exception} it is "
    f"{_gap // 100}.{_gap % 100:02d} points above Adam."
)
NEEDS = (
    "CIFAR-10, CIFAR-100 and SVHN images, the paper's Appendix D.3 (not in the copy at hand), and 5 seeds × 6 "
    "methods × 7 trainings of ResNet18/20 and VGG16"
)

CLAIMS = (
    Claim(
        id="SP-FIG3",
        paper="000",
        where="Fig. 3",
        printed=r"\text{training speed on ResNet20, CIFAR10: AdamW is the fastest; AdamG speeds up over the other "
        r"variants; w/o (a) is as fast as Adam, w/o (ab) slower, w/o (abc) slightly faster than w/o (ab)}",
        verdict=Verdict.UNVERIFIABLE,
        finding="The curves are printed as a picture without numbers; nothing in the text can be recomputed from it.",
        needs=NEEDS,
    ),
    Claim(
        id="SP-TAB2",
        paper="000",
        where="Table 2",
        printed=r"\text{w/o (ab) has the best accuracy overall, w/o (a) beats Adam at equal speed, w/o (abc) is "
        r"below w/o (ab), AdamW generalises worst}",
        verdict=Verdict.UNVERIFIABLE,
        finding=FINDING,
        needs=NEEDS,
        notes=(
            "The comparison of the printed means and standard deviations is arithmetic on the table, not a "
            "replication.",
        ),
    ),
)
