"""Where theory meets code: the oracle, the strategies, the comparison of optimizers, the reports."""
