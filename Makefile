# Sets up .venv and runs the project in it. Needs make and Python 3.11 or newer, nothing else.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help demo test editors vscode check format docs bench clean

help:  ## list the targets
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 10

demo: $(READY)  ## review the example back end
	@$(BIN)/persona-lsp check examples/bookshop --fail-on never

test: $(READY)  ## run the tests
	@$(BIN)/python -m pytest -q -n auto --maxprocesses=4 $(ARGS)

editors: $(READY)  ## run the tests in real editors; installs those that are missing
	@PERSONA_LSP_EDITORS_REQUIRED=1 $(BIN)/python -m pytest -q -m editors -n auto --maxprocesses=2 --dist loadgroup --rerun-show-tracebacks tests/editors $(ARGS)

# The packager's tools and the server's libraries are fetched side by side.
vscode:  ## package the extension for VS Code; needs Node.js 20
	@cd client-config/vscode && { npm ci --prefer-offline --no-audit --no-fund --loglevel=error & tools=$$!; \
		$(PYTHON) scripts/bundle.py; bundled=$$?; wait $$tools && [ $$bundled = 0 ]; } && rm -rf dist && node scripts/package.mjs

check: $(READY)  ## formatting, lint, types, architecture
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	PYTHONPATH=server $(BIN)/lint-imports

format: $(READY)  ## format and fix what can be fixed
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

docs: $(READY)  ## write the pages that are made from the code
	@$(BIN)/python docs/generate.py
	@$(BIN)/python docs/img/make.py

bench: $(READY)  ## compare with other servers, printed as ratios
	@$(BIN)/ast-grep --version >/dev/null 2>&1 || \
		$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[bench]' || \
		echo "not all peers could be installed; the others are compared" >&2
	@$(BIN)/python -m benchmarks $(ARGS)

clean:  ## remove what make created
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

# The package is installed editable: only a change of its dependencies asks for another installation.
$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "persona-lsp needs Python 3.11 or newer: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@echo "Setting up $(VENV), once: half a minute, or longer where the network is slow ..." >&2
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	@# An editable installation is not compiled, and where Python may write no bytecode each start would do it anew.
	@$(BIN)/python -m compileall -q server tests
	@touch $@
