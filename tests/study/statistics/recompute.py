#!/usr/bin/env python3
"""Recomputes verdicts of a study from the scores of its runs alone, with code of its own (docs/statistics.md).

  recompute.py FILE.json...

A file holds one family of questions, an object:

  looks, alpha   [4, 8, 12, 16], 0.05
  measures       {"heldout": {"suites": ["exam", "exam", "qa"], one per task,
                              "scores": {ARM: [[one per task], one row per seed]},
                              "standard_errors": {ARM: [over items, of a seed's value]}, may be left out}}
  questions      [{"id", "margin", "parts": [P], "judgement": J}]
  P              {"measure": "heldout", "coefficients": {ARM: 1, OTHER: -0.5, THIRD: -0.5}}
  J              {"decision", "look", "difference_p", "equality_p", "difference_level", "equality_level",
                 "parts": [{"mean", "half_width"}]}, any of it left out; half_width is that of the level that decides

Prints one line per question. Status 1 and one line per difference where a judgement says otherwise.
"""

import functools
import json
import math
import sys

# ---- Student's t, by the power series of the incomplete beta function ----


def log_beta(a, b):
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)


def incomplete_beta(a, b, x):
    if x <= 0 or x >= 1:
        return min(max(x, 0.0), 1.0)
    if x > (a + 1) / (a + b + 2):
        return 1 - incomplete_beta(b, a, 1 - x)
    total = term = 1.0
    n = 0
    while term > 1e-17 * total:
        term *= x * (a + b + n) / (a + 1 + n)
        total += term
        n += 1
    return math.exp(a * math.log(x) + b * math.log1p(-x) - log_beta(a, b)) * total / a


def upper_tail(t, degrees):
    """P(T > t), t >= 0."""
    return incomplete_beta(degrees / 2, 0.5, degrees / (degrees + t * t)) / 2


def upper_quantile(tail, degrees):
    """The t with P(T > t) = tail < 1/2, by halving the interval of its angle."""
    low, high = 0.0, math.pi / 2
    for _ in range(100):
        middle = (low + high) / 2
        if upper_tail(math.sqrt(degrees) * math.tan(middle), degrees) > tail:
            low = middle
        else:
            high = middle
    return math.sqrt(degrees) * math.tan(low)


# ---- one contrast ----


def sum_of_squares(values):
    return sum(v * v for v in values) - sum(values) ** 2 / len(values)


def estimate(differences, suites, item_variance=0.0):
    """Of rows [seed][task]: mean, and (variance, degrees of freedom) by the seeds alone and with the tasks."""
    num_seeds = len(differences)
    by_suite = [[t for t, name in enumerate(suites) if name == suite] for suite in dict.fromkeys(suites)]
    weights = {t: 1 / (len(by_suite) * len(tasks)) for tasks in by_suite for t in tasks}
    means = [sum(weights[t] * row[t] for t in weights) for row in differences]
    mean = sum(means) / num_seeds
    nothing_known = item_variance == 0 and max(means) - min(means) <= 1e-9 * max(1, *map(abs, means))
    if num_seeds == 1 or nothing_known:
        return {"mean": mean, "seeds": (math.inf, 0), "all": (math.inf, 0)}
    from_mean = [m - mean for m in means]
    seeds = (max(sum(m * m for m in from_mean) / (num_seeds - 1), item_variance) / num_seeds, num_seeds - 1)
    total, spread, fewest = seeds[0], seeds[0] ** 2 / seeds[1], seeds[1]
    for tasks in by_suite:
        n = len(tasks)
        if n < 2:
            continue
        # Sums of squares of the table: all = seeds + tasks + rest. Shifted, so that they lose no digits.
        shift = sum(differences[0][t] for t in tasks) / n
        table = [[row[t] - shift for t in tasks] for row in differences]
        of_all = sum_of_squares([v for row in table for v in row])
        of_seeds = sum_of_squares([sum(row) for row in table]) / n
        of_tasks = sum_of_squares([sum(column) for column in zip(*table)]) / num_seeds
        squared_weights = sum(weights[t] ** 2 for t in tasks)
        between = squared_weights * of_tasks / (n - 1) / num_seeds
        rest = squared_weights * (of_all - of_seeds - of_tasks) / ((n - 1) * (num_seeds - 1)) / num_seeds
        if between > rest:
            total += between - rest
            spread += between**2 / (n - 1) + rest**2 / ((n - 1) * (num_seeds - 1))
            fewest = min(fewest, n - 1)
    degrees = max(fewest, total**2 / spread) if spread > 0 else fewest
    return {"mean": mean, "seeds": seeds, "all": (total, degrees)}


def tail_of(estimated, distance):
    """One-sided p of a distance >= 0, that of the wider interval."""

    def tail(variance, degrees):
        if variance == math.inf:
            return 0.5
        if variance == 0:
            return 0.5 if distance == 0 else 0.0
        return upper_tail(distance / math.sqrt(variance), degrees)

    return max(tail(*estimated["seeds"]), tail(*estimated["all"]))


