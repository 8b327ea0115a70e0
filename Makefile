# `make report` and `make test` need nothing but Python 3.11 or newer: they make .venv themselves.
# PYTHON=/path/to/python chooses the interpreter; by default it is the first of these that runs and is new enough.
CANDIDATES := python3.11 python3.12 python3.13 python3 python
BIN := .venv/bin
READY := .venv/.ready

# One process per core: torch's own threads only get in the way of two test workers.
export OMP_NUM_THREADS ?= 1

# What pytest makes of the tests' asserts is kept: to make it anew costs each worker seconds.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: report check-report test check docs mutants peers bench site site-test format clean

report: $(READY)
	$(BIN)/orthodrome report

check-report: $(READY)
	$(BIN)/orthodrome report --check

test: $(READY)
	$(BIN)/python -m pytest -n 2 --dist worksteal

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python -m mypy

# timm asks for torchvision, which its optimizers do not need.
INSTALL_PEERS = $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[peers]' && \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt --no-deps timm

# The reference of the command line, from the commands themselves.
docs: $(READY)
	$(BIN)/python -m verify.report.command_line docs/reference/command-line.md

# A sample of the mutants of schemes, proofs and optimizers, in under a minute; all of them: `orthodrome mutate`.
SEED ?= 0
mutants: $(READY)
	$(BIN)/orthodrome mutate --sample 60 --seed $(SEED) --limit 300 --no-resume --runs build/mutants --reports build/mutants

peers: $(READY)
	$(INSTALL_PEERS)
	$(BIN)/orthodrome peers

# About twenty minutes of a machine that does nothing else; what was cut off goes on.
bench: $(READY)
	$(INSTALL_PEERS)
	$(BIN)/orthodrome bench

INSTALL_SITE = $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[site]'
INSTALL_BROWSER = $(subst [site],[browser],$(INSTALL_SITE))

site: $(READY)
	$(INSTALL_SITE)
	$(BIN)/orthodrome site

# Every page in Chromium (apt install chromium), axe on some of each kind (with --whole: on all), and pages broken on
# purpose, which must be noticed.
site-test: $(READY)
	$(INSTALL_BROWSER)
	$(BIN)/orthodrome site --test
	ORTHODROME_SITE_TESTS=1 $(BIN)/python -m pytest -n 2 --dist worksteal tests/test_site.py tests/test_site_browser.py

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

$(READY): pyproject.toml constraints.txt
	@test -x $(BIN)/python || for python in $(or $(PYTHON),$(CANDIDATES)); do \
		if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			echo "making .venv with $$python"; exec "$$python" -m venv .venv; \
		fi; \
	done
	@test -x $(BIN)/python || { echo "no Python 3.11 or newer among: $(or $(PYTHON),$(CANDIDATES)). Install one, or run" \
		"make PYTHON=/path/to/python"; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@

clean:
	rm -rf .venv build site *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
