// Two persons stop the erasure of a referral.
#include <gtest/gtest.h>

#include "amana/v1/erasure.pb.h"
#include "broker/operations/run_erasure.h"
#include "broker/operations/set_legal_hold.h"
#include "broker/operations/testing_acts.h"
#include "proto/envelope/dsse.h"

namespace amana::operations {
namespace {

using crypto::Role;
using tests::TestIdentity;

const TestIdentity& Officer(int number) {
  return tests::TestSigner("police", Role::kPerson, "desk", "officer-" + std::to_string(number));
}

struct Ready {
  World world;
  Sent sent;

  Ready() {
    for (int i : {1, 2, 3}) {
      world.registry_files().Add("police", "officer" + std::to_string(i), Officer(i).certificate);
    }
    world.ReloadRegistry();
    sent = Send(world);
  }
  v1::SignedEnvelope Statement(const TestIdentity& signer, bool hold,
                               const Edit<v1::LegalHold>& edit = {}) {
    v1::LegalHold message;
    *message.mutable_meta() = world.Meta(signer);
    message.mutable_referral()->set_sender_agency("police");
    message.mutable_referral()->set_referral_id(sent.key.referral.bytes());
    message.mutable_referral()->set_version(1);
    message.set_hold(hold);
    message.set_order_sha256(std::string(32, 'o'));
    if (edit) edit(message);
    return world.Sign(envelope::kLegalHoldType, message, signer);
  }
  absl::StatusOr<v1::SetLegalHoldResponse> Set(const std::vector<v1::SignedEnvelope>& statements,
                                               std::string_view caller = "police") {
    v1::SetLegalHoldRequest request;
    for (const auto& each : statements) *request.add_statements() = each;
    return Await<v1::SetLegalHoldResponse>([&](auto reply) {
      SetLegalHold(world.context(), World::CallerOf(caller, Role::kPerson), request,
                   std::move(reply));
    });
  }
  absl::StatusOr<v1::SetLegalHoldResponse> Set(bool hold) {
    return Set({Statement(Officer(1), hold), Statement(Officer(2), hold)});
  }
  bool Erased() {
    RunErasure(world.context());
    const absl::Status body = world.store().Read().value()->referrals().ReadBody(sent.key).status();
    return ErrorReason(body) == "ERASED";
  }
};

TEST(LegalHold, StopsErasureUntilItIsEnded) {
  Ready t;
  AMANA_ASSERT_OK(t.Set(true));
  AMANA_ASSERT_OK(Cancel(t.world, t.sent));
  EXPECT_FALSE(t.Erased());
  t.world.clock().Advance(absl::Hours(24 * 365));
  EXPECT_FALSE(t.Erased());
  t.world.Restart();
  EXPECT_FALSE(t.Erased());
  AMANA_ASSERT_OK(t.Set(false));
  EXPECT_TRUE(t.Erased());
}

TEST(LegalHold, OfWhatIsGoneIsRefused) {
  Ready t;
  AMANA_ASSERT_OK(Cancel(t.world, t.sent));
  EXPECT_TRUE(t.Erased());
  EXPECT_EQ(ErrorReason(t.Set(true).status()), "ERASED");
}

TEST(LegalHold, IsEvidence) {
  Ready t;
  const v1::SignedEnvelope first = t.Statement(Officer(1), true);
  const v1::SignedEnvelope second = t.Statement(Officer(2), true);
  const auto set = t.Set({first, second});
  AMANA_ASSERT_OK(set);
  EXPECT_FALSE(set->receipt().tlog_proof().empty());
  const events::Event event = EventsFrom(t.world).back().event;
  EXPECT_EQ(event.kind, v1::EVENT_KIND_LEGAL_HOLD_SET);
  EXPECT_EQ(event.referral, t.sent.key);
  EXPECT_EQ(event.statement_digest, envelope::PayloadDigest(first));
  EXPECT_EQ(event.detail, envelope::PayloadDigest(second).bytes());
  EXPECT_EQ(event.actor_person.value(), "officer-1");
  {
    const auto look = t.world.store().Read().value();
    for (const v1::SignedEnvelope& each : {first, second}) {
      const auto kept = look->erasures().FindHoldStatement(t.sent.key.sender, t.sent.key.referral,
                                                           envelope::PayloadDigest(each));
      ASSERT_TRUE(kept.value().has_value());
      EXPECT_EQ((*kept)->envelope, each.SerializeAsString());
    }
  }
  AMANA_ASSERT_OK(t.Set(false));
  EXPECT_EQ(EventsFrom(t.world).back().event.kind, v1::EVENT_KIND_LEGAL_HOLD_ENDED);
}

TEST(LegalHold, TheSameStatementsAgainChangeNothing) {
  Ready t;
  const std::vector<v1::SignedEnvelope> set = {t.Statement(Officer(1), true),
                                               t.Statement(Officer(2), true)};
  const auto first = t.Set(set);
  AMANA_ASSERT_OK(first);
  t.world.clock().Advance(absl::Minutes(1));
  AMANA_ASSERT_OK(t.Set(false));
  const uint64_t size = LogSize(t.world);
  t.world.clock().Advance(absl::Hours(15 * 24));
  const auto again = t.Set(set);
  AMANA_ASSERT_OK(again);
  EXPECT_EQ(again->receipt().event().SerializeAsString(),
            first->receipt().event().SerializeAsString());
  EXPECT_EQ(LogSize(t.world), size);
  EXPECT_FALSE(t.world.store()
                   .Read()
                   .value()
                   ->erasures()
                   .IsHeld(t.sent.key.sender, t.sent.key.referral)
                   .value());
}

TEST(LegalHold, TakesTwoPersonsWhoSayTheSame) {
  Ready t;
  const v1::SignedEnvelope one = t.Statement(Officer(1), true);
  const auto edited = [&](const Edit<v1::LegalHold>& edit) {
    return t.Statement(Officer(2), true, edit);
  };
  const struct {
    std::vector<v1::SignedEnvelope> statements;
    const char* reason;
  } rows[] = {
      {{one}, "FIELD_INVALID"},
      {{one, t.Statement(Officer(2), true), t.Statement(Officer(3), true)}, "FIELD_INVALID"},
      {{one, one}, "SIGNERS_NOT_TWO"},
      {{one, t.Statement(PoliceSigner(), true)}, "SIGNER_NOT_PERSON"},
      {{one, t.Statement(HavenPerson(), true)}, "SENDER_NOT_CALLER"},
      {{one, t.Statement(Officer(2), false)}, "FIELD_INVALID"},
      {{one, edited([](auto& m) { m.set_order_sha256(std::string(32, 'p')); })}, "FIELD_INVALID"},
      {{one, edited([](auto& m) { m.set_order_sha256("short"); })}, "FIELD_INVALID"},
      {{one, edited([](auto& m) { m.mutable_referral()->set_version(2); })}, "FIELD_INVALID"},
  };
  const uint64_t size = LogSize(t.world);
  for (const auto& row : rows) {
    EXPECT_EQ(ErrorReason(t.Set(row.statements).status()), row.reason) << &row - rows;
  }
  EXPECT_EQ(LogSize(t.world), size);
}

TEST(LegalHold, WhatAPersonSignedOnceDoesNotCountAgain) {
  Ready t;
  AMANA_ASSERT_OK(t.Set(true));
  t.world.clock().Advance(absl::Minutes(1));
  const v1::SignedEnvelope ended = t.Statement(Officer(1), false);
  AMANA_ASSERT_OK(t.Set({ended, t.Statement(Officer(2), false)}));
  t.world.clock().Advance(absl::Minutes(1));
  AMANA_ASSERT_OK(t.Set(true));
  EXPECT_EQ(ErrorReason(t.Set({ended, t.Statement(Officer(3), false)}).status()), "FIELD_INVALID");
  EXPECT_EQ(ErrorReason(t.Set({t.Statement(Officer(3), false), ended}).status()), "FIELD_INVALID");
}

TEST(LegalHold, IsForAPartyToTheReferral) {
  Ready t;
  EXPECT_EQ(ErrorReason(t.Set(false).status()), "NOT_FOUND") << "there is no hold to end";
  const TestIdentity& other = tests::TestSigner("haven", Role::kPerson, "intake", "worker-2");
  t.world.registry_files().Add("haven", "person2", other.certificate);
  t.world.ReloadRegistry();
  const auto by_haven = [&](bool hold) {
    return t.Set({t.Statement(HavenPerson(), hold), t.Statement(other, hold)}, "haven");
  };
  EXPECT_EQ(ErrorReason(by_haven(true).status()), "NOT_FOUND") << "nothing was disclosed to it";
  AMANA_ASSERT_OK(t.world.Acknowledge(ReceiveOne(t.world)));
  t.world.clock().Advance(absl::Minutes(1));
  AMANA_ASSERT_OK(by_haven(true));
  EXPECT_EQ(ErrorReason(t.Set(false).status()), "NOT_FOUND") << "each ends its own";
  AMANA_ASSERT_OK(Cancel(t.world, t.sent));
  t.world.clock().Advance(absl::Hours(4 * 24));
  EXPECT_FALSE(t.Erased());
  AMANA_ASSERT_OK(by_haven(false));
  EXPECT_TRUE(t.Erased());
}

TEST(LegalHold, NeedsFreshStatementsAndATrustedClock) {
  Ready t;
  const std::vector<v1::SignedEnvelope> old = {t.Statement(Officer(1), true),
                                               t.Statement(Officer(2), true)};
  t.world.clock().Advance(absl::Hours(15 * 24));
  EXPECT_FALSE(t.Set(old).ok());
  t.world.clock().SetSynchronised(false);
  EXPECT_EQ(ErrorReason(t.Set(true).status()), "CLOCK_NOT_TRUSTED");
}

}  // namespace
}  // namespace amana::operations
