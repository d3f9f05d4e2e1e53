#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "base/durable_file.h"
#include "base/http_client.h"
#include "base/http_server.h"
#include "base/testing.h"
#include "tests/support/test_pki.h"

namespace amana::http {
namespace {

Response Echo(const Request& request) {
  if (request.path == "/throw") throw std::runtime_error("SYNTHETIC");
  return {.status = request.path == "/gone" ? 410 : 200,
          .content_type = "application/json",
          .body = request.method + " " + request.path + " " + request.query + " " + request.body +
                  " " + std::string(FindHeader(request.headers, "idempotency-KEY")),
          .headers = {{"X-One", "1"}}};
}

std::unique_ptr<Server> Serve(ServerOptions options = {}, Handler handler = Echo) {
  auto server = Server::Start(options, std::move(handler));
  EXPECT_TRUE(IsOk(server));
  return *std::move(server);
}

std::unique_ptr<Client> MakeClient(ClientOptions options = {}) {
  auto client = Client::Create(std::move(options));
  EXPECT_TRUE(IsOk(client));
  return *std::move(client);
}

template <typename T>
std::string ReasonOf(const T& result) {
  return ErrorReason(StatusOf(result));
}

TEST(HttpTest, EveryMethodArrivesAndIsAnswered) {
  const auto server = Serve();
  const auto client = MakeClient();
  const std::string base = "http://" + server->address();
  for (const std::string method : {"GET", "POST", "PUT", "PATCH", "DELETE"}) {
    const std::string body = method == "GET" ? "" : "body\n\xff";
    const auto answer =
        client->Call({method, base + "/a%20b?x=1&y", "", {{"Idempotency-Key", "k-1"}}, body});
    AMANA_ASSERT_OK(answer);
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->content_type, "application/json");
    EXPECT_EQ(answer->body, method + " /a b x=1&y " + body + " k-1");
    EXPECT_EQ(FindHeader(answer->headers, "x-one"), "1");
  }
  const auto head = client->Call({"HEAD", base + "/a", "", {}, ""});
  AMANA_ASSERT_OK(head);
  EXPECT_EQ(head->status, 200);
  EXPECT_EQ(head->body, "");
  EXPECT_EQ(FindHeader(head->headers, "x-one"), "1");
  EXPECT_EQ(client->Call({"GET", base + "/gone", "", {}, ""})->status, 410);
  EXPECT_EQ(client->Call({"GET", base + "/throw", "", {}, ""})->status, 500);
}

// Nagle's algorithm and delayed acknowledgements together hold up every answer on a kept connection
// by 40 ms: its head and body are two writes.
TEST(HttpTest, AnAnswerOnAKeptConnectionIsNotHeldUp) {
  const auto server = Serve();
  const auto client = MakeClient();
  absl::Duration fastest = absl::InfiniteDuration();
  for (int i = 0; i < 12; ++i) {
    const absl::Time begin = absl::Now();
    AMANA_ASSERT_OK(client->Call({"POST", "http://" + server->address() + "/a", "", {}, "body"}));
    if (i > 0) fastest = std::min(fastest, absl::Now() - begin);
  }
  EXPECT_LT(fastest, absl::Milliseconds(20));
}

TEST(HttpTest, ManyAtOnce) {
  const auto server = Serve();
  const auto client = MakeClient();
  std::atomic<int> good = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 20; ++i) {
        const std::string body = std::to_string(t * 100 + i);
        const auto answer =
            client->Call({"POST", "http://" + server->address() + "/x", "", {}, body});
        if (answer.ok() && answer->body == "POST /x  " + body + " ") ++good;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, 160);
}

