#include "broker/audit/proofs.h"

#include "broker/store/embedded/testing.h"
#include "gtest/gtest.h"
#include "proto/transparency/compact_range.h"

namespace amana::audit {
namespace {

using store::EmbeddedWorld;
using store::SampleEvent;
using store::Transaction;

class ProofsTest : public testing::Test {
 protected:
  void SetUp() override { store_ = world_.Open().value(); }
  void Append(size_t events) {
    AMANA_ASSERT_OK(store_->CommitAndWait([events](Transaction& tx) -> absl::Status {
      for (size_t i = 0; i < events; ++i) {
        AMANA_RETURN_IF_ERROR(tx.log().Append(SampleEvent(1)).status());
      }
      return absl::OkStatus();
    }));
  }

  EmbeddedWorld world_;
  std::unique_ptr<store::Store> store_;
};

TEST_F(ProofsTest, OldEventsAreProvenAgainstTheNewestCheckpoint) {
  for (size_t events : {1u, 254u, 1u, 7u, 300u, 200u}) Append(events);
  const auto look = store_->Read().value();
  const uint64_t size = look->log().Head()->size;
  for (uint64_t index = 0; index < size; index += 1 + index % 5) {
    const auto proof = TlogProofFor(*look, index);
    AMANA_ASSERT_OK(proof);
    EXPECT_TRUE(
        store::Proves(*proof, look->log().ReadEvents(index, 1)->front(), world_.log_verifier()))
        << index;
  }
  EXPECT_EQ(ErrorReason(TlogProofFor(*look, size).status()), "OUT_OF_RANGE");
}

TEST_F(ProofsTest, EverySizeIsConsistentWithTheNewest) {
  Append(255);
  for (size_t events : {1u, 255u, 90u}) {
    Append(events);
    const auto look = store_->Read().value();
    const auto leaves = look->log().LeafHashes(0, 1000).value();
    const store::LogHead head = look->log().Head().value();
    transparency::CompactRange tree;
    for (uint64_t from = 1; from <= head.size; ++from) {
      tree.Append(leaves[from - 1]);
      const auto proof = ConsistencyProofFor(*look, from);
      AMANA_ASSERT_OK(proof);
      AMANA_EXPECT_OK(
          transparency::VerifyConsistency(from, head.size, tree.Root(), head.root, *proof));
    }
    EXPECT_EQ(ErrorReason(ConsistencyProofFor(*look, head.size + 1).status()), "OUT_OF_RANGE");
  }
}

}  // namespace
}  // namespace amana::audit
