#include "report/page.h"

#include <fmt/format.h>

#include "report/html.h"
#include "report/sections.h"

namespace flanmoe::report {
namespace {

constexpr const char* kPage = R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
{style}</style>
</head>
<body>
<main>
{body}</main>
</body>
</html>
)";

}  // namespace

std::string page(const std::string& title, const std::string& body) {
  return fmt::format(fmt::runtime(kPage), fmt::arg("title", escape(title)), fmt::arg("style", style_sheet()),
                     fmt::arg("body", body));
}

}  // namespace flanmoe::report
