#!/usr/bin/env bash
# Compares flanmoe with transformers, each reading what the other wrote. Usage: scripts/parity.sh BUILD_FOLDER
set -euo pipefail
cd "$(dirname "$0")/.."
python=$(scripts/parity_venv.sh)
OMP_NUM_THREADS=1 FLANMOE_HOME=$PWD "$python" tests/parity/parity.py "$1/flanmoe"
