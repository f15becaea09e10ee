"""Parity with transformers: what flanmoe writes loads there and what transformers writes loads here, with the same
logits, tokens and generated answers. Everything is made on the spot: tiny models, a tokenizer trained on invented text.

usage: parity.py FLANMOE_BINARY
"""
import json
import os
import random
import subprocess
import sys
import tempfile

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_VERBOSITY"] = "error"
import torch
import transformers
from safetensors.torch import load_file
from transformers import (AutoModelForSeq2SeqLM, AutoTokenizer, SwitchTransformersConfig,
                          SwitchTransformersForConditionalGeneration, T5Config, T5ForConditionalGeneration)

BINARY = os.path.abspath(sys.argv[1])
AGREEMENT = 1e-4
PROMPTS = ["the red lamp stands near the river", "who keeps the green boat ?", "count two three four", "a"]
ANSWERS = ["near the boat", "the lamp keeps two"]
SHAPE = ["model.d_model=36", "model.d_kv=7", "model.num_heads=5", "model.d_ff=44", "model.num_layers=4",
         "model.num_decoder_layers=4", "model.vocab_size=0"]


def flanmoe(*arguments):
    done = subprocess.run([BINARY, *arguments], capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"flanmoe {' '.join(arguments)}: exit status {done.returncode}\n{done.stderr}")
    return done.stdout


def invented_text():
    draw = random.Random(7)
    words = "the a red green lamp boat river stands keeps near who count two three four moves slowly under old bridge".split()
    return "\n".join(" ".join(draw.choices(words, k=8)) + draw.choice([" ?", " .", ""]) for _ in range(2000))


def our_logits(folder, scratch):
    """Logits of every answer to every prompt, and the answers by beam search."""
    questions = os.path.join(scratch, "questions.jsonl")
    with open(questions, "w") as file:
        for prompt in PROMPTS:
            file.write(json.dumps({"prompt": prompt, "answers": ANSWERS}) + "\n")
    logits_file = os.path.join(scratch, "logits.safetensors")
    if os.path.exists(logits_file):
        os.remove(logits_file)
    flanmoe("score", folder, "--input", questions, "--logits", logits_file, "-q")
    logits = load_file(logits_file)
    lines = flanmoe("generate", folder, "--json", "num_beams=3", "max_new_tokens=9", "-q", *PROMPTS).splitlines()
    beams = [[token["id"] for token in json.loads(line)["answers"][0]["tokens"]] for line in lines]
    return logits, beams


def compare(name, folder, scratch, model=None, tokenizer=None):
    if tokenizer is None:
        tokenizer = AutoTokenizer.from_pretrained(folder, use_fast=False)
    if model is None:
        model = AutoModelForSeq2SeqLM.from_pretrained(folder, dtype=torch.float32)
    model = model.float().eval()
    logits, beams = our_logits(folder, scratch)
    worst = 0.0
    for p, prompt in enumerate(PROMPTS):
        source = tokenizer(prompt, return_tensors="pt").input_ids
        with torch.no_grad():
            for a, answer in enumerate(ANSWERS):
                theirs = model(input_ids=source, labels=tokenizer(answer, return_tensors="pt").input_ids).logits[0]
                gap = (logits[f"{p}.{a}"] - theirs).abs().max() / theirs.abs().max()
                worst = max(worst, gap.item())
            found = model.generate(source, num_beams=3, do_sample=False, max_new_tokens=9)[0].tolist()[1:]
        if 1 in found:
            found = found[:found.index(1) + 1]
        if found != beams[p]:
            raise SystemExit(f"{name}: beam search of '{prompt}' gave {beams[p]}, transformers {found}")
    if worst > AGREEMENT:
        raise SystemExit(f"{name}: logits differ by {worst:.2g} of the largest, expected at most {AGREEMENT}")
    print(f"ok  {name}: logits agree to {worst:.1g}, beam search token by token")
    return model


def lively(model):
    """Random weights that say more than the stock initialisation, so that errors show."""
    generator = torch.Generator().manual_seed(11)
    with torch.no_grad():
        for parameter in model.parameters():
            scale = 0.3 if parameter.dim() == 1 else 1.3 / parameter.shape[-1] ** 0.5
            parameter.copy_(scale * torch.randn(parameter.shape, generator=generator) + (parameter.dim() == 1))
    return model


