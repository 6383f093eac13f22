# The two commands: `make serve` and `make test`. `make help` lists the others.
# Without make: python3 -m venv .venv && .venv/bin/pip install -e . (the README goes on from there).

.DEFAULT_GOAL := help
.SUFFIXES:
.PHONY: bench build clean contracts docs everything fuzz help lint messages serve soak test types

VENV ?= .venv
INI ?= development.ini
BIN := $(VENV)/bin
RUN := $(BIN)/python
ARGS ?=
PORT ?=
ifneq ($(PORT),)
INI := var/port-$(PORT)/development.ini
endif

# The first Python here that is new enough.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$p && break; done)

serve: $(VENV)/.installed $(if $(PORT),$(INI))  ## make .venv, install, set up var/ and serve on http://localhost:6543 (PORT=7000: there)
	@$(RUN) tools/port_free.py $(INI)
	@$(BIN)/oidc-pyramid -c $(INI) init
	@exec $(BIN)/pserve $(INI)

# Another port is another issuer, and so another provider: with a database of its own below var/.
# Its ini file is made once, so that it can be edited.
var/port-$(PORT)/development.ini: | development.ini
	@case "$(PORT)" in *[!0-9]*|??????*) false;; esac && [ "$(PORT)" -ge 1024 ] && [ "$(PORT)" -le 65535 ] || \
		{ echo "PORT=$(PORT) is no port for a server: take a number from 1024 to 65535." >&2; exit 1; }
	@mkdir -p $(@D)
	@sed 's/6543/$(PORT)/g' development.ini > $@

test: $(VENV)/.test  ## run all tests (ARGS="-k login" and the like go to pytest)
	@$(RUN) -m pytest -n auto --dist loadscope $(ARGS)

lint: $(VENV)/.lint  ## check style and format
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(VENV)/.lint  ## check types (strict in protocol/ and models/)
	@$(BIN)/mypy

contracts: $(VENV)/.lint  ## check that the rings import inward only
	@$(BIN)/lint-imports

docs: $(VENV)/.docs  ## build the documentation into docs/_build/html
	@$(BIN)/sphinx-build -W --keep-going -q -b html docs docs/_build/html
	@echo "The documentation is in docs/_build/html/index.html"

messages: $(VENV)/.lint  ## extract the messages, merge them into the translations, compile those
	@$(RUN) tools/messages.py $(ARGS)

bench: $(VENV)/.bench  ## measure beside other providers (minutes; ARGS="--compare a.json b.json" compares)
	@$(RUN) benchmarks/run.py $(ARGS)

soak: $(VENV)/.test  ## faults under load, with a report in artifacts/ (minutes; ARGS="kills --scale full")
	@$(RUN) -m soak $(ARGS)

fuzz: $(VENV)/.fuzz  ## odd bytes for every parser and endpoint (ARGS="--runs 100000")
	@$(RUN) -m fuzz $(ARGS)

# The stamps in this order: each is as new as what it rests on.
everything: $(VENV)/.made  ## install at once what the checks above need (for CI; they do it one by one)
	@$(RUN) tools/install.py ".[docs,lint,test]"
	@touch $(VENV)/.installed $(VENV)/.test $(VENV)/.lint $(VENV)/.docs

build: $(VENV)/.lint  ## build wheel and sdist into dist/
	@$(RUN) -m build --outdir dist .

clean:  ## remove what was made here, but never var/ (your data)
	rm -rf $(VENV) build dist docs/_build artifacts *.egg-info htmlcov .coverage .coverage.* \
		.mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find oidc_pyramid templates tests docs tools -name __pycache__ -type d -prune -exec rm -rf {} +

help:  ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/.made:
	@test -n "$(PYTHON)" || { echo "oidc_pyramid needs Python 3.11 or newer, and none was found: install one, or name it with \`make PYTHON=/path/to/python3 ...\`." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { echo "oidc_pyramid needs Python 3.11 or newer, and $(PYTHON) is not: name a newer one with \`make PYTHON=/path/to/python3 ...\`." >&2; exit 1; }
	@echo "Making $(VENV) with $$($(PYTHON) --version) ..."
	@$(PYTHON) -m venv --clear $(VENV) >/dev/null 2>&1 || { echo "$(PYTHON) cannot make virtual environments: install its venv module (Debian, Ubuntu: apt install python3-venv) and try again." >&2; rm -rf $(VENV); exit 1; }
	@touch $@

$(VENV)/.installed: $(VENV)/.made setup.cfg pyproject.toml
	@$(RUN) tools/install.py .
	@touch $@

$(VENV)/.test: $(VENV)/.installed
	@$(RUN) tools/install.py ".[test]"
	@touch $@

$(VENV)/.bench: $(VENV)/.installed
	@$(RUN) tools/install.py ".[bench]"
	@touch $@

$(VENV)/.lint: $(VENV)/.installed
	@$(RUN) tools/install.py ".[lint]"
	@touch $@

$(VENV)/.fuzz: $(VENV)/.test
	@$(RUN) tools/install.py ".[fuzz,test]"
	@touch $@

$(VENV)/.docs: $(VENV)/.installed
	@$(RUN) tools/install.py ".[docs]"
	@touch $@
