#include "broker/operations/match.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "base/clock.h"
#include "broker/delivery/recipients.h"
#include "broker/delivery/wire.h"
#include "broker/operations/errors.h"
#include "broker/routing/rank.h"

namespace amana::operations {
namespace {

constexpr uint32_t kDefaultCandidates = 20;
constexpr uint32_t kMaxCandidates = 50;  // each brings a certificate
constexpr int kMaxExcluded = 64;

absl::StatusOr<routing::AccessSet> ReadAccess(const v1::MatchRequest& request) {
  routing::AccessSet access;
  for (const int code : request.access()) {
    if (code == v1::ACCESSIBILITY_UNSPECIFIED || !v1::Accessibility_IsValid(code)) {
      return FieldInvalid("access", "known codes");
    }
    access.Add(static_cast<v1::Accessibility>(code));
  }
  return access;
}

// An empty unit stands for the whole agency.
absl::StatusOr<Address> ReadExcluded(const v1::Address& wire) {
  if (!wire.unit().empty()) return delivery::FromWire(wire, "exclude");
  AMANA_ASSIGN_OR_RETURN(AgencyId agency, AgencyId::Create(wire.agency(), "exclude.agency"));
  return Address{std::move(agency), UnitId()};
}

absl::Status CheckCodes(const v1::MatchRequest& request) {
  if (!v1::SubjectClass_IsValid(request.age_class())) {
    return FieldInvalid("age_class", "a known code");
  }
  if (!v1::SexConstraint_IsValid(request.sex())) return FieldInvalid("sex", "a known code");
  if (!v1::Urgency_IsValid(request.urgency())) return FieldInvalid("urgency", "a known code");
  for (const int age : request.family_ages()) {
    if (age == 0 || !v1::SubjectClass_IsValid(age)) {
      return FieldInvalid("family_ages", "known codes");
    }
  }
  for (const int sex : request.family_sexes()) {
    if (sex != v1::SEX_CONSTRAINT_FEMALE && sex != v1::SEX_CONSTRAINT_MALE) {
      return FieldInvalid("family_sexes", "FEMALE or MALE");
    }
  }
  if (request.exclude_size() > kMaxExcluded) return FieldInvalid("exclude", "at most 64");
  if (request.limit() > kMaxCandidates) return FieldInvalid("limit", "at most 50");
  return absl::OkStatus();
}

absl::StatusOr<routing::RankRequest> Read(const identity::Caller& caller, absl::Time now,
                                          const v1::MatchRequest& request) {
  AMANA_RETURN_IF_ERROR(CheckCodes(request));
  routing::RankRequest out;
  out.service = request.service();
  out.county = request.county();
  out.age_class = request.age_class();
  out.sex = request.sex();
  out.language = request.language();
  AMANA_ASSIGN_OR_RETURN(out.access, ReadAccess(request));
  out.places = std::max(request.places(), 1u);
  for (const int age : request.family_ages()) out.ages.Add(static_cast<v1::SubjectClass>(age));
  for (const int sex : request.family_sexes()) out.sexes.Add(static_cast<v1::SexConstraint>(sex));
  out.urgency = request.urgency();
  out.embassy_contact = request.embassy_contact();
  if (request.has_sender()) {
    AMANA_ASSIGN_OR_RETURN(Address sender, delivery::FromWire(request.sender(), "sender"));
    if (!caller.ActsFor(sender)) return SenderNotCaller("sender");
    out.excluded.push_back(std::move(sender));
  }
  for (const v1::Address& one : request.exclude()) {
    AMANA_ASSIGN_OR_RETURN(Address excluded, ReadExcluded(one));
    out.excluded.push_back(std::move(excluded));
  }
  out.now = now;
  out.limit = request.limit() == 0 ? kDefaultCandidates : request.limit();
  return out;
}

v1::Candidate CandidateOf(const routing::Candidate& found, const routing::RankRequest& request,
                          const crypto::Certificate& sealing) {
  const routing::Agency& agency = *found.agency;
  v1::Candidate out;
  *out.mutable_address() = delivery::ToWire(found.unit->address);
  out.set_kind(agency.kind);
  out.set_county(found.unit->county);
  out.set_sealing_certificate(std::string(sealing.der()));
  out.set_health_qualified(agency.health_qualified && request.now < agency.health_qualified_until);
  for (const v1::MatchReason reason : found.reasons) out.add_reasons(reason);
  out.set_entry_version(agency.version);
  out.set_entry_sha256(agency.digest.bytes());
  const routing::Room* const room = found.unit->RoomFor(request.service, request.now);
  if (room == nullptr) return out;
  out.set_free(room->free);
  out.set_capacity_unix_ms(ToUnixMillis(found.unit->capacity.counted));
  return out;
}

}  // namespace

absl::StatusOr<v1::MatchResponse> Match(const Context& context, const identity::Caller& caller,
                                        const v1::MatchRequest& request) {
  const delivery::Moment moment = context.Now();
  AMANA_ASSIGN_OR_RETURN(const routing::RankRequest asked, Read(caller, moment.now, request));
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, context.store->Read());
  AMANA_ASSIGN_OR_RETURN(const delivery::Recipients recipients,
                         delivery::Recipients::Of(*snapshot, moment));
  AMANA_ASSIGN_OR_RETURN(
      const routing::Ranking ranking,
      routing::Rank(recipients.directory(), asked, [&](const auto& agency, const auto& unit) {
        return recipients.Admits(agency, unit);
      }));
  v1::MatchResponse response;
  for (const routing::Candidate& found : ranking.candidates) {
    const crypto::Certificate* const sealing = recipients.Sealing(found.unit->address);
    if (sealing != nullptr) *response.add_candidates() = CandidateOf(found, asked, *sealing);
  }
  response.set_missing(ranking.missing);
  return response;
}

}  // namespace amana::operations
