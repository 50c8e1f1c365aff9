#include "tests/vcard/files.h"

#include "tests/vcard/der.h"

#include <array>

namespace vcard {
namespace {

using der::named_bits;
using der::octets;
using der::sequence;
using der::tlv;
using der::utf8;

constexpr unsigned kUsageSign = 2, kUsageNonRepudiation = 9;          // KeyUsageFlags
constexpr unsigned kPrivate = 0, kModifiable = 1;                     // CommonObjectFlags
constexpr unsigned kCaseSensitive = 0, kLocal = 1, kInitialized = 4;  // PasswordFlags
constexpr unsigned kAuthRequired = 1, kPrnGeneration = 2;             // CardFlags
constexpr unsigned kComputeSignature = 1;                             // Operations
constexpr unsigned kCkmRsaPkcs = 1;

struct Labels {
  std::string_view key, pin, certificate;
  std::array<std::string_view, 3> ca;
};

// The guideline's example has blanks around some labels; whoever compares labels must trim.
Labels labels_of(const Shape& shape, Use use) {
  constexpr std::array<std::string_view, 3> kCa{"MHLW CA CERTIFICATE ", " HPKI ROOT CA CERTIFICATE",
                                                "HPKI CA CERTIFICATE"};
  if (shape.name != ShapeName::opensc) {
    return {"Private key of HPKI", shape.has_filler ? "PIN" : "PIN ", "HPKI END ENTITY CERTIFICATE", kCa};
  }
  if (use == Use::signature) {
    return {"Signature key", "Sign", "Signature certificate", kCa};
  }
  return {"Authentication key", "Auth", "Authentication certificate", kCa};
}

// Path: a one-byte efidOrPath is an SFI shifted left by three.
Bytes path(const Shape& shape, FileId id) {
  if (shape.one_byte_paths) {
    return sequence({octets(Bytes{static_cast<std::uint8_t>(id << 3U)})});
  }
  return sequence({octets(Bytes{static_cast<std::uint8_t>(id >> 8U), static_cast<std::uint8_t>(id)})});
}

Bytes cia_info(const Shape& shape, Use use, const Credential& credential, const std::optional<Bytes>& serial) {
  Bytes content = der::integer(1);  // v2
  if (serial) {
    append(content, octets(*serial));
  } else if (shape.card_pads) {
    append(content, octets(View(sha256(credential.certificate)).first(8)));
  }
  const std::string_view label = shape.name != ShapeName::opensc ? "HPKI Application"
                                 : use == Use::signature         ? "HPKI Signature"
                                                                 : "HPKI Authentication";
  append(content, tlv(0x80, Bytes(label.begin(), label.end())));
  append(content, named_bits({kAuthRequired, kPrnGeneration}));
  if (shape.card_pads) {
    const Bytes algorithm =
        sequence({der::integer(1), der::integer(kCkmRsaPkcs), tlv(0x05, View{}), named_bits({kComputeSignature})});
    append(content, tlv(0xA2, algorithm));
  }
  return tlv(0x30, content);
}

Bytes object_directory(const Shape& shape) {
  Bytes content = tlv(0xA0, path(shape, shape.key_directory));
  if (shape.name == ShapeName::jma) {
    append(content, tlv(0xA1, path(shape, 0x0003)));
  }
  append(content, tlv(0xA4, path(shape, shape.certificate_directory)));
  if (shape.name == ShapeName::jma) {
    append(content, tlv(0xA7, path(shape, 0x0005)));
  }
  append(content, tlv(0xA8, path(shape, shape.pin_directory)));
  return content;
}

Bytes password_object(const Shape& shape, std::string_view label) {
  const bool jma = shape.name == ShapeName::jma;
  const Bytes flags = jma ? named_bits({kModifiable}) : Bytes{};
  const Bytes attributes =
      sequence({named_bits({kCaseSensitive, kLocal, kInitialized}), tlv(0x0A, Bytes{2}), der::integer(kMinPin),
                der::integer(jma ? 0 : kMaxPin), der::integer(kMaxPin), der::integer(shape.pin_reference, 0x80)});
  return sequence({sequence({utf8(label), flags}), sequence({octets(Bytes{shape.auth_id})}), tlv(0xA1, attributes)});
}

Bytes key_object(const Shape& shape, Use use, std::string_view label) {
  const Bytes consent = use == Use::signature ? der::integer(1) : Bytes{};  // userConsent: the PIN each time
  const Bytes usage = named_bits({use == Use::signature ? kUsageNonRepudiation : kUsageSign});
  Bytes common = der::concat({octets(Bytes{shape.key_id}), usage});
  if (shape.card_pads) {
    append(common, der::integer(1));             // keyReference
    append(common, tlv(0xA1, der::integer(1)));  // algReference
  }
  const Bytes rsa = sequence({path(shape, shape.key), der::integer(kModulus * 8)});
  return sequence({sequence({utf8(label), named_bits({kPrivate}), octets(Bytes{shape.auth_id}), consent}),
                   tlv(0x30, common), tlv(0xA1, rsa)});
}

Bytes certificate_object(const Shape& shape, std::string_view label, std::uint8_t id, bool authority, FileId file) {
  const Bytes flag = authority ? tlv(0x01, Bytes{0xFF}) : Bytes{};
  return sequence(
      {sequence({utf8(label)}), sequence({octets(Bytes{id}), flag}), tlv(0xA1, sequence({path(shape, file)}))});
}

Bytes certificate_directory(const Shape& shape, const Labels& labels, std::size_t ca_count) {
  const Bytes own = certificate_object(shape, labels.certificate, shape.key_id, false, shape.certificate);
  Bytes ca;
  for (std::size_t i = 0; i < ca_count; ++i) {
    const auto file = static_cast<FileId>(shape.first_ca + i);
    append(ca, certificate_object(shape, labels.ca.at(i), static_cast<std::uint8_t>(file), true, file));
  }
  return shape.ca_first ? der::concat({ca, own}) : der::concat({own, ca});
}

void fill(const Shape& shape, Bytes& content, std::size_t step, std::uint8_t filler) {
  if (shape.has_filler) {
    content.resize((content.size() / step + 1) * step, filler);
  }
}

}  // namespace

std::vector<File> application_files(const Shape& shape, Use use, const Credential& credential,
                                    const std::optional<Bytes>& serial) {
  std::vector<File> files;
  const auto add = [&](FileId id, std::optional<std::uint8_t> sfi, Bytes content, std::size_t step,
                       std::uint8_t filler) {
    fill(shape, content, step, filler);
    if (shape.has_dir) {
      sfi.reset();
    }
    files.push_back({id, sfi, std::move(content)});
  };
  const auto sfi = [&](FileId id) {
    return shape.one_byte_paths ? std::optional(static_cast<std::uint8_t>(id)) : std::nullopt;
  };
  const auto add_cia = [&](FileId id, Bytes content) { add(id, sfi(id), std::move(content), 32, 0x00); };
  const auto add_certificate = [&](FileId id, const Bytes& content) { add(id, sfi(id), content, 128, 0xFF); };

  const Labels labels = labels_of(shape, use);
  add(kObjectDirectory, kObjectDirectorySfi, object_directory(shape), 32, 0x00);
  add(kCiaInfo, kCiaInfoSfi, cia_info(shape, use, credential, serial), 32, 0x00);
  add_cia(shape.pin_directory, password_object(shape, labels.pin));
  add_cia(shape.key_directory, key_object(shape, use, labels.key));
  add_cia(shape.certificate_directory, certificate_directory(shape, labels, credential.ca.size()));
  if (shape.name == ShapeName::jma) {
    add_cia(0x0003, {});
    add_cia(0x0005, {});
  }
  add_certificate(shape.certificate, credential.certificate);
  for (std::size_t i = 0; i < credential.ca.size(); ++i) {
    add_certificate(static_cast<FileId>(shape.first_ca + i), credential.ca[i]);
  }
  for (const FileId id : {shape.key, shape.pin}) {
    files.push_back({id, sfi(id), {}, true});
  }
  return files;
}

Bytes dir_content(const Holder& holder) {
  Bytes out;
  for (const Use use : kUses) {
    if (!of(holder, use)) {
      continue;
    }
    const std::string_view label = use == Use::signature ? "HPKI Signature" : "HPKI Authentication";
    append(out, tlv(0x61, {tlv(0x4F, aid_of(use)), tlv(0x50, Bytes(label.begin(), label.end()))}));
  }
  return out;
}

}  // namespace vcard
