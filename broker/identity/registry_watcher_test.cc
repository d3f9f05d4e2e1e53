#include "broker/identity/registry_watcher.h"

#include <string>
#include <vector>

#include "absl/synchronization/notification.h"
#include "base/durable_file_fault.h"
#include "base/errors.h"
#include "base/status.h"
#include "broker/identity/registry_testing.h"
#include "gtest/gtest.h"
#include "tests/support/test_pki.h"

namespace amana::identity {
namespace {

using crypto::Role;

class RegistryWatcherTest : public testing::Test {
 protected:
  std::unique_ptr<RegistryWatcher> Open() {
    auto watcher =
        RegistryWatcher::Open(RealFileSystem(), files_.path(),
                              {[this](const TrustPtr& trust) { changes_.push_back(trust); },
                               [this](const std::string& file, const absl::Status& status) {
                                 files_of_errors_.push_back(file);
                                 errors_.push_back(status);
                               }});
    AMANA_EXPECT_OK(watcher);
    return *std::move(watcher);
  }
  const crypto::Certificate& signer_ = tests::TestSigner("haven", Role::kSystem).certificate;
  TestRegistry files_;
  std::vector<TrustPtr> changes_;
  std::vector<absl::Status> errors_;
  std::vector<std::string> files_of_errors_;
};

TEST_F(RegistryWatcherTest, PublishesWhatHasChangedAndNothingElse) {
  const auto watcher = Open();
  for (int i = 0; i < 4; ++i) EXPECT_FALSE(watcher->Poll());
  EXPECT_EQ(watcher->Current()->generation, 1u);

  files_.Add("haven", "s", signer_);
  EXPECT_TRUE(watcher->Poll());
  EXPECT_NE(watcher->Current()->registry->FindCertificate(signer_.id()), nullptr);
  ASSERT_EQ(changes_.size(), 1u);
  EXPECT_EQ(changes_[0], watcher->Current());

  files_.Revoke(signer_.id());
  EXPECT_TRUE(watcher->Poll());
  EXPECT_TRUE(watcher->Current()->revocations->Contains(signer_.id()));
  EXPECT_EQ(watcher->Current()->registry, changes_[0]->registry);
  EXPECT_EQ(watcher->Current()->generation, 3u);

  for (int i = 0; i < 4; ++i) EXPECT_FALSE(watcher->Poll());
  files_.Write("revoked.txt", files_.Read("revoked.txt"));  // touched, the same
  for (int i = 0; i < 4; ++i) EXPECT_FALSE(watcher->Poll());
  EXPECT_EQ(watcher->errors(), 0u);
  EXPECT_TRUE(watcher->Healthy());
}

TEST_F(RegistryWatcherTest, NoticesEveryFileTheRegistryIsMadeOf) {
  files_.Add("haven", "s", signer_);
  const auto watcher = Open();
  const auto settle = [&] {
    while (watcher->Poll()) {
    }
    EXPECT_FALSE(watcher->Poll());
  };
  settle();
  files_.Edit("SYNTHETIC police", "SYNTHETIC police force");
  EXPECT_TRUE(watcher->Poll());
  settle();
  files_.Write("ca/police.pem", tests::TestAgencyCa("police").certificate.pem() + "\n");
  EXPECT_TRUE(watcher->Poll());
  settle();
  files_.Write("ca/root.pem", tests::TestRootPem() + "\n");
  EXPECT_TRUE(watcher->Poll());
  settle();
  files_.Write("haven/s.pem",
               tests::TestSigner("haven", Role::kPerson, "intake", "p1").certificate.pem());
  EXPECT_TRUE(watcher->Poll());
  settle();
  files_.Remove("haven/s.pem");
  EXPECT_TRUE(watcher->Poll());
  settle();
  EXPECT_EQ(watcher->errors(), 0u);
}

TEST_F(RegistryWatcherTest, ABrokenRegistryLeavesTheOldOneInForce) {
  const auto watcher = Open();
  const TrustPtr before = watcher->Current();
  const std::string good = files_.Read("registry.toml");
  files_.Edit("kind = \"POLICE\"", "kind = \"ARMY\"");
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(watcher->Poll());
  EXPECT_EQ(watcher->Current(), before);
  EXPECT_TRUE(watcher->Healthy());
  EXPECT_EQ(watcher->errors(), 3u);
  ASSERT_EQ(errors_.size(), 1u);  // told once
  EXPECT_EQ(ErrorReason(errors_[0]), "REGISTRY_INVALID");
  EXPECT_EQ(files_of_errors_[0], files_.path());

  // The revocation list is followed all the same.
  files_.Revoke(signer_.id());
  EXPECT_TRUE(watcher->Poll());
  EXPECT_TRUE(watcher->Current()->revocations->Contains(signer_.id()));

  files_.Write("registry.toml", good + "# mended\n");
  EXPECT_TRUE(watcher->Poll());
  EXPECT_NE(watcher->Current()->registry, before->registry);
}

TEST_F(RegistryWatcherTest, ABrokenRevocationListFailsClosed) {
  files_.Revoke(signer_.id());
  const auto watcher = Open();
  const std::string good = files_.Read("revoked.txt");
  const auto expect_closed = [&](std::string_view reason) {
    EXPECT_FALSE(watcher->Poll());
    EXPECT_FALSE(watcher->Healthy()) << reason;
    EXPECT_TRUE(watcher->Current()->revocations->Contains(signer_.id()));
    ASSERT_FALSE(errors_.empty());
    EXPECT_EQ(ErrorReason(errors_.back()), reason);
    EXPECT_EQ(files_of_errors_.back(), files_.File("revoked.txt"));
    files_.Write("revoked.txt", good);
    EXPECT_FALSE(watcher->Poll());
    EXPECT_TRUE(watcher->Healthy());
  };
  files_.Write("revoked.txt", good + "half a li");
  expect_closed("REVOCATION_LIST_INVALID");
  files_.Remove("revoked.txt");
  expect_closed("FILE_NOT_FOUND");
  files_.Write("revoked.txt", "# emptied\n");  // a truncated list must not un-revoke
  expect_closed("REVOCATION_LIST_SHRANK");
  EXPECT_EQ(watcher->errors(), 3u);
}

// Every read in turn, as when the process is out of file descriptors: no stamp shows it.
TEST_F(RegistryWatcherTest, RecoversByItselfFromReadsThatFail) {
  FaultFileSystem faulty(RealFileSystem());
  auto watcher = RegistryWatcher::Open(faulty, files_.path(), {});
  AMANA_ASSERT_OK(watcher);
  const int reads = faulty.calls(FaultFileSystem::kRead);
  ASSERT_EQ(reads, 8);  // the TOML file, six authorities, the revocation list
  for (int nth = 1; nth <= reads; ++nth) {
    const TrustPtr before = (*watcher)->Current();
    files_.Write("registry.toml", files_.Read("registry.toml") + "# again\n");
    files_.Revoke(CertId::FromBytes(std::string(32, static_cast<char>(nth))).value());
    const int expected = faulty.calls(FaultFileSystem::kRead) + nth;
    faulty.Fail(FaultFileSystem::kRead, nth, TooManyFilesError("SYNTHETIC"), /*stays=*/true);
    const bool registry_read = nth == reads;  // the revocation list comes last
    EXPECT_EQ((*watcher)->Poll(), registry_read);
    EXPECT_GE(faulty.calls(FaultFileSystem::kRead), expected);
    EXPECT_FALSE((*watcher)->Healthy());
    EXPECT_EQ((*watcher)->Current()->registry != before->registry, registry_read);
    EXPECT_EQ((*watcher)->Current()->revocations, before->revocations);
    faulty.Heal();
    EXPECT_TRUE((*watcher)->Poll());
    EXPECT_TRUE((*watcher)->Healthy());
    EXPECT_NE((*watcher)->Current()->registry, before->registry);
    EXPECT_NE((*watcher)->Current()->revocations, before->revocations);
  }
}

TEST_F(RegistryWatcherTest, DoesNotStartOnBrokenFiles) {
  files_.Write("revoked.txt", "broken\n");
  EXPECT_EQ(ErrorReason(RegistryWatcher::Open(RealFileSystem(), files_.path(), {}).status()),
            "REVOCATION_LIST_INVALID");
  files_.Write("registry.toml", "");
  EXPECT_EQ(ErrorReason(RegistryWatcher::Open(RealFileSystem(), files_.path(), {}).status()),
            "REGISTRY_INVALID");
}

TEST_F(RegistryWatcherTest, ItsThreadPollsUntilStopped) {
  absl::Notification changed;
  auto watcher = RegistryWatcher::Open(RealFileSystem(), files_.path(),
                                       {[&changed](const TrustPtr&) { changed.Notify(); },
                                        [](const std::string&, const absl::Status&) {}});
  AMANA_ASSERT_OK(watcher);
  (*watcher)->Start(absl::Milliseconds(5));
  files_.Revoke(signer_.id());
  EXPECT_TRUE(changed.WaitForNotificationWithTimeout(absl::Seconds(20)));
  (*watcher)->Stop();
  (*watcher)->Stop();
  EXPECT_TRUE((*watcher)->Current()->revocations->Contains(signer_.id()));
}

}  // namespace
}  // namespace amana::identity
