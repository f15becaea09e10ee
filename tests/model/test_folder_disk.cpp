// A disk that does not take a model: a RunError with path and reason, and nothing left behind.
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>

#include "base/files.h"
#include "folder_case.h"

namespace flanmoe {
namespace {

// Saves as the program does: the folder is there complete or not at all.
void save_whole(const T5Model& model, const std::filesystem::path& folder, const SaveOptions& how = {}) {
  create_folder_atomically(folder, [&](const std::filesystem::path& beside) { save_model(model, beside, how); });
}

class ModelFolderOnDisk : public ModelFolderTest {
 protected:
  void expect_refused(const std::filesystem::path& parent, const std::string& reason,
                      const SaveOptions& how = {}) const {
    const std::string message = message_of<RunError>([&] { save_whole(small_, parent / "model", how); });
    EXPECT_NE(message.find("cannot write " + (parent / "model").string()), std::string::npos) << message;
    EXPECT_NE(message.find(reason), std::string::npos) << message;
    EXPECT_TRUE(fs::is_empty(parent));
  }
  const T5Model small_ = tiny::stirred(tiny::options("switch"));
};

TEST_F(ModelFolderOnDisk, AFolderThatIsNotThereOrIsThereAlready) {
  const std::string message = message_of<RunError>([&] { save_model(small_, folder_ / "nowhere"); });
  EXPECT_NE(message.find("cannot write " + (folder_ / "nowhere/config.json").string() + ": No such file"),
            std::string::npos)
      << message;
  save("switch");
  EXPECT_NE(message_of<RunError>([&] { save_whole(small_, model_); }).find("it exists already"), std::string::npos);
  expect_same_weights(load_model(model_), small_);
}

// No file may be longer than so many bytes, as on a disk that is full there.
class FileLimit {
 public:
  explicit FileLimit(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    handler_ = std::signal(SIGXFSZ, SIG_IGN);
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  FileLimit(const FileLimit&) = delete;
  FileLimit& operator=(const FileLimit&) = delete;

 private:
  rlimit before_ = {};
  void (*handler_)(int) = SIG_DFL;
};

TEST_F(ModelFolderOnDisk, AFileThatCannotGrowLeavesNothingBehind) {
  fs::create_directories(folder_ / "out");
  save_whole(small_, folder_ / "out/model");
  const auto bytes = fs::file_size(folder_ / "out/model/model.safetensors");
  fs::remove_all(folder_ / "out/model");
  for (const uint64_t most : {0, 5000}) {  // one file, or shards
    for (rlim_t limit = 0; limit < (most == 0 ? bytes : most); limit += most == 0 ? bytes / 13 : most / 5) {
      const FileLimit guard(limit);
      expect_refused(folder_ / "out", "File too large", {at::kFloat, most});
    }
  }
  const FileLimit guard(bytes);
  save_whole(small_, folder_ / "out/model");
  expect_same_weights(load_model(folder_ / "out/model"), small_);
}

// A file system in memory of its own that only this thread sees.
class ModelFolderOnSmallDisk : public ModelFolderOnDisk {
 protected:
  void SetUp() override {
    ModelFolderOnDisk::SetUp();
    disk_ = folder_ / "disk";
    fs::create_directories(disk_);
    everyones_ = ::open("/proc/thread-self/ns/mnt", O_RDONLY | O_CLOEXEC);
    apart_ = ::unshare(CLONE_NEWNS) == 0;
    mounted_ = apart_ && ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
               ::mount("tmpfs", disk_.c_str(), "tmpfs", 0, "size=4k") == 0;
    if (!mounted_) GTEST_SKIP() << "no right to mount a file system";
  }
  void TearDown() override {
    if (mounted_) ::umount(disk_.c_str());
    if (apart_) {
      EXPECT_EQ(::setns(everyones_, CLONE_NEWNS), 0);
    }
    ::close(everyones_);
    ModelFolderOnDisk::TearDown();
  }
  void remount(unsigned long flags, const std::string& size) const {
    ASSERT_EQ(::mount("tmpfs", disk_.c_str(), "tmpfs", MS_REMOUNT | flags, ("size=" + size).c_str()), 0);
  }
  std::filesystem::path disk_;
  int everyones_ = -1;
  bool apart_ = false, mounted_ = false;
};

TEST_F(ModelFolderOnSmallDisk, ADiskThatFillsUpLeavesNothingBehind) {
  for (const uint64_t most : {0, 5000}) {
    int num_refused = 0;
    for (int kilobytes = 4;; kilobytes += 8) {
      ASSERT_LT(kilobytes, 1000);
      remount(0, std::to_string(kilobytes) + "k");
      try {
        save_whole(small_, disk_ / "model", {at::kFloat, most});
        break;
      } catch (const RunError& error) {
        const std::string message = error.what();
        EXPECT_TRUE(message.starts_with("cannot write " + (disk_ / "model").string())) << message;
        EXPECT_NE(message.find("No space left on device"), std::string::npos) << message;
        EXPECT_TRUE(fs::is_empty(disk_)) << kilobytes;
        ++num_refused;
      }
    }
    EXPECT_GT(num_refused, 3);
    expect_same_weights(load_model(disk_ / "model"), small_);
    fs::remove_all(disk_ / "model");
  }
}

TEST_F(ModelFolderOnSmallDisk, AFolderThatMayNotBeWritten) {
  remount(MS_RDONLY, "4k");
  expect_refused(disk_, "Read-only file system");
  const std::string message = message_of<RunError>([&] { save_model(small_, disk_); });
  EXPECT_NE(message.find("cannot write " + (disk_ / "config.json").string() + ": Read-only file system"),
            std::string::npos)
      << message;
}

}  // namespace
}  // namespace flanmoe
