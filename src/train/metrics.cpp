#include "train/metrics.h"

#include "base/error.h"
#include "base/json.h"
#include "base/text_file.h"

namespace flanmoe {
namespace {

std::map<std::string, double> numbers_of(const Json& line) {
  std::map<std::string, double> values;
  for (const auto& [name, value] : line.items()) {
    if (value.is_number()) values[name] = value.get<double>();
  }
  return values;
}

// Cuts the file back to what a run of `done_steps` had written, and gives the line of that step.
std::map<std::string, double> cut_after(const std::filesystem::path& file, int64_t done_steps) {
  std::map<std::string, double> last;
  if (!fs::exists(file)) return last;
  const std::string text = read_text(file);
  const std::string_view whole = std::string_view(text).substr(0, text.rfind('\n') + 1);  // without a torn end
  std::string kept;
  int64_t malformed = 0;  // number of the first such line
  each_text_line(whole, [&](std::string_view line, int64_t number) {
    const Json metrics = Json::parse(line, nullptr, false);
    if (!metrics.is_object()) {
      malformed = malformed == 0 ? number : malformed;
      return;
    }
    const int64_t step = json_int(metrics, "step", fmt::format("{}:{}", file.string(), number));
    if (step > done_steps) return;
    if (malformed > 0) {  // behind the last sound line a power cut may have left anything; in front of it nothing has
      fail_input("{}:{}: no line of metrics; expected an object of JSON. Mend the line or take it out", file.string(),
                 malformed);
    }
    kept += std::string(line) + "\n";
    if (step == done_steps) last = numbers_of(metrics);
  });
  if (kept != text) write_atomically(file, kept);
  return last;
}

}  // namespace

MetricsWriter::MetricsWriter(const std::filesystem::path& run_folder, int64_t done_steps)
    : file_(run_folder / "metrics.jsonl"), done_values_(cut_after(file_, done_steps)) {
  const std::filesystem::path folder = run_folder / "events";
  const bool goes_on = cut_events_after(folder, done_steps);
  lines_ = std::make_unique<LineWriter>(file_);
  events_ = std::make_unique<EventWriter>(folder);
  if (goes_on) events_->session_start(done_steps + 1);
}

void MetricsWriter::write(int64_t step, int64_t num_tokens, double wall_time,
                          const std::map<std::string, double>& values) {
  Json line = {{"step", step}, {"tokens", num_tokens}, {"wall_time", wall_time}};
  for (const auto& [name, value] : values) {
    line[name] = value;
    events_->scalar(name, step, value);
  }
  lines_->write(json_line(line, "metrics.jsonl"));
  events_->flush();
}

void MetricsWriter::sync() {
  sync_path(file_);
  sync_path(file_.parent_path());
  events_->sync();
}

}  // namespace flanmoe
