#include "pkcs11/key.h"

#include <libp11.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <array>
#include <thread>

#include "base/software_key.h"

namespace shomei::pkcs11 {
namespace {

constexpr int kLooksForRemoval = 7;
constexpr std::chrono::milliseconds kBetweenLooks{100};

const EVP_MD* md_of(DigestAlgorithm algorithm) {
  return EVP_get_digestbyname(std::array{"SHA1", "SHA256", "SHA384", "SHA512"}.at(static_cast<std::size_t>(algorithm)));
}

PinState state_of(const PKCS11_TOKEN& token) {
  return {token.loginRequired != 0, token.userPinCountLow != 0, token.userPinFinalTry != 0, token.userPinLocked != 0};
}

/// PKCS11_login takes a C string; the copy that libp11 keeps is wiped when its slots are released.
int login_with(PKCS11_SLOT* slot, const Pin& pin) {
  return pin.reveal([&](std::span<const std::uint8_t> digits) {
    std::array<char, Pin::kMaxLength + 1> text{};
    std::ranges::copy(digits, text.begin());
    const int answer = PKCS11_login(slot, 0, text.data());
    wipe(text);
    return answer;
  });
}

bool has_nul(const Pin& pin) {
  return pin.reveal([](std::span<const std::uint8_t> digits) { return std::ranges::find(digits, 0) != digits.end(); });
}

}  // namespace

Result<std::unique_ptr<Pkcs11Key>> Pkcs11Key::open(const Uri& uri, const std::string& module_fallback) {
  SHOMEI_TRY(auto module, Module::load(uri, module_fallback));
  std::unique_ptr<Pkcs11Key> key(new Pkcs11Key(uri, std::move(module)));
  const auto locked = key->module_->lock();
  SHOMEI_TRY(key->find_token());
  return key;
}

Pkcs11Key::~Pkcs11Key() {
  logout();
}

Result<PinState> Pkcs11Key::read_state() {
  forget();
  SHOMEI_TRY(slots_.refresh());
  const PKCS11_SLOT* slot = slots_.with_token(slot_id_);
  if (slot == nullptr) {
    return fail(Code::kCardRemoved, token_label_);
  }
  return state_of(*slot->token);
}

Result<PinState> Pkcs11Key::pin_state() {
  const auto locked = module_->lock();
  return read_state();
}

/// Drivers say CKR_GENERAL_ERROR and worse about a card that is gone, and for up to half a second still call it
/// present.
Error Pkcs11Key::or_removed(Error error) {
  for (int look = 0; error.code == Code::kPkcs11Failed && look < kLooksForRemoval; ++look) {
    if (look > 0) {
      std::this_thread::sleep_for(kBetweenLooks);
    }
    if (!read_state()) {
      error.code = Code::kCardRemoved;
    }
  }
  return error;
}

Result<PinOutcome> Pkcs11Key::refused(Error error) {
  using Verdict = PinOutcome::Verdict;
  if (error.code != Code::kPinWrong && error.code != Code::kPinLocked) {
    return std::unexpected(or_removed(std::move(error)));
  }
  SHOMEI_TRY(const PinState state, read_state());
  if (error.code == Code::kPinLocked || state.locked) {
    return PinOutcome{Verdict::kLocked, 0};
  }
  return PinOutcome{Verdict::kWrong, state.final_try ? std::optional(1U) : std::nullopt};
}

Result<PinOutcome> Pkcs11Key::login(Pin pin, LastTry last_try) {
  using Verdict = PinOutcome::Verdict;
  if (has_nul(pin)) {
    return fail(Code::kPinLength, "the PIN has a NUL character");
  }
  const auto locked = module_->lock();
  forget();  // after a removal libp11 would take its cached login for good
  SHOMEI_TRY(find_token());
  PKCS11_SLOT* slot = slots_.with_token(slot_id_);
  const PinState state = state_of(*slot->token);
  if (state.locked) {
    return PinOutcome{Verdict::kLocked, 0};
  }
  if (state.final_try && last_try == LastTry::kKeep) {
    return PinOutcome{Verdict::kLastTryKept, 1};
  }
  ERR_clear_error();
  if (state.login_required && login_with(slot, pin) != 0) {
    return refused(module_error("C_Login"));
  }
  if (auto found = find_key(); !found) {
    forget();
    return std::unexpected(std::move(found).error());
  }
  pin_ = std::move(pin);
  return PinOutcome{};
}

void Pkcs11Key::forget() {
  key_.reset();
  pin_.reset();
  slots_.release();
}

void Pkcs11Key::logout() {
  const auto locked = module_->lock();
  if (PKCS11_SLOT* slot = slots_.with_token(slot_id_); slot != nullptr && pin_) {
    key_.reset();
    PKCS11_logout(slot);  // a card that is gone is logged out
    ERR_clear_error();
  }
  forget();
}

Result<Bytes> Pkcs11Key::sign_digest(DigestAlgorithm algorithm, ByteView digest) {
  SHOMEI_CHECK(digest.size() == digest_size(algorithm));
  const auto locked = module_->lock();
  if (!key_) {
    SHOMEI_TRY(find_token());
    if (slots_.with_token(slot_id_)->token->loginRequired != 0) {
      return fail(Code::kPkcs11Failed, "not logged in");
    }
    SHOMEI_TRY(find_key());
  }
  module_->lend_pin(pin_ ? &*pin_ : nullptr);
  auto signature = sign_inside(algorithm, digest);
  module_->lend_pin(nullptr);
  if (!signature) {
    forget();  // the module may be left in the middle of an operation (CKR_OPERATION_ACTIVE)
    return std::unexpected(or_removed(std::move(signature).error()));
  }
  return signature;
}

Result<Bytes> Pkcs11Key::sign_inside(DigestAlgorithm algorithm, ByteView digest) {
  const Bytes to_sign = type_ == KeyType::kRsa ? digest_info(algorithm, digest) : to_bytes(digest);
  ERR_clear_error();
  const OwnedPkeyContext context(EVP_PKEY_CTX_new(key_.get(), nullptr));
  Bytes signature(static_cast<std::size_t>(EVP_PKEY_get_size(key_.get())));
  std::size_t length = signature.size();
  const bool made = context && EVP_PKEY_sign_init(context.get()) > 0 &&
                    (type_ == KeyType::kEc || EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) > 0) &&
                    EVP_PKEY_sign(context.get(), signature.data(), &length, to_sign.data(), to_sign.size()) > 0;
  if (!made) {
    return std::unexpected(module_error("C_Sign"));
  }
  signature.resize(length);
  return checked(algorithm, digest, std::move(signature));
}

Result<Bytes> Pkcs11Key::checked(DigestAlgorithm algorithm, ByteView digest, Bytes signature) const {
  if (certified_key_) {
    const OwnedPkeyContext context(EVP_PKEY_CTX_new(certified_key_.get(), nullptr));
    const bool good =
        context && EVP_PKEY_verify_init(context.get()) > 0 &&
        EVP_PKEY_CTX_set_signature_md(context.get(), md_of(algorithm)) > 0 &&
        EVP_PKEY_verify(context.get(), signature.data(), signature.size(), digest.data(), digest.size()) == 1;
    if (!good) {
      return fail(openssl_error("verify"), Code::kCryptoFailed, "the token's signature does not fit the certificate");
    }
  }
  if (type_ == KeyType::kRsa) {
    return signature;
  }
  const auto field_bits = static_cast<std::size_t>(EVP_PKEY_get_bits(key_.get()));
  return ecdsa_raw(signature, (field_bits + 7) / 8);
}

}  // namespace shomei::pkcs11
