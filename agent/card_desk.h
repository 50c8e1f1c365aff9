#pragma once

#include "agent/key_desk.h"
#include "cards/certificate_cache.h"

namespace shomei::agent {

/// Keys of HPKI cards in PC/SC readers.
class CardDesk final : public KeyDesk {
 public:
  /// `reader` is used where a request names none. The cache must outlive the desk.
  CardDesk(std::string reader, cards::CertificateCache& cache) : reader_(std::move(reader)), cache_(cache) {}
  Result<std::unique_ptr<KeyAccess>> open(cards::Use use, const std::string& reader) override;

 private:
  std::string reader_;
  cards::CertificateCache& cache_;
};

}  // namespace shomei::agent
