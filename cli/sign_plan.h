#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cli/key_access.h"
#include "signing/document_signer.h"

namespace shomei::cli {

struct SignOptions {
  std::vector<std::string> inputs;
  std::string out;
  std::string format;
  std::string packaging;
  std::string level = "B";
  std::string digest;
  bool require_level = false;
  bool force = false;
  KeyOptions key;
};

/// One document on its way from IN to OUT.
struct SignItem {
  std::filesystem::path in;
  std::filesystem::path out;
  signing::SignRequest request;
  std::optional<signing::Level> level;
  std::vector<signing::Level> pending;
  std::optional<Error> error;
};

/// What goes where: OUT is a folder when several documents are signed, when it is one already or when it ends in "/"
/// (then it is made); otherwise a file. Names in a folder: NAME.p7s (CAdES), NAME.xades.xml (detached), NAME.signed.xml
/// (enveloped, enveloping). An input that is not there, or an output that may not be written, is that
/// item's error, found before a card is asked. Errors of the whole: usage, output.failed (the folder).
Result<std::vector<SignItem>> plan_signing(const SignOptions& options);

/// Takes over a signature: notes the level reached, refuses one below what --require-level wants, writes the file.
void accept_signature(SignItem& item, const signing::SignedDocument& signature, const SignOptions& options);

}  // namespace shomei::cli
