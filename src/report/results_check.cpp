#include "report/results_check.h"

#include <algorithm>
#include <array>
#include <functional>
#include <string>
#include <vector>

#include "base/error.h"

namespace flanmoe::report {
namespace {

struct RequiredKey {
  const char* key;
  const char* expected;
};

constexpr std::array<RequiredKey, 17> kRequired = {{
    {"format", "the number 1 or 2"},
    {"title", "a text"},
    {"note", "a text"},
    {"kind", "world or real"},
    {"command", "a text"},
    {"config", "the resolved YAML as a text"},
    {"seeds", "a list of integers"},
    {"data", "an object with 'description' and 'counts'"},
    {"arms", "a list with one object per arm"},
    {"suites", "a list of names"},
    {"measures", "a list of objects with 'id', 'arms' and 'differences'"},
    {"verdicts", "a list of objects with 'question' and 'answer'"},
    {"tasks", "a list of objects, one per arm, stage, task and prompting"},
    {"curves", "a list of objects, one per arm, seed and phase"},
    {"routing", "a list of objects, one per sparse arm and stage"},
    {"capacity", "a list of objects with 'arm', 'default' and 'unlimited'"},
    {"timing", "an object with 'machine' and 'cost'"},
}};

struct Field;

// What a value must be.
struct Shape {
  std::string expected;  // in words
  std::function<bool(const Json&)> holds;
  bool needed = false;         // neither missing nor null
  std::vector<Shape> element;  // one, of a list
  std::vector<Field> fields;   // of an object; others are free
};

struct Field {
  const char* key;
  Shape shape;
};

Shape needed(Shape shape) {
  shape.needed = true;
  return shape;
}
Shape optional(Shape shape) {
  shape.needed = false;
  return shape;
}

Shape number() { return {"a number", &Json::is_number}; }
Shape text() { return needed({"a text", &Json::is_string}); }
Shape integer() { return needed({"an integer", &Json::is_number_integer}); }
Shape flag() { return needed({"true or false", &Json::is_boolean}); }
Shape list(const Shape& element) { return {"a list", &Json::is_array, false, {element}}; }
Shape object(const std::vector<Field>& fields) { return {"an object", &Json::is_object, false, {}, fields}; }
Shape one_of(const std::vector<std::string>& words) {
  const auto holds = [words](const Json& value) { return std::find(words.begin(), words.end(), value) != words.end(); };
  return needed({fmt::format("{}", fmt::join(words, " or ")), holds});
}
Shape objects(const std::vector<Field>& fields) { return list(needed(object(fields))); }

// The last one is of format 1.
Shape answer() { return one_of({"yes", "no", "equal", "undecided", "too noisy to say"}); }
Shape interval() {
  return needed(object({{"mean", number()}, {"low", number()}, {"high", number()}, {"basis", text()}}));
}

Shape layers() {
  const Shape classes = objects({{"class", text()}, {"kept", needed(list(needed(number())))}});
  std::vector<Field> fields = {{"stack", text()}, {"layer", integer()}, {"classes", classes}};
  for (const char* key : {"num_tokens", "utilisation", "dropped_choice_share", "dropped_token_share",
                          "unchosen_token_share", "max_load_ratio", "load_variation", "load_entropy", "router_entropy",
                          "class_specialisation", "utilisation_ceiling"}) {
    fields.push_back({key, number()});
  }
  return objects(fields);
}

// Of the runs of one phase.
Shape phase_recipe() {
  std::vector<Field> fields;
  for (const char* key : {"objective", "optimizer", "schedule"}) fields.push_back({key, optional(text())});
  for (const char* key : {"steps", "examples_per_step", "learning_rate", "dropout", "expert_dropout", "balance_loss",
                          "z_loss", "source_length", "target_length", "few_shot_share", "max_shots"}) {
    fields.push_back({key, number()});
  }
  return object(fields);
}

Shape recipe() {
  return object({{"d_model", number()},
                 {"num_layers", number()},
                 {"num_sparse_layers", number()},
                 {"heldout_shots", number()},
                 {"pretrain", phase_recipe()},
                 {"instruct", phase_recipe()},
                 {"finetune", phase_recipe()}});
}

Shape arms() {
  return objects(
      {{"name", text()},
       {"label", text()},
       {"router", text()},
       {"twin", text()},
       {"base", optional(text())},
       {"base_label", optional(text())},
       {"at", object({})},
       {"sparse", flag()},
       {"num_experts", number()},
       {"k", number()},
       {"total_parameters", number()},
       {"active_parameters", number()},
       {"flops_per_token", number()},
       {"executed_flops_per_token", object({{"pretrain", number()}, {"instruct", number()}, {"evaluation", number()}})},
       {"recipe", recipe()},
       {"disk_bytes", number()}});
}

Shape axes() {
  return objects(
      {{"name", text()}, {"label", text()}, {"values", needed(objects({{"name", text()}, {"label", text()}}))}});
}

Shape measures() {
  const Shape scores = needed(objects({{"arm", text()}, {"values", list(number())}, {"interval", interval()}}));
  const Shape differences =
      needed(objects({{"arm", text()}, {"twin", text()}, {"values", list(number())}, {"interval", interval()}}));
  return objects({{"id", text()}, {"label", text()}, {"unit", text()}, {"arms", scores}, {"differences", differences}});
}

Shape verdicts() {
  return objects({{"question", text()},
                  {"answer", answer()},
                  {"text", text()},
                  {"agreement", optional(text())},
                  {"expected", optional(text())},
                  {"paper", optional(text())},
                  {"unit", optional(text())},
                  {"interval", optional(interval())},
                  {"primary", optional(flag())},
                  {"measure", optional(text())},
                  {"next", object({{"text", text()}, {"study", text()}, {"seeds", needed(list(integer()))}})},
                  {"parts", objects({{"label", text()}, {"interval", interval()}, {"tested", optional(interval())}})}});
}

Shape tasks() {
  return objects({{"arm", text()},
                  {"stage", text()},
                  {"suite", text()},
                  {"task", text()},
                  {"prompting", text()},
                  {"num_items", number()},
                  {"score", number()},
                  {"chance", number()},
                  {"majority", number()},
                  {"standard_error", number()}});
}

Shape curves() {
  const Shape points = needed(objects(
      {{"step", integer()}, {"tokens", number()}, {"train/loss", number()}, {"eval/normalised_average", number()}}));
  return objects({{"arm", text()}, {"phase", one_of({"pretrain", "instruct"})}, {"points", points}});
}

Shape routing() {
  const Shape tokens = needed(objects({{"piece", text()}, {"expert", integer()}, {"dropped", optional(flag())}}));
  return objects({{"arm", text()},
                  {"stage", one_of({"pretrained", "instructed"})},
                  {"layers", layers()},
                  {"unlimited", layers()},
                  {"coloured", objects({{"stack", text()}, {"layer", integer()}, {"tokens", tokens}})}});
}

Shape drops() {
  return objects({{"arm", text()},
                  {"stack", text()},
                  {"layer", integer()},
                  {"class", text()},
                  {"corpus", number()},
                  {"pretrained", number()},
                  {"instructed", number()}});
}

Shape finetunings() {
  return objects({{"arm", text()},
                  {"set", text()},
                  {"way", one_of({"direct", "instructed"})},
                  {"rate", number()},
                  {"rates", objects({{"rate", needed(number())}})}});
}

Shape timing() {
  return object({{"machine", object({})},
                 {"cost", objects({{"arm", text()},
                                   {"train_tokens_per_second", number()},
                                   {"eval_tokens_per_second", number()},
                                   {"decode_tokens_per_second", number()},
                                   {"peak_memory_bytes", number()},
                                   {"train_overhead", number()},
                                   {"eval_overhead", number()},
                                   {"decode_overhead", number()}})},
                 {"cell_seconds", number()},
                 {"reused", objects({{"study", text()}, {"cells", integer()}, {"train_seconds", number()}})}});
}

Shape results_shape() {
  return object({{"title", text()},
                 {"note", text()},
                 {"kind", one_of({"world", "real"})},
                 {"command", text()},
                 {"config", text()},
                 {"seeds", list(integer())},
                 {"data", object({{"description", text()}, {"counts", object({})}})},
                 {"arms", arms()},
                 {"axes", axes()},
                 {"suites", list(text())},
                 {"measures", measures()},
                 {"verdicts", verdicts()},
                 {"tasks", tasks()},
                 {"curves", curves()},
                 {"routing", routing()},
                 {"training_routing", objects({{"arm", text()}, {"stage", text()}, {"layers", layers()}})},
                 {"capacity", objects({{"arm", text()}, {"default", interval()}, {"unlimited", interval()}})},
                 {"drops", drops()},
                 {"evaluations", objects({{"name", text()}, {"label", text()}, {"over", text()}})},
                 {"finetunings", finetunings()},
                 {"crossings", objects({{"text", text()}})},
                 {"timing", timing()}});
}

std::string found(const Json& value) {
  return value.is_object() ? "an object" : value.is_array() ? "a list" : json_excerpt(value);
}

// The place of what is inside: "" of the file itself, "arms[0]", "measures[2].arms[0].interval".
class Check {
 public:
  explicit Check(const std::string& where) : where_(where) {}

