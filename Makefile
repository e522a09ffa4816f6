# The commands of the project; `make` alone lists them. README.md says what they are for.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
MINUTES ?= 60
SEED ?=
# One more than there are cores: a test that waits for a browser leaves its core to another.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print(min(4, 1 + len(os.sched_getaffinity(0))))' 2>/dev/null || echo 2)
SESSIONS ?=
.DEFAULT_GOAL := help
SHELL := bash
.SHELLFLAGS := -o pipefail -c

.PHONY: help run test check soak bench figures bench-store bench-postgres bench-backup bench-large bench-claims bench-triangulation format sample pictures clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /	/' | expand -t 12

run: $(VENV)/installed ## install, then serve on http://127.0.0.1:8000 with the records under data/
	$(BIN)/observation serve

test: $(VENV)/installed-test ## install what the tests need, then run them all
	$(BIN)/python tests/system_packages.py
	$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist worksteal --junitxml build/tests.xml

check: $(VENV)/installed-test ## the quick loop: format, lint, types and fast tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy observation
	$(BIN)/python -m pytest -m "not slow"

soak: $(VENV)/installed-test ## the long run of kills and faults: make soak MINUTES=60 SEED=7
	$(BIN)/python tests/system_packages.py
	SOAK=1 MINUTES=$(MINUTES) SEED=$(SEED) $(BIN)/python -m pytest -s --timeout 0 tests/browser/test_kills.py tests/sync \
	  tests/store/test_killed_writers.py tests/store/test_postgres.py tests/store/test_threads.py tests/store/test_power.py tests/test_import_tables.py tests/test_stopping.py

bench: $(VENV)/installed-test ## measure a tap beside a bare page, and triangulation beside json.loads
	$(BIN)/python tests/system_packages.py
	@mkdir -p build
	{ $(BIN)/python -m benchmarks.tap && SESSIONS=$(SESSIONS) $(BIN)/python -m benchmarks.triangulation; } | tee build/bench.txt

figures: $(VENV)/installed-test ## write what the last make test and make bench came to into docs/promises.md
	$(BIN)/python scripts/make_figures.py

bench-store: $(VENV)/installed-test ## measure a save beside writing its bytes, SQLite and TinyDB as it comes
	$(BIN)/python -m benchmarks.store

bench-postgres: $(VENV)/installed-test ## measure PostgreSQL beside files
	$(BIN)/python tests/system_packages.py
	$(BIN)/python -m benchmarks.postgres

bench-backup: $(VENV)/installed-test ## measure a backup and what tablets notice of it: make bench-backup SESSIONS=20000
	SESSIONS=$(SESSIONS) $(BIN)/python -m benchmarks.backup

bench-claims: $(VENV)/installed-test ## measure an import of 35,000 claims beside one pass of csv
	$(BIN)/python -m benchmarks.claims

bench-large: $(VENV)/installed-test ## measure the lists of 20,000 observations: make bench-large SESSIONS=1000 for less
	SESSIONS=$(SESSIONS) $(BIN)/python -m benchmarks.large

bench-triangulation: $(VENV)/installed-test ## measure all verdicts of 500 schools: make bench-triangulation SESSIONS=1000 for less
	SESSIONS=$(SESSIONS) $(BIN)/python -m benchmarks.triangulation

format: $(VENV)/installed-test ## put the code in the project's form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

sample: $(VENV)/installed-test ## make the sample study, the sheets in exports/ and the pictures again
	$(BIN)/python tests/system_packages.py
	$(BIN)/python scripts/make_sample.py
	$(BIN)/python scripts/make_exports.py
	$(BIN)/python scripts/make_screenshots.py

pictures: $(VENV)/installed-test ## take the pictures of every screen again, where they show something else
	$(BIN)/python tests/system_packages.py
	$(BIN)/python scripts/make_screenshots.py

clean: ## remove what was installed; data/ stays
	rm -rf $(VENV)

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; name one with make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
	  { echo "Python's venv is needed; on Debian: apt-get install -y python3-venv"; rm -rf $(VENV); exit 1; }

# Editable, so that what is changed here is what runs; a stamp makes the second time immediate.
$(VENV)/installed: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/installed-test: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@ $(VENV)/installed
