"""A log of the monitor, read, tabulated and drawn."""
