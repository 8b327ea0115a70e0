"""OD-TABLE1: Table 1 for every scheme of the library, read off its update rule by the program."""

from dataclasses import replace

from derivations.claim import Claim, Derived, Hypothesis, Step, Theorem, Verdict
from derivations.effective import SIZE, EffectiveRow, NoRow, U, denominators, effective_rows, tangent_buffers
from derivations.notation import LEMMA_1, RADIUS, UNIT, u
from derivations.proof import discharge
from derivations.rules import Identity
from derivations.scheme import Scheme
from derivations.schemes import SCHEMES
from derivations.space import Vector, inner
from derivations.statement import equal, positive, unequal
from derivations.terms import Combination


def closed() -> tuple[EffectiveRow, ...]:
    """The rows of our schemes; a scheme whose rule cannot be run on combinations has none."""
    return tuple(row for scheme in SCHEMES for row in rows_of(scheme))


def rows_of(scheme: Scheme) -> tuple[EffectiveRow, ...]:
    try:
        return effective_rows(scheme)
    except NoRow:
        return ()


def moves_by_the_row(row: EffectiveRow) -> Theorem:
    """⟨x', u⟩ = r (1 - A⟨c, u⟩), whence -x'⊥/⟨x', u⟩ = η^e c⊥, whatever the buffers and what is kept whole are."""
    after, rate = row.after.vector, row.rate
    given = {h.name: h for h in _assumptions(row)}
    radial = Step("radial part", equal(after.dot(u), row.radius * row.shrink), Identity())
    radial = _with_what_it_needs(radial, given)
    last = Step("row", equal(-_tangential(after) / after.dot(u), row.direction.vector * rate), Identity())
    last = _with_what_it_needs(last, given | {radial.name: Hypothesis(radial.name, radial.relation)})
    used = {*radial.uses, *last.uses}
    steps = (radial, last) if radial.name in last.uses else (last,)
    return Theorem(title(row), tuple(h for n, h in given.items() if n in used), last.relation, steps, _words(row))


def title(row: EffectiveRow) -> str:
    return f"{row.scheme.title}, first step" if row.first else row.scheme.title


def _assumptions(row: EffectiveRow) -> list[Hypothesis]:
    """What the row may need; each step takes what it does need."""
    begun = {n: v for n, v in row.lettering.before.items() if isinstance(v, Combination)}
    tangent = [
        Hypothesis(f"tangent {t.latex}", equal(inner(t.latex, U.latex), 0), meaning="the buffer is tangent at u")
        for t in tangent_buffers(row.scheme, begun)
    ]
    size = Hypothesis("division", positive(SIZE), meaning="n = d^{-1/2}‖b‖ > 0, that is b ≠ 0")
    apart = [
        Hypothesis(f"defined {i}", positive(e) if e.is_Symbol else unequal(e, 0), meaning="the step is defined")
        for i, e in enumerate(denominators(row), 1)
    ]
    ahead = Hypothesis("H1", positive(row.shrink), meaning="(H1)")
    return [UNIT, LEMMA_1, RADIUS, *tangent, *([size] if row.division else []), *apart, ahead]


def _with_what_it_needs(step: Step, known: dict[str, Hypothesis]) -> Step:
    """The step with the facts that it cannot do without; a step that fails is left with all of them."""
    names = tuple(known)
    if not discharge(replace(step, uses=names), known).ok:
        return replace(step, uses=names)
    for name in reversed(names):
        fewer = tuple(n for n in step.uses or names if n != name)
        if discharge(replace(step, uses=fewer), known).ok:
            step = replace(step, uses=fewer)
    return step if step.uses else replace(step, uses=names)


def _tangential(v: Vector) -> Vector:
    return v - v.dot(u) * u


def _words(row: EffectiveRow) -> str:
    return f"{title(row)}: $c={row.c.latex}$."


CLAIM = Claim(
    id="OD-TABLE1",
    paper="ours",
    where="every scheme",
    printed=r"\text{every scheme moves }u\text{ to }\frac{u-\eta^ec^\perp}{\|u-\eta^ec^\perp\|}\text{, with }"
    r"x_k-x_{k+1}=rAc\text{, }\eta^e=\frac{A}{1-A\langle c,u\rangle}\text{ read off its update rule}",
    verdict=Verdict.HOLDS,
    finding=r"Table 1 for the whole library, derived by the program; its four printed rows come out as printed, in "
    r"rate and direction. For SGD + L2, SGDP, AdamP and PSI-SGD (H1) is $\eta\lambda<1$, for ASGD "
    r"$\eta_k(\lambda+\kappa)<1$; SGDP + L2 needs none. SGD-M with dampening has a row of its own for the first step. "
    r"LAMB, LARS and PSI-SGD have $A=\eta$, without the norm.",
    notes=(
        "A step is run from x = r u and ∇L(x) = ∇L(u)/r, with arbitrary buffers. What is not linear in vectors (a "
        "quotient or root by coordinate, a sign, a maximum, a norm) is kept whole under a name, and the theorem holds "
        "whatever it is; so it holds for every value of the buffers, too.",
        "Where it is shorter, the buffers after the step stand for what they were made of (m with index k), as in the "
        "printed rows; a test puts it in again, exactly.",
        "Only the product of rate and direction moves u. The split is that of 001 (6), (7); where a scheme has no "
        "division, the power of r in A is the one that leaves c unchanged by the scaling law (OD-SCALE).",
        "SGD-G and Adam-G: the momentum before the step is assumed to be tangent, as their transport keeps it.",
    ),
    theorems=Derived(lambda: tuple(map(moves_by_the_row, closed()))),
)
