// Form instances: whatever comes, an instance is read whole or refused by name, what is read is
// written and read again the same, and no report shows an answer.
#include <string>

#include "agency-adapters/iom/htcds_record.h"
#include "agency-adapters/iom/htcds_xform.h"
#include "agency-adapters/iom/import_report.h"
#include "agency-adapters/iom/xform_instance.h"
#include "base/status.h"
#include "tests/fuzz/target.h"

namespace amana::fuzz {
namespace {

bool IsName(std::string_view name) {
  return !name.empty() &&
         name.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUV"
             "WXYZ_0123456789") == std::string_view::npos &&
         (name[0] < '0' || name[0] > '9');
}

void RequireWritten(const iom::XFormInstance& instance) {
  for (const auto& [name, text] : instance.answers) {
    if (!IsName(name)) return;  // a parser takes names that a form cannot have
  }
  const auto again = iom::ReadXForm(iom::WriteXForm(instance));
  Require(again.ok() && again->answers == instance.answers,
          "an instance is written as it was read");
}

void RequireNothingShown(const iom::ImportReport& report) {
  for (const std::string_view mark : {"TESTCASE", "SYNTHETIC"}) {
    for (const iom::Finding& finding : report.findings) {
      // The name of an unknown question may be shown.
      if (finding.field.find(mark) != std::string::npos) return;
    }
    Require(iom::ToJson(report).find(mark) == std::string::npos, "no report shows an answer");
  }
}

void RequireRecord(const iom::HtcdsRow& row) {
  const mapping::Record record = iom::RecordOf(row);
  const auto written = iom::WriteHtcdsXForm(record, "uuid:f");
  if (!written.ok()) {
    Require(ErrorReason(written.status()) == "XFORM_TAKES_ONE", "written or refused by name");
    return;
  }
  Require(iom::ReadXForm(written->xml).ok(), "what is written can be read");
}

}  // namespace

const std::vector<std::string>& Seeds() {
  static const auto* const seeds = new std::vector<std::string>{
      "<?xml version=\"1.0\"?><data id=\"htcds_xlsform\" version=\"v1\"><start/>"
      "<con_Consent>TRUE</con_Consent><prs_First_Name>TESTCASE-1</prs_First_Name>"
      "<prs_Birthdate>1999-01-01</prs_Birthdate><prs_Citizenship>UT</prs_Citizenship>"
      "<vic_Methods_of_Control>WithholdsDocuments TakesEarnings</vic_Methods_of_Control>"
      "<orx:meta><orx:instanceID>uuid:1</orx:instanceID></orx:meta></data>",
      "<data><prs_FirstName><![CDATA[SYNTHETIC <]]>&amp;&#xE9;</prs_FirstName><!-- n --></data>",
      "<!DOCTYPE d [<!ENTITY e SYSTEM "
      "\"file:///etc/passwd\">]><data><prs_Email>&e;</prs_Email></data>",
      "<data><prs_Email>&#0;</prs_Email><g><r/></g></data>"};
  return *seeds;
}

bool Check(std::string_view bytes) {
  const auto instance = iom::ReadXForm(bytes);
  RequireHidden(instance.status(), "TESTCASE");
  if (!instance.ok()) {
    return RequireRefusal(instance.status(), absl::StatusCode::kInvalidArgument);
  }
  RequireWritten(*instance);
  const auto read = iom::ReadHtcdsXForm(bytes);
  RequireHidden(read.status(), "TESTCASE");
  if (!read.ok()) return RequireRefusal(read.status(), absl::StatusCode::kInvalidArgument);
  Require(read->rows.size() + read->report.rows_refused() <= 1, "one instance is one row at most");
  RequireNothingShown(read->report);
  for (const iom::HtcdsRow& row : read->rows) RequireRecord(row);
  return true;
}

}  // namespace amana::fuzz
