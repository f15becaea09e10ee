// Log, progress, signals, errors, facts about the machine.
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "base/error.h"
#include "base/log.h"
#include "base/machine.h"
#include "base/progress.h"
#include "base/signals.h"
#include "testing/check.h"

namespace flanmoe {
namespace {

std::string stderr_of(const std::function<void()>& work) {
  ::testing::internal::CaptureStderr();
  work();
  return ::testing::internal::GetCapturedStderr();
}

class Console : public ::testing::Test {
 protected:
  void TearDown() override { set_log_level(LogLevel::kInfo); }
};

TEST_F(Console, LogsPlainLinesToAFile) {
  const std::string text = stderr_of([] {
    log_debug("hidden");
    log_info("step {} of {}", 1, 2);
    log_warn("careful");
    log_text(LogLevel::kError, "broken");
  });
  // "12:00:00 info  step 1 of 2": no colour, no carriage return.
  EXPECT_EQ(text.find('\033'), std::string::npos);
  EXPECT_EQ(text.find('\r'), std::string::npos);
  EXPECT_EQ(text.substr(8, 19), " info  step 1 of 2\n");
  EXPECT_NE(text.find(" warn  careful\n"), std::string::npos);
  EXPECT_NE(text.find(" error broken\n"), std::string::npos);
  EXPECT_EQ(text.find("hidden"), std::string::npos);
}

TEST_F(Console, ObeysTheLevel) {
  set_log_level(LogLevel::kDebug);
  EXPECT_NE(stderr_of([] { log_debug("shown"); }).find(" debug shown\n"), std::string::npos);
  set_log_level(LogLevel::kWarn);
  EXPECT_EQ(stderr_of([] { log_info("hidden"); }), "");
  set_log_level(LogLevel::kOff);
  EXPECT_EQ(stderr_of([] { log_text(LogLevel::kError, "hidden"); }), "");
  EXPECT_FALSE(log_enabled(LogLevel::kOff));
}

TEST_F(Console, ProgressIsPlainLinesWhenNotOnATerminal) {
  const std::string text = stderr_of([] {
    Progress progress("pretrain", 200, "step", 0.0);
    progress.update(100, "loss 2.31");
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    progress.update(150, "");
    progress.finish("loss 1.00");
  });
  EXPECT_EQ(text.find('\r'), std::string::npos);
  EXPECT_NE(text.find(" info  pretrain: step 100/200 (50%), loss 2.31\n"), std::string::npos) << text;
  EXPECT_NE(text.find(" info  pretrain: step 150/200 (75%), ETA 0.0 s\n"), std::string::npos) << text;
  EXPECT_NE(text.find(" info  pretrain: done in 0.0 s, loss 1.00\n"), std::string::npos) << text;
}

TEST_F(Console, ProgressWaitsBetweenLinesAndObeysTheLevel) {
  const auto work = [] {
    Progress progress("eval", 0, "row", 1000.0);
    for (int i = 0; i < 100; ++i) progress.update(i, "");
    progress.finish("");
  };
  const std::string text = stderr_of(work);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1) << text;
  EXPECT_NE(text.find("eval: done in 0.0 s\n"), std::string::npos);
  set_log_level(LogLevel::kWarn);
  EXPECT_EQ(stderr_of(work), "");
}

TEST(Format, DurationsAndCounts) {
  EXPECT_EQ(format_duration(0.04), "0.0 s");
  EXPECT_EQ(format_duration(9.94), "9.9 s");
  EXPECT_EQ(format_duration(9.96), "10 s");
  EXPECT_EQ(format_duration(42), "42 s");
  EXPECT_EQ(format_duration(59.6), "1 min 00 s");
  EXPECT_EQ(format_duration(200), "3 min 20 s");
  EXPECT_EQ(format_duration(7500), "2 h 05 min");
  EXPECT_EQ(format_duration(360000), "100 h 00 min");
  EXPECT_EQ(format_count(950), "950");
  EXPECT_EQ(format_count(12400), "12.4k");
  EXPECT_EQ(format_count(999.6), "1.0k");
  EXPECT_EQ(format_count(999960), "1.00M");
  EXPECT_EQ(format_count(3.1e6), "3.10M");
  EXPECT_EQ(format_count(1.25e9), "1.25B");
  EXPECT_EQ(format_count(0), "0");
  EXPECT_EQ(format_count(-12400), "-12.4k");
}

TEST(Signals, AreNotedAndCleared) {
  const StopSignals signals;
  clear_pending_signal();
  EXPECT_EQ(pending_signal(), 0);
  std::raise(SIGTERM);
  EXPECT_EQ(pending_signal(), SIGTERM);
  std::raise(SIGUSR1);
  EXPECT_EQ(pending_signal(), SIGTERM);  // the first one counts
  clear_pending_signal();
  std::raise(SIGUSR1);
  EXPECT_EQ(pending_signal(), SIGUSR1);
  clear_pending_signal();
  std::raise(SIGINT);
  EXPECT_EQ(pending_signal(), SIGINT);
  clear_pending_signal();
}

TEST(SignalsDeathTest, SecondInterruptEndsTheProcess) {
  EXPECT_EXIT(
      {
        const StopSignals signals;
        std::raise(SIGINT);
        std::raise(SIGINT);
      },
      ::testing::ExitedWithCode(kExitInterrupted), "");
}

TEST(SignalsDeathTest, EndTheProcessWhereNoLoopAsks) {
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGUSR1}) {
    EXPECT_EXIT(
        {
          { const StopSignals signals; }
          std::raise(number);
        },
        ::testing::KilledBySignal(number), "");
  }
}

