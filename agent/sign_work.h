#pragma once

#include "agent/card_work.h"
#include "agent/job.h"
#include "agent/level_work.h"
#include "base/clock.h"
#include "signing/xml/xml_library.h"

namespace shomei::agent {

/// Signs the documents of a job with the card's signature key: one PIN entry for all of them. Digests are computed here
/// from the bytes that the job holds. What goes wrong with one document is that document's error and the others go on;
/// what goes wrong with the PIN or the card ends the job. Levels above B follow when the card is free again.
class SignWork {
 public:
  SignWork(CardWork& work, const LevelWork& levels, const signing::XmlLibrary& xml, const Clock& clock)
      : work_(work), levels_(levels), xml_(xml), clock_(clock) {}
  void operator()(Job& job);

 private:
  Result<void> sign_all(Job& job, SigningKey& key);
  CardWork& work_;
  const LevelWork& levels_;
  const signing::XmlLibrary& xml_;
  const Clock& clock_;
};

}  // namespace shomei::agent