def half_width(estimated, level):
    if estimated["seeds"][0] == math.inf:
        return math.inf
    return max(upper_quantile(level / 2, degrees) * math.sqrt(variance)
               for variance, degrees in (estimated["seeds"], estimated["all"]))


def equality_p(estimated, margin):
    room = margin - abs(estimated["mean"])
    tail = tail_of(estimated, abs(room))
    return tail if room > 0 else 1 - tail


# ---- looks: the nominal level of each, so that all together have level alpha ----


def simpson(values, step):
    return step / 3 * (values[0] + values[-1] + 4 * sum(values[1:-1:2]) + 2 * sum(values[2:-1:2]))


def cosine_integral(power):
    """Integral of cos^power over (-pi/2, pi/2)."""
    return math.exp(log_beta((power + 1) / 2, 0.5))


def overall_level(looks, nominal):
    """Chance that a t-test of this level finds a difference at some look where there is none; x = T / sqrt(n - 1)."""
    steps, places = 48, 48
    bounds = [upper_quantile(nominal / 2, n - 1) / math.sqrt(n - 1) for n in looks]
    quiet = [1.0] * (places + 1)  # by the angle of x at a look: no look before it found anything
    for n, more, bound, next_bound in zip(looks, looks[1:], bounds, bounds[1:]):
        width = math.atan(bound)
        half_b = math.exp(log_beta((n - 1) / 2, (more - n - 1) / 2)) / 2
        scale = 1 / (cosine_integral(more - 3) * half_b)

        def quiet_at(x, table=quiet, width=width):
            place = min(math.atan(x) / width, 1.0) * places
            near = min(max(round(place), 1), places - 1)  # Lagrange's parabola through the three nearest
            x = place - near
            return table[near - 1] * x * (x - 1) / 2 + table[near] * (1 - x * x) + table[near + 1] * x * (x + 1) / 2

        def inner(a, moved):
            """The density of a times the integral over b, where |x| stays inside the bound."""
            top = abs(moved + math.sqrt((more - n) / more) * math.sin(a)) / math.cos(a)
            if top >= bound:
                return 0.0
            first = math.asin(top / bound)
            step = (math.pi / 2 - first) / steps
            values = []
            for i in range(steps + 1):
                sine = math.sin(first + i * step)
                values.append(sine ** (n - 2) * max(0.0, 1 - sine * sine) ** ((more - n - 2) / 2) *
                              quiet_at(top / sine if sine > 0 else 0.0))
            return math.cos(a) ** (more - 3) * simpson(values, step)

        def quiet_given(next_x):
            free, moved = math.sqrt((more - n) / more), math.sqrt(n / more) * next_x
            radius = math.hypot(free, bound)
            if abs(moved) >= radius:
                return 0.0
            reach, turn = math.atan2(bound, free), math.asin(moved / radius)
            low, high = max(-math.pi / 2, -reach - turn), min(math.pi / 2, reach - turn)
            step = math.pi / steps
            values = [0.0]
            for i in range(1, steps):
                u = -math.pi / 2 + i * step
                values.append(math.cos(u) * inner((low + high) / 2 + (high - low) / 2 * math.sin(u), moved))
            return scale * (high - low) / 2 * simpson(values + [0.0], step)

        quiet = [quiet_given(math.tan(math.atan(next_bound) * i / places)) for i in range(places + 1)]
    step = math.atan(bounds[-1]) / places
    values = [math.cos(i * step) ** (looks[-1] - 2) * q for i, q in enumerate(quiet)]
    return 1 - 2 * simpson(values, step) / cosine_integral(looks[-1] - 2)


@functools.lru_cache(maxsize=None)
def nominal_level(looks, alpha):
    """By the secant rule on logarithms."""
    least = alpha / len(looks)
    known = [(math.log(n), math.log(overall_level(looks, n) / alpha)) for n in (least, 1.3 * least)]
    while abs(known[-1][1]) > 1e-9 and abs(known[-1][0] - known[-2][0]) > 1e-12:
        (x0, y0), (x1, y1) = known[-2:]
        x = x1 - y1 * (x1 - x0) / (y1 - y0)
        known.append((x, math.log(overall_level(looks, math.exp(x)) / alpha)))
    return math.exp(known[-1][0])


# ---- a family of questions ----


def differences_of(study, part):
    scores = study["measures"][part["measure"]]["scores"]
    rows = [scores[arm] for arm in part["coefficients"]]
    return [[sum(c * row[t] for c, row in zip(part["coefficients"].values(), of_seed)) for t in range(len(of_seed[0]))]
            for of_seed in zip(*rows)]


