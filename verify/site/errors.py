"""What ends the making of the site."""


class SiteError(ValueError):
    """A page that cannot be made: the message names it and says what to do."""


class FormulaError(ValueError):
    """A formula that is no MathML: the message has its LaTeX and what is wrong with it."""

    def __init__(self, latex: str, wrong: str) -> None:
        super().__init__(f"the formula ${latex}$ {wrong}")
        self.latex = latex
