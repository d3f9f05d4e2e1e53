#include <gmock/gmock.h>

#include "agency-adapters/auditor/bundle_for_test.h"
#include "agency-adapters/sdk/verifier.h"

namespace amana::auditor {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST_F(BundleTest, OneReferralIsProvenWithNothingElse) {
  const Bundle bundle = Make({.referral = Referral('a')});
  EXPECT_EQ(bundle.evidence.events_size(), 4);
  ASSERT_EQ(bundle.evidence.ranges_size(), 1);
  EXPECT_EQ(bundle.evidence.ranges(0).counter(), v1::EVIDENCE_COUNTER_SENDER);
  EXPECT_EQ(bundle.evidence.ranges(0).first(), 1u);
  EXPECT_EQ(bundle.evidence.ranges(0).last(), 8u);
  EXPECT_EQ(bundle.evidence.certificates_size(), 1);
  // Of the other referral's events, nothing but which they are and which number they have.
  ASSERT_EQ(bundle.evidence.others_size(), 4);
  for (const v1::EvidenceEvent& other : bundle.evidence.others()) {
    EXPECT_EQ(other.partial().opened_size(), 2);
  }
  const JudgedBundle judged = CheckBundle(bundle.file, Trust());
  EXPECT_EQ(Failing(judged), "");
  EXPECT_EQ(Overall(judged.results), Verdict::kFine);
  EXPECT_EQ(judged.signer, "spiffe://test.amana.example/agency/police-a/person/desk/officer");
  for (const char* words : {"referral: 61616161616161616161616161616161",
                            "Purpose         Case 12/2031", "300  2", "SUBMISSION_ACCEPTED",
                            "Complete from counter 1 to 8 of all events about what police-a sent",
                            "Both must come to you"}) {
    EXPECT_THAT(judged.statement, HasSubstr(words));
  }
  EXPECT_THAT(judged.statement, Not(HasSubstr("62626262")));
  EXPECT_EQ(Make({.referral = Referral('a')}).evidence.SerializeAsString(),
            bundle.evidence.SerializeAsString());  // nothing of it is left to chance
}

TEST_F(BundleTest, TheRootAloneIsEnough) {
  const std::string file = Make({.referral = Referral('a')}).file;
  BundleTrust trust{broker_.log(), Second(1000)};
  EXPECT_THAT(Failing(CheckBundle(file, trust)), HasSubstr("SIGNER:TRUST_MISSING"));
  EXPECT_EQ(Overall(CheckBundle(file, trust).results), Verdict::kUnverifiable);
  trust.roots = crypto::ParsePemBundle(tests::TestRootPem()).value();
  EXPECT_EQ(Failing(CheckBundle(file, trust)), "");
  // An authority that came with the bundle counts for nothing beside another agency's.
  trust.roots = {tests::ForeignAgencyCa("shelter-a")};
  EXPECT_THAT(Failing(CheckBundle(file, trust)), HasSubstr("SIGNER:CHAIN_UNTRUSTED"));
}

TEST_F(BundleTest, AQuestionOfTimeIsBracketed) {
  const Bundle bundle = Make({.from = Second(3), .until = Second(6)});
  EXPECT_EQ(bundle.evidence.events_size(), 3);  // 3, 4 and 5
  EXPECT_EQ(bundle.evidence.others_size(), 2);
  EXPECT_EQ(bundle.evidence.ranges(0).first(), 2u);
  EXPECT_EQ(bundle.evidence.ranges(0).last(), 6u);
  EXPECT_EQ(Judge(bundle.file), Verdict::kFine);
}

TEST_F(BundleTest, NothingFoundIsEvidenceToo) {
  const Bundle bundle = Make({.referral = Referral('z')});
  EXPECT_EQ(bundle.evidence.events_size(), 0);
  EXPECT_EQ(bundle.evidence.others_size(), 8);
  EXPECT_EQ(Judge(bundle.file), Verdict::kFine);
}

TEST_F(BundleTest, AnOlderCheckpointIsTakenWhereTheWholeAnswerIsInIt) {
  const std::string older = broker_.Checkpoint();
  broker_.Append(Own(v1::EVENT_KIND_GRANT_ADDED, 9, 'c'));
  AMANA_ASSERT_OK(Follow(*client_, RealFileSystem(), dir_.path(), broker_.log(), *book_).status());
  BundleRequest request = Asking({.referral = Referral('a')});
  request.checkpoints = {older};
  auto bundle = MakeBundle(request);
  AMANA_ASSERT_OK(bundle.status());
  EXPECT_EQ(bundle->evidence.checkpoint(), older);
  EXPECT_EQ(bundle->evidence.ranges(0).last(), 8u);
  EXPECT_EQ(Judge(bundle->file), Verdict::kFine);
  request.query = {.referral = Referral('c')};
  bundle = MakeBundle(request);
  AMANA_ASSERT_OK(bundle.status());
  EXPECT_NE(bundle->evidence.checkpoint(), older);
}

TEST_F(BundleTest, AnAuditorsIsCompleteByTheEntries) {
  // The same events as an auditor is shown them: kind, time and reason alone.
  const TempDir dir;
  AMANA_ASSERT_OK(sdk::DownloadLog(*client_, RealFileSystem(), dir.path(), broker_.log()).status());
  const auto book = MirrorBook::Open(dir.path()).value();
  std::vector<NewEvent> shown;
  const auto whole = book_->Read(0, 1000);
  AMANA_ASSERT_OK(whole.status());
  for (const MirroredEvent& event : *whole) {
    const auto narrowed = Narrowed(event, transparency::FieldSet(0b100'0000'0000'0011));
    MirroredEvent partial{event.index, false, narrowed->partial().SerializeAsString()};
    shown.push_back({partial, ViewOf(partial).value()});
  }
  AMANA_ASSERT_OK(book->Add(shown, broker_.log_size()));
  const auto& tls = tests::TestTls("oversight", crypto::Role::kAuditor);
  sdk::IdentityParts parts{
      .agency = AgencyId::Create("oversight").value(),
      .unit = std::nullopt,
      .trust_domain = std::string(tests::kTestTrustDomain),
      .broker = "localhost:1",
      .broker_agency = AgencyId::Create("amana").value(),
      .tls = {tls.certificate, crypto::Secret(tls.key_pem)},
      .signing = SignerOf(tests::TestSigner("oversight", crypto::Role::kAuditor)),
      .person = std::nullopt,
      .sealing = {},
      .authorities = tests::TestVerifier({"oversight"}),
      .log = broker_.log()};
  const auto auditor = sdk::Identity::Create(std::move(parts));
  AMANA_ASSERT_OK(auditor.status());
  BundleRequest request{
      RealFileSystem(), dir.path(),  *book,
      *auditor,         Second(100), {.kinds = {v1::EVENT_KIND_SUBMISSION_ACCEPTED}},
      "Yearly report"};
  auto bundle = MakeBundle(request);
  AMANA_ASSERT_OK(bundle.status());
  EXPECT_EQ(bundle->evidence.events_size(), 2);
  EXPECT_EQ(bundle->evidence.ranges(0).counter(), v1::EVIDENCE_COUNTER_ENTRIES);
  EXPECT_EQ(bundle->evidence.ranges(0).first(), kBefore);
  EXPECT_EQ(bundle->evidence.ranges(0).last(), kBefore + 7);
  BundleTrust trust{broker_.log(), Second(1000)};
  trust.roots = crypto::ParsePemBundle(tests::TestRootPem()).value();
  EXPECT_EQ(Failing(CheckBundle(bundle->file, trust)), "");
  // Of whom it is cannot be seen, and so nothing is said to be complete.
  request.query = {.agency = AgencyId::Create("police-a").value()};
  bundle = MakeBundle(request);
  AMANA_ASSERT_OK(bundle.status());
  EXPECT_EQ(bundle->evidence.ranges_size(), 0);
  EXPECT_THAT(bundle->file, HasSubstr("Nothing here proves that there are no more events"));
  EXPECT_EQ(Failing(CheckBundle(bundle->file, trust)), "");
}

TEST_F(BundleTest, AMirrorThatDoesNotFitMakesNoBundle) {
  const auto reason = [&](const BundleRequest& request) {
    return ErrorReason(MakeBundle(request).status());
  };
  BundleRequest request = Asking({.referral = Referral('a')});
  request.purpose = "two\nlines";
  EXPECT_EQ(reason(request), "BUNDLE_MALFORMED");
  FakeBroker other(1);
  request.purpose = "Case 12/2031";
  request.checkpoints = {other.Checkpoint()};
  EXPECT_EQ(reason(request), "NOTE_UNTRUSTED");
  // What the broker signed at another time for somebody else is no state of this log.
  broker_.Fork();
  request.checkpoints = {broker_.Checkpoint()};
  EXPECT_EQ(reason(request), "LOG_FORKED");
  request.checkpoints.clear();
  EXPECT_EQ(reason(request), "");
  AMANA_ASSERT_OK(RealFileSystem().WriteAtomically(dir_.path() + "/checkpoint",
                                                   broker_.Checkpoint(), kPublicFile));
  EXPECT_EQ(reason(request), "LOG_FORKED");
}

// Steps that no rule lets follow each other, and what is in between.
TEST_F(BundleTest, TheOrderOfStepsIsJudgedWhereNothingIsMissingBetween) {
  const auto append = [&](v1::EventKind kind, int counter, char referral) {
    broker_.Append(Own(kind, counter, referral));
  };
  append(v1::EVENT_KIND_TASK_ROUTED, 9, 'a');
  append(v1::EVENT_KIND_TASK_ROUTED, 10, 'b');
  append(v1::EVENT_KIND_TASK_RECEIVED, 11, 'a');
  append(v1::EVENT_KIND_TASK_COMPLETED, 12, 'b');  // without having been received
  AMANA_ASSERT_OK(Follow(*client_, RealFileSystem(), dir_.path(), broker_.log(), *book_).status());
  const auto order_of = [&](const EventQuery& query) {
    const JudgedBundle judged = CheckBundle(Make(query).file, Trust());
    for (const CheckResult& result : judged.results) {
      if (result.name == "ORDER") return std::pair(result.looked_at, ErrorReason(result.failure));
    }
    return std::pair(uint64_t{99}, std::string("no such check"));
  };
  using Looked = std::pair<uint64_t, std::string>;
  EXPECT_EQ(order_of({.referral = Referral('a')}), Looked(2, ""));
  EXPECT_EQ(order_of({.referral = Referral('b')}), Looked(2, "ORDER_ILLEGAL"));
  EXPECT_EQ(order_of({.agency = AgencyId::Create("police-a").value()}), Looked(4, "ORDER_ILLEGAL"));
  // The steps without the beginning: the second of each can be judged.
  EXPECT_EQ(order_of({.kinds = {v1::EVENT_KIND_TASK_ROUTED, v1::EVENT_KIND_TASK_RECEIVED,
                                v1::EVENT_KIND_TASK_COMPLETED},
                      .agency = AgencyId::Create("police-a").value()}),
            Looked(2, "ORDER_ILLEGAL"));
  // What is opened of the step between says only that there is something.
  EXPECT_EQ(order_of({.kinds = {v1::EVENT_KIND_TASK_COMPLETED},
                      .agency = AgencyId::Create("police-a").value()}),
            Looked(0, ""));
  EXPECT_EQ(Judge(Make({.referral = Referral('b')}).file), Verdict::kTampered);
}

}  // namespace
}  // namespace amana::auditor
