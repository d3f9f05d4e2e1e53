#include "broker/operations/testing_handover.h"

#include "broker/delivery/wire.h"
#include "broker/operations/report_custody.h"
#include "broker/operations/take_handover_step.h"
#include "broker/operations/testing_directory.h"
#include "proto/envelope/dsse.h"
#include "proto/envelope/handover.h"
#include "proto/envelope/handover_code.h"
#include "proto/envelope/sealed_note.h"

namespace amana::operations {
namespace {

using crypto::Role;

const std::string kSalt(16, 's');

Address UnitOf(const Hand& hand) {
  return *ParseAddress(std::string(hand.agency) + "/" + std::string(hand.unit), "unit");
}

void SetReasons(v1::HandoverStep& step) {
  switch (step.state()) {
    case v1::HANDOVER_STATE_DECLINED:
    case v1::HANDOVER_STATE_RETURNED:
      step.set_reason(v1::REASON_NO_CAPACITY);
      break;
    case v1::HANDOVER_STATE_WITHDRAWN:
    case v1::HANDOVER_STATE_ABORTED:
      step.set_reason(v1::REASON_PERSON_DECLINED);
      break;
    case v1::HANDOVER_STATE_NO_SHOW:
      step.set_reason(v1::REASON_NO_SHOW);
      break;
    case v1::HANDOVER_STATE_CORRECTED:
      step.set_reason(v1::REASON_SENT_IN_ERROR);
      step.mutable_correction()->add_corrected(v1::HANDOVER_DETAIL_OFFICER);
      break;
    case v1::HANDOVER_STATE_ENDED:
      step.set_exit(v1::EXIT_CODE_CARE_ENDED);
      break;
    default:
      break;
  }
}

void SetNames(v1::HandoverStep& step) {
  if (step.state() == v1::HANDOVER_STATE_AGREED) {
    step.add_named(v1::HANDOVER_DETAIL_PLACE);
    step.add_named(v1::HANDOVER_DETAIL_OFFICER);
  }
  if (step.state() == v1::HANDOVER_STATE_IN_TRANSIT) {
    step.add_named(v1::HANDOVER_DETAIL_ESCORT);
  }
}

}  // namespace

const tests::TestIdentity& PolicePerson() {
  return tests::TestSigner("police", Role::kPerson, "desk", "officer-1");
}
const tests::TestIdentity& PoliceSealer() {
  return tests::TestCert("police", Role::kSystem, "desk", "", crypto::CertUsage::kSealing);
}

void AppointOfficer(World& world) {
  world.registry_files().Add("police", "person", PolicePerson().certificate);
  world.ReloadRegistry();
  ChangeEntry(world, "police", [](v1::DirectoryEntry& entry) {
    entry.mutable_units(0)->add_sealing_certificates(PoliceSealer().certificate.der());
  });
}

Hand Police() { return {&PolicePerson(), "police", "desk", &PoliceSealer()}; }
Hand Haven() { return {&HavenPerson(), "haven", "intake", &HavenSealer()}; }

void AcceptOffer(World& world, const Sent& sent) {
  const v1::Delivery offer = OfferSeen(world, sent);
  AMANA_EXPECT_OK(world.Decide(offer.delivery(), sent.digest, true));
  for (const v1::ReceiveResponse& rest : world.Receive()) {
    AMANA_EXPECT_OK(world.Acknowledge(rest.delivery()));
  }
}

Sent SendAccepted(World& world, char subject, const Edit<envelope::SubmissionDraft>& edit) {
  Sent sent = Send(world, subject, edit);
  AcceptOffer(world, sent);
  return sent;
}

store::HandoverRecord Handing::Record() const {
  const auto found = (*world_.store().Read())->handovers().Find(key());
  AMANA_EXPECT_OK(found.status());
  return found.ok() && found->has_value() ? **found : store::HandoverRecord();
}

v1::HandoverStep Handing::Make(v1::HandoverState state, const Hand& by) const {
  const auto look = *world_.store().Read();
  const auto latest = look->handovers().Latest({sent_.key, 0});
  v1::HandoverStep step;
  *step.mutable_meta() = world_.Meta(*by.person);
  *step.mutable_handover()->mutable_referral() = delivery::ToWire(sent_.key);
  step.mutable_handover()->set_offer_epoch(epoch_);
  step.mutable_handover()->set_attempt(attempt_);
  step.set_header_digest(sent_.digest);
  step.set_previous(latest->has_value() ? (*latest)->last_step.bytes() : sent_.digest);
  step.set_state(state);
  step.mutable_actor()->set_agency(std::string(by.agency));
  step.mutable_actor()->set_unit(std::string(by.unit));
  if (state == v1::HANDOVER_STATE_OFFERED || state == v1::HANDOVER_STATE_AGREED) {
    step.mutable_window()->set_from_unix_ms(ToUnixMillis(world_.clock().Now()));
    step.mutable_window()->set_until_unix_ms(ToUnixMillis(world_.clock().Now() + absl::Hours(3)));
  }
  SetReasons(step);
  SetNames(step);
  if (state == v1::HANDOVER_STATE_IN_TRANSIT) {
    step.set_code_commitment(envelope::CodeCommitment(kSalt, Code()).bytes());
  }
  if (state == v1::HANDOVER_STATE_ARRIVED) {
    step.mutable_code()->set_salt(kSalt);
    step.mutable_code()->set_code(Code());
  }
  return step;
}

std::optional<v1::SealedNote> Handing::NoteOf(const v1::HandoverStep& step, const Hand& by) const {
  if (step.named().empty()) return std::nullopt;
  v1::HandoverNote content;
  content.set_place("SYNTHETIC place");
  content.set_officer("SYNTHETIC officer");
  const Hand& other = by.agency == to_.agency ? from_ : to_;
  const envelope::GrantRecipient reader{UnitOf(other), other.sealer->certificate};
  const envelope::NoteContext context{sent_.key, 0, envelope::kHandoverStepType,
                                      by.person->certificate.id()};
  auto note = envelope::SealNote(context, envelope::Serialize(content), {reader});
  AMANA_EXPECT_OK(note.status());
  return *std::move(note);
}

v1::TakeHandoverStepRequest Handing::Request(v1::HandoverStep step, const Hand& by) const {
  v1::TakeHandoverStepRequest request;
  if (const std::optional<v1::SealedNote> note = NoteOf(step, by); note.has_value()) {
    *request.mutable_note() = *note;
    step.set_note_sha256(envelope::NoteDigest(*note).bytes());
  }
  if (step.handover_digest().empty() && (step.state() == v1::HANDOVER_STATE_CUSTODY_TRANSFERRED ||
                                         step.state() == v1::HANDOVER_STATE_CORRECTED)) {
    step.set_handover_digest(
        envelope::MatterDigest(envelope::MatterOf(step, UnitOf(from_), UnitOf(to_))).bytes());
  }
  *request.mutable_step() = world_.Sign(envelope::kHandoverStepType, step, *by.person);
  return request;
}

absl::StatusOr<v1::TakeHandoverStepResponse> Handing::Send(
    const v1::TakeHandoverStepRequest& request, std::string_view agency) const {
  return Await<v1::TakeHandoverStepResponse>([&](auto reply) {
    TakeHandoverStep(world_.context(), World::CallerOf(agency), request, std::move(reply));
  });
}

absl::StatusOr<v1::TakeHandoverStepResponse> Handing::Take(
    v1::HandoverState state, const Hand& by, const Edit<v1::HandoverStep>& edit) const {
  v1::HandoverStep step = Make(state, by);
  if (edit) edit(step);
  return Send(Request(std::move(step), by), by.agency);
}

void Handing::UpTo(v1::HandoverState state) const {
  const std::pair<v1::HandoverState, Hand> steps[] = {
      {v1::HANDOVER_STATE_OFFERED, from_},
      {v1::HANDOVER_STATE_AGREED, to_},
      {v1::HANDOVER_STATE_IN_TRANSIT, from_},
      {v1::HANDOVER_STATE_ARRIVED, to_},
      {v1::HANDOVER_STATE_CUSTODY_TRANSFERRED, to_},
      {v1::HANDOVER_STATE_CUSTODY_TRANSFERRED, from_}};
  for (const auto& [to, by] : steps) {
    if (to > state) return;
    AMANA_EXPECT_OK(Take(to, by).status());
  }
}

store::CustodyRecord CustodyOf(World& world, char subject) {
  const auto found =
      (*world.store().Read())->custodies().Find(*Pseudonym::FromBytes(std::string(16, subject)));
  AMANA_EXPECT_OK(found.status());
  EXPECT_TRUE(found.ok() && found->has_value()) << "nobody answers for the person";
  return found.ok() && found->has_value() ? **found : store::CustodyRecord();
}

absl::StatusOr<v1::ReportCustodyResponse> ReportCustodyAs(World& world, char subject,
                                                          const Hand& by,
                                                          const Edit<v1::CustodyReport>& edit) {
  v1::CustodyReport report;
  *report.mutable_meta() = world.Meta(*by.person);
  report.set_subject_pseudonym(std::string(16, subject));
  report.mutable_actor()->set_agency(std::string(by.agency));
  report.mutable_actor()->set_unit(std::string(by.unit));
  report.set_previous(CustodyOf(world, subject).last_report.bytes());
  edit(report);
  v1::ReportCustodyRequest request;
  *request.mutable_report() = world.Sign(envelope::kCustodyReportType, report, *by.person);
  return Await<v1::ReportCustodyResponse>([&](auto reply) {
    ReportCustody(world.context(), World::CallerOf(by.agency), request, std::move(reply));
  });
}

}  // namespace amana::operations
