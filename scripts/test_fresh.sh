#!/usr/bin/env bash
# What a stranger's machine does: a new clone in a folder with a space in its name, pip without settings of this machine, no
# CUDA toolkit on PATH; set-up, build, `make study PRESET=smoke`, one end-to-end test.
# Usage: scripts/test_fresh.sh FOLDER   (made anew; it keeps the clone when something fails)
# Downloads are kept in .deps/downloads, for the next time; network settings (proxies, PIP_CERT) stay as they are.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$1
[ ! -e "$folder" ] || { echo "test-fresh: $folder exists already; expected a new folder" >&2; exit 2; }
mkdir -p "$folder" .deps/downloads
folder=$(cd "$folder" && pwd)
downloads=$PWD/.deps/downloads
git clone --quiet . "$folder/a clone"
cd "$folder/a clone"

path=""
IFS=: read -ra entries <<< "$PATH"
for entry in "${entries[@]}"; do
  [ -x "$entry/nvcc" ] || path=$path:$entry
done
unset PIP_FIND_LINKS PIP_EXTRA_INDEX_URL PIP_INDEX_URL PIP_CONSTRAINT PIP_REQUIREMENT TORCH_DIR CUDA_HOME CUDA_PATH CUDACXX MAKEFLAGS
export PATH=${path#:} PIP_CONFIG_FILE=/dev/null FLANMOE_DOWNLOADS=$downloads
[ -z "$(command -v nvcc)" ] || { echo "test-fresh: nvcc is still on PATH" >&2; exit 1; }

make study PRESET=smoke
[ -s runs/smoke/report.html ] || { echo "test-fresh: the study left no report" >&2; exit 1; }
scripts/build.sh build "$(scripts/jobs.sh)" test_e2e
OMP_NUM_THREADS=1 build/tests/test_e2e --gtest_brief=1 --gtest_filter='Models.*'
du -sh .deps/torch 2>/dev/null || true
cd / && rm -rf "$folder"
echo "test-fresh: 1 passed, 0 failed"
