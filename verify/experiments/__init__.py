"""Experiments on real training runs: what the papers measured, measured again."""
