// Well-formed UTF-8 (Unicode 15, table 3-7): no overlong form, no surrogate, nothing above
// U+10FFFF.
#ifndef AMANA_PROTO_ENVELOPE_UTF8_H_
#define AMANA_PROTO_ENVELOPE_UTF8_H_

#include <string_view>

namespace amana::envelope {

// Thread-safe and pure.
bool IsValidUtf8(std::string_view text);

}  // namespace amana::envelope

#endif  // AMANA_PROTO_ENVELOPE_UTF8_H_
