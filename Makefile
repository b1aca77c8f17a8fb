# make run    sets up everything and serves the chat with its miner
# make test   sets up everything and passes all tests
# make soak   passes the large tests as well: failing networks and servers, and the longest ways
# make check  lint, format and types
# make messages  brings the words of the source into locale/, for translators
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Where the environment forbids to keep bytecode, each process starts in 5 s instead of 1.6: it compiles Django anew.
export PYTHONDONTWRITEBYTECODE :=
WORDS := $(patsubst %.po,%.mo,$(wildcard locale/*/LC_MESSAGES/*.po))

.PHONY: run test soak check format messages clean
.DELETE_ON_ERROR:

run: $(VENV)/.run $(WORDS)
	@exec $(BIN)/python manage.py serve

test: $(VENV)/.dev $(WORDS)
	@.ci/browser
	@.ci/go
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

soak: $(VENV)/.dev $(WORDS)
	$(BIN)/python -m pytest -m soak

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

messages: $(VENV)/.dev
	DJANGO_SETTINGS_MODULE=connect.settings $(BIN)/python -m connect.tests.words

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache $(WORDS)

locale/%.mo: locale/%.po | $(VENV)/.run
	@$(BIN)/pybabel --quiet compile --input-file $< --output-file $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Connect needs Python 3.11 or newer; name one with PYTHON=python3.12 make run.")'
	@$(PYTHON) -m venv $(VENV) || { echo "This Python lacks venv; on Debian: apt-get install python3-venv."; exit 1; }

$(VENV)/.run: requirements.txt constraints.txt | $(BIN)/python
	@echo "Installing what Connect needs (once) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt -c constraints.txt
	@touch $@

$(VENV)/.dev: requirements.txt requirements-dev.txt constraints.txt | $(BIN)/python
	@echo "Installing what the tests need (once) …"
	@$(BIN)/python -m pip install --no-compile --quiet --disable-pip-version-check -r requirements-dev.txt -c constraints.txt
	@touch $@ $(VENV)/.run
