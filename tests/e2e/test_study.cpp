// A whole study as a child process: to its end, killed at any moment, stopped by Ctrl-C, asked again by hand.
#include <signal.h>

#include <chrono>
#include <set>
#include <thread>

#include "base/random.h"
#include "e2e/study_case.h"

namespace flanmoe::e2e {
namespace {

void sleep_seconds(double seconds) { std::this_thread::sleep_for(std::chrono::duration<double>(seconds)); }

TEST_F(Study, SmokeRunsToItsEnd) {
  const Ended ended = flanmoe(command("smoke", "smoke"));
  ASSERT_EQ(ended.status, 0) << ended.err;
  EXPECT_EQ(ended.out, "");
  EXPECT_NE(ended.err.find("report: " + (folder_ / "smoke/report.html").string()), std::string::npos) << ended.err;
  EXPECT_NE(ended.err.find("one seed tells no spread: flanmoe study smoke --out " + (folder_ / "smoke").string() +
                           " 'seeds=[1, 2, 3, 4]'"),
            std::string::npos)
      << ended.err;
  const Json all = results("smoke");
  EXPECT_EQ(all["arms"].size(), 7u);
  EXPECT_EQ(all["verdicts"].size(), 7u);
  EXPECT_EQ(all["routing"].size(), 8u);
  const std::string html = content_of(folder_ / "smoke/report.html");
  for (const char* part : {"<h1>FLAN-MoE smoke test</h1>", "<h2>Verdicts</h2>", "<h2>How the experts are used</h2>"})
    EXPECT_NE(html.find(part), std::string::npos) << part;
  for (const std::string& entry : listing(folder_ / "smoke"))
    EXPECT_EQ(entry.find(".tmp-"), std::string::npos) << entry;

  // The same scores by hand from the cell's saved folder.
  const fs::path cell = folder_ / "smoke/cells/switch/seed-1/instruct";
  const Json result = read_json(cell / "result.json");
  const std::string model = (folder_ / "smoke" / result["model"].get<std::string>()).string();
  const std::string data = (folder_ / "smoke/world").string();
  const Ended again = flanmoe({"eval", model, "--data", data, "--json", "tasks=[\"{data}/heldout\"]", "prompts=both",
                               "max_items=2", "max_new_tokens=4", "source_length=128"});
  ASSERT_EQ(again.status, 0) << again.err;
  const Json asked = parse_json(again.out, "stdout")["flanmoe"];
  EXPECT_EQ(asked["normalised_average"], result["heldout"]["normalised_average"]);
  for (const Json& task : result["heldout"]["tasks"]) {
    const std::string name = task["task"].get<std::string>() + (task["prompting"] == "cot" ? "_cot" : "");
    for (const char* key : {"score", "standard_error", "num_items", "num_unanswered", "num_truncated", "chance"})
      EXPECT_EQ(asked["tasks"][name][key], task[key]) << name << " " << key;
  }

  // Asked once more, it has nothing to train and says the same.
  const Ended repeated = flanmoe(command("smoke", "smoke"));
  EXPECT_EQ(repeated.status, 0) << repeated.err;
  EXPECT_NE(repeated.err.find("28 of 28 cells are done already"), std::string::npos) << repeated.err;
  EXPECT_EQ(results("smoke").dump(), all.dump());

  // Its page is drawn anew from results.json; an index has a row for each of its questions.
  const std::string page = content_of(folder_ / "smoke/report.html"), study = (folder_ / "smoke").string();
  fs::remove(folder_ / "smoke/report.html");
  const Ended drawn = flanmoe({"report", study});
  ASSERT_EQ(drawn.status, 0) << drawn.err;
  EXPECT_EQ(content_of(folder_ / "smoke/report.html"), page);
  const Ended indexed = flanmoe({"report", "--index", (folder_ / "pages/index.html").string(), study});
  ASSERT_EQ(indexed.status, 0) << indexed.err;
  EXPECT_NE(content_of(folder_ / "pages/index.html").find("<a href=\"../smoke/report.html\">"), std::string::npos);
  const Ended none = flanmoe({"report", folder_.string()});
  EXPECT_EQ(none.status, 2);
  EXPECT_NE(none.err.find("no results.json in it; expected the folder of a study that has ended"), std::string::npos)
      << none.err;
}

TEST_F(Study, KilledTenTimesEndsWithTheSameResults) {
  const auto begin = std::chrono::steady_clock::now();
  ASSERT_EQ(flanmoe(command(tiny(), "straight")).status, 0);
  const double length = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  RandomStream moments(::getpid(), "moments");
  size_t killed = 0;
  for (int i = 0; i < 10; ++i) {
    Running study(command(tiny(), "killed"));
    sleep_seconds(0.3 + (length / 4.0) * moments.uniform());
    killed += study.ended() ? 0 : 1;
    study.signal(SIGKILL);
    study.wait();
    EXPECT_FALSE(fs::exists(folder_ / "killed/results.json") && !fs::exists(folder_ / "killed/config.yaml"));
  }
  RecordProperty("killed", static_cast<int>(killed));
  EXPECT_GE(killed, 3u);
  const Ended last = flanmoe(command(tiny(), "killed"));
  ASSERT_EQ(last.status, 0) << last.err;
  const Json killed_results = results("killed");
  EXPECT_EQ(killed_results.dump(), results("straight").dump());
  EXPECT_TRUE(fs::exists(folder_ / "killed/report.html"));
  std::set<std::string> ids;
  for (const Json& measure : killed_results["measures"]) ids.insert(measure["id"]);
  for (const char* id : {"loss/held-out", "heldout-item/instructed", "heldout-cluster/instructed", "curve/instruct@0",
                         "curve/instruct@3", "curve/instruct@20"})
    EXPECT_TRUE(ids.contains(id)) << id;
  const Json pretrained = read_json(folder_ / "killed/cells/dense/seed-1/pretrain/result.json");
  EXPECT_GT(pretrained["held_out_loss"].get<double>(), 1.0);
  for (const std::string& entry : listing(folder_ / "killed"))
    EXPECT_EQ(entry.find(".tmp-"), std::string::npos) << entry;
}

// Two axes, the mean of checkpoints, courses, a world for each seed, examples before held-out questions.
constexpr const char* kGrid = R"(
seeds: [1, 2]
world_by_seed: true
protocol: {looks: [2]}
axes:
  tasks: {values: {8: {mixture: {num_tasks: 8}}, all: {}}}
  rate: {arms: [switch], values: {low: {finetune: {optimizer: {learning_rate: 0.001}}}, high: {}}}
arms: {switch: {twin: ""}}
average: {instruct: 2}
finetune: {checkpoint_every: 2}
finetune_course: 2
evaluations: {few: {shots: 2, source_length: 200}}
cost_steps: 0
comparisons:
  more: {measure: heldout/instructed, parts: [{arm: dense+tasks=all, over: dense+tasks=8}]}
  odds: {measure: log-odds/instructed, margin: 0.1, parts: [{arm: switch+tasks=all+rate=low, over: dense+tasks=all}]}
)";

std::vector<std::string> files_of_seed(const fs::path& study, const std::string& seed) {
  std::vector<std::string> files;
  for (const std::string& entry : listing(study / "cells")) {
    if (entry.find("/" + seed + "/") != std::string::npos) files.push_back(entry);
  }
  return files;
}

TEST_F(Study, AGridSharesCellsSurvivesKillsAndTakesMoreSeeds) {
  put("tiny_base.yaml", kTinyStudy);
  const std::string grid = put("grid.yaml", "parent: tiny_base.yaml" + std::string(kGrid)).string();
  const Ended listed = flanmoe({"study", grid, "--out", (folder_ / "none").string(), "--list", "--json"});
  ASSERT_EQ(listed.status, 0) << listed.err;
  // Of a seed: two pre-trainings, four tunings; finetunings of dense 1 + 2, of Switch 2 + 4.
  EXPECT_EQ(parse_json(listed.out, "stdout")["cells"].size(), 2u * (2 + 4 + 3 + 6));
  EXPECT_FALSE(fs::exists(folder_ / "none"));
  ASSERT_EQ(flanmoe(command(grid, "straight")).status, 0);
  RandomStream moments(::getpid(), "moments");
  for (int i = 0; i < 5; ++i) {
    Running study(command(grid, "killed"));
    sleep_seconds(0.5 + 1.5 * moments.uniform());
    study.signal(i % 2 == 0 ? SIGKILL : SIGTERM);
    study.wait();
  }
  ASSERT_EQ(flanmoe(command(grid, "killed")).status, 0);
  const Json straight = results("straight");
  EXPECT_EQ(results("killed").dump(), straight.dump());
  EXPECT_EQ(straight["arms"].size(), 6u);
  EXPECT_EQ(straight["verdicts"].size(), 2u);
  const Json cell = read_json(folder_ /
                              "straight/cells/switch+tasks=all+rate=low/seed-2/finetune-search_snippets-"
                              "instructed/result.json");
  ASSERT_EQ(cell["course"].size(), 2u);
  EXPECT_EQ(cell["course"][1]["step"], 4);
  const fs::path tuned = folder_ / "straight/cells/dense+tasks=8/seed-1/instruct";
  EXPECT_TRUE(fs::exists(tuned / "averaged/model.safetensors"));
  const Json shots = read_json(tuned / "evaluated-few/results.json")["n-shot"];
  EXPECT_EQ(shots.size(), read_json(tuned / "result.json")["evaluated"]["few"]["tasks"].size());
  for (const Json& one : shots) EXPECT_EQ(one, 2);
  EXPECT_NE(read_json(folder_ / "straight/worlds/seed-1/world.json"),
            read_json(folder_ / "straight/worlds/seed-2/world.json"));

  const auto before = files_of_seed(folder_ / "straight", "seed-1");
  const std::string one_world =
      put("other.yaml", "parent: grid.yaml\nprotocol: {margin: 5}\nseeds: [1, 2, 3]\n").string();
  const Ended other = flanmoe(command(one_world, "straight"));
  EXPECT_EQ(other.status, 2);
  EXPECT_NE(other.err.find("protocol.margin"), std::string::npos) << other.err;
  auto more = command(grid, "straight");
  more.push_back("seeds=[1, 2, 3]");
  const Ended appended = flanmoe(more);
  ASSERT_EQ(appended.status, 0) << appended.err;
  EXPECT_EQ(files_of_seed(folder_ / "straight", "seed-1"), before);
  const Json after = results("straight");
  const std::string typed = read_json(folder_ / "straight/results.json")["command"];
  EXPECT_TRUE(typed.ends_with(" 'seeds=[1, 2, 3]'")) << typed;
  const Json &runs = after["records"][0]["arms"]["dense+tasks=8"],
             &first = straight["records"][0]["arms"]["dense+tasks=8"];
  ASSERT_EQ(runs.size(), 3u);
  for (size_t s : {0u, 1u}) EXPECT_EQ(runs[s], first[s]);
}

// Every rate is trained and asked for validation; the test split is asked of the best alone.
TEST_F(Study, FinetuningPicksItsRateAndAnArmIsUpcycled) {
  put("tiny_base.yaml", kTinyStudy);
  const std::string preset = put("rates.yaml",
                                 "parent: tiny_base.yaml\nfinetune_rates: [0.01, 0.003]\nfinetune_course: 2\n"
                                 "cost_steps: 0\narms_only: [plain, up]\narms:\n  plain: {}\n"
                                 "  up: {upcycled_from: plain, model: {moe: {num_experts: 3}}, pretrain: {steps: 8}}\n"
                                 "comparisons: {up: {measure: heldout/instructed, parts: [{arm: up, over: plain}]}}\n")
                                 .string();
  Running study(command(preset, "rates"));
  while (!study.ended() && !fs::exists(folder_ / "rates/cells/up/seed-1/finetune-search_snippets-direct/rate-0.003"))
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  study.signal(SIGKILL);
  study.wait();
  const Ended ended = flanmoe(command(preset, "rates"));
  ASSERT_EQ(ended.status, 0) << ended.err;
  EXPECT_NE(ended.err.find("arms that 'arms_only' leaves out: dense, switch"), std::string::npos) << ended.err;
  const fs::path cells = folder_ / "rates/cells";
  for (const char* arm : {"plain", "up"}) {
    for (const char* way : {"direct", "instructed"}) {
      const fs::path cell = cells / arm / "seed-1" / ("finetune-search_snippets-" + std::string(way));
      const Json result = read_json(cell / "result.json");
      ASSERT_EQ(result["rates"].size(), 2u);
      EXPECT_EQ(result["rates"][0]["rate"], 0.003);
      const double low = result["rates"][0]["validation"], high = result["rates"][1]["validation"];
      EXPECT_EQ(result["rate"], high > low ? 0.01 : 0.003);
      const std::string folder = fmt::format("rate-{}", result["rate"].get<double>());
      EXPECT_NE(result["model"].get<std::string>().find("/" + folder + "/"), std::string::npos) << result["model"];
      EXPECT_TRUE(fs::exists(cell / folder / "eval-finetune"));
      for (const char* rate : {"rate-0.003", "rate-0.01"}) {
        EXPECT_TRUE(fs::exists(cell / rate / "eval-validation")) << rate;
        EXPECT_EQ(fs::exists(cell / rate / "eval-finetune"), rate == folder) << rate;
      }
    }
  }
  EXPECT_TRUE(fs::exists(cells / "up/seed-1/pretrain/upcycled/model.safetensors"));
  EXPECT_EQ(read_json(cells / "up/seed-1/pretrain/result.json")["steps"], 8);
}

TEST_F(Study, StoppedByCtrlCGoesOn) {
  Running study(command(tiny(), "stopped"));
  wait_for_training(study, "stopped");
  const Ended second = flanmoe(command(tiny(), "stopped"));  // meanwhile
  EXPECT_EQ(second.status, 2);
  EXPECT_NE(second.err.find("another study is running in this folder"), std::string::npos) << second.err;
  study.signal(SIGINT, true);
  const Ended stopped = study.wait();
  EXPECT_EQ(stopped.status, 130) << stopped.err;
  EXPECT_NE(stopped.err.find("the same command goes on from here"), std::string::npos) << stopped.err;
  EXPECT_GE(num_checkpoints("stopped"), 1u);
  EXPECT_FALSE(fs::exists(folder_ / "stopped/results.json"));

  Running terminated(command(tiny(), "stopped"));
  sleep_seconds(0.7);
  terminated.signal(SIGTERM);
  EXPECT_EQ(terminated.wait().status, 143);

  const Ended last = flanmoe(command(tiny(), "stopped"));
  ASSERT_EQ(last.status, 0) << last.err;
  ASSERT_EQ(flanmoe(command(tiny(), "straight")).status, 0);
  EXPECT_EQ(results("stopped").dump(), results("straight").dump());
}

TEST_F(Study, AFailingCellIsNamedWithItsLog) {
  ASSERT_EQ(flanmoe(command(tiny(), "broken")).status, 0);
  const auto ends = [&](int status, const std::vector<std::string>& parts) {
    const Ended ended = flanmoe(command(tiny(), "broken"));
    EXPECT_EQ(ended.status, status) << ended.err;
    for (const std::string& part : parts)
      EXPECT_NE(ended.err.find(part), std::string::npos) << part << " in: " << ended.err;
  };
  fs::remove_all(folder_ / "broken/cells/switch");
  put("broken/world/corpus/facts.jsonl", "{\"text\": \"a river\"}\n{\"tekst\": 1}\n");
  ends(2, {"the cell 'dense/seed-1/pretrain' is done with another content of", "facts.jsonl"});
  fs::remove_all(folder_ / "broken/cells");
  ends(1, {"cell '", "/seed-1/pretrain/log.txt", "facts.jsonl:2"});
}

}  // namespace
}  // namespace flanmoe::e2e
