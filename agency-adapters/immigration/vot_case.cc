#include "agency-adapters/immigration/vot_case.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/time/civil_time.h"
#include "agency-adapters/immigration/errors.h"
#include "agency-adapters/immigration/mrz.h"
#include "agency-adapters/immigration/native_date.h"
#include "base/status.h"

namespace amana::immigration {
namespace {

using Cells = std::map<std::string, std::string, std::less<>>;

constexpr std::string_view kRequired[] = {
    "REF_NO",      "MSG_TYPE",   "DOC_TYPE",    "ISSUING_STATE", "MRZ_L1",        "MRZ_L2",
    "ENTRY_POINT", "ENTRY_DATE", "STATUS_CODE", "CONSENT_REF",   "SERVICE_CODES", "REMARKS"};
constexpr std::string_view kOptional[] = {
    "MRZ_L3",    "URGENCY", "SUBJECT_CLASS", "GUARDIAN_CONFLICT",
    "RECIPIENT", "COUNTY",  "LANGUAGE",      "RISK_LEVEL"};
// What goes from its column into the field of the same name.
constexpr std::string_view kAsWritten[] = {
    "DOC_TYPE",          "ISSUING_STATE", "ENTRY_POINT", "ENTRY_DATE", "STATUS_CODE",
    "CONSENT_REF",       "SERVICE_CODES", "REMARKS",     "URGENCY",    "SUBJECT_CLASS",
    "GUARDIAN_CONFLICT", "RECIPIENT",     "COUNTY",      "LANGUAGE",   "RISK_LEVEL"};

std::string_view CellOf(const Cells& cells, std::string_view column) {
  const auto found = cells.find(column);
  return found == cells.end() ? std::string_view() : std::string_view(found->second);
}

void Put(mapping::Record& record, std::string_view field, std::string_view text) {
  if (!text.empty()) record.fields[std::string(field)] = {std::string(text)};
}

// None where the row has no zone at all.
absl::StatusOr<std::optional<Mrz>> ReadZone(const Cells& cells, mapping::Record& record) {
  std::vector<std::string_view> lines;
  for (const std::string_view column : {"MRZ_L1", "MRZ_L2", "MRZ_L3"}) {
    lines.push_back(CellOf(cells, column));
  }
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  if (lines.empty()) return std::nullopt;
  for (size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].empty()) return CellMissing("MRZ_L" + std::to_string(i + 1));
  }
  auto mrz = ParseMrz(lines);
  if (!mrz.ok()) {
    return MakeError(mrz.status().code(), ErrorReason(mrz.status()),
                     "MRZ." + ErrorField(mrz.status()), std::string(mrz.status().message()));
  }
  record.fields["MRZ"] = {lines.begin(), lines.end()};
  return *std::move(mrz);
}

absl::Status CheckAgrees(const Cells& cells, const Mrz& mrz) {
  const std::string_view type = CellOf(cells, "DOC_TYPE");
  if (!type.empty() && !std::string_view(mrz.document_code).starts_with(type)) {
    return CellsDisagree("DOC_TYPE", "MRZ.document_code");
  }
  const std::string_view state = CellOf(cells, "ISSUING_STATE");
  if (!state.empty() && state != mrz.issuing_state) {
    return CellsDisagree("ISSUING_STATE", "MRZ.issuing_state");
  }
  return absl::OkStatus();
}

void PutZone(const Mrz& mrz, std::optional<absl::CivilDay> entry, mapping::Record& record) {
  Put(record, "DOC_TYPE", mrz.document_code);
  Put(record, "ISSUING_STATE", mrz.issuing_state);
  Put(record, "DOC_NUMBER", mrz.document_number);
  Put(record, "NATIONALITY", mrz.nationality);
  if (!mrz.name_truncated) {
    Put(record, "SURNAME", mrz.primary_name);
    Put(record, "GIVEN_NAMES", mrz.secondary_name);
  }
  if (mrz.sex != '<') Put(record, "SEX", std::string(1, mrz.sex));
  if (!entry) return;
  if (const auto birth = BirthDay(mrz.birth, *entry)) {
    Put(record, "BIRTH_DATE", FormatNativeDate(*birth));
  }
  if (const auto expiry = ExpiryDay(mrz.expiry, *entry)) {
    Put(record, "DOC_EXPIRY", FormatNativeDate(*expiry));
  }
}

}  // namespace

const Profile kVotIn = {"DIS-VOT-IN", kRequired, kOptional};

absl::StatusOr<runtime::NativeItem> CaseOf(const ProfileRow& row) {
  AMANA_RETURN_IF_ERROR(row.status);
  if (CellOf(row.cells, "MSG_TYPE") != "REFERRAL") return CellInvalid("MSG_TYPE", "REFERRAL");
  runtime::NativeItem item;
  item.key = row.ref_no;
  item.kind = runtime::ItemKind::kCase;
  for (const std::string_view column : kAsWritten) {
    Put(item.record, column, CellOf(row.cells, column));
  }
  std::optional<absl::CivilDay> entry;
  if (const std::string_view text = CellOf(row.cells, "ENTRY_DATE"); !text.empty()) {
    entry = ParseNativeDate(text);
    if (!entry) return CellInvalid("ENTRY_DATE", "a day as DD/MM/YYYY");
  }
  AMANA_ASSIGN_OR_RETURN(const std::optional<Mrz> mrz, ReadZone(row.cells, item.record));
  if (mrz) {
    AMANA_RETURN_IF_ERROR(CheckAgrees(row.cells, *mrz));
    PutZone(*mrz, entry, item.record);
  }
  return item;
}

}  // namespace amana::immigration
