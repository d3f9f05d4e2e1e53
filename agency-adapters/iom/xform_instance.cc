#include "agency-adapters/iom/xform_instance.h"

#include <algorithm>
#include <array>
#include <pugixml.hpp>

#include "agency-adapters/iom/xml_gate.h"
#include "base/status.h"

namespace amana::iom {
namespace {

// Of the client's own, in every form.
constexpr std::array<std::string_view, 8> kOwn = {"start",    "end",     "today",       "deviceid",
                                                  "username", "formhub", "__version__", "meta"};

// An element's name comes from a stranger, who may have put anything there.
absl::Status Invalid(std::string_view element, std::string_view message) {
  const bool plain = element.size() <= 64 && std::ranges::all_of(element, [](char c) {
                       return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                              (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
                     });
  return MakeError(absl::StatusCode::kInvalidArgument, "XFORM_INVALID",
                   plain ? element : "(a name that is not shown)", message);
}

// Without the namespace's prefix.
std::string_view LocalName(const pugi::xml_node& node) {
  std::string_view name = node.name();
  const size_t colon = name.rfind(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

bool IsText(const pugi::xml_node& node) {
  return node.type() == pugi::node_pcdata || node.type() == pugi::node_cdata;
}

bool IsBlank(const pugi::xml_node& node) {
  return IsText(node) &&
         std::string_view(node.value()).find_first_not_of(" \t\r\n") == std::string_view::npos;
}

// Comments may stand between its parts.
std::string TextOf(const pugi::xml_node& element) {
  std::string text;
  for (const pugi::xml_node& part : element.children()) {
    if (IsText(part)) text += part.value();
  }
  return text;
}

bool HasElements(const pugi::xml_node& element) {
  return std::ranges::any_of(element.children(), [](const pugi::xml_node& child) {
    return child.type() == pugi::node_element;
  });
}

absl::StatusOr<pugi::xml_node> RootOf(const pugi::xml_document& document) {
  pugi::xml_node root;
  for (const pugi::xml_node& node : document.children()) {
    if (node.type() == pugi::node_declaration || IsBlank(node)) continue;
    if (node.type() != pugi::node_element || !root.empty()) {
      return Invalid("xml", "a form instance is one element and nothing beside it");
    }
    root = node;
  }
  if (root.empty()) return Invalid("xml", "there is no element in it");
  if (!root.attribute("encrypted").empty()) {
    return Invalid("encrypted", "an encrypted form is opened by its own server first");
  }
  return root;
}

void ReadMeta(const pugi::xml_node& meta, XFormInstance& instance) {
  for (const pugi::xml_node& node : meta.children()) {
    if (LocalName(node) == "instanceID") instance.instance = TextOf(node);
    if (LocalName(node) == "deprecatedID") instance.replaces = TextOf(node);
  }
}

// Writes texts with the five characters that XML needs escaped.
class Writer {
 public:
  void Element(std::string_view indent, std::string_view name, std::string_view text) {
    out_.append(indent).append("<").append(name).append(">");
    Escape(text);
    out_.append("</").append(name).append(">\n");
  }
  void Attribute(std::string_view name, std::string_view value) {
    out_.append(" ").append(name).append("=\"");
    Escape(value);
    out_.append("\"");
  }
  void Raw(std::string_view text) { out_ += text; }
  std::string Take() && { return std::move(out_); }

 private:
  void Escape(std::string_view text) {
    for (const char c : text) {
      if (c == '&') {
        out_ += "&amp;";
      } else if (c == '<') {
        out_ += "&lt;";
      } else if (c == '>') {
        out_ += "&gt;";
      } else if (c == '"') {
        out_ += "&quot;";
      } else if (c == '\r') {
        out_ += "&#13;";  // a reader makes a line feed of the character itself
      } else {
        out_ += c;
      }
    }
  }
  std::string out_;
};

}  // namespace

absl::StatusOr<XFormInstance> ReadXForm(std::string_view xml) {
  AMANA_RETURN_IF_ERROR(CheckXml(xml));
  pugi::xml_document document;
  constexpr unsigned kOptions = pugi::parse_cdata | pugi::parse_escapes | pugi::parse_eol |
                                pugi::parse_wconv_attribute | pugi::parse_declaration |
                                pugi::parse_ws_pcdata_single | pugi::parse_fragment;
  const pugi::xml_parse_result parsed =
      document.load_buffer(xml.data(), xml.size(), kOptions, pugi::encoding_utf8);
  if (!parsed) {
    return MakeError(absl::StatusCode::kInvalidArgument, "XML_INVALID", "xml",
                     "not well-formed at byte " + std::to_string(parsed.offset));
  }
  AMANA_ASSIGN_OR_RETURN(const pugi::xml_node root, RootOf(document));
  XFormInstance instance;
  instance.form = root.attribute("id").value();
  instance.version = root.attribute("version").value();
  for (const pugi::xml_node& node : root.children()) {
    if (IsBlank(node)) continue;
    if (IsText(node)) return Invalid("xml", "there is text between the answers");
    const std::string_view name = LocalName(node);
    if (name == "meta") ReadMeta(node, instance);
    if (std::ranges::find(kOwn, name) != kOwn.end()) continue;
    if (HasElements(node)) return Invalid(name, "an answer is text; the form has no groups");
    instance.answers.emplace_back(name, TextOf(node));
  }
  return instance;
}

std::string WriteXForm(const XFormInstance& instance) {
  Writer writer;
  writer.Raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<data");
  writer.Attribute("id", instance.form);
  if (!instance.version.empty()) writer.Attribute("version", instance.version);
  writer.Raw(" xmlns:orx=\"http://openrosa.org/xforms\">\n");
  for (const auto& [name, text] : instance.answers) writer.Element("  ", name, text);
  writer.Raw("  <orx:meta>\n");
  if (!instance.instance.empty()) writer.Element("    ", "orx:instanceID", instance.instance);
  if (!instance.replaces.empty()) writer.Element("    ", "orx:deprecatedID", instance.replaces);
  writer.Raw("  </orx:meta>\n</data>\n");
  return std::move(writer).Take();
}

}  // namespace amana::iom
