#include "agency-adapters/iom/htcds_xform.h"

#include <algorithm>
#include <set>
#include <utility>

#include "agency-adapters/formats/csv_records.h"
#include "agency-adapters/iom/htcds_codes.h"
#include "agency-adapters/iom/htcds_fields.h"
#include "agency-adapters/iom/htcds_header.h"
#include "agency-adapters/iom/htcds_record.h"
#include "agency-adapters/iom/xform_instance.h"
#include "base/status.h"

namespace amana::iom {
namespace {

constexpr std::string_view kTitle = "prs_Title";
constexpr std::string_view kCountries = "prs_Citizenship";
constexpr std::string_view kConsent = "con_Consent";
constexpr std::string_view kForm = "htcds_xlsform";
constexpr std::string_view kFormVersion = "vSmt4GQA3C9uBMLPEVfgND";

// The form's questions as it spells them, in its order. Source: htcds_xlsform.xml.
constexpr std::string_view kQuestions[] = {"con_Consent",
                                           "prs_Salutation",
                                           "prs_First_Name",
                                           "prs_Second_Name",
                                           "prs_Birthdate",
                                           "prs_Gender",
                                           "prs_Citizenship",
                                           "prs_Title",
                                           "prs_Email",
                                           "prs_HomePhone",
                                           "prs_MobilePhone",
                                           "prs_MailingCity",
                                           "prs_MailingCountry",
                                           "prs_MailingState",
                                           "prs_MailingStreet",
                                           "prs_MailingPostalCode",
                                           "vic_MethodOfRecruitment",
                                           "vic_LocationOfRecruitment",
                                           "vic_TraffickingStatus",
                                           "vic_TraffickingStatusDecisionMakingOrg",
                                           "vic_Methods_of_Control",
                                           "vic_TypeOfExploitation",
                                           "vic_ForcedLabourIndustry",
                                           "vic_TypeOfSexExploitation",
                                           "vic_LocationOfExploitation",
                                           "cas_Status",
                                           "cas_ReferringOrganisation",
                                           "cas_IncomingReferralDate",
                                           "cas_ReferringPrimaryCaseWorker",
                                           "cas_ReasonForIncomingReferral",
                                           "cas_IncomingReferralDetails"};

std::string_view FieldOf(std::string_view question) {
  const auto misspelt = std::ranges::find(Misspellings(), question, &Misspelling::spelling);
  return misspelt == Misspellings().end() ? question : misspelt->field;
}

// Whoever filled the form in saw "Second Name" twice.
void NoteTitle(const HtcdsRows& read, std::vector<Finding>& findings) {
  if (read.rows.empty() || !read.rows.front().values.contains(kTitle)) return;
  findings.push_back({"TITLE_LABELLED_SECOND_NAME", "", std::string(kTitle),
                      "the form asks for it as \"Second Name\": read as the name says, a title",
                      1});
}

bool IsMissingFromPicklist(std::string_view field, const std::string& value) {
  const CodeList* list = FindCodeList(field);
  const Code* code = list == nullptr ? nullptr : FindCode(*list, value);
  return code != nullptr && code->missing_from_picklist;
}

}  // namespace

absl::StatusOr<HtcdsRows> ReadHtcdsXForm(std::string_view xml, const RowOptions& options) {
  AMANA_ASSIGN_OR_RETURN(const XFormInstance instance, ReadXForm(xml));
  formats::CsvRecords file;
  file.records = {{0, {}}, {1, {}}};
  for (const auto& [name, text] : instance.answers) {
    file.records[0].cells.push_back(name);
    file.records[1].cells.push_back(text);
  }
  AMANA_ASSIGN_OR_RETURN(Header header, RecogniseXForm(file.records[0].cells));
  HtcdsRows read = ReadHtcdsRows(file, std::move(header), options);
  for (HtcdsRow& row : read.rows) row.key = instance.instance;
  NoteTitle(read, read.report.findings);
  for (Finding& finding : read.report.findings) finding.column.clear();
  return read;
}

absl::StatusOr<ImportResult> ImportHtcdsXForm(std::string_view xml, const ImportOptions& options) {
  AMANA_ASSIGN_OR_RETURN(HtcdsRows read, ReadHtcdsXForm(xml, {options.today}));
  return WithSections(std::move(read), options.service);
}

bool LooksLikeXml(std::string_view bytes) {
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  const size_t at = bytes.find_first_not_of(" \t\r\n");
  return at != std::string_view::npos && bytes[at] == '<';
}

absl::StatusOr<ImportResult> ImportHtcdsFile(std::string_view bytes, const ImportOptions& options) {
  return LooksLikeXml(bytes) ? ImportHtcdsXForm(bytes, options) : ImportHtcdsCsv(bytes, options);
}

absl::StatusOr<XFormExport> WriteHtcdsXForm(const mapping::Record& record,
                                            std::string_view instance) {
  XFormExport out;
  XFormInstance form{std::string(kForm), std::string(kFormVersion), std::string(instance), {}, {}};
  std::set<std::string_view> asked;
  for (const std::string_view question : kQuestions) {
    const std::string_view field = FieldOf(question);
    asked.insert(field);
    const auto found = record.fields.find(field);
    std::string answer;
    if (found != record.fields.end() && field != kConsent) {
      if (field == kCountries && found->second.size() > 1) {
        return MakeError(absl::StatusCode::kInvalidArgument, "XFORM_TAKES_ONE", field,
                         "the form takes one country");
      }
      for (const std::string& value : found->second) {
        if (!IsMissingFromPicklist(field, value)) continue;
        out.findings.push_back({"CODE_MISSING_FROM_PICKLIST", "", std::string(field),
                                "RestrictsMovement is not in the form's list: written all the same",
                                1});
      }
      answer = CellOf(found->second, ' ');
    }
    form.answers.emplace_back(question, std::move(answer));
  }
  for (const auto& [name, values] : record.fields) {
    if (asked.contains(name) || values.empty()) continue;
    out.findings.push_back({"FIELD_NOT_IN_FORM", "", name, "the form does not ask for it", 1});
  }
  out.xml = WriteXForm(form);
  return out;
}

}  // namespace amana::iom
