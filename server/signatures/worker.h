#pragma once

#include <stop_token>

#include "server/signatures/reasons.h"
#include "server/signatures/signatures.h"
#include "server/signatures/stamp_desk.h"

namespace shomei::server {

/// When an attempt that failed is made again: a minute after the first, doubled up to an hour, at most a fifth longer
/// by chance so that not all come at once.
class RetryTimes {
 public:
  /// `random`: from 0 to 1.
  explicit RetryTimes(std::function<double()> random) : random_(std::move(random)) {}
  std::chrono::seconds after(std::int64_t attempts) const;

 private:
  std::function<double()> random_;
};

/// Works off what Signatures keeps: level by level, each committed with its audit record before the next is tried, so
/// that a stamp that was paid for is not lost to what fails later. What a server has taken is its own for five
/// minutes; then another may. From one thread.
class SignatureWorker {
 public:
  /// `parts` and `desk` outlive it; null: no stamps can be had.
  SignatureWorker(const SignatureParts& parts, StampDesk* desk, std::function<double()> random);

  /// Everything that is due, one by one; then what was kept long enough goes. One that fails holds up no other.
  void work(const std::stop_token& stop = {});

  static constexpr std::chrono::minutes kLease{5};
  /// What evidence may add to a file.
  static constexpr std::size_t kMostAdded = 16U << 20;

 private:
  Result<void> hurry();
  Result<void> work_off(SignatureRecord item, const std::stop_token& stop);
  Result<void> bring_up(SignatureRecord& item, const std::stop_token& stop);
  Result<void> accept(SignatureRecord& item, const signing::Extended& made, const std::string& sha256);
  Result<void> refuse(SignatureRecord& item, const Error& why, const SignatureFiles& files);
  Result<void> wait(SignatureRecord& item, std::vector<Reason> reasons, std::string_view waits_for);
  Result<void> change(const SignatureRecord& item, ByteView file, std::string_view outcome);
  signing::ExtendRequest request_for(SignatureFiles files) const;
  Result<void> forget_old();

  const SignatureParts& parts_;
  StampDesk* const desk_;
  const RetryTimes times_;
  /// Names this process in the store.
  const std::string name_;
  /// The generation of trust for which those that wait for a list were hurried.
  std::int64_t hurried_ = -1;
};

}  // namespace shomei::server
