#pragma once

#include "agent/config.h"
#include "agent/key_desk.h"

namespace shomei::agent {

/// Keys on PKCS#11 tokens where the configuration names one for the use; all others at `cards`.
class TokenDesk final : public KeyDesk {
 public:
  TokenDesk(Pkcs11Config config, KeyDesk& cards) : config_(std::move(config)), cards_(cards) {}
  /// A request that names a reader means a card.
  Result<std::unique_ptr<KeyAccess>> open(cards::Use use, const std::string& reader) override;

 private:
  Pkcs11Config config_;
  KeyDesk& cards_;
};

}  // namespace shomei::agent
