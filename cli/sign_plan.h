#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cli/key_access.h"
#include "cli/sign_extend.h"
#include "signing/document_signer.h"

namespace shomei::cli {

struct SignOptions {
  std::vector<std::string> inputs;
  std::string out;
  std::string format;
  std::string packaging;
  std::string level = "B";
  bool require_level = false;
  bool force = false;
  KeyOptions key;
  ExtendOptions sources;
};

/// One document on its way from IN to OUT.
struct SignItem {
  std::filesystem::path in;
  std::filesystem::path out;
  signing::SignRequest request;
  std::optional<signing::Level> level;
  std::vector<signing::Level> pending;
  std::optional<Time> pending_until;
  std::optional<Error> pending_why;
  std::optional<Error> error;
};

/// What goes where: OUT is a folder when several documents are signed, when it is one already or when it ends in "/"
/// (then it is made); otherwise a file. Names in a folder: NAME.p7s (CAdES), NAME.xades.xml (detached), NAME.signed.xml
/// (enveloped, enveloping). An input that is not there, or an output that may not be written, is that
/// item's error, found before a card is asked. Errors of the whole: usage, output.failed (the folder).
Result<std::vector<SignItem>> plan_signing(const SignOptions& options);

/// Notes the level reached, refuses one below what --require-level wants, writes the file.
void put_out(SignItem& item, const signing::SignedDocument& signature, bool require_level, bool force);

/// Takes over a signature: brings it up where a level above its own is wished for, and puts it out.
void accept_signature(SignItem& item, signing::SignedDocument signature, const SignOptions& options,
                      const Extender& extender);

}  // namespace shomei::cli
