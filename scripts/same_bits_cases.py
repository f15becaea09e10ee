"""What scripts/same_bits.py runs: every case is a bash text that calls `flanmoe` and writes into its folder, $here.

All paths are relative to the scratch folder, so that none of it gets into a result. A case may read what an earlier one
wrote. $seed is the seed of trainings and fresh weights, $FLANMOE_HOME the source tree, ./real_data a folder of real data.
"""
import re
import textwrap
from typing import NamedTuple

STUDIES = ["mini", "full"]  # every arm of these is trained
ASKED = ["gshard", "expert_choice", "decoder_gshard"]  # arms whose models every verb reads
ASKED_QUICK = ["gshard"]
ROUTINGS = ["switch", "gshard", "st_moe", "expert_choice"]  # configs/model: a routing alone, no model
FINETUNED = ["dense", "gshard", "st_moe"]

EXAM, HELDOUT = """'tasks=["{data}/heldout/exam"]'""", """'tasks=["{data}/heldout"]'"""
DATA = "--data world/small/data"
VOCABULARY = "world/small/data/spiece.model"
WORLD = ("num_facts=400 name_stems=60 vocab_pieces=900 examples_per_task=60 eval_items_per_task=20 "
         "finetune_examples=60")
TINY = ("model.d_model=32 model.d_kv=8 model.num_heads=4 model.d_ff=64 model.num_layers=2 model.num_decoder_layers=2 "
        "--seed $seed")
RUN = "data=world/small/data seed=$seed --out $here/run train.dropout=0.1 train.expert_dropout=0.2 train.log_every=2"
QUESTIONS = "--input files/questions.jsonl --tokens"

PROMPTS = [
    "What is the job of Velor?",
    "<extra_id_0> went to the <extra_id_1> .",
    "List: nuts, bread, yellow Give the Lumi word for the first word. OPTIONS: - luwi - neme - lowo - wowu",
    "Ria owns the brush. The brush is in the kitchen. Where is it? OPTIONS: - cellar - hall - kitchen - porch",
    "Jory follows Kela. Who is it?",
    "9 minus 8 is",
    "Na\u00efve caf\u00e9, \u96ea and 3 \u00d7 4",
]
QUESTION_LINES = """{"id": "a", "prompt": "Is the sky green?", "answers": ["yes", "no", "it is dull"]}
{"id": 2, "prompt": "9 minus 8 is", "answers": ["1", "14", "goat", "the hall"]}
{"prompt": "Jory had a <extra_id_0> .", "answer": "<extra_id_0> hammer"}
"""
MIXTURE = """tasks: ["{data}/tasks"]
groups: [muffin, t0_sf, niv2, cot]
proportions: [0.44, 0.28, 0.18, 0.1]
caps: [300, 200, 50, 1000]
styles: {zs_opt: 1, zs_noopt: 1, fs_opt: 1, fs_noopt: 2}
temperature: 2
separators: [" | ", " and "]
cot_few_shot_share: 0.5
inversion_share: 0.2
answers: random
source_length: 96
target_length: 40
examples_per_batch: 32
"""

