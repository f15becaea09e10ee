#!/usr/bin/env bash
# Runs the tests under the instruction sets and code paths that libtorch, MKL and oneDNN may choose on other processors, as
# far as this one can: a result that only one maker's processors give is found here.
# Usage: scripts/test_processors.sh BUILD_FOLDER JOBS [SETTING...]   (names as in the table below; all of them unless given)
set -euo pipefail
build=$(cd "$1" && pwd) jobs=$2; shift 2
cd "$(dirname "$0")/.."
export FLANMOE_HOME=$PWD
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# On AMD's processors MKL asks this function and takes its general kernels; with it answered, it takes those for Intel's.
echo 'int mkl_serv_intel_cpu_true(void) { return 1; }' | cc -shared -fPIC -x c - -o "$scratch/libintel.so"

# Threads that wait passively: two tests beside each other would otherwise hold each other up on two processors.
names=(plain aten_default aten_avx2 aten_avx512 mkl_compatible mkl_avx2 mkl_intel onednn_sse41 onednn_avx2 two_threads lowest)
declare -A settings=(
  [plain]="OMP_NUM_THREADS=1"
  [aten_default]="OMP_NUM_THREADS=1 ATEN_CPU_CAPABILITY=default"
  [aten_avx2]="OMP_NUM_THREADS=1 ATEN_CPU_CAPABILITY=avx2"
  [aten_avx512]="OMP_NUM_THREADS=1 ATEN_CPU_CAPABILITY=avx512"
  [mkl_compatible]="OMP_NUM_THREADS=1 MKL_CBWR=COMPATIBLE"
  [mkl_avx2]="OMP_NUM_THREADS=1 MKL_CBWR=AVX2"
  [mkl_intel]="OMP_NUM_THREADS=1 LD_PRELOAD=$scratch/libintel.so"
  [onednn_sse41]="OMP_NUM_THREADS=1 ONEDNN_MAX_CPU_ISA=SSE41"
  [onednn_avx2]="OMP_NUM_THREADS=1 ONEDNN_MAX_CPU_ISA=AVX2"
  [two_threads]="OMP_NUM_THREADS=2 OMP_WAIT_POLICY=passive"
  [lowest]="OMP_NUM_THREADS=2 OMP_WAIT_POLICY=passive ATEN_CPU_CAPABILITY=default MKL_CBWR=COMPATIBLE ONEDNN_MAX_CPU_ISA=SSE41"
)
chosen=("$@")
[ $# -gt 0 ] || chosen=("${names[@]}")

run_test() { # NAME LOG VARIABLE=VALUE...
  local name=$1 log=$2; shift 2
  env "$@" "tests/$name" --gtest_brief=1 > "$log" 2>&1 || { echo "  FAILED $name"; grep -E '^\[  FAILED  \]|Failure$' "$log" | sort -u | head -n 20; }
}
export -f run_test

passed=0 failed=0
grep -m 1 'model name' /proc/cpuinfo
cd "$build"
for name in "${chosen[@]}"; do
  [ -n "${settings[$name]:-}" ] || { echo "unknown setting '$name', expected one of ${names[*]}" >&2; exit 2; }
  start=$(date +%s)
  read -ra variables <<< "${settings[$name]}"
  # Not: architecture (reads the tree).
  problems=$(ls tests | grep -E '^test_[a-z0-9]+$' | grep -v architecture |
    xargs -P "$jobs" -I {} bash -c 'run_test "$@"' _ {} "$scratch/$name-{}.log" "${variables[@]}")
  if [ -z "$problems" ]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
  echo "$name (${settings[$name]//$scratch\//}): ${problems:-passed}, $(($(date +%s) - start)) s"
done

# Emulated Intel processors: one without AVX2, and one with it, on which MKL and the rest find an Intel processor and take
# what they would take there. Only tests that compute in their own process; those that start the program do not emulate it.
if command -v qemu-x86_64 > /dev/null; then
  text=$(qemu-x86_64 -cpu Nehalem "$build/flanmoe" --version 2>&1 || true)
  if [[ $text == "flanmoe: error: this processor has no AVX2"* ]]; then passed=$((passed + 1)); echo "no AVX2 (Nehalem, emulated): stops with a sentence"
  else failed=$((failed + 1)); echo "no AVX2 (Nehalem, emulated): FAILED, it said: $text"; fi
  start=$(date +%s) problems=""
  for name in kernels tensor moe model golden decode run analysis study eval; do
    log=$scratch/haswell-$name.log
    OMP_NUM_THREADS=1 qemu-x86_64 -cpu Haswell "tests/test_$name" --gtest_brief=1 > "$log" 2>&1 ||
      problems+="  FAILED test_$name $(grep -E '^\[  FAILED  \]|Failure$' "$log" | sort -u | head -n 20)"
  done
  if [ -z "$problems" ]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
  echo "Intel with AVX2 (Haswell, emulated): ${problems:-passed}, $(($(date +%s) - start)) s"
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
