# flanmoe: every target a newcomer needs. `make study` and `make test` do all on a fresh Debian 12 machine.
PRESET ?= mini
JOBS ?= $(shell scripts/jobs.sh)
BUILD ?= build
DATA ?= ../shared/data
RUNS ?= 1000000
SECONDS ?= 3600
SEED ?= 1
FRESH ?= build-fresh
RUN := $(BUILD)/flanmoe

.PHONY: help setup setup-test build study test test-docs test-fresh test-processors same-bits parity harness torture fuzz bench bench-decode bench-data strict lint format clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: ## install Debian packages and libtorch (only what is missing)
	@scripts/setup.sh

setup-test: ## what the tests need beside (a compiler with libFuzzer)
	@scripts/setup.sh test

build: setup ## build the binary build/flanmoe and the tests
	@scripts/build.sh $(BUILD) $(JOBS) all

study: setup ## build, run the paper's experiment (PRESET=mini|full|real|smoke) and write its report
	@scripts/build.sh $(BUILD) $(JOBS) flanmoe
	@$(RUN) study $(PRESET) --out runs/$(PRESET) $(if $(filter real,$(PRESET)),--data $(DATA))

test: setup-test ## build and run every test
	@scripts/build.sh $(BUILD) $(JOBS) all
	@scripts/test.sh $(BUILD) $(JOBS)

test-docs: setup ## run the commands of README.md and docs/ as written, in a copy of the tree, long ones cut short
	@scripts/build.sh $(BUILD) $(JOBS) flanmoe
	@scripts/docs_commands.py $(BUILD)

test-fresh: ## a new clone as on a stranger's machine: plain pip, no CUDA toolkit; build, smallest study, one end-to-end test
	@scripts/test_fresh.sh $(FRESH)

test-processors: setup-test ## run the tests under the instruction sets and code paths of other processors (SETTINGS=...)
	@scripts/setup.sh processors
	@scripts/build.sh $(BUILD) $(JOBS) all
	@scripts/test_processors.sh $(BUILD) $(JOBS) $(SETTINGS)

same-bits: setup ## run OLD=BINARY and this build over the same inputs and compare every result to the bit
	@scripts/build.sh $(BUILD) $(JOBS) flanmoe
	@scripts/same_bits.py $(or $(OLD),$(error name the old binary: make same-bits OLD=BINARY)) $(RUN)

torture: setup-test ## kill, starve, damage and double every command for SECONDS (3600), and compare with undisturbed runs
	@scripts/build.sh $(BUILD) $(JOBS) flanmoe
	@scripts/build.sh $(BUILD) $(JOBS) torture_shim
	@scripts/torture.py $(RUN) $(BUILD)/tests/torture/libtorture_shim.so --seconds $(SECONDS) --seed $(SEED)

fuzz: setup-test ## feed RUNS random inputs to each reader of model files and of rows, under sanitizers
	@scripts/build.sh $(BUILD) $(JOBS) fuzz
	@scripts/fuzz.sh $(BUILD) $(RUNS) safetensors config json_rows csv_rows tsv_rows xml_rows

parity: setup-test ## compare with transformers 4.57.6 (or TRANSFORMERS=5.24.0; its own virtual environment), each reading what the other wrote
	@scripts/build.sh $(BUILD) $(JOBS) flanmoe
	@scripts/parity.sh $(BUILD)

harness: setup-test ## rank ARC and MMLU (DATA=FOLDER) beside lm-evaluation-harness 0.4.13 (its own virtual environment), item by item
	@scripts/build.sh $(BUILD) $(JOBS) flanmoe
	@scripts/harness.sh $(BUILD) $(DATA)

bench: setup ## build and run the benchmarks of the kernels against their references
	@scripts/build.sh $(BUILD) $(JOBS) bench_kernels
	@scripts/build.sh $(BUILD) $(JOBS) bench_optimizer
	@OMP_NUM_THREADS=1 $(BUILD)/bench_kernels
	@OMP_NUM_THREADS=1 $(BUILD)/bench_optimizer 1

bench-decode: setup-test ## time loading and decoding of T5-base and Switch-base-16 beside transformers
	@scripts/build.sh $(BUILD) $(JOBS) flanmoe
	@FLANMOE_HOME="$(CURDIR)" "$$(scripts/parity_venv.sh)" bench/bench_decode.py $(RUN)

bench-data: setup ## time encoding beside SentencePiece, and batches of the real study's mixture (DATA=FOLDER)
	@scripts/build.sh $(BUILD) $(JOBS) bench_tokenizer
	@scripts/build.sh $(BUILD) $(JOBS) bench_batches
	@$(BUILD)/bench_tokenizer $(DATA)/tokenizer/t5_spiece.model 3 $(DATA)/corpus/*/*.gz
	@$(BUILD)/bench_batches configs/study/real.yaml $(DATA) $(DATA)/tokenizer/t5_spiece.model 400

strict: setup-test ## build without optimisation, precompiled headers and warnings, compare all files' types, run every test (an hour and more)
	@KEEP_GOING=0 BUILD_TYPE=Debug CMAKE_FLAGS="-DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON -DFLANMOE_STRICT=ON -DFLANMOE_WERROR=ON -DFLANMOE_FUZZ_CXX=OFF" scripts/build.sh $(BUILD)-strict $(JOBS) all
	@scripts/test.sh $(BUILD)-strict $(JOBS)

lint: ## check formatting and run clang-tidy
	@scripts/setup.sh lint
	@scripts/lint.sh

format: ## reformat every source file
	@git ls-files --cached --others --exclude-standard 'src/*.h' 'src/*.cpp' 'tests/*.h' 'tests/*.cpp' 'bench/*.cpp' | xargs clang-format-14 -i

clean: ## remove the build folder
	@rm -rf $(BUILD)
