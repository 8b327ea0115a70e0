"""Who checks the checker: how far a green run can be believed, in figures. A package or module for each question.

Each is a command under `orthodrome trust` (and `orthodrome mutate`), which records what it found under the directory of
the pages; `verify.report.trust` puts the records on the page of trust. `record` knows the names.
"""
