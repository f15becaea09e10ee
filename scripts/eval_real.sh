#!/usr/bin/env bash
# Evaluates a model with random weights on the real files: every suite that the data folder has, and checks that every
# item is accounted for and that every number follows from the samples. Scores of such a model are chance; the run is
# about the tool. Usage: scripts/eval_real.sh BUILD_FOLDER DATA_FOLDER OUT_FOLDER
set -euo pipefail
build=$1 data=$2 out=$3
run="$build/flanmoe"
mkdir -p "$out"
if [ ! -d "$out/model" ]; then
  "$run" init t5_v1_1_small --out "$out/model" --tokenizer "$data/tokenizer/t5_spiece.model" \
    model.d_model=64 model.d_kv=16 model.num_heads=4 model.d_ff=128 model.num_layers=2 model.num_decoder_layers=2
fi

evaluate() { # NAME ARGUMENTS...
  local name=$1; shift
  local start; start=$(date +%s)
  "$run" eval "$out/model" --data "$data" --out "$out/$name" "$@" > "$out/$name.txt"
  python3 tests/eval/recompute.py "$out/$name"
  echo "$name: $(($(date +%s) - start)) s"
}

evaluate mmlu_test --suite mmlu split=test prompts=direct
evaluate qa --suite qa --skip-missing
evaluate bbh --suite bbh --limit 20 source_length=1024 max_new_tokens=32
evaluate mmlu_cot --suite mmlu prompts=cot --limit 4 source_length=1024 max_new_tokens=32
evaluate reasoning --suite reasoning --skip-missing --limit 50 max_new_tokens=48
evaluate niv2 --suite niv2 --limit 20 source_length=1024 max_new_tokens=32
evaluate finetune --suite finetune --skip-missing --limit 100
