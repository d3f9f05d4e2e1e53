// For the property test of handovers: steps that somebody might take next, mostly sensible and
// sometimes anything, of persons that three units hand over among each other. SYNTHETIC.
#ifndef AMANA_BROKER_OPERATIONS_HANDOVER_STEPS_FOR_TEST_H_
#define AMANA_BROKER_OPERATIONS_HANDOVER_STEPS_FOR_TEST_H_

#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/testing.h"
#include "broker/operations/handover_steps.h"
#include "broker/operations/testing_handover.h"
#include "broker/referral/handover_machine.h"
#include "proto/envelope/handover_code.h"

namespace amana::operations {

inline constexpr uint32_t kTasks = 4;  // of each person, each in a referral of its own

// The units that hand over and receive, each with a person who signs.
struct Unit {
  Address address;
  VerifiedSigner signer;
};

inline VerifiedSigner SignerOf(std::string_view agency, std::string_view unit,
                               std::string_view person) {
  const tests::TestIdentity& identity =
      tests::TestSigner(agency, crypto::Role::kPerson, unit, person);
  identity::Signer signer{identity.certificate.id(), *AgencyId::Create(agency),
                          crypto::Role::kPerson,     *UnitId::Create(unit),
                          *PersonId::Create(person), identity.certificate.public_key(),
                          identity.certificate};
  VerifiedSigner out{std::move(signer), {}, {}};
  out.evidence = {out.signer.agency, *out.signer.unit, *out.signer.person, out.signer.cert_id, {}};
  return out;
}

inline const std::vector<Unit>& Units() {
  static const auto* const units = new std::vector<Unit>{
      {*ParseAddress("police/desk", "unit"), SignerOf("police", "desk", "officer-1")},
      {*ParseAddress("haven/intake", "unit"), SignerOf("haven", "intake", "worker-1")},
      {*ParseAddress("haven/coast", "unit"), SignerOf("haven", "coast", "worker-2")}};
  return *units;
}

// From whom to whom each of a person's tasks asks them to go.
struct Way {
  int from, to;
};
inline constexpr Way kWays[kTasks] = {{0, 1}, {1, 0}, {0, 2}, {2, 1}};

inline Pseudonym SubjectOf(int person) {
  Pseudonym subject;
  subject.data()[0] = static_cast<uint8_t>(person);
  subject.data()[1] = static_cast<uint8_t>(person >> 8);
  subject.data()[15] = 1;
  return subject;
}
inline StatementKey KeyOf(int person, uint32_t task) {
  StatementKey key;
  key.sender = Units()[kWays[task].from].address.agency;
  key.referral.data()[0] = static_cast<uint8_t>(person);
  key.referral.data()[1] = static_cast<uint8_t>(person >> 8);
  key.referral.data()[2] = static_cast<uint8_t>(task);
  key.referral.data()[15] = 1;
  key.version = 1;
  return key;
}

class StepMaker {
 public:
  StepMaker(World& world, uint64_t seed) : world_(world), random_(seed) {}

  uint64_t Below(uint64_t bound) { return random_() % bound; }
  bool Chance(uint64_t one_in) { return Below(one_in) == 0; }

  // Of a person's task, whose latest attempt is `handover`.
  CheckedStep Sign(int person, uint32_t task,
                   const std::optional<store::HandoverRecord>& handover) {
    const bool fresh =
        !handover.has_value() || (!referral::IsUnderWay(handover->state) && !Chance(3));
    const v1::HandoverState from = fresh ? v1::HANDOVER_STATE_UNSPECIFIED : handover->state;
    const v1::HandoverState to = StateAfter(from);
    v1::HandoverStep step = Form(to);
    v1::HandoverRef& ref = *step.mutable_handover();
    const StatementKey key = KeyOf(person, task);
    ref.mutable_referral()->set_sender_agency(key.sender.value());
    ref.mutable_referral()->set_referral_id(key.referral.bytes());
    ref.mutable_referral()->set_version(1);
    ref.set_offer_epoch(Chance(40) ? 2 : 1);
    const uint32_t latest = handover.has_value() ? handover->key.attempt : 0;
    ref.set_attempt(std::max<uint32_t>(1, fresh ? latest + 1 : latest));
    const auto record = world_.store().Read().value()->referrals().Find(key).value();
    step.set_header_digest(record->header_digest.bytes());
    step.set_previous(Chance(25)             ? std::string(32, 'x')
                      : handover.has_value() ? handover->last_step.bytes()
                                             : record->header_digest.bytes());
    const referral::HandoverRow* row = referral::FindHandoverRow(from, to);
    bool recipient = row != nullptr && row->actors.Has(referral::Actor::kRecipient);
    if (row != nullptr && recipient && row->actors.Has(referral::Actor::kResponsible)) {
      recipient = Chance(2);
    }
    const Unit& unit =
        Units()[Chance(15) ? Below(3)
                           : static_cast<uint64_t>(recipient ? kWays[task].to : kWays[task].from)];
    step.mutable_actor()->set_agency(unit.address.agency.value());
    step.mutable_actor()->set_unit(unit.address.unit.value());
    return Checked(std::move(step), unit, handover, task);
  }

