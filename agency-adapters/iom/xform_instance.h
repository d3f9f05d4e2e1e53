// One filled form as XForms clients (ODK, Kobo) hand it in: an XML instance, read and written.
#ifndef AMANA_AGENCY_ADAPTERS_IOM_XFORM_INSTANCE_H_
#define AMANA_AGENCY_ADAPTERS_IOM_XFORM_INSTANCE_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace amana::iom {

struct XFormInstance {
  std::string form;      // the root's id
  std::string version;   // the root's, may be empty
  std::string instance;  // meta/instanceID, "uuid:..."; may be empty
  std::string replaces;  // meta/deprecatedID: of the instance that this one corrects
  // What was answered, in the form's order: element name and text. What the client itself adds
  // (start, end, meta, __version__, formhub) is left out.
  std::vector<std::pair<std::string, std::string>> answers;
};

// Errors of CheckXml (xml_gate.h); XML_INVALID: not well-formed; XFORM_INVALID naming the element:
// several roots, an encrypted form, an answer that holds elements (a group or repeat, which the
// form of HTCDS has none of). No content is shown, and of names only those that look like a
// field's. Pure; thread-safe.
absl::StatusOr<XFormInstance> ReadXForm(std::string_view xml);

// Well-formed, UTF-8, an element a line; ReadXForm gives back the same. Names must be XML names,
// texts without control characters.
std::string WriteXForm(const XFormInstance& instance);

}  // namespace amana::iom

#endif  // AMANA_AGENCY_ADAPTERS_IOM_XFORM_INSTANCE_H_
