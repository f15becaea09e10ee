// Title, what was done in one paragraph, how to read the page, and the arms.
#include <fmt/format.h>

#include "report/html.h"
#include "report/sections.h"

namespace flanmoe::report {
namespace {

constexpr const char* kPrimer =
    R"(<p>A <b>mixture-of-experts</b> model holds many parallel parts, the <b>experts</b>, in some of its
layers, and a <b>router</b> sends every token to one or two of them. It has many more parameters than a <b>dense</b> model, yet
does about the same arithmetic per token: the dense model of equal arithmetic is its <b>twin</b>.
<b>Instruction tuning</b> trains a model on many tasks written as instructions, so that it can answer questions of tasks it has
never seen, the <b>held-out</b> ones. <b>Finetuning</b> trains it on one task alone.</p>
<p>A <b>normalised score</b> is in points above chance: 0 is guessing, 100 is perfect, and below guessing is negative.
<b>Chain of thought</b> asks the model to write its reasoning before its answer; <b>direct</b> asks for the answer alone.
An answer is <i>yes</i> or <i>no</i> when the runs leave no doubt of the difference, <i>equal</i> when it is smaller than what
was called too small to matter before the first run, else <i>undecided</i>. One run never decides.</p>
)";

std::string seeds_sentence(const View& view) {
  const Json& seeds = view.json["seeds"];
  if (seeds.empty()) return "";
  if (seeds.size() == 1) {
    return fmt::format(
        "Trained once, with seed {}: <b>one seed: intervals are over items and say nothing about other seeds.</b>",
        seeds[0].dump());
  }
  std::vector<std::string> names;
  for (const Json& seed : seeds) names.push_back(seed.dump());
  return fmt::format(
      "Every arm was trained {} times, with seeds {}; intervals are over seeds unless a caption says otherwise.",
      names.size(), fmt::join(names, ", "));
}

std::string kind_sentence(const std::string& kind) {
  if (kind != "world") return "";
  return " The data is a small world that the program makes up itself, and every model was trained from nothing on "
         "it: the scores compare the arms with each other, not with published numbers.";
}

std::string data_part(const View& view) {
  const Json& data = view.json["data"];
  if (!data.is_object()) return "";
  std::string result;
  if (const std::string text = data.value("description", ""); !text.empty())
    result += fmt::format("<p>{}</p>\n", escape(text));
  const Json counts = data.value("counts", Json::object());
  if (counts.empty()) return result;
  result += "<dl class=\"counts\">\n";
  for (const auto& [name, count] : counts.items()) {
    const std::string shown = count.is_number()   ? grouped(count.get<double>())
                              : count.is_string() ? escape(count.get<std::string>())
                                                  : escape(count.dump());
    result += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", escape(name), shown);
  }
  return result + "</dl>\n";
}

std::string arm_card(const View& view, const Arm& arm) {
  std::string facts = fmt::format("{} parameters", metric(number_at(arm.json, "total_parameters")));
  if (arm.sparse) {
    facts +=
        fmt::format(", {} met by one token; {} experts, {} per token", metric(number_at(arm.json, "active_parameters")),
                    fixed(number_at(arm.json, "num_experts"), 0), fixed(number_at(arm.json, "k"), 0));
  }
  std::vector<std::string> partners;
  for (const Arm& other : view.arms) {
    if (other.name == arm.twin || (!arm.sparse && other.twin == arm.name)) partners.push_back(escape(other.label));
  }
  const std::string twin = partners.empty() ? "compared with none at equal arithmetic"
                                            : fmt::format("{} {}", arm.sparse ? "its dense twin:" : "dense twin of",
                                                          fmt::join(partners, ", "));
  return fmt::format("<li style=\"border-color:{}\"><b>{}</b><span>{}</span><span>{}</span></li>\n", arm.colour,
                     escape(arm.label), facts, twin);
}

}  // namespace

std::string summary_section(const View& view) {
  const Json& json = view.json;
  std::string result = fmt::format("<header>\n<h1>{}</h1>\n", escape(json_string(json, "title", view.where)));
  const std::string note = json["note"].is_string() ? escape(json["note"].get<std::string>()) : "";
  result += fmt::format("<p class=\"lead\">{}{}{}{}</p>\n</header>\n", note, note.empty() ? "" : " ",
                        seeds_sentence(view), kind_sentence(json_string(json, "kind", view.where)));
  result += data_part(view);
  if (!view.arms.empty()) {
    result += "<ul class=\"arms\">\n";
    for (const Arm& arm : view.arms) result += arm_card(view, arm);
    result += "</ul>\n";
  }
  return result + details("New to this? The words used here", kPrimer);
}

}  // namespace flanmoe::report
