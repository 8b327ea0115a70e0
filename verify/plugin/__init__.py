"""The laws of an audit as tests of pytest; `pytest_orthodrome` is where pytest comes in."""
