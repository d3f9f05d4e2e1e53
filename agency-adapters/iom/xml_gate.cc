#include "agency-adapters/iom/xml_gate.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "base/status.h"
#include "proto/envelope/utf8.h"

namespace amana::iom {
namespace {

absl::Status Refused(std::string_view what) {
  return MakeError(absl::StatusCode::kInvalidArgument, "XML_REFUSED", "xml",
                   "the XML holds " + std::string(what) + ", which a form instance has no use for");
}

// Char of XML 1.0.
bool IsXmlChar(uint32_t c) {
  return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c < 0xD800) ||
         (c >= 0xE000 && c < 0xFFFE) || (c >= 0x10000 && c < 0x110000);
}

bool IsControl(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 && c != '\t' && c != '\n' && c != '\r';
}

// `reference` is what stands between & and ;.
bool IsHarmlessReference(std::string_view reference) {
  for (const std::string_view name : {"amp", "lt", "gt", "quot", "apos"}) {
    if (reference == name) return true;
  }
  if (!reference.starts_with('#')) return false;
  reference.remove_prefix(1);
  const bool hex = reference.starts_with('x');
  if (hex) reference.remove_prefix(1);
  uint32_t code = 0;
  const char* end = reference.data() + reference.size();
  const auto read = std::from_chars(reference.data(), end, code, hex ? 16 : 10);
  return read.ec == std::errc() && read.ptr == end && IsXmlChar(code);
}

absl::Status CheckReferences(std::string_view text) {
  for (size_t at = text.find('&'); at != std::string_view::npos; at = text.find('&', at + 1)) {
    const size_t end = text.find(';', at);
    if (end == std::string_view::npos || !IsHarmlessReference(text.substr(at + 1, end - at - 1))) {
      return Refused("a reference to an entity");
    }
  }
  return absl::OkStatus();
}

// The declaration may say what we read it as anyway.
bool IsPlainDeclaration(std::string_view declaration) {
  const size_t at = declaration.find("encoding");
  if (at == std::string_view::npos) return true;
  std::string name(declaration.substr(at));
  std::ranges::transform(name, name.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
  return name.find("utf-8") != std::string::npos || name.find("utf8") != std::string::npos;
}

// Walks over markup, counting elements.
class Gate {
 public:
  explicit Gate(std::string_view xml) : rest_(xml) {}

  absl::Status Run() {
    if (rest_.starts_with("<?xml ")) {
      const size_t end = rest_.find("?>");
      if (end == std::string_view::npos || !IsPlainDeclaration(rest_.substr(0, end))) {
        return Refused("another encoding than UTF-8");
      }
      rest_.remove_prefix(end + 2);
    }
    while (true) {
      const size_t open = rest_.find('<');
      AMANA_RETURN_IF_ERROR(CheckReferences(rest_.substr(0, open)));
      if (open == std::string_view::npos) return absl::OkStatus();
      rest_.remove_prefix(open);
      AMANA_RETURN_IF_ERROR(Markup());
    }
  }

 private:
  absl::Status Markup() {
    if (rest_.starts_with("<!--")) return Skip("-->", 4);
    if (rest_.starts_with("<![CDATA[")) return Skip("]]>", 9);
    if (rest_.starts_with("<!")) return Refused("a document type");
    if (rest_.starts_with("<?")) return Refused("a processing instruction");
    const size_t end = EndOfTag();
    if (end == std::string_view::npos) return Refused("a tag without an end");
    const std::string_view tag = rest_.substr(0, end);
    AMANA_RETURN_IF_ERROR(CheckReferences(tag));
    rest_.remove_prefix(end + 1);
    if (tag.starts_with("</")) {
      if (depth_ > 0) --depth_;
      return absl::OkStatus();
    }
    if (++elements_ > kMaxXmlElements || depth_ + 1 > kMaxXmlDepth) {
      return MakeError(absl::StatusCode::kInvalidArgument, "XML_TOO_DEEP", "xml",
                       "at most 1024 elements, 8 deep");
    }
    if (!tag.ends_with('/')) ++depth_;
    return absl::OkStatus();
  }

  absl::Status Skip(std::string_view until, size_t from) {
    const size_t end = rest_.find(until, from);
    if (end == std::string_view::npos) return Refused("a part without an end");
    rest_.remove_prefix(end + until.size());
    return absl::OkStatus();
  }

  // Of the '>' that no quote encloses.
  size_t EndOfTag() const {
    char quote = 0;
    for (size_t i = 1; i < rest_.size(); ++i) {
      const char c = rest_[i];
      if (quote != 0) {
        if (c == quote) quote = 0;
      } else if (c == '"' || c == '\'') {
        quote = c;
      } else if (c == '>') {
        return i;
      }
    }
    return std::string_view::npos;
  }

  std::string_view rest_;
  size_t depth_ = 0;
  size_t elements_ = 0;
};

}  // namespace

absl::Status CheckXml(std::string_view xml) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (xml.size() > kMaxXmlSize) {
    return MakeError(absl::StatusCode::kInvalidArgument, "XML_TOO_LARGE", "xml", "at most 1 MiB");
  }
  if (!envelope::IsValidUtf8(xml) || std::ranges::any_of(xml, &IsControl)) {
    return Refused("bytes that are no UTF-8 text");
  }
  if (xml.starts_with(kByteOrderMark)) xml.remove_prefix(kByteOrderMark.size());
  return Gate(xml).Run();
}

}  // namespace amana::iom
