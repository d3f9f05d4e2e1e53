// What a stranger's XML may be before a parser sees it: the plain part of XML 1.0 that form
// instances need. Document types, and with them entities of any kind, processing instructions and
// other encodings cannot get in, and neither can deep or wide nesting.
#ifndef AMANA_AGENCY_ADAPTERS_IOM_XML_GATE_H_
#define AMANA_AGENCY_ADAPTERS_IOM_XML_GATE_H_

#include <cstddef>
#include <string_view>

#include "absl/status/status.h"

namespace amana::iom {

inline constexpr size_t kMaxXmlSize = 1024 * 1024;
inline constexpr size_t kMaxXmlDepth = 8;
inline constexpr size_t kMaxXmlElements = 1024;

// XML_TOO_LARGE, XML_TOO_DEEP; XML_REFUSED naming what stands in it that may not (kInvalidArgument,
// no content shown). Whether tags pair is the parser's business. Pure; thread-safe.
absl::Status CheckXml(std::string_view xml);

}  // namespace amana::iom

#endif  // AMANA_AGENCY_ADAPTERS_IOM_XML_GATE_H_
