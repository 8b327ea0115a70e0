"""The command `orthodrome equilibrium`, the page of equilibria, and the formulas on both."""

import json
import math
import re
import subprocess
import sys
from dataclasses import replace

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from derivations.equilibrium import NoEquilibrium, equilibrium
from derivations.equilibrium.formulas import latex, negative_at_small, plain
from derivations.schemes import SCHEMES
from tests.test_report import assert_safe
from verify import equilibria
from verify.cli import FAILS, HOLDS, USAGE, app
from verify.report.collect import collect
from verify.report.equilibria import EquilibriaView, of
from verify.report.render import render
from verify.tolerance import roundoff

QUICK = ("sgd-l2", "sgd-m", "sgd-nesterov", "sgd-dampened", "sgdw", "sgdp", "adamw", "rmsprop")


def run(*arguments):
    return CliRunner().invoke(app, ["equilibrium", *(str(a) for a in arguments)])


def test_the_command_prints_the_textbook_equilibrium_of_sgd():
    lr, decay = 0.1, 1e-3
    result = run("sgd-l2", "--lr", lr, "--weight-decay", decay, "--second-moment", 3, "--json")
    found = json.loads(result.stdout)
    assert result.exit_code == HOLDS and found["ok"] and found["exact"]
    assert found["norm"] == pytest.approx((lr * 3 / (decay * (2 - lr * decay))) ** 0.25, rel=roundoff(20))
    assert found["angular_update"] == pytest.approx(math.acos(1 - lr * decay), rel=roundoff(20) / (lr * decay))
    assert found["contraction"] == pytest.approx(2 * (1 - lr * decay) ** 2 - 1, rel=roundoff(20))
    half_life = math.log(2) / -math.log(found["contraction"])
    assert found["half_life"] == pytest.approx(half_life, rel=roundoff(20) / (lr * decay))


def test_the_json_has_the_documented_keys():
    found = json.loads(run("sgd-m", "--after-division", 10, "--json").stdout)
    assert " ".join(found) == (
        "scheme ok exact assumptions formulas hyperparameters second_moment dimension norm angular_update "
        "angular_update_degrees contraction oscillates half_life spread after_division"
    )
    assert " ".join(found["formulas"]) == ("x norm cos_angle roots norm_leading angle_squared_leading rate_leading")
    assert " ".join(found["after_division"]) == "divisor printed angle_at_printed steps weights buffer"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["sgdm"], USAGE, "did you mean sgd-m"),
        (["nothing-like-it-at-all"], USAGE, "choose one of ad"),
        (["sgd-m", "--beta1", "0.9"], USAGE, "no --beta1; it has --lr, --weight-decay, --momentum"),
        (["sgd-m", "--momentum", "1"], USAGE, "[0.0, 1.0)"),
        (["sgd-m", "--set", "momentum"], USAGE, "write name=number"),
        (["asgd", "--set", "eps=1"], USAGE, "no --set eps="),
        (["sgd-m", "--lr", "-1"], USAGE, "[0.0, inf)"),
        (["sgd-m", "--lr", "nan"], USAGE, "lr=nan"),
        (["sgd-m", "--lr", "inf"], USAGE, "lr=inf"),
        (["sgd-m", "--lr", "0"], USAGE, "positive"),
        (["sgd-m", "--second-moment", "0"], USAGE, "--second-moment"),
        (["sgd-m", "--second-moment", "inf"], USAGE, "--second-moment"),
        (["adamw", "--dimension", "0"], USAGE, "--dimension"),
        (["adamw"], USAGE, "give --dimension"),
        (["rmsprop", "--dimension", "10"], USAGE, "give --weight-decay"),
        (["sgd-m", "--after-division", "1"], USAGE, "above 1"),
        (["--lr", "0.1"], USAGE, "go with a scheme"),
        (["--after-division", "2"], USAGE, "go with a scheme"),
        (["sgd"], FAILS, "no weight decay"),
        (["sgdp-l2"], FAILS, "no fixed point"),
        (["adagrad", "--weight-decay", "0.1"], FAILS, "step number"),
        (["spherical-sgd"], FAILS, "‖w‖ = 1"),
        (["adam-without-ab", "--weight-decay", "0.1", "--dimension", "10"], FAILS, "not derived"),
        (["sgd-m", "--weight-decay", "0"], FAILS, "positive weight decay"),
        (["sgd-m", "--weight-decay", "1000"], FAILS, "weight_decay below 38 has one"),
    ],
)
def test_what_cannot_be_answered_says_why(arguments, code, said):
    result = run(*arguments)
    assert result.exit_code == code and said in re.sub(r"\s+", " ", result.output)


