#include "eval/answers/numbers.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>

#include "base/unicode.h"

namespace flanmoe {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// Reads on from `place`, which every function moves behind what it took.
class NumberReader {
 public:
  NumberReader(std::string_view text, size_t place) : text_(text), begin_(place), place_(place) {}

  size_t place() const { return place_; }

  // Figures, a fraction, a time, an exponent: what may follow the sign.
  std::string body() {
    for (const char separator : {'.', ' ', '\''}) {
      if (const std::string number = grouped_by(separator); !number.empty()) return number;
    }
    if (const std::string number = grouped_in_twos(); !number.empty()) return number;
    if (const std::string number = with_decimal_comma(); !number.empty()) return number;
    std::string whole = grouped();
    const bool integer = at(place_) != '.' || !is_digit(at(place_ + 1));
    if (!integer) {
      ++place_;
      whole += (whole.empty() ? "0." : ".") + figures();
    }
    if (const std::string power = exponent(whole); !power.empty()) return power;
    if (!integer) {
      const std::string fraction = over(whole);
      return fraction.empty() ? whole : fraction;
    }
    if (at(place_) == ':' && is_digit(at(place_ + 1))) return with_colons(whole);
    if (const std::string fraction = over(whole); !fraction.empty()) return fraction;
    return mixed(whole);
  }

 private:
  char at(size_t place) const { return place < text_.size() ? text_[place] : '\0'; }

