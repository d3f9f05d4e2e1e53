#include "agency-adapters/auditor/statement_judge.h"

#include <gtest/gtest.h>

#include "base/status.h"
#include "base/testing.h"
#include "proto/envelope/dsse.h"
#include "proto/envelope/statement.h"
#include "proto/envelope/testing.h"
#include "proto/transparency/note.h"
#include "tests/support/test_pki.h"

namespace amana::auditor {
namespace {

using crypto::Role;
using tests::TestIdentity;

class StatementJudgeTest : public testing::Test {
 protected:
  StatementJudgeTest()
      : book_(MirrorBook::Open(dir_.path()).value()),
        evidence_{RealFileSystem(), "", Log(), envelope::SampleTime()} {
    evidence_.book = book_.get();
    evidence_.certificates.emplace(officer_.certificate.id(), officer_.certificate);
    Hold("one");
    Hold("two");
  }
  static transparency::NoteVerifier Log() {
    auto key = crypto::Ed25519PrivateKey::Generate().value();
    return transparency::NoteSigner::Create("synthetic.example/log", key)->verifier();
  }
  void Hold(const std::string& payload) {
    auto envelope = envelope::SignStatement("application/vnd.amana.seen.v1", payload, officer_.key);
    const Digest digest = envelope::PayloadDigest(*envelope);
    evidence_.statements.push_back({*std::move(envelope), digest});
  }
  sdk::EventView EventOf(size_t statement) const {
    sdk::EventView event;
    event.opened.set();
    event.time = envelope::SampleTime();
    event.statement_digest = evidence_.statements[statement].digest;
    event.cert_id = officer_.certificate.id();
    event.actor_agency = officer_.certificate.spiffe().agency;
    return event;
  }
  CheckResult Judged(const std::vector<sdk::EventView>& events) {
    Tally tally("SIGNATURES");
    StatementJudge judge(evidence_, tally);
    for (size_t i = 0; i < events.size(); ++i) judge.Add(i, events[i]);
    judge.Finish();
    return std::move(tally).Done("");
  }
  std::string Reason(const std::vector<sdk::EventView>& events) {
    return ErrorReason(Judged(events).failure);
  }

  TempDir dir_;
  const TestIdentity& officer_ = tests::TestSigner("police", Role::kPerson, "desk", "officer-1");
  const std::unique_ptr<MirrorBook> book_;
  Evidence evidence_;
};

TEST_F(StatementJudgeTest, WhatTheActorSignedIsLookedAtAndNothingElse) {
  sdk::EventView not_held = EventOf(0), by_the_broker = EventOf(0), hidden = EventOf(0);
  not_held.statement_digest = Digest();
  by_the_broker.cert_id = CertId();
  hidden.opened.reset(static_cast<size_t>(sdk::EventField::kCertId));
  const CheckResult result = Judged({EventOf(0), not_held, by_the_broker, hidden, EventOf(1)});
  EXPECT_EQ(result.looked_at, 2u);
  EXPECT_EQ(result.failures, 0u);
}

TEST_F(StatementJudgeTest, EachFindingHasItsReason) {
  sdk::EventView another = EventOf(0), unknown = EventOf(0);
  another.actor_agency = AgencyId::Create("haven").value();
  EXPECT_EQ(Reason({another}), "ACTOR_MISMATCH");
  unknown.cert_id = CertId::FromBytes(std::string(32, 'u')).value();
  EXPECT_EQ(Reason({unknown}), "CERTIFICATE_MISSING");
  evidence_.statements[1].envelope.set_payload("other words");
  EXPECT_EQ(Reason({EventOf(1)}), "SIGNATURE_INVALID");
  // One that names another agency does not spare the next its signature.
  another = EventOf(1);
  another.actor_agency = AgencyId::Create("haven").value();
  EXPECT_EQ(Judged({another, EventOf(1)}).failures, 2u);
  evidence_.revocations = {{officer_.certificate.id(), envelope::SampleTime(), "lost"}};
  EXPECT_EQ(Reason({EventOf(0)}), "CERT_REVOKED");
  sdk::EventView before = EventOf(0);
  before.time -= absl::Seconds(1);
  EXPECT_EQ(Reason({before}), "");
}

TEST_F(StatementJudgeTest, TheAuthoritiesAreAskedForTheTimeOfTheLog) {
  const auto police = tests::TestVerifier({"police"}), haven = tests::TestVerifier({"haven"});
  evidence_.authorities = police.get();
  EXPECT_EQ(Reason({EventOf(0)}), "");
  sdk::EventView early = EventOf(0);
  early.time = tests::TestNotBefore() - absl::Seconds(1);
  EXPECT_EQ(Reason({early}), "CERT_NOT_YET_VALID");
  evidence_.authorities = haven.get();
  EXPECT_EQ(Reason({EventOf(0)}), "CHAIN_UNTRUSTED");
}

TEST_F(StatementJudgeTest, TheFirstInTheLogIsNamedHoweverManyThereAre) {
  std::vector<sdk::EventView> events(9000, EventOf(0));
  sdk::EventView another = EventOf(0);
  another.actor_agency = AgencyId::Create("haven").value();
  for (const size_t at : {4095, 4097, 8999}) events[at] = another;
  const CheckResult result = Judged(events);
  EXPECT_EQ(result.looked_at, 9000u);
  EXPECT_EQ(result.failures, 3u);
  EXPECT_NE(result.failure.message().find("4095"), std::string::npos) << result.failure;
}

}  // namespace
}  // namespace amana::auditor
