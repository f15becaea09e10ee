#!/usr/bin/env bash
# Compares flanmoe with transformers, each reading what the other wrote. Usage: scripts/parity.sh BUILD_FOLDER
# transformers lives in a virtual environment of its own in .deps/parity; torch is the one that flanmoe was built with.
set -euo pipefail
cd "$(dirname "$0")/.."
build=$1
venv=.deps/parity
if [ ! -f "$venv/ready" ]; then
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check transformers==4.57.6 sentencepiece==0.2.1 safetensors numpy
  torch=$(cat .deps/torch_dir)
  if [ -f "$torch/__init__.py" ]; then
    dirname "$torch" > "$("$venv/bin/python" -c 'import site; print(site.getsitepackages()[0])')/flanmoe_torch.pth"
  else  # a libtorch without Python
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check torch==2.13.0
  fi
  touch "$venv/ready"
fi
OMP_NUM_THREADS=1 FLANMOE_HOME=$PWD "$venv/bin/python" tests/parity/parity.py "$build/flanmoe"
