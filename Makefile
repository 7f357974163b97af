# Everything that a person or a machine does with a checkout. Needs Python 3.11 or later and, for `make test`, Debian's or a
# similar system's packages (.ci/system installs them).
PYTHON ?= python3
BIN := .venv/bin
# Hash-checked: what is installed is what was tested
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps
CONSTRAIN := $(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-header \
	--no-emit-options --no-emit-index-url --no-emit-find-links --no-emit-trusted-host

.PHONY: demo test lint screenshots caniemail golden readme bench constraints clean

demo: .venv/run
	$(BIN)/newsletter build --period 2026-10 -v
	@echo "Open out/index.html for the archive, out/issues/2026-10/email.html for the mail."

test: .venv/test .ci/node_modules/.package-lock.json
	.ci/system
	$(MAKE) lint
	$(BIN)/python -m pytest -n auto --cov --cov-report=term

lint: .venv/test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

# Into .screenshots/, and the README's two into .readme/; fails where something sticks out
screenshots: .venv/run .ci/node_modules/.package-lock.json
	$(BIN)/python .ci/screenshots.py

# What mail clients support, anew; VERSION of the npm package
caniemail:
	.ci/caniemail.py $(VERSION)

# Writes the expected output trees anew: read the difference before you commit it
golden: .venv/test
	NEWSLETTER_GOLDEN=write $(BIN)/python -m pytest -q tests/test_golden.py

# Writes the tables of commands and keys in the README anew
readme: .venv/test
	NEWSLETTER_README=write $(BIN)/python -m pytest -q tests/test_readme.py

# Builds of generated archives beside other programs', then single rooms; `make bench ARGUMENTS="1000 --rounds 3"`, or --help.
# In an environment of its own: what others need must not decide what is tested
bench: .venv/bench/.installed
	.venv/bench/bin/python -m tests.benchmarks $(ARGUMENTS)
	.venv/bench/bin/python -m pytest -q --confcutdir tests/benchmarks tests/benchmarks/components/bench_*.py
	.venv/bench/bin/python -m tests.benchmarks.merge
	.venv/bench/bin/python -m tests.benchmarks.jobs
	.venv/bench/bin/python -m tests.benchmarks.editions

constraints: .venv/test
	$(CONSTRAIN) --extra build --extra test -o .ci/constraints-test.txt pyproject.toml
	$(CONSTRAIN) --extra build -c .ci/constraints-test.txt -o .ci/constraints.txt pyproject.toml
	$(CONSTRAIN) --extra bench -o .ci/constraints-bench.txt pyproject.toml

clean:
	rm -rf .venv .ci/node_modules .screenshots .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage*

.venv/bin/python:
	$(PYTHON) -m venv .venv || { .ci/system python3-venv && $(PYTHON) -m venv --clear .venv; }

.venv/run: .ci/constraints.txt pyproject.toml | .venv/bin/python
	$(INSTALL) --require-hashes -r .ci/constraints.txt
	$(INSTALL) --no-build-isolation --editable .
	touch $@

.venv/test: .ci/constraints-test.txt pyproject.toml | .venv/bin/python
	$(INSTALL) --require-hashes -r .ci/constraints-test.txt
	$(INSTALL) --no-build-isolation --editable .
	touch $@ .venv/run

.venv/bench/.installed: .ci/constraints-bench.txt | .venv/bin/python
	$(BIN)/python -m venv .venv/bench
	.venv/bench/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r .ci/constraints-bench.txt
	touch $@

.ci/node_modules/.package-lock.json: .ci/package-lock.json
	.ci/system
	cd .ci && npm ci --silent --no-audit --no-fund --ignore-scripts
	touch $@
