// What is not taken of a handover: forged, late, twice, out of order, by the wrong hand, with the
// wrong code; and what a refusal leaves behind.
#include <gmock/gmock.h>

#include "broker/delivery/wire.h"
#include "broker/operations/testing_handover.h"
#include "gtest/gtest.h"
#include "proto/envelope/sealed_note.h"

namespace amana::operations {
namespace {

class HandoverRefusals : public testing::Test {
 protected:
  HandoverRefusals() { AppointOfficer(world_); }

  size_t Count(v1::EventKind kind) {
    size_t count = 0;
    for (const store::StoredEvent& each : EventsFrom(world_)) count += each.event.kind == kind;
    return count;
  }

  World world_;
};

template <class T>
std::string Reason(const absl::StatusOr<T>& result) {
  return ErrorReason(result.status());
}

TEST_F(HandoverRefusals, TheSameBytesAgainGetTheFirstReceipt) {
  const Sent sent = SendAccepted(world_);
  const Handing handing(world_, sent);
  const auto offer = handing.Request(handing.Make(v1::HANDOVER_STATE_OFFERED, Police()), Police());
  const auto first = handing.Send(offer, "police");
  AMANA_ASSERT_OK(first.status());
  const uint64_t size = LogSize(world_);
  for (int i = 0; i < 2; ++i) {
    const auto again = handing.Send(offer, "police");
    AMANA_ASSERT_OK(again.status());
    EXPECT_EQ(again->receipt().event().SerializeAsString(),
              first->receipt().event().SerializeAsString());
    world_.clock().Advance(absl::Hours(24 * 20));  // a replay is answered however old it is
  }
  EXPECT_EQ(LogSize(world_), size);
  EXPECT_EQ(Reason(handing.Take(v1::HANDOVER_STATE_OFFERED, Police())), "ATTEMPT_OUT_OF_ORDER")
      << "other bytes under the same number";
}

TEST_F(HandoverRefusals, WrongHandsAreRefused) {
  const Sent sent = SendAccepted(world_);
  const Handing handing(world_, sent);
  EXPECT_EQ(Reason(handing.Take(v1::HANDOVER_STATE_OFFERED, Haven())), "NOT_FOUND")
      << "only who is responsible offers";
  handing.UpTo(v1::HANDOVER_STATE_OFFERED);
  EXPECT_EQ(Reason(handing.Take(v1::HANDOVER_STATE_AGREED, Police())), "ACTOR_NOT_ALLOWED");
  EXPECT_EQ(Reason(handing.Take(v1::HANDOVER_STATE_WITHDRAWN, Haven())), "ACTOR_NOT_ALLOWED");
  const Hand coast{&HavenPerson(), "haven", "coast"};
  EXPECT_EQ(Reason(handing.Take(v1::HANDOVER_STATE_AGREED, coast)), "SIGNER_WRONG_UNIT");
  const Hand machine{&HavenSigner(), "haven", "intake"};
  EXPECT_EQ(Reason(handing.Take(v1::HANDOVER_STATE_AGREED, machine)), "SIGNER_NOT_PERSON");
  const auto stolen = handing.Request(handing.Make(v1::HANDOVER_STATE_AGREED, Haven()), Haven());
  EXPECT_EQ(Reason(handing.Send(stolen, "police")), "SENDER_NOT_CALLER");
  v1::TakeHandoverStepRequest forged = stolen;
  forged.mutable_step()->mutable_signature()->back() ^= 1;
  EXPECT_EQ(Reason(handing.Send(forged, "haven")), "SIGNATURE_INVALID");
  EXPECT_EQ(handing.State(), v1::HANDOVER_STATE_OFFERED);
}

TEST_F(HandoverRefusals, LateAndOutOfOrder) {
  const Sent sent = SendAccepted(world_);
  const Handing handing(world_, sent);
  EXPECT_EQ(Reason(handing.Take(v1::HANDOVER_STATE_AGREED, Haven())), "NOT_FOUND");
  handing.UpTo(v1::HANDOVER_STATE_OFFERED);
  // Both answer the same offer; the second one comes too late.
  const auto withdrawn =
      handing.Request(handing.Make(v1::HANDOVER_STATE_WITHDRAWN, Police()), Police());
  AMANA_ASSERT_OK(handing.Take(v1::HANDOVER_STATE_AGREED, Haven()).status());
  EXPECT_EQ(Reason(handing.Send(withdrawn, "police")), "HANDOVER_STEP_OUTDATED");
  EXPECT_EQ(Reason(handing.Take(v1::HANDOVER_STATE_ARRIVED, Haven())), "TRANSITION_NOT_ALLOWED");
  EXPECT_EQ(Reason(handing.Take(v1::HANDOVER_STATE_IN_TRANSIT, Police(),
                                [](auto& step) { step.mutable_handover()->set_offer_epoch(2); })),
            "OFFER_EPOCH_OUTDATED");
  EXPECT_EQ(Reason(handing.Take(v1::HANDOVER_STATE_IN_TRANSIT, Police(),
                                [](auto& step) { step.set_header_digest(std::string(32, 'x')); })),
            "HEADER_DIGEST_MISMATCH");
  const auto old = handing.Request(handing.Make(v1::HANDOVER_STATE_IN_TRANSIT, Police()), Police());
  world_.clock().Advance(absl::Hours(24 * 15));
  EXPECT_EQ(Reason(handing.Send(old, "police")), "STATEMENT_TOO_OLD");
}

TEST_F(HandoverRefusals, AnUnacceptedTaskHandsNobodyOver) {
  const Sent sent = Send(world_);
  OfferSeen(world_, sent);
  EXPECT_EQ(Reason(Handing(world_, sent).Take(v1::HANDOVER_STATE_OFFERED, Police())),
            "GUARD_NOT_MET");
}

TEST_F(HandoverRefusals, OneAttemptAtATimeForOnePerson) {
  const Sent sent = SendAccepted(world_);
  const Sent other = SendUnder(world_, sent.consent);
  AcceptOffer(world_, other);
  Handing(world_, sent).UpTo(v1::HANDOVER_STATE_OFFERED);
  const Handing second(world_, other);
  EXPECT_EQ(Reason(second.Take(v1::HANDOVER_STATE_OFFERED, Police())), "HANDOVER_UNDER_WAY");
  AMANA_ASSERT_OK(Handing(world_, sent).Take(v1::HANDOVER_STATE_WITHDRAWN, Police()).status());
  AMANA_EXPECT_OK(second.Take(v1::HANDOVER_STATE_OFFERED, Police()).status());
}

TEST_F(HandoverRefusals, WhoHandedOverCannotHandOverAgain) {
  const Sent sent = SendAccepted(world_);
  const Sent other = SendUnder(world_, sent.consent);
  AcceptOffer(world_, other);
  Handing(world_, sent).UpTo(v1::HANDOVER_STATE_CUSTODY_TRANSFERRED);
  EXPECT_EQ(Reason(Handing(world_, other).Take(v1::HANDOVER_STATE_OFFERED, Police())), "NOT_FOUND");
  EXPECT_EQ(Reason(Handing(world_, other).Take(v1::HANDOVER_STATE_OFFERED, Haven())),
            "ALREADY_RESPONSIBLE");
}

TEST_F(HandoverRefusals, FiveWrongCodesAreEnough) {
  const Sent sent = SendAccepted(world_);
  const Handing handing(world_, sent);
  handing.UpTo(v1::HANDOVER_STATE_IN_TRANSIT);
  const auto wrong = [&](char c) {
    return handing.Take(v1::HANDOVER_STATE_ARRIVED, Haven(),
                        [c](auto& step) { step.mutable_code()->mutable_code()->back() = c; });
  };
  const auto salt = handing.Take(v1::HANDOVER_STATE_ARRIVED, Haven(), [](auto& step) {
    step.mutable_code()->set_salt(std::string(16, 'x'));
  });
  EXPECT_EQ(Reason(salt), "HANDOVER_CODE_WRONG");
  EXPECT_EQ(salt.status().message(), "code: is not the one of this handover; 4 more are taken");
  for (const char c : {'2', '3', '4', '5'}) EXPECT_EQ(Reason(wrong(c)), "HANDOVER_CODE_WRONG");
  EXPECT_EQ(Count(v1::EVENT_KIND_HANDOVER_CODE_REFUSED), 5u);
  EXPECT_EQ(Reason(handing.Take(v1::HANDOVER_STATE_ARRIVED, Haven())), "HANDOVER_CODE_LOCKED")
      << "the right one comes too late";
  EXPECT_EQ(Count(v1::EVENT_KIND_HANDOVER_CODE_REFUSED), 5u);
  EXPECT_EQ(CustodyOf(world_).holder.value(), "police");

  world_.clock().Advance(absl::Hours(3) + world_.context().policy.handover_grace);
  AMANA_ASSERT_OK(handing.Take(v1::HANDOVER_STATE_NO_SHOW, Haven()).status());
  AMANA_ASSERT_OK(handing
                      .Take(v1::HANDOVER_STATE_IN_TRANSIT, Police(),
                            [this](auto& step) {
                              const int64_t now = ToUnixMillis(world_.clock().Now());
                              step.mutable_window()->set_from_unix_ms(now);
                              step.mutable_window()->set_until_unix_ms(now + 1000);
                            })
                      .status());
  AMANA_EXPECT_OK(handing.Take(v1::HANDOVER_STATE_ARRIVED, Haven()).status());
}

TEST_F(HandoverRefusals, TheSameWrongCodeStatementCountsOnce) {
  const Sent sent = SendAccepted(world_);
  const Handing handing(world_, sent);
  handing.UpTo(v1::HANDOVER_STATE_IN_TRANSIT);
  v1::HandoverStep step = handing.Make(v1::HANDOVER_STATE_ARRIVED, Haven());
  step.mutable_code()->set_code("000000000000");
  const auto request = handing.Request(step, Haven());
  for (int i = 0; i < 7; ++i) {
    EXPECT_EQ(Reason(handing.Send(request, "haven")), "HANDOVER_CODE_WRONG");
  }
  EXPECT_EQ(handing.Record().wrong_codes, 1u);
  const auto kept = (*world_.store().Read())
                        ->handovers()
                        .FindStep(handing.key(), envelope::PayloadDigest(request.step()));
  ASSERT_TRUE(kept->has_value());
  EXPECT_EQ((*kept)->envelope, request.step().SerializeAsString()) << "evidence, as it was signed";
  AMANA_EXPECT_OK(handing.Take(v1::HANDOVER_STATE_ARRIVED, Haven()).status());
}

TEST_F(HandoverRefusals, NotesAreForTheTwoSides) {
  const Sent sent = SendAccepted(world_);
  const Handing handing(world_, sent);
  handing.UpTo(v1::HANDOVER_STATE_OFFERED);
  const v1::HandoverStep step = handing.Make(v1::HANDOVER_STATE_AGREED, Haven());
  const auto good = handing.Request(step, Haven());
  v1::TakeHandoverStepRequest request = good;
  request.clear_note();
  EXPECT_EQ(Reason(handing.Send(request, "haven")), "FIELD_INVALID");
  request = good;
  request.mutable_note()->mutable_ciphertext()->back() ^= 1;
  EXPECT_EQ(Reason(handing.Send(request, "haven")), "NOTE_MISMATCH");
  request = good;
  request.mutable_note()->mutable_ciphertext()->resize(64 * 1024);
  EXPECT_EQ(Reason(handing.Send(request, "haven")), "NOTE_FIELD_INVALID");
  const auto for_reader = [&](std::string_view unit, const crypto::Certificate& certificate) {
    const envelope::GrantRecipient reader{*ParseAddress(unit, "unit"), certificate};
    const auto note = envelope::SealNote(
        {sent.key, 0, envelope::kHandoverStepType, HavenPerson().certificate.id()}, "SYNTHETIC",
        {reader});
    v1::HandoverStep named = step;
    named.set_note_sha256(envelope::NoteDigest(*note).bytes());
    v1::TakeHandoverStepRequest other;
    *other.mutable_note() = *note;
    *other.mutable_step() = world_.Sign(envelope::kHandoverStepType, named, HavenPerson());
    return Reason(handing.Send(other, "haven"));
  };
  EXPECT_EQ(for_reader("consulate/desk", tests::TestSealer("consulate", "desk").certificate),
            "FIELD_INVALID");
  EXPECT_EQ(for_reader("police/desk", tests::TestCert("police", crypto::Role::kSystem, "desk", "",
                                                      crypto::CertUsage::kSealing, 7)
                                          .certificate),
            "WRAP_RECIPIENT_MISMATCH")
      << "a certificate that nobody vouches for";
  AMANA_EXPECT_OK(handing.Send(good, "haven").status());
}

TEST_F(HandoverRefusals, WithoutAClockNothingMoves) {
  const Sent sent = SendAccepted(world_);
  world_.clock().SetSynchronised(false);
  EXPECT_EQ(Reason(Handing(world_, sent).Take(v1::HANDOVER_STATE_OFFERED, Police())),
            "CLOCK_NOT_TRUSTED");
}

TEST_F(HandoverRefusals, ReportsOfCustodyAreChained) {
  const Sent sent = SendAccepted(world_);
  const auto left = [](v1::CustodyReport& report) {
    report.mutable_now()->set_none(v1::NO_CUSTODY_LEFT);
    report.set_exit(v1::EXIT_CODE_PERSON_LEFT);
  };
  EXPECT_EQ(Reason(ReportCustodyAs(world_, 's', Haven(), left)), "NOT_FOUND")
      << "neither responsible nor with the person";
  const std::string before = CustodyOf(world_).last_report.bytes();
  AMANA_ASSERT_OK(ReportCustodyAs(world_, 's', Police(), left).status());
  EXPECT_EQ(CustodyOf(world_).none, v1::NO_CUSTODY_LEFT);
  EXPECT_EQ(ToString(CustodyOf(world_).responsible), "police/desk");
  EXPECT_EQ(Count(v1::EVENT_KIND_CUSTODY_EXITED), 1u);
  EXPECT_EQ(Reason(ReportCustodyAs(world_, 's', Police(),
                                   [&](auto& report) {
                                     report.mutable_now()->set_agency("police");
                                     report.set_previous(before);
                                   })),
            "CUSTODY_OUTDATED");
  AMANA_ASSERT_OK(ReportCustodyAs(world_, 's', Police(), [](auto& report) {
                    report.mutable_now()->set_agency("hospital");
                  }).status());
  EXPECT_EQ(CustodyOf(world_).holder.value(), "hospital");
  Handing(world_, sent).UpTo(v1::HANDOVER_STATE_OFFERED);
  EXPECT_EQ(Reason(ReportCustodyAs(world_, 's', Police(), left)), "CUSTODY_IN_HANDOVER");
}

}  // namespace
}  // namespace amana::operations
