#pragma once

#include <memory>
#include <mutex>

#include "base/openssl.h"
#include "base/pin.h"
#include "pkcs11/ckr.h"
#include "pkcs11/uri.h"

struct PKCS11_ctx_st;   // NOLINT(readability-identifier-naming): a name of libp11
struct PKCS11_slot_st;  // NOLINT(readability-identifier-naming): a name of libp11
struct ui_method_st;
struct ui_string_st;

namespace shomei::pkcs11 {

/// A loaded PKCS#11 library. Keep one for each library and process: libp11 finalises it when it goes, whoever else
/// uses it. Drivers of HPKI cards need not be safe for threads (JAHIS guideline 5.2.2), so every call into one is made
/// under `lock`. libp11 hands C_Initialize a structure where that guideline expects NULL.
class Module {
 public:
  /// By the URI's module-path or module-name; `fallback` (a path) when it has neither.
  /// Errors: pkcs11.module, pkcs11.uri (nothing says which module).
  static Result<std::shared_ptr<Module>> load(const Uri& uri, const std::string& fallback = {});
  ~Module();
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;

  PKCS11_ctx_st* native() const { return context_; }
  std::unique_lock<std::mutex> lock() { return std::unique_lock(mutex_); }
  /// The PIN for keys with CKA_ALWAYS_AUTHENTICATE, asked by the module during a signature; null takes it back. Valid
  /// under the lock alone.
  void lend_pin(const Pin* pin) { lent_ = pin; }

 private:
  explicit Module(PKCS11_ctx_st* context);
  static int hand_over(ui_st* ui, ui_string_st* question);

  std::mutex mutex_;
  PKCS11_ctx_st* context_;
  ui_method_st* dialog_;
  const Pin* lent_ = nullptr;
};

/// The slots of a module as last read. Objects that libp11 gave out live until the next `refresh` or `release`. libp11
/// 0.4.12 closes all of a token's sessions with a slot, its sessions are the process's login, and its
/// PKCS11_update_slots crashes with two slots: so one Slots works on a token at a time, and reading the flags again
/// ends the login.
class Slots {
 public:
  explicit Slots(std::shared_ptr<Module> module) : module_(std::move(module)) {}
  ~Slots() { release(); }
  Slots(const Slots&) = delete;
  Slots& operator=(const Slots&) = delete;

  /// Releases, then reads slots and token flags.
  Result<void> refresh();
  /// Closes sessions and wipes libp11's own copy of the PIN.
  void release();
  std::span<PKCS11_slot_st> all() const;
  /// Null when the slot is gone or without token.
  PKCS11_slot_st* with_token(unsigned long slot_id) const;

 private:
  std::shared_ptr<Module> module_;
  PKCS11_slot_st* first_ = nullptr;
  unsigned count_ = 0;
};

}  // namespace shomei::pkcs11
