// The client against a real OpenSSH server.
#include "agency-adapters/net/sftp_client.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/status.h"
#include "tests/support/shared.h"
#include "tests/support/sshd.h"

namespace amana::net {
namespace {

RemotePath At(std::string_view name) { return *RemotePath::Create("in", name); }

class SftpClientTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::filesystem::path(testing::TempDir()) / ("sftp." + std::to_string(getpid()));
    std::filesystem::create_directories(folder_);
    auto sshd = tests::Sshd::Start(folder_);
    ASSERT_TRUE(sshd.ok()) << sshd.status();
    sshd_ = std::move(*sshd);
  }
  static void TearDownTestSuite() {
    sshd_.reset();
    std::filesystem::remove_all(folder_);
  }

  void SetUp() override {
    ASSERT_NE(sshd_, nullptr);
    std::filesystem::remove_all(sshd_->files());
    std::filesystem::create_directories(sshd_->files() / "in");
  }

  static SftpOptions Options() {
    return {.host = "127.0.0.1",
            .port = sshd_->port(),
            .user = sshd_->user(),
            .key_file = sshd_->key_file(),
            .host_keys = {sshd_->host_key()}};
  }
  static std::unique_ptr<SftpClient> Client(SftpOptions options = Options()) {
    auto client = SftpClient::Create(std::move(options));
    EXPECT_TRUE(client.ok()) << client.status();
    return std::move(*client);
  }
  static void Put(const std::string& name, std::string_view bytes) {
    std::ofstream(sshd_->files() / "in" / name, std::ios::binary) << bytes;
  }
  static std::string Get(const std::string& name) {
    return tests::ReadWhole(sshd_->files() / "in" / name);
  }

  static inline std::filesystem::path folder_;
  static inline std::unique_ptr<tests::Sshd> sshd_;
};

