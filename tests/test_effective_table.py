"""The rows of Table 1 that the program derives: the printed ones, letters put in again, rules of any kind."""

from dataclasses import replace

import pytest
import sympy

from derivations.effective import SIZE, NoRow, effective_rows, letter, run
from derivations.normal import Context
from derivations.notation import g, r, u
from derivations.ours.effective_table import moves_by_the_row
from derivations.proof import prove
from derivations.scheme import Hyperparameter, Scheme
from derivations.schemes import SCHEMES, by_name
from derivations.spherical import table_1
from derivations.statement import positive
from derivations.terms import Combination, Term
from verify.report.schemes import rows_or_reason


def same(left: sympy.Expr, right: sympy.Expr) -> bool:
    return Context([positive(r), positive(SIZE)]).vanishes(left - right)


@pytest.mark.parametrize(("name", "printed"), [("sgd", table_1.sgd), ("sgd-l2", table_1.sgd_l2)])
def test_rows_without_buffers_are_the_printed_ones(name, printed):
    (row,) = effective_rows(by_name(name))
    assert row.direction.vector == g
    assert same(row.rate, printed.statement.right.coefficients[g.names[0]])


def test_sgd_with_momentum_has_the_printed_row():
    (row,) = effective_rows(by_name("sgd-m"))
    h = row.h
    assert row.c.latex == "r m_{k}"
    assert same(row.prefactor, h.lr / r**2)
    assert same(row.shrink, 1 - row.prefactor * r * table_1.SPACE.dot(table_1.vector("m_{k}"), u))


def test_adam_has_the_printed_row():
    (row,) = effective_rows(by_name("adam"))
    h, result = row.h, table_1.run(by_name("adam"), table_1.regularised(by_name("adam").symbols()))
    ((term, coefficient),) = row.c.terms
    assert (term.op, term.args[0].latex) == ("quotient", "m_{k}")
    # c = r a ⊘ (b/n), a = m/(1-β₁) and b = (1-β₁^{k+1})/(1-β₁) times the divisor, here and in the typed row
    ((_, size), *_) = row.division.terms
    assert same(coefficient, r * SIZE / (1 - h.beta1) / size)
    assert same(size, result.division.terms[0][1])
    assert same(row.prefactor, h.lr / (r**2 * SIZE))


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda s: s.name)
def test_letters_stand_for_the_new_buffers(scheme):
    """x' with its letters put in again is x' as the rule gives it."""
    for row in effective_rows(scheme):
        step = sympy.Integer(0) if row.first else sympy.Symbol("k", integer=True, nonnegative=True)
        _, _, after, new, _, _ = run(scheme, step)
        letters = {letter(n, "k"): row.lettering.inside(v) for n, v in new.items() if isinstance(v, Combination)}
        put_in = Combination(())
        for term, coefficient in row.after.terms:
            whole = letters.get(term.latex) if term.op == "name" else None
            put_in = put_in + (Combination(((term, sympy.Integer(1)),)) if whole is None else whole) * coefficient
        rest = put_in - row.lettering.inside(after)
        known = Context([positive(r)])
        assert all(known.vanishes(sympy.expand(c, power_exp=False)) or known.vanishes(c) for _, c in rest.terms)


def test_a_first_step_of_its_own_has_a_row_of_its_own():
    later, first = effective_rows(by_name("sgd-dampened"))
    assert (later.first, first.first) == (False, True)
    assert same(first.shrink, 1 - first.h.lr * first.h.weight_decay)
    assert len(effective_rows(by_name("sgd-nesterov"))) == 1


class Unusual(Scheme):
    """Steps that no other scheme takes.

    x_{k+1} = x_k - η max(∇L(x_k), m_k) ⊙ √m_k
    """

    name, title, source = "unusual", "Unusual", "a test"
    hyperparameters = {"lr": Hyperparameter(0.1)}

    def initial_state(self, space, x, h):
        return {"m": space.zeros_like(x)}

    def step(self, space, k, x, gradient, state, h):
        m = state["m"] + gradient * gradient
        return x - h.lr * (space.maximum(gradient, m) * space.sqrt(m)), {"m": m}


class Undecided(Unusual):
    """A rule that asks for the size of a hyper-parameter."""

    def step(self, space, k, x, gradient, state, h):
        return (x - gradient if h.lr > 1 else x), state


def test_any_rule_has_a_row_that_the_kernel_proves():
    (row,) = effective_rows(Unusual())
    assert prove(moves_by_the_row(row)).ok


def test_a_rule_that_cannot_be_run_has_a_reason():
    with pytest.raises(NoRow, match="truth value"):
        effective_rows(Undecided())
    rows, reason = rows_or_reason(Undecided())
    assert rows == () and reason.startswith("no closed row") and "truth value" in reason


def test_a_wrong_row_is_not_proved():
    (row,) = effective_rows(by_name("sgd-l2"))
    assert not prove(moves_by_the_row(replace(row, rate=row.rate / (1 - row.h.lr)))).ok
    assert not prove(moves_by_the_row(replace(row, direction=Combination(((Term("name", g.names), r),))))).ok
