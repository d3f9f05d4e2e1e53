// Steps that two sign, and what a no of the person, or a cancellation, does to a handover.
#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "broker/delivery/wire.h"
#include "broker/operations/get_note.h"
#include "broker/operations/testing_handover.h"
#include "broker/operations/withdraw_consent.h"
#include "gtest/gtest.h"
#include "proto/envelope/handover.h"
#include "proto/envelope/sealed_note.h"

namespace amana::operations {
namespace {

constexpr auto kTransferred = v1::HANDOVER_STATE_CUSTODY_TRANSFERRED;
constexpr auto kCorrected = v1::HANDOVER_STATE_CORRECTED;

class HandoverTwo : public testing::Test {
 protected:
  HandoverTwo() { AppointOfficer(world_); }

  size_t Count(v1::EventKind kind) {
    size_t count = 0;
    for (const store::StoredEvent& each : EventsFrom(world_)) count += each.event.kind == kind;
    return count;
  }
  absl::StatusOr<ReleasedNote> Note(const Sent& sent, std::string_view agency,
                                    const std::string& digest) {
    v1::GetNoteRequest request;
    *request.mutable_referral() = delivery::ToWire(sent.key);
    request.set_note_sha256(digest);
    return Await<ReleasedNote>([&](auto reply) {
      GetNote(world_.context(), World::CallerOf(agency), request, std::move(reply));
    });
  }

