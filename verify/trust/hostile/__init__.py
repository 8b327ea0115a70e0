"""Hostile input: a clear error or a right answer, never a silent wrong one, and nothing saved is lost or half written.

`inputs` and `structures` are what our optimizers are given, `optimizers` judges what they make of it, `endurance` runs
them for long. `files` damages what is loaded, `disk` fills the disk, `kill` ends runs in the middle, `fuzz` types
nonsense. Each returns plain rows; `command` puts them into the record.
"""
