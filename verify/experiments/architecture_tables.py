"""What the runs of `architectures` say: their evidence for the claims of 002, and a table of their angles."""

from typing import Any

from verify.experiments.architectures import BATCHES, MORE, NETWORKS
from verify.experiments.equilibrium_evidence import accumulated, at_rest
from verify.experiments.network_figures import uncorrelated
from verify.experiments.tables import Table
from verify.results import CheckResult

TITLES = {"mobilenet-v2": "like MobileNetV2", "shufflenet-v2": "like ShuffleNetV2"}


def evidence(summary: dict[str, Any]) -> tuple[CheckResult, ...]:
    """The laws of the equilibrium at the first rate, and of the larger batch. After the drop the loss still falls, and
    with it E L: there the table says what is seen, and nothing is claimed."""
    large, small = (summary["stages"][name] for name in BATCHES)
    expected = uncorrelated(small, large, summary["config"]["span"])
    return (*at_rest(summary, NETWORKS), accumulated(small, large, "sixteen", expected, "training runs batch-4, -64"))


def tables(summary: dict[str, Any]) -> tuple[Table, ...]:
    """A row a network and rate."""
    stages = summary["stages"]
    rows = [_row(TITLES[name], stages[key]) for name in NETWORKS for key in (name, f"{name}-dropped")]
    large, small = (stages[name] for name in BATCHES)
    ratio = uncorrelated(small, large, summary["config"]["span"])
    images = stages[NETWORKS[0]]["stage"]["batch_size"]
    caption = (
        "Root mean square angles of a step over the predicted √(2λη/(1+α)), of all filters with a gradient, late in "
        f"each stage of two more networks, {summary['config']['width']} channels wide, in batches of {images}; 002, "
        "Fig. 9. That ImageNet’s networks come to rest in the 30 epochs of a stage, such runs cannot show. With "
        f"batches {MORE} times as large and rates that follow them, uncorrelated gradients turn a filter {ratio:.2f} "
        f"times as far in {MORE} small steps as in a large one (002, Fig. 7 b)."
    )
    head = ("network", "filters", "rate", "steps", "5 %", "median", "95 %", "without a gradient", "test accuracy")
    return (Table(caption, head, tuple(rows)),)


def _row(title: str, entry: dict[str, Any]) -> tuple[str, ...]:
    return (
        title,
        str(entry["weights"]),
        f"{entry['stage']['lr']:g}",
        str(entry["steps"]),
        *(f"{value:.3f}" for value in entry["late"]["spread"]["angle_rms"]),
        f"{entry['late']['silent']:.0%}",
        f"{entry['test_accuracy']:.1%}",
    )
