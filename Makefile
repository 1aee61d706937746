# Everything starts here: `make demo` and `make test` set up what they need on a fresh machine.
PYTHON ?= python3
VENV := .venv
# what the tests need beside the package; cnn brings PyTorch
EXTRAS := dev,cnn
PYTHON_313 ?= $(firstword $(wildcard $(HOME)/.pyenv/versions/3.13*/bin/python3.13) python3.13)
BIN := $(VENV)/bin
DEMO_OUT ?= demo-run
YARDSTICK ?= build/yardstick
# where a wheel is tried, with what it asks for and nothing else
BARE := build/bare
SETUP := setup.cfg pyproject.toml constraints.txt
# each process starts at its own end of the tests, and takes from the other when it is done; compiled
# code is shared through the cache
PYTEST := $(BIN)/python -m pytest -n 2 --dist worksteal
BROWSER := tests/browser
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

SUDO := $(if $(filter 0,$(shell id -u)),,sudo )
APT_INSTALL := $(SUDO)apt-get update -qq && $(SUDO)apt-get install -qq --yes --no-install-recommends

.DEFAULT_GOAL := help
.PHONY: bench-batches bench-lab help demo lab test test-full test-rest test-browser test-share test-313 test-nojit test-bounds check format bench bench-kernels bench-features bench-deep bench-deploy bench-novelty bench-regions bench-segment bench-statistics bench-yardstick fuzz docs lessons notebooks pictures release clean

help: ## list the targets
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F'\t' '{printf "  make %-16s %s\n", $$1, $$2}'

demo: $(VENV)/.core ## install, compare SVM and random forest on the embedded data, say where the report is
	$(BIN)/imgpipe compare synthetic-nodules --models svm,forest,dummy --out $(DEMO_OUT) --force

lab: $(VENV)/.lab ## install, and open a page to play with images: filters, segmentation, numbers, models
	$(BIN)/imgpipe lab

test: $(VENV)/.dev ## install, compile the common loops and run the test suite, on two cores
	$(BIN)/imgpipe doctor --warm
	$(PYTEST) -m "not browser"

test-full: $(VENV)/.dev ## the same with every case of the large grids, of which `make test` runs a sample
	$(BIN)/imgpipe doctor --warm
	$(PYTEST) --full-grids -m "not browser"

# of each large grid; with less than 1, what `make test` runs is not run again
GRIDS ?= 1
test-rest: $(VENV)/.dev ## what `make test` leaves out: GRIDS=1 of the large grids, and tests that run with them only
	command -v dsrdump >/dev/null || { $(APT_INSTALL) dcmtk; }
	$(PYTEST) $(if $(filter 1,$(GRIDS)),--full-grids,--more-of-grids $(GRIDS)) -m "grid or full"

test-browser: $(VENV)/.browser $(BROWSER)/node_modules/.installed ## open the pages in a real Chromium, and install what that needs
	command -v chromium >/dev/null || { $(APT_INSTALL) chromium fonts-noto-cjk; }
	IMGPIPE_BROWSER=required $(PYTEST) -m browser $(BROWSER)

# all examples, and rooms whose tests compile little
SHARE := imgpipe tests/images tests/datasets tests/tables
test-share: $(VENV)/.dev ## the examples of all docstrings, and what is quick of some rooms
	$(PYTEST) $(SHARE) -m "not (slow or grid or data or full or browser or bounds or jit)"

test-313: ## the same on Python 3.13, in an environment of its own and without the networks
	$(MAKE) test-share VENV=.venv-3.13 PYTHON=$(PYTHON_313) EXTRAS=dev

test-nojit: $(VENV)/.dev ## run the suite as plain Python, with coverage of the loops
	NUMBA_DISABLE_JIT=1 $(PYTEST) -m "not browser and not slow and not jit and not bounds" --cov --cov-report=term

test-bounds: $(VENV)/.dev ## run the tests of the loops on small arrays with bounds checked, in a fresh cache
	cache=$$(mktemp -d) && trap 'rm -rf "$$cache"' EXIT && NUMBA_BOUNDSCHECK=1 NUMBA_CACHE_DIR="$$cache" \
	  $(PYTEST) tests/kernels tests/runtime -m "not slow and not jit and not bounds"

check: $(VENV)/.dev ## lint, format, types, import contracts, spelling, and whether every test can be found
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell
	$(BIN)/python -m pytest --collect-only -qqqq

format: $(VENV)/.dev ## let ruff mend what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: bench-kernels bench-features bench-deep ## run every benchmark; tables go to benchmarks/results

bench-kernels: $(VENV)/.bench ## kernels against OpenCV, SciPy and SimpleITK (some ten minutes)
	$(BIN)/python -m benchmarks.kernels

bench-features: $(VENV)/.dev ## features against scikit-image, and all of IBSI-1 against MIRP
	$(BIN)/python -m benchmarks.features
	$(BIN)/python -m benchmarks.ibsi

SECONDS ?= 60

fuzz: $(VENV)/.dev ## change bundles and image files at random for SECONDS=60: each must be refused, or be sane
	$(BIN)/python -m benchmarks.fuzz --seconds $$(($(SECONDS) / 2))
	$(BIN)/python -m benchmarks.fuzz_readers --seconds $$(($(SECONDS) / 2)) --jobs 2

docs: $(VENV)/.docs ## write the pages that come from the registries, then the site, offline, into build/site
	$(BIN)/python -m imgpipe.features.catalogue_page.page docs/features.md
	$(BIN)/python -m imgpipe.features.catalogue_page.settings docs/settings.md
	$(BIN)/python -m imgpipe.evaluate.checks.page docs/checks.md
	$(BIN)/python -m imgpipe.segment.catalogue_page docs/segmentation.md
	$(BIN)/python tests/images/formats/dicom_table.py docs/dicom_files.md
	$(BIN)/python notebooks/run.py --changed --jobs 2
	$(BIN)/python -m docs.site.build build/site

