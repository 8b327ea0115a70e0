"""The book: the pages of `reports/` and `docs/` as a static site that asks nothing of any other machine."""
