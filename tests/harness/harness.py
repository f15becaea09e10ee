#!/usr/bin/env python3
"""Ranks options with flanmoe and with EleutherAI's lm-evaluation-harness (its encoder-decoder backend) and compares item by item.

  harness.py FLANMOE DATA [--arc N] [--mmlu N] [--model FOLDER] [--keep FOLDER]

Both read the same model folder (a random one of flanmoe init unless --model names another). The harness gets task files and rows
that are made here from the raw files of DATA with code of its own; flanmoe asks its suite `harness`. Compared: acc, acc_norm,
acc_bytes and acc_mutual_info of every item, and the log-likelihood of every option. A score that differs is put down to rounding
only where the two best options are closer than ROUNDING by both programs. Status 1 when any other score differs.
"""

import argparse
import csv
import gzip
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

os.environ.update(HF_HUB_OFFLINE="1", HF_DATASETS_OFFLINE="1", TRANSFORMERS_OFFLINE="1", TOKENIZERS_PARALLELISM="false")

METRICS = {"acc": "sum", "acc_norm": "per_character", "acc_bytes": "per_byte", "acc_mutual_info": "unconditional"}
FAR = 1e-4  # nats: a difference of log-likelihoods that is told
ROUNDING = 1e-4  # nats (per character, byte) between two options that rounding may put in either order
LENGTH = 512  # tokens of a prompt: what the harness takes for T5's tokenizer


# ---- rows from the raw files ----


def arc_rows(file):
    """Alpaca's form: the question, then "Answer1: .. Answer2: ..", then the form of an answer."""
    rows = []
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        text = lines.read()
    for record in json.loads(text):
        question, options = record["instruction"].split("\n\nAnswer1:", 1)
        options = options.split("\n\nAnswer format:")[0]
        question = question.replace("Please choose the correct answer to the question:", "", 1)
        options = re.split(r"\s+Answer\d+:", options)
        rows.append({
            "question": question.strip(),
            "choices": [option.strip() for option in options],
            "gold": int(record["answer"].removeprefix("answer")) - 1,
        })
    return rows


def mmlu_rows(file):
    with open(file, encoding="utf-8", newline="") as lines:
        return [{
            "question": cells[0].strip(),
            "choices": [cell.strip() for cell in cells[1:5]],
            "gold": "ABCD".index(cells[5].strip()),
        } for cells in csv.reader(lines)]


# ---- the harness's task files ----


def write_rows(folder, name, rows):
    file = folder / f"{name}.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return str(file)


def write_task(folder, name, rows, layout, dev=()):
    files = {"test": write_rows(folder, name, rows)}
    task = {
        "task": name,
        "dataset_path": "json",
        "test_split": "test",
        "output_type": "multiple_choice",
        "num_fewshot": 0,
        "metric_list": [{"metric": metric, "aggregation": "mean", "higher_is_better": True} for metric in METRICS],
        **layout,
    }
    if dev:
        files["dev"] = write_rows(folder, name + "_dev", dev)
        task.update(fewshot_split="dev", fewshot_config={"sampler": "first_n"}, num_fewshot=len(dev))
    task["dataset_kwargs"] = {"data_files": files}
    (folder / f"{name}.yaml").write_text(json.dumps(task, indent=1), encoding="utf-8")


ARC = {"doc_to_text": "Question: {{question}}\nAnswer:", "doc_to_target": "{{gold}}", "doc_to_choice": "{{choices}}"}


def mmlu_layout(subject):
    options = "".join(f"{letter}. {{{{choices[{i}]}}}}\n" for i, letter in enumerate("ABCD"))
    return {
        "description": f"The following are multiple choice questions (with answers) about {subject}.\n\n",
        "doc_to_text": "{{question.strip()}}\n" + options + "Answer:",
        "doc_to_choice": ["A", "B", "C", "D"],
        "doc_to_target": "gold",
    }


