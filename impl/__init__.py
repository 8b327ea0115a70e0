"""PyTorch code about radially-invariant weights, usable alone: optimizers, models, which weights are invariant, and a
monitor of what becomes of them.

A group of weights x ∈ R^d is radially invariant when the loss does not change under x ↦ ρx, ρ > 0 (000 §2.1).

    found = impl.groups.find_groups(model, sample)
    optimizer = impl.optim.SphericalSGD(found.param_groups(), lr=1e-2, weight_decay=1e-3)
    monitor = impl.monitor.SphericalMonitor(model, optimizer, slices=found)
"""