# Forms of model, routing, optimiser and corpus that no arm of a study has: name -> (arm it starts from, settings).
VARIANTS = {
    "adamw_gated_untied": ("dense", """model.gated=true model.tied=false train.accumulate=2 train.optimizer.name=adamw
        train.optimizer.weight_decay=0.01 train.optimizer.schedule=linear train.optimizer.clip_norm=0.5"""),
    "switch_rsqrt_gated": ("switch", """model.gated=true model.init_scale=0.1 model.moe.capacity_factor_eval=0
        train.optimizer.schedule=rsqrt"""),
    "hugging_face_rule": ("switch", "model.moe.expert_capacity=6"),
    "switch_every_layer": ("switch", """model.moe.sparse_every=1 model.moe.sparse_offset=0
        model.moe.priority=probability"""),
    "second_threshold": ("gshard", """model.moe.second_train=threshold model.moe.second_eval=threshold
        model.moe.gate=normalised_after_drop"""),
    "second_sampling": ("gshard", """model.moe.second_train=sampling model.moe.second_eval=none
        model.moe.aux_counts=all model.moe.group_size=256"""),
    "second_all_raw": ("gshard", """model.moe.second_train=all model.moe.gate=raw model.moe.eval_group=batch
        model.moe.group_size=0 model.moe.k=3"""),
    "st_moe_extra": ("st_moe", """model.moe.extra_dense_ffn=true model.moe.priority=probability
        model.moe.aux_counts=all_over_k"""),
    "listed_layers": ("gshard", """model.num_layers=3 model.moe.sparse_every=0
        'model.moe.sparse_encoder_layers=[0, 2]' 'model.moe.sparse_decoder_layers=[0]'"""),
    "prefix_lm": ("decoder_gshard", "corpus.objective=prefix_lm model.gated=true"),
    "split_documents": ("dense", """corpus.split_documents=true corpus.salient_share=0 corpus.noise_density=0.15
        train.loader_threads=0 train.optimizer.schedule=constant"""),
}
MIXTURES = {  # of instruction tuning
    "packed": "--mixture files/mixture.yaml mixture.pack=true",
    "windows": "--mixture files/mixture.yaml mixture.length_window=4 train.loader_threads=2",
    "cached": "--mixture files/mixture.yaml mixture.cache=$here/cache",
    "subset": """mixture.num_tasks=20 'mixture.exclude=["list_*"]' mixture.few_shot_share=0.5 mixture.max_shots=3""",
}
EVALUATIONS = {
    "both": HELDOUT + " prompts=both max_items=4 max_new_tokens=16",
    "per_token": EXAM + " method=rank ranking=per_token score_eos=false max_items=6",
    "unconditional": EXAM + " ranking=unconditional shots=1 max_items=3",
    "generated": HELDOUT + " method=generate extraction=task max_items=3 max_new_tokens=12",
    "cut": """'tasks=["{data}/finetune"]' shots=2 source_length=40 too_long=context max_items=4 max_new_tokens=6""",
    "held_in": """'tasks=["{data}/validation"]' prompts=cot max_items=2 max_new_tokens=20""",
}
ANSWERS = {
    "greedy": "max_new_tokens=16",
    "sampled": "temperature=0.9 seed=3 num_answers=3 max_new_tokens=12 min_new_tokens=4",
    "top": "temperature=1.2 seed=5 top_k=40 top_p=0.9 min_p=0.001 max_new_tokens=12 min_new_tokens=4 batch=2",
    "beams": "num_beams=4 num_answers=4 max_new_tokens=10 min_new_tokens=3",
    "beams_never": """num_beams=3 early_stopping=never length_penalty=0.6 no_repeat_ngram=2 repetition_penalty=1.3
        max_new_tokens=10""",
    "rules": """min_new_tokens=8 max_new_tokens=20 repetition_penalty=1.2 no_repeat_ngram=3 first_token=20
        'stop=[". "]' batch=3""",
}


class Case(NamedTuple):
    name: str
    text: str             # bash
    quick: bool = True    # part of --quick
    seeded: bool = False  # what it computes depends on $seed


class Arm(NamedTuple):
    name: str
    study: str
    block: str    # YAML of the differences to the study's model
    twin_of: str  # a dense arm: the arm whose FLOPs it has


def one_line(text):
    return " ".join(text.split())


# ---- arms and input files ----

def section(text, *names):
    """The block below a key of a configuration as --print-config writes it, moved to the left."""
    for name in names:
        found = re.search(rf"^{re.escape(name)}:\n((?:  .*\n)*)", text, re.M)
        text = textwrap.dedent(found.group(1)) if found else ""
    return text


def arms_of(study, config):
    blocks = section(config, "arms")
    for name in re.findall(r"^(\w+):$", blocks, re.M):
        twin_of = re.search(r"^twin_of: (\w+)$", section(blocks, name), re.M)
        yield Arm(name, study, section(blocks, name, "model"), twin_of.group(1) if twin_of else "")


def all_arms(configs):
    """Arms of every study; one that two studies share counts once. configs: study -> what --print-config wrote."""
    found = {}
    for study, config in configs.items():
        for arm in arms_of(study, config):
            same = found.get(arm.name)
            if same is None:
                found[arm.name] = arm
            elif same.block != arm.block or section(configs[same.study], "model") != section(config, "model"):
                found[f"{study}_{arm.name}"] = arm
    return found


