// A wrong or damaged results.json: one clear error with the place and the key, whatever is wrong.
#include "report/results_check.h"

#include <gtest/gtest.h>

#include <cctype>

#include "base/error.h"
#include "base/files.h"
#include "report/fixture.h"
#include "report/report.h"
#include "testing/check.h"

namespace flanmoe::report {
namespace {

// Lists of one element each: every key of the file, few places.
void shorten(Json& value, const std::string& key = "") {
  if (!value.is_structured()) return;
  if (value.is_array() && key != "arms" && value.size() > 1) value.erase(value.begin() + 1, value.end());
  for (auto& [name, inside] : value.items()) shorten(inside, value.is_object() ? name : "");
}

Json small_results() {
  Json results = fixture_results({1, 1, true});
  results["training_routing"] = {{{"arm", "switch"},
                                  {"stage", "pretrained"},
                                  {"layers", {{{"stack", "encoder"}, {"layer", 1}, {"utilisation", 0.5}}}}}};
  shorten(results);
  return results;
}

std::string error_of(const Json& results) {
  try {
    render_report(results);
  } catch (const UserError& error) {
    return error.what();
  } catch (const std::exception& error) {
    return std::string("no error of the user: ") + error.what();
  }
  return "";
}

// The same value with another at this place; keys and numbers of elements lead there.
Json with(const Json& results, const Json::json_pointer& place, const Json& value) {
  Json changed = results;
  changed[place] = value;
  return changed;
}

struct Place {
  Json::json_pointer pointer;
  std::string key;       // the nearest: of suites[0] it is suites
  bool is_free = false;  // the page shows it as it is, whatever it is
};

void collect(const Json& value, const Place& here, std::vector<Place>& places) {
  if (!here.pointer.empty()) places.push_back(here);
  if (!value.is_structured()) return;
  const bool is_free = here.key == "counts" || here.key == "machine" || here.is_free;
  for (const auto& [name, inside] : value.items()) {
    if (value.is_array()) {
      collect(inside, {here.pointer / std::stoul(name), here.key, is_free}, places);
    } else {
      collect(inside, {here.pointer / name, name, is_free}, places);
    }
  }
}

std::vector<Place> places_of(const Json& results) {
  std::vector<Place> places;
  collect(results, {Json::json_pointer(""), "", false}, places);
  return places;
}

// "/measures/0/arms" -> "measures[0].arms".
std::string name_of(const Json::json_pointer& pointer) {
  if (pointer.empty()) return "";
  const std::string owner = name_of(pointer.parent_pointer()), last = pointer.back();
  if (std::isdigit(static_cast<unsigned char>(last[0]))) return owner + "[" + last + "]";
  return owner.empty() ? last : owner + "." + last;
}

// Keys of docs/results.md that the page does not read.
bool is_unread(const std::string& key) {
  return key == "id" || key == "seed" || key == "num_texts" || key == "num_tokens" || key.ends_with("_token_share");
}

TEST(ResultsCheck, AValueOfAnotherTypeIsNamed) {
  const Json results = small_results();
  ASSERT_EQ(error_of(results), "");
  const std::vector<Place> places = places_of(results);
  ASSERT_GT(places.size(), 150u);
  for (const Place& place : places) {
    if (place.is_free) continue;
    for (const Json& wrong :
         {Json("wrong"), Json(12), Json(true), Json(Json::array({Json::array()})), Json({{"a", 1}})}) {
      if (wrong.type() == results[place.pointer].type()) continue;
      if (wrong.is_number() && (results[place.pointer].is_number() || results[place.pointer].is_null())) continue;
      const std::string message = error_of(with(results, place.pointer, wrong));
      if (message.empty() && is_unread(place.key)) continue;
      EXPECT_TRUE(message.starts_with("results.json: ") && message.find(place.key) != std::string::npos)
          << place.pointer.to_string() << " as " << wrong << ": '" << message << "'";
    }
  }
}

TEST(ResultsCheck, ANullIsNothingOrNamed) {
  const Json results = small_results();
  for (const Place& place : places_of(results)) {
    const std::string message = error_of(with(results, place.pointer, nullptr));
    EXPECT_TRUE(message.empty() ||
                (message.starts_with("results.json: ") && message.find(place.key) != std::string::npos))
        << place.pointer.to_string() << ": '" << message << "'";
  }
}

TEST(ResultsCheck, AMissingKeyIsNothingOrNamed) {
  const Json results = small_results();
  for (const Place& place : places_of(results)) {
    Json changed = results;
    Json& owner = changed[place.pointer.parent_pointer()];
    if (!owner.is_object()) continue;
    owner.erase(place.key);
    const std::string message = error_of(changed);
    const std::string owner_name = name_of(place.pointer.parent_pointer());
    EXPECT_TRUE(message.empty() ||
                message.starts_with("results.json: " + owner_name + ": key '" + place.key + "' is missing") ||
                message.starts_with("results.json: missing key '" + place.key + "'; expected "))
        << place.pointer.to_string() << ": '" << message << "'";
  }
}

TEST(ResultsCheck, MessagesSayPlaceKeyValueAndWhatWasExpected) {
  const Json results = small_results();
  const std::vector<std::tuple<const char*, Json, const char*>> cases = {
      {"/title", 3, "results.json: 'title' is 3, expected a text"},
      {"/kind", "word", "results.json: 'kind' is \"word\", expected world or real"},
      {"/seeds", 3, "results.json: 'seeds' is 3, expected a list"},
      {"/suites/0", 1, "results.json: suites[0] is 1, expected a text"},
      {"/arms/1/sparse", "yes", "results.json: arms[1]: 'sparse' is \"yes\", expected true or false"},
      {"/measures/0/arms/0/interval/mean", "12",
       "results.json: measures[0].arms[0].interval: 'mean' is \"12\", expected a number"},
      {"/verdicts/0/answer", "maybe",
       "results.json: verdicts[0]: 'answer' is \"maybe\", expected yes or no or equal or undecided or too noisy to "
       "say"},
      {"/curves/0/points/0/step", 1.5, "results.json: curves[0].points[0]: 'step' is 1.5, expected an integer"},
      {"/routing/0/stage", "pretrain",
       "results.json: routing[0]: 'stage' is \"pretrain\", expected pretrained or instructed"},
      {"/routing/0/layers/0/classes/0/kept/0", nullptr,
       "results.json: routing[0].layers[0].classes[0].kept[0] is null, expected a number"},
      {"/timing/cost", Json::object(), "results.json: timing: 'cost' is an object, expected a list"},
  };
  for (const auto& [place, wrong, message] : cases)
    EXPECT_EQ(error_of(with(results, Json::json_pointer(place), wrong)), message);
  EXPECT_EQ(error_of(Json::array()), "results.json: expected an object with the keys of docs/results.md");
}

TEST(ResultsCheck, APublishedFileIsRight) {
  const auto path = fs::path(FLANMOE_SOURCE_DIR) / "docs/results/full/results.json";
  EXPECT_NO_THROW(check_results(read_json(path), "results.json"));
  check_results(fixture_results(), "results.json");
  check_results(smallest_results(), "results.json");
}

}  // namespace
}  // namespace flanmoe::report
