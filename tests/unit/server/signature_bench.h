#pragma once

#include <filesystem>

#include "network.h"
#include "server/signatures/queue.h"

namespace shomei::server {

/// Stamps that may be away.
struct FakeStamps final : signing::TimestampSource {
  Result<Bytes> stamp(DigestAlgorithm, ByteView) override {
    ++asked;
    return away ? Result<Bytes>(fail(Code::kNetUnreachable, "tsa.test")) : Bytes{1};
  }
  bool away = false;
  int asked = 0;
};

/// signing/ as the queue sees it, over texts: "doc" has level B, "doc|T|LT" level LT.
struct FakeSigning {
  /// The list that proves has not come.
  bool list_missing = false;
  std::optional<Time> list_at{};
  int extended = 0;

  SignatureTools tools();
  Result<signing::Extended> extend(const signing::ExtendRequest& request);
};

/// Store, trust, queue and its clock, without HTTP and without real signatures.
struct SignatureBench {
  SignatureBench();
  ~SignatureBench();
  SignatureBench(const SignatureBench&) = delete;
  SignatureBench& operator=(const SignatureBench&) = delete;

  Result<SignatureRecord> submit(const std::string& text, signing::Level level = signing::Level::kT,
                                 const std::string& facility = "1");
  SignatureRecord now(const std::string& id) { return signatures->find(id, "").value(); }
  std::string file(const std::string& id) { return std::string(as_text(signatures->file(id, "").value())); }
  /// As after something that takes so long.
  void work_after(std::chrono::seconds time);
  /// Another generation of trust, as an import makes it.
  void change_trust();
  std::vector<std::string> audited();
  /// The process ends without a word and starts again.
  void restart();

  FixedClock clock;
  std::filesystem::path folder;
  std::unique_ptr<Store> store;
  std::unique_ptr<Trust> trust;
  SignatureSettings settings;
  FakeStamps stamps;
  FakeSigning signing;
  std::unique_ptr<Metrics> metrics;
  std::unique_ptr<Notices> notices;
  std::unique_ptr<SignatureParts> parts;
  std::unique_ptr<Signatures> signatures;
  std::unique_ptr<StampDesk> desk;
  std::unique_ptr<SignatureWorker> worker;
};

}  // namespace shomei::server
