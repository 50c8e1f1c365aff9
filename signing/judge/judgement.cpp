#include "signing/judge/judgement.h"

namespace shomei::signing {

void Judgement::decide(Indication indication, SubIndication sub) {
  if (indication > worst_) {
    worst_ = indication;
    sub_ = sub;
  }
}

void Judgement::decide(Indication indication, SubIndication sub, Check check, std::string_view detail) {
  note(check, indication == Indication::kTotalPassed ? Severity::kWarn : Severity::kFail, detail);
  decide(indication, sub);
}

void Judgement::finish() {
  if (!done_.all()) {
    decide(Indication::kIndeterminate, SubIndication::kGeneric);
  }
  report_.indication = worst_;
  report_.sub_indication = sub_;
}

}  // namespace shomei::signing
