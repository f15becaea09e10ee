#!/usr/bin/env bash
# Prints the python of the virtual environment with transformers 4.57.6 ($TRANSFORMERS: another), made on first use in
# .deps/parity.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/venv.sh "parity${TRANSFORMERS:+-$TRANSFORMERS}" "transformers==${TRANSFORMERS:-4.57.6}" sentencepiece protobuf safetensors
