# `make demo` runs the study on simulated data, `make test` checks everything, `make quick` the most important in three minutes.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV ?= .venv
BIN = $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: demo test quick step ruff notebooks browser chapters old site wheel readme clean help
QUICK = 00b_cli 02_sam 05f_slide.geojson

help:
	@echo "make demo      simulate data, train, evaluate and map a slide with EfficientNetV2-S; results in runs/demo/"
	@echo "make test      all checks: exported code, README, package order, style, notebooks, chapters, files of older versions"
	@echo "make quick     the checks of code and style, and three chapters: under three minutes, before every commit"
	@echo "make readme    write README.md and README.ko.md from nbs/index.ipynb and index.ko.ipynb"
	@echo "make site      the site in build/site/: chapters, reference, how-to pages, the study"
	@echo "make wheel     build the wheel and try it in an environment of its own"
	@echo "make clean     remove what make has made (.venv, build, runs/test)"

$(VENV)/.ready: settings.ini setup.py
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.10 or newer is needed; set PYTHON=python3.11") if sys.version_info < (3, 10) else 0'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "cannot make $(VENV): install python3-venv (Debian: apt install python3-venv)" >&2; exit 1; }
	@echo "installing into $(VENV) (PyTorch is large: some minutes) ..."
	@$(BIN)/python -m pip install -q -e '.[dev]'
	@touch $@

demo: $(VENV)/.ready
	@$(BIN)/python .github/scripts/chapters.py demo

test: step ruff old notebooks browser chapters site
	@echo "all checks passed"

quick: step ruff
	@for n in $(QUICK); do PATH="$(abspath $(BIN)):$$PATH" $(BIN)/nbdev_test --path nbs/$$n.ipynb --n_workers 0 || exit 1; done
	@echo "quick checks passed; make test runs all of them"

step: $(VENV)/.ready
	@$(BIN)/python .github/scripts/in_step.py

ruff: $(VENV)/.ready
	@$(BIN)/ruff check --config .github/ruff.toml ihc_tissue nbs .github/scripts setup.py

old: $(VENV)/.ready
	@$(BIN)/python .github/scripts/old_files.py

notebooks: $(VENV)/.ready
	@PATH="$(abspath $(BIN)):$$PATH" OMP_NUM_THREADS=1 $(BIN)/nbdev_test --n_workers 2 --do_print

browser: $(VENV)/.ready
	@$(BIN)/python .github/scripts/browser.py

chapters: $(VENV)/.ready
	@$(BIN)/python .github/scripts/chapters.py test

site: $(VENV)/.ready
	@$(BIN)/python .github/scripts/site.py

wheel:
	@$(PYTHON) .github/scripts/wheel.py

readme: $(VENV)/.ready
	@$(BIN)/python .github/scripts/readme.py

clean:
	rm -rf $(VENV) build dist *.egg-info runs/test
