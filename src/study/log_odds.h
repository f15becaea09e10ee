// How sure a model is of the right option: an endpoint that moves before accuracy does, and less by luck.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "eval/results.h"

namespace flanmoe {

// log of (probability of the right options / that of the wrong ones) of a ranked item, by the options' summed
// log-probabilities, in nats and within +-kMostLogOdds, so that one item does not carry a task.
inline constexpr double kMostLogOdds = 10.0;
double log_odds_of(const ItemResult& item);

// Mean over items, and its standard error over them (eval/scoring/clustered_mean.h); 0 = not known.
struct LogOdds {
  double mean = 0.0, standard_error = 0.0;
};

// Of every task whose options were ranked, by TaskResult::name(), from the samples that an evaluation left in `folder`.
std::map<std::string, LogOdds> log_odds_of(const EvalResult& result, const std::filesystem::path& folder);

}  // namespace flanmoe
