"""Numbers of a table in two digits."""

from verify.experiments.drawing import SUPERSCRIPTS


def short(value: float) -> str:
    """Two digits, with a power of ten outside of 0.001 … 1000."""
    if value == 0 or 1e-3 <= abs(value) < 999.5:
        return f"{value:.2g}" if abs(value) < 99.5 else f"{value:.0f}"
    digits, power = f"{value:.1e}".split("e")
    exponent = "10" + str(int(power)).translate(SUPERSCRIPTS)
    return exponent if digits == "1.0" else f"{digits}·{exponent}"
