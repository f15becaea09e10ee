#include "cli/command.h"

namespace flanmoe {

const std::vector<Command>& commands() {
  static const std::vector<Command> kCommands = {
      {"study", "run the paper's experiment: arms x seeds x phases, results.json and report.html",
       "  flanmoe study mini --out runs/mini            the built-in world, minutes on two cores\n"
       "  flanmoe study real --data ../shared/data --out runs/real\n"
       "  flanmoe study mini --out runs/two 'seeds=[1, 2]' model.d_model=96\n"
       "  flanmoe study capacity --reuse runs/instruction   what is trained there already is copied\n"
       "  flanmoe study mini --print-config             every setting, resolved",
       setup_study},
      {"report", "draw the pages of finished studies anew, or one page over several studies",
       "  flanmoe report runs/mini                      report.html from results.json, as this program draws it\n"
       "  flanmoe report --index runs/index.html runs/routers runs/tasks runs/experts",
       setup_report},
      {"train", "one training run: pre-training, instruction tuning or finetuning",
       "  flanmoe train pretrain data=runs/world --out runs/a\n"
       "  flanmoe train instruct data=runs/world init=runs/a/checkpoints/step-2000 --out runs/b\n"
       "  flanmoe train instruct_t5 --mixture small data=../shared/data init=flan-t5-base --out runs/c\n"
       "  flanmoe train runs/a/config.yaml --out runs/a   go on where it stopped",
       setup_train},
      {"eval", "score a model on suites or task files, by ranking options or by generation",
       "  flanmoe eval MODEL --suite mmlu,bbh --data ../shared/data --out runs/eval\n"
       "  flanmoe eval runs/b/checkpoints/step-1000 --data runs/world 'tasks=[\"{data}/heldout\"]'\n"
       "  flanmoe eval MODEL --data runs/world 'tasks=[\"{data}/heldout/exam\"]' prompts=both --json",
       setup_eval},
      {"generate", "answer prompts: greedy, sampled or by beam search",
       "  flanmoe generate MODEL \"What is the job of Velor?\"\n"
       "  echo \"Reverse the list: a b c\" | flanmoe generate MODEL temperature=0.7 seed=3\n"
       "  flanmoe generate MODEL num_beams=4 num_answers=4 --json \"translate English to German: Good day\"\n"
       "  flanmoe generate MODEL --input prompts.jsonl --output answers.jsonl batch=32 'stop=[\".\"]'\n"
       "  flanmoe generate MODEL --routing --json \"Who is it?\"      experts and drops of every token\n"
       "  flanmoe generate MODEL --interactive",
       setup_generate, true},
      {"score", "log-probability of given answers, and which of them the model prefers",
       "  flanmoe score MODEL \"Is the sky green?\" yes no\n"
       "  flanmoe score MODEL --input questions.jsonl --output scores.jsonl --by token\n"
       "  echo '{\"prompt\": \"2 + 2 =\", \"answers\": [\"4\", \"5\"]}' | flanmoe score MODEL --tokens",
       setup_score, true},
      {"data",
       "write the built-in world; list tasks, show examples, measure mixtures, look for evaluation text in them, write "
       "them as token ids",
       "  flanmoe data make --out world seed=3 num_facts=2000\n"
       "  flanmoe data list 'cot_*' small --data ../shared/data\n"
       "  flanmoe data show world/tasks --count 5\n"
       "  flanmoe data show small --data ../shared/data --tokenizer spiece.model --count 3\n"
       "  flanmoe data show --corpus --data world --count 3\n"
       "  flanmoe data show mmlu_astronomy --eval --data ../shared/data --count 1\n"
       "  flanmoe data stats small --data ../shared/data --tokenizer spiece.model\n"
       "  flanmoe data check small --against mmlu bbh --data ../shared/data\n"
       "  flanmoe data build small --data ../shared/data --tokenizer spiece.model --out cache",
       setup_data},
      {"tokenizer", "ids of texts, texts of ids, a new vocabulary, what a vocabulary holds",
       "  flanmoe tokenizer encode MODEL \"What is the job of Velor?\" --pieces\n"
       "  flanmoe tokenizer decode MODEL 37 32099 12539 7 1 --special\n"
       "  flanmoe tokenizer train corpus.txt --pieces 8000 --out spiece.model\n"
       "  flanmoe tokenizer info MODEL",
       setup_tokenizer},
      {"init", "a new model folder with fresh weights",
       "  flanmoe init t5_v1_1_small --out t5 --tokenizer spiece.model\n"
       "  flanmoe init switch_base model.moe.num_experts=16 --out switch --dtype bfloat16 --max-shard 1GB\n"
       "  flanmoe init switch_base model.moe.num_experts=8 model.moe.expert_capacity=64 --out hf   loads in "
       "transformers",
       setup_init},
      {"inspect", "what a model is: shape, parameters by part, FLOPs, bytes, tensors",
       "  flanmoe inspect runs/b/checkpoints/step-1000\n"
       "  flanmoe inspect flan-t5-base/config.json\n"
       "  flanmoe inspect st_moe_32b                       a preset; no weights needed\n"
       "  flanmoe inspect MODEL --tensors --json",
       setup_inspect},
      {"convert",
       "the same model in another dtype, in shards, or under Hugging Face's Switch rule; checked on random input",
       "  flanmoe convert flan-t5-base --out small --dtype bfloat16 --max-shard 200MB\n"
       "  flanmoe convert switch-base-8 --out ours --to flanmoe moe.capacity_factor_eval=0\n"
       "  flanmoe convert ours --out hf --to huggingface moe.expert_capacity=64",
       setup_convert},
      {"upcycle", "make a dense model sparse: experts copied, routers new; says how far the output moved",
       "  flanmoe upcycle flan-t5-base --routing gshard model.moe.num_experts=8 --out sparse\n"
       "  flanmoe upcycle flan-t5-base --routing switch --noise 0.02 --out sparse",
       setup_upcycle},
      {"average", "the mean of the weights of several models, such as the last checkpoints of a run",
       "  flanmoe average runs/a --last 4 --out mean\n"
       "  flanmoe average runs/a/checkpoints/step-1000 runs/b/checkpoints/step-1000 --out mean",
       setup_average},
      {"twin", "the dense model with the same forward FLOPs per token as a sparse one, and back",
       "  flanmoe twin gshard_base --out twin.json && flanmoe init twin.json --out twin\n"
       "  flanmoe twin t5_v1_1_base --routing st_moe",
       setup_twin},
      {"analyze", "what the routers do with text: utilisation, dropping, specialisation",
       "  flanmoe analyze MODEL --data runs/world 'tasks=[\"{data}/heldout/exam\"]'\n"
       "  flanmoe analyze MODEL --suite mmlu --data ../shared/data --out routing.json",
       setup_analyze},
      {"settings", "every key=value setting of a command: type, default, meaning",
       "  flanmoe settings train\n"
       "  flanmoe settings data make\n"
       "  flanmoe settings --markdown > docs/settings.md   the page of all",
       setup_settings},
      {"completion", "a script that completes commands, options, presets and settings as you type",
       "  source <(flanmoe completion bash)         in this shell\n"
       "  flanmoe completion bash >> ~/.bashrc      in every new one",
       setup_completion},
  };
  return kCommands;
}

}  // namespace flanmoe
