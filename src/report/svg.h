// Inline SVG: a drawing that collects shapes, linear scales and ticks at round numbers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace flanmoe::report {

inline constexpr double kChartWidth = 460.0;  // user units; about what a phone and half a page are wide

struct Scale {
  double low = 0.0, high = 1.0;  // values
  double from = 0.0, to = 1.0;   // places
  double operator()(double value) const;
};

struct Ticks {
  std::vector<double> values;
  int decimals = 0;
};

// About `count` multiples of 1, 2 or 5 times a power of ten within low..high.
Ticks round_ticks(double low, double high, int count);

// What a range needs on either side before it can be drawn: nothing, or half a unit (of large values a millionth) where
// low and high are as good as equal.
double room_around(double low, double high);

enum class Anchor { kStart, kMiddle, kEnd };

class Svg {
 public:
  Svg(double width, double height, std::string_view description);

  // `style` is written into the tag as it is: class="grid" or stroke="#abc".
  void line(double x1, double y1, double x2, double y2, std::string_view style);
  void rect(double x, double y, double width, double height, std::string_view style);
  void circle(double x, double y, double radius, std::string_view style);
  void path(const std::string& data, std::string_view style);
  void text(double x, double y, std::string_view text, Anchor anchor = Anchor::kStart, std::string_view style = "");
  // A title that a pointer shows over the shapes drawn until close_group().
  void open_group(std::string_view tooltip);
  void close_group();

  std::string str() const;

 private:
  double width_, height_;
  std::string description_, body_;
};

// Rough width of a text at the chart's font size.
double text_width(std::string_view text);

// The text, or as much of it as is `width` wide with dots at its end.
std::string fitting(std::string_view text, double width);

// Vertical grid lines with their numbers below `bottom`.
void draw_x_axis(Svg& svg, const Scale& scale, double top, double bottom, const std::string& label);

}  // namespace flanmoe::report
