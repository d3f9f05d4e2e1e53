#include "agency-adapters/sdk/verifier.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "agency-adapters/sdk/testing.h"
#include "base/durable_file.h"
#include "base/status.h"
#include "base/testing.h"
#include "proto/crypto/sha256.h"
#include "proto/transparency/tile.h"

namespace amana::sdk {
namespace {

using testing::FakeBroker;
using testing::SampleEvent;

TEST(VerifyReceiptTest, RebuildsTheLeafAndProvesIt) {
  FakeBroker broker(5);
  const Digest digest = crypto::Sha256("statement");
  const uint64_t index = broker.Append({v1::EVENT_KIND_GRANT_ADDED, digest, std::nullopt});
  broker.Append({});
  const auto verified = VerifyReceipt(broker.ReceiptOf(index), broker.log());
  ASSERT_TRUE(verified.ok()) << verified.status();
  EXPECT_EQ(verified->index, index);
  EXPECT_EQ(verified->event.kind, v1::EVENT_KIND_GRANT_ADDED);
  EXPECT_EQ(verified->event.statement_digest, digest);
  EXPECT_EQ(verified->checkpoint.size(), 7u);
  EXPECT_EQ(verified->checkpoint_note, broker.Checkpoint());
}

TEST(VerifyReceiptTest, TellsForgeriesApart) {
  FakeBroker broker(5);
  FakeBroker other(5);
  const struct {
    const char* name;
    std::function<void(v1::Receipt&)> forge;
    const char* reason;
  } cases[] = {
      {"another kind", [](v1::Receipt& r) { r.mutable_event()->set_fields(0, "\x04"); },
       "PROOF_INVALID"},
      {"another seed", [](v1::Receipt& r) { r.mutable_event()->set_seed(std::string(32, '!')); },
       "PROOF_INVALID"},
      {"no event", [](v1::Receipt& r) { r.clear_event(); }, "EVENT_INVALID"},
      {"another event's proof",
       [&](v1::Receipt& r) { r.set_tlog_proof(broker.ReceiptOf(1).tlog_proof()); },
       "PROOF_INVALID"},
      {"no proof", [](v1::Receipt& r) { r.clear_tlog_proof(); }, "PROOF_MALFORMED"},
      {"another log's", [&](v1::Receipt& r) { r = other.ReceiptOf(0); }, "NOTE_UNTRUSTED"}};
  for (const auto& c : cases) {
    v1::Receipt receipt = broker.ReceiptOf(0);
    c.forge(receipt);
    EXPECT_EQ(ErrorReason(VerifyReceipt(receipt, broker.log()).status()), c.reason) << c.name;
  }
}

class VerifyLogTest : public ::testing::Test {
 protected:
  absl::Status Download() {
    return DownloadLog(*client_, RealFileSystem(), dir_.path(), broker_.log()).status();
  }
  std::string Verify(const HeldEvidence& held = {}) {
    const auto report = VerifyLog(RealFileSystem(), dir_.path(), broker_.log(), held);
    if (report.ok()) {
      EXPECT_EQ(report->size, broker_.log_size());
    }
    return ErrorReason(report.status());
  }
  void Write(const std::string& name, const std::string& content) {
    AMANA_ASSERT_OK(RealFileSystem().WriteAtomically(dir_.File(name), content, kPublicFile));
  }

