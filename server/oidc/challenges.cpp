#include "server/oidc/challenges.h"

#include "base/digest.h"

namespace shomei::server {

LoginChallenge Challenges::make() {
  LoginChallenge made{.id = to_base64url(random_bytes(16)), .nonce = to_base64(random_bytes(32))};
  const Time now = clock_.now();
  const std::scoped_lock lock(mutex_);
  drop_old(now);
  open_.emplace(made.id, Open{.nonce = made.nonce, .until = now + kLifetime});
  order_.emplace_back(now + kLifetime, made.id);
  return made;
}

std::optional<std::string> Challenges::take(const std::string& id) {
  const Time now = clock_.now();
  const std::scoped_lock lock(mutex_);
  auto found = open_.extract(id);
  return found && now < found.mapped().until ? std::optional(std::move(found.mapped().nonce)) : std::nullopt;
}

void Challenges::drop_old(Time now) {
  while (!order_.empty() && (order_.front().first <= now || order_.size() >= most_)) {
    open_.erase(order_.front().second);
    order_.pop_front();
  }
}

}  // namespace shomei::server
