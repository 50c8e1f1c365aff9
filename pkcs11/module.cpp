#include "pkcs11/module.h"

#include <dlfcn.h>
#include <fmt/format.h>
#include <libp11.h>
#include <openssl/ui.h>

#include <array>
#include <filesystem>

namespace shomei::pkcs11 {
namespace {

/// RFC 7512 2.3: module-name is a library's name without folder, "lib" and suffix.
Result<std::string> find_module(const std::string& name) {
  constexpr std::array kFolders = {"/usr/lib/" SHOMEI_LIBRARY_ARCHITECTURE "/pkcs11",
                                   "/usr/lib/" SHOMEI_LIBRARY_ARCHITECTURE "/softhsm",
                                   "/usr/lib/" SHOMEI_LIBRARY_ARCHITECTURE,
                                   "/usr/lib/pkcs11",
                                   "/usr/lib/softhsm",
                                   "/usr/lib",
                                   "/usr/local/lib"};
  for (const std::string_view folder : kFolders) {
    for (const std::string_view prefix : {"", "lib"}) {
      std::string path = fmt::format("{}/{}{}.so", folder, prefix, name);
      std::error_code ignored;
      if (std::filesystem::is_regular_file(path, ignored)) {
        return path;
      }
    }
  }
  return fail(Code::kPkcs11Module, fmt::format("no module named {}", name));
}

Result<std::string> path_of(const Uri& uri, const std::string& fallback) {
  if (!uri.module_path.empty()) {
    return uri.module_path;
  }
  if (!uri.module_name.empty()) {
    return find_module(uri.module_name);
  }
  if (fallback.empty()) {
    return fail(Code::kPkcs11Uri, "module-path or module-name is missing");
  }
  return fallback;
}

/// libp11 writes the loader's complaint to stderr and keeps none of it; so the first attempt is ours.
Result<void> try_to_load(const std::string& path) {
  void* library = dlopen(path.c_str(), RTLD_LAZY | RTLD_LOCAL);
  if (library == nullptr) {
    return fail(Code::kPkcs11Module, dlerror());
  }
  dlclose(library);
  return {};
}

}  // namespace

int Module::hand_over(UI* ui, UI_STRING* question) {
  if (UI_get_string_type(question) != UIT_PROMPT && UI_get_string_type(question) != UIT_VERIFY) {
    return 1;
  }
  const auto* module = static_cast<const Module*>(UI_get0_user_data(ui));
  if (module == nullptr || module->lent_ == nullptr) {
    return 0;
  }
  return module->lent_->reveal([&](std::span<const std::uint8_t> digits) {
    const auto* text = reinterpret_cast<const char*>(digits.data());
    return UI_set_result_ex(ui, question, text, static_cast<int>(digits.size())) == 0 ? 1 : 0;
  });
}

Module::Module(PKCS11_CTX* context) : context_(context), dialog_(UI_create_method("shomei")) {
  SHOMEI_CHECK(dialog_ != nullptr);
  SHOMEI_CHECK(UI_method_set_reader(dialog_, hand_over) == 0);
  PKCS11_set_ui_method(context_, dialog_, this);
}

Result<std::shared_ptr<Module>> Module::load(const Uri& uri, const std::string& fallback) {
  SHOMEI_TRY(const auto path, path_of(uri, fallback));
  SHOMEI_TRY(try_to_load(path));
  ERR_clear_error();
  PKCS11_CTX* context = PKCS11_CTX_new();
  SHOMEI_CHECK(context != nullptr);
  if (PKCS11_CTX_load(context, path.c_str()) != 0) {
    PKCS11_CTX_free(context);
    return fail(module_error("load"), Code::kPkcs11Module, path);
  }
  ERR_clear_error();  // some modules leave errors of their own start behind
  return std::shared_ptr<Module>(new Module(context));
}

Module::~Module() {
  PKCS11_CTX_unload(context_);
  PKCS11_CTX_free(context_);
  UI_destroy_method(dialog_);
}

Result<void> Slots::refresh() {
  release();
  ERR_clear_error();
  if (PKCS11_enumerate_slots(module_->native(), &first_, &count_) != 0) {
    return std::unexpected(module_error("C_GetSlotList"));
  }
  return {};
}

void Slots::release() {
  if (first_ != nullptr) {
    PKCS11_release_all_slots(module_->native(), std::exchange(first_, nullptr), std::exchange(count_, 0));
  }
}

std::span<PKCS11_SLOT> Slots::all() const {
  return {first_, count_};
}

PKCS11_SLOT* Slots::with_token(unsigned long slot_id) const {
  for (PKCS11_SLOT& slot : all()) {
    if (PKCS11_get_slotid_from_slot(&slot) == slot_id) {
      return slot.token == nullptr ? nullptr : &slot;
    }
  }
  return nullptr;
}

}  // namespace shomei::pkcs11
