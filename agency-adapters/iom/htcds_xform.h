// HTCDS 2.0 case files as XForm instances: filled forms of IOM's XLSForm (htcds_xlsform), in XML.
// The form's own defects are coped with and named in the report: its spellings prs_First_Name,
// prs_Second_Name and vic_Methods_of_Control, prs_Title asked for as "Second Name", its pick list
// without RestrictsMovement, and its checkbox that is no consent.
#ifndef AMANA_AGENCY_ADAPTERS_IOM_HTCDS_XFORM_H_
#define AMANA_AGENCY_ADAPTERS_IOM_HTCDS_XFORM_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "agency-adapters/iom/htcds_csv.h"
#include "agency-adapters/iom/htcds_rows.h"
#include "agency-adapters/iom/import_report.h"
#include "agency-adapters/mapping/record.h"

namespace amana::iom {

// One instance is one row, number 1. Errors, for what cannot be read at all: those of ReadXForm and
// RecogniseXForm. Pure; thread-safe, as all here.
absl::StatusOr<HtcdsRows> ReadHtcdsXForm(std::string_view xml, const RowOptions& options = {});
absl::StatusOr<ImportResult> ImportHtcdsXForm(std::string_view xml,
                                              const ImportOptions& options = {});

// Whether a file is an XForm instance rather than CSV: its first character is '<'.
bool LooksLikeXml(std::string_view bytes);
// Either of the two.
absl::StatusOr<ImportResult> ImportHtcdsFile(std::string_view bytes,
                                             const ImportOptions& options = {});

struct XFormExport {
  std::string xml;
  std::vector<Finding> findings;  // FIELD_NOT_IN_FORM, CODE_MISSING_FROM_PICKLIST
};

// `record` has the standard's field names and codes; written in the form's own spellings, its
// consent left unanswered. A field that the form does not ask for is left out and named in the
// findings. `instance` is the instanceID: "uuid:...". Errors: XFORM_TAKES_ONE naming a field that
// has several values where the form has one.
absl::StatusOr<XFormExport> WriteHtcdsXForm(const mapping::Record& record,
                                            std::string_view instance);

}  // namespace amana::iom

#endif  // AMANA_AGENCY_ADAPTERS_IOM_HTCDS_XFORM_H_
