#include "base/json.h"

#include <chrono>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "testing/check.h"

namespace flanmoe {
namespace {

enum class Colour { kRed, kBlue };
constexpr std::array<Named<Colour>, 2> names_of(Colour) { return {{{Colour::kRed, "red"}, {Colour::kBlue, "blue"}}}; }

std::string refusal(const std::string& text, int64_t line = 1) {
  return message_of<UserError>([&] { parse_json(text, "rows.jsonl", line); });
}

TEST(ParseJson, KeepsKeyOrder) {
  EXPECT_EQ(parse_json(R"({"b": 1, "a": [true, null, "x\n"]})", "x").dump(), R"({"b":1,"a":[true,null,"x\n"]})");
}

TEST(ParseJson, ReportsTheLine) {
  EXPECT_EQ(refusal("{\"a\": 1,\n\"b\": }\n"),
            "rows.jsonl:2: malformed JSON: unexpected '}'; expected '[', '{', or a literal");
  EXPECT_EQ(refusal("{\"a\": tru}", 17), "rows.jsonl:17: malformed JSON: invalid literal");
  EXPECT_EQ(refusal(""), "rows.jsonl:1: malformed JSON: unexpected end of input; expected '[', '{', or a literal");
  EXPECT_EQ(refusal("[1, 2"), "rows.jsonl:1: malformed JSON: unexpected end of input; expected ']'");
  EXPECT_EQ(refusal("[1] [2]"), "rows.jsonl:1: malformed JSON: unexpected '['; expected end of input");
  EXPECT_EQ(refusal("\"\xff\""), "rows.jsonl:1: malformed JSON: invalid string: ill-formed UTF-8 byte");
  EXPECT_EQ(refusal("[1e999]"), "rows.jsonl:1: malformed JSON: number overflow parsing '1e999'");
}

TEST(ParseJson, TheReasonHoldsNothingOfTheText) {
  EXPECT_EQ(refusal("{\"a\x7f; expected b\x7f'; expected \": \"c\x01\"}"),
            "rows.jsonl:1: malformed JSON: invalid string: control character U+0001 (SOH) must be escaped to \\u0001");
  EXPECT_EQ(refusal("[\"; last read: 'x'; expected y\xff - z\"]"),
            "rows.jsonl:1: malformed JSON: invalid string: ill-formed UTF-8 byte");
}

TEST(ParseJson, RefusesDuplicateKeys) {
  EXPECT_EQ(refusal("{\"a\": {\"b\": 1,\n \"c\": 2,\n \"b\": 3}}"),
            "rows.jsonl:3: malformed JSON: key \"b\" appears twice");
  EXPECT_EQ(parse_json(R"([{"a": 1}, {"a": {"a": 2}}])", "x").size(), 2u);
}

TEST(ParseJson, RefusesDeepNesting) {
  EXPECT_EQ(refusal(std::string(1'000'000, '[')), "rows.jsonl:1: malformed JSON: nested more than 500 deep");
  EXPECT_EQ(parse_json(std::string(400, '[') + std::string(400, ']'), "x").size(), 1u);
}

// A header or index names each of its tensors.
TEST(ParseJson, ReadsManyKeysInLinearTime) {
  std::string text = "{";
  for (int i = 0; i < 100'000; ++i)
    text += fmt::format("\"block.7.experts.expert_{}.wi.weight\":{{\"a\":[{}]}},", i, i);
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(parse_json(text + "\"z\":0}", "x").size(), 100'001u);
  EXPECT_EQ(refusal(text + "\"block.7.experts.expert_9.wi.weight\":0}"),
            "rows.jsonl:1: malformed JSON: key \"block.7.experts.expert_9.wi.weight\" appears twice");
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));  // in quadratic time: minutes
}

TEST(ParseJson, ReadsBareNanAsNull) {
  EXPECT_EQ(parse_json(R"({"a": NaN, "b": "NaN \" NaN", "c": [NaN,NaN]})", "x").dump(),
            R"({"a":null,"b":"NaN \" NaN","c":[null,null]})");
}

class JsonFiles : public FolderTest {};

