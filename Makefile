# make handout: its own environment, the package, the first walkthrough. make test: everything that is checked.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Where Python is kept from writing bytecode, each of the hundreds of processes of the tests compiles the package anew.
export PYTHONDONTWRITEBYTECODE =

.PHONY: handout check test fuzz judge bench gallery docs clean

handout: $(VENV)/installed
	$(BIN)/derivation handout examples/two-two-one.toml -o output/two-two-one.pdf

gallery: $(VENV)/developing
	$(BIN)/python output/gallery.py
	$(BIN)/python output/pictures.py

# What needs neither TeX nor a browser, and is quick.
check: $(VENV)/developing
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n 2 --dist worksteal --cases 2 -m "not tex and not browser and not slow"

test: $(VENV)/developing
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n 2 --dist worksteal

# Mutilated inputs of every kind through every command: make fuzz SECONDS=600, or REPLAY='target file' for one find.
SECONDS ?= 600
fuzz: $(VENV)/developing
	PYTHONPATH=tests:tests/helpers $(BIN)/python -m fuzz $(if $(REPLAY),replay $(REPLAY),hunt --seconds $(SECONDS))

# What an issue is judged by, in full and with fresh seeds.
judge: $(VENV)/developing
	$(BIN)/pytest -n 2 --dist worksteal --whole -m slices
	$(MAKE) fuzz SECONDS=1800

bench: $(VENV)/developing
	$(BIN)/python benchmarks/bench.py --slow
	$(BIN)/python benchmarks/large/bench.py
	$(BIN)/python benchmarks/sizes/bench.py
	$(BIN)/python benchmarks/variants/bench.py --all
	$(BIN)/python benchmarks/page/bench.py
	$(BIN)/python benchmarks/check/bench.py $(wildcard ../shared/seed/article.md)

$(VENV)/installed: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit("derivation needs Python 3.11 or newer; set PYTHON=") if sys.version_info < (3, 11) else None'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	touch $@

$(VENV)/developing: $(VENV)/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,readers]'
	touch $@

# The documentation site, its reference made from the tables: site/index.html.
docs: $(VENV)/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[docs]'
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict

clean:
	rm -rf $(VENV) build dist site
