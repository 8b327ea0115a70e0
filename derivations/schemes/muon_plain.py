"""Muon without Nesterov, at the rate that is meant for AdamW."""

from derivations.schemes.muon import Muon


class MuonPlain(Muon):
    """Muon as torch.optim.Muon(nesterov=False, adjust_lr_fn="match_rms_adamw") computes it (Liu et al. 2025).

    m_k, p as in Muon
    O_k = p(p(p(p(p(m_k/max(‖m_k‖, ε))))))
    x_{k+1} = (1 - ηλ) x_k - η (1/5) √max(d₁, d₂) O_k
    """

    name = "muon-plain"
    title = "Muon, no Nesterov, the rate of AdamW"

    def looked_ahead(self, gradient, m, h):
        return m

    def adjusted(self, space, x):
        return space.number(1, 5) * space.sqrt(space.maximum(*space.sides(x)))