def test_any_hyperparameter_can_be_set_by_its_name():
    by_flag, by_name = run("sgd-m", "--momentum", 0.5, "--json"), run("sgd-m", "--set", "momentum=0.5", "--json")
    assert by_flag.exit_code == HOLDS and by_flag.stdout == by_name.stdout != run("sgd-m", "--json").stdout
    names = {scheme.name: equilibria.options(scheme) for scheme in SCHEMES}
    assert names["nadam"] == ["lr", "weight_decay", "beta1", "beta2", "momentum_decay"]  # ε is 0 at rest


def test_the_reason_is_machine_readable_too():
    result = run("sgdp-l2", "--json")
    found = json.loads(result.stdout)
    assert result.exit_code == FAILS and found["ok"] is False and "no fixed point" in found["reason"]


def test_the_command_does_not_import_torch():
    script = (
        "import sys; sys.argv = ['orthodrome', 'equilibrium', 'sgd-l2']\n"
        "from verify.cli import main\n"
        "try:\n    main()\nexcept SystemExit as exit:\n    code = exit.code\n"
        "print(code or 0, {'torch', 'matplotlib'} & set(sys.modules))"
    )
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert out.splitlines()[-1] == "0 set()"


def test_a_division_takes_the_steps_that_the_map_takes():
    """The mean map of SGD, iterated from the old equilibrium at the new rate."""
    lr, decay, k = 0.1, 5e-3, 10.0
    found = equilibria.predict("sgd-l2", {"lr": lr, "weight_decay": decay}, divisor=k)
    x = found.numbers.norm**2
    new = equilibria.predict("sgd-l2", {"lr": lr / k, "weight_decay": decay}).numbers.norm ** 2
    steps = 0
    while new / x < 1 - equilibria.WITHIN:
        if steps == found.division.printed:
            assert new / x == pytest.approx(found.division.angle_at_printed, rel=0.01)
        x = (1 - lr / k * decay) ** 2 * x + (lr / k) ** 2 / x
        steps += 1
    assert found.division.steps == pytest.approx(steps, rel=0.01)
    assert found.numbers.norm * found.division.weights == pytest.approx(math.sqrt(new), rel=1e-3)
    assert found.division.buffer is None


def test_entries_of_very_different_size_are_no_obstacle():
    found = equilibria.predict("adamw", {"beta1": 0.0}, dimension=1e9)
    assert found.numbers.norm == pytest.approx(math.sqrt(1e9 * 1e-3 / (2 * 1e-2)), rel=1e-4)
    assert 0 < found.numbers.norm_squared_variance[0] < math.inf


def test_only_a_fourth_root_is_rescaled():
    assert equilibria.predict("adamw", {}, dimension=10, divisor=2.0).division is None
    assert equilibria.predict("sgdw", {"weight_decay": 1e-3}, divisor=16.0).division.buffer == pytest.approx(
        2, rel=roundoff(4), abs=0
    )


symbols = {n: sympy.Symbol(n, real=True) for n in ("eta", "lambda", "beta", "beta_1", "beta_2", "tau", "d", "L", "x")}
READ = dict(zip("ηλβτ", ("eta", "lambda", "beta", "tau"), strict=True))
SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789", strict=True))


def read(text, formula):
    """Plain text back to SymPy, in the symbols of a formula, by writing out what a reader supplies."""
    tokens = re.findall(r"β₁|β₂|s₀|\^\(\d+/\d+\)|[⁰¹²³⁴⁵⁶⁷⁸⁹]+|\d+|[^\s\d]", text)
    out = []
    for token in tokens:
        name = {"β₁": "beta_1", "β₂": "beta_2", "π": "pi", "s₀": "s_0"}.get(token, READ.get(token, token))
        if token[0] in SUPERSCRIPTS:
            out.append("**" + "".join(SUPERSCRIPTS[c] for c in token))
        elif token.startswith("^"):
            out.append("**Rational(" + token[2:-1].replace("/", ",") + ")")
        elif token in "+-/)":
            out.append(token)
        else:
            name = {"lambda": "lambda_"}.get(name, name)
            out.append(("*" if out and out[-1][-1] not in "+-/(" else "") + name)
    known = {{"lambda": "lambda_"}.get(str(s), str(s)): s for s in formula.free_symbols}
    return sympy.sympify("".join(out), locals=known)


