#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/signing_key.h"
#include "cards/hpki_application.h"
#include "cli/command.h"

namespace shomei::cli {

/// --reader, --key, --direct, --pin-fd and --spend-last-try, for the commands that use a card.
struct KeyOptions {
  std::string reader;
  std::string key;
  bool direct = false;
  std::optional<int> pin_fd;
  bool spend_last_try = false;

  void declare(const Command& command);
  /// The agent cannot do it: a key of one's own, or a PIN that must not cross processes, was named.
  bool needs_direct() const { return direct || !key.empty() || pin_fd; }
};

/// Where the key was found.
struct KeyPlace {
  /// PC/SC reader, or slot description of a token.
  std::string reader;
  Bytes certificate;
  std::vector<Bytes> chain;
};

/// Finds the key of that use on the card in the reader, or by the URI of --key, and reads its certificates; no PIN.
/// Errors: card.*, pkcs11.*.
Result<KeyPlace> find_key(const KeyOptions& options, cards::Use use);

/// Finds the key, takes the PIN (from --pin-fd, or asked on the terminal with what the card says is left), and lends
/// the key to `work`. The card is not held while a person types. The last try is spent only with --spend-last-try or
/// after a "yes" on the terminal. Errors: card.*, pin.*, pkcs11.*, and what `work` gives.
Result<void> with_key(const KeyOptions& options, cards::Use use, const Context& context,
                      const std::function<Result<void>(SigningKey&)>& work);

}  // namespace shomei::cli
