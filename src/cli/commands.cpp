#include "cli/command.h"

namespace flanmoe {

const std::vector<Command>& commands() {
  static const std::vector<Command> kCommands = {
      {"train", "one training run: pre-training, instruction tuning or finetuning",
       "  flanmoe train pretrain data=world --out runs/a\n"
       "  flanmoe train instruct data=world init=runs/a/checkpoints/step-2000 --out runs/b\n"
       "  flanmoe train runs/a/config.yaml --out runs/a   go on where it stopped",
       setup_train},
      {"eval", "score a model on task files, by ranking options or by generation",
       "  flanmoe eval runs/b/checkpoints/step-1000 --data world 'tasks=[{data}/heldout]'\n"
       "  flanmoe eval MODEL --data world 'tasks=[{data}/heldout/exam]' prompts=both --json",
       setup_eval},
      {"generate", "answer prompts given as arguments, or one per line on stdin",
       "  flanmoe generate MODEL \"What is the job of Velor?\"\n"
       "  echo \"Reverse the list: a b c\" | flanmoe generate MODEL temperature=0.7 seed=3",
       setup_generate},
      {"data", "list the tasks of a data folder, print examples of its mixture",
       "  flanmoe data tasks world\n"
       "  flanmoe data show world --count 5",
       setup_data},
      {"inspect", "what a model folder holds: shape, parameters, FLOPs, tensors",
       "  flanmoe inspect runs/b/checkpoints/step-1000\n"
       "  flanmoe inspect MODEL --tensors --json",
       setup_inspect},
      {"analyze", "what the routers do with text: utilisation, dropping, specialisation",
       "  flanmoe analyze MODEL --data world 'tasks=[{data}/heldout/exam]'",
       setup_analyze},
  };
  return kCommands;
}

}  // namespace flanmoe
