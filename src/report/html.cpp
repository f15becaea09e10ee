#include "report/html.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace flanmoe::report {
namespace {

constexpr const char* kDash = "–";
constexpr const char* kMinus = "\u2212";

bool is_number(const std::optional<double>& value) { return value && std::isfinite(*value); }

// With three digits. The prefix is that of the rounded number: 999,999 is 1.00 M.
std::string scaled(std::optional<double> value, const std::array<const char*, 6>& units) {
  if (!is_number(value)) return kDash;
  double exact = *value, rounded = std::stod(fmt::format("{:.2e}", std::abs(exact)));
  size_t unit = 0;
  for (; rounded >= 1000.0 && unit + 1 < units.size(); ++unit) {
    exact /= 1000.0;
    rounded /= 1000.0;
  }
  const int decimals = unit == 0 || rounded >= 100.0 ? 0 : rounded >= 10.0 ? 1 : 2;
  return fixed(exact, decimals) + (*units[unit] == '\0' ? "" : "\u00a0") + units[unit];
}

}  // namespace

std::string escape(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\'':
        result += "&#39;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

std::string fixed(std::optional<double> value, int decimals) {
  if (!is_number(value)) return kDash;
  std::string text = fmt::format("{:.{}f}", std::abs(*value), decimals);
  const bool is_zero = text.find_first_not_of("0.") == std::string::npos;
  return *value < 0.0 && !is_zero ? kMinus + text : text;
}

std::string with_sign(std::optional<double> value, int decimals) {
  const std::string text = fixed(value, decimals);
  const bool is_zero = text.find_first_not_of("0.") == std::string::npos;
  return is_number(value) && *value > 0.0 && !is_zero ? "+" + text : text;
}

std::string percent(std::optional<double> share, int decimals) {
  return is_number(share) ? fixed(100.0 * *share, decimals) + "%" : kDash;
}

std::string metric(std::optional<double> value) { return scaled(value, {"", "k", "M", "G", "T", "P"}); }

std::string bytes(std::optional<double> value) { return scaled(value, {"B", "kB", "MB", "GB", "TB", "PB"}); }

std::string grouped(std::optional<double> value) {
  if (!is_number(value)) return kDash;
  std::string text = fixed(value, 0);
  const size_t first = text.starts_with(kMinus) ? std::string_view(kMinus).size() : 0;
  for (size_t end = text.size(); end > first + 3; end -= 3) text.insert(end - 3, 1, ',');
  return text;
}

int decimals_for(const std::string& unit) {
  return unit.find("point") != std::string::npos || unit.find("percent") != std::string::npos || unit == "%" ? 1 : 3;
}

std::string words(std::string name) {
  std::replace(name.begin(), name.end(), '_', ' ');
  return escape(name);
}

std::string interval_html(const std::optional<Interval>& interval, int decimals, bool sign) {
  if (!interval) return kDash;
  const auto shown = [&](double value) { return sign ? with_sign(value, decimals) : fixed(value, decimals); };
  if (interval->low == interval->high) return shown(interval->mean);
  return fmt::format("{} <small>[{}, {}]</small>", shown(interval->mean), shown(interval->low), shown(interval->high));
}

std::string swatch(const std::string& colour) {
  return fmt::format(R"(<span class="swatch" style="background:{}"></span>)", colour);
}

std::string section(const std::string& id, const std::string& title, const std::string& body) {
  if (body.empty()) return "";
  return fmt::format("<section id=\"{}\">\n<h2>{}</h2>\n{}</section>\n", id, escape(title), body);
}

std::string details(const std::string& summary, const std::string& body) {
  return fmt::format("<details><summary>{}</summary>\n{}</details>\n", escape(summary), body);
}

std::string figure(const std::string& body, const std::string& caption) {
  return fmt::format("<figure>\n{}<figcaption>{}</figcaption>\n</figure>\n", body, caption);
}

std::string panel(const std::string& title, const std::string& svg) {
  return fmt::format("<div class=\"panel\"><h4>{}</h4>\n{}</div>\n", escape(title), svg);
}

std::string panels(const std::vector<std::string>& charts, const std::string& caption) {
  return figure(fmt::format("<div class=\"panels\">\n{}</div>\n", fmt::join(charts, "")), caption);
}

std::string badge(const std::string& kind, const std::string& text) {
  return fmt::format(R"(<span class="badge {}">{}</span>)", kind, escape(text));
}

std::string answer_badge(const std::string& answer) {
  if (answer == "yes" || answer == "no") return badge("decided", answer);
  if (answer == "equal") return badge("decided", "= equal");
  return badge("noisy", "~ " + answer);
}

Table::Table(std::vector<std::string> heads, size_t num_left) : heads_(std::move(heads)), num_left_(num_left) {}

void Table::row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

void Table::group(const std::string& title) { rows_.push_back({title}); }

void Table::mark_best(size_t column, const std::vector<std::optional<double>>& values, bool lower_is_better) {
  std::optional<double> best;
  for (const auto& value : values) {
    if (value && (!best || (lower_is_better ? *value < *best : *value > *best))) best = value;
  }
  for (size_t i = 0; i < rows_.size() && i < values.size(); ++i) {
    if (values.size() > 1 && values[i] && *values[i] == *best) rows_[i][column] = "<b>" + rows_[i][column] + "</b>";
  }
}

std::string Table::str() const {
  std::string result = "<div class=\"scroll\"><table>\n<thead><tr>";
  const auto open = [this](size_t column, const char* tag) {
    return fmt::format("<{}{}>", tag, column < num_left_ ? " class=\"left\"" : "");
  };
  for (size_t i = 0; i < heads_.size(); ++i) result += open(i, "th") + heads_[i] + "</th>";
  result += "</tr></thead>\n<tbody>\n";
  for (const auto& cells : rows_) {
    if (cells.size() == 1 && heads_.size() > 1) {
      result +=
          fmt::format("<tr class=\"group\"><td class=\"left\" colspan=\"{}\">{}</td></tr>\n", heads_.size(), cells[0]);
      continue;
    }
    result += "<tr>";
    for (size_t i = 0; i < cells.size(); ++i) result += open(i, "td") + cells[i] + "</td>";
    result += "</tr>\n";
  }
  return result + "</tbody>\n</table></div>\n";
}

}  // namespace flanmoe::report
