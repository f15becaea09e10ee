#!/usr/bin/env bash
# Prints the python of the virtual environment with transformers 4.57.6, made on first use in .deps/parity. Its torch is
# the one that flanmoe was built with, or, when that is a libtorch without Python, one of its own.
set -euo pipefail
cd "$(dirname "$0")/.."
venv=$PWD/.deps/parity
if [ ! -f "$venv/ready" ]; then
  echo "setup: installing transformers 4.57.6 into .deps/parity" >&2
  rm -rf "$venv"
  python3 -m venv "$venv" >&2
  install=("$venv/bin/python" -m pip install --quiet --disable-pip-version-check)
  "${install[@]}" transformers==4.57.6 sentencepiece protobuf safetensors numpy >&2
  torch=$(cat .deps/torch_dir)
  if [ -f "$torch/__init__.py" ]; then
    dirname "$torch" > "$("$venv/bin/python" -c 'import site; print(site.getsitepackages()[0])')/flanmoe_torch.pth"
  else
    "${install[@]}" torch==2.13.0 >&2
  fi
  touch "$venv/ready"
fi
echo "$venv/bin/python"
