"""OD-SCALE: by which powers of ρ the hyper-parameters must be multiplied for a run from ρ x_0 to be the same run."""

from types import SimpleNamespace

import sympy

from derivations.claim import Claim, Derived, Hypothesis, Step, Theorem, Verdict
from derivations.degrees import ScalingLaw, scaling_law
from derivations.notation import k
from derivations.rules import Homogeneous
from derivations.scheme import NOTATION, Scheme
from derivations.schemes import SCHEMES
from derivations.schemes.adafactor_matrix import AdafactorMatrix
from derivations.schemes.radam import RAdam
from derivations.schemes.radamw import RAdamW
from derivations.space import CoordinateSpace, Vector
from derivations.statement import equal, positive

SPACE = CoordinateSpace()
rho = sympy.Symbol("rho", real=True)
COMMA = r",\ "
SCALE = Hypothesis("scale", positive(rho), meaning="ρ > 0")


class RAdamAtFirst(RAdam):
    """RAdam's rule where ρ_t ≤ 5."""

    title = "RAdam while ρ_t ≤ 5"

    def denominator(self, space, k, state, h):
        return space.ones_like(state["v"])


class RAdamLater(RAdam):
    """RAdam's rule where ρ_t > 5."""

    title = "RAdam once ρ_t > 5"

    def denominator(self, space, k, state, h):
        return self.rectified(space, k, state, h)


class RAdamWAtFirst(RAdamW):
    """The same with decoupled decay."""

    title = "RAdam, decoupled, while ρ_t ≤ 5"
    denominator = RAdamAtFirst.denominator


class RAdamWLater(RAdamW):
    """The same with decoupled decay."""

    title = "RAdam, decoupled, once ρ_t > 5"
    denominator = RAdamLater.denominator


class AdafactorMatrixAbove(AdafactorMatrix):
    """Adafactor's rule for matrices where the mean of R_k is at least ε₁."""

    title = "Adafactor (matrix) while the mean of R_k is at least ε₁"

    def whole(self, space, mean, h):
        return mean


PARTS: dict[str, tuple[Scheme, ...]] = {
    "radam": (RAdamAtFirst(), RAdamLater()),
    "radamw": (RAdamWAtFirst(), RAdamWLater()),
    "adafactor-matrix": (AdafactorMatrixAbove(),),
}
"""The parts with a law of the schemes that have none."""


def with_laws() -> tuple[Scheme, ...]:
    """The schemes with one law each; those without by the parts of their rules that have one."""
    return tuple(part for scheme in SCHEMES for part in PARTS.get(scheme.name, (scheme,)))


def homogeneous_step(scheme: Scheme, law: ScalingLaw) -> Theorem:
    """One step of the scaled numbers is the scaled step: of the point and of every buffer, in every coordinate.

    The degrees that gave the law were computed on another backend; here the rule compares the expressions themselves.
    """
    h, start = scheme.symbols(), sympy.Symbol("x_0", real=True)
    x, gradient = sympy.symbols("x g", real=True)
    unused = dict.fromkeys(law.free, 0)  # what the rule does not see may have any power
    exponents, at = {n: int(e.subs(unused)) for n, e in law.exponents.items()}, int(law.point)
    buffers = {n: int(e) for n, e in law.buffers.items()}
    state = {n: sympy.Symbol(rf"{_buffer(n)}^{{-}}", real=True) for n in buffers}
    slope = 0 if scheme.on_sphere else -1
    scaled = SimpleNamespace(**{n: rho**e * getattr(h, n) for n, e in exponents.items()})
    held = {n: rho**e * state[n] for n, e in buffers.items()}

    def step_at(number, here, g, before, numbers) -> dict[str, sympy.Expr]:
        moved, after = scheme.step(SPACE, number, here, g, before, numbers)
        point, mark = ("x_{k+1}", "^{+}") if number == k else ("x_1", "^{+}_0")
        return {point: moved} | {f"{_buffer(n)}{mark}": after[n] for n in buffers}

    later, at_first = (step_at(number, x, gradient, state, h) for number in (k, sympy.Integer(0)))
    pairs = zip(later.values(), at_first.values(), strict=True)
    one_rule = all(sympy.expand(e.xreplace({k: sympy.Integer(0)}) - first) == 0 for e, first in pairs)

    def results(first, here, g, before, numbers) -> dict[str, sympy.Expr]:
        begun = {f"{_buffer(n)}_0": value for n, value in scheme.initial_state(SPACE, first, numbers).items()}
        steps = (k,) if one_rule else (k, sympy.Integer(0))  # an update rule may treat its first step on its own
        return {n: e for number in steps for n, e in step_at(number, here, g, before, numbers).items()} | begun

    plain = results(start, x, gradient, state, h)
    same = results(rho * start, rho**at * x, rho**slope * gradient, held, scaled)
    marks = ("^{+}", "^{+}_0", "_0")
    degrees = {"x_{k+1}": at, "x_1": at} | {f"{_buffer(n)}{mark}": e for n, e in buffers.items() for mark in marks}
    weights = {start: 1, x: at, gradient: slope}
    weights |= {getattr(h, n): e for n, e in exponents.items()} | {state[n]: e for n, e in buffers.items()}
    statement = equal(
        Vector.combine((n, e) for n, e in same.items()),
        Vector.combine((n, rho ** degrees[n] * e) for n, e in plain.items()),
    )
    rule = Homogeneous(rho, tuple((s, w) for s, w in weights.items() if w), tuple(degrees.items()))
    step = Step("homogeneous", statement, rule, ("scale",))
    return Theorem(scheme.title, (SCALE,), statement, (step,), _words(scheme, law))


