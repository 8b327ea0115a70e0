"""000 and 001, the spherical perspective: one theorem per file, in the order of the papers."""
