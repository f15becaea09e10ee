// What ends a command is a sentence and an exit status; only a fault of ours is an internal error.
#include "cli/failure.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <new>
#include <thread>

#include "base/error.h"
#include "base/files.h"

namespace flanmoe {
namespace {

struct Report {
  int status;
  std::string text;
};

Report report_of(const std::function<void()>& fails) {
  testing::internal::CaptureStderr();
  int status = -1;
  try {
    fails();
  } catch (...) {
    status = report_failure();
  }
  return {status, testing::internal::GetCapturedStderr()};
}

void expect_report(const std::function<void()>& fails, int status, const std::string& part) {
  const Report report = report_of(fails);
  EXPECT_EQ(report.status, status) << report.text;
  EXPECT_NE(report.text.find(part), std::string::npos) << report.text;
  EXPECT_EQ(report.text.find("internal error") != std::string::npos, part == "internal error") << report.text;
}

TEST(Failure, OfTheThreeKinds) {
  expect_report([] { fail_input("x is 3, expected 2"); }, 2, "x is 3, expected 2");
  expect_report([] { fail_run("the disk is full"); }, 1, "the disk is full");
  expect_report([] { throw Interrupted(SIGHUP, "saved"); }, 129, "saved");
  expect_report([] { FLANMOE_ASSERT(1 > 2); }, 1, "internal error");
  expect_report([] { throw 3; }, 1, "internal error");
}

TEST(Failure, NoMemory) {
  expect_report([] { throw std::bad_alloc(); }, 1, "not enough memory");
  expect_report([] { std::vector<char>().reserve(SIZE_MAX); }, 1, "not enough memory");
  expect_report([] { at::empty({int64_t{1} << 50}); }, 1, "not enough memory: 4503599627370496 bytes cannot be had");
}

// As a library does in what it calls noexcept, when the last byte is gone.
TEST(Failure, WithoutMemoryForTheMessage) {
  const auto exhaust = [] {
    const rlimit nothing{0, 0};
    ::setrlimit(RLIMIT_AS, &nothing);
    static void* volatile taken = nullptr;
    for (size_t size = size_t{1} << 20; size >= 16; size /= 2) {
      do taken = std::malloc(size);
      while (taken != nullptr);
    }
  };
  const auto fail = []() noexcept { return std::vector<char>(size_t{1} << 20).size(); };
  EXPECT_EXIT((report_terminations(), exhaust(), fail()), testing::ExitedWithCode(1), "not even for a message");
}

TEST(Failure, FilesThatTheSystemRefuses) {
  const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / "flanmoe-failure";
  std::filesystem::create_directories(folder);
  std::error_code ignored;
  std::filesystem::create_symlink(folder / "loop", folder / "loop", ignored);
  expect_report([&] { static_cast<void>(std::filesystem::file_size(folder / "loop/x")); }, 2,
                "loop/x: Too many levels of symbolic links");
  expect_report([&] { std::filesystem::directory_iterator(folder / "absent"); }, 2, "absent: No such file");
  expect_report(
      [] { throw std::filesystem::filesystem_error("x", "/data/rows", std::make_error_code(std::errc::io_error)); }, 1,
      "cannot read /data/rows: Input/output error");
  std::filesystem::remove_all(folder);
}

TEST(Failure, NoThread) {
  expect_report([] { throw std::system_error(std::make_error_code(std::errc::resource_unavailable_try_again)); }, 1,
                "cannot start a thread");
}

TEST(Failure, TextsOfStrangersDoNotSteerTheTerminal) {
  const Report report = report_of([] { fail_input("cannot read \x1b[31ma\rb: no\nsecond line"); });
  EXPECT_NE(report.text.find("\\x1b[31ma\\x0db: no\nsecond line"), std::string::npos) << report.text;
}

// An exception in a thread of a library cannot be caught: it is reported as the process ends.
TEST(FailureDeathTest, InAThreadOfALibrary) {
  EXPECT_EXIT(
      {
        report_terminations();
        std::thread([] { throw std::bad_alloc(); }).join();
      },
      testing::ExitedWithCode(1), "not enough memory");
}

[[noreturn]] void end_at_the_file_limit(const std::filesystem::path& file) {
  report_terminations();
  const rlimit limit = {100'000, 100'000};
  ::setrlimit(RLIMIT_FSIZE, &limit);
  try {
    write_atomically(file, std::string(200'000, 'x'));
  } catch (...) {
    ::_exit(report_failure());
  }
  ::_exit(0);
}

// `ulimit -f` sends a signal that ends a process, unless it is ignored.
TEST(FailureDeathTest, AFileBeyondTheLimit) {
  const std::filesystem::path file = std::filesystem::path(testing::TempDir()) / "flanmoe-file-limit";
  EXPECT_EXIT(end_at_the_file_limit(file), testing::ExitedWithCode(1), "flanmoe-file-limit: File too large");
  EXPECT_FALSE(std::filesystem::exists(file));
}

}  // namespace
}  // namespace flanmoe
