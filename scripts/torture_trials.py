"""What scripts/torture.py does to flanmoe, and what must come of it.

A trial works in a folder of its own and returns None, or what was bad. The oracle of most is the same command without
any disturbance, done once (Setting.straight): the same files, but for what TIMED names.
"""
import errno
import hashlib
import json
import os
import re
import resource
import shutil
import signal
import struct
import subprocess
import threading
import time
from pathlib import Path
from typing import Callable, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
HANGS = 120  # seconds
# Words that are none for a user.
FORBIDDEN = ("internal error", "terminate called", "std::", "what():", "Traceback", "c10::")
TIMED = {"wall_time", "train/tokens_per_second", "train/loader_wait", "date", "date_utc", "seconds", "command", "timing",
         "platform", "version", "train_seconds", "tokens_per_second"}
UNCOMPARED = re.compile(r"(^|/)(events/.*|lock|\.lock|log\.txt|cost\.json|cost-log\.txt|report\.html)$")
WORLD = "num_facts=120 vocab_pieces=900 examples_per_task=8 eval_items_per_task=6 finetune_examples=8".split()
TINY = ("model.d_model=16 model.d_kv=8 model.num_heads=2 model.d_ff=24 model.moe.num_experts=3 corpus.rows_per_batch=4 "
        "train.log_every=1 train.optimizer.warmup_steps=2").split()


class Trial(NamedTuple):
    line: str  # of the table
    name: str
    run: Callable[[Path], str | None]
    kills: int = 0


class Ended(NamedTuple):
    status: int  # 128 + signal; -1: it hung
    out: str
    err: str
    seconds: float

    def fault(self, allowed=(0, 1, 2)):
        """What is bad about how it ended."""
        for word in FORBIDDEN:
            if word in self.err:
                return f"'{word}' on standard error: {self.err.strip()[-300:]}"
        if self.status not in allowed:
            return f"exit status {self.status}, expected one of {allowed}: {self.err.strip()[-300:]}"
        if self.status in (1, 2) and "error" not in self.err:
            return f"exit status {self.status} without a message"
        return None


class Command(NamedTuple):
    """`{out}` in a word is the folder or file that it makes, `{w}` the world, `{m}` the model."""
    words: str
    out: str = "out"
    again: str = ""  # what is said beside to go on


COMMANDS = {
    "pretrain": Command("train pretrain data={w} --out {out} train.steps=12 train.checkpoint_every=2 " + " ".join(TINY)),
    "adamw": Command("train pretrain data={w} --out {out} train.steps=6 train.checkpoint_every=1 train.accumulate=2 "
                     "train.optimizer.name=adamw train.optimizer.learning_rate=0.001 " + " ".join(TINY)),
    "instruct": Command("train instruct data={w} init={m} --out {out} train.steps=8 train.checkpoint_every=2 "
                        "train.log_every=1 train.optimizer.warmup_steps=2 mixture.examples_per_batch=4 "
                        "mixture.cache={out}-cache train.eval_every=4 validation.tasks=[\"{data}/heldout/exam\"]"),
    "eval": Command("eval {m} --data {w} tasks=[\"{data}/heldout/exam\"] --out {out}"),
    "jsonl": Command("generate {m} --input {p} --output {out} --routing max_new_tokens=8", "out.jsonl", "--resume"),
    "txt": Command("generate {m} --input {p} --output {out} max_new_tokens=8", "out.txt", "--resume"),
    "beams": Command("generate {m} --input {p} --output {out} max_new_tokens=6 num_beams=2 num_answers=2", "out.jsonl",
                     "--resume"),
    "build": Command("data build {w}/mixture.yaml --data {w} --tokenizer {w}/spiece.model --out {out} --examples 2000 --threads 2"),
    "make": Command("data make --out {out} " + " ".join(WORLD)),
    "init": Command("init gshard_small model.moe.num_experts=4 model.d_model=64 model.d_ff=128 model.num_layers=2 model.num_decoder_layers=2 "
                    "model.num_heads=4 model.d_kv=16 --tokenizer {w}/spiece.model --out {out}"),
    "convert": Command("convert {m} --out {out} --dtype bfloat16"),
    "upcycle": Command("upcycle {d} --routing gshard model.moe.num_experts=4 --out {out}"),
    "score": Command("score {m} --input {items} --output {out}", "out.jsonl"),
    "vocabulary": Command("tokenizer train {p} --pieces 60 --out {out}", "out.model"),
    "twin": Command("twin gshard_small --out {out}", "out.json"),
}
GOES_ON = ("pretrain", "adamw", "instruct", "eval", "jsonl", "txt", "beams")


