// Relative paths of a configuration lead from the file that names them.
#include "base/config_paths.h"

#include "base/error.h"
#include "base/files.h"
#include "testing/check.h"

namespace flanmoe {
namespace {

// A folder with own/mix.yaml, from which paths are asked; the current folder is the test's own meanwhile.
class ConfigPaths : public FolderTest {
 protected:
  void SetUp() override {
    FolderTest::SetUp();
    folder_ = fs::canonical(folder_);
    before_ = fs::current_path();
    fs::current_path(folder_);
    fs::create_directories(folder_ / "own/tasks");
    put("own/tasks/a.yaml", "");
  }
  void TearDown() override {
    fs::current_path(before_);
    FolderTest::TearDown();
  }
  std::string in_folder(const std::string& name) const { return (folder_ / name).string(); }

  fs::path before_;
};

TEST_F(ConfigPaths, LeadFromTheFileThatNamesThem) {
  put("own/base.yaml",
      "mixture: {tasks: [tasks/a.yaml, \"{data}/tasks\", \"{home}/tasks\", /abs/b.yaml]}\ninit: "
      "../no-such-model-anywhere\n");
  fs::create_directories(folder_ / "below");
  put("below/top.yaml", "parent: ../own/base.yaml\ndata: w\nseed: 3\n");
  const ConfigNode config =
      with_overrides(load_config(folder_ / "below/top.yaml"), {"tokenizer=t5", "validation.tasks=[x.yaml]"});
  const ConfigNode whole =
      with_absolute_paths(config, {"data", "init", "tokenizer", "mixture.tasks", "validation.tasks", "corpus.files"});
  EXPECT_EQ(whole.at("mixture").at("tasks").list()[0].scalar(), in_folder("own/tasks/a.yaml"));  // the parent's
  EXPECT_EQ(whole.at("mixture").at("tasks").list()[1].scalar(), "{data}/tasks");
  EXPECT_EQ(whole.at("mixture").at("tasks").list()[2].scalar(), "{home}/tasks");
  EXPECT_EQ(whole.at("mixture").at("tasks").list()[3].scalar(), "/abs/b.yaml");
  EXPECT_EQ(whole.at("init").scalar(), in_folder("no-such-model-anywhere"));
  EXPECT_EQ(whole.at("data").scalar(), in_folder("below/w"));
  EXPECT_EQ(whole.at("tokenizer").scalar(), in_folder("t5"));  // the command line's, from the current folder
  EXPECT_EQ(whole.at("validation").at("tasks").list()[0].scalar(), in_folder("x.yaml"));
  EXPECT_EQ(whole.at("seed").scalar(), "3");
  EXPECT_EQ(whole.at("data").place(), in_folder("below/top.yaml") + ":2");
}

TEST_F(ConfigPaths, OfAnySectionAndPresetsByName) {
  put("own/study.yaml",
      "arms:\n  a: {mixture: {tasks: [tasks/a.yaml]}, routing: switch}\n  b: {routing: tasks/a.yaml}\n");
  const ConfigNode arms =
      with_absolute_paths(load_config("own/study.yaml"), {"arms.*.mixture.tasks"}, {"arms.*.routing"}).at("arms");
  EXPECT_EQ(arms.at("a").at("mixture").at("tasks").list()[0].scalar(), in_folder("own/tasks/a.yaml"));
  EXPECT_EQ(arms.at("a").at("routing").scalar(), "switch");
  EXPECT_EQ(arms.at("b").at("routing").scalar(), in_folder("own/tasks/a.yaml"));
}

// What a file of an earlier version meant from the current folder is not taken for something else.
TEST_F(ConfigPaths, ThatLeadSomewhereFromTheCurrentFolderAloneAreRefused) {
  put("mine.yaml", "");
  put("corpus.jsonl.gz", "");
  for (const std::string written : {"mine.yaml", "own/tasks", "corpus.jsonl", "own/tasks/*.yaml"}) {
    put("own/mix.yaml", "steps: 1\ntasks: [\"" + written + "\"]\n");
    const std::string message =
        message_of<UserError>([] { with_absolute_paths(load_config("own/mix.yaml"), {"tasks"}); });
    for (const std::string& part : {std::string("own/mix.yaml:2: 'tasks' names '" + written + "'"),
                                    in_folder("own/" + written), in_folder(written)})
      EXPECT_NE(message.find(part), std::string::npos) << part << " in: " << message;
  }
  put("own/mix.yaml", "tasks: [nowhere.yaml]\n");  // neither: whoever opens it says so
  EXPECT_EQ(with_absolute_paths(load_config("own/mix.yaml"), {"tasks"}).at("tasks").list()[0].scalar(),
            in_folder("own/nowhere.yaml"));
}

TEST_F(ConfigPaths, OfOneFolderAreSpeltInOneWay) {
  fs::create_directory_symlink("own", folder_ / "link");
  for (const std::string spelling : {"own", "own/", "./own", "own/.", "own/tasks/..", "./own//", "link", "link/"})
    EXPECT_EQ(absolute_path(spelling), in_folder("own")) << spelling;
  EXPECT_EQ(absolute_path(in_folder("own") + "/"), in_folder("own"));
  EXPECT_EQ(absolute_path("tasks/a.yaml", "link"), in_folder("own/tasks/a.yaml"));
  EXPECT_EQ(absolute_path("none/"), in_folder("none"));
  EXPECT_EQ(absolute_path(""), "");
  EXPECT_EQ(absolute_path("{data}"), "{data}");
  fs::create_symlink("tasks/a.yaml", folder_ / "own/name.jsonl");  // the ending of a link's name is the file's kind
  EXPECT_EQ(absolute_path("link/name.jsonl"), in_folder("own/name.jsonl"));
}

TEST_F(ConfigPaths, ParentsMayBeOurs) {
  put("own/s.yaml", "parent: \"{home}/configs/study/smoke.yaml\"\ntitle: mine\n");
  EXPECT_EQ(load_config("own/s.yaml").at("title").scalar(), "mine");
  EXPECT_TRUE(load_config("own/s.yaml").has("arms"));
  for (const std::string written : {"mini", "mini.yaml"}) {
    put("own/s.yaml", "parent: " + written + "\nseeds: [9]\n");
    EXPECT_TRUE(load_config("own/s.yaml").has("arms")) << written;
  }
  put("own/mini.yaml", "title: the one beside\n");
  EXPECT_EQ(load_config("own/s.yaml").at("title").scalar(), "the one beside");
  put("own/s.yaml", "parent: finetune\n");  // of training and of suites
  EXPECT_NE(message_of<UserError>([] {
              load_config("own/s.yaml");
            }).find("a preset of this name is '{home}/configs/train/finetune.yaml'"),
            std::string::npos);
  put("base.yaml", "x: 1\n");
  put("own/s.yaml", "parent: base.yaml\n");
  EXPECT_NE(message_of<UserError>([] { load_config("own/s.yaml"); }).find(in_folder("base.yaml")), std::string::npos);
}

}  // namespace
}  // namespace flanmoe
