"""What scripts/docs_commands.py does to the commands of the pages, and why. Patterns are regular expressions."""

# The binary is given: what would install packages and build does nothing here. Everything else of a recipe runs.
STUBS = ["scripts/setup.sh", "scripts/build.sh"]

# Commands that do not run here: (pattern, where they run instead).
SKIPPED = [
    (r"^(make (build|setup)|apt-get|pip install)\b", "installs or builds, and the binary is given"),
    (r"^PIP_\w+=|TORCH_DIR=", "is another `make study` in its set-up alone, and the binary is given"),
    (r"^docker ", "needs docker and an hour; .ci/run builds without"),
    (r"^make test\b", "builds and runs tests, of which this is one"),
    (r"^make parity", "needs transformers in an environment of its own; .ci/run runs it"),
    (r"^make harness", "needs lm-evaluation-harness in an environment of its own; .ci/run runs it"),
    (r"^make torture", "takes an hour; `make test` runs a part of every kind"),
    (r"^make fuzz", "needs a build of its own with sanitizers; `make test` gives each target 20,000 inputs"),
    (r"^make lint", "half a minute for every file of src; needs no binary and no page"),
    (r"^make bench", "needs the benchmarks built and quiet cores; bench/RESULTS.md holds what it said"),
]

# Settings that the tables below name as shell variables.
VARIABLES = {
    # A model of a few hundred thousand parameters.
    "NARROW": "model.d_model=32 model.d_kv=8 model.num_heads=4 model.d_ff=64 model.num_layers=2 "
              "model.num_decoder_layers=2",
    # Runs of the documented number of steps in seconds.
    "LIGHT": "model.d_model=16 model.d_kv=8 model.num_heads=2 model.d_ff=32 corpus.rows_per_batch=2",
    # A study in which nothing is learned: every cell of the grid, a few steps and items each.
    "SMALL": "world.num_facts=120 world.vocab_pieces=900 world.examples_per_task=24 world.eval_items_per_task=12 "
             "world.finetune_examples=24 model.d_kv=8 model.num_heads=2 model.d_ff=32 corpus.rows_per_batch=8 "
             "mixture.examples_per_batch=8 finetune_mixture.examples_per_batch=8 pretrain.steps=4 instruct.steps=4 "
             "instruct.eval_every=2 finetune.steps=4 heldout.max_items=1 heldout.max_new_tokens=4 validation.max_items=1 "
             "validation.max_new_tokens=4 curve.max_items=1 finetune_eval.max_items=2 routing_texts=8 cost_steps=1",
}

# What stands for the upper-case words of a page: (pattern, replacement, reason).
FILLED_IN = [
    (r"\bMODEL\b", "any-model", "MODEL is a T5 of width 32"),
    (r"\bOTHER\b", "other-model", "OTHER is the same with other weights"),
    (r"git clone THIS_REPOSITORY", 'git clone "$TREE"', "THIS_REPOSITORY is the tree that this is run in"),
    (r"--out RUN\b", "--out runs/run", "RUN is a folder"),
    (r"--data (FOLDER|DATA)\b", "--data ../shared/data", "a data folder"),
    (r"MIXTURE --against SUITES\.\.\. \[--corpus FILES\.\.\.\]", "small --against mmlu bbh --corpus corpus.txt",
     "a mixture, two suites and a file"),
    (r"data build MIXTURE", "data build small", "a mixture that ships"),
    (r"train instruct_t5 \.\.\. mixture.cache=FOLDER", "train instruct_t5 --mixture small data=../shared/data "
     "init=any-model mixture.cache=cache --out runs/run", "arguments of docs/data.md"),
    (r"--out FOLDER\b", "--out cache", "the cache that the next command reads"),
    (r"data show TASK", "data show tiny-world/heldout/exam", "held-out tasks of a world"),
    (r"data show FILE", "data show tiny-world/tasks/niv2/list_contains.yaml", "a task of a world"),
    (r"data stats NAME", "data stats small", "a mixture that ships"),
    (r"recompute\.py FOLDER", "recompute.py runs/eval-a", "the evaluation that the page writes"),
]

# Models and files that a page takes for granted: name -> the command that makes it.
STAND_INS = {
    "tiny-world": "flanmoe data make --out tiny-world num_facts=120 vocab_pieces=900 examples_per_task=8 "
                  "eval_items_per_task=6 finetune_examples=8",
    "spiece.model": "cp ../shared/data/tokenizer/t5_spiece.model spiece.model || cp tiny-world/spiece.model spiece.model",
    "any-model": "flanmoe init t5_v1_1_small $NARROW --tokenizer spiece.model --out any-model",
    "other-model": "flanmoe init t5_v1_1_small $NARROW --seed 2 --tokenizer spiece.model --out other-model",
    "flan-t5-base": "flanmoe init t5_v1_1_base $NARROW --tokenizer spiece.model --out flan-t5-base",
    "switch-base-8": "flanmoe init switch_base $NARROW model.moe.num_experts=8 model.moe.expert_capacity=64 "
                     "--tokenizer spiece.model --out switch-base-8",
    "prompts.jsonl": """echo '{"id": 1, "prompt": "What is snow?"}' > prompts.jsonl""",
    "corpus.txt": "echo 'Snow is frozen water that falls from clouds in winter, flake by flake.' > corpus.txt",
    "mine.yaml": "sed -n 's/^    //;/^parent: lab/,/^$/p' $FLANMOE_HOME/docs/studies.md > mine.yaml",  # as shown there
    "colours.yaml": "sed -n '/^name: colours/,/^license/p' $FLANMOE_HOME/docs/tasks.md > colours.yaml",  # as shown there
}

# Commands that are cut short: (pattern, replacement, reason).
GRID = "every cell at sizes where nothing is learned; 15 minutes to an hour otherwise"
ONE_ITEM = "one item of each task, short answers; minutes otherwise"
CUTS = [
    (r"^make study$", 'make study PRESET="mini $SMALL"', GRID),
    (r"^make study PRESET=(\w+)", r'make study PRESET="\1 $SMALL"', GRID),
    (r'PRESET="full', 'PRESET="full seeds=[1,2]', "two seeds of three"),
    (r"'seeds=\[1, 2, 3[^]]*\]'", "'seeds=[1, 2]'", "two seeds of eight"),
    (r"^((build/)?flanmoe study .*)$", r"\1 $SMALL", GRID),
    (r"^((build/)?flanmoe train pretrain .*)$", r"\1 $LIGHT", "narrow, two rows a step; minutes otherwise"),
    (r"^((build/)?flanmoe train instruct data=runs/world .*)$", r"\1 mixture.examples_per_batch=2",
     "two examples a step; minutes otherwise"),
    (r"^((build/)?flanmoe train instruct_t5 --mixture .*)$", r"\1 train.steps=4", "4 steps; minutes otherwise"),
    (r"--limit \d+", "--limit 1 max_new_tokens=8", ONE_ITEM),
    (r"^((build/)?flanmoe eval (?!.*--(limit|baseline)).*--suite .*)$", r"\1 --limit 1 max_new_tokens=8", ONE_ITEM),
    (r"^(flanmoe eval .* prompts=both .*)$", r"\1 --limit 4", "four items of each task"),
    (r"init switch_base", "init switch_base $NARROW", "width 32; 4 GB otherwise"),
]

# Commands that rightly end with another exit status than 0: (pattern, status, where a page says so).
STATUS = [
    (r"flanmoe data check ", 3, "docs/data.md: evaluation text is found in the training text"),
]