 private:
  // A row of the table that leads on, or, now and then, another state.
  v1::HandoverState StateAfter(v1::HandoverState from) {
    if (Chance(12)) return static_cast<v1::HandoverState>(1 + Below(v1::HandoverState_MAX));
    std::vector<v1::HandoverState> next;
    for (const referral::HandoverRow& row : referral::HandoverTable()) {
      if (row.from == from) next.push_back(row.to);
    }
    // The way that goes well, more often than not.
    return next.empty() ? v1::HANDOVER_STATE_OFFERED : next[Chance(3) ? Below(next.size()) : 0];
  }

  // What belongs to a step into this state.
  v1::HandoverStep Form(v1::HandoverState to) {
    v1::HandoverStep step;
    step.set_state(to);
    const int64_t now = ToUnixMillis(world_.clock().Now());
    if (to == v1::HANDOVER_STATE_OFFERED || to == v1::HANDOVER_STATE_AGREED ||
        to == v1::HANDOVER_STATE_IN_TRANSIT) {
      step.mutable_window()->set_from_unix_ms(now);
      step.mutable_window()->set_until_unix_ms(now + 1 + static_cast<int64_t>(Below(3600'000)));
    }
    switch (to) {
      case v1::HANDOVER_STATE_DECLINED:
      case v1::HANDOVER_STATE_RETURNED:
        step.set_reason(v1::REASON_NO_CAPACITY);
        break;
      case v1::HANDOVER_STATE_WITHDRAWN:
      case v1::HANDOVER_STATE_ABORTED:
        step.set_reason(Chance(3) ? v1::REASON_PERSON_LEFT : v1::REASON_PERSON_DECLINED);
        break;
      case v1::HANDOVER_STATE_NO_SHOW:
        step.set_reason(v1::REASON_NO_SHOW);
        break;
      case v1::HANDOVER_STATE_CORRECTED:
        step.set_reason(v1::REASON_SENT_IN_ERROR);
        step.mutable_correction()->add_corrected(Chance(4) ? v1::HANDOVER_DETAIL_PLACE
                                                           : v1::HANDOVER_DETAIL_OFFICER);
        break;
      case v1::HANDOVER_STATE_ENDED:
        step.set_exit(static_cast<v1::ExitCode>(1 + Below(v1::ExitCode_MAX)));
        break;
      case v1::HANDOVER_STATE_AGREED:
      case v1::HANDOVER_STATE_IN_TRANSIT:
        for (int detail = 1; detail <= v1::HANDOVER_DETAIL_COMPANION; ++detail) {
          step.add_named(static_cast<v1::HandoverDetail>(detail));
        }
        step.set_note_sha256(std::string(32, 'n'));
        break;
      case v1::HANDOVER_STATE_ARRIVED:
        step.mutable_code()->set_salt(std::string(16, 's'));
        step.mutable_code()->set_code(Chance(6) ? "000000000000" : "4FZK9Q2M7X10");
        break;
      default:
        break;
    }
    if (to == v1::HANDOVER_STATE_IN_TRANSIT) {
      step.set_code_commitment(
          envelope::CodeCommitment(std::string(16, 's'), "4FZK9Q2M7X10").bytes());
    }
    return step;
  }

  CheckedStep Checked(v1::HandoverStep step, const Unit& unit,
                      const std::optional<store::HandoverRecord>& handover, uint32_t task) {
    *step.mutable_meta() = envelope::MakeMeta(unit.signer.signer.certificate, world_.clock().Now());
    if (step.state() == v1::HANDOVER_STATE_CUSTODY_TRANSFERRED ||
        step.state() == v1::HANDOVER_STATE_CORRECTED) {
      const Address from =
          handover.has_value() ? handover->responsible : Units()[kWays[task].from].address;
      step.set_handover_digest(
          Chance(15) ? std::string(32, 'd')
                     : envelope::MatterDigest(
                           envelope::MatterOf(step, from, Units()[kWays[task].to].address))
                           .bytes());
    }
    v1::SignedEnvelope unsigned_envelope;
    unsigned_envelope.set_payload_type(std::string(envelope::kHandoverStepType));
    unsigned_envelope.set_payload(envelope::Serialize(step));
    auto parsed = envelope::ParseHandoverStep(unsigned_envelope);
    AMANA_EXPECT_OK(parsed.status());
    CheckedStep checked{world_.context().Now(),
                        World::CallerOf(unit.address.agency.value()),
                        *std::move(parsed),
                        unit.signer,
                        std::move(unsigned_envelope),
                        {},
                        absl::OkStatus()};
    checked.signer.record = {checked.step.digest, unit.signer.signer.cert_id,
                             envelope::Serialize(checked.envelope), 0};
    checked.signer.evidence.statement = checked.step.digest;
    return checked;
  }

  World& world_;
  std::mt19937_64 random_;
};

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_HANDOVER_STEPS_FOR_TEST_H_