  // ",5" or ".5" behind a whole number, with a point; "" when none stands there.
  std::string decimals_behind(char sign) {
    if (at(place_) != sign || !is_digit(at(place_ + 1))) return "";
    NumberReader ahead(text_, place_ + 1);
    const std::string decimals = ahead.figures();
    const char next = ahead.at(ahead.place_);
    const bool goes_on = (next == ',' || next == '.') && is_digit(ahead.at(ahead.place_ + 1));
    if (goes_on) return "";
    place_ = ahead.place_;
    return "." + decimals;
  }
  // "1.234.567", "1.234,5", "1 234", "1 234,5", "1 234.5", "1'234.5": threes as much of the world writes them. One
  // point and nothing behind its three figures is a decimal point.
  std::string grouped_by(char separator) {
    NumberReader ahead(text_, place_);
    std::string whole = ahead.figures();
    constexpr size_t kGroup = 3;
    size_t num_groups = 0;
    while (ahead.at(ahead.place_) == separator) {
      NumberReader group(text_, ahead.place_ + 1);
      const std::string figures = group.figures();
      if (figures.size() != kGroup) break;
      whole += figures;
      ahead.place_ = group.place_;
      ++num_groups;
    }
    if (num_groups == 0 || whole.size() > kGroup * (num_groups + 1) || whole[0] == '0') return "";
    if (ahead.at(ahead.place_) == separator && is_digit(ahead.at(ahead.place_ + 1)) && separator == '.') return "";
    std::string decimals = ahead.decimals_behind(',');
    if (decimals.empty() && separator != '.') decimals = ahead.decimals_behind('.');
    if (separator == '.' && num_groups == 1 && decimals.empty()) return "";
    place_ = ahead.place_;
    return whole + decimals;
  }
  // "12,34,567": twos in front of the last three, as in India.
  std::string grouped_in_twos() {
    NumberReader ahead(text_, place_);
    std::string whole = ahead.figures();
    if (whole.empty() || whole.size() > 2 || whole[0] == '0' || (begin_ > 0 && text_[begin_ - 1] == ',')) return "";
    size_t last = 2;
    for (bool has_twos = false; last == 2; has_twos = true) {
      if (ahead.at(ahead.place_) != ',') return "";
      ++ahead.place_;
      const std::string group = ahead.figures();
      last = group.size();
      if (last != 2 && (last != 3 || !has_twos)) return "";
      whole += group;
    }
    if (ahead.at(ahead.place_) == ',' && is_digit(ahead.at(ahead.place_ + 1))) return "";
    place_ = ahead.place_;
    return whole + decimals_behind('.');
  }
  // "3,5" and "3,14159"; three figures behind a comma are thousands, and "(3,5)" is a pair.
  std::string with_decimal_comma() {
    NumberReader ahead(text_, place_);
    const std::string whole = ahead.figures();
    const size_t comma = ahead.place_;
    const std::string decimals = ahead.decimals_behind(',');
    const char before = begin_ > 0 ? text_[begin_ - 1] : ' ', behind = ahead.at(ahead.place_);
    const bool pair = (before == '(' || before == '[') && (behind == ')' || behind == ']');
    if (whole.empty() || decimals.empty() || ahead.place_ - comma == 4 || before == ',' || pair) return "";
    place_ = ahead.place_;
    return whole + decimals;
  }
  size_t behind_spaces(size_t place) const {
    while (at(place) == ' ') ++place;
    return place;
  }
  std::string figures() {
    const size_t begin = place_;
    while (is_digit(at(place_))) ++place_;
    return std::string(text_.substr(begin, place_ - begin));
  }
  bool is_group(size_t comma) const {
    return at(comma) == ',' && is_digit(at(comma + 1)) && is_digit(at(comma + 2)) && is_digit(at(comma + 3)) &&
           !is_digit(at(comma + 4));
  }
  // Figures, perhaps with commas in threes.
  std::string grouped() {
    std::string whole = figures();
    constexpr size_t kGroup = 3;
    while (!whole.empty() && is_group(place_) && (whole.size() > kGroup ? grouping_ : whole.size() <= kGroup)) {
      grouping_ = true;
      ++place_;
      whole += figures();
    }
    return whole;
  }
  std::string with_colons(std::string whole) {
    while (at(place_) == ':' && is_digit(at(place_ + 1))) {
      ++place_;
      whole += ":" + figures();
    }
    return whole;
  }
  // "e5", "x 10^5", and "10^5" itself.
  std::string exponent(const std::string& mantissa) {
    NumberReader ahead = *this;
    std::string base = mantissa;
    if (at(place_) == 'e' || at(place_) == 'E') {
      ++ahead.place_;
    } else {
      const size_t sign = behind_spaces(place_);
      if (at(sign) == 'x' || at(sign) == '*') {
        ahead.place_ = behind_spaces(sign + 1);
        if (ahead.figures() != "10") return "";
      } else if (base == "10") {
        base = "1";
      } else {
        return "";
      }
      if (ahead.at(ahead.place_) != '^') return "";
      ++ahead.place_;
    }
    const bool braces = ahead.at(ahead.place_) == '{';
    if (braces) ++ahead.place_;
    std::string sign;
    if (ahead.at(ahead.place_) == '-') sign = "-";
    if (ahead.at(ahead.place_) == '-' || ahead.at(ahead.place_) == '+') ++ahead.place_;
    const std::string power = ahead.figures();
    if (power.empty() || is_letter(ahead.at(ahead.place_))) return "";
    place_ = ahead.place_ + (braces && ahead.at(ahead.place_) == '}' ? 1 : 0);
    return base + "e" + sign + power;
  }
  // "3/4"; 1/2/2020 is a date.
  std::string over(const std::string& above) {
    const size_t slash = behind_spaces(place_);
    const size_t figure = behind_spaces(slash + 1);
    if (at(slash) != '/' || !is_digit(at(figure)) || above.empty()) return "";
    NumberReader ahead(text_, figure);
    const std::string below = ahead.figures();
    const bool zero = below.find_first_not_of('0') == std::string::npos;
    const bool behind_slash = begin_ > 0 && text_[begin_ - 1] == '/';
    const bool goes_on = at(ahead.place_) == '/' || (at(ahead.place_) == '.' && is_digit(at(ahead.place_ + 1)));
    if (zero || behind_slash || goes_on) return "";
    place_ = ahead.place_;
    return above + "/" + below;
  }
  // "2 1/2": a proper fraction behind a space.
  std::string mixed(const std::string& whole) {
    const size_t next = behind_spaces(place_);
    if (next == place_ || !is_digit(at(next))) return whole;
    NumberReader ahead(text_, next);
    const std::string above = ahead.figures(), fraction = ahead.over(above);
    if (fraction.empty() || number_value(fraction).value_or(1.0) >= 1.0) return whole;
    place_ = ahead.place_;
    return whole + " " + fraction;
  }

