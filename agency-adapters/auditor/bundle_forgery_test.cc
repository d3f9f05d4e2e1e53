#include <gmock/gmock.h>

#include <random>

#include "agency-adapters/auditor/bundle_for_test.h"

namespace amana::auditor {
namespace {

using testing::HasSubstr;

// By whoever has the signer's key.
struct Forgery {
  const char* name;
  const char* failing;
  Verdict verdict;
  std::function<void(v1::EvidenceBundle&)> change;
};

std::vector<Forgery> OfEvents() {
  return {{"nothing", "", Verdict::kFine, [](v1::EvidenceBundle&) {}},
          {"an event dropped", "COUNTERS:COUNTER_GAP", Verdict::kIncomplete,
           [](v1::EvidenceBundle& b) { b.mutable_events()->DeleteSubrange(1, 1); }},
          {"the last dropped", "COUNTERS:COUNTER_GAP", Verdict::kIncomplete,
           [](v1::EvidenceBundle& b) { b.mutable_others()->RemoveLast(); }},
          {"events swapped", "COUNTERS:COUNTER_REPEATED", Verdict::kTampered,
           [](v1::EvidenceBundle& b) { b.mutable_events()->SwapElements(0, 1); }},
          {"an event twice", "COUNTERS:COUNTER_REPEATED", Verdict::kTampered,
           [](v1::EvidenceBundle& b) { *b.add_events() = b.events(3); }},
          {"another event's path", "INCLUSION:PROOF_INVALID", Verdict::kTampered,
           [](v1::EvidenceBundle& b) {
             b.mutable_events(0)->mutable_path()->Swap(b.mutable_events(1)->mutable_path());
           }},
          {"another index", "INCLUSION:PROOF_INVALID", Verdict::kTampered,
           [](v1::EvidenceBundle& b) { b.mutable_events(3)->set_index(307); }},
          {"a path that is too long", "INCLUSION:PROOF_INVALID", Verdict::kTampered,
           [](v1::EvidenceBundle& b) { b.mutable_events(0)->add_path(std::string(32, 'x')); }},
          {"a changed event", "INCLUSION:PROOF_INVALID", Verdict::kTampered,
           [](v1::EvidenceBundle& b) {
             b.mutable_events(1)->mutable_whole()->set_fields(
                 static_cast<int>(EventField::kReason), std::string(1, v1::REASON_NO_CAPACITY));
           }},
          {"no event at all", "INCLUSION:EVENT_INVALID", Verdict::kTampered,
           [](v1::EvidenceBundle& b) { b.mutable_events(1)->clear_opening(); }}};
}

std::vector<Forgery> OfTheRest() {
  return {
      {"another log's state", "NOTE:NOTE_UNTRUSTED", Verdict::kUntrusted,
       [](v1::EvidenceBundle& b) { b.set_checkpoint(FakeBroker(kBefore + 8).Checkpoint()); }},
      {"another log's name", "NOTE:LOG_MISMATCH", Verdict::kTampered,
       [](v1::EvidenceBundle& b) { b.set_log("another.example/log"); }},
      {"an answer hidden among the others", "QUESTION:ANSWER_MISMATCH", Verdict::kTampered,
       [](v1::EvidenceBundle& b) {
         *b.add_others() = b.events(3);
         b.mutable_events()->RemoveLast();
         b.mutable_others()->SwapElements(3, 4);
       }},
      {"another question", "QUESTION:ANSWER_MISMATCH", Verdict::kTampered,
       [](v1::EvidenceBundle& b) { b.mutable_question()->set_referral_id(Referral('b').bytes()); }},
      {"a wider claim", "COUNTERS:COUNTER_GAP", Verdict::kIncomplete,
       [](v1::EvidenceBundle& b) { b.mutable_ranges(0)->set_last(~uint64_t{0}); }},
      {"a claim turned round", "COUNTERS:COUNTER_GAP", Verdict::kIncomplete,
       [](v1::EvidenceBundle& b) { b.mutable_ranges(0)->set_last(0); }},
      {"a claim of another sender", "COUNTERS:COUNTER_GAP", Verdict::kIncomplete,
       [](v1::EvidenceBundle& b) { b.mutable_ranges(0)->set_agency("shelter-a"); }},
      {"another signer's name", "SIGNER:SIGNER_MISMATCH", Verdict::kTampered,
       [](v1::EvidenceBundle& b) { b.mutable_meta()->set_cert_id(std::string(32, 'x')); }},
      {"from the future", "SIGNER:CREATED_IN_FUTURE", Verdict::kUnverifiable,
       [](v1::EvidenceBundle& b) {
         b.mutable_meta()->set_created_unix_ms(absl::ToUnixMillis(Second(9000)));
       }},
      {"signed before what it holds", "SIGNER:BUNDLE_BACKDATED", Verdict::kTampered,
       [](v1::EvidenceBundle& b) {
         b.mutable_meta()->set_created_unix_ms(absl::ToUnixMillis(Second(-600)));
       }},
      {"another agency's certificate for the event's", "SIGNATURES:ACTOR_MISMATCH",
       Verdict::kTampered,
       [](v1::EvidenceBundle& b) {
         // Only a log that says so itself can do this; here its path is wrong too.
         b.mutable_events(0)->mutable_whole()->set_fields(
             static_cast<int>(EventField::kActorAgency), "shelter-a");
       }},
      {"a token that is none", "TIMESTAMP:TIMESTAMP_MALFORMED", Verdict::kUnverifiable,
       [](v1::EvidenceBundle& b) { b.add_timestamps("token"); }},
      {"too much", "FORM:BUNDLE_MALFORMED", Verdict::kUnverifiable, [](v1::EvidenceBundle& b) {
         for (int i = 0; i <= kMaxBundleRanges; ++i) b.add_ranges();
       }}};
}

TEST_F(BundleTest, EachForgeryIsFoundByItsCheck) {
  for (const auto& cases : {OfEvents(), OfTheRest()}) {
    for (const auto& c : cases) {
      const JudgedBundle judged = CheckBundle(Forge(c.change), Trust());
      EXPECT_THAT(Failing(judged), HasSubstr(c.failing)) << c.name;
      EXPECT_EQ(Overall(judged.results), c.verdict) << c.name << ": " << Failing(judged);
      EXPECT_EQ(judged.results.size(), 11u);
    }
  }
}

TEST_F(BundleTest, WordsThatTheEvidenceDoesNotSayAreFound) {
  const Bundle bundle = Make({.referral = Referral('a')});
  const sdk::SigningIdentity signer = SignerOf(Officer());
  const std::string file =
      *WriteBundleFile("He is guilty.\n", envelope::Serialize(bundle.evidence), signer);
  EXPECT_EQ(Failing(CheckBundle(file, Trust())), "STATEMENT:STATEMENT_MISMATCH");
}

TEST_F(BundleTest, WhoSignedMustBeBelieved) {
  v1::EvidenceBundle evidence = Make({.referral = Referral('a')}).evidence;
  const auto signed_by = [&](const tests::TestIdentity& who) {
    evidence.mutable_meta()->set_cert_id(who.certificate.id().bytes());
    const sdk::SigningIdentity signer = SignerOf(who);
    return *WriteBundleFile(*StatementOf(evidence, signer.certificate),
                            envelope::Serialize(evidence), signer);
  };
  // Another agency that signs says that it does; nobody is taken for somebody else.
  const JudgedBundle shelters = CheckBundle(
      signed_by(tests::TestSigner("shelter-a", crypto::Role::kSystem, "intake")), Trust());
  EXPECT_EQ(Failing(shelters), "");
  EXPECT_THAT(shelters.signer, HasSubstr("/shelter-a/"));
  const auto spiffe = tests::TestSpiffe("police-a", crypto::Role::kSystem, "desk");
  EXPECT_EQ(Failing(CheckBundle(
                signed_by(tests::MakeForeignCert(spiffe, crypto::CertUsage::kSigning)), Trust())),
            "SIGNER:CHAIN_UNTRUSTED");
  EXPECT_EQ(Failing(CheckBundle(signed_by(tests::MakeTestCert(spiffe, crypto::CertUsage::kSigning,
                                                              tests::TestNotBefore(), Second(50))),
                                Trust())),
            "SIGNER:CERT_EXPIRED");
  EXPECT_THAT(Failing(CheckBundle(
                  signed_by(tests::TestTls("police-a", crypto::Role::kSystem, "desk")), Trust())),
              HasSubstr("SIGNER:CERT_USAGE_INVALID"));
  BundleTrust trust = Trust();
  const std::string file = Make({.referral = Referral('a')}).file;
  trust.revocations = {{{Officer().certificate.id(), Second(50), "lost"}}};
  EXPECT_EQ(Failing(CheckBundle(file, trust)), "SIGNER:CERT_REVOKED");
  trust.revocations = {{{Officer().certificate.id(), Second(0), "lost"}}};
  EXPECT_EQ(Failing(CheckBundle(file, trust)), "SIGNER:CERT_REVOKED SIGNATURES:CERT_REVOKED");
  trust.revocations = {{{Officer().certificate.id(), Second(200), "lost"}}};
  EXPECT_EQ(Failing(CheckBundle(file, trust)), "");
}

TEST_F(BundleTest, WitnessesThatDidNotCosignAreMissed) {
  const FakeBroker other(1);
  BundleTrust trust = Trust();
  trust.witnesses = {other.log()};
  EXPECT_EQ(Failing(CheckBundle(Make({.referral = Referral('a')}).file, trust)),
            "WITNESSES:NOT_WITNESSED");
}

TEST_F(BundleTest, AnyBitAndAnyLengthCounts) {
  const std::string file = Make({.referral = Referral('a')}).file;
  std::mt19937_64 random(20311201);
  for (int i = 0; i < 400; ++i) {
    std::string broken = file;
    const size_t bit = random() % (file.size() * 8);
    broken[bit / 8] = static_cast<char>(broken[bit / 8] ^ (1 << bit % 8));
    EXPECT_NE(Judge(broken), Verdict::kFine) << "bit " << bit;
  }
  for (size_t length = 0; length < file.size(); length += 97) {
    EXPECT_NE(Judge(file.substr(0, length)), Verdict::kFine) << "length " << length;
  }
}

}  // namespace
}  // namespace amana::auditor
