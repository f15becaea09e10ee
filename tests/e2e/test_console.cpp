// How messages look: on a terminal behind the name of the program, in a file or pipe behind the clock.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include "e2e/binary.h"

namespace flanmoe::e2e {
namespace {

constexpr const char* kWipe = "\r\033[K";  // a progress bar that may stand there

// Runs the binary with stdin, stdout and stderr on a terminal of its own, and gives everything it shows.
Ended on_a_terminal(const std::vector<std::string>& arguments, bool colours) {
  std::vector<char*> argv{const_cast<char*>("flanmoe")};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  int terminal = -1;
  const pid_t pid = ::forkpty(&terminal, nullptr, nullptr, nullptr);
  if (pid < 0) throw std::runtime_error("no pseudo-terminal");
  if (pid == 0) {
    ::setenv("OMP_NUM_THREADS", "1", 0);
    ::setenv("FLANMOE_HOME", FLANMOE_SOURCE_DIR, 1);
    ::setenv("NO_COLOR", colours ? "" : "1", 1);
    ::execv(FLANMOE_BINARY, argv.data());
    ::_exit(127);
  }
  Ended ended;
  char buffer[4096];
  for (ssize_t size = 0; (size = ::read(terminal, buffer, sizeof buffer)) > 0;) ended.out.append(buffer, size);
  ::close(terminal);
  int status = 0;
  ::waitpid(pid, &status, 0);
  ended.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return ended;
}

const std::vector<std::string> kBadKey = {"study", "smoke", "--print-config", "pretrain.stesp=3"};

bool is_clock(const std::string& text) {  // "12:00:00"
  if (text.size() != 8 || text[2] != ':' || text[5] != ':') return false;
  return std::count_if(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) != 0; }) == 6;
}

// Skipped where a container gives no pseudo-terminals.
class Terminal : public ::testing::Test {
 protected:
  void SetUp() override {
    const int terminal = ::posix_openpt(O_RDWR | O_NOCTTY);
    if (terminal < 0) GTEST_SKIP() << "there are no pseudo-terminals here (is /dev/pts mounted?)";
    ::close(terminal);
  }
};

TEST_F(Terminal, AnErrorBeginsWithTheProgram) {
  const Ended ended = on_a_terminal(kBadKey, false);
  EXPECT_EQ(ended.status, 2);
  EXPECT_TRUE(ended.out.starts_with(std::string(kWipe) + "flanmoe: error: command line 'pretrain.stesp=3'"))
      << ended.out;
  EXPECT_NE(ended.out.find("'pretrain.steps'"), std::string::npos) << ended.out;
  EXPECT_EQ(ended.out.find('\033', 2), std::string::npos) << ended.out;
}

TEST_F(Terminal, AnErrorIsRed) {
  const Ended ended = on_a_terminal(kBadKey, true);
  EXPECT_TRUE(ended.out.starts_with(std::string(kWipe) + "\033[31mflanmoe: error: ")) << ended.out;
  EXPECT_TRUE(ended.out.ends_with("\033[0m\r\n")) << ended.out;
}

TEST_F(Terminal, AnInfoIsItsText) {
  const std::string folder = world().parent_path() / "on_a_terminal";
  const Ended ended = on_a_terminal({"init", "switch_base", "--out", folder, "model.vocab_size=40", "model.d_model=4",
                                     "model.d_ff=4", "model.d_kv=2", "model.moe.num_experts=2"},
                                    true);
  EXPECT_EQ(ended.status, 0) << ended.out;
  EXPECT_NE(ended.out.find(kWipe + folder + ": "), std::string::npos) << ended.out;  // "FOLDER: 1,234 parameters, ..."
  EXPECT_EQ(ended.out.find("info"), std::string::npos) << ended.out;
}

TEST(Messages, InAPipeALineBeginsWithTheClock) {
  const Ended ended = flanmoe(kBadKey);
  EXPECT_EQ(ended.status, 2);
  EXPECT_TRUE(is_clock(ended.err.substr(0, 8))) << ended.err;
  EXPECT_EQ(ended.err.find(" error command line 'pretrain.stesp=3'"), 8u) << ended.err;
  EXPECT_EQ(ended.err.find('\033'), std::string::npos) << ended.err;
}

}  // namespace
}  // namespace flanmoe::e2e
