#include "train/metrics.h"

#include "base/json.h"

namespace flanmoe {
namespace {

void cut_after(const std::filesystem::path& file, int64_t done_steps) {
  if (!fs::exists(file)) return;
  std::string kept;
  for (const std::string& line : read_lines(file)) {
    Json metrics = Json::parse(line, nullptr, false);  // a line cut off in the middle is dropped too
    if (metrics.is_object() && metrics.value("step", done_steps + 1) <= done_steps) kept += line + "\n";
  }
  write_atomically(file, kept);
}

std::filesystem::path prepared(const std::filesystem::path& run_folder, int64_t done_steps) {
  cut_after(run_folder / "metrics.jsonl", done_steps);
  return run_folder / "metrics.jsonl";
}

}  // namespace

MetricsWriter::MetricsWriter(const std::filesystem::path& run_folder, int64_t done_steps)
    : lines_(std::make_unique<LineWriter>(prepared(run_folder, done_steps))), events_(run_folder / "events") {}

void MetricsWriter::write(int64_t step, int64_t num_tokens, double wall_time,
                          const std::map<std::string, double>& values) {
  Json line = {{"step", step}, {"tokens", num_tokens}, {"wall_time", wall_time}};
  for (const auto& [name, value] : values) {
    line[name] = value;
    events_.scalar(name, step, value);
  }
  lines_->write(json_line(line, "metrics.jsonl"));
  events_.flush();
}

}  // namespace flanmoe