  std::string_view text_;
  size_t begin_, place_;
  bool grouping_ = false;
};

constexpr std::array<std::string_view, 4> kCurrencies = {"$", "\u20ac", "\u00a3", "\u00a5"};

size_t before_currency(std::string_view text, size_t place) {
  for (const std::string_view currency : kCurrencies) {
    if (text.substr(0, place).ends_with(currency)) return place - currency.size();
  }
  return place;
}

// A minus, unless something ends in front of it: "10-3".
bool has_minus(std::string_view text, size_t place) {
  if (place == 0 || text[place - 1] != '-') return false;
  const char before = place > 1 ? text[place - 2] : ' ';
  return !is_digit(before) && !is_letter(before) && before != ')' && before != '-';
}

// The word that ends in front of `end`, in lower case; `end` becomes its beginning.
std::string word_before(std::string_view text, size_t& end) {
  while (end > 0 && text[end - 1] == ' ') --end;
  const size_t last = end;
  while (end > 0 && is_letter(text[end - 1])) --end;
  return lower_text(text.substr(end, last - end));
}

// "negative 3", and "minus 3" that takes nothing away ("5 minus 3"); `place` becomes the word's.
bool takes_sign_word(std::string_view text, size_t& place) {
  size_t begin = place;
  const std::string word = word_before(text, begin);
  if (word != "negative" && word != "minus") return false;
  size_t before = begin;
  const std::string previous = word_before(text, before);
  const char sign = before == 0 ? ' ' : text[before - 1];
  const bool announced = previous == "is" || previous == "are" || previous == "be" || previous == "equals" ||
                         (previous.empty() && std::string_view(" =:.\n(").find(sign) != std::string_view::npos);
  if (word == "minus" ? !announced : previous.empty() && sign == '-') return false;  // "non-negative"
  place = begin;
  return true;
}

// The number whose first figure or point stands at `place`.
WrittenNumber number_at(std::string_view text, size_t place) {
  size_t begin = place;
  bool negative = has_minus(text, begin);
  if (negative) --begin;
  begin = before_currency(text, begin);
  if (!negative && has_minus(text, begin)) {
    negative = true;
    --begin;
  }
  negative = negative || takes_sign_word(text, begin);
  NumberReader reader(text, place);
  const std::string body = reader.body();
  return {begin, reader.place(), (negative ? "-" : "") + body};
}

}  // namespace

std::vector<WrittenNumber> numbers_in(std::string_view text) {
  std::vector<WrittenNumber> numbers;
  for (size_t i = 0; i < text.size();) {
    const char before = i == 0 ? ' ' : text[i - 1];
    const bool point =
        text[i] == '.' && i + 1 < text.size() && is_digit(text[i + 1]) && !is_letter(before) && !is_digit(before);
    if (!is_digit(text[i]) && !point) {
      ++i;
      continue;
    }
    const WrittenNumber number = number_at(text, i);
    if (!is_letter(before)) numbers.push_back(number);
    i = number.end;
  }
  return numbers;
}

std::optional<double> number_value(const std::string& plain) {
  if (plain.empty() || plain.find(':') != std::string::npos) return std::nullopt;
  const size_t space = plain.find(' '), slash = plain.find('/');
  if (slash == std::string::npos) return std::strtod(plain.c_str(), nullptr);
  const bool negative = plain.front() == '-';
  const double whole = space == std::string::npos ? 0.0 : std::abs(std::strtod(plain.c_str(), nullptr));
  const std::string fraction = plain.substr(space == std::string::npos ? 0 : space + 1);
  const double part =
      std::abs(std::strtod(fraction.c_str(), nullptr)) / std::strtod(plain.c_str() + slash + 1, nullptr);
  return (negative ? -1.0 : 1.0) * (whole + part);
}

}  // namespace flanmoe
