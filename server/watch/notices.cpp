#include "server/watch/notices.h"

namespace shomei::server {

void Notices::tell(const Notice& notice) {
  const Time now = clock_.now();
  const OrderedJson body = {{"id", notice.key},
                            {"kind", notice.kind},
                            {"severity", notice.level == log::Level::kError ? "error" : "warn"},
                            {"at", to_rfc3339(now)},
                            {"text", {{"en", notice.en}, {"ja", notice.ja}}},
                            {"object", notice.object}};
  NoticeRecord record{.key = notice.key,
                      .kind = notice.kind,
                      .body = body.dump(-1, ' ', false, OrderedJson::error_handler_t::replace),
                      .made_at = now,
                      .next_try = now};
  if (!webhook_) {
    record.sent_at = now;
  }
  const auto added = store_.add_notice(record);
  if (!added) {
    log::error("notice {}: {}", notice.key, describe(added.error()));
    return;
  }
  if (*added) {
    log::write(notice.level, notice.kind + ": " + notice.en);
    if (wake_) {
      wake_();
    }
  }
}

}  // namespace shomei::server
