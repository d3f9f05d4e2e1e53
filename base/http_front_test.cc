// What a server's callers may do to each other before their requests are whole.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "base/durable_file.h"
#include "base/http_client.h"
#include "base/http_server.h"
#include "base/testing.h"
#include "tests/support/test_pki.h"

namespace amana::http {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(5);
constexpr absl::Duration kNever = absl::Seconds(60);

Response Repeat(const Request& request) { return {.body = request.path + request.body}; }

std::unique_ptr<Server> Serve(const ServerOptions& options, Handler handler = Repeat) {
  auto server = Server::Start(options, std::move(handler));
  EXPECT_TRUE(IsOk(server));
  return *std::move(server);
}

// A caller that says what it likes, from an address of its own.
class Caller {
 public:
  explicit Caller(const Server& server, const char* from = "127.0.0.1") {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    inet_pton(AF_INET, from, &address.sin_addr);
    EXPECT_EQ(bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<uint16_t>(server.port()));
    EXPECT_EQ(connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    const timeval patience = {static_cast<time_t>(absl::ToInt64Seconds(kPatience)), 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
  }
  Caller(Caller&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Caller(const Caller&) = delete;
  ~Caller() {
    if (fd_ >= 0) close(fd_);
  }
  bool Say(std::string_view bytes) const {
    return send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(bytes.size());
  }
  // The first bytes of what comes, `size` of them; "" when it was closed; "?" after kPatience.
  std::string Hear(size_t size = 12) const {
    std::string heard(size, '\0');
    const ssize_t got = recv(fd_, heard.data(), size, MSG_WAITALL);
    if (got < 0) return errno == EAGAIN ? "?" : "";
    return heard.substr(0, static_cast<size_t>(got));
  }
  std::string HearAll() const {
    std::string all;
    for (std::string some; (some = Hear(1)) != "" && some != "?";) all += some;
    return all;
  }
  bool HasNews(absl::Duration within) const {
    pollfd one = {fd_, POLLIN, 0};
    return poll(&one, 1, static_cast<int>(absl::ToInt64Milliseconds(within))) > 0;
  }

 private:
  int fd_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
};

std::string Get(const std::string& url, ClientOptions options = {}) {
  options.timeout = kPatience;
  auto client = Client::Create(std::move(options));
  EXPECT_TRUE(IsOk(client));
  const auto answer = (*client)->Call({"GET", url, "", {}, ""});
  return answer.ok() ? std::to_string(answer->status) : std::string(ErrorReason(answer.status()));
}

std::string Url(const Server& server) { return "http://" + server.address() + "/x"; }

// KiB that this process has had at once, at most.
long PeakMemory() {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

// What one was able to send of 96 MiB.
size_t SendWithoutEnd(const Caller& caller, std::string_view piece) {
  size_t sent = 0;
  while (sent < (size_t{96} << 20) && caller.Say(piece)) sent += piece.size();
  return sent;
}

TEST(HttpFrontTest, HeadersWithoutEndAreCut) {
  const auto server = Serve({});
  std::string headers;
  while (headers.size() < (size_t{1} << 16)) headers += "X-Y: " + std::string(4000, 'y') + "\r\n";
  const Caller told(*server);
  ASSERT_TRUE(told.Say("GET / HTTP/1.1\r\n" + headers));
  EXPECT_EQ(told.Hear(), "HTTP/1.1 431");

  const long before = PeakMemory();
  for (const std::string& piece : {headers, std::string(size_t{1} << 16, 'z')}) {
    const Caller endless(*server);
    ASSERT_TRUE(endless.Say("GET / HTTP/1.1\r\n"));
    EXPECT_LT(SendWithoutEnd(endless, piece), size_t{32} << 20);
  }
  EXPECT_LT(PeakMemory() - before, 16 << 10);
  EXPECT_EQ(Get(Url(*server)), "200");
}

TEST(HttpFrontTest, AChunksLengthWithoutEndIsCut) {
  const auto server = Serve({.max_body = 1000});
  const long before = PeakMemory();
  const Caller endless(*server);
  ASSERT_TRUE(endless.Say("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"));
  EXPECT_LT(SendWithoutEnd(endless, std::string(size_t{1} << 16, '1')), size_t{32} << 20);
  EXPECT_LT(PeakMemory() - before, 16 << 10);
}

TEST(HttpFrontTest, AHeadUpToTheBoundIsTaken) {
  const auto server = Serve({});
  std::string headers;
  while (headers.size() < 60'000) headers += "X-Y: " + std::string(4000, 'y') + "\r\n";
  const Caller caller(*server);
  ASSERT_TRUE(caller.Say("GET /a HTTP/1.1\r\n" + headers + "Connection: close\r\n\r\n"));
  EXPECT_EQ(caller.Hear(), "HTTP/1.1 200");
}

TEST(HttpFrontTest, SlowHeadsHoldUpNobody) {
  const auto server = Serve({.threads = 2, .head_timeout = kNever});
  std::vector<Caller> slow;
  for (int i = 0; i < 4; ++i) {
    slow.emplace_back(*server);
    ASSERT_TRUE(slow.back().Say("GET / HTTP/1.1\r\nX-1: "));
  }
  EXPECT_EQ(Get(Url(*server)), "200");
  for (const Caller& caller : slow) {
    ASSERT_TRUE(caller.Say("1\r\nConnection: close\r\n\r\n"));
    EXPECT_EQ(caller.Hear(), "HTTP/1.1 200");
  }
}

TEST(HttpFrontTest, WhoDoesNotComeToTheEndOfAHeadIsLetGo) {
  const auto server = Serve({.threads = 2, .head_timeout = absl::Milliseconds(200)});
  const Caller silent(*server);
  const Caller slow(*server);
  ASSERT_TRUE(slow.Say("GET / HTTP/1.1\r\n"));
  // Each line comes well within the time; together they do not.
  const absl::Time end = absl::Now() + kPatience;
  while (!slow.HasNews(absl::Milliseconds(40)) && absl::Now() < end) slow.Say("X-1: 1\r\n");
  EXPECT_EQ(slow.Hear(), "HTTP/1.1 408");
  EXPECT_EQ(silent.Hear(), "");
}

TEST(HttpFrontTest, EachRequestOfAKeptConnectionHasItsOwnTime) {
  const auto server = Serve({.head_timeout = absl::Milliseconds(300)});
  const Caller caller(*server);
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(caller.Say("GET /abc HTTP/1.1\r\n"));
    EXPECT_FALSE(caller.HasNews(absl::Milliseconds(120)));
    ASSERT_TRUE(caller.Say("\r\n"));
    EXPECT_EQ(caller.Hear(), "HTTP/1.1 200");
    std::string rest;
    while (!rest.ends_with("\r\n\r\n/abc")) {
      const std::string more = caller.Hear(1);
      ASSERT_EQ(more.size(), 1u);
      ASSERT_NE(more, "?");
      rest += more;
    }
  }
}

TEST(HttpFrontTest, IdleConnectionsHoldNoThread) {
  const auto server = Serve({.threads = 1});
  std::vector<Caller> idle;
  const absl::Time begin = absl::Now();
  for (int i = 0; i < 8; ++i) {
    idle.emplace_back(*server);
    ASSERT_TRUE(idle.back().Say("GET / HTTP/1.1\r\n\r\n"));
    EXPECT_EQ(idle.back().Hear(), "HTTP/1.1 200");
  }
  EXPECT_LT(absl::Now() - begin, absl::Seconds(3));
}

TEST(HttpFrontTest, RequestsSentTogetherAreAllAnswered) {
  const auto server = Serve({});
  const Caller caller(*server);
  ASSERT_TRUE(
      caller.Say("POST /a HTTP/1.1\r\nContent-Length: 2\r\n\r\nbcGET /d HTTP/1.1\r\n\r\n"
                 "GET /e HTTP/1.1\r\nConnection: close\r\n\r\n"));
  const std::string all = caller.HearAll();
  EXPECT_NE(all.find("\r\n\r\n/abcHTTP/1.1 200"), std::string::npos) << all;
  EXPECT_NE(all.find("\r\n\r\n/dHTTP/1.1 200"), std::string::npos) << all;
  EXPECT_TRUE(all.ends_with("\r\n\r\n/e")) << all;
}

// What was not read of a request must not be taken for the next one.
TEST(HttpFrontTest, AfterARequestThatWasNotReadWholeNothingIsAnswered) {
  const auto server = Serve({.max_body = 1000});
  const std::string next = "GET /next HTTP/1.1\r\n\r\n";
  for (const std::string first :
       {"nonsense\r\nA: b\r\n\r\n", "GET /a HTTP/1.1\r\nContent-Length: 24\r\n\r\n",
        "GET /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "DELETE /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nz\r\n",
        "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"}) {
    const Caller caller(*server);
    ASSERT_TRUE(caller.Say(first + next));
    const std::string all = caller.HearAll();
    EXPECT_TRUE(all.starts_with("HTTP/1.1 ")) << first;
    EXPECT_EQ(all.find("HTTP/1.1", 1), std::string::npos) << first << all;
  }
}

TEST(HttpFrontTest, OneAddressDoesNotDriveOutAnother) {
  const auto server = Serve({.head_timeout = kNever, .max_connections = 8});
  const Caller good(*server, "127.0.0.2");
  ASSERT_TRUE(good.Say("GET / HTTP/1.1\r\nConnection: close\r\n"));
  std::vector<Caller> many;
  many.reserve(12);
  for (int i = 0; i < 12; ++i) many.emplace_back(*server);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(many[i].Hear(), "") << i;  // the oldest
  EXPECT_FALSE(many.back().HasNews(absl::ZeroDuration()));
  ASSERT_TRUE(good.Say("\r\n"));
  EXPECT_EQ(good.Hear(), "HTTP/1.1 200");
}

TEST(HttpFrontTest, OneAddressDoesNotHoldEveryThread) {
  const auto server = Serve({.threads = 2, .per_peer = 1});
  std::vector<Caller> many;
  for (int i = 0; i < 4; ++i) {
    many.emplace_back(*server);
    ASSERT_TRUE(many.back().Say("POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nabc"));
  }
  const Caller good(*server, "127.0.0.2");
  ASSERT_TRUE(good.Say("GET / HTTP/1.1\r\nConnection: close\r\n\r\n"));
  EXPECT_EQ(good.Hear(), "HTTP/1.1 200");
  for (const Caller& caller : many) {
    ASSERT_TRUE(caller.Say("de"));
    EXPECT_EQ(caller.Hear(), "HTTP/1.1 200");
  }
}

// Whole heads as well: they wait for a thread, and others' are held by bodies that do not come.
TEST(HttpFrontTest, WhatWaitsForAThreadIsBoundedToo) {
  const auto server = Serve({.threads = 2, .max_connections = 8, .per_peer = 1});
  std::vector<Caller> many;
  for (int i = 0; i < 12; ++i) {
    many.emplace_back(*server);
    ASSERT_TRUE(many.back().Say("POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nabc"));
  }
  EXPECT_EQ(many.back().Hear(), "");
  const Caller good(*server, "127.0.0.2");
  ASSERT_TRUE(good.Say("GET / HTTP/1.1\r\nConnection: close\r\n\r\n"));
  EXPECT_EQ(good.Hear(), "HTTP/1.1 200");
  ASSERT_TRUE(many.front().Say("de"));
  EXPECT_EQ(many.front().Hear(), "HTTP/1.1 200");
}

TEST(HttpFrontTest, StopWaitsForRequestsUnderWayAndForNobodyElse) {
  absl::Notification begun;
  absl::Notification go;
  const auto server = Serve({.head_timeout = kNever}, [&](const Request&) {
    if (!begun.HasBeenNotified()) begun.Notify();
    go.WaitForNotification();
    return Response{};
  });
  const Caller silent(*server);
  const Caller slow(*server);
  ASSERT_TRUE(slow.Say("GET / HTTP/1.1\r\n"));
  const Caller good(*server);
  ASSERT_TRUE(good.Say("GET / HTTP/1.1\r\n\r\n"));
  ASSERT_TRUE(begun.WaitForNotificationWithTimeout(kPatience));
  std::thread stop([&] { server->Stop(); });
  EXPECT_EQ(silent.Hear(), "");
  EXPECT_EQ(slow.Hear(), "");
  EXPECT_FALSE(good.HasNews(absl::ZeroDuration()));
  go.Notify();
  EXPECT_EQ(good.Hear(), "HTTP/1.1 200");
  stop.join();
}

// httplib matches both with expressions that call themselves for each letter, before any handler.
TEST(HttpFrontTest, LongPathsAndRangesDoNoHarm) {
  const auto server = Serve({});
  for (const std::string name : {"Range", "range", "RANGE"}) {
    std::string range = name + ": bytes=0-0";
    while (range.size() < 8100) range += ",0-0";
    const Caller caller(*server);
    ASSERT_TRUE(caller.Say("GET /abc HTTP/1.1\r\nConnection: close\r\n" + range + "\r\n\r\n"));
    const std::string all = caller.HearAll();
    EXPECT_TRUE(all.starts_with("HTTP/1.1 200")) << all;
    EXPECT_TRUE(all.ends_with("\r\n\r\n/abc")) << all;
  }
  const Caller usual(*server);
  ASSERT_TRUE(usual.Say("GET /" + std::string(2000, 'a') + " HTTP/1.1\r\n\r\n"));
  EXPECT_EQ(usual.Hear(), "HTTP/1.1 200");
  for (const std::string method : {"GET", "POST"}) {
    const Caller caller(*server);
    ASSERT_TRUE(caller.Say(method + " /" + std::string(8000, 'a') + " HTTP/1.1\r\n\r\n"));
    EXPECT_EQ(caller.Hear(), "HTTP/1.1 414");
  }
}

class HttpFrontTlsTest : public ::testing::Test {
 protected:
  HttpFrontTlsTest() {
    Write("server", tests::TestBrokerTls());
    Write("client", tests::TestTls("police", crypto::Role::kSystem, "desk"));
    AMANA_EXPECT_OK(
        RealFileSystem().WriteAtomically(dir_.File("root.pem"), tests::TestRootPem(), kPublicFile));
  }
  void Write(const std::string& name, const tests::TestIdentity& identity) {
    AMANA_EXPECT_OK(RealFileSystem().WriteAtomically(dir_.File(name + ".pem"), identity.chain_pem,
                                                     kPublicFile));
    AMANA_EXPECT_OK(
        RealFileSystem().WriteAtomically(dir_.File(name + ".key"), identity.key_pem, kPrivateFile));
  }
  ServerTls Tls() const {
    return {dir_.File("server.pem"), dir_.File("server.key"), dir_.File("root.pem")};
  }
  ClientOptions Known() const {
    return {.ca_file = dir_.File("root.pem"),
            .certificate_file = dir_.File("client.pem"),
            .key_file = dir_.File("client.key")};
  }

  TempDir dir_;
};

TEST_F(HttpFrontTlsTest, WhoDoesNotBeginAHandshakeHoldsUpNobody) {
  const auto server = Serve({.tls = Tls(), .threads = 2, .head_timeout = kNever});
  std::vector<Caller> silent;
  silent.reserve(8);
  for (int i = 0; i < 4; ++i) silent.emplace_back(*server);
  for (int i = 0; i < 4; ++i) {
    silent.emplace_back(*server);
    ASSERT_TRUE(silent.back().Say("\x16\x03\x01"));  // a handshake's first bytes
  }
  EXPECT_EQ(Get("https://" + server->address() + "/x", Known()), "200");
}

TEST_F(HttpFrontTlsTest, WhoDoesNotComeToTheEndOfAHandshakeIsLetGo) {
  const auto server = Serve({.tls = Tls(), .head_timeout = absl::Milliseconds(200)});
  const Caller silent(*server);
  const Caller slow(*server);
  ASSERT_TRUE(slow.Say("\x16\x03\x01"));
  EXPECT_EQ(silent.Hear(), "");
  EXPECT_EQ(slow.Hear(), "");
  EXPECT_EQ(Get("https://" + server->address() + "/x", Known()), "200");
}

TEST_F(HttpFrontTlsTest, HeadsAndBodiesAreBoundedAndTakenAsWithoutTls) {
  const auto server = Serve({.tls = Tls(), .max_body = size_t{1} << 20});
  const std::string url = "https://" + server->address() + "/x";
  auto client = Client::Create(Known());
  AMANA_ASSERT_OK(client);
  Headers headers;
  for (int i = 0; i < 80; ++i) headers.emplace_back("X-Y", std::string(1000, 'y'));
  const auto refused = (*client)->Call({"GET", url, "", headers, ""});
  AMANA_ASSERT_OK(refused);
  EXPECT_EQ(refused->status, 431);
  const std::string body(size_t{1} << 20, 'b');
  for (int i = 0; i < 3; ++i) {
    const auto answer = (*client)->Call({"POST", url, "", {}, body});
    AMANA_ASSERT_OK(answer);
    EXPECT_EQ(answer->body, "/x" + body);
  }
}

}  // namespace
}  // namespace amana::http
