#!/usr/bin/env python3
"""Recomputes an evaluation from its samples alone, with code of its own, and compares exactly.

  recompute.py FOLDER                  a folder that `flanmoe eval --out` wrote
  recompute.py FOLDER --majority TASK=ROWS   also: FOLDER is a majority baseline, TASK's rows are of our JSONL format

Every item's score (accuracy, exact match, numbers, token F1, and ROUGE-L where no two words could have one stem; other
items' are taken from the sample), by every ranking where options were ranked, every task's score and standard error, every suite's mean, the
normalised average. Status 1 and one line per difference when something differs.
"""

import collections
import json
import math
import pathlib
import re
import string
import sys

TOLERANCE = 1e-9
faults = []


def differ(what, ours, theirs):
    if not math.isclose(ours, theirs, rel_tol=TOLERANCE, abs_tol=TOLERANCE):
        faults.append(f"{what}: recomputed {ours!r}, there {theirs!r}")


# ---- metrics of one item ----


def squad(text):
    text = "".join(c for c in text.lower() if c not in string.punctuation)
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", text).split())


def plain(text):
    """Lower case, no articles and punctuation, but the point inside a number and the minus before one stay."""
    text = text.lower()
    kept = []
    for i, c in enumerate(text):
        digit_next = i + 1 < len(text) and text[i + 1].isdigit()
        digit_before = i > 0 and text[i - 1].isdigit()
        stays = (c == "." and digit_before and digit_next) or (c == "-" and digit_next)
        if stays or c not in string.punctuation:
            kept.append(c)
    return " ".join(word for word in "".join(kept).split() if word not in ("a", "an", "the"))


def key(text):
    """A text of nothing but punctuation ("] )") is told apart as it is written."""
    return plain(text) or " ".join(text.lower().split())


def accuracy(prediction, targets):
    return float(any(key(prediction) == key(target) for target in targets))


def exact_match(prediction, targets):
    return float(any(squad(prediction) == squad(target) for target in targets))


def token_f1(prediction, targets):
    def f1(target):
        said, wanted = squad(prediction).split(), squad(target).split()
        if not said or not wanted:
            return float(said == wanted)
        same = sum((collections.Counter(said) & collections.Counter(wanted)).values())
        if same == 0:
            return 0.0
        precision, recall = same / len(said), same / len(wanted)
        return 2 * precision * recall / (precision + recall)

    return max(f1(target) for target in targets)


def number(text):
    """A text that is nothing but a number, else None."""
    text = text.strip().replace(",", "").replace("$", "")
    return float(text) if re.fullmatch(r"-?\d+(\.\d+)?", text) else None


def number_match(prediction, targets):
    said, wanted = number(prediction), [number(target) for target in targets]
    if said is None or None in wanted:
        return None
    return float(any(abs(said - w) <= 1e-6 * max(abs(said), abs(w)) for w in wanted))


def rouge_l(prediction, targets):
    """None where two different words begin alike: they could have one stem."""

    def f1(target):
        said, wanted = (re.findall(r"[a-z0-9]+", text.lower()) for text in (prediction, target))
        if any(s != w and s[0] == w[0] and max(len(s), len(w)) > 3 for s in said for w in wanted):
            return None
        longest = [[0] * (len(wanted) + 1) for _ in range(len(said) + 1)]
        for i, s in enumerate(said):
            for j, w in enumerate(wanted):
                longest[i + 1][j + 1] = longest[i][j] + 1 if s == w else max(longest[i][j + 1], longest[i + 1][j])
        return 2 * longest[-1][-1] / (len(said) + len(wanted)) if longest[-1][-1] else 0.0

    scores = [f1(target) for target in targets]
    return None if None in scores else max(scores)


METRICS = {
    "accuracy": accuracy,
    "exact_match": exact_match,
    "number_match": number_match,
    "token_f1": token_f1,
    "rouge_l": rouge_l,
}