def ours_there(scratch, spiece):
    """Written by flanmoe, read by transformers."""
    switch = ["model.moe.num_experts=3", "model.moe.expert_capacity=64"]
    for preset, extra in (("t5_v1_0_small", []), ("t5_v1_1_small", []), ("switch_base", switch)):
        for dtype in ("float32", "bfloat16"):
            folder = os.path.join(scratch, f"{preset}-{dtype}")
            flanmoe("init", preset, *SHAPE, *extra, "--tokenizer", spiece, "--dtype", dtype, "--out", folder, "-q")
            compare(f"flanmoe init {preset}, {dtype}", folder, scratch)
    sharded = os.path.join(scratch, "sharded")
    flanmoe("convert", os.path.join(scratch, "switch_base-float32"), "--max-shard", "50kB", "--out", sharded)
    compare("flanmoe convert in shards of 50 kB", sharded, scratch)


def theirs_here(scratch, tokenizer):
    """Written by transformers, read by flanmoe."""
    common = dict(vocab_size=len(tokenizer) + 3, d_model=52, d_kv=9, d_ff=76, num_heads=5, decoder_start_token_id=0)
    models = {
        "T5 v1.0": T5ForConditionalGeneration(T5Config(num_layers=3, num_decoder_layers=2, **common)),
        "T5 v1.1": T5ForConditionalGeneration(T5Config(num_layers=2, num_decoder_layers=2, feed_forward_proj="gated-gelu",
                                                       tie_word_embeddings=False, **common)),
        "Switch": SwitchTransformersForConditionalGeneration(SwitchTransformersConfig(
            num_layers=4, num_decoder_layers=4, num_experts=5, expert_capacity=64, num_sparse_encoder_layers=2,
            num_sparse_decoder_layers=1, router_jitter_noise=0.0, **common)),
    }
    for name, model in models.items():
        model = lively(model)
        for label, dtype, options in (("one file", torch.float32, {}),
                                      ("shards of 200 kB", torch.float32, dict(max_shard_size="200kB")),
                                      ("bfloat16", torch.bfloat16, {})):
            folder = os.path.join(scratch, f"{name} {label}".replace(" ", "-"))
            model.to(dtype).save_pretrained(folder, **options)
            tokenizer.save_pretrained(folder)
            if options and not os.path.exists(os.path.join(folder, "model.safetensors.index.json")):
                raise SystemExit(f"{name}: the model is too small to be sharded")
            spiece = os.path.join(folder, "spiece.model")
            compare(f"transformers' {name}, {label}", folder, scratch)
            if os.path.exists(spiece) and label == "one file":  # transformers 5 writes tokenizer.json alone
                fast = AutoTokenizer.from_pretrained(folder)
                fast.save_pretrained(folder)
                os.remove(spiece)
                compare(f"transformers' {name}, tokenizer.json alone", folder, scratch, tokenizer=fast)
            model.float()


def trained_there(scratch):
    """A T5 trained a few steps by flanmoe, read by transformers."""
    world, run = os.path.join(scratch, "world"), os.path.join(scratch, "run")
    flanmoe("data", "make", "--out", world, "num_facts=200")
    flanmoe("train", "pretrain", f"data={world}", "--out", run, "train.steps=6", "train.checkpoint_every=0", "-q",
            "model.d_model=32", "model.d_ff=48", "corpus.rows_per_batch=4")
    compare("a T5 trained 6 steps", os.path.join(run, "checkpoints", "step-6"), scratch)


def main():
    torch.set_num_threads(1)
    transformers.utils.logging.disable_progress_bar()
    torch.manual_seed(3)
    with tempfile.TemporaryDirectory() as scratch:
        text, spiece = os.path.join(scratch, "text.txt"), os.path.join(scratch, "spiece.model")
        with open(text, "w") as file:
            file.write(invented_text())
        flanmoe("tokenizer", "train", text, "--pieces", "60", "--out", spiece, "-q")
        ours_there(scratch, spiece)
        tokenizer = AutoTokenizer.from_pretrained(os.path.join(scratch, "t5_v1_0_small-float32"), use_fast=False)
        theirs_here(scratch, tokenizer)
        trained_there(scratch)
    print("parity: every folder agrees")


main()