class Setting:
    """The binary, and what every trial rests on, made once."""

    def __init__(self, binary, shim, scratch):
        self.binary, self.shim, self.scratch = binary, shim, scratch
        self.lock = threading.RLock()
        self.done = {}
        base = scratch / "base"
        base.mkdir()
        self.paths = {"w": base / "world", "p": base / "prompts.txt", "items": base / "items.jsonl"}
        self.must(f"data make --out {base}/world " + " ".join(WORLD))
        (base / "world/mixture.yaml").write_text('tasks: ["{data}/tasks"]\nsource_length: 64\ntarget_length: 32\n')
        self.paths["p"].write_text("".join(f"Who is number {i} of the {i % 7} people in town?\n" for i in range(300)))
        items = [{"prompt": f"Is {i} a number?", "answers": ["yes", "no", "who knows"]} for i in range(200)]
        self.paths["items"].write_text("".join(json.dumps(item) + "\n" for item in items))
        self.must(f"train pretrain data={base}/world --out {base}/run train.steps=3 train.checkpoint_every=0 " + " ".join(TINY))
        self.paths["m"] = base / "run/checkpoints/step-3"
        dense = " ".join(TINY).replace("num_experts=3", "num_experts=0")
        self.must(f"train pretrain data={base}/world --out {base}/dense train.steps=1 train.checkpoint_every=0 " + dense)
        self.paths["d"] = base / "dense/checkpoints/step-1"

    def must(self, words):
        ended = self.run(words.split())
        if ended.status != 0:
            raise RuntimeError(f"flanmoe {words}: {ended.err}")

    def words(self, name, folder, again=False):
        command = COMMANDS[name]
        text = command.words.replace("{out}", str(folder / command.out))
        for key, path in self.paths.items():
            text = text.replace("{" + key + "}", str(path))
        return text.split() + (command.again.split() if again else [])

    def start(self, words, memory=None, stdin=subprocess.DEVNULL, **fault):
        """fault: fault, below, space, without, short, counts of the shim, by name."""
        env = {**os.environ, "OMP_NUM_THREADS": "1", "FLANMOE_HOME": str(ROOT)}
        names = {"fault": "FLANMOE_FAULT", "below": "FLANMOE_FAULT_BELOW", "space": "FLANMOE_FAULT_SPACE",
                 "without": "FLANMOE_FAULT_WITHOUT", "short": "FLANMOE_FAULT_SHORT", "counts": "FLANMOE_FAULT_COUNTS"}
        for key, value in fault.items():
            env[names[key]] = str(value)
        if fault:
            env["LD_PRELOAD"] = str(self.shim)

        def before():
            for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):  # this may run under nohup
                signal.signal(number, signal.SIG_DFL)
            if memory:
                resource.setrlimit(resource.RLIMIT_AS, (memory, memory))

        return subprocess.Popen([str(self.binary), *words], env=env, stdin=stdin, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True, errors="replace", start_new_session=True, preexec_fn=before)

    def run(self, words, **how):
        return wait(self.start(words, **how))

    def once(self, make, *what):
        """make(folder, *what), the first time that it is asked for."""
        key = "-".join([make.__name__, *map(str, what)])
        with self.lock:
            if key not in self.done:
                folder = self.scratch / key
                folder.mkdir()
                self.done[key] = make(folder, *what)
            return self.done[key]

    def straight(self, name):
        """The folder of the undisturbed command, its digest, and its seconds."""
        def straight(folder, name):
            begin = time.time()
            self.must(" ".join(self.words(name, folder)))
            return folder, digest(folder), time.time() - begin
        return self.once(straight, name)

    def half(self, name, step):
        """A run folder killed after the checkpoint `step`, to be copied; the one before the last is taken from the straight
        run, which keeps both."""
        def half(folder, name, step):
            checkpoints = sorted((self.straight(name)[0] / "out/checkpoints").glob("step-*"), key=lambda path: int(path.name[5:]))
            if checkpoints[-2].name == f"step-{step}":
                folder.rmdir()
                copy(self.straight(name)[0], folder)
                shutil.rmtree(folder / "out/checkpoints" / checkpoints[-1].name)
                return folder
            process = self.start(self.words(name, folder))
            while process.poll() is None and not (folder / f"out/checkpoints/step-{step}").exists():
                time.sleep(0.002)
            kill(process, signal.SIGKILL)
            wait(process)
            return folder
        return self.once(half, name, step)

    def study(self):
        """What an undisturbed study gives."""
        def study(folder):
            self.must(f"study smoke --out {folder}/out")
            return study_results(folder / "out")
        return self.once(study)

    def counts(self, name, step):
        """How often each call comes, with `step` in going on from there: {call: number}."""
        def counts(folder, name, step):
            work = folder / "work"
            copy(self.half(name, step), work) if step else work.mkdir()
            ended = self.run(self.words(name, work, again=step > 0), below=work, counts=folder / "counts.txt")
            if ended.status != 0:
                raise RuntimeError(ended.err)
            lines = (folder / "counts.txt").read_text().splitlines()
            return {line.split()[0]: int(line.split()[1]) for line in lines}
        return self.once(counts, name, step)


