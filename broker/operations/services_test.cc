// What a recipient says between yes and the end: questions, starts, outcomes, and the words beside
// them.
#include <gtest/gtest.h>

#include "broker/operations/get_note.h"
#include "broker/operations/testing_offers.h"
#include "proto/envelope/dsse.h"
#include "proto/envelope/sealed_note.h"

namespace amana::operations {
namespace {

class Services : public ::testing::Test {
 protected:
  Services() {
    AddShelter(world, kRefuge);
    AppointOfficer(world);
    sent = SendRouteTo(world, {kHaven, kRefuge});
  }
  v1::TaskState State() { return TaskOf(world, sent).state; }
  v1::SealedNote Note(std::string_view type, const tests::TestIdentity& signer,
                      const Address& reader = *ParseAddress("police/desk", "unit"),
                      const tests::TestIdentity& sealer = PoliceSealer()) {
    const envelope::GrantRecipient to{reader, sealer.certificate};
    return envelope::SealNote({sent.key, 0, type, signer.certificate.id()}, "SYNTHETIC words",
                              {&to, 1})
        .value();
  }
  absl::StatusOr<v1::GetNoteResponse> GetNoteFor(std::string_view agency, const Digest& note) {
    v1::GetNoteRequest request;
    request.mutable_referral()->set_sender_agency(sent.key.sender.value());
    request.mutable_referral()->set_referral_id(sent.key.referral.bytes());
    request.mutable_referral()->set_version(sent.key.version);
    request.set_note_sha256(note.bytes());
    const auto released = Await<ReleasedNote>([&](auto reply) {
      GetNote(world.context(), World::CallerOf(agency), request, std::move(reply));
    });
    if (!released.ok()) return released.status();
    return released->response;
  }

