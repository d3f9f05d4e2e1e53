// Both sides of a handover, each on a mailbox of its own, and a broker between them that keeps a
// book of one attempt: honestly, until a test makes it lie. police-a/desk hands a person over to
// shelter-a/intake. SYNTHETIC.
#ifndef AMANA_AGENCY_ADAPTERS_SDK_HANDOVER_FOR_TEST_H_
#define AMANA_AGENCY_ADAPTERS_SDK_HANDOVER_FOR_TEST_H_

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "agency-adapters/sdk/errors.h"
#include "agency-adapters/sdk/handovers.h"
#include "agency-adapters/sdk/testing.h"
#include "base/status.h"
#include "base/testing.h"
#include "proto/envelope/statement.h"
#include "proto/envelope/testing.h"

namespace amana::sdk {

inline StatementKey BookReferral() {
  return {*AgencyId::Create("police-a"), *ReferralId::FromBytes(std::string(16, 'r')), 1};
}
inline Digest BookHeader() { return *Digest::FromBytes(std::string(32, 'h')); }

// What the broker would know of the attempt.
struct HandoverBook {
  v1::GetHandoverResponse shown;
  std::map<std::string, v1::NotedStatement> notes;  // by digest

  void Take(const v1::TakeHandoverStepRequest& request, const crypto::Certificate& signer) {
    v1::HandoverStep step;
    ASSERT_TRUE(step.ParseFromString(request.step().payload()));
    v1::HandoverSummary& summary = *shown.mutable_handover();
    if (step.state() == v1::HANDOVER_STATE_OFFERED) Begin(step);
    v1::HandoverStepRecord& record = *shown.add_steps();
    *record.mutable_step() = request.step();
    record.set_certificate(signer.der());
    if (request.has_note()) {
      v1::NotedStatement& noted = notes[step.note_sha256()];
      *noted.mutable_statement() = request.step();
      *noted.mutable_note() = request.note();
    }
    const bool second =
        summary.has_signed_by() && summary.signed_by().agency() != step.actor().agency();
    if (!step.handover_digest().empty() && !second) {
      *summary.mutable_signed_by() = step.actor();
      summary.set_signed_state(step.state());
      summary.set_signed_digest(step.handover_digest());
      return;
    }
    summary.clear_signed_by();
    summary.clear_signed_digest();
    summary.set_state(step.state());
    summary.set_last_step(step.handover_digest().empty()
                              ? envelope::PayloadDigest(request.step()).bytes()
                              : step.handover_digest());
  }

  void Begin(const v1::HandoverStep& step) {
    shown.Clear();
    v1::HandoverSummary& summary = *shown.mutable_handover();
    *summary.mutable_handover() = step.handover();
    summary.set_service(v1::SERVICE_TYPE_ACCOMMODATION);
    *summary.mutable_responsible() = step.actor();
    *summary.mutable_recipient() = ToWire(envelope::SampleAddress("shelter-a/intake"));
    summary.set_header_digest(step.header_digest());
  }
};

// One agency's machine.
struct HandoverSide {
  HandoverSide(testing::FakeBroker& broker, Identity who, const Clock& clock,
               const std::string& other)
      : identity(std::move(who)),
        client(broker.Connect()),
        mailbox(Mailbox::Open(dir.path()).value()),
        sender(identity, *client, *mailbox, clock),
        handovers(identity, *client, *mailbox, clock, sender) {
    const envelope::GrantRecipient reader = envelope::SampleRecipient(other);
    AMANA_EXPECT_OK(
        sender.AddCandidate({reader.address, v1::AGENCY_KIND_SHELTER, 47, false, reader.sealing}));
  }

  TempDir dir;
  const Identity identity;
  std::unique_ptr<Client> client;
  std::unique_ptr<Mailbox> mailbox;
  Sender sender;
  Handovers handovers;
};

class HandoversTest : public ::testing::Test {
 protected:
  HandoversTest() {
    broker_.answers[std::string(kGetReferral.method)] = [](const std::string&) {
      v1::GetReferralResponse response;
      response.mutable_summary()->set_header_digest(BookHeader().bytes());
      v1::TaskStatus& task = *response.add_tasks();
      task.set_offer_epoch(1);
      *task.mutable_recipient() = ToWire(envelope::SampleAddress("shelter-a/intake"));
      return response.SerializeAsString();
    };
    broker_.answers[std::string(kGetHandover.method)] =
        [this](const std::string&) -> absl::StatusOr<std::string> {
      if (down_) return CallFailed(absl::StatusCode::kUnavailable, "no link");
      if (book_.shown.steps().empty()) {
        return MakeError(absl::StatusCode::kNotFound, "NOT_FOUND", "handover", "none");
      }
      v1::GetHandoverResponse shown = book_.shown;
      if (lie_) lie_(shown);
      return shown.SerializeAsString();
    };
    broker_.answers[std::string(kGetNote.method)] = [this](const std::string& bytes) {
      v1::GetNoteRequest request;
      EXPECT_TRUE(request.ParseFromString(bytes));
      v1::GetNoteResponse response;
      *response.mutable_note() = book_.notes[request.note_sha256()];
      return response.SerializeAsString();
    };
    broker_.answers[std::string(kTakeHandoverStep.method)] = [this](const std::string& bytes) {
      return Take(bytes);
    };
  }

