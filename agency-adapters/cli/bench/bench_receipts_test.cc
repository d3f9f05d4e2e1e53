#include "agency-adapters/cli/bench/bench_receipts.h"

#include <array>

#include "base/status.h"
#include "base/testing.h"
#include "proto/crypto/random.h"
#include "proto/transparency/compact_range.h"
#include "proto/transparency/salted_event.h"
#include "proto/transparency/tlog_proof.h"

namespace amana::cli {
namespace {

constexpr char kOrigin[] = "bench.amana.example/log";

// A log of one event: the acceptance of referral 'r' with statement 'd'.
class ReceiptsTest : public testing::Test {
 protected:
  ReceiptsTest()
      : log_(*transparency::NoteSigner::Create(kOrigin, *crypto::Ed25519PrivateKey::Generate())),
        checker_(log_.verifier()),
        referral_(*ReferralId::FromBytes(std::string(16, 'r'))),
        digest_(*Digest::FromBytes(std::string(32, 'd'))) {}

  v1::SubmitResponse Answer() const {
    std::array<std::string, transparency::kEventFields> fields;
    fields[0] = std::string(1, static_cast<char>(v1::EVENT_KIND_SUBMISSION_ACCEPTED));
    fields[1] = std::string(8, '\1');
    fields[2] = referral_.bytes() + std::string("\0\0\0\1", 4) + "police";
    fields[3] = digest_.bytes();
    const auto seed = crypto::RandomId<transparency::EventSeed>();
    v1::SubmitResponse answer;
    answer.add_tasks()->set_state(v1::TASK_STATE_ROUTED);
    v1::EventOpening& event = *answer.mutable_receipt()->mutable_event();
    event.set_seed(seed.bytes());
    for (const std::string& field : fields) event.add_fields(field);
    transparency::CompactRange tree;
    tree.Append(transparency::Commit(fields, seed)->leaf_hash);
    const auto checkpoint = transparency::Checkpoint::Create(kOrigin, 1, tree.Root());
    answer.mutable_receipt()->set_tlog_proof(transparency::FormatTlogProof(
        {0, {}, *transparency::SignCheckpoint(*checkpoint, log_), ""}));
    return answer;
  }

  std::string Reason(const v1::SubmitResponse& answer) {
    return ErrorReason(checker_.CheckAnswer(answer, referral_, digest_));
  }

  const transparency::NoteSigner log_;
  ReceiptChecker checker_;
  const ReferralId referral_;
  const Digest digest_;
};

TEST_F(ReceiptsTest, BelievesWhatTheLogProves) {
  const v1::SubmitResponse answer = Answer();
  AMANA_EXPECT_OK(checker_.CheckAnswer(answer, referral_, digest_));
  AMANA_EXPECT_OK(checker_.CheckAnswer(answer, referral_, digest_));  // a known checkpoint
}

TEST_F(ReceiptsTest, RefusesTheReceiptOfAnotherStatement) {
  EXPECT_EQ(ErrorReason(checker_.Check(Answer().receipt(), ReferralId(), digest_)),
            "RECEIPT_MISMATCH");
  EXPECT_EQ(ErrorReason(checker_.Check(Answer().receipt(), referral_, Digest())),
            "RECEIPT_MISMATCH");
}

TEST_F(ReceiptsTest, RefusesAnEventThatIsNotInTheTree) {
  v1::SubmitResponse answer = Answer();
  AMANA_ASSERT_OK(checker_.CheckAnswer(answer, referral_, digest_));
  answer.mutable_receipt()->mutable_event()->set_seed(std::string(32, 'x'));
  EXPECT_EQ(Reason(answer), "PROOF_INVALID");
}

TEST_F(ReceiptsTest, RefusesACheckpointThatTheLogDidNotSign) {
  v1::SubmitResponse answer = Answer();
  AMANA_ASSERT_OK(checker_.CheckAnswer(answer, referral_, digest_));
  std::string& proof = *answer.mutable_receipt()->mutable_tlog_proof();
  // The last characters of the signature.
  char& c = proof[proof.size() - 6];
  c = c == 'A' ? 'B' : 'A';
  EXPECT_EQ(Reason(answer), "NOTE_SIGNATURE_INVALID");
}

TEST_F(ReceiptsTest, RefusesToMeasureWhatWasNotRouted) {
  v1::SubmitResponse answer = Answer();
  answer.mutable_tasks(0)->set_state(v1::TASK_STATE_BLOCKED_CONSENT);
  EXPECT_EQ(Reason(answer), "BENCH_INVALID");
  answer = Answer();
  answer.set_replayed(true);
  EXPECT_EQ(Reason(answer), "BENCH_INVALID");
}

}  // namespace
}  // namespace amana::cli
