"""OD-EQUIL: the equilibrium of every scheme with weight decay, derived from its update rule and proved to be one."""

import sympy

from derivations.claim import Claim, Derived, Hypothesis, Theorem, Verdict
from derivations.equilibrium.formulas import latex
from derivations.equilibrium.one_step import G, L, W, X
from derivations.equilibrium.symbolic import Equilibrium, closed, equilibrium, with_roots
from derivations.notation import eta, lam, one_step, sequence
from derivations.rules import Identity
from derivations.scheme import Scheme
from derivations.schemes import by_name
from derivations.schemes.sgdp_l2 import SGDPL2
from derivations.space import DIMENSION, AbstractSpace, Vector, vector
from derivations.statement import equal, less, positive, unequal

EXACT = ("sgd-l2", "sgd-m", "sgd-nesterov", "sgd-dampened", "sgdw", "sgdp")
"""Schemes without elementwise operations: their map is exact, given the state, in every dimension."""
ADAPTIVE = ("adamw", "adamp")
"""Schemes whose elementwise operations are closed by an assumption, with a fixed point in closed form."""


def _names(e: Equilibrium) -> list[Vector]:
    """A formal vector for each entry of X and for ⟨w', w⟩, so that one equality of vectors states them all."""
    return [vector(rf"e_{{{i}}}") for i in range(len(e.step.unknowns) + 1)]


def _point(e: Equilibrium) -> tuple[list[sympy.Expr], tuple[Hypothesis, ...]]:
    """X* with x as it is and every other entry a multiple of x; the hypotheses that make it so, and defined."""
    fixed = e.fixed
    entries = [X] + [closed(fixed.values[u] / X, fixed) * X for u in e.step.unknowns[1:]]
    norm = Hypothesis("norm", equal(X**fixed.power, fixed.value), meaning="x = ‖w*‖²")
    return entries, (
        norm,
        Hypothesis("weight", positive(X), meaning="w ≠ 0"),
        *_nonzero([*entries, fixed.value, e.cosine]),
    )


def _nonzero(expressions: list[sympy.Expr], *known: sympy.Symbol) -> tuple[Hypothesis, ...]:
    """What the denominators ask for, factor by factor."""
    factors: set[sympy.Expr] = set()
    for e in expressions:
        denominator = sympy.fraction(sympy.together(e))[1]
        _, denominator = denominator.as_independent(*denominator.free_symbols, as_Add=False)
        if denominator.free_symbols:
            factors |= {f for f, _ in sympy.factor_list(denominator)[1]}
    found = sorted(factors - {X, DIMENSION, *known}, key=sympy.default_sort_key)
    return tuple(
        Hypothesis(f"defined {i}", unequal(f, 0), meaning="a denominator of the fixed point")
        for i, f in enumerate(found, 1)
        if f.free_symbols
    )


def in_vectors(name: str) -> Theorem:
    """The fixed point of a scheme on abstract vectors: its own step, in every dimension, gives X* back."""
    scheme, e = by_name(name), equilibrium(name)
    space, h = AbstractSpace(), scheme.symbols()
    w, g = vector(W), vector(G)
    buffer = next(iter(scheme.initial_state(space, w, h)), None)
    m = vector(buffer) if buffer else Vector(())
    given = {buffer: m} if buffer else {}
    after, state = scheme.step(space, sympy.Symbol("k", integer=True, nonnegative=True), w, g, given, h)
    pairs = [(w, w)] + ([(w, m), (m, m)] if buffer else [])
    images = {w: after, m: state[buffer] if buffer else m}
    entries, point = _point(e)
    hypotheses = [
        Hypothesis("lemma 1", equal(g.dot(w), 0), meaning="⟨g, w⟩ = 0"),
        Hypothesis("gradient", equal(g.dot(g), L / X), meaning="‖g‖² = L/‖w‖²; in expectation, E‖g̃‖² = L"),
        Hypothesis("length", equal(w.dot(w), X), meaning="x = ‖w‖²"),
    ]
    if buffer:
        hypotheses.append(Hypothesis("uncorrelated", equal(g.dot(m), 0), meaning="⟨g, m⟩ = 0; in expectation"))
        for (a, b), u, value in zip(pairs[1:], e.step.unknowns[1:], entries[1:], strict=True):
            hypotheses.append(Hypothesis(f"at the fixed point, {u.name}", equal(a.dot(b), value)))
    names = _names(e)
    left = [images[a].dot(images[b]) for a, b in pairs] + [after.dot(w)]
    right = [*entries, e.cosine * X]
    return one_step(
        f"{scheme.title}: the fixed point",
        (*hypotheses, *point),
        equal(_combined(left, names), _combined(right, names)),
        Identity(),
        _words(scheme, e),
    )


