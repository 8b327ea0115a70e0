"""How long things take: `python -m benchmarks`. Nothing here is asserted; CHANGELOG.md keeps what was measured."""
