"""004, the PSI manifold: one theorem per file, in the order of the paper."""