TEST_F(JsonFiles, AreWrittenIndentedAndReadBack) {
  const Json value = {{"b", 1}, {"a", {0.1, "x"}}};
  write_json(folder_ / "x.json", value);
  EXPECT_EQ(content_of(folder_ / "x.json"), "{\n  \"b\": 1,\n  \"a\": [\n    0.1,\n    \"x\"\n  ]\n}\n");
  EXPECT_EQ(read_json(folder_ / "x.json"), value);
  put("x.json", "{\n\n oops");
  EXPECT_EQ(message_of<UserError>([&] { read_json(folder_ / "x.json"); }),
            (folder_ / "x.json").string() + ":3: malformed JSON: invalid literal; expected string literal");
}

TEST_F(JsonFiles, HoldNoHiddenNan) {
  const std::string path = (folder_ / "x.json").string();
  const auto failure = [&](const Json& value) { return message_of<RunError>([&] { write_json(path, value); }); };
  EXPECT_EQ(failure({{"eval", {{"loss", std::nan("")}}}}),
            "cannot write " + path + ": 'eval.loss' is nan, expected a finite number");
  EXPECT_EQ(failure({{"x", {1.0, std::numeric_limits<double>::infinity()}}}),
            "cannot write " + path + ": 'x[1]' is inf, expected a finite number");
  EXPECT_EQ(failure({{"x", "\xff"}}), "cannot write " + path + ": a text in it is not valid UTF-8");
  EXPECT_EQ(num_entries(), 0u);
}

TEST(JsonAccess, TakesTheNamedType) {
  const Json value = parse_json(R"({"s": "x", "i": -3, "d": 2.5})", "x");
  EXPECT_EQ(json_string(value, "s", "here"), "x");
  EXPECT_EQ(json_int(value, "i", "here"), -3);
  EXPECT_EQ(json_number(value, "d", "here"), 2.5);
  EXPECT_EQ(json_number(value, "i", "here"), -3.0);
  EXPECT_EQ(json_named<Colour>({{"c", "blue"}}, "c", "here"), Colour::kBlue);
}

TEST(JsonAccess, NamesPlaceKeyAndValue) {
  const Json value = parse_json(R"({"s": "x", "d": 2.5, "o": {}, "l": [1], "big": 18446744073709551615})", "x");
  const auto message = [](const std::function<void()>& work) { return message_of<UserError>(work); };
  EXPECT_EQ(message([&] { json_at(value, "zz", "rows.jsonl:3"); }),
            "rows.jsonl:3: key 'zz' is missing; the keys are s, d, o, l, big");
  EXPECT_EQ(message([&] { json_at(value["o"], "zz", "here"); }), "here: key 'zz' is missing");
  Json many;
  for (char c = 'a'; c < 'l'; ++c) many[std::string(1, c)] = 1;
  EXPECT_EQ(message([&] { json_at(many, "zz", "here"); }),
            "here: key 'zz' is missing; the keys are a, b, c, d, e, f, g, h, ...");
  EXPECT_EQ(message([&] { json_at(value["l"], "zz", "here"); }),
            "here: found a list, expected an object with key 'zz'");
  EXPECT_EQ(message([&] { json_string(value, "d", "here"); }), "here: 'd' is 2.5, expected a text");
  EXPECT_EQ(message([&] { json_named<Colour>(value, "s", "here"); }), "here: 's' is \"x\", expected red or blue");
  EXPECT_EQ(message([&] { json_int(value, "s", "here"); }), "here: 's' is \"x\", expected an integer");
  EXPECT_EQ(message([&] { json_int(value, "d", "here"); }), "here: 'd' is 2.5, expected an integer");
  EXPECT_EQ(message([&] { json_int(value, "big", "here"); }),
            "here: 'big' is 18446744073709551615, expected an integer");
  EXPECT_EQ(message([&] { json_number(value, "o", "here"); }), "here: 'o' is an object, expected a number");
  const Json long_text = {{"t", std::string(500, 'x')}};
  EXPECT_EQ(message([&] { json_number(long_text, "t", "here"); }),
            "here: 't' is \"" + std::string(59, 'x') + "..., expected a number");
}

}  // namespace
}  // namespace flanmoe