def kill(process, number):
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        pass


def wait(process, seconds=HANGS, then=None):
    """then: a signal to be sent after the seconds, for what may take long."""
    begin = time.time()
    try:
        out, err = process.communicate(timeout=seconds)
        status = process.returncode
    except subprocess.TimeoutExpired:
        if then is not None:
            kill(process, then)
            return wait(process)
        kill(process, signal.SIGKILL)
        out, err = process.communicate()
        return Ended(-1, out, err + "\n(it hung)", time.time() - begin)
    return Ended(128 - status if status < 0 else status, out, err, time.time() - begin)


def copy(source, target):
    """Of a run folder; what names its place is written anew."""
    shutil.copytree(source, target)
    for file in target.rglob("*"):
        if file.suffix in (".yaml", ".json") and file.is_file() and str(source).encode() in (text := file.read_bytes()):
            if "checkpoints" not in file.parts:
                file.write_bytes(text.replace(str(source).encode(), str(target).encode()))


def untimed(value):
    if isinstance(value, dict):
        return {key: untimed(part) for key, part in value.items() if key not in TIMED}
    return [untimed(part) for part in value] if isinstance(value, list) else value


def content(file, folder):
    data = file.read_bytes().replace(str(folder).encode(), b"@")
    if file.name in ("manifest.json", "config.json") and b'"files"' in data:
        # Checksums of files that are compared themselves.
        return json.dumps(sorted(json.loads(data)["files"])).encode()
    if file.suffix == ".json":
        return json.dumps(untimed(json.loads(data)), sort_keys=True).encode()
    if file.suffix == ".jsonl":
        return b"\n".join(json.dumps(untimed(json.loads(line)), sort_keys=True).encode() for line in data.splitlines())
    return data


def digest(folder):
    files = {}
    for file in sorted(folder.rglob("*")):
        name = str(file.relative_to(folder))
        if file.is_file() and not UNCOMPARED.search(name):
            try:
                files[name] = hashlib.sha256(content(file, folder)).hexdigest()
            except ValueError as error:
                files[name] = f"damaged: {error}"
    return files


def without_older(files):
    """Of checkpoints the newest alone: which older ones are kept depends on where a run was stopped and saved."""
    steps = {file: int(match[1]) for file in files if (match := re.search(r"checkpoints/step-(\d+)/", file))}
    newest = max(steps.values(), default=0)
    return {file: value for file, value in files.items() if steps.get(file, newest) == newest}


def difference(setting, name, folder, older=True):
    expected, found = setting.straight(name)[1], digest(folder)
    if not older:
        expected, found = without_older(expected), without_older(found)
    wrong = [file for file in sorted({*expected, *found}) if expected.get(file) != found.get(file)]
    if wrong:
        kinds = [f"{file} ({'missing' if file not in found else 'left over' if file not in expected else 'different'})" for file in wrong]
        return "other results than undisturbed: " + ", ".join(kinds[:4])
    return None


