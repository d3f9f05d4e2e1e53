// One pair of mail servers for all tests of a program: starting them costs seconds.
#ifndef AMANA_AGENCY_ADAPTERS_NET_MAIL_FOR_TEST_H_
#define AMANA_AGENCY_ADAPTERS_NET_MAIL_FOR_TEST_H_

#include <memory>
#include <string>
#include <utility>

#include "agency-adapters/net/mail_server.h"
#include "base/testing.h"
#include "gtest/gtest.h"
#include "tests/support/mail_servers.h"

namespace amana::net {

class MailServersTest : public testing::Test {
 protected:
  // Skips where the servers cannot run; both mailboxes are empty and both servers listen.
  void SetUp() override {
    if (!tests::MailServers::Missing().empty()) GTEST_SKIP() << tests::MailServers::Missing();
    if (Kept() == nullptr) {
      auto started = tests::MailServers::Start();
      AMANA_ASSERT_OK(started);
      Kept() = *std::move(started);
      testing::AddGlobalTestEnvironment(new Ending);
    }
    servers_ = Kept().get();
    for (const char* address : {tests::kBrokerAddress, tests::kMinistryAddress}) {
      AMANA_ASSERT_OK(servers_->Empty(address));
    }
  }

  MailServer Server(const std::string& url, const std::string& user = tests::kBrokerAddress) const {
    MailServer server;
    server.url = url;
    server.ca_file = servers_->ca_file();
    server.user = user;
    server.password = crypto::Secret(tests::kMailPassword);
    return server;
  }

  tests::MailServers* servers_ = nullptr;

 private:
  struct Ending : testing::Environment {
    void TearDown() override { Kept().reset(); }
  };
  static std::unique_ptr<tests::MailServers>& Kept() {
    static std::unique_ptr<tests::MailServers> kept;
    return kept;
  }
};

}  // namespace amana::net

#endif  // AMANA_AGENCY_ADAPTERS_NET_MAIL_FOR_TEST_H_
