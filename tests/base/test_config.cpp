// The tree: parsing, merging, parents, overrides, writing. Options are in test_options.cpp.
#include "base/config.h"
#include "base/nearest_name.h"

#include "base/error.h"
#include "base/files.h"
#include "testing/check.h"

namespace flanmoe {
namespace {

std::string refusal(const std::string& yaml) {
  return message_of<UserError>([&] { parse_config(yaml, "x.yaml"); });
}

TEST(ConfigParse, KeepsOrderAndPlaces) {
  const ConfigNode config = parse_config("# hello\nb: 1\na:\n  c: [x, 'y z']\n  d: {}\n", "x.yaml");
  const auto items = config.items();
  ASSERT_EQ(items.size(), 2u);
  EXPECT_EQ(items[0].first, "b");
  EXPECT_EQ(items[0].second.scalar(), "1");
  EXPECT_EQ(items[0].second.place(), "x.yaml:2");
  EXPECT_EQ(items[1].second.place(), "x.yaml:3");  // the line of the section's name
  EXPECT_EQ(config.at("a").at("c").list()[1].scalar(), "y z");
  EXPECT_TRUE(config.at("a").at("d").is_map());
  EXPECT_TRUE(config.at("a").at("d").empty());
  EXPECT_FALSE(config.has("c"));
}

TEST(ConfigParse, EmptyTextIsAnEmptyMap) {
  EXPECT_TRUE(parse_config("", "x.yaml").is_map());
  EXPECT_TRUE(parse_config("# only a comment\n", "x.yaml").empty());
  EXPECT_TRUE(ConfigNode().empty());
}

TEST(ConfigParse, ReadsJson) {
  const ConfigNode config = parse_config(R"({"a": {"b": [1, 2.5e-3], "c": "1"}, "d": true})", "config.json");
  EXPECT_EQ(config.at("a").at("b").list()[1].scalar(), "2.5e-3");
  EXPECT_EQ(config.at("d").scalar(), "true");
}

TEST(ConfigParse, RefusesDuplicateKeysWithBothLines) {
  EXPECT_EQ(refusal("a:\n  b: 1\n  c: 2\n  b: 3\n"), "x.yaml:4: duplicate key 'a.b', first at x.yaml:2");
}

TEST(ConfigParse, RefusesWhatIsNotUsed) {
  EXPECT_EQ(refusal("a: &anchor 1\n"),
            "x.yaml:1: YAML anchors (&name) are not used here; write the value out, or put a text in quotes");
  EXPECT_EQ(refusal("b: 2\na: *name\n"),
            "x.yaml:2: YAML aliases (*name) are not used here; write the value out, or put a text in quotes");
  EXPECT_EQ(refusal("a: !!str 1\n"),
            "x.yaml:1: YAML tags (tag:yaml.org,2002:str) are not used here; put a text in quotes");
  EXPECT_EQ(refusal("a: 1\n---\nb: 2\n"), "x.yaml:1: a second document ('---'), expected one");
  EXPECT_EQ(refusal("[a, b]: 1\n"), "x.yaml:1: a list or section as a key, expected a name");
}

TEST(ConfigParse, RefusesMissingValues) {
  EXPECT_EQ(refusal("a:\n  b: 1\n  c:\n"),
            "x.yaml:3: 'a.c' has no value; write \"\" for an empty text, {} for an empty section");
  EXPECT_EQ(refusal("a: [x, ~]\n"),
            "x.yaml:1: 'a[1]' has no value; write \"\" for an empty text, {} for an empty section");
}

TEST(ConfigParse, ReportsBrokenYamlWithItsLine) {
  EXPECT_EQ(refusal("a: 1\nb: [1, 2\n").find("x.yaml:"), 0u);
  EXPECT_NE(refusal("a: 1\nb: [1, 2\n").find("malformed YAML"), std::string::npos);
  EXPECT_EQ(refusal("a: 1\nb: x: y\n").find("x.yaml:2: malformed YAML: "), 0u);
  const std::string deep(100000, '[');
  EXPECT_EQ(refusal(deep).find("x.yaml:1: "), 0u);
}

TEST(ConfigNode, SaysWhatItIsWhenAskedForSomethingElse) {
  const ConfigNode config = parse_config("steps: 5\nlist: [1]\n", "x.yaml");
  EXPECT_EQ(message_of<UserError>([&] { config.at("step"); }), "x.yaml:1: key 'step' is missing; there is 'steps'");
  EXPECT_EQ(message_of<UserError>([&] { config.at("zzzzzz"); }), "x.yaml:1: key 'zzzzzz' is missing");
  EXPECT_EQ(message_of<UserError>([&] { config.at("steps").list(); }), "x.yaml:1: found '5', expected a list");
  EXPECT_EQ(message_of<UserError>([&] { config.at("list").items(); }), "x.yaml:2: found a list, expected a section");
  EXPECT_EQ(message_of<UserError>([&] { config.scalar(); }), "x.yaml:1: found a section, expected a single value");
}

TEST(ConfigMerge, MapsMergeAndTheRestIsReplaced) {
  const ConfigNode below = parse_config("a: {x: 1, y: [1, 2]}\nb: 2\n", "below.yaml");
  const ConfigNode above = parse_config("c: 3\na: {y: [9], z: 4}\n", "above.yaml");
  const ConfigNode merged = below.merged(above);
  EXPECT_EQ(merged.to_yaml(), "a:\n  x: 1\n  y: [9]\n  z: 4\nb: 2\nc: 3\n");
  EXPECT_EQ(merged.at("a").at("x").place(), "below.yaml:1");
  EXPECT_EQ(merged.at("a").at("y").place(), "above.yaml:2");
  EXPECT_EQ(below.at("a").at("y").list().size(), 2u);  // the operands stay as they are
}

TEST(ConfigOverrides, SetReplaceAndCreate) {
  const ConfigNode config = parse_config("model:\n  d_model: 64\n  layers: 2\n", "x.yaml");
  const ConfigNode changed = with_overrides(
      config, {"model.d_model=128", "model.moe.k=2", "name='a b'", "list=[1, 2]", "model={layers: 3}", "eq=a=b"});
  EXPECT_EQ(changed.to_yaml(),
            "model:\n  d_model: 128\n  layers: 3\n  moe:\n    k: 2\nname: \"a b\"\nlist: [1, 2]\neq: \"a=b\"\n");
  EXPECT_EQ(changed.at("model").at("d_model").place(), "command line 'model.d_model=128'");
  EXPECT_EQ(changed.at("model").at("moe").at("k").place(), "command line 'model.moe.k=2'");
}

TEST(ConfigOverrides, RefuseWhatIsNoOverride) {
  const auto message = [](const std::string& text) {
    return message_of<UserError>([&] { with_overrides(ConfigNode(), {text}); });
  };
  EXPECT_EQ(message("steps"), "command line 'steps': no '=', expected section.key=value");
  EXPECT_EQ(message("=3"), "command line '=3': an empty key, expected section.key=value");
  EXPECT_EQ(message("a..b=3"), "command line 'a..b=3': an empty key, expected section.key=value");
  EXPECT_EQ(message("a.=3"), "command line 'a.=3': an empty key, expected section.key=value");
  EXPECT_EQ(message("a.b="), "command line 'a.b=': 'a.b' has no value; write a.b='\"\"' for an empty text");
  EXPECT_EQ(message("a=~"),
            "command line 'a=~': this has no value; write \"\" for an empty text, {} for an empty section");
  EXPECT_EQ(message("a=[1").find("command line 'a=[1': malformed YAML: "), 0u);
}

class ConfigFiles : public FolderTest {};

TEST_F(ConfigFiles, ParentsAreBelow) {
  std::filesystem::create_directories(folder_ / "model");
  put("model/base.yaml", "steps: 1\nmodel:\n  d_model: 8\n  d_ff: 16\n");
  put("model/mid.yaml", "parent: base.yaml\nmodel:\n  d_ff: 32\n");
  const ConfigNode config = load_config(put("top.yaml", "parent: model/mid.yaml\nsteps: 5\n"));
  EXPECT_EQ(config.to_yaml(), "steps: 5\nmodel:\n  d_model: 8\n  d_ff: 32\n");
  EXPECT_EQ(config.at("model").at("d_model").place(), (folder_ / "model/base.yaml").string() + ":3");
}

TEST_F(ConfigFiles, RefuseBadParents) {
  const auto message = [](const fs::path& path) { return message_of<UserError>([&] { load_config(path); }); };
  const fs::path a = put("a.yaml", "x: 1\nparent: b.yaml\n");
  put("b.yaml", "parent: a.yaml\n");
  EXPECT_EQ(message(a),
            (folder_ / "b.yaml").string() + ":1: 'parent' is 'a.yaml', which has this file among its own parents");
  const fs::path self = put("self.yaml", "parent: ./self.yaml\n");
  EXPECT_EQ(message(self), self.string() + ":1: 'parent' is './self.yaml', which has this file among its own parents");
  const fs::path orphan = put("orphan.yaml", "parent: none.yaml\n");
  EXPECT_EQ(message(orphan), orphan.string() + ":1: 'parent' is 'none.yaml', expected a file; there is no " +
                                 (folder_ / "none.yaml").string());
  const fs::path many = put("many.yaml", "parent: [a.yaml, b.yaml]\n");
  EXPECT_EQ(message(many), many.string() + ":1: 'parent' is a list, expected one file name");
  const fs::path list = put("list.yaml", "- 1\n");
  EXPECT_EQ(message(list), list.string() + ":1: found a list, expected keys");
  EXPECT_EQ(message(folder_ / "gone.yaml"),
            "cannot read " + (folder_ / "gone.yaml").string() + ": No such file or directory");
}

// As texts of other kinds are: a name in Latin-1 would stop what writes results at its end.
TEST_F(ConfigFiles, AreTextsInUtf8) {
  const std::string message = message_of<UserError>([&] { load_config(put("a.yaml", "x: 1\nname: caf\xe9\n")); });
  EXPECT_NE(message.find("a.yaml:2: byte 14 (0xe9) is no UTF-8"), std::string::npos) << message;
  EXPECT_NE(message_of<UserError>([&] { load_config(put("b.yaml", "\xFF\xFEx")); }).find("b.yaml: the text is UTF-16"),
            std::string::npos);
  EXPECT_EQ(load_config(put("c.yaml", "\xEF\xBB\xBFx: 1\r\ny: caf\xc3\xa9\r\n")).at("y").scalar(), "café");
}

TEST(ConfigWrite, IsReadBackAsItWas) {
  const std::string yaml =
      "text: \"a: b # c\"\nnumber: -1.5e-3\nword: plain\nlike_number: \"12\"\nlike_bool: \"true\"\nempty: \"\"\n"
      "lines: \"one\\ntwo\\t\\\"three\\\" \\\\n\"\nlist: [a, \"b, c\", 3]\nnone: []\nmap: {}\n"
      "arms:\n  - name: x\n    sizes: [1, 2]\n  - name: y\n    inner:\n      z: 1\n  - 5\n"
      "nested:\n  - [1, 2]\n  - - a: 1\n    - b: 2\n";
  const std::string written = parse_config(yaml, "x").to_yaml();
  EXPECT_EQ(written, yaml);
  EXPECT_EQ(parse_config(written, "x").to_yaml(), yaml);
}

struct OneText {
  std::string text;
  void fields(FieldVisitor& v) { v.field("text", text, ""); }
};

TEST(ConfigWrite, KeepsStrangeTexts) {
  const std::vector<std::string> texts = {"\x01\x7f", "\u00e9 \u2028 \u0085 \ufeff",
                                          " leading", "-",
                                          "~",        "null",
                                          "a#b",      "*x",
                                          "'quoted'", "\r\n",
                                          "---",      "...",
                                          "a: b",     std::string(3000, 'x')};
  for (const std::string& text : texts) {
    OneText back;
    load_options(parse_config(dump_options(OneText{text}), "dump"), back);
    EXPECT_EQ(back.text, text);
  }
}

TEST(ConfigWrite, SingleQuotedBackslashStaysTwoCharacters) {
  EXPECT_EQ(parse_config("a: '\\n'", "x").at("a").scalar(), "\\n");
  EXPECT_EQ(parse_config("a: \"\\n\"", "x").at("a").scalar(), "\n");
}

TEST(NearestName, AllowsAThirdOfTheLengthPlusOne) {
  EXPECT_EQ(nearest_name("d_modle", {"d_ff", "d_model", "layers"}), "d_model");
  EXPECT_EQ(nearest_name("x", {"d_ff", "d_model"}), "");
  EXPECT_EQ(nearest_name("k", {"kk"}), "kk");
  EXPECT_EQ(nearest_name("abc", {"xyc"}), "xyc");  // distance 2 = 3 / 3 + 1
  EXPECT_EQ(nearest_name("abc", {"xyz"}), "");     // distance 3
  EXPECT_EQ(nearest_name("abc", {}), "");
}

// A text on the command line is what was typed: paths may end with blanks. YAML's quotes, lists and numbers stay.
TEST(Overrides, TextsKeepTheirBlanks) {
  const auto value = [](const std::string& text) { return with_overrides(ConfigNode(), {text}).at("key").scalar(); };
  EXPECT_EQ(value("key=w "), "w ");
  EXPECT_EQ(value("key= w\n"), " w\n");
  EXPECT_EQ(value("key=a b  c"), "a b  c");
  EXPECT_EQ(value("key=runs/caf\xc3\xa9 "), "runs/caf\xc3\xa9 ");
  const std::string message = message_of<UserError>([&] { value("key=runs/caf\xe9"); });
  EXPECT_NE(message.find("key=runs/caf"), std::string::npos) << message;
  EXPECT_NE(message.find("byte 0xe9 is no UTF-8"), std::string::npos) << message;
  EXPECT_EQ(value("key=a #b"), "a #b");
  EXPECT_EQ(value("key=\"w\" "), "w");
  EXPECT_EQ(value("key=17 "), "17");
  EXPECT_EQ(value("key= true"), "true");
  EXPECT_EQ(with_overrides(ConfigNode(), {"key=[a , b]"}).at("key").list()[0].scalar(), "a");
}

}  // namespace
}  // namespace flanmoe