def finish(setting, name, folder, again, older=True):
    """The command once more, undisturbed, to its end."""
    ended = setting.run(setting.words(name, folder, again=again))
    return ended.fault((0,)) or difference(setting, name, folder, older)


# ---- trials ----

def killed_at_random(setting, name, rng):
    """SIGKILL again and again; each kill is a trial, the comparison is made at the end."""
    delays = [rng.uniform(0.02, 1.1) for _ in range(rng.randint(2, 7))]

    def run(folder):
        length = setting.straight(name)[2]
        for i, delay in enumerate(delays):
            process = setting.start(setting.words(name, folder, again=i > 0))
            time.sleep(delay * length)
            kill(process, signal.SIGKILL)
            if (fault := wait(process).fault((0, 1, 2, 137))) is not None:
                return fault
        return finish(setting, name, folder, again=True)

    return Trial(f"SIGKILL at random, {name}", f"after {[round(delay, 2) for delay in delays]}", run, kills=len(delays))


def fault_at(setting, name, step, call, number, what, label):
    """The Nth call fails, kills or cuts the power; then once more undisturbed."""
    writes = call in ("write", "fsync", "rename", "mkdir", "close")

    def run(folder):
        if step:
            folder = folder / "copy"
            copy(setting.half(name, step), folder)
        ended = setting.run(setting.words(name, folder, again=step > 0), below=folder, fault=f"{call}:{number}:{what}")
        killed = what in ("kill", "power", "power_names_kept")
        if (fault := ended.fault((0, 137) if killed else (0, 1) if writes else (0, 1, 2))) is not None:
            return fault
        for left in folder.rglob("*.tmp-*"):
            if not killed and "cannot remove" not in ended.err:  # what cannot be removed is swept by the next run
                return f"left behind: {left}"
        again = name in GOES_ON
        if not again and (folder / COMMANDS[name].out).exists():
            return difference(setting, name, folder)
        return finish(setting, name, folder, again)

    return Trial(f"{label} at a {call}, {name}{' going on' if step else ''}", f"{call}:{number}:{what}", run)


def full_disk(setting, name, bytes_left):
    def run(folder):
        ended = setting.run(setting.words(name, folder), below=folder, space=bytes_left)
        if (fault := ended.fault((0, 1))) is not None:
            return fault
        if ended.status == 1 and str(folder) not in ended.err:
            return f"the message does not name the file: {ended.err.strip()[-200:]}"
        if name not in GOES_ON:
            left = [str(file) for file in folder.rglob("*")]
            if ended.status == 1 and left:
                return f"left behind: {left[:3]}"
            if ended.status == 0:
                return difference(setting, name, folder)
        return finish(setting, name, folder, again=True)

    return Trial(f"full disk, {name}", f"{bytes_left} bytes", run)


def torn_tail(setting, name, file_pattern, rng, without=None):
    share = rng.random()

    def run(folder):
        source = setting.straight(name)[0]
        folder = folder / "copy"
        copy(source, folder)
        files = sorted(file for file in folder.rglob(file_pattern))
        file = files[int(share * len(files)) % len(files)]
        text = file.read_bytes()
        file.write_bytes(text[: int(share * len(text))])
        if name in ("pretrain", "instruct"):  # the metrics before the last checkpoint are whole, those after it are torn
            newest = max((folder / "out/checkpoints").glob("step-*"), key=lambda path: int(path.name[5:]))
            shutil.rmtree(newest)
            lines = text.splitlines(keepends=True)
            keep = sum(len(line) for line in lines if json.loads(line)["step"] <= int(newest.name[5:]) - 2)
            file.write_bytes(text[: keep + int(share * (len(text) - keep))])
        for results in folder.rglob("results.json"):
            results.unlink()
        how = {"below": folder, "without": without} if without else {}
        ended = setting.run(setting.words(name, folder, again=True), **how)
        return ended.fault((0,)) or difference(setting, name, folder)

    return Trial(f"torn tail of {file_pattern}, {name}", f"cut to {share:.4f}", run)


