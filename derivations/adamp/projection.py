"""The projection of 003, and the test that is to find the scale-invariant weights."""

from types import SimpleNamespace

import sympy

from derivations.claim import Claim, Hypothesis, Step, Verdict, Witness
from derivations.notation import beta, chain, eta, k, one_step, t
from derivations.rules import ChainRule, Identity, Positivity, Sign
from derivations.schemes.sgdp import SGDP
from derivations.space import AbstractSpace, Value, gradient, vector
from derivations.sphere import tangent_projection
from derivations.statement import at_most, equal, less, nonnegative, positive

SPACE = AbstractSpace()
w, x, y, g = vector("w"), vector("x"), vector("y"), vector("g")
delta, c = sympy.symbols("delta c", real=True)
WEIGHT = Hypothesis("weight", positive(w.dot(w)), meaning="w ≠ 0; at w = 0 the projection is not defined")
THRESHOLD = Hypothesis("δ > 0", positive(delta), meaning="the threshold of Algorithms 1 and 2")


def projected(v):
    """Π_w(v) = v - (ŵ·v)ŵ."""
    return tangent_projection(SPACE, v, w / SPACE.norm(w))


onto = one_step(
    "onto the tangent space",
    (WEIGHT,),
    equal(projected(x).dot(projected(x)), x.dot(x) - x.dot(w) ** 2 / w.dot(w)),
    Identity(),
    r"$\|\Pi_w(x)\|^2=\|x\|^2-\langle x,\hat w\rangle^2$: the part along $w$ is taken out, and no other.",
)
once = one_step(
    "a projection", (WEIGHT,), equal(projected(projected(x)), projected(x)), Identity(), r"$\Pi_w(\Pi_w(x))=\Pi_w(x)$."
)
orthogonal = one_step(
    "an orthogonal one",
    (WEIGHT,),
    equal(projected(x).dot(y), x.dot(projected(y))),
    Identity(),
    r"$\langle\Pi_w(x),y\rangle=\langle x,\Pi_w(y)\rangle$.",
)

_along = Hypothesis("invariance along the ray", equal(Value("f", (1 + t) * w), Value("f", w)), meaning="for t > -1")
_gradient = gradient("f", w)
_inner = _gradient.dot(w)
invariant = chain(
    "scale-invariant weights pass",
    (_along, THRESHOLD),
    (
        Step("tangent", equal(_inner, 0), ChainRule(t), (_along.name,)),
        Step("fires", less(_inner, delta), Sign(delta - _inner), ("tangent", "δ > 0")),
    ),
    r"If $f$ is scale invariant in $w$, $w^\top\nabla f(w)=0<\delta$: the test projects every invariant weight.",
)

_small = Hypothesis(
    "small gradient", less(w.dot(w) * g.dot(g), delta**2), meaning="‖w‖‖g‖ < δ; any gradient, of any function"
)
_rejected = w.dot(w) * g - w.dot(g) * w
near_optimum = chain(
    "so does every weight with a small gradient",
    (WEIGHT, THRESHOLD, _small),
    (
        Step("Cauchy–Schwarz, times ‖w‖²", at_most(0, _rejected.dot(_rejected)), Positivity(_rejected)),
        Step(
            "square",
            less(w.dot(g) ** 2, delta**2),
            Sign(_rejected.dot(_rejected) / w.dot(w) + (delta**2 - w.dot(w) * g.dot(g))),
            ("Cauchy–Schwarz, times ‖w‖²", "weight", "small gradient"),
        ),
        Step(
            "fires",
            less(w.dot(g), delta),
            Sign(((delta**2 - w.dot(g) ** 2) + (delta - w.dot(g)) ** 2) / (2 * delta)),
            ("square", "δ > 0"),
        ),
    ),
    r"$\|w\|\|\nabla f(w)\|<\delta$ implies $w^\top\nabla f(w)<\delta$, for every $f$: near any stationary point, and "
    r"wherever the gradient is 0.",
)

_p = vector("p")
_h = SimpleNamespace(lr=eta, momentum=beta, weight_decay=sympy.Integer(0))
_after, _ = SGDP().step(SPACE, k, w, g, {"p": _p}, _h)
_moved = _after - w
stuck = one_step(
    "where everything is along the weight it rests",
    (
        WEIGHT,
        Hypothesis("gradient", equal(g.dot(g) * w.dot(w), g.dot(w) ** 2), meaning="∇f(w) is along w"),
        Hypothesis("buffer", equal(_p.dot(_p) * w.dot(w), _p.dot(w) ** 2), meaning="so is the buffer"),
        Hypothesis("both", equal(_p.dot(g) * w.dot(w), _p.dot(w) * g.dot(w)), meaning="hence their product"),
    ),
    equal(_moved.dot(_moved), 0),
    Identity(),
    r"Where $\nabla f(w)$ and the buffer are along $w$, Algorithm 1, projecting, returns $w$, whatever $\eta,\beta$. "
    r"In $d=1$ they always are; for $\frac12\|w-w^*\|^2$ they are on the whole ray of $w^*$.",
)
_target = vector("w^*")
fires = one_step(
    "on a quadratic the test fires there",
    (
        Hypothesis("c > 0", positive(c), meaning="w = c w* lies between 0 and w*"),
        Hypothesis("c ≤ 1", nonnegative(1 - c), meaning="or is w*"),
        THRESHOLD,
    ),
    less((c * _target).dot((c - 1) * _target), delta),
    Sign(delta + c * (1 - c) * _target.dot(_target)),
    r"For $f(w)=\frac12\|w-w^*\|^2$ at $w=cw^*$, $0<c\le1$: $w^\top\nabla f(w)=-c(1-c)\|w^*\|^2<\delta$.",
)

