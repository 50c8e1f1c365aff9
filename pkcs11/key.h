#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/signing_key.h"
#include "pkcs11/module.h"

struct PKCS11_key_st;  // NOLINT(readability-identifier-naming): a name of libp11

namespace shomei::pkcs11 {

/// Whether the last PIN try may be spent.
enum class LastTry : std::uint8_t { kKeep, kSpend };

/// What the token says about its user PIN (CK_TOKEN_INFO flags); PKCS#11 has no counter.
struct PinState {
  bool login_required = false;
  bool tries_low = false;
  bool final_try = false;
  bool locked = false;
};

/// What became of a PIN.
struct PinOutcome {
  enum class Verdict : std::uint8_t { kAccepted, kWrong, kLocked, kLastTryKept } verdict = Verdict::kAccepted;
  /// As far as the token's flags say: 1 on the final try, 0 when locked.
  std::optional<unsigned> tries_left;
};

/// A private key on a token, found by its URI, with the certificate that goes with it. Calls may come from any thread;
/// they are made one after the other. Keep one for each token: another's end ends this one's login. After an error,
/// login begins anew on whatever token then matches the URI.
class Pkcs11Key final : public SigningKey {
 public:
  /// Finds the token and, where it is readable without PIN, the certificate. `module_fallback`: see Module::load.
  /// Errors: pkcs11.module, pkcs11.uri (also: several tokens or keys match), pkcs11.not_found, card.not_present.
  static Result<std::unique_ptr<Pkcs11Key>> open(const Uri& uri, const std::string& module_fallback = {});
  ~Pkcs11Key() override;

  const std::string& token_label() const { return token_label_; }
  /// PC/SC reader name, for card drivers.
  const std::string& slot_description() const { return slot_description_; }
  /// Asks the token, which ends a login. Errors: card.removed, pkcs11.failed.
  Result<PinState> pin_state();
  /// C_Login as user, unless the flags just read say locked, or final try and `last_try` is kKeep. Keeps the PIN until
  /// `logout` for keys that ask for it at each signature. Errors: pin.length, card.removed, pkcs11.*, key.unsuitable
  /// (certificate and key do not belong together).
  Result<PinOutcome> login(Pin pin, LastTry last_try);
  /// Ends the login and wipes the PIN.
  void logout();

  KeyType type() const override { return type_; }
  ByteView certificate() const override { return certificate_; }
  /// CA certificates on the same token.
  std::vector<Bytes> chain() const override { return chain_; }
  /// CKM_RSA_PKCS over a DigestInfo, or CKM_ECDSA: mechanisms that every driver has. The signature is checked with the
  /// certificate, so that another token put in place of the first is noticed. Errors: pin.*, card.removed, pkcs11.*,
  /// crypto.failed.
  Result<Bytes> sign_digest(DigestAlgorithm algorithm, ByteView digest) override;

 private:
  Pkcs11Key(Uri uri, std::shared_ptr<Module> module)
      : uri_(std::move(uri)), module_(std::move(module)), slots_(module_) {}
  Result<void> find_token();
  Result<void> read_certificates(PKCS11_slot_st& slot);
  Result<void> find_key();
  Result<PKCS11_key_st*> the_key(PKCS11_slot_st& slot);
  Result<void> adopt_certificate(PKCS11_slot_st& slot, ByteView key_id);
  void take_certificate(x509_st* certificate, ByteView id);
  Result<PinState> read_state();
  Result<PinOutcome> refused(Error error);
  Error or_removed(Error error);
  Result<Bytes> sign_inside(DigestAlgorithm algorithm, ByteView digest);
  Result<Bytes> checked(DigestAlgorithm algorithm, ByteView digest, Bytes signature) const;
  void forget();

  Uri uri_;
  std::shared_ptr<Module> module_;
  Slots slots_;
  unsigned long slot_id_ = 0;
  std::string token_label_;
  std::string slot_description_;
  KeyType type_ = KeyType::kRsa;
  Bytes certificate_;
  Bytes certificate_id_;
  OwnedPkey certified_key_;
  std::vector<Bytes> chain_;
  std::optional<Pin> pin_;
  OwnedPkey key_;
};

}  // namespace shomei::pkcs11