def write_files(folder, home, configs):
    """Presets of the arms (NAME.yaml to train, NAME_model.yaml for `flanmoe twin`) and inputs of the cases."""
    files = folder / "files"
    files.mkdir(parents=True)

    def write(name, text):
        (files / name).write_text(text, encoding="utf-8")

    for study, config in configs.items():
        model = "model:\n" + textwrap.indent(section(config, "model"), "  ")
        write(f"{study}.yaml", f"parent: {home}/configs/train/pretrain.yaml\n{model}")
        write(f"{study}_model.yaml", model.replace("  vocab_size: 0\n", "  vocab_size: 1000\n"))
    arms = all_arms(configs)
    for name, arm in arms.items():
        parent = arm.twin_of or arm.study  # a dense twin has the form of its arm; its width comes from `flanmoe twin`
        parent = f"{arm.study}_{parent}" if f"{arm.study}_{parent}" in arms else parent
        block = "moe: {num_experts: 0}\n" if arm.twin_of else arm.block
        text = "model:\n" + textwrap.indent(block, "  ") if block else ""
        write(f"{name}.yaml", f"parent: {parent}.yaml\n{text}")
        write(f"{name}_model.yaml", f"parent: {parent}_model.yaml\n{text}")
    write("prompts.txt", "".join(f"{prompt}\n" for prompt in PROMPTS))
    write("prompts.jsonl", "".join(f'{{"prompt": "{prompt}"}}\n' for prompt in PROMPTS))
    write("questions.jsonl", QUESTION_LINES)
    write("mixture.yaml", MIXTURE)
    smoke = (home / "configs/study/smoke.yaml").read_text(encoding="utf-8")
    smoke = smoke.replace("parent: lab\n", f"parent: {home}/configs/study/full.yaml\n")
    write("smoke_full.yaml", smoke + "seeds: [1, 2]\njobs: 1\n")


# ---- cases ----

def each(names, command):
    """A line for each name; NAME stands for it."""
    return "\n".join(command.replace("NAME", name) for name in names)


def world_cases():
    yield Case("world/small", f"flanmoe data make --out $here/data seed=3 {WORLD}")
    yield Case("world/default", "flanmoe data make --out $here/data", quick=False)
    yield Case("world/mini", "flanmoe data make --out $here/data seed=21 num_facts=2160 name_stems=60", quick=False)


def config_cases(home):
    presets = lambda folder: sorted(path.stem for path in (home / "configs" / folder).glob("*.yaml"))
    models = [name for name in presets("model") if name not in ROUTINGS]
    sparse = [name for name in models if not name.startswith("t5_")]
    yield Case("config/train", each(presets("train"), "flanmoe train NAME --print-config > $here/NAME.yaml"))
    yield Case("config/study", each(presets("study"),
                                    "flanmoe study NAME --data real_data --print-config > $here/NAME.yaml"))
    yield Case("config/mixtures", each(presets("mixtures"), "flanmoe train instruct --mixture NAME --print-config "
                                       "> $here/NAME.yaml"), quick=False)
    yield Case("config/models", each(models, "flanmoe inspect NAME --json --tensors > $here/NAME.json"), quick=False)
    yield Case("config/twins", each(sparse, "flanmoe twin NAME --json > $here/NAME.json"), quick=False)
    yield Case("config/twins_back", each(ROUTINGS, "flanmoe twin t5_v1_1_base --routing NAME --json > $here/NAME.json"),
               quick=False)


def init_cases():
    init = f"--out $here/model --tokenizer {VOCABULARY} {TINY}"
    yield Case("init/t5_v1_1_small", f"flanmoe init t5_v1_1_small {init}", seeded=True)
    yield Case("init/t5_v1_0_small", f"flanmoe init t5_v1_0_small {init} --dtype bfloat16 --max-shard 50KB", False, True)
    for name in ("switch_base", "gshard_small", "st_moe_base", "expert_choice_small"):
        yield Case(f"init/{name}", f"flanmoe init {name} {init} model.moe.num_experts=4", name == "switch_base", True)


