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

class Grid {
 public:
  Grid(const std::vector<Cell>& cells, const StudyFolder& folder, int64_t jobs)
      : cells_(cells), folder_(folder), jobs_(jobs), progress_("study", static_cast<int64_t>(cells.size()), "cell") {
    for (const Cell& cell : cells_) {
      if (fs::exists(folder_.result(cell.name))) done_.insert(cell.name);
    }
  }

  void run() {
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
    const bool known = done_.contains(cell.name) || started_.contains(cell.name);
    return !known && (cell.after.empty() || done_.contains(cell.after));
  }

  void start_ready() {
    for (const Cell& cell : cells_) {
      if (static_cast<int64_t>(running_.size()) >= jobs_) return;
      if (!is_ready(cell)) continue;
      make_folders(folder_.cell(cell.name));
      const pid_t pid =
          start_process({"study", "--out", folder_.root.string(), "--cell", cell.name}, log_of(cell.name), 1);
      running_[pid] = cell.name;
      started_.insert(cell.name);
    }
  }

  void settle(const EndedProcess& ended) {
    const std::string name = running_.at(ended.pid);
    running_.erase(ended.pid);
    if (pending_signal() != 0 && ended.status != 0) return;  // it was asked to leave, as this process was
    if (ended.status != 0 || !fs::exists(folder_.result(name))) fail(name, ended.status);
    done_.insert(name);
    progress_.update(static_cast<int64_t>(done_.size()), name + " done");
  }

  void stop_running() {
    std::vector<pid_t> pids;
    for (const auto& [pid, name] : running_) pids.push_back(pid);
    stop_processes(pids);
  }

  [[noreturn]] void fail(const std::string& name, int status) {
    stop_running();
    const auto lines = read_lines(log_of(name));
    fail_run("cell '{}' ended with status {}; its log is {}, the last line: {}", name, status, log_of(name).string(),
             lines.empty() ? "(empty)" : lines.back());
  }

  [[noreturn]] void interrupt() {
    log_info("stopping: {} running cells save and leave", running_.size());
    stop_running();
    throw Interrupted(pending_signal(),
                      fmt::format("stopped with {} of {} cells done; the same command goes on from here", done_.size(),
                                  cells_.size()));
  }

  std::filesystem::path log_of(const std::string& name) const { return folder_.cell(name) / "log.txt"; }

  const std::vector<Cell>& cells_;
  const StudyFolder& folder_;
  int64_t jobs_;
  Progress progress_;
  std::set<std::string> done_, started_;
  std::map<pid_t, std::string> running_;
};

}  // namespace

void run_grid(const std::vector<Cell>& cells, const StudyFolder& folder, int64_t jobs) {
  Grid(cells, folder, jobs == 0 ? num_cores() : jobs).run();
}

}  // namespace flanmoe
