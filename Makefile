# Everything that a person or CI runs here. `make` alone lists the targets.
# Python 3.11 or newer with pip, make and git are all that has to be on the machine: the first target
# that needs the environment creates it in .venv, and again whenever pyproject.toml or constraints.txt change.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# The engines that are too heavy for every day have an environment of their own.
ENGINES_VENV := .venv-engines
ENGINES_BIN := $(ENGINES_VENV)/bin
ENGINES_STAMP := $(ENGINES_VENV)/.installed
# And so has the package that makes mutants.
MUTANTS_VENV := .venv-mutants
MUTANTS_BIN := $(MUTANTS_VENV)/bin
MUTANTS_STAMP := $(MUTANTS_VENV)/.installed

# Workers of the test run: one a core, unless told otherwise (`make test WORKERS=0` runs in one process).
WORKERS ?= auto
# What to test: a path, `-k word` or any other option of pytest.
TESTS ?=
# For `make fuzz` and `make deep`.
SEED ?= 1
MINUTES ?= 1
ENGINES ?= duckdb,postgres
# For `make test-engines`: names of tests/stores, or `heavy`: those that `make test` leaves out.
ENGINES_TRIED ?= heavy
EXAMPLES ?= 50000
# For `make mutants`.
MUTANTS ?= 500

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test test-engines check lint types contracts format docs fuzz planted planted-engines mutants deep bench wheel constraints clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(STAMP) ## show a preview over the sample people
	@$(BIN)/audience demo

test: $(STAMP) ## run the tests
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(TESTS)

test-engines: $(ENGINES_STAMP) ## run the laws on the engines that are not in `make test` (ENGINES_TRIED=heavy)
	AUDIENCE_TEST_ENGINES=$(ENGINES_TRIED) $(ENGINES_BIN)/python -m pytest -n $(WORKERS) --dist worksteal \
		$(or $(TESTS),tests/corpus tests/properties tests/fuzz tests/engines)

check: lint types contracts test ## all that CI checks

lint: $(STAMP) ## style: ruff check, ruff format --check
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(STAMP) ## types: mypy, strict
	$(BIN)/mypy

contracts: $(STAMP) ## who may import whom: import-linter
	$(BIN)/lint-imports --no-cache --no-logo

format: $(STAMP) ## rewrite the sources as ruff wants them
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

docs: $(STAMP) ## write the pages of docs/ that are made from tables
	$(BIN)/python -m docs.generate

fuzz: $(STAMP) ## interpreter against engines, in bulk (SEED=1 MINUTES=1 ENGINES=duckdb,postgres)
	$(BIN)/python -m tests.fuzz --seed $(SEED) --minutes $(MINUTES) --engines $(ENGINES)

planted: $(STAMP) ## apply each planted bug; the tests must notice every one
	$(BIN)/python -m tests.planted

planted-engines: $(ENGINES_STAMP) ## the same for the bugs of the heavy engines
	$(ENGINES_BIN)/python -m tests.planted --heavy

mutants: $(MUTANTS_STAMP) ## change the compiler by chance; the tests must notice nine of ten (SEED=1 MUTANTS=500)
	$(MUTANTS_BIN)/python -m tests.mutants --seed $(SEED) --mutants $(MUTANTS)

deep: $(STAMP) ## the laws with many more examples (EXAMPLES=50000)
	HYPOTHESIS_PROFILE=deep EXAMPLES=$(EXAMPLES) $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(TESTS)

bench: $(STAMP) ## measure speed, as ratios
	$(BIN)/python -m benchmarks

wheel: $(STAMP) ## build dist/*.tar.gz and dist/*.whl
	$(BIN)/python -m build --no-isolation

constraints: ## pin what a clean environment brings today
	@scratch=$$(mktemp -d) && trap 'rm -rf "$$scratch"' EXIT && \
	$(PYTHON) -m venv "$$scratch" && "$$scratch/bin/pip" install -qq -e '.[dev,engines]' && \
	{ sed -n '/^#/p' constraints.txt; "$$scratch/bin/pip" freeze --exclude-editable | LC_ALL=C sort -f; } > "$$scratch/pins" && \
	cp "$$scratch/pins" constraints.txt && echo "constraints.txt written"

clean: ## remove the environment, builds and caches
	rm -rf $(VENV) $(ENGINES_VENV) $(MUTANTS_VENV) dist build .hypothesis .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

define expect-python
@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
{ echo "Audience needs Python 3.11 or newer, and '$(PYTHON)' is older or missing: run make with PYTHON=/path/to/python3.11." >&2; exit 1; }
endef

$(STAMP): pyproject.toml constraints.txt
	$(expect-python)
	@echo "Installing into $(VENV) (once, a minute at most) …"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -qq -c constraints.txt -e '.[dev]'
	@touch $@

$(ENGINES_STAMP): pyproject.toml constraints.txt
	$(expect-python)
	@echo "Installing the engines into $(ENGINES_VENV) (once, a gigabyte or two) …"
	@$(PYTHON) -m venv $(ENGINES_VENV)
	@$(ENGINES_BIN)/python -m pip install -qq -c constraints.txt -e '.[dev,engines]'
	@touch $@

$(MUTANTS_STAMP): pyproject.toml constraints.txt
	$(expect-python)
	@echo "Installing into $(MUTANTS_VENV) (once, a minute at most) …"
	@$(PYTHON) -m venv $(MUTANTS_VENV)
	@$(MUTANTS_BIN)/python -m pip install -qq -c constraints.txt -e '.[dev,mutants]'
	@touch $@
