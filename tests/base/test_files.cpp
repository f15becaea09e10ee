#include "base/files.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <zlib.h>

#include <csignal>
#include <cstdlib>

#include "base/error.h"
#include "testing/check.h"

namespace flanmoe {
namespace {

class Files : public FolderTest {
 protected:
  std::string failure(const std::function<void()>& work) const { return message_of<RunError>(work); }
  std::string refusal(const std::function<void()>& work) const { return message_of<UserError>(work); }
};

std::string gzipped(const std::string& text) {
  z_stream stream = {};
  deflateInit2(&stream, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string packed(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

TEST_F(Files, ReadsTextsAndLines) {
  const std::string content("a\r\nb\n\n\0c\nlast", 13);
  EXPECT_EQ(read_text(put("x.txt", content)), content);
  EXPECT_EQ(read_lines(put("x.txt", "a\r\nb\n\n c\r\nlast")), (std::vector<std::string>{"a", "b", "", " c", "last"}));
  EXPECT_EQ(read_lines(put("x.txt", "a\n")), (std::vector<std::string>{"a"}));
  EXPECT_EQ(read_lines(put("x.txt", "\r\n")), (std::vector<std::string>{""}));
  EXPECT_TRUE(read_lines(put("x.txt", "")).empty());
  const std::string large(3'000'000, 'x');
  EXPECT_EQ(read_text(put("x.txt", large)), large);
}

TEST_F(Files, SaysWhyAFileCannotBeRead) {
  const fs::path missing = folder_ / "none.txt";
  EXPECT_EQ(refusal([&] { read_text(missing); }), "cannot read " + missing.string() + ": No such file or directory");
  EXPECT_EQ(refusal([&] { read_lines(missing); }), "cannot read " + missing.string() + ": No such file or directory");
  EXPECT_EQ(refusal([&] { read_text(folder_); }), "cannot read " + folder_.string() + ": Is a directory");
}

// Before anything is allocated: a sparse file takes no room on the disk.
TEST_F(Files, LargerThanTheMemoryIsRefusedByName) {
  const fs::path path = put("x.txt", "");
  fs::resize_file(path, uintmax_t{1} << 42);
  const std::string message = failure([&] { read_text(path); });
  EXPECT_NE(message.find("not enough memory to read " + path.string() + ": it has 4398046511104 bytes, "),
            std::string::npos)
      << message;
}

TEST_F(Files, UnpacksGzipOfSeveralMembers) {
  std::string text;
  for (int i = 0; i < 200000; ++i) text += std::to_string(i * 7919) + "\n";
  EXPECT_EQ(read_text(put("x.gz", gzipped(text))), text);
  EXPECT_EQ(read_text(put("x.gz", gzipped("one\n") + gzipped("") + gzipped("two\n"))), "one\ntwo\n");
  EXPECT_EQ(read_lines(put("x.jsonl.gz", gzipped("{}\n{}\n"))).size(), 2u);
}

TEST_F(Files, RefusesGzipCutAtAnyByte) {
  const std::string packed = gzipped("some text that is packed, some text that is packed");
  for (size_t length = 0; length < packed.size(); ++length) {
    const fs::path path = put("x.gz", packed.substr(0, length));
    EXPECT_EQ(refusal([&] { read_text(path); }), "cannot read " + path.string() + ": the gzip data is cut short");
  }
}

TEST_F(Files, RefusesDamagedGzip) {
  const std::string packed = gzipped("some text that is packed, some text that is packed");
  std::string wrong_sum = packed;
  wrong_sum[packed.size() - 5] ^= 1;
  const fs::path path = put("x.gz", wrong_sum);
  EXPECT_EQ(refusal([&] { read_text(path); }),
            "cannot read " + path.string() + ": the gzip data is damaged (incorrect data check)");
  put("x.gz", packed + "garbage behind");
  EXPECT_EQ(refusal([&] { read_text(path); }),
            "cannot read " + path.string() + ": the gzip data is damaged (incorrect header check)");
  put("x.gz", "plain text");
  EXPECT_NE(refusal([&] { read_text(path); }).find("the gzip data is damaged"), std::string::npos);
}

TEST_F(Files, WritesAtomically) {
  const fs::path path = folder_ / "x.txt";
  write_atomically(path, "one");
  EXPECT_EQ(content_of(path), "one");
  write_atomically(path, "");
  EXPECT_EQ(content_of(path), "");
  write_atomically(path, std::string(1'000'000, 'y'));
  EXPECT_EQ(fs::file_size(path), 1'000'000u);
  EXPECT_EQ(num_entries(), 1u);
}

// A limit on file sizes stands for a full disk: the write fails half-way in the same manner.
class SizeLimit {
 public:
  explicit SizeLimit(rlim_t bytes) {
    handler_ = std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit = {bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~SizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_ = {};
  void (*handler_)(int);
};

TEST_F(Files, FailedWriteLeavesTheOldFileAndNothingElse) {
  const fs::path path = put("x.txt", "old");
  const std::string content(100'000, 'z');
  for (const rlim_t room : {rlim_t{0}, rlim_t{1}, rlim_t{4096}, rlim_t{99'999}}) {
    const std::string message = [&] {
      const SizeLimit limit(room);
      return failure([&] { write_atomically(path, content); });
    }();
    EXPECT_EQ(message, "cannot write " + path.string() + ": File too large");
    EXPECT_EQ(content_of(path), "old");
    EXPECT_EQ(num_entries(), 1u);
  }
}

TEST_F(Files, SaysWhyAFileCannotBeWritten) {
  const fs::path nowhere = folder_ / "none" / "x.txt";
  EXPECT_EQ(failure([&] { write_atomically(nowhere, "x"); }),
            "cannot write " + nowhere.string() + ": No such file or directory");
  EXPECT_EQ(failure([&] { write_atomically(folder_, "x"); }), "cannot write " + folder_.string() + ": it is a folder");
  EXPECT_EQ(failure([&] { write_atomically("/dev/full", "x"); }), "cannot write /dev/full: not a plain file");
}

TEST_F(Files, NeedsPermission) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  fs::permissions(folder_, fs::perms::owner_read | fs::perms::owner_exec);
  EXPECT_EQ(failure([&] { write_atomically(folder_ / "x.txt", "x"); }),
            "cannot write " + (folder_ / "x.txt").string() + ": Permission denied");
  fs::permissions(folder_, fs::perms::owner_all);
}

TEST_F(Files, ReplacesWhatACrashLeft) {
  // In a fresh process the first temporary file carries number 0; here any number may come next.
  const fs::path path = folder_ / "x.txt";
  for (int i = 0; i < 200; ++i) put("x.txt.tmp-" + std::to_string(::getpid()) + "-" + std::to_string(i), "left over");
  write_atomically(path, "new");
  EXPECT_EQ(content_of(path), "new");
}

// In a container the process that was killed had the id of this one.
TEST_F(Files, SweepsWhatAProcessOfTheSameIdLeft) {
  const std::string left = "x.txt.tmp-" + std::to_string(::getpid()) + "-1000000";
  fs::create_directory(folder_ / left);
  put(left + "/half", "half");
  write_atomically(folder_ / "x.txt", "new");
  EXPECT_EQ(content_of(folder_ / "x.txt"), "new");
  EXPECT_EQ(num_entries(), 1u);
}

TEST_F(Files, CreatesFoldersAtomically) {
  const fs::path path = folder_ / "step-1";
  create_folder_atomically(path, [&](const fs::path& temporary) {
    EXPECT_FALSE(fs::exists(path));
    EXPECT_EQ(temporary.parent_path(), folder_);
    fs::create_directory(temporary / "inner");
    write_atomically(temporary / "inner" / "x", "content");
  });
  EXPECT_EQ(content_of(path / "inner" / "x"), "content");
  EXPECT_EQ(num_entries(), 1u);
  EXPECT_EQ(failure([&] { create_folder_atomically(path, [](const fs::path&) {}); }),
            "cannot write " + path.string() + ": it exists already");
  create_folder_atomically(folder_ / "slash/", [](const fs::path&) {});
  EXPECT_TRUE(fs::is_directory(folder_ / "slash"));
  EXPECT_EQ(num_entries(), 2u);
}

TEST_F(Files, FailedFillLeavesNoFolder) {
  EXPECT_EQ(failure([&] {
              create_folder_atomically(folder_ / "x", [](const fs::path& temporary) {
                write_atomically(temporary / "half", "half");
                fail_run("stopped");
              });
            }),
            "stopped");
  EXPECT_EQ(num_entries(), 0u);
  const fs::path nowhere = folder_ / "none" / "x";
  EXPECT_EQ(failure([&] { create_folder_atomically(nowhere, [](const fs::path&) {}); }),
            "cannot write " + nowhere.string() + ": No such file or directory");
}

TEST_F(Files, MakesFolders) {
  make_folders(folder_ / "a" / "b" / "c/");
  EXPECT_TRUE(fs::is_directory(folder_ / "a" / "b" / "c"));
  make_folders(folder_ / "a");
  const fs::path file = put("file", "");
  EXPECT_EQ(failure([&] { make_folders(file); }), "cannot create folder " + file.string() + ": Not a directory");
  EXPECT_EQ(failure([&] { make_folders(file / "x"); }),
            "cannot create folder " + (file / "x").string() + ": Not a directory");
}

TEST_F(Files, SyncsFilesAndFolders) {
  sync_path(put("x", "content"));
  sync_path(folder_);
  EXPECT_EQ(failure([&] { sync_path(folder_ / "none"); }),
            "cannot write " + (folder_ / "none").string() + ": No such file or directory");
}

TEST_F(Files, AppendsWholeLines) {
  const fs::path path = folder_ / "metrics.jsonl";
  {
    LineWriter writer(path);
    writer.write("one");
    EXPECT_EQ(content_of(path), "one\n");  // there at once
    writer.write("");
  }
  LineWriter(path).write("three");
  EXPECT_EQ(content_of(path), "one\n\nthree\n");
}

TEST_F(Files, LineWriterReportsAFullDisk) {
  if (!fs::exists("/dev/full")) GTEST_SKIP() << "no /dev/full here";
  LineWriter writer("/dev/full");
  EXPECT_EQ(failure([&] { writer.write("x"); }), "cannot write /dev/full: No space left on device");
  EXPECT_EQ(failure([&] { LineWriter(folder_ / "none" / "x"); }),
            "cannot write " + (folder_ / "none" / "x").string() + ": No such file or directory");
}

TEST_F(Files, MapsFiles) {
  const MappedFile file(put("x", "abc"));
  ASSERT_EQ(file.bytes().size(), 3u);
  EXPECT_EQ(static_cast<char>(file.bytes()[2]), 'c');
  EXPECT_TRUE(MappedFile(put("empty", "")).bytes().empty());
  EXPECT_EQ(refusal([&] { MappedFile(folder_ / "none"); }),
            "cannot read " + (folder_ / "none").string() + ": No such file or directory");
  EXPECT_EQ(refusal([&] { MappedFile mapped(folder_); }), "cannot read " + folder_.string() + ": not a plain file");
}

TEST_F(Files, ChecksumsSeeEveryBit) {
  std::string text = "0123456789abcdefghi";
  const std::string sum = checksum_text(text);
  EXPECT_EQ(sum, "bea2db60716f6ac5");  // kept: manifests on disk hold such sums
  EXPECT_EQ(checksum_file(put("x", text)), sum);
  EXPECT_EQ(checksum_file(put("x", "")), checksum_text(""));
  for (size_t bit = 0; bit < text.size() * 8; ++bit) {
    std::string flipped = text;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_NE(checksum_text(flipped), sum) << bit;
  }
  EXPECT_NE(checksum_text(text + '\0'), sum);
  EXPECT_NE(checksum_text(text.substr(1)), sum);
}

// Puts FLANMOE_HOME back at the end of a test.
class HomeVariable {
 public:
  explicit HomeVariable(const std::string& value) : before_(std::getenv("FLANMOE_HOME")) {
    if (before_ != nullptr) kept_ = before_;
    ::setenv("FLANMOE_HOME", value.c_str(), 1);
  }
  ~HomeVariable() {
    if (before_ == nullptr) {
      ::unsetenv("FLANMOE_HOME");
    } else {
      ::setenv("FLANMOE_HOME", kept_.c_str(), 1);
    }
  }

 private:
  const char* before_;
  std::string kept_;
};

TEST_F(Files, HomeIsTheFolderWithConfigs) {
  const HomeVariable variable(folder_.string());
  EXPECT_EQ(refusal([] { home_folder(); }),
            "FLANMOE_HOME is '" + folder_.string() + "', expected a folder that holds configs/");
  fs::create_directory(folder_ / "configs");
  EXPECT_EQ(home_folder(), folder_);
}

TEST_F(Files, HomeIsLookedForInTheCurrentFolder) {
  const HomeVariable variable("");
  const fs::path before = fs::current_path();
  const fs::path above_binary = fs::read_symlink("/proc/self/exe").parent_path().parent_path();
  fs::current_path(folder_);
  const std::string message = fs::exists(above_binary / "configs") ? "" : refusal([] { home_folder(); });
  fs::create_directory(folder_ / "configs");
  const fs::path found = home_folder();
  fs::current_path(before);
  if (message.empty()) GTEST_SKIP() << "the folder above the test binary holds configs/";
  EXPECT_NE(message.find("tried " + above_binary.string()), std::string::npos) << message;
  EXPECT_NE(message.find("set FLANMOE_HOME"), std::string::npos) << message;
  EXPECT_EQ(found, folder_);
}

}  // namespace
}  // namespace flanmoe
