#include "server/signatures/stamp_desk.h"

#include <fmt/format.h>

namespace shomei::server {
namespace {

constexpr auto kMoment = "timestamp";
/// What is away for less is nothing to get up for.
constexpr std::chrono::minutes kPatience{2};

}  // namespace

Result<Bytes> StampDesk::stamp(DigestAlgorithm algorithm, ByteView digest) {
  auto token = source_.stamp(algorithm, digest);
  metrics_.count(Metrics::Counter::kTimestamps, {{"outcome", token ? "good" : info(token.error().code).id}});
  if (token) {
    note_success();
  } else {
    note_failure(token.error());
  }
  return token;
}

void StampDesk::note_success() {
  // The first since the start may be the first after a failure that an earlier process saw.
  came_back_ = came_back_ || failing_since_ || !noted_;
  if (noted_ && !failing_since_) {
    return;
  }
  failing_since_.reset();
  const auto kept = store_.keep_moment(kMoment, clock_.now());
  noted_ = kept.has_value();
  if (!kept) {
    log::error("time stamps: {}", describe(kept.error()));
  }
}

void StampDesk::note_failure(const Error& why) {
  const Time now = clock_.now();
  failing_since_ = failing_since_.value_or(now);
  if (now < *failing_since_ + kPatience) {
    return;
  }
  const auto last = store_.moment(kMoment);
  if (!last) {
    log::error("time stamps: {}", describe(last.error()));
    return;
  }
  const std::string since = *last ? to_rfc3339(**last) : "never";
  notices_.tell(
      {.key = "timestamp.away:" + since,
       .kind = "timestamp.away",
       .level = log::Level::kError,
       .en = fmt::format("No time stamp can be had ({}); signatures wait at level B until one can",
                         message(why, Language::kEn)),
       .ja = fmt::format("タイムスタンプを取得できません（{}）。取得できるまで、署名はレベル B のまま待ちます。",
                         message(why, Language::kJa)),
       .object = {{"id", info(why.code).id}, {"detail", why.detail}, {"last_success", since}}});
}

}  // namespace shomei::server
