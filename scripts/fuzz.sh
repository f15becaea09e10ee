#!/usr/bin/env bash
# Runs fuzz targets that are built, RUNS executions each, beginning with what our own writers write.
# Usage: scripts/fuzz.sh BUILD_FOLDER RUNS TARGET...   (targets: safetensors, config, json_rows,
# csv_rows, tsv_rows, xml_rows)
# $SEED is where chance begins (default 1). Exits with 77 when there is no clang to build them. What makes a target fail is left in BUILD_FOLDER/fuzz.
set -euo pipefail
build=$1 runs=$2; shift 2
binaries=$build/tests/fuzz
options=$(cd "$(dirname "$0")/../tests/fuzz" && pwd)
declare -A limits=([safetensors]=512 [config]=1536 [json_rows]=640 [csv_rows]=256 [tsv_rows]=256 [xml_rows]=640)  # bytes of an input
export ASAN_OPTIONS=quarantine_size_mb=16
for target in "$@"; do
  if [ ! -x "$binaries/fuzz_$target" ]; then
    echo "fuzz: skipped, $binaries/fuzz_$target is not built; it needs clang++-14 and libclang-rt-14-dev"
    exit 77
  fi
done
findings=$build/fuzz
mkdir -p "$findings"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$binaries/fuzz_seeds" "$scratch/seeds"
for target in "$@"; do
  mkdir "$scratch/$target"
  echo "fuzz: $target, $runs executions"
  "$binaries/fuzz_$target" "$scratch/$target" "$scratch/seeds/$target" -runs="$runs" -seed="${SEED:-1}" -max_len="${limits[$target]}" -timeout=10 \
    -malloc_limit_mb=64 -dict="$options/$target.dict" -artifact_prefix="$findings/$target-" -print_final_stats=1 \
    > "$scratch/$target.log" 2>&1 || { tail -n 60 "$scratch/$target.log"; exit 1; }
  grep -E '^(#.*DONE|Done|stat::)' "$scratch/$target.log"
done
