#pragma once

#include <chrono>
#include <filesystem>

#include "agent/prompt.h"
#include "base/error_code.h"

namespace shomei::agent {

/// Prompt by an external pinentry program (GnuPG's; anything that speaks its Assuan commands), started for each
/// question and gone after it.
class Pinentry final : public Prompt {
 public:
  /// A dialog is open for `patience` at most.
  Pinentry(std::filesystem::path program, Language language, std::chrono::seconds patience)
      : program_(std::move(program)), language_(language), patience_(patience) {}

  Result<std::optional<Pin>> ask_pin(const PinQuestion& question, std::stop_token stop) override;
  Result<bool> confirm(const Matter& matter, Confirmation what, std::stop_token stop) override;

 private:
  std::filesystem::path program_;
  Language language_;
  std::chrono::seconds patience_;
};

}  // namespace shomei::agent