def train_cases(arms, steps, more_steps):
    for name, arm in arms.items():
        noise = "model.moe.jitter=0.01" if "num_experts" in arm.block else ""
        width = ""
        if arm.twin_of:
            yield Case(f"twins/{name}", f"flanmoe twin files/{arm.twin_of}_model.yaml --json > $here/model.json")
            width = f"""model.d_ff=$(sed -n 's/.*"d_ff": \\([0-9]*\\).*/\\1/p' twins/{name}/model.json)"""
        yield Case(f"train/{name}/pretrain",
                   f"flanmoe train files/{name}.yaml {RUN} {noise} {width} train.steps={steps}", seeded=True)
        yield Case(f"train/{name}/instruct", f"flanmoe train instruct {RUN} init={pretrained(name, steps)} "
                   f"train.steps={more_steps}", seeded=True)
    for name in FINETUNED:
        task = """["{data}/finetune/search_snippets.yaml"]"""
        yield Case(f"train/{name}/finetune", f"flanmoe train finetune {RUN} init={instructed(name, more_steps)} "
                   f"train.steps={more_steps} 'mixture.tasks={task}' train.eval_every=2 'validation.tasks={task}' "
                   "validation.max_items=8", name == "gshard", True)


def variant_cases(steps, few_steps):
    for name, settings in MIXTURES.items():
        yield Case(f"mixture/{name}", f"flanmoe train instruct {RUN} init={pretrained('gshard', steps)} "
                   f"train.steps={few_steps} {settings}", name == "cached", True)
    for name, (arm, settings) in VARIANTS.items():
        model = f"$here/run/checkpoints/step-{few_steps}"
        yield Case(f"variant/{name}", f"""\
flanmoe train files/{arm}.yaml {RUN} {one_line(settings)} train.steps={few_steps}
flanmoe score {model} {QUESTIONS} --logits $here/logits.safetensors > $here/scores.jsonl
flanmoe generate {model} --input files/prompts.txt --json --routing max_new_tokens=8 min_new_tokens=4 > $here/answers.jsonl
flanmoe inspect {model} --json > $here/inspect.json""", seeded=True)


def resume_cases(half):
    """Trainings that go on: a checkpoint's, and one stopped by a signal at a step that depends on the machine."""
    run = f"flanmoe train files/st_moe.yaml {RUN} model.moe.jitter=0.01"
    settings = f"train.steps={2 * half} train.log_every=3 train.checkpoint_every={half} train.keep_checkpoints=2"
    yield Case("resume/from_half", f"""\
{run} {settings}
rm -r $here/run/checkpoints/step-{2 * half}
{run} {settings}""", seeded=True)
    settings = "train.steps=60 train.log_every=1 corpus.rows_per_batch=16"
    weights = ["model.safetensors", "train_state/optimizer.safetensors"]
    yield Case("resume/after_sigterm", f"""\
{run} {settings} & process=$!
while kill -0 $process && [ "$(cat $here/run/metrics.jsonl | wc -l)" -lt 10 ]; do sleep 0.01; done 2> /dev/null
kill -TERM $process; wait $process && exit 9 || [ $? = 143 ]
{run} {settings}
{run.replace('$here/run', '$here/straight')} {settings}
{each(weights, "cmp $here/run/checkpoints/step-60/NAME $here/straight/checkpoints/step-60/NAME")}""", False, True)


def study_cases():
    seeded = "pretrain.optimizer.learning_rate=0.03$seed"
    yield Case("study/smoke", f"flanmoe study smoke --out $here/study jobs=1 {seeded}", seeded=True)
    yield Case("study/smoke_full", f"flanmoe study files/smoke_full.yaml --out $here/study cost_steps=0 {seeded}",
               False, True)


def generate_cases(name, model, quick=True):
    yield Case(f"generate/{name}/json", "\n".join(
        f"flanmoe generate {model} --input files/prompts.txt --json {one_line(settings)} > $here/{answers}.jsonl"
        for answers, settings in ANSWERS.items()), quick, True)
    yield Case(f"generate/{name}/files", f"""\
flanmoe generate {model} --input files/prompts.jsonl --output $here/answers.jsonl --routing max_new_tokens=8 batch=4
flanmoe generate {model} --json --routing num_beams=4 max_new_tokens=6 "What is the job of Velor?" > $here/beams.jsonl
flanmoe generate {model} num_beams=4 num_answers=2 max_new_tokens=8 < files/prompts.txt > $here/plain.txt
flanmoe generate {model} --input files/prompts.txt --output $here/plain_file.txt max_new_tokens=8 min_new_tokens=2""",
               quick, True)


