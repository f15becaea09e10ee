// The binary as a user runs it: a child process with its arguments, standard input and signals; its output as texts.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace flanmoe::e2e {

struct Ended {
  int status = 0;  // exit status, or 128 + signal
  std::string out, err;
  int64_t peak_memory = 0;  // bytes that it held at once
};

// A running flanmoe with one thread (or $OMP_NUM_THREADS) and FLANMOE_HOME at the source folder, in a process group of
// its own. Killed when destroyed.
class Running {
 public:
  // `output`: where standard output goes, "" = into Ended::out.
  explicit Running(const std::vector<std::string>& arguments, const std::string& input = "",
                   const std::string& output = "");
  ~Running();
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  bool ended();                                    // has it left by itself?
  void signal(int number, bool to_group = false);  // Ctrl-C of a terminal reaches the group
  Ended wait();
  std::string err_so_far() const;

 private:
  bool has_ended(int how_to_wait);

  pid_t pid_ = 0;
  int status_ = -1;
  int64_t peak_memory_ = 0;
  std::filesystem::path folder_;
};

// Runs to the end.
Ended flanmoe(const std::vector<std::string>& arguments, const std::string& input = "", const std::string& output = "");

// Every file and folder below `folder`, with sizes: what a run has left behind.
std::vector<std::string> listing(const std::filesystem::path& folder);

// A small world, made once for all tests of the process, and a sparse model pre-trained on it for a few steps.
std::filesystem::path world();
std::filesystem::path model();
// Settings of a pre-training run of a few tiny steps on the world.
std::vector<std::string> tiny_pretraining();

}  // namespace flanmoe::e2e
