#include "data/task_file.h"

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/files.h"
#include "base/log.h"
#include "base/text_file.h"
#include "data/readers/reader_parts.h"
#include "data/readers/readers.h"
#include "data/render.h"
#include "data/template_text.h"
#include "data/tokenizer/written_tokens.h"

namespace flanmoe {
namespace {

// An empty stop text would end every answer at its beginning.
bool no_empty_text(const std::vector<std::string>& texts) {
  return std::none_of(texts.begin(), texts.end(), [](const std::string& text) { return text.empty(); });
}

// Of a whole task (src/eval/metrics/corpus_metrics.h).
const std::vector<std::string> kWholeTaskMetrics = {"pearson", "spearman", "macro_f1", "consistency", "bleu"};

bool are_whole_task_metrics(const std::vector<std::string>& names) {
  return std::all_of(names.begin(), names.end(), [](const std::string& name) {
    return std::find(kWholeTaskMetrics.begin(), kWholeTaskMetrics.end(), name) != kWholeTaskMetrics.end();
  });
}

bool distinct_texts(const std::vector<std::string>& texts) {
  std::set<std::string> seen;
  for (const std::string& text : texts) {
    if (is_blank(text) || !seen.insert(trimmed_text(text)).second) return false;
  }
  return texts.size() != 1;
}

struct TemplateFields {
  PromptTemplate& prompt;
  void fields(FieldVisitor& v) {
    v.field("input", prompt.input, "the prompt");
    v.field("target", prompt.target, "the answer's form");
    v.field("inverted", prompt.inverted, "asks for the input, given the answer");
  }
};

struct EvalFields {
  EvalForm& form;
  void fields(FieldVisitor& v) {
    v.field("header", form.header, "in front of everything");
    v.field("separator", form.separator, "between exemplars");
    v.field("input", form.direct.input, "the direct prompt; empty = the first template");
    v.field("target", form.direct.target, "the direct answer's form");
    v.field("cot_input", form.cot.input, "the chain-of-thought prompt; empty = the first such template");
    v.field("cot_target", form.cot.target, "the form of an exemplar's chain of thought");
    v.field("shots", form.shots, "exemplars of direct prompts");
    v.require_within(form.shots, 0, 10'000, "shots");
    v.field("cot_shots", form.cot_shots, "exemplars of chain-of-thought prompts");
    v.require_within(form.cot_shots, 0, 10'000, "cot_shots");
    v.field("split", form.split, "the rows asked");
    v.field("exemplars", form.exemplars, "the split that exemplars come from");
    v.field("cot_exemplars", form.cot_exemplars, "the same for chain of thought");
    v.field("stop", form.stop, "a generated answer ends in front of these");
    v.require(no_empty_text(form.stop), "stop", "texts that are not empty");
    v.field("max_new_tokens", form.max_new_tokens, "longest direct answer in tokens");
    v.require_within(form.max_new_tokens, 1, 1'000'000, "max_new_tokens");
    v.field("cot_max_new_tokens", form.cot_max_new_tokens, "longest chain of thought in tokens");
    v.require_within(form.cot_max_new_tokens, 1, 1'000'000, "cot_max_new_tokens");
  }
};

// What a template's texts say of it. A marker stands for a place in a list that the prompt must show.
PromptTemplate with_facts(PromptTemplate prompt, const std::string& place) {
  const std::string style = option_style(prompt.input, place);
  prompt.shows_options = style != kNoOptionStyle;
  prompt.answers_by_marker = has_slot(template_parts(prompt.target, place), "marker");
  if (prompt.answers_by_marker && !has_markers(style)) {
    fail_input(
        "{}: the target is '{}', but the input shows no list with markers; expected {{options:letters}} or another of "
        "{}",
        place, prompt.target, fmt::join(marked_styles(), ", "));
  }
  return prompt;
}

std::vector<PromptTemplate> templates_of(const ConfigNode& node) {
  std::vector<PromptTemplate> templates;
  if (node.empty()) return templates;
  if (!node.is_list()) fail_input("{}: templates are a list of {{input, target}}", node.place());
  for (const ConfigNode& entry : node.list()) {
    PromptTemplate prompt;
    TemplateFields fields{prompt};
    load_options(entry, fields);
    if (prompt.input.empty()) fail_input("{}: a template without 'input'", entry.place());
    templates.push_back(with_facts(std::move(prompt), entry.place()));
  }
  return templates;
}

// The templates of a set that many tasks share, behind the task's own.
struct TemplateSet {
  ConfigNode templates, cot_templates;
  void fields(FieldVisitor& v) {
    v.field("templates", templates, "direct prompts");
    v.field("cot_templates", cot_templates, "chain-of-thought prompts");
  }
};

std::vector<std::string> template_set_names(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  if (!fs::is_directory(folder)) return names;
  for (const fs::path& file : files_in(folder, ".yaml")) names.push_back(file.stem().string());
  return names;
}

void append(std::vector<PromptTemplate>& templates, const std::vector<PromptTemplate>& more) {
  templates.insert(templates.end(), more.begin(), more.end());
}

void use_templates(TaskFile& task, const std::string& place) {
  const std::filesystem::path folder = home_folder() / "tasks/templates";
  const std::filesystem::path file = folder / (task.use + ".yaml");
  if (!fs::is_regular_file(file)) {
    fail_input("{}: 'use' is '{}', expected a file of tasks/templates: {}", place, task.use,
               fmt::join(template_set_names(folder), ", "));
  }
  TemplateSet set;
  load_options(load_config(file), set);
  append(task.spec.templates, templates_of(set.templates));
  append(task.spec.cot_templates, templates_of(set.cot_templates));
}

// A map of names to names.
std::map<std::string, std::string> names_of(const ConfigNode& node) {
  std::map<std::string, std::string> names;
  for (const auto& [key, value] : node.items()) {
    if (!value.is_scalar()) fail_input("{}: '{}' is no name", value.place(), key);
    names[key] = value.scalar();
  }
  return names;
}

Held held_of(const TaskFile& task) {
  if (!task.held.empty()) return *value_named<Held>(task.held);
  return task.spec.group == "heldout" ? Held::kOut : task.spec.group == "finetune" ? Held::kNever : Held::kIn;
}

// Names of tokens in templates are tokens, in rows they are text: whoever writes some should know.
void tell_tokens(const TaskSpec& spec) {
  int64_t count = 0;
  for (const auto* templates : {&spec.templates, &spec.cot_templates}) {
    for (const PromptTemplate& prompt : *templates)
      count += names_a_token(prompt.input) || names_a_token(prompt.target) ? 1 : 0;
  }
  const EvalForm& form = spec.eval;  // that it has of its own
  for (const std::string* text : {&form.header, &form.separator}) count += names_a_token(*text) ? 1 : 0;
  for (const auto& [prompt, templates] :
       {std::pair(&form.direct, &spec.templates), std::pair(&form.cot, &spec.cot_templates)}) {
    const bool is_shared = std::any_of(templates->begin(), templates->end(), [&prompt = prompt](const auto& other) {
      return other.input == prompt->input && other.target == prompt->target;
    });
    count += !is_shared && (names_a_token(prompt->input) || names_a_token(prompt->target)) ? 1 : 0;
  }
  if (count == 0) return;
  log_info("task '{}': {} of its templates hold{} names of tokens (such as <extra_id_0>), which are tokens there",
           spec.name, count, count == 1 ? "s" : "");
}

// How evaluation asks: what the file says, else the first templates.
void fill_eval_form(TaskSpec& spec, const std::string& place) {
  const auto choose = [&place](PromptTemplate& prompt, const std::vector<PromptTemplate>& templates) {
    const auto first =
        std::find_if(templates.begin(), templates.end(), [](const PromptTemplate& t) { return !t.inverted; });
    if (prompt.input.empty() && first != templates.end()) {
      prompt = *first;
    } else if (!prompt.input.empty()) {
      prompt = with_facts(prompt, place);
    }
  };
  template_parts(spec.eval.header, place);  // its braces
  choose(spec.eval.direct, spec.templates);
  choose(spec.eval.cot, spec.cot_templates);
}

}  // namespace

void TaskFile::fields(FieldVisitor& v) {
  v.field("each", each, "pattern of files with one *: a task per file");
  v.field("name", spec.name, "unique in a mixture or suite");
  v.field("group", spec.group, "muffin, t0_sf, niv2, cot, heldout, finetune");
  v.field("cluster", spec.cluster, "kind of task");
  v.field("suite", spec.suite, "evaluation suite");
  std::vector<std::string> held_names = all_names<Held>();
  held_names.insert(held_names.begin(), "");
  v.choice("held", held, held_names,
           "in: may be tuned on; out: evaluation only; never: finetuning alone. Empty = by the group");
  v.choice("held_out", spec.held_out, {"", "cluster", "item"},
           "cluster: no task of its cluster is trained, item: only what it asks of is new; empty = not said");
  v.field("license", spec.license, "licence of the rows");
  v.field("source", spec.source, "where the rows come from");
  v.field("version", spec.version, "raised when prompts or scoring change");
  v.field("format", spec.format, "reader of its rows");
  v.field("formats", formats, "split -> reader, where it is another");
  v.field("columns", columns, "our name -> the file's column");
  v.field("options", spec.options, "the options of every row, where the rows bring none");
  v.require(distinct_texts(spec.options), "options", "two or more different texts that are not blank, or none");
  v.field("splits", splits, "split -> file");
  v.field("use", use, "set of templates in tasks/templates");
  v.field("templates", templates, "direct prompts");
  v.field("cot_templates", cot_templates, "chain-of-thought prompts");
  v.choice("answer_form", spec.answer_form, "what an answer is");
  v.choice("extraction", spec.extraction, {"", "choice", "yes_no", "span", "number", "text"},
           "rule that finds the answer in a generated text; empty = by the form");
  v.choice("metric", spec.metric,
           {"accuracy", "exact_match", "niv2_exact_match", "number_match", "number_string_match", "token_f1", "rouge_1",
            "rouge_l", "bleu", "macro_f1", "consistency", "pearson", "spearman"},
           "judge");
  v.field("further_metrics", spec.further_metrics, "metrics of the whole task, reported beside the first");
  v.require(are_whole_task_metrics(spec.further_metrics), "further_metrics",
            fmt::format("a list of metrics of a whole task, each one of {}", fmt::join(kWholeTaskMetrics, ", ")));
  v.field("chance", spec.chance, "percent that guessing gives");
  v.require(spec.chance >= 0.0 && spec.chance < 100.0, "chance", "a percentage below 100");
  v.field("chance_of_options", chance_of_options,
          "chance = mean over the first split's rows of 100 / number of options");
  v.field("definition", spec.definition, "instruction text");
  v.field("max_examples", spec.max_examples, "cap for mixing");
  EvalFields eval{spec.eval};
  v.section("eval", eval, "how evaluation asks");
}

TaskFile parse_task_file(const ConfigNode& node) {
  TaskFile task;
  task.spec.eval.cot.target = "{rationale} So the answer is {answer}.";
  load_options(node, task);
  TaskSpec& spec = task.spec;
  spec.templates = templates_of(task.templates);
  spec.cot_templates = templates_of(task.cot_templates);
  if (!task.use.empty()) use_templates(task, node.place());
  spec.columns = names_of(task.columns);
  spec.formats = names_of(task.formats);
  for (const auto& [split, format] : spec.formats) reader_for(format, node.place());
  spec.held = held_of(task);
  fill_eval_form(spec, node.place());
  if (spec.name.empty() && !task.each.empty()) spec.name = "{each}";
  if (spec.name.empty()) fail_input("{}: a task without 'name'", node.place());
  if (spec.templates.empty()) fail_input("{}: task '{}' has no 'templates'", node.place(), spec.name);
  tell_tokens(spec);
  reader_for(spec.format, node.place());
  return task;
}

}  // namespace flanmoe
