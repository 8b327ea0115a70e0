"""The tests of an order: exact counts against another hand's and against enumeration; they accept, reject, and keep
their level."""

from fractions import Fraction
from itertools import permutations, product

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import page_trend_test, permutation_test

from verify.experiments.ordering import above, holm, page
from verify.tolerance import roundoff


@settings(deadline=None, max_examples=25)
@given(st.lists(st.permutations([1.0, 2.0, 3.0, 4.0]), min_size=2, max_size=5))
def test_the_trend_is_that_of_another_hand_where_no_values_are_equal(blocks):
    places = [1, 2, 3, 4]
    trend = page(blocks, places)
    theirs = page_trend_test(numpy.array(blocks), ranked=True, method="exact")
    assert trend.statistic == theirs.statistic
    assert float(trend.order) == pytest.approx(theirs.pvalue, rel=1e-9)


def test_the_trend_is_a_count_over_all_rearrangements_equal_values_included():
    blocks, places = [[2.0, 2.0, 1.0], [0.5, None, 0.5]], [1.0, 2.0, 2.0]
    ranks = [[2.5, 2.5, 1], [2.5, 1, 2.5]]
    weights = [1, 2.5, 2.5]
    found = sum(w * r for block in ranks for w, r in zip(weights, block, strict=True))
    sums = [
        sum(w * r for w, r in zip(weights * 2, [*a, *b], strict=True))
        for a, b in product(permutations(ranks[0]), permutations(ranks[1]))
    ]
    trend = page(blocks, places)
    assert float(trend.statistic) == found
    assert trend.order == Fraction(sum(s >= found for s in sums), len(sums))
    assert trend.opposite == Fraction(sum(s <= found for s in sums), len(sums))
    assert float(trend.mean) == sum(sums) / len(sums)


def test_an_order_that_is_there_is_seen_and_its_opposite_is_not():
    rising = [[float(i) + 0.1 * j for i in range(6)] for j in range(5)]
    seen, not_seen = page(rising, range(6)), page(rising, range(5, -1, -1))
    assert seen.order == Fraction(1, 720**5) == not_seen.opposite
    assert not_seen.order == 1 == seen.opposite


def test_equal_values_show_no_order():
    trend = page([[1.0] * 6] * 5, range(6))
    assert trend.order == trend.opposite == 1


def test_false_alarms_are_no_more_than_the_level():
    """Every block of values that can be, two of them equal: the share with p ≤ α is at most α, for every α."""
    values = [page([a, b], [1, 2, 3]).order for a, b in product(permutations([1.0, 1.0, 2.0]), repeat=2)]
    for level in sorted(set(values)):
        assert Fraction(sum(p <= level for p in values), len(values)) <= level


@settings(deadline=None, max_examples=20)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=2, max_size=8))
def test_the_test_of_pairs_is_that_of_another_hand(pairs):
    a, b = (numpy.array(side, dtype=float) for side in zip(*pairs, strict=True))
    theirs = permutation_test(
        (a, b), lambda x, y: (x - y).sum(), permutation_type="samples", alternative="greater", n_resamples=numpy.inf
    )
    found = float(above(list(a), list(b)))
    assert found == pytest.approx(theirs.pvalue, rel=roundoff(2), abs=0)  # both: a count over 2^n


def test_the_test_of_pairs_sees_a_difference_and_not_its_opposite():
    high, low = [0.9, 0.8, 0.7, 0.95, 0.85], [0.5, 0.6, 0.4, 0.3, 0.2]
    assert above(high, low) == Fraction(1, 32)
    assert above(low, high) == 1
    assert above(high, high) == 1
    assert above(high, [None] * 5) == Fraction(1, 32)


def test_holm_is_larger_than_each_and_keeps_their_order():
    assert holm([Fraction(1, 100), Fraction(4, 100), Fraction(3, 100)]) == [
        Fraction(3, 100),
        Fraction(6, 100),
        Fraction(6, 100),
    ]
    assert holm([Fraction(1, 2), Fraction(9, 10)]) == [1, 1]


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="one a place"):
        page([[1.0, 2.0]], [1, 2, 3])
    with pytest.raises(ValueError, match="at most 7"):
        page([[1.0] * 8], range(8))
    with pytest.raises(ValueError, match="pairs"):
        above([1.0], [1.0, 2.0])
