# Two commands do everything: `make run` and `make test`. Each sets up what it needs.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
OUT ?= out
# megabytes of text that `make bench` grows to
SIZES ?= 1 10

$(VENV)/.installed: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	touch $@

.PHONY: setup run demo test test-spark lint train bench bench-short clean
setup: $(VENV)/.installed

run: setup  ## write the dataset of data/sample to out/
	$(BIN)/python -m pipeline run data/sample --out $(OUT)

demo: setup  ## sample and composed reports → out/demo: tables, databases and a page to open
	$(BIN)/python -m pipeline run data/sample data/gold/dev data/gold/test \
	  --out $(OUT)/demo --format parquet,sqlite,duckdb
	$(BIN)/python -m pipeline dashboard $(OUT)/demo --out $(OUT)/demo/page.html
	@echo "page      $(OUT)/demo/page.html (open it in a browser)"
	@echo "database  $(OUT)/demo/dataset.sqlite, $(OUT)/demo/dataset.duckdb"

test: setup lint  ## all checks and tests
	$(BIN)/python -m pytest -n auto --dist loadfile
	$(BIN)/python -m pytest -n auto --nbmake --nbmake-timeout=120 notebooks

test-spark: setup  ## the run on Spark (needs Java; downloads PySpark)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev,spark]'
	$(BIN)/python -m pytest tests/test_spark.py

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pipeline lexicon check > /dev/null

train: setup  ## rebuild the classifier and the model of run-in headings from our data
	$(BIN)/python tools/headings.py
	$(BIN)/python -m pipeline train data/training/part-*.csv --out lexicons/models/siqiang.tsv \
	  --reports data/gold/dev.jsonl --reports data/gold/sample.jsonl

bench: setup  ## speed beside plain jieba.cut, growth, and other tools (downloads them)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev,bench]' || \
	  echo "peers that are not installed are told as such"
	$(BIN)/python benchmarks/route.py
	$(BIN)/python -m benchmarks.growth $(SIZES)
	$(BIN)/python -m benchmarks.peers

bench-short: setup  ## fails where the ratio to jieba.cut fell by more than 25 %
	$(BIN)/python benchmarks/route.py --short

clean:
	rm -rf $(VENV) $(OUT) .mypy_cache .pytest_cache .ruff_cache .hypothesis dist
