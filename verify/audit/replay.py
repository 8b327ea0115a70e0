"""Standalone scripts that show a difference again, with torch and the audited package alone."""

from verify.audit.target import Target


def script(target: Target, title: str, body: str) -> str:
    """The text of a script: `title` as its first comment, `make` and `step` of the target, then `body`.

    body: Python lines that use torch, make and step, print the number, and call `sys.exit(1)` while it differs.
    """
    version = f" ({target.package} {target.version})" if target.package else ""
    return f"# {target.name}{version}: {title}\nimport sys\nimport textwrap\n\n{target.preamble}\n\n{body.strip()}\n"
