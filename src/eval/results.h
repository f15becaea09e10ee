// What an evaluation finds: items, tasks, suites (docs/definitions.md: score of a task, suite score, interval).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/names.h"

namespace flanmoe {

// How an item is asked: for the answer, or for a chain of thought that ends with it.
enum class Prompting { kDirect, kCot };
constexpr std::array<Named<Prompting>, 2> names_of(Prompting) {
  return {{{Prompting::kDirect, "direct"}, {Prompting::kCot, "cot"}}};
}

// A task or suite as it is asked: "exam", "exam_cot".
inline std::string name_as_asked(const std::string& name, Prompting prompting) {
  return prompting == Prompting::kCot ? name + "_cot" : name;
}

// Log-probability (natural log) of an option as the answer, in five variants.
struct OptionScore {
  std::string text;            // what was scored: the option or its marker
  double sum = 0.0;            // over its tokens
  double per_token = 0.0;      // sum / number of tokens
  double unconditional = 0.0;  // sum - the sum behind an empty prompt
  double per_character = 0.0;  // sum / code points of the text
  double per_byte = 0.0;       // sum / bytes of the text
  int64_t same_ids = -1;       // an option in front of it that the vocabulary writes alike, -1 = none
};

// Whether an item is right by one of the variants.
struct RankedScore {
  std::string ranking;  // names_of(RankingScore)
  double score = 0.0;   // 0..1
};

// What the vocabulary cannot say of an item: pieces that are unknown to it.
struct UnknownPieces {
  int64_t prompt = 0, options = 0, answers = 0;  // options: as ranked; answers: as a model would write them
};

struct ItemResult {
  std::string task, id, cluster_id;
  Prompting prompting = Prompting::kDirect;
  std::string prediction, answer;  // answer extracted, "" = none found; first accepted answer
  double score = 0.0;              // 0..1
  bool truncated = false;          // lost exemplars, context or its front

  std::vector<std::string> answers;   // all accepted
  std::string group, member;          // passage and question of an edited passage, and which edit (consistency)
  std::string prompt, output;         // as text; the output as generated, "" when options were ranked
  std::string invalid;                // why no answer was found
  bool ended = true;                  // false: the output is as long as allowed
  bool refused = false;               // even the bare question is too long: not asked, no score
  bool context_cut = false;           // the middle of its passage is left out
  int64_t num_exemplars = 0;          // shown
  int64_t num_exemplars_dropped = 0;  // for want of room
  std::vector<std::string> options;   // to choose from
  std::vector<OptionScore> ranking;   // of the options, when they were ranked
  std::vector<RankedScore> ranked;    // by each variant, when they were ranked
  std::vector<std::string> tied;      // other options as good as the prediction, which stands in front of them
  UnknownPieces unknown;
  std::vector<std::string> lost_stops;  // stop texts that the vocabulary cannot write: no answer ends in front of them
};

// A metric over a whole task, beside its first one.
struct FurtherValue {
  std::string metric;
  double score = 0.0, standard_error = 0.0;  // percent
  std::string undefined;                     // why there is no value; the score is 0 then
};

struct TaskResult {
  std::string task, suite, cluster;
  Prompting prompting = Prompting::kDirect;
  int64_t num_items = 0, num_truncated = 0, num_unanswered = 0;
  double score = 0.0;           // percent, of the items that were asked
  double standard_error = 0.0;  // percent, over items, clustered by passage
  double chance = 0.0;          // percent
  int64_t num_available = 0;    // rows of the split; more than num_items when `max_items` cuts
  int64_t num_refused = 0;      // of num_items
  int64_t num_exemplars_dropped = 0, num_contexts_cut = 0, num_unended = 0;
  std::string undefined;  // why there is no value (its score is 0 then): all items refused, a constant correlated
  int64_t shots = 0;      // exemplars asked for
  int64_t version = 1;
  std::string held_out;  // what is new in the task: "cluster", "item" or "" (not said), as TaskSpec has it
  std::string metric;
  std::vector<FurtherValue> further;
  int64_t num_clusters = 0;              // passages and single items that were scored
  std::string ranking;                   // the variant that counts, "" = nothing was ranked
  std::vector<FurtherValue> by_ranking;  // by each variant, of a ranked task whose items have scores
  int64_t num_tied = 0;                  // items whose prediction shares its place with another option
  std::string first_tie;                 // of the first of them: "item '3': '{' and '}'"
  int64_t num_unknown_prompts = 0, num_unknown_options = 0, num_unknown_answers = 0;  // items with unknown pieces there
  std::vector<std::string> lost_stops;
  double normalised() const { return 100.0 * (score - chance) / (100.0 - chance); }
  double normalised_error() const { return 100.0 * standard_error / (100.0 - chance); }
  std::string name() const { return name_as_asked(task, prompting); }  // unique in an evaluation
};

struct SuiteResult {
  std::string suite;  // "exam"
  Prompting prompting = Prompting::kDirect;
  int64_t num_tasks = 0, num_items = 0;
  double score = 0.0, normalised = 0.0, standard_error = 0.0;  // plain mean over tasks
  double pooled = 0.0;                                         // mean over items, percent
  int64_t num_scored = 0;                                      // items that were not refused
  double normalised_error = 0.0;                               // standard error of `normalised`
  double below = 0.0, above = 0.0;                             // from the score to the ends of its interval
  double normalised_below = 0.0, normalised_above = 0.0;       // the same of `normalised`
  std::string category;                                        // "" = the whole suite, else its tasks of this cluster
  std::vector<std::string> tasks;                              // TaskResult::name()
};

struct EvalResult {
  std::vector<TaskResult> tasks;
  std::vector<SuiteResult> suites;  // each (suite, prompting)
  double normalised_average = 0.0;  // mean over suites of the mean over tasks
  std::vector<ItemResult> items;
};

// Half of the 95% interval over items.
inline double half_interval(double standard_error) { return 1.959963984540054 * standard_error; }

}  // namespace flanmoe
