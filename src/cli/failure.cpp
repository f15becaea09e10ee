#include "cli/failure.h"

#include <c10/util/Exception.h>
#include <signal.h>
#include <unistd.h>

#include <exception>
#include <filesystem>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

#include "base/error.h"
#include "base/log.h"

namespace flanmoe {
namespace {

int report(const std::string& text, int status) {
  log_text(LogLevel::kError, text);
  return status;
}

int report_internal(const std::string& what) {
  return report(fmt::format("internal error, please report it: {}", what), kExitFailed);
}

int report_memory(const std::string& request) {
  return report(
      fmt::format("not enough memory: {} cannot be had; a smaller batch, fewer tokens or a smaller model need "
                  "less",
                  request),
      kExitFailed);
}

// libtorch says "... you tried to allocate 800 bytes. Error code 12 ..."; "" for any other error.
std::string bytes_refused(const std::string& what) {
  const std::string sign = "you tried to allocate ";
  const size_t place = what.find(sign);
  if (place == std::string::npos) return "";
  const size_t begin = place + sign.size();
  return what.substr(begin, what.find_first_not_of("0123456789", begin) - begin);
}

// What a name that the user gave can cause is bad input, the rest a run that cannot go on.
int report_files(const std::filesystem::filesystem_error& error) {
  bool is_input = false;
  for (const std::errc code :
       {std::errc::no_such_file_or_directory, std::errc::permission_denied, std::errc::operation_not_permitted,
        std::errc::not_a_directory, std::errc::is_a_directory, std::errc::filename_too_long,
        std::errc::too_many_symbolic_link_levels}) {
    is_input = is_input || error.code() == code;
  }
  return report(fmt::format("cannot read {}: {}", error.path1().empty() ? "a file" : error.path1().string(),
                            error.code().message()),
                is_input ? kExitBadInput : kExitFailed);
}

void report_without_memory() {
  constexpr std::string_view kText = "error not enough memory, not even for a message that says what it was for\n";
  [[maybe_unused]] const auto ignored = ::write(STDERR_FILENO, kText.data(), kText.size());
}

[[noreturn]] void end_process() {
  try {
    if (const std::exception_ptr error = std::current_exception()) std::rethrow_exception(error);
    if (std::uncaught_exceptions() > 0) {
      report("not enough memory, as it seems: a library met an error where it allows none", kExitFailed);
    } else {
      report_internal("a thread was left running");
    }
  } catch (...) {
    try {
      report_failure();
    } catch (...) {
      report_without_memory();
    }
  }
  ::_exit(kExitFailed);
}

}  // namespace

int report_failure() {
  try {
    throw;
  } catch (const UserError& error) {
    return report(error.what(), kExitBadInput);
  } catch (const Interrupted& stop) {
    return report(stop.what(), 128 + stop.signal);
  } catch (const RunError& error) {
    return report(error.what(), kExitFailed);
  } catch (const std::bad_alloc&) {
    return report_memory("what was asked for");
  } catch (const std::length_error&) {
    return report_memory("a list of the length that was asked for");
  } catch (const std::filesystem::filesystem_error& error) {
    return report_files(error);
  } catch (const std::system_error& error) {
    if (error.code() != std::errc::resource_unavailable_try_again) return report_internal(error.what());
    return report(fmt::format("cannot start a thread: {}", error.code().message()), kExitFailed);
  } catch (const c10::Error& error) {
    if (const std::string bytes = bytes_refused(error.what_without_backtrace()); !bytes.empty()) {
      return report_memory(bytes + " bytes");
    }
    return report_internal(error.what_without_backtrace());
  } catch (const std::exception& error) {
    return report_internal(error.what());
  } catch (...) {
    return report_internal("an unknown exception");
  }
}

void report_terminations() {
  std::set_terminate(end_process);
  ::signal(SIGXFSZ, SIG_IGN);  // the write fails, with a reason
}

}  // namespace flanmoe