def write_tasks(folder, data, arc_limit, mmlu_limit, shots):
    """Names as in flanmoe's suite, and how many rows of each."""
    names = {}
    for name, part in (("arc_easy", "ARC-Easy"), ("arc_challenge", "ARC-Challenge")):
        rows = arc_rows(data / "arc" / part / "test.json.gz")[:arc_limit] if not shots else []
        if rows:
            write_task(folder, f"harness_{name}", rows, ARC)
            names[f"harness_{name}"] = len(rows)
    for file in sorted((data / "mmlu/test").glob("*_test.csv")):
        subject = file.name.removesuffix("_test.csv")
        rows = mmlu_rows(file)[:mmlu_limit]
        dev = mmlu_rows(data / "mmlu/dev" / f"{subject}_dev.csv")[:shots]
        write_task(folder, f"harness_mmlu_{subject}", rows, mmlu_layout(subject.replace("_", " ")), dev)
        names[f"harness_mmlu_{subject}"] = len(rows)
    return names


def ask_harness(folder, model, names, length):
    import lm_eval
    from lm_eval.tasks import TaskManager

    results = lm_eval.simple_evaluate(
        model="hf",
        model_args={"pretrained": str(model), "backend": "seq2seq", "use_fast_tokenizer": False, "max_length": length, "dtype": "float32"},
        tasks=list(names),
        task_manager=TaskManager(include_path=str(folder), include_defaults=False),
        log_samples=True,
        bootstrap_iters=0,
        batch_size=16,
        device="cpu",
    )
    return {name: sorted(samples, key=lambda sample: sample["doc_id"]) for name, samples in results["samples"].items()}


# ---- flanmoe ----


def ask_flanmoe(binary, model, data, out, tasks, limit, more):
    command = [binary, "eval", model, "--suite", "harness", "--data", data, "--tasks", tasks, "--limit", limit, "--out", out, *more]
    subprocess.run([str(word) for word in command], check=True, stdout=subprocess.DEVNULL)
    samples = {}
    for file in sorted((out / "samples").glob("*.jsonl")):
        samples[file.stem] = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    return samples


# ---- the comparison ----


def margin(values):
    first, second = sorted(values, reverse=True)[:2]
    return first - second


