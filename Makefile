# Each target does its own set-up; scripts/setup.sh returns at once when there is nothing to do.
# ARGS passes options on: make demo ARGS="--seed 3", make bench ARGS="--quick kills".
.PHONY: setup demo app test check bench clean
.DEFAULT_GOAL := demo

setup:
	@scripts/setup.sh

demo: setup
	@.venv/bin/longhand demo $(ARGS)

app: setup
	@.venv/bin/longhand $(ARGS)

test: setup
	@.venv/bin/python -m pytest -q --numprocesses auto --dist loadfile $(ARGS)

check: setup
	@.venv/bin/ruff check --quiet .
	@.venv/bin/ruff format --quiet --check .
	@.venv/bin/mypy --no-error-summary
	@.venv/bin/python -m pytest -q tests/unit/test_imports.py

bench: setup
	@.venv/bin/python -m tests.bench $(ARGS)

clean:
	@rm -rf .venv build dist .bench .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info
	@find core desktop tests -name __pycache__ -prune -exec rm -rf {} +