TEST(HttpTest, SizesAndTimesAreBounded) {
  const auto server = Serve({.max_body = 1000, .timeout = absl::Milliseconds(200)});
  const std::string url = "http://" + server->address() + "/x";
  const auto client = MakeClient({.max_body = 500});
  EXPECT_EQ(MakeClient()->Call({"POST", url, "", {}, std::string(1000, 'x')})->status, 200);
  EXPECT_EQ(client->Call({"POST", url, "", {}, std::string(1001, 'x')})->status, 413);
  EXPECT_EQ(ReasonOf(client->Call({"POST", url, "", {}, std::string(600, 'x')})),
            "HTTP_ANSWER_TOO_LARGE");
  EXPECT_EQ(client->Call({"POST", url, "", {}, "x"})->status, 200);

  // One who begins and says no more holds up nobody, and is let go.
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to = {
      .sin_family = AF_INET, .sin_port = htons(server->port()), .sin_addr = {}, .sin_zero = {}};
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof(to)), 0);
  ASSERT_EQ(write(fd, "POST /x HTTP/1.1\r\nContent-Length: 5\r\n\r\nab", 42), 42);
  EXPECT_EQ(client->Call({"GET", url, "", {}, ""})->status, 200);
  timeval patience = {.tv_sec = 10, .tv_usec = 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  std::string said(1000, '\0');
  while (true) {
    const ssize_t got = read(fd, said.data(), said.size());
    ASSERT_GE(got, 0) << "not let go";
    if (got == 0) break;
  }
  close(fd);
}

// Sends bytes as they are to 127.0.0.1; the first bytes of what comes back, until it closes.
std::string Raw(int port, std::string_view bytes) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  const timeval patience = {10, 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  std::string answer;
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 &&
      send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size())) {
    char buffer[4096];
    for (ssize_t got = 0; (got = recv(fd, buffer, sizeof(buffer), 0)) > 0;) {
      answer.append(buffer, static_cast<size_t>(got));
    }
  }
  close(fd);
  return answer;
}

TEST(HttpTest, ABodyInChunksIsBoundedToo) {
  std::atomic<int> calls = 0;
  const auto server = Serve({.max_body = 1000}, [&calls](const Request& request) {
    ++calls;
    return Echo(request);
  });
  const auto chunked = [&server](size_t size) {
    return Raw(server->port(),
               absl::StrFormat("POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                               "Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n",
                               size, std::string(size, 'x')))
        .substr(0, 12);
  };
  EXPECT_EQ(chunked(1000), "HTTP/1.1 200");
  EXPECT_EQ(chunked(1001), "HTTP/1.1 413");
  EXPECT_EQ(chunked(3000), "HTTP/1.1 413");
  EXPECT_EQ(calls, 1);
}

TEST(HttpTest, NothingIsInflatedAndNothingDivided) {
  std::atomic<int> calls = 0;
  const auto server = Serve({}, [&calls](const Request& request) {
    ++calls;
    return Echo(request);
  });
  for (const char* header :
       {"Content-Encoding: gzip", "Content-Encoding: br", "Content-Type: multipart/form-data"}) {
    const std::string answer =
        Raw(server->port(), absl::StrCat("POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n",
                                         "Content-Length: 1\r\n", header, "\r\n\r\nx"));
    EXPECT_EQ(answer.substr(0, 12), "HTTP/1.1 415") << header;
  }
  EXPECT_EQ(calls, 0);
}

TEST(HttpTest, ASlowServerIsGivenUp) {
  std::atomic<bool> go = false;
  const auto server = Serve({}, [&](const Request&) {
    while (!go) std::this_thread::yield();
    return Response{};
  });
  const auto client = MakeClient({.timeout = absl::Milliseconds(50)});
  EXPECT_EQ(ReasonOf(client->Call({"GET", "http://" + server->address() + "/", "", {}, ""})),
            "HTTP_TIMEOUT");
  go = true;
}

