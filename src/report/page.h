// A whole page around its body.
#pragma once

#include <string>

namespace flanmoe::report {

// `title` is a text, `body` HTML. Style sheet within, nothing fetched.
std::string page(const std::string& title, const std::string& body);

}  // namespace flanmoe::report