def of_the_mean_map(name: str) -> Theorem:
    """The fixed point of the one-step map that the assumptions close; s_i stand for the roots in the map."""
    scheme, e = by_name(name), equilibrium(name)
    fixed = e.fixed
    others = e.step.unknowns[1:]
    entries = [X, *(fixed.values[u] for u in others)]
    norm = Hypothesis("norm", equal(X**fixed.power, fixed.value), meaning="x = ‖w*‖²")
    weight = Hypothesis("weight", positive(X), meaning="w ≠ 0")
    at = [Hypothesis(f"at the fixed point, {u.name}", equal(u, fixed.values[u])) for u in others]
    roots = [Hypothesis(f"root {s.name}", equal(s**2, square)) for s, square in fixed.squares.items()]
    signs = [Hypothesis(f"sign of {s.name}", positive(s), meaning="a root") for s in fixed.squares]

    def mapped(f: sympy.Expr) -> sympy.Expr:
        return with_roots(e.step.expected(f), fixed)

    left = [mapped(f) for f in e.step.after] + [mapped(e.step.turned)] + [*fixed.roots]
    right = [*entries, e.cosine * X, *(s**2 for s in fixed.squares)]
    names = [vector(rf"e_{{{i}}}") for i in range(len(left))]
    return one_step(
        f"{scheme.title}: the fixed point of the mean map",
        (
            *at,
            *roots,
            *signs,
            norm,
            weight,
            *_nonzero([*entries, *fixed.squares.values(), fixed.value, e.cosine], *fixed.squares),
        ),
        equal(_combined(left, names), _combined(right, names)),
        Identity(),
        _words(scheme, e),
    )


def _combined(values: list[sympy.Expr], names: list[Vector]) -> Vector:
    return Vector.combine((n.names[0], v) for v, n in zip(values, names, strict=True))


def _words(scheme: Scheme, e: Equilibrium) -> str:
    power = {1: r"\|w^*\|^2", 2: r"\|w^*\|^4"}[e.fixed.power]
    norm, cosine, angle = (latex(f) for f in (e.fixed.value, e.cosine, e.small_angle))
    return rf"{scheme.title}: ${power}={norm}$, $\cos\Delta^*={cosine}$; to leading order $\Delta^{{*2}}={angle}$."


def _rmsprop() -> Theorem:
    """RMSprop's norm has no closed form; its fixed point is the positive root of 4λ²x³ = dη²(L + λ²x²)."""
    e = equilibrium("rmsprop")
    (root,) = e.fixed.squares
    (v,) = e.step.unknowns[1:]
    left = [with_roots(f, e.fixed) for f in (*e.step.mean, e.step.turned)]
    left += [*e.fixed.roots]
    right = [X, v, (L - lam**2 * X**2) / (L + lam**2 * X**2) * X, root**2]
    names = [vector(rf"e_{{{i}}}") for i in range(4)]
    given = (
        Hypothesis("root", equal(root, 2 * lam * X / (eta * DIMENSION)), meaning="s₀ = √v* = 2λx/(ηd)"),
        Hypothesis("second moment", equal(v, root**2), meaning="v* = s₀²"),
        Hypothesis("norm", equal(4 * lam**2 * X**3, DIMENSION * eta**2 * (L + lam**2 * X**2)), meaning="x = ‖w*‖²"),
        Hypothesis("weight", positive(X), meaning="w ≠ 0"),
        Hypothesis("decay", positive(lam)),
        Hypothesis("rate", positive(eta)),
        Hypothesis("gradient", positive(L)),
    )
    return one_step(
        "RMSprop + L2: the fixed point of the mean map",
        given,
        equal(_combined(left, names), _combined(right, names)),
        Identity(),
        r"RMSprop + L2: $4\lambda^2x^3=d\eta^2(L+\lambda^2x^2)$, $x=\|w^*\|^2$, and "
        r"$\cos\Delta^*=\frac{L-\lambda^2x^2}{L+\lambda^2x^2}$; to leading order "
        r"$\Delta^{*2}=\left(\frac{4d^2\eta^4\lambda^2}{L}\right)^{1/3}$.",
    )


def _never_shrinks() -> Theorem:
    """SGDP + L2: the projection removes the decay, and every step adds to the norm."""
    scheme, space, h = SGDPL2(), AbstractSpace(), SGDPL2.symbols()
    w, g, p = vector(W), vector(G), vector("p")
    after, state = scheme.step(space, sympy.Integer(1), w, g, {"p": p}, h)
    tangent = state["p"] - w * (w.dot(state["p"]) / w.dot(w))
    return one_step(
        "SGDP + L2 never shrinks",
        (Hypothesis("weight", positive(w.dot(w)), meaning="w ≠ 0"),),
        equal(after.dot(after), w.dot(w) + eta**2 * tangent.dot(tangent)),
        Identity(),
        r"SGDP + L2: $\|w_{t+1}\|^2=\|w_t\|^2+\eta^2\|\Pi_{w_t}(p_t)\|^2$, whatever $\lambda$: no equilibrium.",
    )