TEST(HttpTest, NobodyThereIsUnreachable) {
  auto server = Serve();
  const std::string url = "http://" + server->address() + "/";
  const auto client = MakeClient();
  EXPECT_EQ(client->Call({"GET", url, "", {}, ""})->status, 200);
  server->Stop();
  server->Stop();
  EXPECT_EQ(ReasonOf(client->Call({"GET", url, "", {}, ""})), "HTTP_UNREACHABLE");
  EXPECT_EQ(ReasonOf(client->Call({"GET", "file:///etc/passwd", "", {}, ""})), "HTTP_URL_INVALID");
  EXPECT_EQ(ReasonOf(client->Call({"GET", url, "", {{"A", "b\r\nC: d"}}, ""})),
            "HTTP_HEADER_INVALID");
}

TEST(HttpTest, AUnixSocketIsOursAloneAndReplacesADeadOne) {
  const TempDir dir;
  const std::string path = dir.File("s");
  auto server = Serve({.address = "unix:" + path});
  struct stat found = {};
  ASSERT_EQ(stat(path.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600u);
  const auto client = MakeClient({.unix_socket = path});
  EXPECT_EQ(client->Call({"GET", "http://local/x", "", {}, ""})->status, 200);
  EXPECT_EQ(ReasonOf(Server::Start({.address = "unix:" + path}, Echo)), "HTTP_LISTEN_FAILED");
  server->Stop();
  EXPECT_NE(stat(path.c_str(), &found), 0);

  // Left behind by a process that died.
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  ASSERT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  close(fd);
  server = Serve({.address = "unix:" + path});
  server->Stop();
  ASSERT_TRUE(RealFileSystem().WriteAtomically(path, "a file", kPrivateFile).ok());
  EXPECT_EQ(ReasonOf(Server::Start({.address = "unix:" + path}, Echo)), "HTTP_LISTEN_FAILED");
}

TEST(HttpTest, AddressesAreCheckedAndPlainTextStaysOnTheMachine) {
  for (const std::string address :
       {"", "127.0.0.1", ":80", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536", "127.0.0.1:-1",
        "unix:", "0.0.0.0:0", "[::]:0", "192.0.2.1:80"}) {
    EXPECT_EQ(ReasonOf(Server::Start({.address = address}, Echo)), "HTTP_ADDRESS_INVALID")
        << address;
  }
}

class HttpTlsTest : public ::testing::Test {
 protected:
  HttpTlsTest() {
    using crypto::Role;
    Write("server", tests::TestBrokerTls());
    Write("client", tests::TestTls("police", Role::kSystem, "desk"));
    Write("stranger", tests::MakeForeignCert(tests::TestSpiffe("police", Role::kSystem, "desk"),
                                             crypto::CertUsage::kTls));
    Put("root.pem", tests::TestRootPem(), kPublicFile);
    Put("other.pem", tests::ForeignAgencyCa("police").pem(), kPublicFile);
    server_ = Serve(
        {.tls = ServerTls{dir_.File("server.pem"), dir_.File("server.key"), dir_.File("root.pem")},
         .timeout = absl::Seconds(2)});
    url_ = "https://" + server_->address() + "/x";
  }
  void Put(const std::string& name, const std::string& bytes, unsigned mode) {
    AMANA_EXPECT_OK(RealFileSystem().WriteAtomically(dir_.File(name), bytes, mode));
  }
  void Write(const std::string& name, const tests::TestIdentity& identity) {
    Put(name + ".pem", identity.chain_pem, kPublicFile);
    Put(name + ".key", identity.key_pem, kPrivateFile);
  }
  std::string As(const std::string& who, const std::string& ca) {
    ClientOptions options = {.ca_file = dir_.File(ca)};
    if (!who.empty()) {
      options.certificate_file = dir_.File(who + ".pem");
      options.key_file = dir_.File(who + ".key");
    }
    const auto answer = MakeClient(options)->Call({"GET", url_, "", {}, ""});
    return answer.ok() ? std::to_string(answer->status) : std::string(ErrorReason(answer.status()));
  }

  TempDir dir_;
  std::unique_ptr<Server> server_;
  std::string url_;
};

TEST_F(HttpTlsTest, BothSidesAreChecked) {
  EXPECT_EQ(As("client", "root.pem"), "200");
  EXPECT_EQ(As("client", "other.pem"), "HTTP_TLS_REFUSED");  // not the server we know
  // TLS 1.3 has the client finish before the server refuses it: a broken connection.
  for (const std::string who : {"", "stranger"}) {
    const std::string said = As(who, "root.pem");
    EXPECT_TRUE(said == "HTTP_TLS_REFUSED" || said == "HTTP_UNREACHABLE") << said;
  }
  EXPECT_EQ(As("client", "root.pem"), "200");
}

TEST_F(HttpTlsTest, OfAnAuthoritysClientsOneNameIsLetIn) {
  Write("neighbour", tests::TestTls("police", crypto::Role::kSystem, "other"));
  const std::string name = ToUri(tests::TestSpiffe("police", crypto::Role::kSystem, "desk"));
  const ServerTls tls{dir_.File("server.pem"), dir_.File("server.key"), dir_.File("root.pem"),
                      name};
  server_ = Serve({.tls = tls, .timeout = absl::Seconds(2)});
  url_ = "https://" + server_->address() + "/x";
  EXPECT_EQ(As("client", "root.pem"), "200");
  for (const std::string who : {"", "stranger", "neighbour", "server"}) {
    const std::string said = As(who, "root.pem");
    EXPECT_TRUE(said == "HTTP_TLS_REFUSED" || said == "HTTP_UNREACHABLE") << who << said;
  }
  ServerTls beginning = tls;
  beginning.client_name = name.substr(0, name.size() - 1);
  server_ = Serve({.tls = beginning, .timeout = absl::Seconds(2)});
  url_ = "https://" + server_->address() + "/x";
  EXPECT_NE(As("client", "root.pem"), "200");
  EXPECT_EQ(
      ReasonOf(Server::Start(
          {.tls = ServerTls{dir_.File("server.pem"), dir_.File("server.key"), "", name}}, Echo)),
      "HTTP_TLS_INVALID");
}

// A client offers to resume its session: it is verified anew, and not turned away.
TEST_F(HttpTlsTest, AConnectionAfterAnotherIsTakenToo) {
  const auto client = MakeClient({.ca_file = dir_.File("root.pem"),
                                  .certificate_file = dir_.File("client.pem"),
                                  .key_file = dir_.File("client.key")});
  for (int i = 0; i < 3; ++i) {
    AMANA_EXPECT_OK(client->Call({"GET", url_, "", {{"Connection", "close"}}, ""}));
  }
}

TEST_F(HttpTlsTest, FilesThatDoNotFitAreNamedAtStart) {
  const auto start = [&](ServerTls tls) { return ReasonOf(Server::Start({.tls = tls}, Echo)); };
  EXPECT_EQ(start({dir_.File("server.pem"), dir_.File("client.key"), ""}), "HTTP_TLS_INVALID");
  EXPECT_EQ(start({dir_.File("none.pem"), dir_.File("server.key"), ""}), "HTTP_TLS_INVALID");
  EXPECT_EQ(start({dir_.File("server.pem"), dir_.File("server.key"), dir_.File("none.pem")}),
            "HTTP_TLS_INVALID");
  EXPECT_EQ(start({dir_.File("server.pem"), dir_.File("none.key"), ""}), "FILE_NOT_FOUND");
  Put("open.key", tests::TestBrokerTls().key_pem, kPublicFile);
  EXPECT_EQ(start({dir_.File("server.pem"), dir_.File("open.key"), ""}), "KEY_FILE_PERMISSIONS");
  EXPECT_EQ(ReasonOf(Client::Create({.key_file = dir_.File("open.key")})), "KEY_FILE_PERMISSIONS");
  EXPECT_EQ(ReasonOf(Client::Create({.ca_file = dir_.File("none.pem")})), "FILE_NOT_FOUND");
}

}  // namespace
}  // namespace amana::http
