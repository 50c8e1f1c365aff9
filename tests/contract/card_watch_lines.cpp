// Prints a line for each event of a CardWatch, and "identified FAMILY" for each card that comes, until stdin ends. For
// tests that stop and start pcscd.
#include <unistd.h>

#include <cstdio>

#include "cards/card_watch.h"
#include "cards/connection.h"
#include "cards/identify.h"

namespace {

using namespace shomei;
using namespace shomei::cards;

const char* word(CardEvent::Kind kind) {
  switch (kind) {
    case CardEvent::Kind::kReaderAdded: return "reader_added";
    case CardEvent::Kind::kReaderGone: return "reader_gone";
    case CardEvent::Kind::kInserted: return "inserted";
    case CardEvent::Kind::kRemoved: return "removed";
    case CardEvent::Kind::kChanged: return "changed";
    case CardEvent::Kind::kServiceLost: return "service_lost";
    case CardEvent::Kind::kServiceBack: return "service_back";
  }
  return "?";
}

Result<Family> family_in(const std::string& reader) {
  SHOMEI_TRY(auto connection, CardConnection::open(reader));
  SHOMEI_TRY(const auto channel, connection.begin());
  SHOMEI_TRY(const auto found, identify(*channel));
  return found.family;
}

void print(const CardEvent& event) {
  std::printf("%s %s\n", word(event.kind), event.reader.c_str());
  if (event.kind == CardEvent::Kind::kInserted) {
    const auto family = family_in(event.reader);
    std::printf("identified %s\n", family ? std::string(name(*family)).c_str() : describe(family.error()).c_str());
  }
  std::fflush(stdout);
}

}  // namespace

int main() {
  const CardWatch watch(print);
  for (char byte = 0; read(0, &byte, 1) == 1;) {
  }
  return 0;
}
