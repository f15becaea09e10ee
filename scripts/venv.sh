#!/usr/bin/env bash
# Prints the python of a virtual environment, made on first use in .deps/NAME. Its torch is the one that flanmoe was built
# with, or, where python cannot import that, one of its own. Usage: scripts/venv.sh NAME PACKAGE...
set -euo pipefail
cd "$(dirname "$0")/.."
name=$1
shift
venv=$PWD/.deps/$name
if [ ! -f "$venv/ready" ]; then
  echo "setup: installing $1 into .deps/$name" >&2
  rm -rf "$venv"
  python3 -m venv "$venv" >&2
  install=("$venv/bin/python" -m pip install --quiet --disable-pip-version-check)
  # Set-up leaves most CUDA libraries of a CUDA build away, so that python cannot import it; these it would import.
  "${install[@]}" numpy sympy networkx jinja2 typing_extensions filelock fsspec setuptools >&2
  borrowed=$("$venv/bin/python" -c 'import site; print(site.getsitepackages()[0])')/flanmoe_torch.pth
  dirname "$(cat .deps/torch_dir)" > "$borrowed"
  if ! "$venv/bin/python" -c 'import torch' 2> /dev/null; then
    rm "$borrowed"
    echo "setup: installing torch 2.13.0 for python into .deps/$name (the CUDA build is 3 GB; with PIP_EXTRA_INDEX_URL of an index that offers the CPU build, 0.2 GB)" >&2
    "${install[@]}" torch==2.13.0 >&2
  fi
  "${install[@]}" "$@" >&2
  touch "$venv/ready"
fi
echo "$venv/bin/python"
