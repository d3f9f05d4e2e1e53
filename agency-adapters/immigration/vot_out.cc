#include "agency-adapters/immigration/vot_out.h"

#include <algorithm>
#include <array>
#include <vector>

#include "agency-adapters/immigration/errors.h"
#include "agency-adapters/immigration/native_date.h"
#include "agency-adapters/immigration/profile_file.h"
#include "base/status.h"

namespace amana::immigration {
namespace {

using runtime::DeliveryKind;
using runtime::NativeDelivery;

constexpr std::array<std::string_view, 18> kOwn = {
    "AMANA_KEY", "MSG_TYPE",  "STAGE",   "ABOUT", "ABOUT_FILE", "REFERRAL",
    "SENDER",    "RECIPIENT", "TASK",    "TEST",  "WITHHELD",   "AT",
    "EXPIRES",   "SERVICE",   "URGENCY", "EVENT", "REASON",     "WORDS"};
// Of the record: what the broker may read as well.
constexpr std::array<std::string_view, 5> kHeaderFacts = {
    "SERVICE_CODES", "SUBJECT_CLASS", "GUARDIAN_CONFLICT", "CONSENT_REF", "LANGUAGE"};
constexpr std::array<std::string_view, 3> kZone = {"MRZ_L1", "MRZ_L2", "MRZ_L3"};
constexpr std::array<std::string_view, 14> kSections = {
    "DOC_TYPE",    "ISSUING_STATE", "DOC_NUMBER", "NATIONALITY", "DOC_EXPIRY",
    "ENTRY_POINT", "ENTRY_DATE",    "SURNAME",    "GIVEN_NAMES", "BIRTH_DATE",
    "SEX",         "STATUS_CODE",   "REMARKS",    "RISK_LEVEL"};
// Said by kOwn already, or of no use to who receives it.
constexpr std::array<std::string_view, 3> kNotRepeated = {"URGENCY", "COUNTY", "RECIPIENT"};

template <size_t N>
bool Has(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string First(const mapping::Record& record, std::string_view field) {
  const auto found = record.fields.find(field);
  return found == record.fields.end() || found->second.empty() ? "" : found->second[0];
}

bool SaysSomething(const std::vector<std::string>& values) {
  return std::any_of(values.begin(), values.end(),
                     [](const std::string& value) { return !value.empty(); });
}

bool IsHeaderFact(std::string_view field) {
  return Has(kHeaderFacts, field) || Has(kNotRepeated, field);
}

absl::Status CheckNamed(const NativeDelivery& delivery, const NamesUs& names_us) {
  std::string_view more;
  for (const auto& [field, values] : delivery.record.fields) {
    if (SaysSomething(values) && !IsHeaderFact(field)) more = field;
  }
  if (delivery.kind == DeliveryKind::kUpdate && !delivery.words.empty()) more = "words";
  if (!delivery.attachments.empty()) more = "attachments";
  if (more.empty()) return absl::OkStatus();
  const std::string consent = First(delivery.record, "CONSENT_REF");
  return !consent.empty() && names_us(consent) ? absl::OkStatus() : SectionNotNamed(more);
}

absl::Status CheckWritable(const mapping::Record& record) {
  for (const auto& [field, values] : record.fields) {
    if (field == "MRZ") {
      if (values.size() > kZone.size()) return ValueUnwritable(field, "more than three lines");
      continue;
    }
    if (!IsHeaderFact(field) && !Has(kSections, field)) {
      return ValueUnwritable(field, "the profile has no such column");
    }
    if (values.size() > 1) return ValueUnwritable(field, "several values");
  }
  return absl::OkStatus();
}

// In the order of kOwn.
std::vector<std::string> OwnCells(const NativeDelivery& d) {
  return {d.key,
          std::string(runtime::KindName(d.kind)),
          d.stage,
          d.about,
          d.about_native_id,
          d.referral,
          d.sender,
          d.recipient,
          std::to_string(d.task),
          d.test ? "Y" : "N",
          d.withheld ? "Y" : "N",
          FormatNativeTime(d.at),
          FormatNativeTime(d.expires),
          d.service,
          d.urgency,
          d.event,
          d.reason,
          d.words};
}

}  // namespace

absl::StatusOr<std::string> WriteVotOut(const NativeDelivery& delivery, const NamesUs& names_us) {
  AMANA_RETURN_IF_ERROR(CheckNamed(delivery, names_us));
  AMANA_RETURN_IF_ERROR(CheckWritable(delivery.record));
  if (!delivery.attachments.empty()) {
    return ValueUnwritable("attachments", "the profile has no place for them");
  }
  std::vector<std::string_view> columns(kOwn.begin(), kOwn.end());
  std::vector<std::string> cells = OwnCells(delivery);
  const auto add = [&](std::string_view column, std::string_view text) {
    columns.push_back(column);
    cells.emplace_back(text);
  };
  for (const std::string_view field : kHeaderFacts) add(field, First(delivery.record, field));
  const auto zone = delivery.record.fields.find("MRZ");
  for (size_t i = 0; i < kZone.size(); ++i) {
    const bool said = zone != delivery.record.fields.end() && i < zone->second.size();
    add(kZone[i], said ? zone->second[i] : "");
  }
  for (const std::string_view field : kSections) add(field, First(delivery.record, field));
  return WriteProfileFile("DIS-VOT-OUT", columns, {&cells, 1});
}

}  // namespace amana::immigration