  TempDir dir_;
  FakeBroker broker_{300};
  std::unique_ptr<Client> client_ = broker_.Connect();
};

TEST_F(VerifyLogTest, ADownloadedLogVerifiesAndGrows) {
  AMANA_ASSERT_OK(Download());
  const auto report = VerifyLog(RealFileSystem(), dir_.path(), broker_.log());
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->size, 300u);
  EXPECT_EQ(report->tiles, 3u);  // two of level 0, one of level 1
  EXPECT_EQ(report->origin, broker_.log().name());
  for (int i = 0; i < 250; ++i) broker_.Append({});
  AMANA_ASSERT_OK(Download());
  EXPECT_EQ(Verify(), "");
  AMANA_ASSERT_OK(Download());  // nothing new
  EXPECT_EQ(Verify(), "");
}

TEST_F(VerifyLogTest, HeldEvidenceMustAgree) {
  HeldEvidence held{{broker_.Checkpoint()}, {broker_.ReceiptOf(7), broker_.ReceiptOf(299)}};
  broker_.Append({});
  AMANA_ASSERT_OK(Download());
  EXPECT_EQ(Verify(held), "");
  broker_.Append({});
  held.checkpoints.push_back(broker_.Checkpoint());
  const auto report = VerifyLog(RealFileSystem(), dir_.path(), broker_.log(), held);
  EXPECT_EQ(ErrorReason(report.status()), "LOG_INCOMPLETE");

  FakeBroker other(3);
  EXPECT_EQ(Verify({{other.Checkpoint()}, {}}), "NOTE_UNTRUSTED");
}

TEST_F(VerifyLogTest, AForkIsSeen) {
  const HeldEvidence checkpoint{{broker_.Checkpoint()}, {}};
  const HeldEvidence receipt{{}, {broker_.ReceiptOf(0)}};
  broker_.Fork();
  AMANA_ASSERT_OK(Download());
  EXPECT_EQ(Verify(), "");
  EXPECT_EQ(Verify(checkpoint), "LOG_FORKED");
  EXPECT_EQ(Verify(receipt), "LOG_TAMPERED");
}

TEST_F(VerifyLogTest, ADownloadNeverGoesFromOneLogToAnother) {
  AMANA_ASSERT_OK(Download());
  broker_.Fork();
  EXPECT_EQ(ErrorReason(Download()), "LOG_FORKED");
  broker_.Append({});
  EXPECT_EQ(ErrorReason(Download()), "LOG_FORKED");
}

TEST_F(VerifyLogTest, TamperedIncompleteAndMalformedAreToldApart) {
  AMANA_ASSERT_OK(Download());
  const std::string bundle = "tile/entries/000";
  const std::string good = broker_.Tile(bundle);
  std::string bad = good;
  bad.back() ^= 1;
  Write(bundle, bad);
  EXPECT_EQ(Verify(), "LOG_TAMPERED");
  Write(bundle, good.substr(1));
  EXPECT_EQ(Verify(), "TILE_INVALID");
  AMANA_ASSERT_OK(RealFileSystem().Remove(dir_.File(bundle)));
  EXPECT_EQ(Verify(), "LOG_INCOMPLETE");
  Write(bundle, good);
  EXPECT_EQ(Verify(), "");

  const std::string tile = "tile/1/000.p/1";
  Write(tile, std::string(32, 'x'));
  EXPECT_EQ(Verify(), "LOG_TAMPERED");
  AMANA_ASSERT_OK(RealFileSystem().Remove(dir_.File(tile)));
  EXPECT_EQ(Verify(), "LOG_INCOMPLETE");
  Write(tile, broker_.Tile(tile));

  std::string note = broker_.Checkpoint();
  note[note.find('\n') + 1] ^= 1;
  Write("checkpoint", note);
  EXPECT_EQ(Verify(), "NOTE_SIGNATURE_INVALID");
}

TEST_F(VerifyLogTest, EntriesAreRead) {
  AMANA_ASSERT_OK(Download());
  const auto read = [&](uint64_t index) { return ReadEntry(RealFileSystem(), dir_.path(), index); };
  const auto view = ViewOf(broker_.ReceiptOf(299).event()).value();
  EXPECT_EQ(read(299).value(), view.leaf_data);
  EXPECT_EQ(ErrorReason(read(300).status()), "LOG_INCOMPLETE");
}

TEST_F(VerifyLogTest, TheEmptyLog) {
  FakeBroker empty(0);
  TempDir dir;
  auto client = empty.Connect();
  AMANA_ASSERT_OK(DownloadLog(*client, RealFileSystem(), dir.path(), empty.log()));
  EXPECT_EQ(VerifyLog(RealFileSystem(), dir.path(), empty.log())->size, 0u);
}

}  // namespace
}  // namespace amana::sdk
