// A folder of small tasks and the examples that a mixture draws from them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "data/mixture/mixture.h"
#include "data/mixture/mixture_options.h"
#include "data/render.h"
#include "data_case.h"

namespace flanmoe::cases {

inline int64_t occurrences(const std::string& text, const std::string& part) {
  int64_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++count;
  return count;
}

inline ::testing::AssertionResult tells(const std::string& message, const std::string& part) {
  if (message.find(part) != std::string::npos) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << "no '" << part << "' in: " << message;
}

struct Example {
  std::string task, form;  // form: "zero-shot", "2-shot", "2-shot, cot"
  std::string style;
  bool inverted = false;
  size_t prompt = 0;
  RenderedExample text;
};

class Mixture : public FolderTest {
 protected:
  void add_task(const std::string& name, const std::string& group, int64_t num_rows,
                const std::string& more = "") const {
    std::string rows;
    for (int64_t i = 0; i < num_rows; ++i) {
      const std::string n = std::to_string(i);
      rows += R"({"id": ")" + n + R"(", "fields": {"q": ")" + name + "-" + n + R"("}, "answers": ["a)" + n +
              R"("], "rationale": "because )" + n + R"("})" + "\n";
    }
    put(name + ".jsonl", rows);
    put(name + ".yaml", "name: " + name + "\ngroup: " + group + "\nformat: jsonl\nsplits: {train: " + name +
                            ".jsonl}\ntemplates:\n  - {input: \"ask {q}#\"}\n  - {input: \"tell {q}#\"}\n" + more);
  }
  MixtureOptions options() const {
    MixtureOptions o;
    o.tasks = {folder_.string()};
    o.examples_per_batch = 6;
    return o;
  }
  std::map<std::string, double> rates(const MixtureOptions& o) const {
    std::map<std::string, double> result;
    for (const MixtureTask& task : load_mixture(o, folder_)) result[task.task.name] = task.rate;
    return result;
  }
  std::vector<Example> sampled(const MixtureOptions& o, uint64_t seed, uint64_t count) const {
    const MixtureStream stream(o, folder_, seed);
    std::vector<Example> examples;
    for (uint64_t i = 0; i < count; ++i) {
      const MixtureDraw draw = stream.draw(i);
      const std::string shots = draw.exemplars.empty() ? "zero-shot" : fmt::format("{}-shot", draw.exemplars.size());
      examples.push_back({draw.task->task.name, draw.cot ? shots + ", cot" : shots, std::string(draw.style()),
                          draw.inverted, draw.prompt, text_of(draw)});
    }
    return examples;
  }
  std::string refusal(const MixtureOptions& o) const {
    return message_of<UserError>([&] { load_mixture(o, folder_); });
  }
};

}  // namespace flanmoe::cases
