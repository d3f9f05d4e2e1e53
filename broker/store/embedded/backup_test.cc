#include "broker/store/embedded/backup.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>

#include "base/testing.h"
#include "broker/store/embedded/embedded_store.h"
#include "proto/crypto/ed25519.h"

namespace amana::store {
namespace {

class StoreBackupTest : public testing::Test {
 protected:
  EmbeddedOptions Options(const std::string& name) {
    return {.directory = dir_.File(name),
            .clock = &clock_,
            .log_key = key_,
            .origin = "test.amana.example/log",
            .may_begin = name == "store"};
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

  TempDir dir_;
  FakeClock clock_{absl::FromUnixSeconds(1'800'000'000)};
  crypto::Ed25519PrivateKey key_ = *crypto::Ed25519PrivateKey::Generate();
};

TEST_F(StoreBackupTest, OutBesideTheStoreAndInAgain) {
  EXPECT_EQ(ErrorReason(CopyDatabaseOut(dir_.File("store"), dir_.File("copy")).status()),
            "FILE_NOT_FOUND");
  const auto store = *OpenEmbeddedStore(Options("store"));
  Append(*store, 300);
  const auto copy = CopyDatabaseOut(dir_.File("store"), dir_.File("copy"));
  AMANA_ASSERT_OK(copy.status());
  const LogHead then = *(*store->Read())->log().Head();
  Append(*store, 5);
  store->Close();
  EXPECT_EQ(copy->bytes, std::filesystem::file_size(dir_.File("copy")));
  const auto head = HeadOfCopy(dir_.File("copy"));
  AMANA_ASSERT_OK(head.status());
  EXPECT_EQ(head->size, 301u);
  EXPECT_EQ(head->checkpoint, then.checkpoint);
  EXPECT_EQ(head->root, then.root);

  AMANA_ASSERT_OK(CopyDatabaseIn(dir_.File("copy"), *copy, dir_.File("back")));
  EXPECT_EQ(ErrorReason(OpenEmbeddedStore(Options("back")).status()), "KEY_FILE_MISSING");
  AMANA_ASSERT_OK(CopyKeysIn(dir_.File("store/keys.amana"), dir_.File("back")));
  const auto back = OpenEmbeddedStore(Options("back"));
  AMANA_ASSERT_OK(back.status());
  EXPECT_EQ((*back)->Read().value()->log().Head()->checkpoint, then.checkpoint);
  Append(**back, 1);
  (*back)->Close();
  EXPECT_EQ(ErrorReason(CopyDatabaseIn(dir_.File("copy"), *copy, dir_.File("back"))),
            "FILE_EXISTS");
}

TEST_F(StoreBackupTest, ACopyThatChangedDoesNotComeBack) {
  (*OpenEmbeddedStore(Options("store")))->Close();
  const auto copy = *CopyDatabaseOut(dir_.File("store"), dir_.File("copy"));
  const std::string whole = *RealFileSystem().Read(dir_.File("copy"));
  std::string changed = whole;
  changed[whole.size() / 2] = static_cast<char>(changed[whole.size() / 2] ^ 1);
  for (const std::string& bytes : {changed, whole.substr(0, whole.size() - 1), whole + "x"}) {
    AMANA_ASSERT_OK(RealFileSystem().WriteAtomically(dir_.File("copy"), bytes, kPrivateFile));
    EXPECT_EQ(ErrorReason(CopyDatabaseIn(dir_.File("copy"), copy, dir_.File("back"))),
              "STORE_CORRUPT");
    EXPECT_FALSE(RealFileSystem().Exists(dir_.File("back/store.db")).value());
  }
  AMANA_ASSERT_OK(RealFileSystem().WriteAtomically(dir_.File("copy"), whole, kPrivateFile));
  // One that died on the way left a part.
  AMANA_ASSERT_OK(
      RealFileSystem().WriteAtomically(dir_.File("back/store.part"), whole + whole, kPrivateFile));
  AMANA_EXPECT_OK(CopyDatabaseIn(dir_.File("copy"), copy, dir_.File("back")));
}

}  // namespace
}  // namespace amana::store