def model_cases(name, model):
    for evaluation, settings in EVALUATIONS.items():
        table = f"\nflanmoe eval {model} {DATA} {settings} > $here/table.txt" if evaluation == "both" else ""
        yield Case(f"eval/{name}/{evaluation}", f"flanmoe eval {model} {DATA} {settings} --out $here/out --json "
                   f"> $here/printed_results.json{table}", evaluation in ("both", "generated"), True)
    yield from generate_cases(name, model)
    yield Case(f"score/{name}", f"""\
flanmoe score {model} {QUESTIONS} --logits $here/logits.safetensors --output $here/scores.jsonl
flanmoe score {model} "9 minus 8 is" 1 3 "the hall" --by token > $here/by_token.jsonl""", seeded=True)
    if not name.startswith("decoder"):  # `analyze` reads encoder-decoders
        yield Case(f"analyze/{name}", f"""\
flanmoe analyze {model} {DATA} {EXAM} --texts 48 > $here/table.txt
flanmoe analyze {model} {DATA} {HELDOUT} --texts 64 --json > $here/analysis.json""", seeded=True)
    yield Case(f"inspect/{name}", f"""\
flanmoe inspect {model} > $here/model.txt
flanmoe inspect {model} --json --tensors > $here/model.json
flanmoe twin {model} --json > $here/twin.json
flanmoe twin {model} > $here/twin.txt""")
    yield Case(f"convert/{name}", f"""\
flanmoe convert {model} --out $here/half --dtype float16 > $here/half.txt
flanmoe convert {model} --out $here/shards --dtype bfloat16 --max-shard 1MB > $here/shards.txt
flanmoe score $here/shards {QUESTIONS} > $here/scores.jsonl""", False, True)


def fitting_cases(dense, switch, gshard):
    """Verbs that are asked of the models they fit."""
    for routing in ROUTINGS:
        noise = "--noise 0.02" if routing == "gshard" else ""
        yield Case(f"upcycle/{routing}", f"""\
flanmoe upcycle {dense} --routing {routing} model.moe.num_experts=4 --seed $seed {noise} --out $here/model > $here/text.txt
flanmoe score $here/model {QUESTIONS} > $here/scores.jsonl""", routing == "gshard", True)
    yield Case("twin/dense", f"""\
flanmoe twin {dense} --routing gshard --json > $here/gshard.json
flanmoe twin {dense} --routing expert_choice --out $here/expert_choice.json > $here/expert_choice.txt
flanmoe init $here/expert_choice.json --out $here/model --seed $seed""", False, True)
    yield Case("convert/hugging_face", f"""\
flanmoe convert {switch} --out $here/there --to huggingface moe.expert_capacity=6 > $here/there.txt
flanmoe convert $here/there --out $here/back --to flanmoe > $here/back.txt
flanmoe score $here/there {QUESTIONS} > $here/scores.jsonl
flanmoe generate $here/there --input files/prompts.txt --json --routing max_new_tokens=6 > $here/answers.jsonl""",
               seeded=True)
    yield from generate_cases("dense", dense, quick=False)
    yield Case("eval/dense", f"flanmoe eval {dense} {DATA} {HELDOUT} prompts=both max_items=3 max_new_tokens=12 "
               "--out $here/out --json > $here/printed_results.json", False, True)
    yield Case("eval/compare", f"""\
flanmoe eval {gshard} {DATA} {EVALUATIONS['both']} shots=1 --out $here/out > $here/table.txt
flanmoe eval --compare eval/gshard/both/out $here/out --seed 1 --json > $here/comparison.json
flanmoe eval --compare eval/gshard/both/out $here/out > $here/comparison.txt
cat $here/out/samples/exam_*.jsonl > $here/predictions.jsonl
flanmoe eval --predictions $here/predictions.jsonl {DATA} {EXAM} max_items=4 --json > $here/given_results.json""",
               False, True)