  World world_;
};

template <class T>
std::string Reason(const absl::StatusOr<T>& result) {
  return ErrorReason(result.status());
}

TEST_F(HandoverTwo, EitherMaySignFirst) {
  for (const bool police_first : {true, false}) {
    const char subject = police_first ? 'a' : 'b';
    const Sent sent = SendAccepted(world_, subject);
    const Handing handing(world_, sent);
    handing.UpTo(v1::HANDOVER_STATE_ARRIVED);
    AMANA_ASSERT_OK(handing.Take(kTransferred, police_first ? Police() : Haven()).status());
    EXPECT_EQ(ToString(CustodyOf(world_, subject).responsible), "police/desk");
    AMANA_ASSERT_OK(handing.Take(kTransferred, police_first ? Haven() : Police()).status());
    EXPECT_EQ(ToString(CustodyOf(world_, subject).responsible), "haven/intake");
  }
}

TEST_F(HandoverTwo, OneSideIsNotBoth) {
  const Sent sent = SendAccepted(world_);
  const Handing handing(world_, sent);
  handing.UpTo(v1::HANDOVER_STATE_ARRIVED);
  const auto first = handing.Request(handing.Make(kTransferred, Haven()), Haven());
  AMANA_ASSERT_OK(handing.Send(first, "haven").status());
  AMANA_EXPECT_OK(handing.Send(first, "haven").status());  // the same bytes: the same receipt
  world_.clock().Advance(absl::Seconds(1));
  EXPECT_EQ(Reason(handing.Take(kTransferred, Haven())), "HANDOVER_ALREADY_SIGNED");
  EXPECT_EQ(handing.State(), v1::HANDOVER_STATE_ARRIVED);
  EXPECT_EQ(Count(v1::EVENT_KIND_HANDOVER_SIGNED_BY_ONE), 1u);
}

TEST_F(HandoverTwo, AnotherDigestIsRefusedAndKept) {
  const Sent sent = SendAccepted(world_);
  const Handing handing(world_, sent);
  handing.UpTo(v1::HANDOVER_STATE_ARRIVED);
  AMANA_ASSERT_OK(handing.Take(kTransferred, Police()).status());
  v1::HandoverStep step = handing.Make(kTransferred, Haven());
  step.set_handover_digest(std::string(32, 'x'));
  const auto other = handing.Request(step, Haven());
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(Reason(handing.Send(other, "haven")), "HANDOVER_DIGEST_MISMATCH");
  }
  EXPECT_EQ(Count(v1::EVENT_KIND_EQUIVOCATION), 1u);
  EXPECT_TRUE((*world_.store().Read())
                  ->handovers()
                  .WasRefused(handing.key(), envelope::PayloadDigest(other.step()))
                  .value());
  EXPECT_EQ(ToString(CustodyOf(world_).responsible), "police/desk");
  AMANA_EXPECT_OK(handing.Take(kTransferred, Haven()).status());
}

// Who sends another digest for ever fills neither the log nor the store.
TEST_F(HandoverTwo, SoManyRefusalsAreKept) {
  const Sent sent = SendAccepted(world_);
  const Handing handing(world_, sent);
  handing.UpTo(v1::HANDOVER_STATE_ARRIVED);
  for (size_t i = 0; i < store::kRefusedStepsKept + 5; ++i) {
    EXPECT_EQ(
        Reason(handing.Take(kTransferred, Haven(),
                            [i](auto& step) {
                              step.set_handover_digest(std::string(32, static_cast<char>('a' + i)));
                            })),
        "HANDOVER_DIGEST_MISMATCH");
  }
  EXPECT_EQ(Count(v1::EVENT_KIND_EQUIVOCATION), store::kRefusedStepsKept);
}

TEST_F(HandoverTwo, AHalfSignedTransferMayStillBeReturned) {
  const Sent sent = SendAccepted(world_);
  const Handing handing(world_, sent);
  handing.UpTo(v1::HANDOVER_STATE_ARRIVED);
  const auto late = handing.Request(handing.Make(kTransferred, Police()), Police());
  AMANA_ASSERT_OK(handing.Take(kTransferred, Haven()).status());
  AMANA_ASSERT_OK(handing.Take(v1::HANDOVER_STATE_RETURNED, Haven()).status());
  EXPECT_EQ(Reason(handing.Send(late, "police")), "TRANSITION_NOT_ALLOWED");
  EXPECT_EQ(ToString(CustodyOf(world_).responsible), "police/desk");
  EXPECT_EQ(TaskOf(world_, sent).state, v1::TASK_STATE_ACCEPTED);
}

// Both sign at the same moment, over and over: one is first, one completes, nothing happens twice.
TEST_F(HandoverTwo, BothSignaturesRacing) {
  for (int round = 0; round < 8; ++round) {
    const char subject = static_cast<char>('a' + round);
    const Sent sent = SendAccepted(world_, subject);
    const Handing handing(world_, sent);
    handing.UpTo(v1::HANDOVER_STATE_ARRIVED);
    const auto police = handing.Request(handing.Make(kTransferred, Police()), Police());
    const auto haven = handing.Request(handing.Make(kTransferred, Haven()), Haven());
    std::vector<std::thread> threads;
    std::atomic<int> failed = 0;
    for (int copy = 0; copy < 2; ++copy) {
      threads.emplace_back([&] { failed += !handing.Send(police, "police").ok(); });
      threads.emplace_back([&] { failed += !handing.Send(haven, "haven").ok(); });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(failed, 0);
    EXPECT_EQ(handing.State(), kTransferred);
    EXPECT_EQ(ToString(CustodyOf(world_, subject).responsible), "haven/intake");
    EXPECT_EQ(Count(v1::EVENT_KIND_HANDOVER_CUSTODY_TRANSFERRED), static_cast<size_t>(round + 1));
    EXPECT_EQ(Count(v1::EVENT_KIND_HANDOVER_SIGNED_BY_ONE), static_cast<size_t>(round + 1));
  }
}

TEST_F(HandoverTwo, ACorrectionIsAddedByBothAndReopensNothing) {
  const Sent sent = SendAccepted(world_);
  const Handing handing(world_, sent);
  handing.UpTo(kTransferred);
  const store::CustodyRecord before = CustodyOf(world_);
  AMANA_ASSERT_OK(handing.Take(kCorrected, Haven()).status());
  EXPECT_EQ(handing.State(), kTransferred);
  // Its own proposal, nobody has signed it: a better one may take its place.
  const auto time = [this](v1::HandoverStep& step) {
    step.mutable_correction()->clear_corrected();
    step.mutable_correction()->add_corrected(v1::HANDOVER_DETAIL_TIME);
    step.mutable_correction()->set_arrived_unix_ms(ToUnixMillis(world_.clock().Now()));
  };
  AMANA_ASSERT_OK(handing.Take(kCorrected, Haven(), time).status());
  EXPECT_EQ(Reason(handing.Take(kCorrected, Police())), "HANDOVER_DIGEST_MISMATCH")
      << "signs the proposal that is no more";
  AMANA_ASSERT_OK(handing.Take(kCorrected, Police(), time).status());
  EXPECT_EQ(handing.State(), kCorrected);
  EXPECT_EQ(CustodyOf(world_).log_index, before.log_index);
  EXPECT_EQ(CustodyOf(world_).responsible, before.responsible);
  EXPECT_EQ(Reason(handing.Take(v1::HANDOVER_STATE_ENDED, Haven())), "TRANSITION_NOT_ALLOWED");
  AMANA_EXPECT_OK(ReportCustodyAs(world_, 's', Haven(), [](auto& report) {
                    report.mutable_now()->set_none(v1::NO_CUSTODY_CARE_ENDED);
                    report.set_exit(v1::EXIT_CODE_CARE_ENDED);
                  }).status());
}

TEST_F(HandoverTwo, MovedOnIsForWhoWasHandedOn) {
  const Sent sent = SendAccepted(world_);
  const Handing handing(world_, sent);
  handing.UpTo(kTransferred);
  const auto moved_on = [](v1::HandoverStep& step) { step.set_exit(v1::EXIT_CODE_MOVED_ON); };
  EXPECT_EQ(Reason(handing.Take(v1::HANDOVER_STATE_ENDED, Haven(), moved_on)), "NOT_IN_CARE");
}

TEST_F(HandoverTwo, AReaderIsGivenItsNoteAndNobodyElseIs) {
  const Sent sent = SendAccepted(world_);
  const Handing handing(world_, sent);
  handing.UpTo(v1::HANDOVER_STATE_OFFERED);
  const auto agreed = handing.Request(handing.Make(v1::HANDOVER_STATE_AGREED, Haven()), Haven());
  AMANA_ASSERT_OK(handing.Send(agreed, "haven").status());
  const std::string place = envelope::NoteDigest(agreed.note()).bytes();
  const auto note = Note(sent, "police", place);
  AMANA_ASSERT_OK(note.status());
  EXPECT_EQ(note->response.note().note().SerializeAsString(), agreed.note().SerializeAsString());
  EXPECT_EQ(note->response.note().statement().SerializeAsString(),
            agreed.step().SerializeAsString());
  EXPECT_EQ(note->response.note().certificate(), HavenPerson().certificate.der());
  EXPECT_EQ(Count(v1::EVENT_KIND_NOTE_RELEASED), 1u);
  EXPECT_EQ(Reason(Note(sent, "haven", place)), "NOT_FOUND") << "wrapped for police alone";
  EXPECT_EQ(Reason(Note(sent, "consulate", place)), "NOT_FOUND");
  EXPECT_EQ(Reason(Note(sent, "police", std::string(32, 'x'))), "NOT_FOUND");
  EXPECT_EQ(Reason(Note(sent, "police", "x")), "LENGTH_INVALID");
}

// The person says no on the way: what was to begin does not, what is under way ends on its feet,
// and somebody is responsible throughout.
TEST_F(HandoverTwo, AWithdrawalKeepsWordsBackAndLeavesNobodyAlone) {
  const Sent sent = SendAccepted(world_);
  const Handing handing(world_, sent);
  handing.UpTo(v1::HANDOVER_STATE_AGREED);
  const auto transit =
      handing.Request(handing.Make(v1::HANDOVER_STATE_IN_TRANSIT, Police()), Police());
  AMANA_ASSERT_OK(handing.Send(transit, "police").status());
  const std::string escort = envelope::NoteDigest(transit.note()).bytes();
  AMANA_ASSERT_OK(Note(sent, "haven", escort).status());
  AMANA_ASSERT_OK(Withdraw(world_, sent.consent).status());
  world_.Reconsider();
  EXPECT_EQ(TaskOf(world_, sent).state, v1::TASK_STATE_REVOKED);
  EXPECT_EQ(Reason(Note(sent, "haven", escort)), "HANDOVER_TASK_OVER");
  EXPECT_EQ(ToString(CustodyOf(world_).responsible), "police/desk");
  // They are on the way all the same, and come.
  AMANA_ASSERT_OK(handing.Take(v1::HANDOVER_STATE_ARRIVED, Haven()).status());
  AMANA_ASSERT_OK(handing.Take(kTransferred, Haven()).status());
  AMANA_ASSERT_OK(handing.Take(kTransferred, Police()).status());
  EXPECT_EQ(ToString(CustodyOf(world_).responsible), "haven/intake");
  EXPECT_EQ(TaskOf(world_, sent).state, v1::TASK_STATE_REVOKED) << "it does not come back";
}

// A withdrawal is answered when nothing of the person's is being written: a note's reply counts.
TEST_F(HandoverTwo, AWithdrawalWaitsForTheNoteThatIsBeingWritten) {
  const Sent sent = SendAccepted(world_);
  const Handing handing(world_, sent);
  handing.UpTo(v1::HANDOVER_STATE_AGREED);
  const auto transit =
      handing.Request(handing.Make(v1::HANDOVER_STATE_IN_TRANSIT, Police()), Police());
  AMANA_ASSERT_OK(handing.Send(transit, "police").status());
  auto note = Note(sent, "haven", envelope::NoteDigest(transit.note()).bytes());
  AMANA_ASSERT_OK(note.status());
  ASSERT_NE(note->writing, nullptr);
  v1::Withdrawal message;
  *message.mutable_meta() = world_.Meta(PoliceSigner());
  message.set_consent_id(sent.consent.consent_id());
  message.set_subject_pseudonym(sent.consent.subject_pseudonym());
  message.mutable_recorder()->set_agency("police");
  message.mutable_recorder()->set_unit("desk");
  v1::WithdrawConsentRequest request;
  *request.mutable_withdrawal() = world_.Sign(envelope::kWithdrawalType, message, PoliceSigner());
  std::atomic<bool> answered = false;
  WithdrawConsent(world_.context(), World::CallerOf("police"), request,
                  [&](const absl::StatusOr<v1::WithdrawConsentResponse>& response) {
                    AMANA_EXPECT_OK(response.status());
                    answered = true;
                  });
  // Replies come in the order of commits: when this one is answered, the withdrawal is durable.
  AMANA_ASSERT_OK(world_.store().CommitAndWait(
      [](store::Transaction& tx) { return tx.directory().RegistryDigest().status(); }));
  EXPECT_FALSE(answered);
  note->writing.reset();
  EXPECT_TRUE(answered);
}

TEST_F(HandoverTwo, AfterANoNothingBegins) {
  const Sent sent = SendAccepted(world_);
  const Handing handing(world_, sent);
  handing.UpTo(v1::HANDOVER_STATE_AGREED);
  AMANA_ASSERT_OK(Withdraw(world_, sent.consent).status());
  EXPECT_EQ(Reason(handing.Take(v1::HANDOVER_STATE_IN_TRANSIT, Police())), "HANDOVER_TASK_OVER");
  AMANA_ASSERT_OK(handing.Take(v1::HANDOVER_STATE_WITHDRAWN, Police()).status());
  EXPECT_EQ(ToString(CustodyOf(world_).responsible), "police/desk");
  EXPECT_EQ(CustodyOf(world_).under_way, std::nullopt);
  EXPECT_EQ(Reason(Handing(world_, sent, 2).Take(v1::HANDOVER_STATE_OFFERED, Police())),
            "GUARD_NOT_MET");
}

TEST_F(HandoverTwo, ACancellationEndsNoHandoverByItself) {
  const Sent sent = SendAccepted(world_);
  const Handing handing(world_, sent);
  handing.UpTo(v1::HANDOVER_STATE_OFFERED);
  AMANA_ASSERT_OK(Cancel(world_, sent).status());
  EXPECT_EQ(handing.State(), v1::HANDOVER_STATE_OFFERED);
  EXPECT_EQ(Reason(handing.Take(v1::HANDOVER_STATE_AGREED, Haven())), "HANDOVER_TASK_OVER");
  AMANA_ASSERT_OK(handing.Take(v1::HANDOVER_STATE_DECLINED, Haven()).status());
  EXPECT_EQ(ToString(CustodyOf(world_).responsible), "police/desk");
}

}  // namespace
}  // namespace amana::operations
