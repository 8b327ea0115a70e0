"""Theorems of 002, Spherical Motion Dynamics."""