// A loop may be long in asking: a prompt of a hundred thousand letters is read in one piece.
TEST(SignalsDeathTest, EndTheProcessInTimeWhereNothingIsLost) {
  EXPECT_EXIT(
      {
        const StopSignals signals(1);
        std::raise(SIGTERM);
        for (;;) ::pause();
      },
      ::testing::ExitedWithCode(kExitTerminated), "stopped before the work at hand was done");
}

TEST(Signals, WaitForALoopThatAsksInTime) {
  {
    const StopSignals signals(1);
    std::raise(SIGTERM);
    EXPECT_EQ(pending_signal(), SIGTERM);
  }
  EXPECT_EQ(::alarm(0), 0U);  // nothing is due any more
  clear_pending_signal();
}

TEST(Signals, StayIgnoredWhereTheProcessWasStartedSo) {  // nohup
  auto* const before = std::signal(SIGHUP, SIG_IGN);
  {
    const StopSignals signals;
    std::raise(SIGHUP);
    EXPECT_EQ(pending_signal(), 0);
  }
  std::raise(SIGHUP);
  std::signal(SIGHUP, before);
}

TEST(Signals, OneScopeInsideAnother) {
  const StopSignals outer;
  { const StopSignals inner; }
  std::raise(SIGTERM);
  EXPECT_EQ(pending_signal(), SIGTERM);
  clear_pending_signal();
}

TEST(Errors, AreFormatted) {
  EXPECT_EQ(message_of<UserError>([] { fail_input("'{}' is {}", "k", 3); }), "'k' is 3");
  EXPECT_EQ(message_of<RunError>([] { fail_run("disk {}", "full"); }), "disk full");
  EXPECT_EQ(Interrupted(SIGTERM, "saved").signal, SIGTERM);
}

TEST(Errors, AssertionNamesTheLineWithoutTheMachine) {
  const std::string message = message_of<std::logic_error>([] { FLANMOE_ASSERT(1 > 2); });
  EXPECT_EQ(message.find("internal error at base/test_console.cpp:"), 0u) << message;
  EXPECT_NE(message.find("'1 > 2' does not hold"), std::string::npos);
  EXPECT_NO_THROW(FLANMOE_ASSERT(2 > 1));
  EXPECT_NE(message_of<std::logic_error>([] { assertion_failed("x", "a.cpp", 3); }).find("a.cpp:3"), std::string::npos);
}

TEST(Machine, HasFacts) {
  EXPECT_FALSE(cpu_name().empty());
  EXPECT_GE(num_cores(), 1);
  EXPECT_FALSE(operating_system().empty());
  EXPECT_GT(peak_memory_bytes(), 1 << 20);
  const std::string now = utc_now();
  ASSERT_EQ(now.size(), 20u);
  EXPECT_EQ(now[10], 'T');
  EXPECT_EQ(now[19], 'Z');
}

}  // namespace
}  // namespace flanmoe
