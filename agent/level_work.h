#pragma once

#include <stop_token>

#include "agent/config.h"
#include "agent/job.h"
#include "base/clock.h"
#include "signing/extend.h"

namespace shomei::agent {

/// Brings signatures up to the levels that were asked for, with the stamps of [timestamp] and the evidence of [trust],
/// which is read anew for each job. No card and no PIN is needed for it.
class LevelWork {
 public:
  /// `stamps` may be null; all outlive this.
  LevelWork(const Config& config, const signing::XmlLibrary& xml, signing::TimestampSource* stamps, const Clock& clock)
      : config_(config), xml_(xml), stamps_(stamps), clock_(clock) {}
  /// Extends what `order` has signed. A signature is never lost by it: what cannot be had stays pending, with the
  /// reason.
  void raise(SignOrder& order, const std::stop_token& stop) const;

 private:
  Result<signing::ExtendRequest> request() const;

  const Config& config_;
  const signing::XmlLibrary& xml_;
  signing::TimestampSource* stamps_;
  const Clock& clock_;
};

}  // namespace shomei::agent