  World world;
  Sent sent;
};

TEST_F(Services, FromQuestionToOutcome) {
  const uint64_t before = LogSize(world);
  const v1::Delivery offer = SeeAt(world, kHaven);
  AMANA_ASSERT_OK(AskAt(world, kHaven, offer).status());
  EXPECT_EQ(State(), v1::TASK_STATE_INFO_REQUESTED);
  const events::Event asked = EventsFrom(world).back().event;
  EXPECT_EQ(asked.kind, v1::EVENT_KIND_TASK_INFO_REQUESTED);
  EXPECT_EQ(asked.detail, std::string(1, v1::CATEGORY_MEDICAL));
  // The answer that does not come is a reason to decline, and no other is.
  EXPECT_EQ(ErrorReason(DeclineAt(world, kHaven, offer).status()), "REASON_REQUIRED");
  AMANA_ASSERT_OK(DeclineAt(world, kHaven, offer, v1::REASON_INSUFFICIENT_INFORMATION).status());
  EXPECT_EQ(TaskOf(world, sent).recipient, kRefuge.address());

  const v1::Delivery second = AcceptAt(world, kRefuge);
  AMANA_ASSERT_OK(StartAt(world, kRefuge, second).status());
  EXPECT_EQ(State(), v1::TASK_STATE_IN_PROGRESS);
  AMANA_ASSERT_OK(ReportAt(world, kRefuge, second).status());
  EXPECT_EQ(State(), v1::TASK_STATE_COMPLETED);
  EXPECT_EQ(TaskOf(world, sent).reason, v1::REASON_PROVIDED);
  const std::vector<v1::EventKind> kinds = TaskEventsFrom(world, before);
  EXPECT_EQ(kinds.back(), v1::EVENT_KIND_TASK_COMPLETED);
}

TEST_F(Services, WhatFailedIsTheCoordinatorsAtOnce) {
  const v1::Delivery offer = AcceptAt(world, kHaven);
  AMANA_ASSERT_OK(StartAt(world, kHaven, offer).status());
  AMANA_ASSERT_OK(ReportAt(world, kHaven, offer, [](v1::Outcome& outcome) {
                    outcome.set_completed(false);
                    outcome.set_outcome(v1::REASON_PERSON_LEFT);
                  }).status());
  EXPECT_EQ(State(), v1::TASK_STATE_FAILED);
  world.RunTimers();
  ASSERT_EQ(QueueOf(world).size(), 1u);
  EXPECT_EQ(QueueOf(world)[0].reason(), v1::QUEUE_REASON_FAILED);
  // Who failed is not asked again by itself; a person has the next one asked.
  AMANA_ASSERT_OK(RerouteBy(world, sent, 1).status());
  EXPECT_EQ(TaskOf(world, sent).recipient, kRefuge.address());
  EXPECT_TRUE(QueueOf(world).empty());
}

TEST_F(Services, NothingOutOfTurn) {
  const v1::Delivery offer = TakeAt(world, kHaven);
  EXPECT_EQ(ErrorReason(AskAt(world, kHaven, offer).status()), "TRANSITION_NOT_ALLOWED")
      << "nobody has read it";
  EXPECT_EQ(ErrorReason(StartAt(world, kHaven, offer).status()), "TRANSITION_NOT_ALLOWED");
  EXPECT_EQ(ErrorReason(ReportAt(world, kHaven, offer).status()), "TRANSITION_NOT_ALLOWED");
  world.clock().Advance(absl::Hours(12));
  world.RunTimers();
  const v1::Delivery second = AcceptAt(world, kRefuge);
  EXPECT_EQ(ErrorReason(StartAt(world, kHaven, offer).status()), "OFFER_EPOCH_OUTDATED");
  EXPECT_EQ(ErrorReason(AskAt(world, kHaven, offer).status()), "OFFER_EPOCH_OUTDATED");
  EXPECT_EQ(ErrorReason(ReportAt(world, kRefuge, second).status()), "TRANSITION_NOT_ALLOWED");
  AMANA_ASSERT_OK(StartAt(world, kRefuge, second).status());
  world.clock().Advance(absl::Seconds(1));
  EXPECT_EQ(ErrorReason(StartAt(world, kRefuge, second).status()), "TRANSITION_NOT_ALLOWED")
      << "another statement of the same";
}

TEST_F(Services, OnlyItsOwnRecipientAndAPersonWhereItMustBeOne) {
  const v1::Delivery offer = SeeAt(world, kHaven);
  EXPECT_EQ(ErrorReason(AskAt(world, kRefuge, offer).status()), "NOT_FOUND");
  const Edit<v1::Question> as_other = [](v1::Question& question) {
    question.mutable_recipient()->set_agency("refuge");
  };
  EXPECT_EQ(ErrorReason(AskAt(world, kHaven, offer, as_other).status()), "NOT_FOUND");
  v1::Question question;
  *question.mutable_meta() = world.Meta(kHaven.system());
  EXPECT_EQ(
      ErrorReason(AskAt(world, kHaven, offer,
                        [&](v1::Question& message) { *message.mutable_meta() = question.meta(); })
                      .status()),
      "SIGNATURE_INVALID");
}

TEST_F(Services, FormsAreChecked) {
  const v1::Delivery offer = SeeAt(world, kHaven);
  const Edit<v1::Question> questions[] = {
      [](v1::Question& m) { m.clear_categories(); },
      [](v1::Question& m) { m.add_categories(v1::CATEGORY_MEDICAL); },
      [](v1::Question& m) { m.add_categories(v1::CATEGORY_IDENTITY_MIN); },
  };
  for (const auto& edit : questions) {
    EXPECT_EQ(ErrorReason(AskAt(world, kHaven, offer, edit).status()), "FIELD_INVALID");
  }
  AMANA_ASSERT_OK(DecideAt(world, kHaven, offer).status());
  AMANA_ASSERT_OK(StartAt(world, kHaven, offer).status());
  const Edit<v1::Outcome> outcomes[] = {
      [](v1::Outcome& m) { m.set_outcome(v1::REASON_NO_CAPACITY); },
      [](v1::Outcome& m) { m.clear_outcome(); },
      [](v1::Outcome& m) { m.set_completed(false); },
  };
  for (const auto& edit : outcomes) {
    EXPECT_EQ(ErrorReason(ReportAt(world, kHaven, offer, edit).status()), "FIELD_INVALID");
  }
  EXPECT_EQ(State(), v1::TASK_STATE_IN_PROGRESS);
}

TEST_F(Services, TheSameBytesAreOneAnswerLongAfter) {
  const v1::Delivery offer = SeeAt(world, kHaven);
  const auto first = AskAt(world, kHaven, offer);
  AMANA_ASSERT_OK(first.status());
  const int64_t then = ToUnixMillis(world.clock().Now());
  const uint64_t size = LogSize(world);
  world.clock().Advance(absl::Hours(20 * 24));
  const auto again = AskAt(world, kHaven, offer, [&](v1::Question& question) {
    question.mutable_meta()->set_created_unix_ms(then);
  });
  AMANA_ASSERT_OK(again.status());
  EXPECT_EQ(again->receipt().event().SerializeAsString(),
            first->receipt().event().SerializeAsString());
  EXPECT_EQ(LogSize(world), size);
}

TEST_F(Services, WordsAreForTheSendersUnitAlone) {
  const v1::Delivery offer = SeeAt(world, kHaven);
  const v1::SealedNote note = Note(envelope::kQuestionType, kHaven.person());
  const Digest digest = envelope::NoteDigest(note);
  const Edit<v1::Question> names = [&](v1::Question& m) { m.set_note_sha256(digest.bytes()); };
  EXPECT_EQ(ErrorReason(AskAt(world, kHaven, offer, names).status()), "FIELD_INVALID")
      << "it names a note that did not come";
  EXPECT_EQ(ErrorReason(AskAt(world, kHaven, offer, {}, note).status()), "FIELD_INVALID")
      << "one came that it does not name";
  v1::SealedNote other = note;
  other.mutable_ciphertext()->back() ^= 1;
  EXPECT_EQ(ErrorReason(AskAt(world, kHaven, offer, names, other).status()), "NOTE_MISMATCH");
  const v1::SealedNote foreign =
      Note(envelope::kQuestionType, kHaven.person(), kRefuge.address(), kRefuge.sealer());
  EXPECT_EQ(ErrorReason(AskAt(
                            world, kHaven, offer,
                            [&](v1::Question& m) {
                              m.set_note_sha256(envelope::NoteDigest(foreign).bytes());
                            },
                            foreign)
                            .status()),
            "FIELD_INVALID");
  EXPECT_EQ(State(), v1::TASK_STATE_SEEN);

  AMANA_ASSERT_OK(AskAt(world, kHaven, offer, names, note).status());
  const auto given = GetNoteFor("police", digest);
  ASSERT_TRUE(given.ok()) << given.status();
  EXPECT_EQ(given->note().note().SerializeAsString(), note.SerializeAsString());
  EXPECT_EQ(ErrorReason(GetNoteFor("haven", digest).status()), "NOT_FOUND");
  EXPECT_EQ(ErrorReason(GetNoteFor("refuge", digest).status()), "NOT_FOUND");
}

TEST_F(Services, OtherNeedsWords) {
  const v1::Delivery offer = SeeAt(world, kHaven);
  EXPECT_EQ(ErrorReason(DeclineAt(world, kHaven, offer, v1::REASON_OTHER).status()),
            "FIELD_INVALID");
  EXPECT_EQ(State(), v1::TASK_STATE_SEEN);
}

TEST_F(Services, WhatWasSentInErrorIsTakenBackBeforeAnybodyHadIt) {
  const auto in_error = [](v1::Cancellation& message) {
    message.set_reason(v1::REASON_SENT_IN_ERROR);
  };
  AMANA_ASSERT_OK(Cancel(world, sent, in_error).status());
  EXPECT_EQ(State(), v1::TASK_STATE_CANCELLED);
  EXPECT_TRUE(ReceiveAt(world, kHaven).empty());
}

}  // namespace
}  // namespace amana::operations
