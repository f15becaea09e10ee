#include "cli/command.h"

namespace flanmoe {

const std::vector<Command>& commands() {
  static const std::vector<Command> kCommands = {
      {"study", "run the paper's experiment: arms x seeds x phases, results.json and report.html",
       "  flanmoe study mini --out runs/mini            the built-in world, minutes on two cores\n"
       "  flanmoe study real --data ../shared/data --out runs/real\n"
       "  flanmoe study mini --out runs/two 'seeds=[1, 2]' model.d_model=96\n"
       "  flanmoe study mini --print-config             every setting, resolved",
       setup_study},
      {"train", "one training run: pre-training, instruction tuning or finetuning",
       "  flanmoe train pretrain data=runs/mini/world --out runs/a\n"
       "  flanmoe train instruct data=runs/mini/world init=runs/a/checkpoints/step-2000 --out runs/b\n"
       "  flanmoe train runs/a/config.yaml --out runs/a   go on where it stopped",
       setup_train},
      {"eval", "score a model on task files, by ranking options or by generation",
       "  flanmoe eval runs/b/checkpoints/step-1000 --data runs/mini/world 'tasks=[\"{data}/heldout\"]'\n"
       "  flanmoe eval MODEL --data runs/mini/world 'tasks=[\"{data}/heldout/exam\"]' prompts=both --json",
       setup_eval},
      {"generate", "answer prompts given as arguments, or one per line on stdin",
       "  flanmoe generate MODEL \"What is the job of Velor?\"\n"
       "  echo \"Reverse the list: a b c\" | flanmoe generate MODEL temperature=0.7 seed=3",
       setup_generate},
      {"data", "write the built-in world, list its tasks, print examples of a mixture",
       "  flanmoe data make --out world seed=3 num_facts=2000\n"
       "  flanmoe data tasks world\n"
       "  flanmoe data show world --count 5\n"
       "  flanmoe data show world --corpus --count 3\n"
       "  flanmoe data show world --tasks heldout/exam --split test --count 2",
       setup_data},
      {"tokenizer", "ids of texts, texts of ids, a new vocabulary, what a vocabulary holds",
       "  flanmoe tokenizer encode MODEL \"What is the job of Velor?\" --pieces\n"
       "  flanmoe tokenizer decode MODEL 37 32099 12539 7 1 --special\n"
       "  flanmoe tokenizer train corpus.txt --pieces 8000 --out spiece.model\n"
       "  flanmoe tokenizer info MODEL",
       setup_tokenizer},
      {"inspect", "what a model folder holds: shape, parameters, FLOPs, tensors",
       "  flanmoe inspect runs/b/checkpoints/step-1000\n"
       "  flanmoe inspect MODEL --tensors --json",
       setup_inspect},
      {"analyze", "what the routers do with text: utilisation, dropping, specialisation",
       "  flanmoe analyze MODEL --data runs/mini/world 'tasks=[\"{data}/heldout/exam\"]'", setup_analyze},
  };
  return kCommands;
}

}  // namespace flanmoe