def two_processes(setting, name, delay, without=None):
    def run(folder):
        how = {"below": folder, "without": without} if without else {}
        words, length = setting.words(name, folder), setting.straight(name)[2]
        first = setting.start(words, **how)
        time.sleep(delay * length)
        second = setting.start(words, **how)
        ended = [wait(first), wait(second)]
        for one in ended:
            if (fault := one.fault((0, 1, 2))) is not None:
                return fault
        if ended[0].status != 0 and ended[1].status != 0:
            return "neither of two came to an end: " + ended[0].err[-200:] + ended[1].err[-200:]
        for one in ended:
            if one.status != 0 and "another process" not in one.err and "exists" not in one.err:
                return f"the loser was not told why: {one.err.strip()[-200:]}"
        return difference(setting, name, folder)

    return Trial(f"two processes, {name}", f"the second after {delay:.2f}", run)


def flipped_bit(setting, rng):
    """In the newest checkpoint of a run: the older one is taken, or the file is named."""
    place = rng.random(), rng.random(), rng.randrange(8)

    def run(folder):
        folder = folder / "copy"
        copy(setting.half("pretrain", 6), folder)
        newest = max((folder / "out/checkpoints").glob("step-*"), key=lambda path: int(path.name[5:]))
        file = flip(newest, place)
        ended = setting.run(setting.words("pretrain", folder))
        if (fault := ended.fault((0, 2))) is not None:
            return fault
        if ended.status == 2:
            return None if file.name in ended.err or "manifest" in ended.err else f"{file.name} is not named: {ended.err}"
        for damaged in folder.rglob("*damaged*"):
            if damaged.is_dir():
                shutil.rmtree(damaged)
        return difference(setting, "pretrain", folder)

    return Trial("one bit of a checkpoint, training going on", f"{place}", run)


def flip(folder, place):
    files = sorted(file for file in folder.rglob("*") if file.is_file() and file.stat().st_size > 0)
    file = files[int(place[0] * len(files))]
    data = bytearray(file.read_bytes())
    data[int(place[1] * len(data))] ^= 1 << place[2]
    file.write_bytes(data)
    return file


def flipped_bit_scored(setting, rng):
    place = rng.random(), rng.random(), rng.randrange(8)

    def run(folder):
        model = folder / "model"
        shutil.copytree(setting.paths["m"], model)
        words = ["score", str(model), "Is snow warm?", "yes", "no", "--tokens"]
        before = setting.run(words)
        file = flip(model, place)
        ended = setting.run(words)
        if (fault := ended.fault((0, 2))) is not None:
            return fault
        harmless = file.name == "manifest.json" or "train_state" in file.parts
        if ended.status == 0 and ended.out != before.out and not harmless:
            return f"another answer with a damaged {file.name}"
        return None

    return Trial("one bit of a checkpoint, score", f"{place}", run)


def poisoned(setting, verb, rng):
    """16 numbers of a tensor at 3e38: finite weights of which nothing finite comes."""
    chosen, places = rng.random(), [rng.random() for _ in range(16)]

    def run(folder):
        model = folder / "model"
        shutil.copytree(setting.paths["m"], model)
        file = model / "model.safetensors"
        data = bytearray(file.read_bytes())
        size = struct.unpack("<Q", data[:8])[0]
        header = json.loads(data[8:8 + size])
        header.pop("__metadata__", None)
        name = sorted(header)[int(chosen * len(header))]
        begin, end = header[name]["data_offsets"]
        for place in places:
            at = 8 + size + begin + int(place * (end - begin) / 4) * 4
            data[at:at + 4] = struct.pack("<f", 3e38)
        file.write_bytes(data)
        words = {"eval": ["eval", model, "--data", setting.paths["w"], 'tasks=["{data}/heldout/exam"]', "--out", folder / "out"],
                 "score": ["score", model, "--input", setting.paths["items"]],
                 "generate": ["generate", model, "--json", "--routing", "Who is it?", "num_beams=2", "max_new_tokens=5"],
                 "sampling": ["generate", model, "--json", "Who is it?", "temperature=1", "max_new_tokens=5"],
                 "analyze": ["analyze", model, "--data", setting.paths["w"], 'tasks=["{data}/heldout/exam"]', "--json", "--texts", "8"],
                 "training": ["train", "pretrain", f"data={setting.paths['w']}", f"init={model}", "--out", folder / "out",
                              "train.steps=2", *TINY[5:]]}[verb]
        ended = setting.run([str(word) for word in words] + ["--no-check"])
        if (fault := ended.fault((0, 1))) is not None:
            return fault
        texts = [ended.out] + [path.read_text() for path in folder.rglob("*.jsonl")]
        if any(re.search(r"[\[:,]\s*(null|-?nan|-?inf|NaN|-?Infinity)\b", text) for text in texts) and ended.status == 0:
            return f"{name}: a number that is none was written, exit status 0"
        return None

    return Trial(f"poisoned finite weights, {verb}", f"{chosen:.3f}", run)


