"""PyTorch code about radially-invariant weights, usable alone: optimizers, models, and which weights are invariant.

A group of weights x ∈ R^d is radially invariant when the loss does not change under x ↦ ρx, ρ > 0 (000 §2.1).

    groups = impl.groups.invariant_groups(model)
    optimizer = impl.optim.SphericalSGD(groups, lr=1e-2, weight_decay=1e-3)
"""
