// MIME (RFC 2045 to 2049, RFC 5322): what is sent, written here; what comes, read by GMime, which
// nobody else sees. Strangers' bytes: size, depth and number of parts are bounded before GMime has
// them. Pure; thread-safe.
#ifndef AMANA_AGENCY_ADAPTERS_FOREIGN_AFFAIRS_MESSAGE_H_
#define AMANA_AGENCY_ADAPTERS_FOREIGN_AFFAIRS_MESSAGE_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace amana::foreign_affairs {

inline constexpr size_t kMaxMail = size_t{4} << 20;
inline constexpr size_t kMaxParts = 64;  // multiparts and messages within messages, all told
inline constexpr size_t kMaxDepth = 8;

// One MIME entity. A leaf has `body` (transfer encoding undone; text in UTF-8), others `parts`.
struct Part {
  std::string type;         // "text/plain", in lower case
  std::string protocol;     // parameters, in lower case; empty where absent
  std::string smime_type;   //
  std::string report_type;  //
  std::string boundary;     // as it is
  std::string file_name;
  std::string body;
  std::vector<Part> parts;
};

struct Mail {
  std::string from;        // the one bare address, in lower case; empty when not exactly one
  std::string subject;     // decoded
  std::string message_id;  // without <>; empty where absent or not one
  Part root;
};

// MAIL_MALFORMED: no MIME message, or beyond the bounds above.
absl::StatusOr<Mail> ReadMail(std::string_view bytes);
// The same of an entity without mail headers, as it is found inside S/MIME.
absl::StatusOr<Part> ReadPart(std::string_view bytes);

// What exactly is signed in a multipart/signed entity of two parts (RFC 1847): the bytes of the
// first with CRLF line ends. MAIL_MALFORMED when it is not of that form.
absl::StatusOr<std::string> SignedBytes(std::string_view entity, std::string_view boundary);

struct Attached {
  std::string
      media_type;  // "image/jpeg"; one of another form is written as application/octet-stream
  std::string file_name;  // plain ASCII
  std::string content;
};
// multipart/mixed of a text, an attachment "referral.json" (none when empty) and others, with CRLF.
std::string WriteContent(std::string_view text, std::string_view json,
                         const std::vector<Attached>& others = {});
// multipart/signed of `content` and its detached signature in DER.
std::string WriteSigned(std::string_view content, std::string_view signature);

struct Envelope {
  std::string from, to;    // bare addresses
  std::string subject;     // ASCII
  std::string message_id;  // without <>
  absl::Time date;
};
// The mail as it travels: these headers, a request for a receipt (RFC 8098) to `from`, and
// `enveloped` (DER of an AuthEnvelopedData). Nothing else.
std::string WriteEnveloped(const Envelope& envelope, std::string_view enveloped);

// An address that may stand in a header and in an SMTP command: user@host of letters, digits and
// . _ + - only.
bool IsPlainAddress(std::string_view text);

}  // namespace amana::foreign_affairs

#endif  // AMANA_AGENCY_ADAPTERS_FOREIGN_AFFAIRS_MESSAGE_H_
