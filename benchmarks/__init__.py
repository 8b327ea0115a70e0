"""How long things take, beside what others take: `orthodrome bench`. Nothing here is asserted; `reports/speed.md` shows
what was measured."""