def stopped(setting, name, number, delay):
    def run(folder):
        length = setting.straight(name)[2]
        process = setting.start(setting.words(name, folder))
        time.sleep(delay * length)
        asked = time.time()
        kill(process, number)
        ended = wait(process)
        if (fault := ended.fault((0, 128 + number))) is not None:
            return fault
        took = time.time() - asked
        allowed = 1 + 4 * setting.run(["--version"]).seconds  # the machine may be busy
        if took > allowed:
            return f"{took:.1f} s from the signal to the end, expected {allowed:.1f} s at most"
        for file in [path for path in folder.rglob("out*") if path.is_file() and path.suffix in (".jsonl", ".txt")]:
            if file.read_bytes() and not file.read_bytes().endswith(b"\n"):
                return f"{file.name} ends in the middle of a line"
        exists = (folder / COMMANDS[name].out).exists()
        if name not in GOES_ON and exists and name not in ("score",):
            return difference(setting, name, folder)
        if name == "score":
            return None
        return finish(setting, name, folder, again=True, older=False)

    return Trial(f"{signal.Signals(number).name}, {name}", f"after {delay:.2f}", run)


def little_memory(setting, name, megabytes):
    def run(folder):
        ended = setting.run(setting.words(name, folder), memory=megabytes << 20)
        return ended.fault((0, 1, 2)) or (None if ended.status else difference(setting, name, folder))

    return Trial(f"ulimit -v, {name}", f"{megabytes} MB", run)


def study_results(folder):
    return untimed(json.loads((folder / "results.json").read_text()))


def killed_study(setting, rng, most=12):
    delays = [rng.uniform(min(0.5, most / 6), most) for _ in range(4)]

    def run(folder):
        for delay in delays:
            process = setting.start(["study", "smoke", "--out", str(folder / "out")])
            time.sleep(delay)
            kill(process, signal.SIGKILL)
            wait(process)
        ended = setting.run(["study", "smoke", "--out", str(folder / "out")])
        if (fault := ended.fault((0,))) is not None:
            return fault
        return None if study_results(folder / "out") == setting.study() else "other results than undisturbed"

    return Trial("SIGKILL at random, study", f"after {[round(delay, 1) for delay in delays]}", run, kills=len(delays))


# ---- which ----

ERRORS = {"write": "ENOSPC EIO EDQUOT EINTR", "fsync": "EIO ENOSPC EDQUOT", "rename": "EIO ENOSPC EDQUOT", "mkdir": "EIO ENOSPC EDQUOT",
          "close": "EIO", "open": "EIO EMFILE EACCES", "read": "EIO", "mmap": "ENOMEM", "stat": "EIO", "readdir": "EIO"}


def some(trials, number, short, rng):
    trials = list(trials)
    return rng.sample(trials, min(number, len(trials))) if short else trials


