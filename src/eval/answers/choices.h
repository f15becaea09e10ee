// What the options of an extraction rule may be called.
#pragma once

#include "eval/answers/extract.h"
#include "eval/answers/mentions.h"

namespace flanmoe {

// Texts, markers of the list shown (an option that is a marker itself, "(B)", keeps its own letter), and for yes_no the
// words of its kind.
Choices choices_of(const ExtractionRule& rule);

}  // namespace flanmoe
