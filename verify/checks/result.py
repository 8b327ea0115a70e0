"""The result type, for the laws beside this file."""

from verify.results import CheckResult

__all__ = ["CheckResult"]
