#include "data/render.h"

#include "base/config.h"
#include "base/error.h"
#include "base/nearest_name.h"
#include "data/template_text.h"

namespace flanmoe {
namespace {

using Marker = std::string (*)(size_t index);

std::string upper_letter(size_t index) { return fmt::format("({})", static_cast<char>('A' + index % 26)); }
std::string lower_letter(size_t index) { return fmt::format("({})", static_cast<char>('a' + index % 26)); }
std::string bare_letter(size_t index) { return std::string(1, static_cast<char>('A' + index % 26)); }
std::string number(size_t index) { return std::to_string(index + 1); }

// An option list is heading, then per option lead, marker with its ending (or a dash), text; `between` two of them.
struct OptionStyle {
  std::string_view name, heading, between;
  Marker marker;                   // nullptr: the options are told apart by their texts alone
  std::string_view behind_marker;  // between marker and text
  std::string_view before_last;    // in the place of `between` in front of the last option, "" = `between`
};
constexpr OptionStyle kStyles[] = {
    {"", "OPTIONS: - ", " - ", nullptr, "", ""},        {"dashes", "OPTIONS:\n- ", "\n- ", nullptr, "", ""},
    {"inline", "", ", ", nullptr, "", " or "},          {"letters", "", " ", upper_letter, " ", ""},
    {"letter_lines", "", "\n", upper_letter, " ", ""},  {"lower_letters", "", " ", lower_letter, " ", ""},
    {"plain_letters", "", "\n", bare_letter, ". ", ""}, {"numbers", "", " ", number, ") ", ""},
    {"number_lines", "", "\n", number, ". ", ""},
};

const OptionStyle& style_named(std::string_view name, const std::string& where) {
  for (const OptionStyle& style : kStyles) {
    if (style.name == name) return style;
  }
  std::vector<std::string> names;
  for (const OptionStyle& style : kStyles) {
    if (!style.name.empty()) names.emplace_back(style.name);
  }
  fail_input("{}: no style '{}' of option lists, {}expected {{options}} or {{options:STYLE}} with one of {}", where,
             name, did_you_mean(name, names), fmt::join(names, ", "));
}

std::string option_list(const OptionStyle& style, const std::vector<std::string>& options) {
  std::string text(style.heading);
  for (size_t i = 0; i < options.size(); ++i) {
    const bool last = i + 1 == options.size();
    if (i > 0) text += last && !style.before_last.empty() ? style.before_last : style.between;
    if (style.marker != nullptr) text += style.marker(i) + std::string(style.behind_marker);
    text += options[i];
  }
  return text;
}

constexpr std::string_view kOptions = "options", kStyled = "options:";

// What a slot is filled from: a row, answered by one of its options or by its own answer.
struct Filling {
  const TaskSpec& task;
  const TaskRow& row;
  std::string answer;
  int64_t option;     // place of the answer among the options, -1 when it is none
  std::string style;  // of the option list that the prompt shows
};

std::string marker_of(const Filling& filling) {
  const OptionStyle& style = style_named(filling.style, filling.task.name);
  if (style.marker == nullptr || filling.option < 0) {
    fail_input(
        "task '{}': row '{}' is answered by the marker of an option, but its answer '{}' is none of its {} options",
        filling.task.name, filling.row.id, filling.answer, filling.row.options.size());
  }
  return style.marker(static_cast<size_t>(filling.option));
}

std::string value_of(const std::string& name, const Filling& filling) {
  const TaskRow& row = filling.row;
  if (name == kOptions) return option_list(kStyles[0], row.options);
  if (name.starts_with(kStyled))
    return option_list(style_named(name.substr(kStyled.size()), filling.task.name), row.options);
  if (name == "answer") return filling.answer;
  if (name == "marker") return marker_of(filling);
  if (name == "rationale") return row.rationale;
  if (name == "definition") return filling.task.definition;
  const auto found = row.fields.find(name);
  if (found != row.fields.end()) return found->second;
  std::vector<std::string> names = {"options", "answer", "marker", "rationale", "definition"};
  for (const auto& [field, value] : row.fields) names.push_back(field);
  fail_input("task '{}': a template names the field '{}', which row '{}' does not have; it has {}", filling.task.name,
             name, row.id, fmt::join(names, ", "));
}

RenderedText fill(const std::string& text, const Filling& filling) {
  RenderedText result;
  for (const TemplatePart& part : template_parts(text, filling.task.name)) {
    part.is_slot ? result.append_filled(value_of(std::string(part.text), filling)) : result.append_own(part.text);
  }
  return result;
}

// The first answer may be one of the options; a further one is a text of its own.
Filling own_answer(const PromptTemplate& prompt, const TaskSpec& task, const TaskRow& row, size_t answer = 0) {
  const int64_t option = answer == 0 ? row.answer_index() : -1;
  return {task, row, row.answers.at(answer), option, option_style(prompt.input, task.name)};
}

RenderedExample rendered(const PromptTemplate& prompt, const Filling& filling) {
  RenderedText input = fill(prompt.input, filling), target = fill(prompt.target, filling);
  return {std::move(input.text), std::move(target.text), std::move(input.tokens), std::move(target.tokens)};
}

}  // namespace

void RenderedText::append(const RenderedText& other) {
  const size_t before = text.size();
  text += other.text;
  for (const auto& [begin, end] : other.tokens) tokens.emplace_back(before + begin, before + end);
}

void RenderedText::append_own(std::string_view words) {
  if (words.empty()) return;
  const size_t begin = text.size();
  text += words;
  if (!tokens.empty() && tokens.back().second == begin) {
    tokens.back().second = text.size();
  } else {
    tokens.emplace_back(begin, text.size());
  }
}

std::string option_style(const std::string& input, const std::string& place) {
  const std::vector<TemplatePart> parts = template_parts(input, place);
  for (const TemplatePart& part : parts) {
    if (part.is_slot && part.text.starts_with(kStyled))
      return std::string(style_named(part.text.substr(kStyled.size()), place).name);
  }
  return has_slot(parts, kOptions) ? "" : std::string(kNoOptionStyle);
}

bool has_markers(std::string_view style) {
  return style != kNoOptionStyle && style_named(style, "option list").marker != nullptr;
}

std::vector<std::string> marked_styles() {
  std::vector<std::string> names;
  for (const OptionStyle& style : kStyles) {
    if (style.marker != nullptr) names.emplace_back(style.name);
  }
  return names;
}

RenderedText render_choice(const PromptTemplate& prompt, const TaskSpec& task, const TaskRow& row, size_t option) {
  return fill(prompt.target,
              {task, row, row.options.at(option), static_cast<int64_t>(option), option_style(prompt.input, task.name)});
}

RenderedText render_text(const std::string& text, const TaskSpec& task, const TaskRow& row) {
  return fill(text, own_answer({text}, task, row));
}

RenderedExample render(const PromptTemplate& prompt, const TaskSpec& task, const TaskRow& row) {
  return rendered(prompt, own_answer(prompt, task, row));
}

RenderedExample render_few_shot(const PromptTemplate& prompt, const TaskSpec& task,
                                const std::vector<const TaskRow*>& exemplars, const TaskRow& row,
                                const FewShotForm& form) {
  RenderedText shown;
  for (const TaskRow* exemplar : exemplars) {
    const RenderedExample example = render(prompt, task, *exemplar);
    shown.append(example.whole_input());
    shown.append_own(" ");
    shown.append(example.whole_target());
    shown.append_own(form.separator);
  }
  const RenderedExample query = rendered(prompt, own_answer(prompt, task, row, form.answer));
  shown.append(query.whole_input());
  return {std::move(shown.text), query.target, std::move(shown.tokens), query.target_tokens};
}

RenderedExample render_few_shot(const PromptTemplate& prompt, const TaskSpec& task,
                                const std::vector<const TaskRow*>& exemplars, const TaskRow& row) {
  return render_few_shot(prompt, task, exemplars, row, {});
}

}  // namespace flanmoe