TEST_F(SftpClientTest, WritesReadsAppendsRenamesAndRemoves) {
  const auto client = Client();
  std::string bytes(100'000, 'x');
  bytes[70'000] = '\0';
  ASSERT_TRUE(client->Write(At("a.part"), bytes).ok());
  EXPECT_EQ(Get("a.part"), bytes);
  ASSERT_TRUE(client->Rename(At("a.part"), At("a.csv")).ok());
  EXPECT_EQ(client->Read(At("a.csv"), bytes.size()).value(), bytes);
  EXPECT_EQ(ErrorReason(client->Read(At("a.csv"), bytes.size() - 1).status()), "REMOTE_TOO_LARGE");
  ASSERT_TRUE(client->Append(At("a.csv"), "yz").ok());
  EXPECT_EQ(client->Stat(At("a.csv"))->size, bytes.size() + 2);
  ASSERT_TRUE(client->Write(At("a.csv"), "short").ok());
  EXPECT_EQ(Get("a.csv"), "short");
  ASSERT_TRUE(client->Append(At("new"), "1").ok());
  ASSERT_TRUE(client->Append(At("new"), "2").ok());
  EXPECT_EQ(Get("new"), "12");
  ASSERT_TRUE(client->Remove(At("a.csv")).ok());
  EXPECT_FALSE(std::filesystem::exists(sshd_->files() / "in/a.csv"));
}

TEST_F(SftpClientTest, RenameReplaces) {
  Put("old", "old");
  Put("new", "new");
  const auto client = Client();
  ASSERT_TRUE(client->Rename(At("new"), At("old")).ok());
  EXPECT_EQ(Get("old"), "new");
  EXPECT_FALSE(std::filesystem::exists(sshd_->files() / "in/new"));
}

// A folder does not go into itself: refused for another reason than that the name is taken.
TEST_F(SftpClientTest, ARenameThatIsRefusedLosesNothing) {
  std::filesystem::create_directory(sshd_->files() / "in/folder");
  Put("folder/old", "old");
  const auto client = Client();
  const RemotePath old = RemotePath::Create("in/folder", "old").value();
  EXPECT_FALSE(client->Rename(At("folder"), old).ok());
  EXPECT_EQ(Get("folder/old"), "old");
  EXPECT_FALSE(std::filesystem::exists(sshd_->files() / "in/folder/old.replaced"));
}

TEST_F(SftpClientTest, WhatIsNotThereIsNotFound) {
  const auto client = Client();
  for (const absl::Status& status :
       {client->Read(At("no"), 10).status(), client->Stat(At("no")).status(),
        client->Remove(At("no")), client->Rename(At("no"), At("there")),
        client->List("nowhere").status()}) {
    EXPECT_EQ(ErrorReason(status), "REMOTE_NOT_FOUND") << status;
  }
}

TEST_F(SftpClientTest, ListsRegularFilesByNameAndLooksAtNoUnsafeOne) {
  Put("b.csv", "12345");
  Put("a.csv", "1");
  Put(".hidden", "");
  Put("with space.csv", "");
  Put("new\nline", "");
  std::filesystem::create_directory(sshd_->files() / "in/folder");
  std::filesystem::create_symlink("/etc/passwd", sshd_->files() / "in/link.csv");
  const auto client = Client();
  const auto listing = client->List("in");
  ASSERT_TRUE(listing.ok()) << listing.status();
  ASSERT_EQ(listing->files.size(), 2u);
  EXPECT_EQ(listing->files[0].name, "a.csv");
  EXPECT_EQ(listing->files[1].name, "b.csv");
  EXPECT_EQ(listing->files[1].size, 5u);
  EXPECT_GT(listing->files[1].modified, 1'000'000'000);
  EXPECT_EQ(listing->unsafe_names, 3u);
  EXPECT_EQ(client->List("in/../in").status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(SftpClientTest, AServerWithAnotherKeyIsNotTrusted) {
  SftpOptions options = Options();
  options.host_keys = {sshd_->other_host_key()};
  EXPECT_EQ(ErrorReason(Client(options)->Connect()), "HOST_KEY_UNKNOWN");
  // One that is to come may be configured beside the present one.
  options.host_keys.push_back(sshd_->host_key());
  EXPECT_TRUE(Client(options)->Connect().ok());
}

TEST_F(SftpClientTest, OnlyOurKeyOpensTheDoor) {
  SftpOptions options = Options();
  options.key_file = sshd_->other_key_file();
  EXPECT_EQ(ErrorReason(Client(options)->Connect()), "SFTP_KEY_REFUSED");
  const std::string open_to_all = (folder_ / "etc/open").string();
  std::filesystem::copy_file(sshd_->key_file(), open_to_all,
                             std::filesystem::copy_options::overwrite_existing);
  ASSERT_EQ(chmod(open_to_all.c_str(), 0644), 0);
  options.key_file = open_to_all;
  EXPECT_EQ(ErrorReason(Client(options)->Connect()), "KEY_FILE_PERMISSIONS");
}

TEST_F(SftpClientTest, OptionsAreCheckedByName) {
  struct Case {
    std::function<void(SftpOptions&)> spoil;
    std::string_view field;
  };
  for (const Case& c :
       {Case{[](SftpOptions& o) { o.host = ""; }, "host"},
        Case{[](SftpOptions& o) { o.user = ""; }, "user"},
        Case{[](SftpOptions& o) { o.port = 65536; }, "port"},
        Case{[](SftpOptions& o) { o.key_file = ""; }, "key_file"},
        Case{[](SftpOptions& o) { o.host_keys = {}; }, "host_keys"},
        Case{[](SftpOptions& o) { o.host_keys = {"ssh-ed25519 nonsense"}; }, "host_keys"}}) {
    SftpOptions options = Options();
    c.spoil(options);
    const auto client = SftpClient::Create(options);
    ASSERT_FALSE(client.ok());
    EXPECT_EQ(ErrorField(client.status()), c.field);
  }
}

TEST_F(SftpClientTest, AConnectionThatBreaksIsMadeAnew) {
  const auto client = Client();
  ASSERT_TRUE(client->List("in").ok());
  sshd_->Stop();
  EXPECT_EQ(client->List("in").status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ErrorReason(client->List("in").status()), "REMOTE_UNREACHABLE");
  ASSERT_TRUE(sshd_->Restart().ok());
  EXPECT_TRUE(client->List("in").ok());
}

TEST_F(SftpClientTest, AServerThatHangsIsGivenUpInTime) {
  SftpOptions options = Options();
  options.call_timeout = absl::Milliseconds(300);
  const auto client = Client(options);
  ASSERT_TRUE(client->List("in").ok());
  sshd_->SignalSessions(SIGSTOP);
  EXPECT_EQ(ErrorReason(client->List("in").status()), "REMOTE_TIMEOUT");
  sshd_->SignalSessions(SIGCONT);
  EXPECT_TRUE(client->List("in").ok());
}

TEST_F(SftpClientTest, AServerThatAcceptsAndSaysNothingIsGivenUpInTime) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  ASSERT_EQ(bind(fd, reinterpret_cast<const sockaddr*>(&address), size), 0);
  ASSERT_EQ(listen(fd, 1), 0);
  ASSERT_EQ(getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size), 0);
  SftpOptions options = Options();
  options.port = ntohs(address.sin_port);
  options.connect_timeout = absl::Seconds(1);
  EXPECT_EQ(Client(options)->Connect().code(), absl::StatusCode::kUnavailable);
  close(fd);
}

}  // namespace
}  // namespace amana::net
