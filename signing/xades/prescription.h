#pragma once

#include "signing/xml/xml_tree.h"

namespace shomei::signing {

/// In the documents of the electronic prescription service (elements without namespace) the signature of
/// PrescriptionSign covers the PrescriptionDocument beside it, that of DispensingSign the Dispensing beside it, which
/// holds the prescription that was dispensed. Gives that element; null element where it is not there exactly once;
/// nothing where `signature` does not stand in such a place.
std::optional<const xmlNode*> prescription_layout(const xmlNode* signature);

}  // namespace shomei::signing
