#pragma once

#include "signing/report/life.h"
#include "signing/report/markup.h"

namespace shomei::signing {

/// The life as an SVG element: an overview in years, and below it what lies around signing, enlarged, where that would
/// be too small to be seen. Events carry their places in `life.events` (from 1), as in the table beside the picture.
/// `id` is unique in the page. Empty where nothing has a time.
Markup life_picture(const Life& life, Language language, std::size_t id);

/// An event's sign by itself, for the table: its number in its shape.
Markup life_sign(const LifeEvent& event, std::size_t number);

}  // namespace shomei::signing
