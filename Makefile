# Each target does its own set-up; scripts/setup.sh returns at once when there is nothing to do.
# ARGS passes options on: make demo ARGS="--seed 3", make bench ARGS="--quick kills".
.PHONY: setup demo app test check bench package package-test clean
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

# Not with .venv: the build makes an environment of its own, of what is shipped alone (packaging/README.md).
PACKAGE_PYTHON ?= $(or $(LONGHAND_PYTHON),python3)

package:
	@$(PACKAGE_PYTHON) packaging/build.py $(ARGS)

# Of what `make package` left: the frozen program, and as root on Debian its packages in clean systems.
package-test:
	@$(PACKAGE_PYTHON) packaging/build.py --skip environment icons freeze licences package $(ARGS)
	@if [ "$$(id -u)" = 0 ] && command -v debootstrap >/dev/null; then \
		$(PACKAGE_PYTHON) packaging/linux/clean_system.py bookworm trixie $(ARGS); \
	else echo "The packages were not tried in clean systems: that needs root and debootstrap."; fi

clean:
	@rm -rf .venv build dist .bench .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info
	@find core desktop tests -name __pycache__ -prune -exec rm -rf {} +