@pytest.mark.parametrize("name", QUICK)
def test_a_formula_read_back_is_the_formula(name):
    e = equilibrium(name)
    for formula in filter(None, (e.fixed.value, e.cosine, e.small_norm[1], e.small_angle)):
        at = {s: sympy.Rational(i + 3, 31 + i) for i, s in enumerate(sorted(formula.free_symbols, key=str))}
        assert sympy.N(read(plain(formula), formula).subs(at) - formula.subs(at), 30) == pytest.approx(0, abs=1e-25)


def test_formulas_are_written_as_people_write_them():
    eta, lam, beta, beta_1, d = (symbols[n] for n in ("eta", "lambda", "beta", "beta_1", "d"))
    assert plain(-(beta - 1) * eta) == "η(1 - β)"
    assert plain(eta / (-(beta - 1) * (eta * lam - 2 - 2 * beta) * -1)) == "η/((1 - β)(2(1 + β) - ηλ))"
    assert latex(1 / (2 * (1 - beta_1))) == r"\frac{1}{2\left(1 - \beta_{1}\right)}"
    assert plain(beta - 1) == "-(1 - β)"
    assert plain(2 ** sympy.Rational(2, 3) * d ** sympy.Rational(2, 3)) == "(4d²)^(1/3)"
    assert negative_at_small(beta - 1) and not negative_at_small(2 - eta * lam)


small = st.integers(-3, 3)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(small, small, small), min_size=1, max_size=3))
def test_any_polynomial_read_back_is_itself(coefficients):
    eta, lam, beta = (symbols[n] for n in ("eta", "lambda", "beta"))
    e = sympy.Mul(*(a + b * eta * lam + c * beta for a, b, c in coefficients))
    if e != 0:
        assert sympy.expand(read(plain(e), e) - e) == 0


def test_the_page_is_the_same_twice_and_holds_no_markdown_in_its_mathematics():
    view = of("sgd-m")
    whole = EquilibriaView(view.rows + of("rmsprop").rows, (("sgd", "‖w‖ grows", r"$\Vert w\Vert$ grows"),))
    first, second = (render(collect((), ()), equilibria=whole) for _ in range(2))
    page = first["equilibria.md"]
    assert first == second and "| [sgd-m](#sgd-m) |" in page and "### rmsprop" in page
    assert "equilibria.md" in first["README.md"] and "equilibria.md" in first["002-spherical-motion-dynamics.md"]
    assert "equilibria.md" not in "".join(render(collect((), ())).values())
    for line in page.splitlines():
        if not line.startswith("$$"):
            assert_safe(line)


def test_a_scheme_without_an_equilibrium_gets_no_row():
    for name in ("sgd", "sgdp-l2", "adagrad", "adam-g"):
        with pytest.raises(NoEquilibrium):
            of(name)
    with pytest.raises(ValueError, match="sgdq"):
        of("sgdq")


def test_a_wrong_prediction_would_be_seen():
    """The numbers on the page against the update rule itself: right for SGD-M's row, wrong for one with another's."""
    (row,) = of("sgd-m").rows
    wrong = replace(row, numbers=of("sgdw").rows[0].numbers)
    for view, fits in ((row, True), (wrong, False)):
        x, across, before = view.numbers.norm**2, None, view.numbers.norm**2
        across = x * math.cos(view.numbers.angle)
        for _ in range(5):
            m = 1.9 - 1e-4
            x, across, before = m**2 * x - 2 * m * 0.9 * across + 0.81 * before + 1e-4 / x, m * x - 0.9 * across, x
        assert (x == pytest.approx(view.numbers.norm**2, rel=1e-9)) == fits


def test_every_option_is_a_hyper_parameter_of_some_scheme():
    assert set(equilibria.OPTIONS) <= {name for scheme in SCHEMES for name in scheme.hyperparameters}
