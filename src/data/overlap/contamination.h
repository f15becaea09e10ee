// Is evaluation text in the training text? Counts per evaluation task and split, and the offending pairs.
// docs/data.md, "Contamination", says what is looked for.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "data/overlap/overlap.h"
#include "data/task.h"

namespace flanmoe {

// kRun: a question shares a run of words. kExact: a short question stands there as a whole. kAnswer: an accepted answer
// shares a run. kPassage: the text that a question is about shares a run, which is reported and no fault.
enum class OverlapKind { kRun, kExact, kAnswer, kPassage };
std::string name_of(OverlapKind kind);  // "run", "exact", "answer", "passage"

struct OverlapPair {
  std::string task, split, id;       // of the evaluation row
  std::string train_task, train_id;  // of the training row
  OverlapKind kind;
  std::string text;  // what they share, as the training text writes it
};
using PairSink = std::function<void(const OverlapPair& pair)>;

// One split of one evaluation task; rows are counted, not pairs.
struct SplitOverlap {
  std::string task, split;
  int64_t num_rows = 0;
  int64_t num_generic = 0, num_too_short = 0;                    // rows whose question cannot be looked for
  int64_t num_questions = 0, num_answers = 0, num_passages = 0;  // rows found in the training text
  std::vector<OverlapPair> shown;                                // the first pairs, of different rows
};

struct ContaminationReport {
  std::vector<SplitOverlap> splits;
  std::map<std::string, int64_t> sources;  // training task -> its texts that hold a question or an answer
  int64_t num_training_texts = 0;
  bool clean() const { return sources.empty(); }
};

class ContaminationCheck {
 public:
  // Reads the evaluation rows. At most `max_shown` pairs per split are kept in the report. UserError as load_rows, for
  // a task without a split to evaluate on, and for two tasks of one name.
  ContaminationCheck(const std::vector<TaskSpec>& evaluation, int64_t window, int64_t max_shown);

  // Looks through one training text; `sink` gets every pair.
  void scan(const std::string& train_task, const std::string& train_id, const std::string& text, const PairSink& sink);
  const ContaminationReport& report() const { return report_; }

 private:
  // What an item of the index is: a part of a row.
  enum class Part : uint8_t { kQuestion, kAnswer, kPassage };
  struct Item {
    uint32_t split;  // place in the report
    Part part;
    bool found = false;
    std::string id;
  };
  void add_split(const TaskSpec& task, const std::string& split);
  void add_row(const TaskRow& row);
  uint32_t new_item(Part part, const std::string& id);
  OverlapKind kind_of(const SharedRun& run) const;
  void count(Item& item, const OverlapPair& pair);

  OverlapIndex index_;
  size_t max_shown_;
  std::vector<Item> items_;
  ContaminationReport report_;
};

}  // namespace flanmoe
