#include "e2e/binary.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <functional>
#include <iterator>

namespace flanmoe::e2e {
namespace {

namespace fs = std::filesystem;

std::string content_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

fs::path new_folder(const std::string& name) {
  static std::atomic<int> counter{0};
  const fs::path folder = fs::temp_directory_path() /
                          ("flanmoe-e2e-" + name + "-" + std::to_string(::getpid()) + "-" + std::to_string(counter++));
  fs::create_directories(folder);
  return folder;
}

int exit_status(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }

[[noreturn]] void become_flanmoe(const std::vector<char*>& argv, const fs::path& folder, const fs::path& output) {
  ::setpgid(0, 0);
  for (const int number : {SIGINT, SIGHUP, SIGTERM}) ::signal(number, SIG_DFL);  // tests may run under nohup
  ::dup2(::open((folder / "in").c_str(), O_RDONLY), STDIN_FILENO);
  ::dup2(::open(output.c_str(), O_WRONLY | O_CREAT, 0644), STDOUT_FILENO);
  ::dup2(::open((folder / "err").c_str(), O_WRONLY | O_CREAT, 0644), STDERR_FILENO);
  ::setenv("OMP_NUM_THREADS", "1", 0);
  ::setenv("FLANMOE_HOME", FLANMOE_SOURCE_DIR, 1);
  ::execv(FLANMOE_BINARY, argv.data());
  ::_exit(127);
}

// Made on the first use, gone with the process.
class Kept {
 public:
  Kept(const std::string& name, const std::function<void(const fs::path&)>& make) : folder_(new_folder(name)) {
    make(folder_);
  }
  ~Kept() { fs::remove_all(folder_); }
  const fs::path& folder() const { return folder_; }

 private:
  fs::path folder_;
};

void must(const Ended& ended) {
  if (ended.status != 0) throw std::runtime_error("flanmoe failed: " + ended.err);
}

}  // namespace

Running::Running(const std::vector<std::string>& arguments, const std::string& input, const std::string& output)
    : folder_(new_folder("run")) {
  std::ofstream(folder_ / "in", std::ios::binary) << input;
  std::vector<char*> argv{const_cast<char*>("flanmoe")};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  pid_ = ::fork();
  if (pid_ < 0) throw std::runtime_error("cannot fork");
  if (pid_ == 0) become_flanmoe(argv, folder_, output.empty() ? folder_ / "out" : fs::path(output));
  ::setpgid(pid_, pid_);  // whoever comes first
}

Running::~Running() {
  if (!ended()) {
    signal(SIGKILL);
    wait();
  }
  fs::remove_all(folder_);
}

bool Running::ended() { return has_ended(WNOHANG); }

bool Running::has_ended(int how_to_wait) {
  int status = 0;
  rusage use{};
  if (status_ < 0 && ::wait4(pid_, &status, how_to_wait, &use) == pid_) {
    status_ = exit_status(status);
    peak_memory_ = use.ru_maxrss * 1024;
  }
  return status_ >= 0;
}

void Running::signal(int number, bool to_group) {
  if (status_ < 0) ::kill(to_group ? -pid_ : pid_, number);
}

Ended Running::wait() {
  has_ended(0);
  return {status_, content_of(folder_ / "out"), content_of(folder_ / "err"), peak_memory_};
}

std::string Running::err_so_far() const { return content_of(folder_ / "err"); }

Ended flanmoe(const std::vector<std::string>& arguments, const std::string& input, const std::string& output) {
  return Running(arguments, input, output).wait();
}

std::vector<std::string> listing(const fs::path& folder) {
  std::vector<std::string> entries;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string size = entry.is_regular_file() ? " " + std::to_string(entry.file_size()) : "";
    entries.push_back(fs::relative(entry.path(), folder).string() + size);
  }
  std::sort(entries.begin(), entries.end());
  return entries;
}

fs::path world() {
  static const Kept kept("world", [](const fs::path& folder) {
    must(flanmoe({"data", "make", "--out", (folder / "world").string(), "num_facts=120", "vocab_pieces=900",
                  "examples_per_task=8", "eval_items_per_task=6", "finetune_examples=8"}));
  });
  return kept.folder() / "world";
}

std::vector<std::string> tiny_pretraining() {
  return {"pretrain",
          "data=" + world().string(),
          "model.d_model=16",
          "model.d_kv=8",
          "model.num_heads=2",
          "model.d_ff=24",
          "model.moe.num_experts=3",
          "corpus.rows_per_batch=4",
          "train.steps=6",
          "train.checkpoint_every=0",
          "train.log_every=2",
          "train.optimizer.warmup_steps=2"};
}

fs::path model() {
  static const Kept kept("model", [](const fs::path& folder) {
    std::vector<std::string> arguments = tiny_pretraining();
    arguments.insert(arguments.begin(), "train");
    for (const char* more : {"train.steps=2", "--out"}) arguments.push_back(more);
    arguments.push_back((folder / "run").string());
    must(flanmoe(arguments));
  });
  return kept.folder() / "run/checkpoints/step-2";
}

}  // namespace flanmoe::e2e
