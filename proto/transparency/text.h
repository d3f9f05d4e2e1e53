// The small strict text rules that notes, checkpoints, proofs and tile paths share: one spelling
// for every value, nothing lenient. Pure.
#ifndef AMANA_PROTO_TRANSPARENCY_TEXT_H_
#define AMANA_PROTO_TRANSPARENCY_TEXT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"

namespace amana::transparency {

// ASCII decimal, no sign, no leading zero except "0" itself.
std::optional<uint64_t> ParseDecimal(std::string_view text);

// RFC 4648 section 4, padded; decoding refuses everything but the one encoding of the bytes.
std::string EncodeBase64(std::string_view bytes);
std::optional<std::string> DecodeBase64(std::string_view text);
std::optional<Digest> DecodeBase64Digest(std::string_view text);

// Valid UTF-8 (no surrogates, nothing overlong) and no control character below U+0020 but newline.
bool IsNoteText(std::string_view text);

// A signed-note key name: not empty, valid UTF-8, no control character, no Unicode space, no plus.
bool IsKeyName(std::string_view text);

// Splits off the first line, without its newline; nothing if `rest` has no newline.
std::optional<std::string_view> TakeLine(std::string_view& rest);

}  // namespace amana::transparency

#endif  // AMANA_PROTO_TRANSPARENCY_TEXT_H_
