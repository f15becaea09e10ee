#include "study/grid.h"

#include <map>
#include <set>

#include "base/error.h"
#include "base/files.h"
#include "base/log.h"
#include "base/machine.h"
#include "base/progress.h"
#include "base/signals.h"
#include "study/processes.h"

namespace flanmoe {
namespace {

// A cell may end before it says anything, and its log be lost with it.
std::string last_words(const std::filesystem::path& log) {
  if (!fs::is_regular_file(log)) return fmt::format("it left no log ({})", log.string());
  const std::vector<std::string> lines = read_lines(log);
  return fmt::format("its log is {}, the last line: {}", log.string(), lines.empty() ? "(empty)" : lines.back());
}

class Grid {
 public:
  Grid(const std::vector<Cell>& cells, const StudyFolder& folder, int64_t jobs,
       const std::vector<std::filesystem::path>& reuse)
      : cells_(cells),
        folder_(folder),
        jobs_(jobs),
        reuse_(reuse),
        progress_("study", static_cast<int64_t>(cells.size()), "cell") {
    for (const Cell& cell : cells_) {
      if (fs::exists(folder_.result(cell.key))) done_.insert(cell.key);
    }
  }

  void run() {
    const StopSignals signals;
    if (!done_.empty()) log_info("{} of {} cells are done already", done_.size(), cells_.size());
    progress_.update(static_cast<int64_t>(done_.size()), "");
    while (done_.size() < cells_.size()) {
      start_ready();
      const EndedProcess ended = wait_process(200);
      if (ended.pid != 0) settle(ended);
      if (pending_signal() != 0) interrupt();
    }
    progress_.finish("all cells are done");
  }

 private:
  bool is_ready(const Cell& cell) const {
    const bool known = done_.contains(cell.key) || started_.contains(cell.key);
    return !known && (!cell.after || done_.contains(*cell.after));
  }

  void start_ready() {
    for (const Cell& cell : cells_) {
      if (static_cast<int64_t>(running_.size()) >= jobs_) return;
      if (!is_ready(cell)) continue;
      make_folders(folder_.cell(cell.key));
      const pid_t pid = start_process(command_of(cell.key), log_of(cell.key), 1);
      running_.emplace(pid, cell.key);
      started_.insert(cell.key);
    }
  }

  std::vector<std::string> command_of(const CellKey& key) const {
    std::vector<std::string> command = {"study", "--out", folder_.root.string(), "--cell", key.name()};
    for (const std::filesystem::path& other : reuse_) command.insert(command.end(), {"--reuse", other.string()});
    return command;
  }

  void settle(const EndedProcess& ended) {
    const CellKey key = running_.at(ended.pid);
    running_.erase(ended.pid);
    if (pending_signal() != 0 && ended.status != 0) return;  // it was asked to leave, as this process was
    if (ended.status != 0 || !fs::exists(folder_.result(key))) fail(key, ended.status);
    done_.insert(key);
    progress_.update(static_cast<int64_t>(done_.size()), key.name() + " done");
  }

  void stop_running() {
    std::vector<pid_t> pids;
    for (const auto& [pid, key] : running_) pids.push_back(pid);
    stop_processes(pids);
  }

  [[noreturn]] void fail(const CellKey& key, int status) {
    stop_running();
    fail_run("cell '{}' ended with status {}; {}", key.name(), status, last_words(log_of(key)));
  }

  [[noreturn]] void interrupt() {
    log_info("stopping: {} running cells save and leave", running_.size());
    stop_running();
    throw Interrupted(pending_signal(),
                      fmt::format("stopped with {} of {} cells done; the same command goes on from here", done_.size(),
                                  cells_.size()));
  }

  std::filesystem::path log_of(const CellKey& key) const { return folder_.cell(key) / "log.txt"; }

  const std::vector<Cell>& cells_;
  const StudyFolder& folder_;
  int64_t jobs_;
  const std::vector<std::filesystem::path>& reuse_;
  Progress progress_;
  std::set<CellKey> done_, started_;
  std::map<pid_t, CellKey> running_;
};

}  // namespace

void run_grid(const std::vector<Cell>& cells, const StudyFolder& folder, int64_t jobs,
              const std::vector<std::filesystem::path>& reuse) {
  Grid(cells, folder, jobs == 0 ? num_cores() : jobs, reuse).run();
}

}  // namespace flanmoe
