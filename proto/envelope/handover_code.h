// The one-time code of a handover: the escort shows it, the recipient proves with it that the
// person came. Pure but for random bytes; thread-safe.
#ifndef AMANA_PROTO_ENVELOPE_HANDOVER_CODE_H_
#define AMANA_PROTO_ENVELOPE_HANDOVER_CODE_H_

#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"

namespace amana::envelope {

inline constexpr size_t kHandoverCodeSize = 12;
inline constexpr size_t kHandoverSaltSize = 16;

// 12 characters of Crockford's base 32 (0-9, A-Z without I, L, O and U): 60 random bits.
std::string NewHandoverCode();
std::string NewHandoverSalt();

// As people read and write it: "4FZK-9Q2M-7XWB".
std::string PrintedCode(std::string_view code);
// The code in what somebody typed: case, spaces and hyphens do not matter, I and L are 1, O is 0.
// nullopt: it is none.
std::optional<std::string> ParseHandoverCode(std::string_view typed);
// Whether it is a code as NewHandoverCode makes them.
bool IsHandoverCode(std::string_view code);

// SHA-256("amana/handover-code/v1" || salt || code).
Digest CodeCommitment(std::string_view salt, std::string_view code);

}  // namespace amana::envelope

#endif  // AMANA_PROTO_ENVELOPE_HANDOVER_CODE_H_