def _scheduled() -> Theorem:
    """SGD + L2 with η_t = ηγ^t at constant ηλ: the norm follows, exactly, with a lag."""
    ratio, square = sympy.Symbol("gamma", real=True), sequence("x")
    t = sympy.Symbol("k", integer=True, nonnegative=True)
    steady = sympy.Symbol("X", real=True)
    q = 1 - eta * lam
    return one_step(
        "a geometric schedule",
        (
            Hypothesis("ratio", positive(ratio), meaning="η_t = ηγ^t, λ_t = λγ^{-t}"),
            Hypothesis("follows", equal(square(t), ratio**t * steady), meaning="‖w_t‖² = γ^t X"),
            Hypothesis("steady", equal(steady**2, eta**2 * L / (ratio - q**2)), meaning="X² = η²L/(γ-(1-ηλ)²)"),
            Hypothesis("weight", positive(steady)),
            Hypothesis("slow", less(q**2, ratio), meaning="the rate falls more slowly than decay lets the norm fall"),
        ),
        equal(q**2 * square(t) + (eta * ratio**t) ** 2 * L / square(t), ratio ** (t + 1) * steady),
        Identity(),
        r"With $\eta_t=\eta\gamma^t$ and $\lambda_t\eta_t$ constant, $\|w_t\|^2=\gamma^tX$, "
        r"$X^2=\frac{\eta^2L}{\gamma-(1-\eta\lambda)^2}$, solves SGD's map: behind the equilibrium of the rate at each "
        r"step, $X_0^2=\frac{\eta^2L}{1-(1-\eta\lambda)^2}$, by the factor "
        r"$\left(\frac{1-(1-\eta\lambda)^2}{\gamma-(1-\eta\lambda)^2}\right)^{1/2}"
        r"\approx1+\frac{1-\gamma}{4\eta\lambda}$.",
    )


def _theorems() -> tuple[Theorem, ...]:
    return (
        *(in_vectors(name) for name in EXACT),
        *(of_the_mean_map(name) for name in ADAPTIVE),
        _rmsprop(),
        _never_shrinks(),
        _scheduled(),
    )


CLAIM = Claim(
    id="OD-EQUIL",
    paper="ours",
    where="equilibria of the schemes",
    printed=r"\|w^*\|\text{ and }\cos\Delta^*\text{ of SGD, SGD-M, Nesterov, dampened SGD-M, SGDW, SGDP, AdamW, AdamP, "
    r"RMSprop as stated below are fixed points of the one-step map of the inner products of }w\text{ and the buffers}",
    verdict=Verdict.HOLDS,
    finding=r"Derived by the program from each update rule. $\cos\Delta^*$ is $1-\frac{\eta\lambda}{1+\beta}$ for "
    r"SGD-M; "
    r"$1-\eta\lambda$ for SGD, and for SGDP and AdamP with decoupled decay whatever the momentum: at the same "
    r"effective "
    r"$\eta\lambda$ their steps are longer than SGDW's and AdamW's by $\left(\frac{1+\beta}{1-\beta}\right)^{1/2}$, "
    r"4.4 times at $\beta=0.9$. Coupled decay makes RMSprop's angle depend on $L$ and $d$. With coupled decay SGDP "
    r"has no equilibrium: the norm only grows.",
    theorems=Derived(_theorems),
    notes=(
        "The map is linear in ‖g‖² and ⟨g, m⟩, so that what is proved for ‖g‖² = L/‖w‖² and ⟨g, m⟩ = 0 is true of "
        "expectations given the state. The fixed point is not the mean: in few dimensions ⟨g, m⟩ fluctuates and moves "
        "E‖w‖² by a relative ηλβ²/((1-β)²(1+β)(d-1)) to leading order (SGD-M, ‖g̃‖ constant); for the linear schemes "
        "E‖w‖² = x*² E‖w‖⁻² is exact.",
        "AdamW, AdamP, RMSprop: of the mean map, with isotropy: the second moment is stationary and the same for every "
        "coordinate, √v = √(E‖g‖²/d), which asks for d ≫ 1 and 1-β₂ ≪ 1; ε = 0. At d = 5 RMSprop's ‖w‖² is a fifth "
        "smaller.",
        "Leading terms in the words of a theorem are read off the exact ones by the program; rates are OD-RATES. "
        "Which of "
        "several fixed points is stable is decided in numbers.",
        "Lion's fixed point, with Gaussian signs, and Adam's with coupled decay, a polynomial's root, are derived in "
        "the "
        "same way and compared with simulations; their proofs are not replayed here, for their length.",
        "Of SGDP and AdamP λ is the effective decay: the released code scales it by wd_ratio, and SGDP's by 1/(1-β) "
        "too.",
    ),
)
