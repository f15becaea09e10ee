"""Loading and greedy decoding of T5-base and Switch-base-16 with random weights, batch 1, float32: flanmoe beside
transformers, in turns on the same machine and with the same number of threads. Prints a table.

usage: bench_decode.py FLANMOE_BINARY [ROUNDS]
"""
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time

os.environ["HF_HUB_OFFLINE"] = "1"
import torch
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

BINARY, ROUNDS = os.path.abspath(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 5
TOKENS = 64
PROMPT = "the red lamp stands near the river and who keeps the green boat"
MODELS = {"T5-base": ["t5_v1_0_base"],
          "Switch-base-16": ["switch_base", "model.moe.num_experts=16", "model.moe.expert_capacity=64"]}


def flanmoe(*arguments):
    done = subprocess.run([BINARY, *arguments], capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(done.stderr)
    return done


def ours(folder):
    log = flanmoe("generate", folder, PROMPT, f"max_new_tokens={TOKENS}", f"min_new_tokens={TOKENS}", "-v").stderr
    load, peak = re.search(r"loaded in ([\d.]+) s, peak memory (\d+) bytes", log).groups()
    return float(load), int(peak), TOKENS / float(re.search(rf"{TOKENS} tokens in ([\d.]+) s", log).group(1))


def theirs(model, source):
    start = time.perf_counter()
    with torch.no_grad():
        model.generate(source, max_new_tokens=TOKENS, min_new_tokens=TOKENS, do_sample=False)
    return TOKENS / (time.perf_counter() - start)


def measure(name, preset, scratch, spiece):
    folder = os.path.join(scratch, name)
    flanmoe("init", *preset, "--tokenizer", spiece, "--out", folder, "-q")
    weights = os.path.getsize(os.path.join(folder, "model.safetensors"))
    start = time.perf_counter()
    model = AutoModelForSeq2SeqLM.from_pretrained(folder).eval()
    their_load = time.perf_counter() - start
    source = AutoTokenizer.from_pretrained(folder, use_fast=False)(PROMPT, return_tensors="pt").input_ids
    theirs(model, source)
    ours(folder)  # warms the cache, as theirs is warm
    loads, peak, our_rates, their_rates = [], 0, [], []
    for _ in range(ROUNDS):
        load, peak, rate = ours(folder)
        loads.append(load)
        our_rates.append(rate)
        their_rates.append(theirs(model, source))
    ratio = statistics.median(a / b for a, b in zip(our_rates, their_rates))
    print(f"| {name} | {weights / 1e6:,.0f} MB | {max(loads):.2f} s (theirs {their_load:.1f} s) | {peak / weights:.2f} x "
          f"| {statistics.median(our_rates):.1f} ({min(our_rates):.1f} to {max(our_rates):.1f}) "
          f"| {statistics.median(their_rates):.1f} ({min(their_rates):.1f} to {max(their_rates):.1f}) | {ratio:.2f} x |",
          flush=True)


def main():
    print(f"{torch.get_num_threads()} threads, {TOKENS} tokens, {ROUNDS} rounds in turns; tokens per second with range\n")
    print("| model | weights | slowest load | peak memory after it | flanmoe | transformers | ratio |\n|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as scratch:
        text, spiece = os.path.join(scratch, "text.txt"), os.path.join(scratch, "spiece.model")
        with open(text, "w") as file:
            for first in range(12):
                file.write(f"{PROMPT[first:]}\n{PROMPT[:first]} the boat\n")
        flanmoe("tokenizer", "train", text, "--pieces", "30", "--out", spiece, "-q")
        for name, preset in MODELS.items():
            measure(name, preset, scratch, spiece)


main()