def _words(scheme: Scheme, law: ScalingLaw) -> str:
    """The law of a scheme in a sentence."""
    moving = [
        rf"{_symbol(n)}\to{_power(e)}{_symbol(n)}" for n, e in law.exponents.items() if e != 0 and not e.free_symbols
    ]
    held = [rf"{_buffer(n)}\to{_power(e)}{_buffer(n)}" for n, e in law.buffers.items() if e != 0]
    options = f"${COMMA.join(moving)}$" if moving else "every hyper-parameter as it is"
    rest = f"; the buffers ${COMMA.join(held)}$" if held else ""
    return rf"{scheme.title}: $x_0\to\rho x_0$ with {options}{rest}. All else stays."


def _symbol(name: str) -> str:
    return sympy.latex(sympy.Symbol(NOTATION.get(name, name)))


def _buffer(name: str) -> str:
    return name if len(name) == 1 else rf"\mathrm{{{name}}}"


def _power(exponent: sympy.Expr) -> str:
    return r"\rho " if exponent == 1 else rf"\rho^{{{exponent}}}"


CLAIM = Claim(
    id="OD-SCALE",
    paper="ours",
    where="every scheme but RAdam, which has two rules, and Adafactor of matrices with its ε₁",
    printed=r"\text{every scheme but RAdam and Adafactor of matrices, each of RAdam's two rules, and that Adafactor "
    r"where its }\epsilon_1\text{ is below the mean of }R_k\text{, has powers }p,q\text{ of }\rho\text{ such "
    r"that }(x_0,\eta,\lambda)\mapsto(\rho x_0,\rho^p\eta,\rho^q\lambda)\text{, with powers of its other "
    r"hyper-parameters, leaves the trajectory on the sphere unchanged}",
    verdict=Verdict.HOLDS,
    finding=r"Read off each update rule by the degrees of its operations. SGD with all its options, ASGD, SGDW, SGDP: "
    r"$p=2$, $q=-2$. Adam and its variants, NAdam, Adamax, RMSprop, AdaGrad with coupled decay: $p=1$, $q=-2$; "
    r"AdamW, NAdam with decoupled decay, AdamP, Lion, Muon: $p=1$, $q=-1$; Rprop: $p=1$, for its bounds of the "
    r"step too. Adadelta: $p=2$, $q=-2$ with $\epsilon\to\rho^{-2}\epsilon$, because it adds one $\epsilon$ to "
    r"two moments. LAMB, LARS, Adafactor: $p=0$ with $q=-1$, $-2$, $0$. RAdam begins with a rule of $p=2$, while "
    r"its own $\rho_t$ is at most 5, and goes on with one of $p=1$: the runs with either power differ. Adafactor "
    r"of a matrix compares $\epsilon_1$ with a second moment and $\epsilon_1^2$ with another: no power serves "
    r"both, and only below the mean of $R_k$ has it a law, $\epsilon_1\to\rho^{-1}\epsilon_1$. PSI-SGD and "
    r"PSI-SGDM: $p=q=0$, the scale of a weight means nothing to them; nor to SGD-G, Adam-G. AdaGradG needs "
    r"$v_0\to\rho^{-4}v_0$. An $\epsilon$ has a power of its own, $-1$ beside $\sqrt v$ and $-2$ inside the root: "
    r"kept fixed at a value that is not negligible, it leaves no law.",
    theorems=Derived(lambda: tuple(homogeneous_step(scheme, scaling_law(scheme)) for scheme in with_laws())),
    notes=(
        "By Lemma 1 ∇L(ρx) = ∇L(x)/ρ, and ∇L(x/‖x‖) does not see ρ. If one step of the scaled numbers is the scaled "
        "step, "
        "then by induction the whole run from ρ x_0 is the run from x_0, scaled: the same on the sphere. Schedules are "
        "multiplied by the same powers.",
        "Each theorem speaks of one coordinate, of the point x_{k+1} and the buffers after a step, from x, ∇L(x) = g "
        "and the buffers before it (marked -), and of the buffers that a run from x_0 begins with: a formal sum of "
        "them with the names as basis. Where the first step has a rule of its own, x_1 and its buffers (marked +, 0) "
        "stand beside them. The step is assumed to be defined; scaling by positive numbers keeps it so.",
        "Of Adafactor of matrices the theorem has the rule without max(·, ε₁): its own where ε₁ is below the mean of "
        "R_k in both runs. The mean goes with ρ^-2, ε₁ with ρ^-1.",
        "For ρ = 2^j it is exact in floating point, up to over- and underflow: torch's optimizers are compared bit "
        "for bit.",
    ),
)