def item_score(metric, sample):
    """The score of a sample by our own metric; None where it has none."""
    if sample["refused"]:
        return 0.0
    if not sample["prediction"]:
        return 0.0
    if len(set(map(key, sample["options"]))) < len(sample["options"]):
        return None  # the place of an option decides; a text that stands there twice is right once
    if sample["ranking"]:
        return accuracy(sample["prediction"], sample["targets"])
    if metric in METRICS and sample["prediction"] != "(any option)":
        return METRICS[metric](sample["prediction"], sample["targets"])
    return None


# ---- ranking ----


def best_option(sample, ranking):
    scores = [option[ranking] for option in sample["ranking"]]
    return sample["options"][scores.index(max(scores))]


# Ours -> the harness's name of the accuracy by it.
RANKINGS = {
    "sum": "acc",
    "per_token": "acc_per_token",
    "per_character": "acc_norm",
    "per_byte": "acc_bytes",
    "unconditional": "acc_mutual_info",
}


def check_ranking(where, sample):
    """Sums over the length of what was scored, and whether the item is right by each ranking."""
    for option in sample["ranking"]:
        differ(f"{where}: per character", option["sum"] / len(option["target"]), option["per_character"])
        differ(f"{where}: per byte", option["sum"] / len(option["target"].encode()), option["per_byte"])
    if len(set(map(key, sample["options"]))) < len(sample["options"]):
        return  # as in item_score
    for ranking in RANKINGS if sample["ranking"] else ():
        score = accuracy(best_option(sample, ranking), sample["targets"])
        differ(f"{where}: by {ranking}", score, sample["by_ranking"][ranking])


def check_by_ranking(name, task, scored):
    for ranking, value in task["by_ranking"].items():
        score, error = clustered([{**sample, "score": sample["by_ranking"][ranking]} for sample in scored])
        differ(f"{name}: by {ranking}", score, value["score"])
        differ(f"{name}: standard error by {ranking}", error, value["standard_error"])


# ---- tasks, suites, the average ----


def clustered(samples):
    """Mean and standard error in percent, items of a passage together."""
    if not samples:
        return 0.0, 0.0
    scores = [sample["score"] for sample in samples]
    mean = math.fsum(scores) / len(scores)
    sums = collections.defaultdict(list)
    for i, sample in enumerate(samples):
        sums[("passage", sample["cluster_id"]) if sample["cluster_id"] else ("item", i)].append(sample["score"] - mean)
    squares = math.fsum(math.fsum(part) ** 2 for part in sums.values())
    count = len(sums)
    correction = count / (count - 1) if count > 1 else 1.0
    return 100 * mean, 100 * math.sqrt(correction * squares) / len(scores)


CORPUS_METRICS = ("pearson", "spearman", "macro_f1", "consistency", "bleu")


def check_task(name, task, samples, ranking):
    samples = [sample for sample in samples if sample["prompting"] == task["prompting"]]
    for sample in samples:
        where = f"{name}, item {sample['id']}"
        score = item_score(task["metric"], sample)
        if score is not None:
            differ(where, score, sample["score"])
        check_ranking(where, sample)
        if sample["ranking"] and best_option(sample, ranking) != sample["prediction"]:
            faults.append(f"{where}: the best option is {best_option(sample, ranking)!r}, not {sample['prediction']!r}")
    scored = [sample for sample in samples if not sample["refused"]]
    counts = {
        "num_items": len(samples),
        "num_scored": len(scored),
        "num_refused": len(samples) - len(scored),
        "num_unanswered": sum(not sample["prediction"] for sample in scored),
        "num_truncated": sum(sample["truncated"] for sample in samples),
        "num_contexts_cut": sum(sample["context_cut"] for sample in samples),
        "num_exemplars_dropped": sum(sample["num_exemplars_dropped"] for sample in samples),
        "num_unended": sum(not sample["ended"] for sample in samples),
    }
    for key, count in counts.items():
        if count != task[key]:
            faults.append(f"{name}: {key}: recomputed {count}, there {task[key]}")
    check_by_ranking(name, task, scored)
    if task["metric"] in CORPUS_METRICS:
        return task["score"], task["standard_error"]
    score, error = clustered(scored)
    differ(f"{name}: score", score, task["score"])
    differ(f"{name}: standard error", error, task["standard_error"])
    return score, error


