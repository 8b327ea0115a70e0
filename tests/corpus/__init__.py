"""False claims, each with its true neighbour: what the proof checker must tell apart."""
