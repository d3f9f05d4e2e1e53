#include "proto/envelope/directory_entry.h"

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>

#include "base/status.h"
#include "proto/envelope/directory_fields.h"
#include "proto/envelope/dsse.h"
#include "proto/envelope/statement.h"

namespace amana::envelope {
namespace {

using crypto::Certificate;

constexpr uint32_t kCounties = 47;
constexpr uint32_t kMinutesOfDay = 24 * 60;
constexpr uint32_t kShortestSla = 5;
constexpr uint32_t kLongestSla = 30 * kMinutesOfDay;

bool IsLanguage(std::string_view text) {
  return text.size() == 3 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

bool IsRecordId(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '/';
  };
  return text.size() >= 3 && text.size() <= 64 && std::all_of(text.begin(), text.end(), allowed);
}

absl::Status CheckPlace(const v1::DirectoryUnit& unit, bool kenya, const std::string& field) {
  const bool good = kenya ? unit.county() >= 1 && unit.county() <= kCounties : unit.county() == 0;
  AMANA_RETURN_IF_ERROR(
      RequireInDirectory(good, field + ".county", "must be 1 to 47 in Kenya, and 0 outside"));
  AMANA_RETURN_IF_ERROR(RequireAscending(unit.counties(), field + ".counties"));
  return RequireInDirectory(unit.counties().empty() || *unit.counties().rbegin() <= kCounties,
                            field + ".counties", "must be 1 to 47");
}

absl::Status CheckMandate(const v1::DirectoryUnit& unit, const std::string& field) {
  AMANA_RETURN_IF_ERROR(RequireAscending(unit.services(), field + ".services"));
  AMANA_RETURN_IF_ERROR(RequireAscending(unit.ages(), field + ".ages"));
  AMANA_RETURN_IF_ERROR(RequireAscending(unit.sexes(), field + ".sexes"));
  AMANA_RETURN_IF_ERROR(RequireAscending(unit.accessibility(), field + ".accessibility"));
  for (const int sex : unit.sexes()) {
    AMANA_RETURN_IF_ERROR(RequireInDirectory(sex != v1::SEX_CONSTRAINT_ANY, field + ".sexes",
                                             "must be FEMALE, MALE, or both"));
  }
  const bool offers = !unit.services().empty();
  AMANA_RETURN_IF_ERROR(RequireInDirectory(!offers || !unit.ages().empty(), field + ".ages",
                                           "must say whom it takes"));
  return RequireInDirectory(!offers || !unit.sexes().empty(), field + ".sexes",
                            "must say whom it takes");
}

absl::Status CheckLanguages(const v1::DirectoryUnit& unit, const std::string& field) {
  AMANA_RETURN_IF_ERROR(RequireInDirectory(unit.languages_size() <= kMaxLanguages,
                                           field + ".languages", "must be at most 32"));
  for (int i = 0; i < unit.languages_size(); ++i) {
    const bool good =
        IsLanguage(unit.languages(i)) && (i == 0 || unit.languages(i - 1) < unit.languages(i));
    AMANA_RETURN_IF_ERROR(
        RequireInDirectory(good, field + ".languages", "must be ISO 639-3 codes, ascending"));
  }
  return absl::OkStatus();
}

absl::Status CheckHours(const v1::DirectoryUnit& unit, const std::string& field) {
  AMANA_RETURN_IF_ERROR(RequireInDirectory(unit.hours_size() <= kMaxOpeningHours, field + ".hours",
                                           "must be at most 21"));
  for (int i = 0; i < unit.hours_size(); ++i) {
    const v1::OpeningHours& open = unit.hours(i);
    bool good = open.weekday() >= 1 && open.weekday() <= 7 &&
                open.from_minute() < open.until_minute() && open.until_minute() <= kMinutesOfDay;
    if (i > 0) {
      const v1::OpeningHours& last = unit.hours(i - 1);
      good =
          good && (last.weekday() < open.weekday() ||
                   (last.weekday() == open.weekday() && last.until_minute() <= open.from_minute()));
    }
    AMANA_RETURN_IF_ERROR(RequireInDirectory(
        good, field + ".hours", "must be minutes of weekdays, ascending, not overlapping"));
  }
  return absl::OkStatus();
}

absl::Status CheckSla(const v1::DirectoryUnit& unit, const std::string& field) {
  const auto within = [](uint32_t minutes) {
    return minutes >= kShortestSla && minutes <= kLongestSla;
  };
  int last = 0;
  for (const v1::SlaOverride& sla : unit.sla()) {
    AMANA_RETURN_IF_ERROR(RequireInDirectory(sla.urgency() > last, field + ".sla.urgency",
                                             "must be known urgencies, ascending"));
    last = sla.urgency();
    AMANA_RETURN_IF_ERROR(RequireInDirectory(
        within(sla.acknowledge_minutes()) && within(sla.decide_minutes()) &&
            within(sla.start_minutes()) && sla.acknowledge_minutes() <= sla.decide_minutes(),
        field + ".sla", "must be 5 minutes to 30 days, the decision not before acknowledgement"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Certificate>> ReadSealing(const v1::DirectoryUnit& unit,
                                                     const Address& address,
                                                     const std::string& field) {
  const std::string list = field + ".sealing_certificates";
  AMANA_RETURN_IF_ERROR(RequireInDirectory(
      unit.sealing_certificates_size() <= kMaxSealingCertificates, list, "must be at most 4"));
  std::vector<Certificate> out;
  for (int i = 0; i < unit.sealing_certificates_size(); ++i) {
    const std::string one = IndexedField(list, i);
    absl::StatusOr<Certificate> read = Certificate::FromDer(unit.sealing_certificates(i));
    if (!read.ok()) return DirectoryFieldInvalid(one, std::string(read.status().message()));
    Certificate certificate = *std::move(read);
    const crypto::SpiffeId& spiffe = certificate.spiffe();
    AMANA_RETURN_IF_ERROR(RequireInDirectory(
        certificate.usage() == crypto::CertUsage::kSealing && spiffe.agency == address.agency &&
            spiffe.unit == address.unit && !spiffe.person.has_value(),
        one, "must be for sealing to this unit"));
    AMANA_RETURN_IF_ERROR(RequireInDirectory(
        std::find(out.begin(), out.end(), certificate) == out.end(), one, "is given twice"));
    out.push_back(std::move(certificate));
  }
  std::sort(out.begin(), out.end(), [](const Certificate& a, const Certificate& b) {
    return std::tuple(b.not_before(), b.id()) < std::tuple(a.not_before(), a.id());
  });
  return out;
}

absl::Status CheckUnit(const v1::DirectoryUnit& unit, bool kenya, const std::string& field) {
  AMANA_RETURN_IF_ERROR(CheckMandate(unit, field));
  AMANA_RETURN_IF_ERROR(CheckPlace(unit, kenya, field));
  AMANA_RETURN_IF_ERROR(CheckLanguages(unit, field));
  AMANA_RETURN_IF_ERROR(CheckHours(unit, field));
  AMANA_RETURN_IF_ERROR(CheckSla(unit, field));
  return CheckPhone(unit.duty_phone(), field + ".duty_phone");
}

absl::Status CheckQualifications(const v1::Qualifications& given) {
  const bool health = given.health_provider() || given.professional_secrecy();
  AMANA_RETURN_IF_ERROR(RequireInDirectory(
      given.health_until_unix_ms() == 0 || (health && given.health_until_unix_ms() > 0),
      "qualifications.health_until_unix_ms", "must be a time, and only of what is given"));
  AMANA_RETURN_IF_ERROR(RequireInDirectory(
      given.safeguards().empty() || IsRecordId(given.safeguards()), "qualifications.safeguards",
      "must be 3 to 64 of A-Z, 0-9, '.', '-' and '/'"));
  return RequireInDirectory(given.safeguards().empty() ? given.safeguards_until_unix_ms() == 0
                                                       : given.safeguards_until_unix_ms() > 0,
                            "qualifications.safeguards_until_unix_ms",
                            "must be a time, with safeguards and only then");
}

absl::Status CheckAgency(const v1::DirectoryEntry& entry) {
  AMANA_RETURN_IF_ERROR(RequireInDirectory(entry.version() >= 1, "version", "must be at least 1"));
  AMANA_RETURN_IF_ERROR(RequireInDirectory(entry.kind() != v1::AGENCY_KIND_UNSPECIFIED, "kind",
                                           "must be the registry's"));
  const auto upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  AMANA_RETURN_IF_ERROR(
      RequireInDirectory(entry.country().size() == 2 &&
                             std::all_of(entry.country().begin(), entry.country().end(), upper),
                         "country", "must be two capital letters (ISO 3166-1)"));
  AMANA_RETURN_IF_ERROR(
      RequireInDirectory(entry.units_size() <= kMaxUnits, "units", "must be at most 64"));
  return CheckQualifications(entry.qualifications());
}

absl::StatusOr<Digest> ReadPrevious(const v1::DirectoryEntry& entry) {
  if (entry.version() == 1) {
    AMANA_RETURN_IF_ERROR(RequireInDirectory(entry.previous_sha256().empty(), "previous_sha256",
                                             "must be empty in the first version"));
    return Digest();
  }
  return Digest::FromBytes(entry.previous_sha256(), "previous_sha256");
}

}  // namespace

absl::StatusOr<EntryStatement> EntryStatement::Create(v1::SignedEnvelope envelope) {
  auto data = std::make_shared<Data>();
  if (envelope.payload().size() > kMaxEntryBytes) {
    return DirectoryFieldInvalid("payload", "must be at most 256 KiB");
  }
  AMANA_ASSIGN_OR_RETURN(data->entry,
                         ParseStatement<v1::DirectoryEntry>(envelope, kDirectoryEntryType));
  const v1::DirectoryEntry& entry = data->entry;
  AMANA_ASSIGN_OR_RETURN(data->agency, AgencyId::Create(entry.agency(), "agency"));
  AMANA_RETURN_IF_ERROR(CheckAgency(entry));
  AMANA_ASSIGN_OR_RETURN(data->previous, ReadPrevious(entry));
  for (int i = 0; i < entry.units_size(); ++i) {
    const v1::DirectoryUnit& unit = entry.units(i);
    const std::string field = IndexedField("units", i);
    AMANA_ASSIGN_OR_RETURN(UnitId id, UnitId::Create(unit.unit(), field + ".unit"));
    AMANA_RETURN_IF_ERROR(RequireInDirectory(i == 0 || entry.units(i - 1).unit() < unit.unit(),
                                             "units", "must be ascending by unit"));
    AMANA_RETURN_IF_ERROR(CheckUnit(unit, entry.country() == "KE", field));
    AMANA_ASSIGN_OR_RETURN(std::vector<Certificate> sealing,
                           ReadSealing(unit, {data->agency, std::move(id)}, field));
    data->sealing.push_back(std::move(sealing));
  }
  AMANA_ASSIGN_OR_RETURN(data->cert_id, CertId::FromBytes(entry.meta().cert_id()));
  data->digest = PayloadDigest(envelope);
  data->envelope = std::move(envelope);
  return EntryStatement(std::move(data));
}

absl::StatusOr<v1::DirectoryApproval> ParseApproval(const v1::SignedEnvelope& envelope) {
  AMANA_ASSIGN_OR_RETURN(v1::DirectoryApproval approval,
                         ParseStatement<v1::DirectoryApproval>(envelope, kDirectoryApprovalType));
  AMANA_RETURN_IF_ERROR(AgencyId::Create(approval.agency(), "agency").status());
  AMANA_RETURN_IF_ERROR(
      RequireInDirectory(approval.version() >= 1, "version", "must be at least 1"));
  AMANA_RETURN_IF_ERROR(Digest::FromBytes(approval.entry_sha256(), "entry_sha256").status());
  return approval;
}

}  // namespace amana::envelope