def check_suite(name, suite, scores, tasks):
    members = suite["tasks"]
    count = len(members)
    differ(f"{name}: score", sum(scores[m][0] for m in members) / count, suite["score"])
    differ(f"{name}: standard error", math.sqrt(sum(scores[m][1] ** 2 for m in members)) / count, suite["standard_error"])
    items = sum(tasks[m]["num_scored"] for m in members)
    pooled = sum(scores[m][0] * tasks[m]["num_scored"] for m in members) / max(items, 1)
    differ(f"{name}: pooled score", pooled, suite["pooled_score"])
    normalised = [100 * (scores[m][0] - tasks[m]["chance"]) / (100 - tasks[m]["chance"]) for m in members]
    differ(f"{name}: normalised", sum(normalised) / count, suite["normalised"])
    return sum(normalised) / count


def check_layout(results, tasks, scores):
    """The part that the harness's users read says the same."""
    for name, (score, error) in scores.items():
        row = results["results"][name]
        metric = next(key[: -len(",none")] for key in row if key.endswith(",none") and "_stderr" not in key)
        scale = 1 if metric == "bleu" else 100
        differ(f"results/{name}", score / scale, row[f"{metric},none"])
        differ(f"results/{name}, stderr", error / scale, row[f"{metric}_stderr,none"])
        by_ranking = tasks[name]["by_ranking"] if tasks[name]["metric"] == "accuracy" else {}
        for ranking, value in by_ranking.items():
            differ(f"results/{name}, {ranking}", value["score"] / 100, row[f"{RANKINGS[ranking]},none"])
        if results["n-samples"][name]["effective"] != tasks[name]["num_items"]:
            faults.append(f"n-samples/{name}: {results['n-samples'][name]}")


def check_majority(folder, task_name, rows_file):
    rows = [json.loads(line) for line in open(rows_file, encoding="utf-8")]
    counts = collections.Counter(row["answers"][0] for row in rows)
    most = max(counts.values())
    first = next(option for option in rows[0]["options"] if counts[option] == most)
    right = 100 * sum(row["answers"][0] == first for row in rows) / len(rows)
    results = json.load(open(folder / "results.json", encoding="utf-8"))
    differ(f"majority of {task_name}", right, results["flanmoe"]["tasks"][task_name]["score"])


def main():
    folder = pathlib.Path(sys.argv[1])
    results = json.load(open(folder / "results.json", encoding="utf-8"))
    ours = results["flanmoe"]
    scores = {}
    for name, task in ours["tasks"].items():
        with open(folder / "samples" / (task["task"].replace("/", "_") + ".jsonl"), encoding="utf-8") as file:
            samples = [json.loads(line) for line in file]
        suites = results["config"]["suites"]
        ranking = suites.get(task["suite"], suites.get("tasks", {"ranking": "sum"}))["ranking"]
        scores[name] = check_task(name, task, samples, ranking)
    normalised = {name: check_suite(name, suite, scores, ours["tasks"]) for name, suite in ours["suites"].items()}
    whole = [normalised[name] for name, suite in ours["suites"].items() if not suite["category"]]
    differ("normalised average", sum(whole) / len(whole), ours["normalised_average"])
    check_layout(results, ours["tasks"], scores)
    if "--majority" in sys.argv:
        task_name, rows_file = sys.argv[sys.argv.index("--majority") + 1].split("=", 1)
        check_majority(folder, task_name, rows_file)
    for fault in faults[:20]:
        print(fault)
    print(f"{folder}: {len(scores)} tasks, {len(faults)} differences")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
