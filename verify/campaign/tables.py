"""The tables of a store, as SQL. The address of a block is the primary key of its row: it is there once, or not."""

FORMAT = 1
"""Of the tables; a store of another format is refused."""

ADDRESS = "campaign, law, subject, model, dimension, dtype, draw, seed, block, version"

CREATE = f"""
CREATE TABLE store (what VARCHAR, format INTEGER);
CREATE TABLE campaigns (name VARCHAR PRIMARY KEY, size BIGINT);
CREATE TABLE blocks (
  campaign VARCHAR, law VARCHAR, subject VARCHAR, model VARCHAR, dimension INTEGER, dtype VARCHAR, draw VARCHAR,
  seed BIGINT, block BIGINT, version VARCHAR,
  cases BIGINT, checked BIGINT, failed BIGINT, failures VARCHAR[], machine VARCHAR, seconds DOUBLE,
  PRIMARY KEY ({ADDRESS})
);
CREATE TABLE told (
  campaign VARCHAR, law VARCHAR, subject VARCHAR, model VARCHAR, dimension INTEGER, dtype VARCHAR, draw VARCHAR,
  seed BIGINT, block BIGINT, version VARCHAR,
  claim VARCHAR, counted BIGINT, worst DOUBLE, worst_at VARCHAR, bins BIGINT[], counts BIGINT[],
  PRIMARY KEY ({ADDRESS}, claim)
);
"""

WHAT = "orthodrome campaign"

BLOCKS = ("cases", "checked", "failed", "failures", "machine", "seconds")
TOLD = ("claim", "counted", "worst", "worst_at", "bins", "counts")
"""Columns beside the address."""

_KEY = (*("VARCHAR",) * 4, "INTEGER", "VARCHAR", "VARCHAR", "BIGINT", "BIGINT", "VARCHAR")
TYPES = {
    "blocks": (*_KEY, "BIGINT", "BIGINT", "BIGINT", "VARCHAR[]", "VARCHAR", "DOUBLE"),
    "told": (*_KEY, "VARCHAR", "BIGINT", "DOUBLE", "VARCHAR", "BIGINT[]", "BIGINT[]"),
}
"""Of the columns, in their order."""

DUMP = f"""
SELECT b.* EXCLUDE (machine, seconds), t.claim, t.counted, t.worst, t.worst_at, t.bins, t.counts
FROM blocks b LEFT JOIN told t USING ({ADDRESS}) ORDER BY ALL
"""
"""Every number of a store but for times and machines, in one order: what two stores of the same cases share."""

SAME = f"""
SELECT {ADDRESS} FROM (
  SELECT {ADDRESS}, cases, checked, failed, failures FROM {{one}}.blocks
  EXCEPT SELECT {ADDRESS}, cases, checked, failed, failures FROM {{other}}.blocks
) SEMI JOIN {{other}}.blocks USING ({ADDRESS})
UNION ALL
SELECT {ADDRESS} FROM (
  SELECT {ADDRESS}, claim, counted, worst, worst_at, bins, counts FROM {{one}}.told
  EXCEPT SELECT {ADDRESS}, claim, counted, worst, worst_at, bins, counts FROM {{other}}.told
) SEMI JOIN {{other}}.blocks USING ({ADDRESS}) LIMIT 1
"""
"""The address of a block that two stores both have, with other numbers."""
