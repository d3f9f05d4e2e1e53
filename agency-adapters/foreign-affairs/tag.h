// The opaque tag of a case in mail: all that may be read of it outside the encryption. 16 letters
// and digits of Crockford's base 32 (no I, L, O, U), from SHA-256 of the delivery's key, so that it
// tells nothing and is the same again after a crash.
//
//   in a subject, in clear:        [REF 7Q2MX0V9K3ZB81TD]
//   in the signed text:            [REF 7Q2MX0V9K3ZB81TD.v3]      with the referral's version
//   in a Message-ID:               <7Q2MX0V9K3ZB81TD.v3@referral.example.ke>
#ifndef AMANA_AGENCY_ADAPTERS_FOREIGN_AFFAIRS_TAG_H_
#define AMANA_AGENCY_ADAPTERS_FOREIGN_AFFAIRS_TAG_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace amana::foreign_affairs {

struct Reference {
  std::string tag;
  uint32_t version = 0;  // 0: not said

  friend bool operator==(const Reference&, const Reference&) = default;
  friend auto operator<=>(const Reference&, const Reference&) = default;
};

// Pure and thread-safe, all of it.
std::string TagOf(std::string_view delivery_key);
bool IsTag(std::string_view text);

std::string SubjectOf(std::string_view tag);      // "[REF 7Q2M...]"
std::string ReferenceText(const Reference& ref);  // "[REF 7Q2M....v3]"

// Every well-formed reference in `text`, without repetitions, in order. Upper and lower case are
// the same; spaces and line ends within the brackets, which mail programs put there, count as one
// space.
std::vector<Reference> FindReferences(std::string_view text);

}  // namespace amana::foreign_affairs

#endif  // AMANA_AGENCY_ADAPTERS_FOREIGN_AFFAIRS_TAG_H_
