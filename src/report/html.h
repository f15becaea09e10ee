// Pieces of HTML: escaping, numbers as a reader wants them, tables, figures, foldable parts.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "report/view.h"

namespace flanmoe::report {

std::string escape(std::string_view text);

// Numbers with a true minus sign and no "-0.0"; nothing becomes a dash.
std::string fixed(std::optional<double> value, int decimals = 1);
std::string with_sign(std::optional<double> value, int decimals = 1);
std::string percent(std::optional<double> share, int decimals = 1);  // 0.123 -> 12.3%
std::string metric(std::optional<double> value);                     // 1234567 -> 1.23 M
std::string bytes(std::optional<double> value);                      // 1234567 -> 1.23 MB
std::string grouped(std::optional<double> value);                    // 1234567 -> 1,234,567
int decimals_for(const std::string& unit);                           // points and percent 1, losses 3
std::string words(std::string name);                                 // negation_passages -> negation passages

// "61.2 [59.8, 62.6]", the brackets small; none where its ends are one (no interval is known); a dash for nothing.
std::string interval_html(const std::optional<Interval>& interval, int decimals = 1, bool sign = false);

std::string swatch(const std::string& colour);  // a small disc before a label
std::string section(const std::string& id, const std::string& title, const std::string& body);
std::string details(const std::string& summary, const std::string& body);
std::string figure(const std::string& body, const std::string& caption);  // both are HTML
std::string panel(const std::string& title, const std::string& svg);      // one chart among several
std::string panels(const std::vector<std::string>& charts,
                   const std::string& caption);                       // side by side, one column on a phone
std::string badge(const std::string& kind, const std::string& text);  // kind: decided, noisy, agrees, disagrees
std::string answer_badge(const std::string& answer);                  // yes, no, equal, undecided

// Cells are HTML. The first `num_left` columns are texts (left), the others numbers (right).
class Table {
 public:
  explicit Table(std::vector<std::string> heads, size_t num_left = 1);
  void row(std::vector<std::string> cells);
  void group(const std::string& title);  // a line above the rows that follow
  // Marks the best cell of a column in every row added so far; `values` one per row.
  void mark_best(size_t column, const std::vector<std::optional<double>>& values, bool lower_is_better = false);
  std::string str() const;

 private:
  std::vector<std::string> heads_;
  size_t num_left_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace flanmoe::report
