# Two commands matter: `make run [REPO=path]` and `make test`. Both create the environment they need, in .venv.

PYTHON ?= $(shell command -v python3.13 || command -v python3.12 || command -v python3.11 || command -v python3)
REPO ?= .
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test lint bench truth clean

run: $(VENV)/installed
	@$(BIN)/forethought analyze "$(REPO)"

test: $(VENV)/installed-dev lint
	$(BIN)/python -m pytest -n auto --dist loadgroup

lint: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/installed-dev
	$(BIN)/python -m benchmarks.bench

truth: $(VENV)/installed-dev
	$(BIN)/python -m benchmarks.truth

clean:
	rm -rf $(VENV) build *.egg-info

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "forethought needs Python 3.11 or newer; name one with: make PYTHON=/path/to/python3"; exit 1; }
	@echo "creating $(VENV)"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/installed: pyproject.toml | $(VENV)/bin/python
	@echo "installing forethought into $(VENV)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/installed-dev: pyproject.toml | $(VENV)/bin/python
	@echo "installing forethought and its test dependencies into $(VENV)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[dev]"
	@touch $@ $(VENV)/installed
