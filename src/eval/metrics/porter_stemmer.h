// Porter's stemmer (1980) with the extensions of NLTK, which the ROUGE of rouge-score uses.
#pragma once

#include <string>

namespace flanmoe {

// A lower-case word of letters and digits -> its stem: "running" -> "run", "ponies" -> "poni".
std::string porter_stem(const std::string& word);

}  // namespace flanmoe
