#!/usr/bin/env bash
# Ranks options of ARC and MMLU with flanmoe and with EleutherAI's lm-evaluation-harness and compares item by item.
# Usage: scripts/harness.sh BUILD_FOLDER DATA_FOLDER [ARGUMENTS of tests/harness/harness.py]
set -euo pipefail
cd "$(dirname "$0")/.."
build=$1 data=$2
shift 2
python=$(scripts/venv.sh harness lm-eval==0.4.13 transformers==4.57.6 accelerate sentencepiece protobuf)
OMP_NUM_THREADS=${OMP_NUM_THREADS:-1} FLANMOE_HOME=$PWD "$python" tests/harness/harness.py "$build/flanmoe" "$data" "$@"
