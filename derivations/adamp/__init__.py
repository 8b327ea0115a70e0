"""003, AdamP and SGDP: one theorem per file, in the order of the slides."""
