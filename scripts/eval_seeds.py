#!/usr/bin/env python3
"""Evaluates several models with random weights on MMLU (test) and the QA suite, and prints each score's mean over the
models with its 95% interval (Student's t). One such model has a favourite answer and misses chance by what that answer
is worth; their mean must not. ARC's options are ranked in three ways and, as they differ in length, the score of always
taking the shortest is printed too. Finished evaluations in OUT are used again.

usage: eval_seeds.py FLANMOE_BINARY DATA_FOLDER OUT_FOLDER SEED...
"""
import json
import os
import statistics
import subprocess
import sys
from collections import defaultdict

BINARY, DATA, OUT = sys.argv[1:4]
SEEDS = sys.argv[4:]
SHAPE = ["model.d_model=64", "model.d_kv=16", "model.num_heads=4", "model.d_ff=128", "model.num_layers=2",
         "model.num_decoder_layers=2"]
STUDENT = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571, 6: 2.447, 7: 2.365, 8: 2.306, 9: 2.262}  # 97.5%


def evaluate(model, name, *arguments):
    folder = os.path.join(OUT, f"{name}-{os.path.basename(model)}")
    subprocess.run([BINARY, "eval", model, "--data", DATA, "--out", folder, "-q", *arguments], check=True,
                   stdout=subprocess.DEVNULL)
    tasks = defaultdict(list)
    for file in sorted(os.listdir(os.path.join(folder, "samples"))):
        with open(os.path.join(folder, "samples", file)) as lines:
            tasks[file.removesuffix(".jsonl")] = [json.loads(line) for line in lines]
    return tasks


def percent(values):
    return 100 * statistics.mean(values)


def by_rule(items, rule):
    """The score of taking the option of the largest value, as the ranking records it."""
    return percent([max(item["ranking"], key=lambda option: option[rule])["target"] in item["targets"] for item in items])


def by_length(items):
    """The score of taking the option of the fewest tokens; ties are shared."""
    scores = []
    for item in items:
        lengths = [round(option["sum"] / option["per_token"]) for option in item["ranking"]]
        shortest = [option["target"] in item["targets"] for option, length in zip(item["ranking"], lengths)
                    if length == min(lengths)]
        scores.append(statistics.mean(shortest))
    return percent(scores)


def measure(seed, scores):
    model = os.path.join(OUT, f"seed-{seed}")
    if not os.path.isdir(model):
        subprocess.run([BINARY, "init", "t5_v1_1_small", "--seed", seed, "--out", model, "-q", "--tokenizer",
                        os.path.join(DATA, "tokenizer/t5_spiece.model"), *SHAPE], check=True)
    mmlu = evaluate(model, "mmlu", "--suite", "mmlu", "split=test", "prompts=direct")
    scores["MMLU, over items"].append(percent([item["score"] for items in mmlu.values() for item in items]))
    scores["MMLU, over tasks"].append(statistics.mean(percent([item["score"] for item in items])
                                                      for items in mmlu.values()))
    qa = evaluate(model, "qa", "--suite", "qa", "--skip-missing")
    scores["BoolQ"].append(percent([item["score"] for item in qa["boolq"]]))
    for task in ("arc_easy", "arc_challenge"):
        for rule in ("sum", "per_token", "unconditional"):
            scores[f"{task}, {rule}"].append(by_rule(qa[task], rule))
        scores[f"{task}, the shortest option"].append(by_length(qa[task]))


def main():
    scores = defaultdict(list)
    for seed in SEEDS:
        measure(seed, scores)
        print(f"seed {seed} done", file=sys.stderr, flush=True)
    print("| score | each model | mean (95% interval) |\n|---|---|---|")
    for name, values in scores.items():
        mean = statistics.mean(values)
        half = STUDENT[len(values) - 1] * statistics.stdev(values) / len(values) ** 0.5
        print(f"| {name} | {', '.join(f'{value:.1f}' for value in values)} | {mean:.1f} ({mean - half:.1f} to {mean + half:.1f}) |")


main()
