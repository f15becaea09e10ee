#!/usr/bin/env bash
# Prints the python of the virtual environment with transformers 4.57.6, made on first use in .deps/parity. Its torch is
# the one that flanmoe was built with, or, where python cannot import that, one of its own.
set -euo pipefail
cd "$(dirname "$0")/.."
venv=$PWD/.deps/parity
if [ ! -f "$venv/ready" ]; then
  echo "setup: installing transformers 4.57.6 into .deps/parity" >&2
  rm -rf "$venv"
  python3 -m venv "$venv" >&2
  install=("$venv/bin/python" -m pip install --quiet --disable-pip-version-check)
  # The last seven are what a borrowed torch imports.
  "${install[@]}" transformers==4.57.6 sentencepiece protobuf safetensors numpy sympy networkx jinja2 typing_extensions filelock fsspec setuptools >&2
  # Set-up leaves most CUDA libraries of a CUDA build away, so that python cannot import it.
  borrowed=$("$venv/bin/python" -c 'import site; print(site.getsitepackages()[0])')/flanmoe_torch.pth
  dirname "$(cat .deps/torch_dir)" > "$borrowed"
  if ! "$venv/bin/python" -c 'import torch' 2> /dev/null; then
    rm "$borrowed"
    echo "setup: installing torch 2.13.0 for python into .deps/parity (the CUDA build is 3 GB; with PIP_EXTRA_INDEX_URL of an index that offers the CPU build, 0.2 GB)" >&2
    "${install[@]}" torch==2.13.0 >&2
  fi
  touch "$venv/ready"
fi
echo "$venv/bin/python"