  void value(const Json& value, const Shape& shape, const std::string& place) const {
    for (const Field& field : shape.fields) this->field(value, field, place);
    for (size_t i = 0; !shape.element.empty() && i < value.size(); ++i) {
      const std::string name = fmt::format("{}[{}]", place, i);
      const Shape& element = shape.element.front();
      if (value[i].is_null() && !element.needed) continue;
      if (!element.holds(value[i]))
        fail_input("{}: {} is {}, expected {}", where_, name, found(value[i]), element.expected);
      this->value(value[i], element, name);
    }
  }

 private:
  void field(const Json& object, const Field& field, const std::string& place) const {
    const std::string prefix = place.empty() ? where_ : where_ + ": " + place;
    const auto at = object.find(field.key);
    if (at == object.end() && field.shape.needed) fail_input("{}: key '{}' is missing", prefix, field.key);
    if (at == object.end() || (at->is_null() && !field.shape.needed)) return;
    if (!field.shape.holds(*at))
      fail_input("{}: '{}' is {}, expected {}", prefix, field.key, found(*at), field.shape.expected);
    value(*at, field.shape, place.empty() ? field.key : place + "." + field.key);
  }

  const std::string& where_;
};

}  // namespace

void check_results(const Json& results, const std::string& where) {
  if (!results.is_object()) fail_input("{}: expected an object with the keys of docs/results.md", where);
  for (const RequiredKey& required : kRequired) {
    if (!results.contains(required.key))
      fail_input("{}: missing key '{}'; expected {}", where, required.key, required.expected);
  }
  if (const int64_t format = json_int(results, "format", where); format != 1 && format != 2)
    fail_input("{}: 'format' is {}, expected 1 or 2", where, format);
  Check(where).value(results, results_shape(), "");
}

}  // namespace flanmoe::report
