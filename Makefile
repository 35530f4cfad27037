# Everything runs from a bare clone: what a target needs is installed by it. CI runs these and nothing of its own.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
PYTEST_ARGS ?=

.PHONY: demo test lint types client bench install models clean
.DELETE_ON_ERROR:

demo: $(VENV)/.installed ## the main job with the embedded model, on a small example workspace
	@$(BIN)/python examples/demo.py

test: lint types client models ## everything that must hold
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

lint: $(VENV)/.installed ## style, and imports that point down only
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: $(VENV)/.installed
	$(BIN)/mypy

client: node_modules/.installed ## the VS Code extension: types, tests of its own, and the packed .vsix
	npm run --silent check
	npm test --silent
	npm run --silent package

bench: $(VENV)/.installed ## what we measure against; see benchmarks/README.md
	$(BIN)/python benchmarks/start_up.py
	$(BIN)/python benchmarks/wrong_rejections.py

models: $(VENV)/.installed ## the small model, which the tests use
	@$(BIN)/autoglm models pull qwen2.5-coder-0.5b

install: $(VENV)/.installed node_modules/.installed

$(VENV)/.installed: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install -e '.[dev]'
	touch $@

node_modules/.installed: package.json package-lock.json client-vscode/package.json
	npm ci --no-audit --no-fund --loglevel=error
	touch $@

clean: ## what was built; models stay
	rm -rf $(VENV) node_modules client-vscode/out client-vscode/*.vsix artifacts .cache