_half, _tenth = sympy.Rational(1, 2), sympy.Rational(1, 10)


def _quadratic(point: sympy.Expr) -> sympy.Expr:
    return _half * (point - 2) ** 2


NEGATIVE = Witness(
    r"$f(w)=\frac12(w-2)^2$ in $d=1$ at $w=1$, $\delta=\frac1{10}$: $w^\top\nabla f=-1<\delta$, yet $f(2w)=0\ne\frac12="
    r"f(w)$. From there SGDP and AdamP never move, whatever $\eta$ and $\beta$.",
    given=(less(1 * (1 - sympy.Integer(2)), _tenth),),
    printed=equal(_quadratic(sympy.Integer(2)), _quadratic(sympy.Integer(1))),
)
_near = 2 + sympy.Rational(1, 100)
SMALL = Witness(
    r"The same $f$ at $w=2.01$: $w^\top\nabla f=0.0201<\delta$, a positive inner product, but a small gradient.",
    given=(less(0, _near * (_near - 2)), less(_near * (_near - 2), _tenth)),
    printed=equal(_quadratic(2 * _near), _quadratic(_near)),
)

CLAIM = Claim(
    id="AP-PROJ",
    paper="003",
    where="Method, Alg. 1, 2",
    printed=r"\Pi_w(x)=x-(\hat w\cdot x)\hat w\text{ projects onto the tangent space};\quad q_t=\Pi_{w_t}(p_t)\text{ "
    r"if }w^\top\nabla_wf(w)<\delta,\text{ else }p_t:\text{ the test finds the scale-invariant weights}",
    verdict=Verdict.FALSE,
    finding=r"The projection is right, and every scale-invariant weight passes the test. So do others: every weight "
    r"with $w^\top\nabla f<0$, half of all independent directions, and every weight near a stationary point of any "
    r"$f$. On $\frac12\|w-w^*\|^2$, for $\delta\to0$ and in small steps, Algorithm 1 ends on the ray of $w^*$, at the "
    r"norm $\varrho$, the distance of 0 from the segment $[w_0,w^*]$, and the loss $\frac12(\|w^*\|-\varrho)^2$; in "
    r"$d=1$ a weight with $w\,\nabla f<\delta$ never moves. The released code asks "
    r"$|\cos(w,\nabla f)|<\frac\delta{\sqrt d}$ of all channels, then of the layer: independent directions pass with "
    r"the probability $I_{\delta^2/d}(\frac12,\frac{d-1}2)$ (the regularised incomplete beta function): 0 for $d=1$, "
    r"$0.045$ for $d=2$, $0.080$ for large $d$ ($\delta=0.1$), at every step anew.",
    theorems=(onto, once, orthogonal),
    witnesses=(NEGATIVE, SMALL),
    corrected=(invariant, near_optimum, stuck, fires),
    corrected_latex=r"f\text{ scale invariant}\Rightarrow w^\top\nabla f(w)=0<\delta;\quad\text{not conversely}",
    sampled=True,
    hypotheses=("gradients drawn independently of the weights; a quadratic; a linear regression",),
    notes=(
        "On any f the printed test leaves a weight at rest where ∇f is along w and points inward or is small: at the "
        "stationary points of f on a sphere about 0 from which f still falls outward.",
        "w·∇f(w) = 0 at one w does not make f scale invariant; at all w it does (f is then constant along rays).",
        "The printed test depends on units: f and 1000 f, or w measured otherwise, are decided differently unless the "
        "inner product is 0 or negative. Its δ is not printed; 0.1 is the default of the released code.",
        "C channels pass together with the C-th power of the probability of one (for 0.08 and C = 4, 4·10⁻⁵), so that "
        "among independent gradients the layer decides.",
        "A linear regression in mini-batches, each of the four outputs a channel: the printed test fires at nearly "
        "every step, the weights stop at about a third of the optimum's norm, with several hundred times the excess "
        "loss of momentum; the released test fires by chance at 4 to 11 % of the steps and changes the excess loss by "
        "at most 2 %.",
        "Behind group normalisation a channel of the released test is one filter of several that are invariant only "
        "together: the whole layer passes, and only its radial part is taken out, not that of each group.",
        "A gradient that is 0 passes both tests, and the momentum is projected. At w = 0 (weights that start there) "
        "the printed projection divides by 0; the released code adds ε and leaves p as it is.",
        "The released code leaves out parameters with one axis (biases, gains), and where it projects it multiplies "
        "the weight decay by 0.1. Neither is in Algorithms 1, 2, which print no weight decay.",
    ),
)