  // The response of TakeHandoverStep to what one of the two sent.
  absl::StatusOr<std::string> Take(const std::string& bytes) {
    if (down_) return CallFailed(absl::StatusCode::kUnavailable, "no link");
    v1::TakeHandoverStepRequest request;
    EXPECT_TRUE(request.ParseFromString(bytes));
    v1::HandoverStep step;
    EXPECT_TRUE(step.ParseFromString(request.step().payload()));
    const HandoverSide& side = step.actor().agency() == "police-a" ? police_ : shelter_;
    book_.Take(request, (*side.identity.PersonSigner())->certificate);
    const uint64_t index = broker_.Append(
        {v1::EVENT_KIND_HANDOVER_OFFERED, envelope::PayloadDigest(request.step()), BookReferral()});
    v1::TakeHandoverStepResponse response;
    *response.mutable_receipt() = broker_.ReceiptOf(index);
    return response.SerializeAsString();
  }

  HandoverDraft Draft(v1::HandoverState to) const {
    HandoverDraft draft;
    draft.handover.referral = BookReferral();
    draft.to = to;
    const HandoverWindow window{clock_.Now() + absl::Hours(1), clock_.Now() + absl::Hours(3)};
    if (to == v1::HANDOVER_STATE_OFFERED) draft.window = window;
    if (to == v1::HANDOVER_STATE_AGREED) {
      draft.window = window;
      draft.words.set_place("SYNTHETIC gate");
      draft.words.set_officer("SYNTHETIC officer");
    }
    if (to == v1::HANDOVER_STATE_IN_TRANSIT) {
      draft.words.set_escort("SYNTHETIC escort");
      draft.words.set_companion("SYNTHETIC guardian");
    }
    if (to == v1::HANDOVER_STATE_ARRIVED) draft.code = code_;
    return draft;
  }

  QueuedHandover Queue(HandoverSide& side, const HandoverDraft& draft) {
    absl::StatusOr<QueuedHandover> queued = side.handovers.Queue(draft);
    EXPECT_TRUE(queued.ok()) << queued.status();
    if (!queued.ok()) return {};
    if (!queued->code.empty()) code_ = queued->code;
    return *std::move(queued);
  }
  // Queues and sends.
  QueuedHandover Step(HandoverSide& side, const HandoverDraft& draft) {
    QueuedHandover queued = Queue(side, draft);
    const auto sent = side.sender.Send(queued.queued.entry);
    EXPECT_TRUE(sent.ok() && sent->state == EntryState::kAccepted) << sent.status();
    return queued;
  }
  QueuedHandover Step(HandoverSide& side, v1::HandoverState to) { return Step(side, Draft(to)); }
  // A handover that goes well, as far as `state`.
  void UpTo(v1::HandoverState state) {
    const std::pair<v1::HandoverState, HandoverSide*> steps[] = {
        {v1::HANDOVER_STATE_OFFERED, &police_},
        {v1::HANDOVER_STATE_AGREED, &shelter_},
        {v1::HANDOVER_STATE_IN_TRANSIT, &police_},
        {v1::HANDOVER_STATE_ARRIVED, &shelter_},
        {v1::HANDOVER_STATE_CUSTODY_TRANSFERRED, &shelter_},
        {v1::HANDOVER_STATE_CUSTODY_TRANSFERRED, &police_}};
    for (const auto& [to, side] : steps) {
      if (to <= state) Step(*side, to);
    }
  }
  absl::StatusOr<SeenHandover> Get(HandoverSide& side) {
    return side.handovers.Get({BookReferral(), 0, 0});
  }

  testing::FakeBroker broker_;
  FakeClock clock_{envelope::SampleTime()};
  HandoverBook book_;
  std::function<void(v1::GetHandoverResponse&)> lie_;
  bool down_ = false;
  std::string code_;
  HandoverSide police_{broker_, testing::OfficerIdentity(broker_.log()), clock_,
                       "shelter-a/intake"};
  HandoverSide shelter_{broker_, testing::ShelterIdentity(broker_.log()), clock_, "police-a/desk"};
};

}  // namespace amana::sdk

#endif  // AMANA_AGENCY_ADAPTERS_SDK_HANDOVER_FOR_TEST_H_
