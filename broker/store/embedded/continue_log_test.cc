// A log that goes on as another: what is kept.
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>

#include "base/status.h"
#include "base/testing.h"
#include "broker/store/embedded/embedded_store.h"
#include "proto/crypto/ed25519.h"
#include "proto/crypto/sha256.h"
#include "proto/transparency/checkpoint.h"
#include "proto/transparency/note_verifier.h"

namespace amana::store {
namespace {

using transparency::NoteKeyType;
using transparency::NoteVerifier;

constexpr char kDetail[] = "what two operators have signed";

class ContinueLogTest : public testing::Test {
 protected:
  EmbeddedOptions Options(const std::string& origin, const crypto::Ed25519PrivateKey& key) {
    return {.directory = dir_.File("store"),
            .clock = &clock_,
            .log_key = key,
            .origin = origin,
            .opened_detail = kDetail,
            .may_begin = origin == "log.example/one"};
  }
  EmbeddedOptions Old() { return Options("log.example/one", old_key_); }
  EmbeddedOptions New() { return Options("log.example/two", new_key_); }
  NoteVerifier OldLog() {
    return *NoteVerifier::Create("log.example/one", NoteKeyType::kEd25519, old_key_.PublicKey());
  }
  NoteVerifier NewLog() {
    return *NoteVerifier::Create("log.example/two", NoteKeyType::kEd25519, new_key_.PublicKey());
  }
  static void Append(Store& store, int events) {
    for (int i = 0; i < events; ++i) {
      AMANA_ASSERT_OK(store.CommitAndWait([](Transaction& tx) {
        events::Event event;
        event.kind = v1::EVENT_KIND_AUDIT_READ;
        return tx.log().Append(event).status();
      }));
    }
  }
  LogHead Fill(int events) {
    const auto store = *OpenEmbeddedStore(Old());
    Append(*store, events);
    return *(*store->Read())->log().Head();
  }

  TempDir dir_;
  FakeClock clock_{absl::FromUnixSeconds(1'800'000'000)};
  crypto::Ed25519PrivateKey old_key_ = *crypto::Ed25519PrivateKey::Generate();
  crypto::Ed25519PrivateKey new_key_ = *crypto::Ed25519PrivateKey::Generate();
  const Digest statement_ = crypto::Sha256(kDetail);
};

TEST_F(ContinueLogTest, TheEntriesStayAndTheNewLogsFirstSaysWhy) {
  const LogHead before = Fill(299);
  clock_.Advance(-absl::Hours(1));  // the log's time runs on all the same
  AMANA_ASSERT_OK(ContinueLog(New(), OldLog(), statement_));
  EXPECT_EQ(ErrorReason(OpenEmbeddedStore(Old()).status()), "LOG_INCONSISTENT");
  const auto store = OpenEmbeddedStore(New());
  AMANA_ASSERT_OK(store.status());
  const auto snapshot = *(*store)->Read();
  const LogHead head = *snapshot->log().Head();
  EXPECT_EQ(head.size, before.size + 1);
  AMANA_EXPECT_OK(transparency::OpenCheckpoint(head.checkpoint, NewLog()).status());
  const auto events = *snapshot->log().ReadEvents(before.size - 1, 2);
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].event.kind, v1::EVENT_KIND_AUDIT_READ);
  EXPECT_EQ(events[1].event.kind, v1::EVENT_KIND_LOG_OPENED);
  EXPECT_EQ(events[1].event.detail, kDetail);
  EXPECT_EQ(events[1].event.statement_digest, statement_);
  EXPECT_GE(events[1].event.time, events[0].event.time);
  Append(**store, 300);  // the frontier is the old one's
}

TEST_F(ContinueLogTest, OnlyTheLogThatItIsSaidToBe) {
  EXPECT_EQ(ErrorReason(ContinueLog(New(), OldLog(), statement_)), "LOG_MISSING");
  std::filesystem::remove_all(dir_.File("store"));
  const LogHead before = Fill(5);
  const NoteVerifier other =
      *NoteVerifier::Create("log.example/one", NoteKeyType::kEd25519, new_key_.PublicKey());
  EXPECT_EQ(ErrorReason(ContinueLog(New(), other, statement_)), "LOG_INCONSISTENT");
  {
    const auto running = *OpenEmbeddedStore(Old());
    EXPECT_EQ(ErrorReason(ContinueLog(New(), OldLog(), statement_)), "ALREADY_RUNNING");
    EXPECT_EQ((*running->Read())->log().Head()->checkpoint, before.checkpoint);
  }
  AMANA_ASSERT_OK(ContinueLog(New(), OldLog(), statement_));
  EXPECT_EQ(ErrorReason(ContinueLog(New(), OldLog(), statement_)), "LOG_INCONSISTENT");
}

}  // namespace
}  // namespace amana::store