class Comparison:
    def __init__(self, name):
        self.name = name
        self.items = self.options = 0
        self.largest = 0.0
        self.far = {}  # item -> largest difference of its options
        self.equal = dict.fromkeys(METRICS, 0)
        self.rounded = dict.fromkeys(METRICS, 0)
        self.differing = []
        self.right = {metric: [0, 0] for metric in METRICS}

    def add(self, task, theirs, ours):
        if [option["target"] for option in ours["ranking"]] != self.targets(theirs):
            self.differing.append(f"{task} {ours['id']}: other options")
            return
        self.items += 1
        likelihoods = [float(response[0][0]) for response in theirs["resps"]]
        count = len(ours["ranking"])
        conditional, alone = likelihoods[:count], likelihoods[count:]
        values = {
            "acc": conditional,
            "acc_norm": [value / len(text) for value, text in zip(conditional, self.targets(theirs))],
            "acc_bytes": [value / len(text.encode()) for value, text in zip(conditional, self.targets(theirs))],
            "acc_mutual_info": [a - b for a, b in zip(conditional, alone)],
        }
        for option, value in zip(ours["ranking"], conditional):
            self.options += 1
            difference = abs(option["sum"] - value)
            self.largest = max(self.largest, difference)
            if difference > FAR:
                self.far[f"{task} {ours['id']}"] = max(difference, self.far.get(f"{task} {ours['id']}", 0.0))
        for metric, ranking in METRICS.items():
            there, here = theirs[metric], ours["by_ranking"][ranking]
            self.right[metric][0] += there
            self.right[metric][1] += here
            own = [option[ranking] for option in ours["ranking"]]
            if there == here:
                self.equal[metric] += 1
            elif max(margin(values[metric]), margin(own)) < ROUNDING:
                self.rounded[metric] += 1
            else:
                self.differing.append(f"{task} {ours['id']} {metric}: there {there} of {values[metric]}, here {here} of {own}")

    @staticmethod
    def targets(theirs):
        arguments = theirs["arguments"]
        texts = [pair["arg_1"] for pair in arguments.values()] if isinstance(arguments, dict) else [pair[1] for pair in arguments]
        return [text.strip() for text in texts[: len(texts) // 2]]

    def show(self):
        print(f"{self.name}: {self.items} items, {self.options} options, largest difference of a log-likelihood {self.largest:.2e}")
        for metric in METRICS:
            there, here = (100 * right / max(self.items, 1) for right in self.right[metric])
            print(f"  {metric:<16} harness {there:5.2f}%  flanmoe {here:5.2f}%  items equal {self.equal[metric]}, "
                  f"different by rounding {self.rounded[metric]}, different {sum(metric + ':' in line for line in self.differing)}")
        if self.far:
            worst = sorted(self.far.items(), key=lambda item: -item[1])
            print(f"  log-likelihoods more than {FAR} apart in {len(worst)} items:", *(f"{item} ({value:.1e});" for item, value in worst[:10]))
        for line in self.differing[:10]:
            print("  ", line)


def compare(names, theirs, ours):
    comparisons = {}
    for task in names:
        group = "MMLU" if "mmlu" in task else "ARC"
        comparison = comparisons.setdefault(group, Comparison(group))
        if len(theirs[task]) != len(ours[task]):
            comparison.differing.append(f"{task}: {len(theirs[task])} items there, {len(ours[task])} here")
        for a, b in zip(theirs[task], ours[task]):
            comparison.add(task, a, b)
    return list(comparisons.values())


def random_model(binary, data, folder):
    sizes = {"d_model": 64, "d_kv": 16, "num_heads": 4, "d_ff": 128, "num_layers": 2, "num_decoder_layers": 2}
    command = [binary, "init", "t5_v1_1_small", "--out", folder, "--tokenizer", data / "tokenizer/t5_spiece.model", "--seed", 1]
    command += [f"model.{key}={value}" for key, value in sizes.items()]
    subprocess.run([str(word) for word in command], check=True, stdout=subprocess.DEVNULL)
    return folder


def run(arguments, folder):
    binary, data = pathlib.Path(arguments.flanmoe).resolve(), pathlib.Path(arguments.data).resolve()
    model = pathlib.Path(arguments.model).resolve() if arguments.model else random_model(binary, data, folder / "model")
    differing = 0
    # Without exemplars as the suite is; with two, at a length that cuts nothing.
    for shots, length, mmlu_limit in ((0, LENGTH, arguments.mmlu), (2, 4096, min(4, arguments.mmlu))):
        tasks = folder / f"tasks-{shots}"
        tasks.mkdir()
        names = write_tasks(tasks, data, arguments.arc, mmlu_limit, shots)
        theirs = ask_harness(tasks, model, names, length)
        more = [f"shots={shots}", f"source_length={length}"]
        ours = ask_flanmoe(binary, model, data, folder / f"mmlu-{shots}", "harness_mmlu_*", mmlu_limit, more)
        if not shots:
            ours.update(ask_flanmoe(binary, model, data, folder / "arc", "harness_arc_*", arguments.arc, more))
        for comparison in compare(names, theirs, ours):
            comparison.name += f", {shots} exemplars"
            comparison.show()
            differing += len(comparison.differing)
    print("every item agrees" if differing == 0 else f"{differing} differences")
    return 1 if differing else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("flanmoe")
    parser.add_argument("data")
    parser.add_argument("--arc", type=int, default=500, help="items of ARC easy and as many of ARC challenge")
    parser.add_argument("--mmlu", type=int, default=18, help="items of each of MMLU's 57 subjects")
    parser.add_argument("--model", help="a T5 folder in the place of a random one")
    parser.add_argument("--keep", help="work in this new folder and leave it")
    arguments = parser.parse_args()
    if arguments.keep:
        folder = pathlib.Path(arguments.keep)
        folder.mkdir(parents=True)
        return run(arguments, folder.resolve())
    with tempfile.TemporaryDirectory() as folder:
        return run(arguments, pathlib.Path(folder))


if __name__ == "__main__":
    sys.exit(main())
