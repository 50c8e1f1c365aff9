#pragma once

#include <string_view>

namespace shomei::signing {

/// The page's style sheet.
std::string_view html_style();

}  // namespace shomei::signing
