#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/error_code.h"

namespace shomei::signing {

/// A span of time laid out from `left` to `right`.
struct TimeScale {
  Time begin;
  Time end;
  double left = 0;
  double right = 0;

  /// Where a moment stands; those outside stand at the edges.
  double at(Time time) const;
  bool holds(Time time) const { return begin <= time && time <= end; }
};

struct Tick {
  Time at;
  std::string label;
};

/// Three to nine round moments of the language's zone (minutes to decades), with labels that fit between them.
std::vector<Tick> ticks_of(const TimeScale& scale, Language language);

/// Places as near to the wanted ones (rising) as can be, `gap` apart and between `low` and `high`; where there is not
/// room enough, closer together.
std::vector<double> spread(std::vector<double> wanted, double gap, double low, double high);

}  // namespace shomei::signing
