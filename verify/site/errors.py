"""What ends the making of the site."""


class SiteError(ValueError):
    """A page that cannot be made: the message names it and says what to do."""
