#include "train/meter.h"

namespace flanmoe {

void Meter::count(int64_t num_tokens, double seconds, double waited) {
  if (++steps_ == kUntimedSteps) since_timed_.restart();
  if (steps_ <= kUntimedSteps) return;
  timed_tokens_ += num_tokens;
  window_.num_tokens += num_tokens;
  window_.seconds += seconds;
  window_.waited += waited;
}

std::map<std::string, double> Meter::take_window() {
  if (window_.rate() == 0.0) return {};
  last_ = window_;
  window_ = {};
  return {{"train/tokens_per_second", last_.rate()}, {"train/loader_wait", last_.waited / last_.seconds}};
}

double Meter::recent_tokens_per_second() const { return window_.rate() > 0.0 ? window_.rate() : last_.rate(); }

double Meter::tokens_per_second() const {
  return timed_tokens_ == 0 ? 0.0 : static_cast<double>(timed_tokens_) / since_timed_.seconds();
}

}  // namespace flanmoe
