#!/usr/bin/env python3
"""Recomputes every verdict of a study's results.json from its records alone, with code of its own (docs/statistics.md).

  recompute_results.py RESULTS.json...

Status 1 and one line per difference when an answer, its look, its p-values or a shown interval says otherwise.
"""

import importlib.util
import json
import math
import pathlib

SCRIPT = pathlib.Path(__file__).parent / "statistics" / "recompute.py"
spec = importlib.util.spec_from_file_location("recompute", SCRIPT)
recompute = importlib.util.module_from_spec(spec)
spec.loader.exec_module(recompute)


def protocol_of(results):
    """Looks and alpha stand in the study's configuration, as YAML of one known form."""
    found = {}
    inside = False
    for line in results["config"].splitlines():
        if not line.startswith(" "):
            inside = line.startswith("protocol:")
        elif inside:
            key, _, value = line.strip().partition(": ")
            found[key] = value
    return [int(look) for look in found["looks"].strip("[]").split(",")], float(found["alpha"])


def measures_of(results):
    return {record["measure"]: {
        "suites": [task["suite"] for task in record["tasks"]],
        "scores": {arm: [run["scores"] for run in runs] for arm, runs in record["arms"].items()},
        "standard_errors": {arm: [run["standard_error"] for run in runs] for arm, runs in record["arms"].items()},
    } for record in results["records"]}


def mean_of(parts):
    coefficients = {}
    for part in parts:
        for arm, weight in part["weights"].items():
            coefficients[arm] = coefficients.get(arm, 0.0) + weight / len(parts)
    return coefficients


def question_of(verdict):
    parts = verdict["parts"] if verdict["joint"] else [{"weights": mean_of(verdict["parts"])}]
    return {"id": verdict["id"], "margin": verdict["margin"],
            "parts": [{"measure": part.get("measure", verdict["measure"]), "coefficients": part["weights"]}
                      for part in parts]}


def check_shown(study, verdict):
    """The 95% interval of each part over all seeds."""
    faults = []
    for part in verdict["parts"]:
        rows = {"measure": part.get("measure", verdict["measure"]), "coefficients": part["weights"]}
        estimated = recompute.estimate_of_part(study, rows, None)
        half = recompute.half_width(estimated, 0.05)
        half = 0.0 if half == math.inf else half
        for key, value in (("mean", estimated["mean"]), ("low", estimated["mean"] - half), ("high", estimated["mean"] + half)):
            if not math.isclose(value, part["interval"][key], rel_tol=1e-4, abs_tol=1e-6):
                faults.append(f"{verdict['id']}, {part['label']}: {key} recomputed {value}, there {part['interval'][key]}")
    return faults


def check(path):
    results = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
    looks, alpha = protocol_of(results)
    study = {"looks": looks, "alpha": alpha, "measures": measures_of(results)}
    verdicts = results["verdicts"]
    families = [[verdict for verdict in verdicts if verdict["primary"]]] + [[v] for v in verdicts if not v["primary"]]
    faults = []
    for family in filter(None, families):
        judged = recompute.judge(study | {"questions": [question_of(verdict) for verdict in family]})
        for verdict, judgement in zip(family, judged):
            look = looks[judgement["look"] - 1] if judgement["look"] else 0
            ours = {"answer": judgement["decision"], "look": look, "difference_p": judgement["difference_p"],
                    "equality_p": judgement["equality_p"], "difference_level": judgement["difference_level"],
                    "equality_level": judgement["equality_level"]}
            there = {key: verdict[key] for key in ours}
            faults += recompute.differences_between(f"{path}: {verdict['id']}", ours, there)
            faults += check_shown(study, verdict)
            print(f"{verdict['id']}: {judgement['decision']}, p {judgement['difference_p']:.4f}, "
                  f"of equal {judgement['equality_p']:.4f}")
    return faults


if __name__ == "__main__":
    recompute.run(__doc__, check)
