#include <fmt/format.h>
#include <libp11.h>
#include <openssl/x509v3.h>

#include <algorithm>

#include "pkcs11/key.h"

namespace shomei::pkcs11 {
namespace {

std::string_view text_of(const char* text) {
  return text == nullptr ? std::string_view() : text;
}

bool fits(const std::optional<std::string>& wanted, const char* found) {
  return !wanted || *wanted == text_of(found);
}

bool token_fits(const Uri& uri, PKCS11_SLOT& slot) {
  const PKCS11_TOKEN* token = slot.token;
  // JAHIS's profile sets "user PIN initialised" and not "token initialised"; a blank token has neither.
  return token != nullptr && (token->initialized != 0 || token->userPinSet != 0) && fits(uri.token, token->label) &&
         fits(uri.manufacturer, token->manufacturer) && fits(uri.model, token->model) &&
         fits(uri.serial, token->serialnr) && fits(uri.slot_description, slot.description) &&
         (!uri.slot_id || *uri.slot_id == PKCS11_get_slotid_from_slot(&slot));
}

template <class Object>
ByteView id_of(const Object& object) {
  return {object.id, object.id_len};
}

/// A certificate or key by CKA_LABEL and CKA_ID.
template <class Object>
bool object_fits(const Uri& uri, const Object& object) {
  return fits(uri.object, object.label) && (!uri.id || std::ranges::equal(*uri.id, id_of(object)));
}

Result<std::span<PKCS11_CERT>> certificates_of(PKCS11_SLOT& slot) {
  PKCS11_CERT* first = nullptr;
  unsigned count = 0;
  ERR_clear_error();
  if (PKCS11_enumerate_certs(slot.token, &first, &count) != 0) {
    return std::unexpected(module_error("reading certificates"));
  }
  return std::span(first, count);
}

bool is_ca(const PKCS11_CERT& certificate) {
  return X509_check_ca(certificate.x509) == 1;
}

bool has_fitting_certificate(const Uri& uri, PKCS11_SLOT& slot) {
  const auto certificates = certificates_of(slot);
  return certificates && std::ranges::any_of(*certificates, [&](const auto& one) { return object_fits(uri, one); });
}

std::string labels(std::span<PKCS11_SLOT* const> slots) {
  std::string all;
  for (const PKCS11_SLOT* slot : slots) {
    all += fmt::format("{}\"{}\"", all.empty() ? "" : ", ", text_of(slot->token->label));
  }
  return all;
}

Result<PKCS11_SLOT*> the_slot(const Uri& uri, std::span<PKCS11_SLOT> all) {
  std::vector<PKCS11_SLOT*> present;
  std::vector<PKCS11_SLOT*> fitting;
  for (PKCS11_SLOT& slot : all) {
    if (slot.token != nullptr) {
      present.push_back(&slot);
    }
    if (token_fits(uri, slot)) {
      fitting.push_back(&slot);
    }
  }
  if (present.empty()) {
    return fail(Code::kCardNotPresent, fmt::format("{} slots, no token", all.size()));
  }
  if (fitting.size() > 1 && (uri.id || uri.object)) {
    std::vector<PKCS11_SLOT*> with_certificate;
    std::ranges::copy_if(fitting, std::back_inserter(with_certificate),
                         [&](PKCS11_SLOT* slot) { return has_fitting_certificate(uri, *slot); });
    fitting = with_certificate.empty() ? fitting : with_certificate;
  }
  if (fitting.empty()) {
    return fail(Code::kPkcs11NotFound, "tokens there: " + labels(present));
  }
  if (fitting.size() > 1) {
    return fail(Code::kPkcs11Uri, "several tokens match, name one with token= or slot-id=: " + labels(fitting));
  }
  return fitting.front();
}

}  // namespace

Result<void> Pkcs11Key::find_token() {
  SHOMEI_TRY(slots_.refresh());
  SHOMEI_TRY(PKCS11_SLOT * slot, the_slot(uri_, slots_.all()));
  slot_id_ = PKCS11_get_slotid_from_slot(slot);
  token_label_ = text_of(slot->token->label);
  slot_description_ = text_of(slot->description);
  return read_certificates(*slot);
}

Result<void> Pkcs11Key::read_certificates(PKCS11_SLOT& slot) {
  SHOMEI_TRY(const auto certificates, certificates_of(slot));
  chain_.clear();
  std::vector<const PKCS11_CERT*> fitting;
  for (const PKCS11_CERT& one : certificates) {
    if (is_ca(one)) {
      chain_.push_back(to_der<i2d_X509>(one.x509));
    } else if (object_fits(uri_, one) || (uri_.id && std::ranges::equal(*uri_.id, id_of(one)))) {
      fitting.push_back(&one);
    }
  }
  if (fitting.size() == 1) {
    take_certificate(fitting.front()->x509, id_of(*fitting.front()));
  }
  return {};
}

void Pkcs11Key::take_certificate(X509* certificate, ByteView id) {
  certificate_ = to_der<i2d_X509>(certificate);
  certificate_id_ = to_bytes(id);
  certified_key_.reset(X509_get_pubkey(certificate));
  type_ = certified_key_ && EVP_PKEY_get_base_id(certified_key_.get()) == EVP_PKEY_EC ? KeyType::kEc : KeyType::kRsa;
}

Result<PKCS11_KEY*> Pkcs11Key::the_key(PKCS11_SLOT& slot) {
  PKCS11_KEY* first = nullptr;
  unsigned count = 0;
  ERR_clear_error();
  if (PKCS11_enumerate_keys(slot.token, &first, &count) != 0) {
    return std::unexpected(module_error("reading keys"));
  }
  std::vector<PKCS11_KEY*> fitting;
  for (PKCS11_KEY& key : std::span(first, count)) {
    if (object_fits(uri_, key)) {
      fitting.push_back(&key);
    }
  }
  for (PKCS11_KEY& key : std::span(first, fitting.empty() ? count : 0)) {
    // object= may be the certificate's label; key and certificate then share CKA_ID (PKCS#11 v2.40, 4.6.2).
    if (!certificate_id_.empty() && std::ranges::equal(certificate_id_, id_of(key))) {
      fitting.push_back(&key);
    }
  }
  if (fitting.empty()) {
    return fail(Code::kPkcs11NotFound, fmt::format("token \"{}\" has {} keys, none matches", token_label_, count));
  }
  if (fitting.size() > 1) {
    return fail(Code::kPkcs11Uri, fmt::format("{} keys match, name one with id= or object=", fitting.size()));
  }
  return fitting.front();
}

Result<void> Pkcs11Key::find_key() {
  PKCS11_SLOT* slot = slots_.with_token(slot_id_);
  SHOMEI_CHECK(slot != nullptr);
  SHOMEI_TRY(PKCS11_KEY * found, the_key(*slot));
  ERR_clear_error();
  key_.reset(PKCS11_get_private_key(found));
  if (!key_) {
    return std::unexpected(module_error("reading the key"));
  }
  const int type = PKCS11_get_key_type(found);
  if (type != EVP_PKEY_RSA && type != EVP_PKEY_EC) {
    return fail(Code::kKeyUnsuitable, "neither RSA nor EC");
  }
  type_ = type == EVP_PKEY_RSA ? KeyType::kRsa : KeyType::kEc;
  return adopt_certificate(*slot, id_of(*found));
}

Result<void> Pkcs11Key::adopt_certificate(PKCS11_SLOT& slot, ByteView key_id) {
  const Bytes wanted = to_der<i2d_PUBKEY>(key_.get());
  SHOMEI_TRY(const auto certificates, certificates_of(slot));
  const PKCS11_CERT* same_id = nullptr;
  for (const PKCS11_CERT& one : certificates) {
    if (!wanted.empty() && to_der<i2d_PUBKEY>(X509_get0_pubkey(one.x509)) == wanted) {
      take_certificate(one.x509, id_of(one));
      return {};
    }
    if (!key_id.empty() && std::ranges::equal(key_id, id_of(one))) {
      same_id = &one;
    }
  }
  if (same_id != nullptr && !wanted.empty()) {
    return fail(Code::kKeyUnsuitable, fmt::format("the certificate with id {} is for another key", to_hex(key_id)));
  }
  if (same_id != nullptr) {
    take_certificate(same_id->x509, key_id);  // the token does not tell the public key; signing will show
  }
  return {};
}

}  // namespace shomei::pkcs11
