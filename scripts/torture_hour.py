"""What an hour of scripts/torture.py does at least: every kind of fault so often that a rare one would have shown.

What by_hand wants of kind after kind comes first, mixed by chance, then whatever else can be listed. Trials are as in
scripts/torture_trials.py; those that only an hour has room for stand here: files damaged byte by byte and cut, odd
values, odd files in every place that takes one, odd names, folders shared by several processes.
"""
import errno
import json
import os
import re
import shutil
import signal
import socket
import time
from pathlib import Path

from torture_trials import (COMMANDS, Trial, copy, difference, fault_at, finish, flip, flipped_bit,
                            full_disk, kill, killed_at_random, killed_study, little_memory, poisoned, stopped, study_results,
                            torn_tail, two_processes, wait, flipped_bit_scored)

NO_NUMBER = re.compile(r"[\[:,]\s*(null|-?nan|-?inf|NaN|-?Infinity)\b")
CHECKPOINT = ("config.json generation_config.json manifest.json model.safetensors special_tokens_map.json spiece.model "
              "tokenizer_config.json train_state/optimizer.safetensors train_state/state.json").split()
CUTS = {"cut to nothing": lambda data: b"", "cut to a byte": lambda data: data[:1], "cut to half": lambda data: data[:len(data) // 2],
        "cut by a byte": lambda data: data[:-1], "missing": lambda data: None, "a byte longer": lambda data: data + b"x",
        "zeros": lambda data: bytes(len(data))}


# ---- damaged files ----

def change(file, how):
    data = how(file.read_bytes())
    file.unlink()
    if data is not None:
        file.write_bytes(data)


def goes_on(setting, folder, named):
    """The training in `folder`/copy goes on to the straight bits, or `named` is."""
    ended = setting.run(setting.words("pretrain", folder))
    if (fault := ended.fault((0, 2))) is not None:
        return fault
    if ended.status == 2:
        return None if any(name in ended.err for name in named) else f"none of {named} is named: {ended.err[-300:]}"
    for damaged in folder.rglob("*damaged*"):
        if damaged.is_dir():
            shutil.rmtree(damaged)
    return difference(setting, "pretrain", folder)


def newest(folder):
    return max((folder / "out/checkpoints").glob("step-*"), key=lambda path: int(path.name[5:]))


def changed_checkpoint(setting, name, what):
    def run(folder):
        folder = folder / "copy"
        copy(setting.half("pretrain", 6), folder)
        change(newest(folder) / name, CUTS[what])
        return goes_on(setting, folder, (Path(name).name, "manifest"))

    return Trial("a file of a checkpoint cut, longer, missing or zeros", f"{name} {what}", run)


MANIFESTS = ["", "{", "{}", "[]", "null", "3", '"x"', '{"files": {}}', '{"files": []}', '{"files": null}',
             '{"files": {"../x": {"bytes": 1, "checksum": ""}}}', '{"files": {"' + "n" * 5000 + '": {"bytes": 1, "checksum": ""}}}',
             '{"files": {"config.json": {"bytes": -1, "checksum": ""}}}', '{"files": {"config.json": {"bytes": "1"}}}', "[" * 100000,
             "\ufeff{}", '{"files": {"config.json": {}}, "files": {}}', "{}\0"]
STEPS = ["step-", "step-x", "step--1", "step-99999999999999999999", "step-1e3", "step-007", "step-8.damaged", "STEP-9"]


def odd_manifest(setting, text):
    def run(folder):
        folder = folder / "copy"
        copy(setting.half("pretrain", 6), folder)
        (newest(folder) / "manifest.json").write_text(text)
        return goes_on(setting, folder, ("manifest",))

    return Trial("odd manifests", repr(text[:60]), run)


def odd_step(setting, name):
    def run(folder):
        folder = folder / "copy"
        copy(setting.half("pretrain", 6), folder)
        odd = folder / "out/checkpoints" / name
        odd.mkdir()
        ended = setting.run(setting.words("pretrain", folder))
        if (fault := ended.fault((0, 2))) is not None or ended.status == 2:
            return fault or (None if name in ended.err else f"{name} is not named: {ended.err[-300:]}")
        for left in odd.parent.iterdir():
            if left.name == name or left.name.startswith(f"{name}.damaged"):
                shutil.rmtree(left)
        return difference(setting, "pretrain", folder)

    return Trial("odd folders beside checkpoints", name, run)


ASKED = {"score": ["Is snow warm?", "yes", "no", "--tokens"], "generate": ["Who is it?", "--json", "max_new_tokens=6"]}


def plain_model(setting, folder):
    """As others write them, without a manifest that would notice."""
    shutil.copytree(setting.paths["m"], folder / "model")
    (folder / "model/manifest.json").unlink()
    return folder / "model"


def sound(ended):
    """No checksum tells what is damaged: a sentence, or finite numbers."""
    if (fault := ended.fault((0, 1, 2))) is not None:
        return fault
    return "a number that is none was written, exit status 0" if ended.status == 0 and NO_NUMBER.search(ended.out) else None


def flipped_plain(setting, name, verb, rng):
    place = 0.0, rng.random(), rng.randrange(8)

    def run(folder):
        model = plain_model(setting, folder)
        alone = folder / "alone"
        alone.mkdir()
        (model / name).rename(alone / name)
        flip(alone, place).rename(model / name)
        return sound(setting.run([verb, str(model), *ASKED[verb]]))

    return Trial(f"one bit of a folder without a manifest, {name}, {verb}", f"{place}", run)


def cut_plain(setting, name, what):
    def run(folder):
        model = plain_model(setting, folder)
        words = ["score", str(model), *ASKED["score"]]
        before = setting.run(words)
        change(model / name, CUTS[what])
        ended = setting.run(words)
        if (fault := sound(ended)) is not None:
            return fault
        return f"another answer with {name} {what}" if ended.status == 0 and ended.out != before.out else None

    return Trial("a file of a folder without a manifest cut", f"{name} {what}", run)


def flipped_generating(setting, rng):
    place = rng.random(), rng.random(), rng.randrange(8)

    def run(folder):
        shutil.copytree(setting.paths["m"], folder / "model")
        words = ["generate", str(folder / "model"), *ASKED["generate"]]
        before = setting.run(words)
        file = flip(folder / "model", place)
        ended = setting.run(words)
        if (fault := ended.fault((0, 2))) is not None:
            return fault
        free = file.name in ("manifest.json", "generation_config.json") or "train_state" in file.parts
        return f"another answer with a damaged {file.name}" if ended.status == 0 and ended.out != before.out and not free else None

    return Trial("one bit of a checkpoint, generate", f"{place}", run)


def flipped_cache(setting, rng):
    place = rng.random(), rng.random(), rng.randrange(8)

    def run(folder):
        shutil.copytree(setting.straight("instruct")[0] / "out-cache", folder / "out-cache")
        flip(folder / "out-cache", place)
        ended = setting.run(setting.words("instruct", folder))
        if (fault := ended.fault((0, 2))) is not None:
            return fault
        if ended.status == 2:
            return None if "out-cache" in ended.err else f"the cache is not named: {ended.err[-300:]}"
        shutil.rmtree(folder / "out-cache")
        shutil.copytree(setting.straight("instruct")[0] / "out-cache", folder / "out-cache")
        return difference(setting, "instruct", folder)

    return Trial("one bit of a token cache", f"{place}", run)


def flipped_sample(setting, rng):
    place = rng.random(), rng.random(), rng.randrange(8)

    def run(folder):
        folder = folder / "copy"
        copy(setting.straight("eval")[0], folder)
        (folder / "out/results.json").unlink()
        file = flip(folder / "out/samples", place)
        ended = setting.run(setting.words("eval", folder, again=True))
        if (fault := ended.fault((0, 2))) is not None:
            return fault
        if ended.status == 2:
            return None if file.name in ended.err else f"{file.name} is not named: {ended.err[-300:]}"
        return difference(setting, "eval", folder)

    return Trial("one bit of an evaluation's samples", f"{place}", run)


# ---- processes beside each other ----

def killed_anew(setting, name, rng):
    """SIGKILL again and again of what begins anew each time: nothing is left at its end but what it makes."""
    delays = [rng.uniform(0.05, 0.95) for _ in range(rng.randint(4, 7))]

    def run(folder):
        length = setting.straight(name)[2]
        for delay in delays:
            process = setting.start(setting.words(name, folder))
            time.sleep(delay * length)
            kill(process, signal.SIGKILL)
            if (fault := wait(process).fault((0, 2, 137))) is not None:
                return fault
        if not (folder / COMMANDS[name].out).exists():
            return finish(setting, name, folder, again=False)
        return difference(setting, name, folder)

    return Trial(f"SIGKILL at random, {name}", f"after {[round(delay, 2) for delay in delays]}", run, kills=len(delays))


def killed_child(setting, rng):
    """One cell of a study: it is named with its log, and the next study ends as if nothing had happened."""
    delay = rng.uniform(0, 0.5)

    def run(folder):
        words = ["study", "smoke", "--out", str(folder / "out")]
        process = setting.start(words)
        killed = False
        while process.poll() is None and not killed:
            time.sleep(0.02)
            for child in children_of(process.pid):
                time.sleep(delay)
                killed = kill_one(child) or killed
                break
        ended = wait(process)
        if not killed:
            return "no cell was found to kill"
        if (fault := ended.fault((0, 1))) is not None:
            return fault
        if ended.status == 1 and ("log" not in ended.err or "seed-" not in ended.err):
            return f"cell and log are not named: {ended.err[-300:]}"
        ended = setting.run(words)
        if (fault := ended.fault((0,))) is not None:
            return fault
        return None if study_results(folder / "out") == setting.study() else "other results than undisturbed"

    return Trial("SIGKILL of a cell, study", f"after {delay:.2f} s", run, kills=1)


def children_of(pid):
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(stat.read_text().rsplit(")", 1)[1].split()[1]) == pid:
                yield int(stat.parent.name)
        except (OSError, IndexError):
            continue


def kill_one(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def two_studies(setting, delay):
    def run(folder):
        words = ["study", "smoke", "--out", str(folder / "out")]
        first = setting.start(words)
        time.sleep(delay)
        ended = [wait(setting.start(words)), wait(first)]
        for one in ended:
            if (fault := one.fault((0, 2))) is not None:
                return fault
        if sorted(one.status for one in ended) != [0, 2]:
            return f"exit statuses {[one.status for one in ended]}, expected 0 and 2"
        loser = next(one for one in ended if one.status == 2)
        if "another study" not in loser.err and "another process" not in loser.err:
            return f"the loser was not told why: {loser.err[-200:]}"
        return None if study_results(folder / "out") == setting.study() else "other results than undisturbed"

    return Trial("two processes, study", f"the second after {delay:.2f} s", run)


def one_cache(setting, rng):
    """Four trainings that share a token cache; in some the first, who builds it, is killed."""
    delay = rng.uniform(0, 0.6) if rng.random() < 0.5 else None

    def run(folder):
        words = setting.words("instruct", folder)
        out = words.index("--out") + 1
        processes = []
        for i in range(4):
            processes.append(setting.start(words[:out] + [str(folder / f"out{i}")] + words[out + 1:]))
        if delay is not None:
            time.sleep(delay)
            kill(processes[0], signal.SIGKILL)
        weights = "checkpoints/step-8/model.safetensors"
        expected = (setting.straight("instruct")[0] / "out" / weights).read_bytes()
        for i, process in enumerate(processes):
            ended = wait(process)
            if (fault := ended.fault((0, 137) if i == 0 and delay is not None else (0,))) is not None:
                return fault
            if ended.status == 0 and (folder / f"out{i}" / weights).read_bytes() != expected:
                return "other weights than alone"
        left = [str(path) for path in folder.glob("out-cache.tmp-*")]
        return f"left behind: {left}" if left else None

    return Trial("four trainings, one token cache", f"killed after {delay}", run)


def interrupted_twice(setting, name, delay):
    def run(folder):
        length = setting.straight(name)[2]
        process = setting.start(setting.words(name, folder))
        time.sleep(delay * length)
        kill(process, signal.SIGINT)
        time.sleep(0.01)
        kill(process, signal.SIGINT)
        return wait(process).fault((0, 130)) or finish(setting, name, folder, again=True, older=False)

    return Trial(f"SIGINT twice, {name}", f"after {delay:.2f}", run)


def stopped_study(setting, number, delay):
    def run(folder):
        words = ["study", "smoke", "--out", str(folder / "out")]
        process = setting.start(words)
        time.sleep(delay)
        kill(process, number)
        if (fault := wait(process).fault((0, 128 + number))) is not None:
            return fault
        ended = setting.run(words)
        if (fault := ended.fault((0,))) is not None:
            return fault
        return None if study_results(folder / "out") == setting.study() else "other results than undisturbed"

    return Trial(f"{signal.Signals(number).name}, study", f"after {delay:.2f} s", run)


def waiting_for_input(setting, words, number):
    """Nobody is at the other end of standard input: the signal ends it at once."""
    def run(folder):
        reading, writing = os.pipe()
        process = setting.start([word.replace("{m}", str(setting.paths["m"])) for word in words], stdin=reading)
        time.sleep(1.0)
        kill(process, number)
        ended = wait(process, 20)
        os.close(reading)
        os.close(writing)
        return ended.fault((128 + number,))

    return Trial(f"{signal.Signals(number).name}, waiting for input", " ".join(words), run)


def short_calls(setting, name, seed):
    """Every read and write of its files moves fewer bytes than asked, or is interrupted."""
    def run(folder):
        ended = setting.run(setting.words(name, folder), below=folder, short=seed)
        return ended.fault((0,)) or difference(setting, name, folder)

    return Trial(f"short reads and writes, {name}", f"seed {seed}", run)


def full_disk_study(setting, bytes_left):
    def run(folder):
        words = ["study", "smoke", "--out", str(folder / "out")]
        ended = setting.run(words, below=folder, space=bytes_left)
        if (fault := ended.fault((0, 1))) is not None:
            return fault
        ended = setting.run(words)
        if (fault := ended.fault((0,))) is not None:
            return fault
        return None if study_results(folder / "out") == setting.study() else "other results than undisturbed"

    return Trial("full disk, study", f"{bytes_left} bytes of each process", run)


# ---- odd values, files and names ----

KEYS = """model.vocab_size model.d_model model.d_kv model.num_heads model.d_ff model.num_layers model.num_decoder_layers model.logit_scale
model.dropout model.relative_buckets model.relative_max_distance model.layer_norm_epsilon model.init_scale model.moe.num_experts model.moe.k
model.moe.jitter model.moe.capacity_factor_train model.moe.expert_capacity model.moe.group_size model.moe.balance_loss num_sentinels
corpus.source_length corpus.noise_density corpus.mean_span_length corpus.rows_per_batch corpus.held_out_share train.steps train.accumulate
train.log_every train.keep_checkpoints train.loader_threads train.optimizer.learning_rate train.optimizer.warmup_steps
train.optimizer.clip_norm""".split()
VALUES = ["1000000000", "2147483648", "4294967296", "9223372036854775807", "9223372036854775808", "-1", "0", "nan", "inf", "-inf", "1e400",
          '"1000000000"', "1.5", '""', "[]", "{}", "true", "0x10", "1_000", "\u0663"]


def odd_value(setting, key, value):
    """Refused by name, or done; what is long as asked ends when it is told to."""
    def run(folder):
        words = setting.words("pretrain", folder)
        process = setting.start([*words, "train.steps=2", f"{key}={value}"], memory=8 << 30)
        ended = wait(process, 15, signal.SIGTERM)
        if (fault := ended.fault((0, 1, 2, 143))) is not None:
            return fault
        if ended.status == 2 and key.split(".")[-1] not in ended.err:
            return f"the key is not named: {ended.err[-300:]}"
        return None

    return Trial("odd values of settings", f"{key}={value}", run)


PLACES = [place.split() for place in """train pretrain data={x} --out {out}
train pretrain data={w} corpus.files=["{x}"] --out {out}
train pretrain data={w} tokenizer={x} --out {out}
train pretrain data={w} init={x} --out {out}
train pretrain data={w} train.eval_every=1 validation.files=["{x}"] --out {out}
train pretrain data={w} train.eval_every=1 validation.tasks=["{x}"] --out {out}
train pretrain data={w} train.steps=1 --out {x}
train {x} --out {out}
train instruct data={w} init={m} mixture.tasks=["{x}"] --out {out}
train instruct data={w} init={m} train.steps=1 mixture.cache={x} --out {out}
eval {x} --data {w} tasks=["{data}/heldout/exam"]
eval {m} --data {x} tasks=["{data}/heldout/exam"]
eval {m} --data {w} tasks=["{x}"]
eval {m} --data {w} --suite {x}
eval --predictions {x} --data {w} tasks=["{data}/heldout/exam"]
eval {m} --data {w} tasks=["{data}/heldout/exam"] --limit 2 --out {x}
eval --compare {x} {x}
generate {x} Who?
generate {m} --input {x} max_new_tokens=2
generate {m} Who? --output {x} max_new_tokens=2
generate {m} Who? --output {x} --resume max_new_tokens=2
generate {m} Who? --routing-table {x} max_new_tokens=2
score {x} Who? I you
score {m} --input {x}
score {m} Who? I you --output {x}
score {m} Who? I you --logits {x}
analyze {x} --data {w} tasks=["{data}/heldout/exam"]
analyze {m} --data {x} tasks=["{data}/heldout/exam"]
analyze {m} --data {w} --suite {x}
analyze {m} --data {w} tasks=["{data}/heldout/exam"] --texts 4 --out {x}
data list {x}
data show {x}
data show --corpus --data {x}
data show {w}/tasks --tokenizer {x}
data stats {x} --data {w}
data check {x} --against {w}/heldout
data check {w}/heldout/exam --against {x}
data check --corpus {x} --against {w}/heldout
data check {w}/heldout/exam --against {w}/heldout --out {x}
data build {x} --data {w} --tokenizer {w}/spiece.model --out {out}
data build {w}/mixture.yaml --data {w} --tokenizer {x} --out {out}
data build {w}/mixture.yaml --data {w} --tokenizer {w}/spiece.model --examples 9 --out {x}
data make num_facts=120 vocab_pieces=900 examples_per_task=8 --out {x}
tokenizer encode {x} text
tokenizer info {x}
tokenizer train {x} --pieces 40 --out {out}
tokenizer train {p} --pieces 40 --whole-words {x} --out {out}
tokenizer train {p} --pieces 40 --out {x}
init {x} --out {out}
init gshard_small model.d_model=16 model.d_ff=16 model.num_layers=1 model.num_decoder_layers=1 --tokenizer {x} --out {out}
inspect {x}
convert {x} --out {out}
convert {m} --out {x}
upcycle {x} --routing gshard --out {out}
twin {x}
twin gshard_small --out {x}
study smoke --data {x} kind=real --out {out}""".splitlines()]
FILES = ["a folder", "/dev/zero", "/dev/null", "a socket", "a loop of links", "a link to nothing", "an empty file", "random bytes"]
NAMES = ["a b", " a", "a ", "-a", "--a", "a\nb", "a\tb", "a\x1b[31mb", "a\rb", "a\x7fb", "*", "?", "[a]", "{a}", "{data}", "$HOME", "~", "a'b",
         'a"b', "a\\b", "a:b", "a,b", "a=b", "a#b", "%s%n", "\u00e4\u6f22\U0001f600", "a\u0301", "\u202eab", "x" * 255, "x" * 256, b"a\xff\xfeb"]
NAMED = [words for words in PLACES if "{x}" in words and words[-1] == "{x}"]


def put_file(kind, path):
    if kind == "a folder":
        path.mkdir()
    elif kind.startswith("/dev/"):
        path.symlink_to(kind)
    elif kind == "a socket":
        here = socket.socket(socket.AF_UNIX)
        here.bind(str(path))
        here.close()
    elif kind == "a loop of links":
        path.symlink_to(path.name)
    elif kind == "a link to nothing":
        path.symlink_to("nowhere")
    else:
        path.write_bytes(b"" if kind == "an empty file" else os.urandom(5000))


def filled(setting, place, folder, x):
    values = {"out": folder / "made", **setting.paths}
    for word in place:
        for name, value in values.items():
            word = word.replace("{" + name + "}", str(value))
        before, found, behind = word.partition("{x}")
        yield os.fsencode(before) + os.fsencode(x) + os.fsencode(behind) if found else word


def told(ended):
    if (fault := ended.fault((0, 1, 2, 3))) is not None:
        return fault
    return "control characters reach the terminal" if re.search(r"[\x00-\x08\x0b-\x1f\x7f]", ended.err) else None


def odd_file(setting, place, kind):
    def run(folder):
        put_file(kind, folder / "x")
        return told(setting.run(list(filled(setting, place, folder, folder / "x")), memory=6 << 30))

    return Trial("odd files in the place of others", f"{kind}: {' '.join(place)}", run)


def odd_name(setting, place, name):
    def run(folder):
        (folder / "in").mkdir()
        x = os.fsencode(folder / "in") + b"/" + os.fsencode(name)
        return told(setting.run(list(filled(setting, place, folder, x)), memory=6 << 30))

    return Trial("odd names", f"{name!r}: {' '.join(place)}", run)


# ---- which ----

def by_hand(setting, rng):
    """(trials, how many of them an hour must hold); what is random is made in that number."""
    def every(make, number, *what):
        return [make(setting, *what, rng) for _ in range(number)], number

    def kills(make, number, *what):
        trials = []
        while sum(trial.kills for trial in trials) < number:
            trials.append(make(setting, *what, rng))
        return trials, len(trials)

    yield from (kills(killed_at_random, number, name) for name, number in {
        "pretrain": 133, "adamw": 61, "instruct": 44, "eval": 42, "txt": 39, "jsonl": 27, "beams": 21}.items())
    yield from (kills(killed_anew, number, name) for name, number in {"build": 43, "make": 32, "convert": 10, "upcycle": 10, "init": 10}.items())
    yield kills(killed_study, 27)
    yield [killed_study(setting, rng, 0.3) for _ in range(2)], 2
    yield every(killed_child, 2)
    yield from save_faults(setting, rng)
    yield first_faults(setting)
    yield every(flipped_bit, 525)
    yield [changed_checkpoint(setting, name, what) for name in CHECKPOINT for what in CUTS], 63
    yield [odd_manifest(setting, text) for text in MANIFESTS], 18
    yield [odd_step(setting, name) for name in STEPS], 8
    yield every(flipped_cache, 75)
    for verb in ASKED:
        for name, number in {"model.safetensors": 60, "config.json": 50, "spiece.model": 25, "tokenizer_config.json": 10,
                             "generation_config.json": 25}.items():
            yield every(flipped_plain, number, name, verb)
    yield every(flipped_bit_scored, 30)
    yield every(flipped_generating, 30)
    plain = [name for name in CHECKPOINT if "/" not in name and name != "manifest.json"]
    yield [cut_plain(setting, name, what) for name in plain for what in CUTS], 42
    yield every(flipped_sample, 20)
    for name, pattern in {"pretrain": "metrics.jsonl", "eval": "samples/*.jsonl", "jsonl": "out.jsonl", "txt": "out.txt", "beams": "out.jsonl"}.items():
        yield every(torn_tail, 5, name, pattern)
    for name, number in {"pretrain": 16, "eval": 8, "jsonl": 6, "score": 6, "build": 8, "make": 6}.items():
        yield [two_processes(setting, name, rng.choice([0, 0, rng.random()])) for _ in range(number)], number
    yield [two_studies(setting, delay) for delay in (0, 0.5, 5)], 3
    yield every(one_cache, 6)
    for verb in ("eval", "score", "generate", "sampling", "analyze", "training"):
        yield every(poisoned, 4, verb)
    yield from stops(setting, rng)
    for name, number in {"pretrain": 31, "jsonl": 5, "txt": 5, "eval": 12, "build": 4, "make": 3, "convert": 4, "init": 5, "upcycle": 2,
                         "score": 2, "vocabulary": 2, "twin": 2}.items():
        yield [full_disk(setting, name, int(2 ** rng.uniform(0, 20))) for _ in range(number)], number
    yield [full_disk_study(setting, int(2 ** rng.uniform(4, 20))) for _ in range(4)], 4
    for name in ("pretrain", "eval", "jsonl", "make", "init", "score"):
        yield [little_memory(setting, name, size) for size in range(460, 1100, 22)], 29
    for name in ("pretrain", "instruct", "eval", "jsonl", "build", "make"):
        yield [short_calls(setting, name, seed) for seed in range(1, 6)], 5
    yield [odd_value(setting, key, value) for key in KEYS for value in VALUES], 680
    yield [odd_file(setting, place, kind) for place in PLACES for kind in FILES], 423
    yield [odd_name(setting, place, name) for place in NAMED for name in NAMES], 424


def stops(setting, rng):
    for name in COMMANDS:
        numbers = [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1]
        yield [stopped(setting, name, number, rng.uniform(0.02, 1.0)) for number in numbers], 4
    for name in ("pretrain", "eval", "jsonl"):
        yield [interrupted_twice(setting, name, rng.uniform(0.3, 0.9)) for _ in range(2)], 2
    for number in (signal.SIGTERM, signal.SIGINT):
        yield [stopped_study(setting, number, rng.uniform(1, 10))], 1
    for words in (["generate", "{m}"], ["generate", "{m}", "--interactive"], ["score", "{m}"], ["tokenizer", "encode", "{m}"]):
        for number in (signal.SIGTERM, signal.SIGINT):
            yield [waiting_for_input(setting, words, number)], 1


# How many calls of a save are killed at, and fail with an error, before the rest of them.
KILLS = {"write": 32, "fsync": 30, "rename": 9, "mkdir": 2, "open": 21}
FAILING = {"write": {"ENOSPC": 128, "EIO": 26, "EDQUOT": 19, "EINTR": 15}, "fsync": {"EIO": 30, "ENOSPC": 15, "EDQUOT": 10, "EINTR": 10, "EINVAL": 6},
           "rename": {"EIO": 9, "ENOSPC": 9, "EDQUOT": 9}, "mkdir": {"EIO": 2, "ENOSPC": 2, "EDQUOT": 2}, "close": {"EIO": 41},
           "open": {"EIO": 82, "EMFILE": 28, "EACCES": 21}, "read": {"EIO": 23}, "mmap": {"ENOMEM": 9}, "stat": {"EIO": 17}, "readdir": {"EIO": 26}}


def save_faults(setting, rng):
    """Of the calls of a run that goes on and saves one checkpoint; where they are fewer, those of three checkpoints."""
    for call, errors in FAILING.items():
        at = lambda what, label, step: [fault_at(setting, "pretrain", step, call, n, what, label)
                                        for n in range(1, setting.counts("pretrain", step).get(call, 0) + 1)]
        wanted = [(what, getattr(errno, what), number) for what, number in errors.items()]
        wanted += [("SIGKILL", "kill", KILLS[call])] if call in KILLS else []
        for label, what, number in wanted:
            trials = at(what, label, 10)
            more = at(what, label, 6) if len(trials) < number else []
            rng.shuffle(more)
            yield trials + more[:number - len(trials)] if more else trials, number
        if call in ("write", "fsync", "rename"):
            yield at("power", "power cut", 10), 12
            yield at("power_names_kept", "power cut, names kept,", 10), 12


def first_faults(setting):
    trials = []
    for name in ("pretrain", "eval", "build", "init", "jsonl"):
        for call in ("mkdir", "rename", "fsync", "write"):
            for n in range(1, min(setting.counts(name, 0).get(call, 0), 12) + 1):
                trials.append(fault_at(setting, name, 0, call, n, "kill", "SIGKILL"))
                trials.append(fault_at(setting, name, 0, call, n, errno.ENOSPC, "ENOSPC"))
    return trials, len(trials)


def trials(setting, rng):
    """What an hour must hold, mixed, so that a machine too slow for it has tried something of all; then the rest."""
    wanted, rest = [], []
    for some, number in by_hand(setting, rng):
        rng.shuffle(some)
        wanted += some[:number]
        rest += some[number:]
    rng.shuffle(wanted)
    rng.shuffle(rest)
    return wanted + rest
