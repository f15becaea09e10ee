// What results.json holds, checked and ready to draw: arms with their colours, measures by id.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"

namespace flanmoe::report {

struct Interval {
  double mean = 0.0, low = 0.0, high = 0.0;
  std::string basis;
};

struct Arm {
  std::string name, label, router, twin;
  bool sparse = false;
  std::string colour;  // fixed for the whole page: greys for dense arms, colour-blind safe hues for sparse ones
  std::string base, base_label;           // in a grid: what stands at several values of its axes, in one colour
  std::map<std::string, std::string> at;  // axis -> value
  Json json;
};

struct ArmScore {
  std::string arm;
  Interval interval;
};

struct Difference {
  std::string arm, twin;
  std::vector<double> values;  // by seed
  Interval interval;
};

struct Measure {
  std::string id, label, unit;
  std::vector<ArmScore> arms;
  std::vector<Difference> differences;

  std::optional<Interval> of(const std::string& arm) const;
};

struct Axis {
  std::string name, label;
  std::vector<std::pair<std::string, std::string>> values;  // name, label
};

struct View {
  const Json& json;
  std::string where;  // "results.json", for messages
  std::vector<Arm> arms;
  std::vector<Measure> measures;
  std::vector<Axis> axes;  // of a grid; none of a plain study

  const Arm& arm(const std::string& name) const;        // UserError when `arms` does not hold it
  const Measure* measure(const std::string& id) const;  // nullptr when there is none
  std::optional<Interval> score(const std::string& id, const std::string& arm) const;
  size_t num_seeds() const;
  std::string label(const std::string& arm_name) const;  // coloured mark and escaped label
};

// UserError "WHERE: missing key 'KEY'; expected ..." when a required part is missing.
View read_view(const Json& results, const std::string& where);

// value[key] when it is there and finite (a share, a rate); nothing for null.
std::optional<double> number_at(const Json& value, const std::string& key);
// value[key], a text; "" when it is missing or null.
std::string text_at(const Json& value, const std::string& key);
std::optional<Interval> interval_at(const Json& value, const std::string& key, const std::string& where);

// The distinct bases of intervals in one line, for captions: "95% t-interval over 3 seeds".
std::string basis_of(const std::vector<const Measure*>& measures);

}  // namespace flanmoe::report
