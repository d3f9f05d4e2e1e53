#include "broker/audit/tile_writer.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "base/durable_file_fault.h"
#include "base/testing.h"
#include "broker/audit/proofs.h"
#include "broker/events/commit.h"
#include "broker/store/embedded/embedded_store.h"
#include "proto/crypto/ed25519.h"
#include "proto/transparency/checkpoint.h"
#include "proto/transparency/compact_range.h"
#include "proto/transparency/merkle.h"
#include "proto/transparency/note.h"
#include "proto/transparency/tile.h"
#include "proto/transparency/tlog_proof.h"

namespace amana::audit {
namespace {

constexpr char kOrigin[] = "test.amana.example/log";

class TileWriterTest : public testing::Test {
 protected:
  TileWriterTest()
      : key_(*crypto::Ed25519PrivateKey::Generate()),
        verifier_(transparency::NoteSigner::Create(kOrigin, key_)->verifier()),
        store_(*store::OpenEmbeddedStore({.directory = dir_.File("store"),
                                          .clock = &clock_,
                                          .log_key = key_,
                                          .origin = kOrigin})) {}
  ~TileWriterTest() override { store_->Close(); }

  void Append(int events) {
    AMANA_ASSERT_OK(store_->CommitAndWait([&](store::Transaction& tx) -> absl::Status {
      for (int i = 0; i < events; ++i) {
        events::Event event;
        event.kind = v1::EVENT_KIND_AUDIT_READ;
        AMANA_RETURN_IF_ERROR(tx.log().Append(event).status());
      }
      return absl::OkStatus();
    }));
  }
  TileWriter Writer(FileSystem* files = &RealFileSystem()) {
    return TileWriter(store_.get(), files, dir_.File("log"), verifier_, [](const absl::Status&) {});
  }
  // Reads the folder as an outsider would and returns the size of the log it proves.
  uint64_t SizeProvenByFiles() {
    const auto note = RealFileSystem().Read(dir_.File("log/checkpoint"));
    if (!note.ok()) return 0;
    const auto opened = transparency::OpenCheckpoint(*note, verifier_);
    EXPECT_TRUE(IsOk(opened.status()));
    const uint64_t size = opened->checkpoint.size();
    transparency::CompactRange range;
    for (uint64_t i = 0; i * 256 < size; ++i) {
      const int wanted = transparency::TileWidthAt(0, i, size);
      for (const std::string& entry : Entries(i, wanted))
        range.Append(transparency::HashLeaf(entry));
    }
    EXPECT_EQ(range.Root(), opened->checkpoint.root());
    return size;
  }
  // The first `wanted` entries of a bundle, from its file or a wider one.
  std::vector<std::string> Entries(uint64_t index, int wanted) {
    for (int width = wanted; width <= 256; ++width) {
      const std::string path = transparency::TilePath({transparency::kEntriesLevel, index, width});
      const auto bytes = RealFileSystem().Read(dir_.File("log/" + path));
      if (!bytes.ok()) continue;
      auto entries = transparency::DecodeEntryBundle(*bytes, width);
      EXPECT_TRUE(IsOk(entries.status()));
      entries->resize(static_cast<size_t>(wanted));
      return *entries;
    }
    ADD_FAILURE() << "no bundle " << index << " of width " << wanted;
    return {};
  }

  TempDir dir_;
  FakeClock clock_{absl::FromUnixSeconds(1900000000)};
  crypto::Ed25519PrivateKey key_;
  transparency::NoteVerifier verifier_;
  std::unique_ptr<store::Store> store_;
};

TEST_F(TileWriterTest, FilesProveTheLogAtEverySize) {
  TileWriter writer = Writer();
  uint64_t size = 1;  // LOG_OPENED
  for (const int more : {0, 1, 3, 250, 1, 1, 300, 513}) {
    if (more > 0) Append(more);
    size += static_cast<uint64_t>(more);
    AMANA_ASSERT_OK(writer.Derive());
    EXPECT_EQ(SizeProvenByFiles(), size);
  }
  // A new writer goes on where the files are.
  TileWriter next = Writer();
  Append(5);
  AMANA_ASSERT_OK(next.Derive());
  EXPECT_EQ(SizeProvenByFiles(), size + 5);
}

TEST_F(TileWriterTest, AWriteThatFailsAnywhereLeavesAReadableLogAndIsMadeUpFor) {
  TileWriter first = Writer();
  AMANA_ASSERT_OK(first.Derive());
  for (int nth = 1; nth <= 6; ++nth) {
    Append(130);
    FaultFileSystem faulty(RealFileSystem());
    faulty.Fail(FaultFileSystem::kWrite, nth, absl::UnavailableError("injected"),
                /*stays=*/true);
    TileWriter writer = Writer(&faulty);
    (void)writer.Derive();
    EXPECT_GT(SizeProvenByFiles(), 0u);
    TileWriter again = Writer();
    AMANA_ASSERT_OK(again.Derive());
    EXPECT_EQ(SizeProvenByFiles(), 1u + 130u * static_cast<uint64_t>(nth));
  }
}

TEST_F(TileWriterTest, FilesAheadOfTheStoreAreKeptAsEvidence) {
  const auto checkpoint = transparency::Checkpoint::Create(
      kOrigin, 1000, Digest::FromBytes(std::string(32, 'x')).value());
  AMANA_ASSERT_OK(checkpoint.status());
  const auto signer = transparency::NoteSigner::Create(kOrigin, key_);
  const auto note = transparency::SignCheckpoint(*checkpoint, *signer);
  AMANA_ASSERT_OK(RealFileSystem().CreateDirectories(dir_.File("log")));
  AMANA_ASSERT_OK(
      RealFileSystem().WriteAtomically(dir_.File("log/checkpoint"), *note, kPublicFile));
  TileWriter writer = Writer();
  EXPECT_EQ(ErrorReason(writer.Derive()), "LOG_FILES_AHEAD");
  EXPECT_EQ(*RealFileSystem().Read(dir_.File("log/checkpoint")), *note);
}

TEST_F(TileWriterTest, ProofsOfOldEventsVerifyAgainstTheNewestCheckpoint) {
  Append(700);
  const auto snapshot = store_->Read();
  AMANA_ASSERT_OK(snapshot.status());
  for (const uint64_t index : {0u, 1u, 255u, 256u, 511u, 700u}) {
    const auto events = (*snapshot)->log().ReadEvents(index, 1);
    AMANA_ASSERT_OK(events.status());
    const auto text = TlogProofFor(**snapshot, index);
    AMANA_ASSERT_OK(text.status());
    const auto proof = transparency::ParseTlogProof(*text);
    AMANA_ASSERT_OK(proof.status());
    AMANA_EXPECT_OK(
        transparency::VerifyTlogProof(*proof, (*events)[0].leaf_hash, verifier_).status());
  }
  EXPECT_FALSE(TlogProofFor(**snapshot, 701).ok());
  const auto head = (*snapshot)->log().Head();
  const auto proof = ConsistencyProofFor(**snapshot, 300);
  AMANA_ASSERT_OK(proof.status());
  std::vector<Digest> leaves = *(*snapshot)->log().LeafHashes(0, 300);
  transparency::CompactRange old;
  for (const Digest& leaf : leaves) old.Append(leaf);
  AMANA_EXPECT_OK(transparency::VerifyConsistency(300, head->size, old.Root(), head->root, *proof));
}

}  // namespace
}  // namespace amana::audit
