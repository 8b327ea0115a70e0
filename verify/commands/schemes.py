"""Commands about update rules: equilibrium, scaling law, a new one."""

from pathlib import Path
from typing import Annotated

import typer

from verify.commands.shared import FAILS, HOLDS, Json, faults, not_loaded, print_json


def equilibrium(
    scheme: Annotated[
        str | None, typer.Argument(metavar="SCHEME", help="For example sgd-m; default: list all.")
    ] = None,
    lr: Annotated[float | None, typer.Option(help="Learning rate.")] = None,
    weight_decay: Annotated[float | None, typer.Option(help="Weight decay.")] = None,
    momentum: Annotated[float | None, typer.Option(help="Momentum.")] = None,
    dampening: Annotated[float | None, typer.Option(help="Dampening.")] = None,
    beta: Annotated[float | None, typer.Option(help="Decay of RMSprop's second moment.")] = None,
    beta1: Annotated[float | None, typer.Option(help="Decay of the first moment.")] = None,
    beta2: Annotated[float | None, typer.Option(help="Decay of the second moment, or of Lion's momentum.")] = None,
    others: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Any other hyper-parameter; repeatable.")
    ] = None,
    second_moment: Annotated[float, typer.Option(help="L, the mean of ‖g‖²‖w‖².")] = 1.0,
    dimension: Annotated[float | None, typer.Option(help="Coordinates of the weight.")] = None,
    after_division: Annotated[
        float | None, typer.Option(help="Also: the learning rate is then divided by this.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Predict where training comes to rest: weight norm, angular update, rate of approach, spread.

    Hyper-parameters that are not given have the scheme's defaults.
    """
    from derivations.equilibrium import NoEquilibrium
    from derivations.schemes import all_schemes
    from verify import console, equilibria
    from verify.report import machine

    options = dict(zip(equilibria.OPTIONS, (lr, weight_decay, momentum, dampening, beta, beta1, beta2), strict=True))
    given = {name: value for name, value in options.items() if value is not None} | _numbers(others or [])
    if scheme is None:
        if given or dimension is not None or after_division is not None:
            raise typer.BadParameter("hyper-parameters go with a scheme, for example: orthodrome equilibrium sgd-m")
        with console.progress() as progress:
            rows = equilibria.survey(progress, all_schemes())
        if as_json:
            print_json([machine.equilibrium_object(row) for row in rows])
        else:
            console.show_equilibria(rows)
        raise typer.Exit(FAILS if not_loaded() else HOLDS)
    try:
        with faults():
            found = equilibria.predict(scheme, given, second_moment, dimension, after_division)
    except equilibria.UsageError as error:
        raise typer.BadParameter(str(error)) from error
    except NoEquilibrium as error:
        if as_json:
            print_json({"scheme": scheme, "ok": False, "reason": str(error)})
        else:
            typer.echo(f"no equilibrium: {error}")
        raise typer.Exit(FAILS) from None
    if as_json:
        print_json(machine.prediction_object(found))
    else:
        console.show_equilibrium(found)


def scale(
    scheme: Annotated[
        str | None, typer.Argument(metavar="SCHEME", help="For example adamw; default: list all.")
    ] = None,
    as_json: Json = False,
) -> None:
    """By which powers of ρ hyper-parameters and buffers follow when all weights are multiplied by ρ, for the same run.

    Fails for a scheme that has no such law, or one that is not proved.
    """
    from verify import scale as scales

    if scheme is None:
        rows = scales.survey()
        if as_json:
            print_json([scales.plain(row) for row in rows])
        else:
            scales.show(rows)
        raise typer.Exit(FAILS if not_loaded() else HOLDS)
    try:
        with faults():
            row = scales.scale(scheme)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    if as_json:
        print_json(scales.plain(row))
    else:
        scales.show_one(row)
    raise typer.Exit(HOLDS if row.ok else FAILS)


def new_scheme(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Small letters, digits and hyphens, like my-sgd.")],
    output: Annotated[Path | None, typer.Option("--output", help="The file; default: my_sgd.py.")] = None,
    as_json: Json = False,
) -> None:
    """Write a file with an update rule, PyTorch code for it, and their lists: it runs as it is; change it."""
    from verify import new_scheme as template

    try:
        path = template.write(name, output)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    commands = template.commands(name, path)
    if as_json:
        print_json({"file": str(path), "commands": commands})
    else:
        typer.echo("\n".join([f"wrote {path}; it runs as it is:", "", *commands]))


def _numbers(written: list[str]) -> dict[str, float]:
    """Of NAME=VALUE, each; wrong usage where one is not that."""
    found: dict[str, float] = {}
    for text in written:
        name, _, value = text.partition("=")
        try:
            found[name.strip().replace("-", "_")] = float(value)
        except ValueError:
            raise typer.BadParameter(f"--set {text!r}: write name=number, for example --set momentum=0.9") from None
    return found
