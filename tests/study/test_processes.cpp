// A study's child processes: this very test program, started anew to run one of the tests below that are disabled here.
#include "study/processes.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <iostream>

#include "base/error.h"
#include "base/signals.h"
#include "testing/check.h"

namespace flanmoe {
namespace {

TEST(Child, DISABLED_Speaks) { std::cout << "threads " << std::getenv("OMP_NUM_THREADS") << std::endl; }

TEST(Child, DISABLED_Fails) { FAIL() << "as it should"; }

TEST(Child, DISABLED_WaitsToBeAsked) {
  const StopSignals signals;
  std::cout << "waiting" << std::endl;
  for (int i = 0; i < 3000 && pending_signal() == 0; ++i) ::usleep(10000);
  std::cout << "asked by " << pending_signal() << std::endl;
}

class Processes : public FolderTest {
 protected:
  std::filesystem::path log() const { return folder_ / "log.txt"; }
  pid_t start(const std::string& test, int64_t threads = 1) const {
    return start_process({"--gtest_also_run_disabled_tests", "--gtest_filter=Child.DISABLED_" + test}, log(), threads);
  }
  // Until it has written so.
  void wait_for(const std::string& text) const {
    for (int i = 0; i < 2000 && content_of(log()).find(text) == std::string::npos; ++i) ::usleep(10000);
    EXPECT_NE(content_of(log()).find(text), std::string::npos) << content_of(log());
  }
};

TEST_F(Processes, AChildHasItsThreadsItsLogAndItsStatus) {
  for (const int64_t threads : {3, 1}) {
    const pid_t pid = start("Speaks", threads);
    const EndedProcess ended = wait_process(20000);
    EXPECT_EQ(ended.pid, pid);
    EXPECT_EQ(ended.status, 0) << content_of(log());
  }
  const std::string text = content_of(log());  // appended, not written anew
  EXPECT_NE(text.find("threads 3"), std::string::npos) << text;
  EXPECT_GT(text.find("threads 1"), text.find("threads 3"));
}

TEST_F(Processes, AFailureIsItsStatus) {
  const pid_t pid = start("Fails");
  const EndedProcess ended = wait_process(20000);
  EXPECT_EQ(ended.pid, pid);
  EXPECT_EQ(ended.status, 1);
  EXPECT_NE(content_of(log()).find("as it should"), std::string::npos);
}

TEST_F(Processes, AKilledOneHasTheSignalsStatus) {
  const pid_t pid = start("WaitsToBeAsked");
  wait_for("waiting");
  ::kill(pid, SIGKILL);
  const EndedProcess ended = wait_process(20000);
  EXPECT_EQ(ended.pid, pid);
  EXPECT_EQ(ended.status, 128 + SIGKILL);
}

TEST_F(Processes, AllAreAskedToLeaveAndWaitedFor) {
  const std::vector<pid_t> pids = {start("WaitsToBeAsked"), start("WaitsToBeAsked")};
  for (int i = 0; i < 2000; ++i) {
    const std::string text = content_of(log());
    if (text.find("waiting") != text.rfind("waiting")) break;
    ::usleep(10000);
  }
  stop_processes(pids);
  for (const pid_t pid : pids) EXPECT_NE(::kill(pid, 0), 0) << "it is still there";
  const std::string text = content_of(log()), asked = fmt::format("asked by {}", SIGTERM);
  EXPECT_NE(text.find(asked), text.rfind(asked)) << text;  // both
}

TEST_F(Processes, WithoutAChildWaitingEnds) {
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(wait_process(50).pid, 0);
  EXPECT_LT(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count(), 5.0);
}

TEST_F(Processes, ALogThatCannotBeWrittenIsNamed) {
  const std::string message = message_of<RunError>([&] { start_process({}, folder_ / "none/log.txt", 1); });
  EXPECT_NE(message.find("cannot write"), std::string::npos) << message;
  EXPECT_NE(message.find("none/log.txt"), std::string::npos) << message;
}

}  // namespace
}  // namespace flanmoe
