"""Counterexamples by optimisation: a statement as a score on the unit cube, searched by several methods, then decided.

A `Target` is a statement. Its score is cheap and may be wrong: where it is above 0 a point is only proposed, and only
the target's own confirmation, in exact or multiprecision arithmetic, makes it a counterexample.
"""
