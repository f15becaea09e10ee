// The three kinds of failure, one place each (docs/style.md, rule 7). Bad user input throws UserError; a run that
// cannot go on (disk full, NaN, I/O) throws RunError; an impossible state is a FLANMOE_ASSERT. Libraries never exit or
// print.
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <stdexcept>
#include <string>
#include <string_view>

namespace flanmoe {

// Exit statuses of the binary; after a signal 128 + its number, as shells have it.
inline constexpr int kExitDone = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitBadInput = 2;
inline constexpr int kExitCheckFailed = 3;
inline constexpr int kExitInterrupted = 130;
inline constexpr int kExitTerminated = 143;

// Bad config, file, flag or request. The message says what, where, which value, what was expected.
class UserError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A run that started well and cannot go on.
class RunError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The user asked the run to stop; the state was saved. `signal` is the one that asked.
class Interrupted : public std::runtime_error {
 public:
  Interrupted(int signal_number, const std::string& message) : std::runtime_error(message), signal(signal_number) {}
  int signal;
};

// A text of a stranger for a message, which it must not end, break or colour: control characters become \x1b and the
// like. Line ends and tabs may be kept, where a text has lines.
std::string printable(std::string_view text, bool keep_lines = false);

template <class... Args>
[[noreturn]] void fail_input(fmt::format_string<Args...> format, Args&&... args) {
  throw UserError(fmt::format(format, std::forward<Args>(args)...));
}

template <class... Args>
[[noreturn]] void fail_run(fmt::format_string<Args...> format, Args&&... args) {
  throw RunError(fmt::format(format, std::forward<Args>(args)...));
}

[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);

}  // namespace flanmoe

#define FLANMOE_ASSERT(condition) ((condition) ? void(0) : ::flanmoe::assertion_failed(#condition, __FILE__, __LINE__))