def data_cases():
    fitted = f"{DATA} --tokenizer {VOCABULARY}"
    yield Case("data/stats", f"""\
flanmoe data stats files/mixture.yaml {fitted} --draws 1000 --json > $here/stats.json
flanmoe data stats files/mixture.yaml {DATA} --draws 500 --seed 2 > $here/stats.txt""")
    yield Case("data/show", f"""\
flanmoe data show files/mixture.yaml {fitted} --count 60 --json > $here/mixture.jsonl
flanmoe data show files/mixture.yaml {DATA} --count 20 --seed 5 > $here/mixture.txt
flanmoe data show world/small/data/tasks --count 2 > $here/tasks.txt
flanmoe data show world/small/data/heldout --count 1 --json > $here/heldout.jsonl
flanmoe data show --corpus {DATA} --count 40 > $here/corpus.txt""")
    yield Case("data/list", "flanmoe data list world/small/data/tasks world/small/data/heldout --json > $here/list.json")
    yield Case("data/check", f"""\
flanmoe data check world/small/data/tasks --against world/small/data/heldout {DATA} --window 6 \
--corpus world/small/data/corpus/facts.jsonl --out $here/pairs.jsonl --json > $here/report.json || [ $? = 3 ]""",
               quick=False)
    yield Case("data/build", f"flanmoe data build files/mixture.yaml {fitted} --out $here/cache", quick=False)
    yield Case("eval/baselines", each(["chance", "majority", "random"], f"flanmoe eval --baseline NAME {DATA} {HELDOUT} "
                                      "--json > $here/NAME_results.json"), quick=False)
    yield Case("tokenizer", f"""\
flanmoe tokenizer encode {VOCABULARY} --json --eos < files/prompts.txt > $here/prompts.jsonl
flanmoe tokenizer encode {VOCABULARY} < world/small/data/corpus/facts.jsonl > $here/ids.txt
flanmoe tokenizer encode {VOCABULARY} --pieces --plain < files/prompts.txt > $here/pieces.txt
flanmoe tokenizer decode {VOCABULARY} --special < $here/ids.txt > $here/texts.txt
flanmoe tokenizer info {VOCABULARY} > $here/info.txt
flanmoe tokenizer train world/small/data/corpus/facts.jsonl --pieces 400 --out $here/spiece.model""")


def real_cases():
    """Readers, templates, suites and metrics on real files."""
    vocabulary = "--tokenizer real_data/tokenizer/t5_spiece.model"
    suites = "--suite qa,mmlu,bbh,niv2,finetune,reasoning --skip-missing --data real_data"
    mixtures = ["small", "niv2", "cot"]
    yield Case("real/list", "flanmoe data list --data real_data --json > $here/list.json", False)
    yield Case("real/mixtures", f"""\
{each(mixtures, f"flanmoe data stats NAME --data real_data {vocabulary} --draws 300 --json > $here/NAME.json")}
{each(mixtures, f"flanmoe data show NAME --data real_data {vocabulary} --count 20 --json > $here/NAME.jsonl")}""", False)
    yield Case("real/baselines", f"""\
flanmoe eval --baseline majority {suites} --limit 5 --out $here/majority > $here/majority.txt
flanmoe eval --baseline random {suites} --limit 5 --json > $here/random_results.json""", False)
    yield Case("real/suites", f"""\
flanmoe init gshard_small {TINY} model.moe.num_experts=4 {vocabulary} --out $here/model
flanmoe eval $here/model {suites} --limit 1 max_new_tokens=4 --out $here/out > $here/table.txt""", False, True)


def pretrained(name, steps):
    return f"train/{name}/pretrain/run/checkpoints/step-{steps}"


def instructed(name, steps):
    return f"train/{name}/instruct/run/checkpoints/step-{steps}"


def all_cases(home, configs, quick, has_real_data):
    """In the order in which they run."""
    steps, more_steps, few_steps = (4, 3, 3) if quick else (50, 20, 6)
    cases = [*world_cases(), *config_cases(home), *init_cases(), *train_cases(all_arms(configs), steps, more_steps),
             *variant_cases(steps, few_steps), *resume_cases(6 if quick else 10)]
    for name in ASKED_QUICK if quick else ASKED:
        cases += model_cases(name, instructed(name, more_steps))
    cases += generate_cases("pretrained", pretrained("gshard", steps))  # answers longer than those of instructed models
    cases += fitting_cases(*(instructed(name, more_steps) for name in ("dense", "switch", "gshard")))
    cases += [*data_cases(), *study_cases(), *(real_cases() if has_real_data else [])]
    return [case for case in cases if case.quick or not quick]
