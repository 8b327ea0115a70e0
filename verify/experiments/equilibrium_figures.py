"""The figures of the equilibrium experiment, from its summary: simulations, vectors, networks (002, Figs 2 to 9)."""

from collections.abc import Sequence
from typing import Any

from matplotlib.figure import Figure

from verify.experiments.drawing import BLUE, GREY, RED, Drawing, Plot, logarithmic, numbers, svg
from verify.experiments.network_figures import METHODS, RESCALINGS, assumptions, networks, scaling, stages, training
from verify.experiments.synthetic import CASES


def draw(summary: dict[str, Any], names: Sequence[str] | None = None) -> list[Drawing]:
    """The figures of a summary, all or those named, in the order of the page."""
    data = summary["data"]["name"]
    return [
        Drawing(name, caption + (f" ({data})" if trained else ""), svg(plot, summary, height))
        for name, caption, plot, height, trained in FIGURES
        if names is None or name in names
    ]


def _simulation(figure: Figure, summary: dict[str, Any]) -> None:
    axes = figure.subplots(2, len(CASES), sharex="col")
    synthetic = summary["synthetic"]
    for column, case in zip(axes.T, CASES, strict=True):
        entry = synthetic["cases"][case]
        column[0].set_title(case)
        for ax, method in zip(column, METHODS, strict=True):
            ax.plot(synthetic["step"], entry[method]["norm_squared"], color=BLUE, label="‖w‖² of the map")
            theory = entry[method]["theory"]
            ax.plot(synthetic["step"], theory, color="black", linestyle="--", linewidth=1, label="theory, from E L")
        column[1].set_xlabel("iteration")
        column[1].ticklabel_format(axis="x", style="sci", scilimits=(0, 0))
        if case == "fast wave":
            # Three periods: all of them would be a black area.
            steps = summary["config"]["synthetic"]["steps"]
            column[1].set_xlim(steps * (1 - 3 / summary["config"]["synthetic"]["waves"][1]), steps)
    axes[0, 0].set_ylabel("(130), SGD")
    axes[1, 0].set_ylabel("(131), SGD with momentum")
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=2)


def _vectors(figure: Figure, summary: dict[str, Any]) -> None:
    axes = figure.subplots(2, 2, sharex="col", sharey="row")
    for column, (method, title) in zip(axes.T, METHODS.items(), strict=True):
        column[0].set_title(title)
        for rescale, (label, colour) in RESCALINGS.items():
            entry = summary["vectors"].get(f"{method}: {rescale}")
            if entry is None:
                continue
            step, mean, spread = entry["step"], *(numbers(entry["norm"][n]) for n in ("mean", "spread"))
            column[0].fill_between(step, mean - spread, mean + spread, color=colour, alpha=0.2, linewidth=0)
            column[0].plot(step, mean, color=colour, label=label)
            column[1].plot(step, entry["angle"], color=colour)
        dropped = summary["vectors"][f"{method}: none"]
        for ax in column:
            ax.axhline(1, color=GREY, linestyle="--", linewidth=1)
            ax.axvline(dropped["printed_steps"], color=RED, linestyle=":", label="Corollary 3.1")
            ax.axvline(dropped["law_steps"], color="black", linestyle=":", label="the law: within 5 %")
        column[1].set_xlabel("iterations since the learning rate was divided by 10")
    axes[0, 0].set_ylabel("‖w‖²/equilibrium, mean ± sd")
    axes[1, 0].set_ylabel("angle/equilibrium, root mean square")
    figure.legend(*axes[0, 1].get_legend_handles_labels(), loc="outside lower center", ncols=5)


def _rates(figure: Figure, summary: dict[str, Any]) -> None:
    settling, rates, first = figure.subplots(1, 3)
    for (method, label), colour in zip(METHODS.items(), (GREY, BLUE), strict=True):
        entry = summary["vectors"][f"{method}: settle"]
        mean, spread = (numbers(entry["norm"][name]) for name in ("mean", "spread"))
        settling.fill_between(entry["step"], mean - spread, mean + spread, color=colour, alpha=0.2, linewidth=0)
        settling.plot(entry["step"], mean, color=colour, label=label)
    settling.axhline(1, color="black", linestyle="--", linewidth=1)
    settling.set(title="settling, equal λ and η", xlabel="iteration", ylabel="‖w‖²/equilibrium, mean ± sd")
    settling.legend()
    measured = [entry for name, entry in summary["vectors"].items() if name.startswith("rate: ")]
    effective = 1 / (1 - numbers([entry["momentum"] for entry in measured]))
    for name, label, style in (
        ("leading", "4λη/(1−α)", "--"),
        ("eigenvalue", "slow eigenvalue of the linearised (66)", "-"),
        ("measured", "measured: of E‖w‖⁴ − (w*)⁴", "o"),
    ):
        rates.plot(effective, numbers([entry[name] for entry in measured]), style, label=label, markersize=5)
    rates.set_xscale("log")
    logarithmic(rates)
    rates.set(title="rate of approach", xlabel="1/(1−α)", ylabel="rate a step")
    rates.legend()
    for rescale in ("weights", "weights and buffer"):
        label, colour = RESCALINGS[rescale]
        angle = summary["vectors"][f"sgdm: {rescale}"]["first_angle"]
        first.plot(range(1, len(angle) + 1), angle, color=colour, label=label)
    first.axhline(1, color="black", linestyle="--", linewidth=1)
    first.set(title="after the rescaling", xlabel="iteration", ylabel="angle/equilibrium", ylim=(0, None))
    first.legend(loc="lower right")


FIGURES: tuple[tuple[str, str, Plot, float, bool], ...] = (
    (
        "equilibrium-simulation",
        "The maps (130) and (131) with noise U(-3, 3) on several E L_t around 10, η = .1, λ = .001; 002, Figs 4, 5",
        _simulation,
        5,
        False,
    ),
    (
        "equilibrium-drop",
        "64 vectors under torch’s SGD with random tangent gradients, ‖g̃‖² exponential, after the rate was "
        "divided by 10; 002, Cor. 3.1 and 5.2",
        _vectors,
        6,
        False,
    ),
    (
        "equilibrium-rates",
        "The same vectors: settling, the rate of approach over the momentum, the first steps after a rescaling; "
        "002, Remarks 2, 5",
        _rates,
        3.4,
        False,
    ),
    (
        "equilibrium-training",
        "One filter each in training, predicted norms from the mean of 200 h̃; λη = 10⁻³ for SGD, 2.5·10⁻⁴ with "
        "momentum .9, weight decay on the invariant weights only; 002, Fig. 2",
        training,
        7,
        True,
    ),
    (
        "equilibrium-stages",
        "Dividing the learning rate by 10 in training, with and without rescaling: median and 90 % of the filters with "
        "a gradient. Loss and unit gradients fall with the rate, so that the equilibrium moves away; 002, Figs 3, 6",
        stages,
        6,
        True,
    ),
    (
        "equilibrium-networks",
        "Predicted and measured in every network, late in training: the root mean square is predicted; 002, Figs 3, 9",
        networks,
        4,
        True,
    ),
    (
        "equilibrium-assumptions",
        "The assumptions of Theorems 1 and 2 in training: 5 %, 50 %, 95 % of the weights",
        assumptions,
        3.4,
        True,
    ),
    ("equilibrium-scaling", "Linear scaling: four small steps against a large one; 002, Fig. 7", scaling, 3.4, True),
)