def item_variance_of(study, part, num_seeds):
    """Mean over seeds of the variance that the items alone give a combination of independent runs."""
    errors = study["measures"][part["measure"]].get("standard_errors")
    if not errors:
        return 0.0
    of_seeds = [sum((c * e) ** 2 for c, e in zip(part["coefficients"].values(), of_seed))
                for of_seed in list(zip(*(errors[arm] for arm in part["coefficients"])))[:num_seeds]]
    return sum(of_seeds) / len(of_seeds)


def estimate_of_part(study, part, num_seeds):
    return estimate(differences_of(study, part)[:num_seeds], study["measures"][part["measure"]]["suites"],
                    item_variance_of(study, part, num_seeds))


def look_at(study, question, num_seeds):
    """Estimates and p-values of the first seeds; None of all of them."""
    parts = [estimate_of_part(study, part, num_seeds) for part in question["parts"]]
    ps = [min(1.0, 2 * tail_of(part, abs(part["mean"]))) for part in parts]
    yes = max(p if part["mean"] > 0 else 1.0 for p, part in zip(ps, parts))
    no = min(1.0, len(parts) * min(p if part["mean"] < 0 else 1.0 for p, part in zip(ps, parts)))
    return {"parts": parts, "difference_p": min(yes, no), "sign": "yes" if yes <= no else "no",
            "equality_p": max(equality_p(part, question["margin"]) for part in parts)}


def judge(study):
    """One judgement per question, in order."""
    looks, alpha, questions = tuple(study["looks"]), study["alpha"], study["questions"]

    def difference_level(left):
        return nominal_level(looks, alpha / left)

    def equality_level(left):
        return nominal_level(looks, 2 * alpha / left) / 2

    start = {"decision": "undecided", "look": 0, "difference_level": difference_level(len(questions)),
             "equality_level": equality_level(len(questions))}
    judgements = [look_at(study, question, None) | start for question in questions]
    for k, num_seeds in enumerate(looks):
        now = []
        for question, judgement in zip(questions, judgements):
            if judgement["decision"] == "undecided" and len(differences_of(study, question["parts"][0])) >= num_seeds:
                judgement.update(look_at(study, question, num_seeds), look=k + 1)
                now.append(judgement)
        for judgement in sorted(now, key=lambda j: j["equality_p"]):
            left = len(questions) - sum(j["decision"] == "equal" for j in judgements)
            judgement["equality_level"] = equality_level(left)
            if judgement["equality_p"] < judgement["equality_level"]:
                judgement["decision"] = "equal"
        for judgement in sorted(now, key=lambda j: j["difference_p"]):
            left = len(questions) - sum(j["decision"] in ("yes", "no") for j in judgements)
            judgement["difference_level"] = difference_level(left)
            if judgement["decision"] != "equal" and judgement["difference_p"] < judgement["difference_level"]:
                judgement["decision"] = judgement["sign"]
    for judgement in judgements:
        equal = judgement["decision"] == "equal"
        level = 2 * judgement["equality_level"] if equal else judgement["difference_level"]
        judgement["parts"] = [{"mean": p["mean"], "half_width": half_width(p, level)} for p in judgement["parts"]]
    return judgements


def differences_between(name, ours, theirs):
    """Lines; `theirs` may leave things out. JSON has no infinity: null stands for it."""
    if isinstance(theirs, dict):
        return [line for key in theirs for line in differences_between(f"{name}: {key}", ours[key], theirs[key])]
    if isinstance(theirs, list):
        return [line for i, item in enumerate(theirs) for line in differences_between(f"{name} {i + 1}", ours[i], item)]
    if isinstance(ours, float):
        theirs = math.inf if theirs is None else theirs
        same = math.isclose(ours, theirs, rel_tol=1e-4, abs_tol=1e-7)  # levels have about five digits
    else:
        same = ours == theirs
    return [] if same else [f"{name}: recomputed {ours!r}, there {theirs!r}"]


def check(path):
    """Prints what is recomputed of one file; lines that say what differs."""
    with open(path) as file:
        study = json.load(file)
    faults = []
    for question, judgement in zip(study["questions"], judge(study)):
        parts = ", ".join(f"{part['mean']:+.2f} +- {part['half_width']:.2f}" for part in judgement["parts"])
        print(f"{question['id']}: {judgement['decision']} at look {judgement['look']}, {parts}, "
              f"p {judgement['difference_p']:.4f}, of equal {judgement['equality_p']:.4f}")
        faults += differences_between(f"{path}: {question['id']}", judgement, question.get("judgement", {}))
    return faults


def run(usage, checked):
    """Checks the files named on the command line and leaves: status 1 where `checked` finds a fault."""
    if len(sys.argv) < 2:
        sys.exit(usage)
    faults = [fault for name in sys.argv[1:] for fault in checked(name)]
    for line in faults:
        print(line, file=sys.stderr)
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    run(__doc__, check)