notebooks: $(VENV)/.dev ## write the lessons of both languages from notebooks/sources
	$(BIN)/python notebooks/editions.py

lessons: $(VENV)/.dev ## execute the lessons of both languages, from clean, into build/lessons
	$(BIN)/imgpipe doctor --warm
	$(BIN)/python notebooks/run.py --jobs 2

pictures: $(VENV)/.browser ## draw the pictures of the README, docs/segmentation.md and pixels.md, all of synthetic images
	command -v chromium >/dev/null || { $(APT_INSTALL) chromium; }
	$(BIN)/python docs/pictures/readme.py
	$(BIN)/python docs/pictures/segmentation.py
	PYTHONPATH=. $(BIN)/python docs/pictures/pixels.py
	$(BIN)/python docs/pictures/active_contour.py

release: $(VENV)/.release ## build wheel and sdist, check them, install the wheel alone and compare with it
	rm -rf dist $(BARE)
	$(BIN)/python -m build --no-isolation --outdir dist .
	$(BIN)/python -m twine check --strict dist/*
	$(BIN)/python tests/wheel_files.py dist/*.whl
	$(PYTHON) -m venv $(BARE)
	$(BARE)/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt dist/*.whl
	cd $(BARE) && bin/python -c 'import imgpipe; assert "site-packages" in imgpipe.__file__, imgpipe.__file__'
	cd $(BARE) && bin/imgpipe compare synthetic-nodules --models svm,forest,dummy --out demo-run
	cd $(BARE) && test -s demo-run/report.html && bin/imgpipe doctor

bench-batches: $(VENV)/.dev ## 1,000 and 10,000 images: memory, speed, kills, a cluster (some four minutes, alone)
	$(BIN)/python -m benchmarks.batches

bench-deep: $(VENV)/.dev ## a training step of each network against a bare PyTorch loop
	$(BIN)/python -m benchmarks.deep

bench-deploy: $(VENV)/.dev ## what a bundle costs: start, memory, latency, throughput, size (some eight minutes)
	$(BIN)/python -m benchmarks.deploy

bench-lab: $(VENV)/.dev ## the lab page from a slider's move to the picture (under two minutes, alone)
	$(BIN)/python -m benchmarks.lab

bench-novelty: $(VENV)/.dev ## which images are flagged as out of distribution, of own and of other kinds (half a minute)
	$(BIN)/python -m benchmarks.novelty

bench-regions: $(VENV)/.dev ## what a region buys: whole images, drawn masks, found ones, on breast ultrasound (some five minutes)
	$(BIN)/python -m benchmarks.regions

bench-segment: $(VENV)/.dev ## segmentation and detection beside scikit-image and SimpleITK (under five minutes, alone)
	$(BIN)/python -m benchmarks.segment

bench-statistics: $(VENV)/.dev ## tests and intervals on simulated cohorts (some ten minutes)
	$(BIN)/python -m benchmarks.statistics

DATA ?= ../shared/data
COMPARE := $(BIN)/imgpipe compare $(DATA)/pneumoniamnist/pneumoniamnist_rebuilt.npz --jobs 1 --force

bench-yardstick: $(VENV)/.dev ## networks on PneumoniaMNIST beside published figures (half an hour)
	$(COMPARE) --models resnet18-28 --budget-seconds 1200 --out $(YARDSTICK)/resnet
	$(COMPARE) --models svm,forest,cnn --seeds 3 --learning-curve --out $(YARDSTICK)/curve
	$(BIN)/python -m benchmarks.yardstick $(YARDSTICK)/resnet $(YARDSTICK)/curve

clean: ## remove the environment, caches and results made by the other targets
	rm -rf $(VENV) .venv-3.13 $(DEMO_OUT) build dist *.egg-info .coverage .hypothesis
	rm -rf $(BROWSER)/node_modules .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
	find imgpipe tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "imgpipe needs Python 3.11 or newer; name one with: make PYTHON=python3.12 ..." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.core: $(SETUP) | $(VENV)/bin/python
	$(PIP_INSTALL) --editable .
	@touch $@

$(VENV)/.dev: $(SETUP) | $(VENV)/bin/python
	$(PIP_INSTALL) --editable '.[$(EXTRAS)]'
	@touch $@ $(VENV)/.core $(VENV)/.lab

$(VENV)/.lab: $(SETUP) | $(VENV)/bin/python
	@echo "Installing into $(VENV), 2 GB with PyTorch; this takes some minutes, once."
	$(PIP_INSTALL) --editable '.[cnn,dicom,lab,n4]'
	@touch $@

$(VENV)/.browser: $(VENV)/.dev
	$(PIP_INSTALL) --editable '.[browser]'
	@touch $@

$(BROWSER)/node_modules/.installed: $(BROWSER)/package-lock.json
	command -v npm >/dev/null || { $(APT_INSTALL) npm; }
	cd $(BROWSER) && npm ci --ignore-scripts --no-audit --no-fund
	@touch $@

$(VENV)/.bench: $(SETUP) | $(VENV)/bin/python
	$(PIP_INSTALL) --editable '.[bench]'
	@touch $@

$(VENV)/.release: $(SETUP) | $(VENV)/bin/python
	$(PIP_INSTALL) --editable '.[release]'
	@touch $@

$(VENV)/.docs: $(VENV)/.dev
	$(PIP_INSTALL) --editable '.[docs]'
	@touch $@
