"""Changes of impl.optim that compute the same, and why."""

EQUIVALENT: dict[str, str] = {
    "_neurons.overlap: y @ y.mT @ y - y -> y @ y.mT @ y + y": "Y is radial: the projection that follows takes it out",
}
