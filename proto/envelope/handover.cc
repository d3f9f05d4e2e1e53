#include "proto/envelope/handover.h"

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "base/clock.h"
#include "base/status.h"
#include "proto/crypto/sha256.h"
#include "proto/envelope/errors.h"
#include "proto/envelope/handover_code.h"
#include "proto/envelope/statement.h"

namespace amana::envelope {
namespace {

using State = v1::HandoverState;

absl::Status Require(bool good, std::string_view field, std::string_view why) {
  return good ? absl::OkStatus() : HandoverFieldInvalid(field, why);
}

bool In(State state, std::initializer_list<State> states) {
  return std::find(states.begin(), states.end(), state) != states.end();
}

// A field that is there in some states and in no other.
absl::Status RequireExactly(bool there, bool wanted, std::string_view field) {
  return Require(there == wanted, field, wanted ? "missing" : "not in this state");
}

absl::StatusOr<Address> AddressOf(const v1::Address& wire, const std::string& field) {
  AMANA_ASSIGN_OR_RETURN(AgencyId agency, AgencyId::Create(wire.agency(), field + ".agency"));
  AMANA_ASSIGN_OR_RETURN(UnitId unit, UnitId::Create(wire.unit(), field + ".unit"));
  return Address{std::move(agency), std::move(unit)};
}

absl::StatusOr<StatementKey> CheckRef(const v1::HandoverRef& ref) {
  StatementKey key;
  const v1::StatementRef& referral = ref.referral();
  AMANA_ASSIGN_OR_RETURN(
      key.sender, AgencyId::Create(referral.sender_agency(), "handover.referral.sender_agency"));
  AMANA_ASSIGN_OR_RETURN(
      key.referral, ReferralId::FromBytes(referral.referral_id(), "handover.referral.referral_id"));
  key.version = referral.version();
  AMANA_RETURN_IF_ERROR(
      Require(key.version >= 1, "handover.referral.version", "must be at least 1"));
  AMANA_RETURN_IF_ERROR(
      Require(ref.offer_epoch() >= 1, "handover.offer_epoch", "must be at least 1"));
  AMANA_RETURN_IF_ERROR(Require(ref.attempt() >= 1, "handover.attempt", "must be at least 1"));
  return key;
}

absl::Status CheckOptionalDigest(const std::string& bytes, std::string_view field) {
  return bytes.empty() ? absl::OkStatus() : Digest::FromBytes(bytes, field).status();
}

absl::Status CheckDetails(const google::protobuf::RepeatedField<int>& details, bool with_time,
                          std::string_view field) {
  int last = v1::HANDOVER_DETAIL_UNSPECIFIED;
  for (const int detail : details) {
    AMANA_RETURN_IF_ERROR(Require(detail > last, field, "must ascend"));
    AMANA_RETURN_IF_ERROR(Require(with_time || detail != v1::HANDOVER_DETAIL_TIME, field,
                                  "TIME only in a correction"));
    last = detail;
  }
  return absl::OkStatus();
}

absl::Status CheckWindow(const v1::HandoverStep& step) {
  constexpr std::string_view kField = "window";
  const bool may = step.state() == v1::HANDOVER_STATE_IN_TRANSIT;
  if (!may || !step.has_window()) {
    AMANA_RETURN_IF_ERROR(RequireExactly(
        step.has_window(),
        In(step.state(), {v1::HANDOVER_STATE_OFFERED, v1::HANDOVER_STATE_AGREED}), kField));
  }
  if (!step.has_window()) return absl::OkStatus();
  const int64_t from = step.window().from_unix_ms();
  const int64_t until = step.window().until_unix_ms();
  // Subtracted the safe way round: anything may stand there.
  AMANA_RETURN_IF_ERROR(Require(from > 0 && until > from, kField, "must end after it begins"));
  return Require(until - from <= absl::ToInt64Milliseconds(kMaxHandoverWindow), kField,
                 "at most 14 days long");
}

absl::Status CheckReasons(const HandoverStatement& step) {
  const v1::HandoverStep& message = step.message;
  const State state = message.state();
  const bool reasoned = In(state, {v1::HANDOVER_STATE_DECLINED, v1::HANDOVER_STATE_WITHDRAWN,
                                   v1::HANDOVER_STATE_NO_SHOW, v1::HANDOVER_STATE_ABORTED,
                                   v1::HANDOVER_STATE_RETURNED, v1::HANDOVER_STATE_CORRECTED});
  AMANA_RETURN_IF_ERROR(
      RequireExactly(message.reason() != v1::REASON_UNSPECIFIED, reasoned, "reason"));
  AMANA_RETURN_IF_ERROR(RequireExactly(message.exit() != v1::EXIT_CODE_UNSPECIFIED,
                                       state == v1::HANDOVER_STATE_ENDED, "exit"));
  const bool text =
      step.Names(v1::HANDOVER_DETAIL_TEXT) || !message.correction().note_sha256().empty();
  return Require(message.reason() != v1::REASON_OTHER || text, "named", "OTHER needs TEXT");
}

absl::Status CheckCode(const v1::HandoverStep& step) {
  AMANA_RETURN_IF_ERROR(RequireExactly(!step.code_commitment().empty(),
                                       step.state() == v1::HANDOVER_STATE_IN_TRANSIT,
                                       "code_commitment"));
  AMANA_RETURN_IF_ERROR(CheckOptionalDigest(step.code_commitment(), "code_commitment"));
  AMANA_RETURN_IF_ERROR(
      RequireExactly(step.has_code(), step.state() == v1::HANDOVER_STATE_ARRIVED, "code"));
  if (!step.has_code()) return absl::OkStatus();
  AMANA_RETURN_IF_ERROR(
      Require(step.code().salt().size() == kHandoverSaltSize, "code.salt", "must be 16 bytes"));
  return Require(IsHandoverCode(step.code().code()), "code.code",
                 "must be 12 characters of Crockford's base 32");
}

absl::Status CheckMatter(const v1::HandoverStep& step) {
  const State state = step.state();
  AMANA_RETURN_IF_ERROR(RequireExactly(
      !step.handover_digest().empty(),
      In(state, {v1::HANDOVER_STATE_CUSTODY_TRANSFERRED, v1::HANDOVER_STATE_CORRECTED}),
      "handover_digest"));
  AMANA_RETURN_IF_ERROR(CheckOptionalDigest(step.handover_digest(), "handover_digest"));
  AMANA_RETURN_IF_ERROR(
      RequireExactly(step.has_correction(), state == v1::HANDOVER_STATE_CORRECTED, "correction"));
  if (!step.has_correction()) return absl::OkStatus();
  const v1::HandoverCorrection& correction = step.correction();
  AMANA_RETURN_IF_ERROR(
      Require(!correction.corrected().empty(), "correction.corrected", "at least one"));
  AMANA_RETURN_IF_ERROR(
      CheckDetails(correction.corrected(), /*with_time=*/true, "correction.corrected"));
  const auto& corrected = correction.corrected();
  const bool time =
      std::find(corrected.begin(), corrected.end(), v1::HANDOVER_DETAIL_TIME) != corrected.end();
  AMANA_RETURN_IF_ERROR(
      RequireExactly(correction.arrived_unix_ms() != 0, time, "correction.arrived_unix_ms"));
  return CheckOptionalDigest(correction.note_sha256(), "correction.note_sha256");
}

v1::ExitCode ExitOf(v1::NoCustody none) {
  switch (none) {
    case v1::NO_CUSTODY_LEFT:
      return v1::EXIT_CODE_PERSON_LEFT;
    case v1::NO_CUSTODY_DIED:
      return v1::EXIT_CODE_PERSON_DIED;
    case v1::NO_CUSTODY_CARE_ENDED:
      return v1::EXIT_CODE_CARE_ENDED;
    default:
      return v1::EXIT_CODE_UNSPECIFIED;
  }
}

}  // namespace

bool HandoverStatement::Names(v1::HandoverDetail detail) const {
  const auto& named = message.named();
  return std::find(named.begin(), named.end(), detail) != named.end();
}

absl::StatusOr<HandoverStatement> ParseHandoverStep(const v1::SignedEnvelope& envelope) {
  HandoverStatement step;
  AMANA_ASSIGN_OR_RETURN(step.message,
                         ParseStatement<v1::HandoverStep>(envelope, kHandoverStepType));
  const v1::HandoverStep& message = step.message;
  AMANA_ASSIGN_OR_RETURN(step.referral, CheckRef(message.handover()));
  AMANA_RETURN_IF_ERROR(Digest::FromBytes(message.header_digest(), "header_digest").status());
  AMANA_ASSIGN_OR_RETURN(step.previous, Digest::FromBytes(message.previous(), "previous"));
  AMANA_RETURN_IF_ERROR(
      Require(message.state() != v1::HANDOVER_STATE_UNSPECIFIED, "state", "missing"));
  AMANA_ASSIGN_OR_RETURN(step.actor, AddressOf(message.actor(), "actor"));
  AMANA_RETURN_IF_ERROR(CheckDetails(message.named(), /*with_time=*/false, "named"));
  AMANA_RETURN_IF_ERROR(CheckOptionalDigest(message.note_sha256(), "note_sha256"));
  AMANA_RETURN_IF_ERROR(Require(message.named().empty() || !message.note_sha256().empty(),
                                "note_sha256", "missing although something is named"));
  AMANA_RETURN_IF_ERROR(CheckWindow(message));
  AMANA_RETURN_IF_ERROR(CheckReasons(step));
  AMANA_RETURN_IF_ERROR(CheckCode(message));
  AMANA_RETURN_IF_ERROR(CheckMatter(message));
  step.digest = PayloadDigest(envelope);
  return step;
}

Digest MatterDigest(const v1::HandoverMatter& matter) { return crypto::Sha256(Serialize(matter)); }

v1::HandoverMatter MatterOf(const v1::HandoverStep& step, const Address& responsible,
                            const Address& recipient) {
  v1::HandoverMatter matter;
  *matter.mutable_handover() = step.handover();
  matter.set_previous(step.previous());
  matter.set_state(step.state());
  matter.mutable_responsible()->set_agency(responsible.agency.value());
  matter.mutable_responsible()->set_unit(responsible.unit.value());
  matter.mutable_recipient()->set_agency(recipient.agency.value());
  matter.mutable_recipient()->set_unit(recipient.unit.value());
  matter.set_reason(step.reason());
  if (step.has_correction()) *matter.mutable_correction() = step.correction();
  return matter;
}

absl::StatusOr<CustodyStatement> ParseCustodyReport(const v1::SignedEnvelope& envelope) {
  CustodyStatement report;
  AMANA_ASSIGN_OR_RETURN(report.message,
                         ParseStatement<v1::CustodyReport>(envelope, kCustodyReportType));
  const v1::CustodyReport& message = report.message;
  AMANA_ASSIGN_OR_RETURN(report.subject, Pseudonym::FromBytes(message.subject_pseudonym()));
  AMANA_ASSIGN_OR_RETURN(report.actor, AddressOf(message.actor(), "actor"));
  AMANA_ASSIGN_OR_RETURN(report.previous, Digest::FromBytes(message.previous(), "previous"));
  report.digest = PayloadDigest(envelope);
  const v1::PhysicalCustody& now = message.now();
  if (now.place_case() == v1::PhysicalCustody::kAgency) {
    AMANA_RETURN_IF_ERROR(AgencyId::Create(now.agency(), "now.agency").status());
  } else {
    AMANA_RETURN_IF_ERROR(Require(now.none() != v1::NO_CUSTODY_UNSPECIFIED, "now",
                                  "must be an agency, or none and why"));
  }
  const v1::ExitCode wanted = now.place_case() == v1::PhysicalCustody::kNone
                                  ? ExitOf(now.none())
                                  : v1::EXIT_CODE_UNSPECIFIED;
  AMANA_RETURN_IF_ERROR(
      Require(message.exit() == wanted, "exit", "must be the one that `now` stands for"));
  return report;
}

v1::NoCustody NoCustodyOf(v1::ExitCode exit) {
  switch (exit) {
    case v1::EXIT_CODE_PERSON_LEFT:
      return v1::NO_CUSTODY_LEFT;
    case v1::EXIT_CODE_PERSON_DIED:
      return v1::NO_CUSTODY_DIED;
    case v1::EXIT_CODE_CARE_ENDED:
      return v1::NO_CUSTODY_CARE_ENDED;
    default:
      return v1::NO_CUSTODY_UNSPECIFIED;
  }
}

}  // namespace amana::envelope