def fault_trials(setting, rng, short):
    """Every call of a save: killed, without power, with each error; and of first moments."""
    calls = setting.counts("pretrain", 6)
    kills, powers, errors, first = [], [], [], []
    for call, number in calls.items():
        for n in range(1, number + 1):
            if call in ("write", "fsync", "rename", "mkdir", "open"):
                kills.append(fault_at(setting, "pretrain", 6, call, n, "kill", "SIGKILL"))
            if call in ("write", "fsync", "rename"):
                powers.append(fault_at(setting, "pretrain", 6, call, n, "power", "power cut"))
                powers.append(fault_at(setting, "pretrain", 6, call, n, "power_names_kept", "power cut, names kept,"))
            for name in ERRORS.get(call, "").split():
                errors.append(fault_at(setting, "pretrain", 6, call, n, getattr(errno, name), name))
    for name in ("pretrain", "eval", "build", "init", "jsonl"):
        for call in ("mkdir", "rename", "fsync", "write"):
            for n in range(1, min(setting.counts(name, 0).get(call, 0), 12) + 1):
                first.append(fault_at(setting, name, 0, call, n, "kill", "SIGKILL"))
                first.append(fault_at(setting, name, 0, call, n, errno.ENOSPC, "ENOSPC"))
    return some(kills, 6, short, rng) + some(powers, 4, short, rng) + some(errors, 10, short, rng) + some(first, 8, short, rng)


def random_trials(setting, rng, short):
    trials = []
    for name, number in {"pretrain": 5, "adamw": 2, "instruct": 4, "eval": 3, "jsonl": 3, "txt": 3, "beams": 2, "build": 2, "make": 2,
                         "convert": 2, "upcycle": 1, "score": 1}.items():
        if name in GOES_ON:
            trials += [killed_at_random(setting, name, rng) for _ in range(1 if short else number)]
        delays = [rng.uniform(0.02, 1.0) for _ in range(number)]
        trials += [stopped(setting, name, rng.choice([signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1]), delay) for delay in delays[: 1 if short else number]]
    for name in ("pretrain", "eval", "jsonl", "build", "make"):
        trials += [two_processes(setting, name, rng.choice([0, 0, rng.random()])) for _ in range(1 if short else 3)]
    for name, pattern in {"pretrain": "metrics.jsonl", "eval": "samples/*.jsonl", "jsonl": "out.jsonl", "txt": "out.txt", "beams": "out.jsonl"}.items():
        trials += [torn_tail(setting, name, pattern, rng) for _ in range(1 if short else 5)]
    trials += [flipped_bit(setting, rng) for _ in range(3 if short else 40)]
    trials += [flipped_bit_scored(setting, rng) for _ in range(2 if short else 12)]
    for verb in ("eval", "score", "generate", "sampling", "analyze", "training"):
        trials += [poisoned(setting, verb, rng) for _ in range(1 if short else 4)]
    for name in ("pretrain", "jsonl", "txt", "eval", "build", "make", "init", "convert", "upcycle", "score", "vocabulary"):
        trials += [full_disk(setting, name, int(2 ** rng.uniform(0, 20))) for _ in range(1 if short else 3)]
    for name in ("pretrain", "eval", "jsonl", "make", "init", "score"):
        trials += [little_memory(setting, name, rng.randrange(460, 1100)) for _ in range(1 if short else 5)]
    return trials if short else trials + [killed_study(setting, rng)]


def all_trials(setting, rng, short):
    return fault_trials(setting, rng, short) + random_trials(setting, rng, short)


# ---- negative controls ----

def controls(setting, rng):
    """Without fsync, lock or cut-back something must be found bad; exit status 1 where nothing was."""
    def without_fsync(number):
        def run(folder):
            ended = setting.run(setting.words("pretrain", folder), below=folder, without="fsync", fault=f"rename:{number}:power_names_kept")
            return ended.fault((0, 137)) or finish(setting, "pretrain", folder, again=True)
        return run

    trials = {"fsync": [without_fsync(n) for n in range(4, 10)],
              "flock": [two_processes(setting, name, 0, without="flock").run for name in ("pretrain", "eval", "eval", "jsonl")],
              "truncate": [torn_tail(setting, name, "out.*", rng, without="truncate").run for name in ("txt", "jsonl", "txt")]}
    silent = 0
    for removed, runs in trials.items():
        found = []
        for i, run in enumerate(runs):
            folder = setting.scratch / f"control-{removed}-{i}"
            folder.mkdir()
            found += [fault] if (fault := run(folder)) else []
        print(f"without {removed}: {len(found)} of {len(runs)} bad" + (f", such as: {found[0][:160]}" if found else ""))
        silent += not found
    return 1 if silent else 0
