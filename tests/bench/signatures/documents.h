#pragma once

#include <string>

namespace shomei::bench {

/// A referral in CDA: sections of Japanese text and coded entries up to `bytes`.
std::string referral(std::size_t bytes);
/// The same with ten images of two megabytes each in base64: 20 MB.
std::string referral_with_images();
/// `<e a="..">t</e>` so often, side by side.
std::string flat(int elements);
/// 20 000 elements (or a few less), in chains of this depth.
std::string deep(int depth);
/// 40 000 attributes, so many in each element.
std::string with_attributes(int each);
/// 20 000 elements below so many declared namespaces, each in one of them.
std::string with_namespaces(int in_scope);

}  // namespace shomei::bench
