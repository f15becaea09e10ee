#include "study/measure_ids.h"

#include <algorithm>

#include "base/error.h"
#include "base/nearest_name.h"
#include "eval/results.h"
#include "study/cells.h"
#include "study/stage.h"

namespace flanmoe {
namespace {

// "suite/NAME/direct/instructed", whatever the name.
bool is_of_a_suite(const std::string& id) {
  if (!id.starts_with("suite/")) return false;
  for (const std::string& prompting : all_names<Prompting>()) {
    for (const Stage stage : kStages) {
      if (id.ends_with("/" + prompting + "/" + name_of(stage))) return true;
    }
  }
  return false;
}

}  // namespace

std::vector<std::string> measure_ids(const StudyOptions& options) {
  std::vector<std::string> ids = {"loss/pretrain", "gain/heldout", "gain/utilisation", "unlimited/instructed",
                                  "gain/capacity"};
  for (const Stage stage : kStages) {
    for (const char* what : {"heldout/", "heldout-direct/", "log-odds/", "validation/", "utilisation/"})
      ids.push_back(what + std::string(name_of(stage)));
  }
  if (options.finetune_sets.empty()) return ids;
  ids.push_back("gain/finetune");
  for (const char* way : {"/direct", "/instructed"}) {
    ids.push_back("finetune/mean" + std::string(way));
    for (const std::string& file : options.finetune_sets) ids.push_back("finetune/" + set_name(file) + way);
  }
  return ids;
}

void check_measure_id(const std::string& id, const StudyOptions& options, const std::string& asker) {
  const std::vector<std::string> ids = measure_ids(options);
  if (is_of_a_suite(id) || std::find(ids.begin(), ids.end(), id) != ids.end()) return;
  const std::string nearest = nearest_name(id, ids);
  fail_input("{}: 'measure' is '{}', which no cell of this study measures{}", asker, printable(id),
             nearest.empty() ? "; docs/results.md lists the measures" : fmt::format("; did you mean '{}'?", nearest));
}

}  // namespace flanmoe
