#!/usr/bin/env bash
# Prints the python of the virtual environment with transformers 4.57.6, made on first use in .deps/parity.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/venv.sh parity transformers==4.57.6 sentencepiece protobuf safetensors
