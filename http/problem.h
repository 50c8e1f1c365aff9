#pragma once

#include "base/transport.h"
#include "http/message.h"

namespace shomei::http {

/// HTTP status for an Error: by its Code, else by its exit status (usage and unreadable input 400, not permitted 403,
/// negative 409, not available 503, our fault 500).
int status_of(Code code);

/// `{"error": {"id", "text", "hint", "detail"}}`; `detail` is left out where there is none and where the error is our
/// fault.
Response problem(const Error& error, Language language);
/// The language that the request asks for (`Accept-Language: ja…`), English otherwise.
Language language_of(const Request& request);

/// What a client makes of an answer: the JSON body of a 2xx (null for an empty one); for anything else the Error that
/// the problem names, with the other side's detail. Errors: net.status (an answer that is no problem of ours),
/// net.malformed, or whatever the other side reported.
Result<Json> json_answer(const HttpResponse& response);

}  // namespace shomei::http
