#include "base/http_stream.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace amana::http {
namespace {

using Step = Connection::Step;

constexpr StreamLimits kLimits{.timeout = std::chrono::milliseconds(50),
                               .whole = std::chrono::milliseconds(100),
                               .max_bytes = 100};

class HttpStreamTest : public ::testing::Test {
 protected:
  HttpStreamTest() {
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends_), 0);
    connection_.emplace(ends_[0], nullptr, size_t{50});
  }
  ~HttpStreamTest() override { Hang(); }
  void Say(std::string_view bytes) const {
    EXPECT_EQ(send(ends_[1], bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }
  void Hang() {
    if (ends_[1] >= 0) close(std::exchange(ends_[1], -1));
  }
  std::string Hear() const {
    std::string heard(1000, '\0');
    const ssize_t got = recv(ends_[1], heard.data(), heard.size(), MSG_DONTWAIT);
    return heard.substr(0, static_cast<size_t>(std::max<ssize_t>(got, 0)));
  }
  static std::string Read(RequestStream& stream, size_t size) {
    std::string all;
    std::string some(size, '\0');
    while (all.size() < size) {
      const ssize_t got = stream.read(some.data(), size - all.size());
      if (got <= 0) break;
      all.append(some, 0, static_cast<size_t>(got));
    }
    return all;
  }

  int ends_[2] = {-1, -1};
  std::optional<Connection> connection_;
};

TEST_F(HttpStreamTest, AHeadEndsWhereHttplibSeesItsEnd) {
  const std::string head = "GET / HTTP/1.1\r\nA: b\n\rc\r\n\r\n";
  for (size_t i = 0; i < head.size(); ++i) {
    EXPECT_EQ(connection_->Gather(), Step::kRead) << i;
    Say(head.substr(i, 1));
  }
  EXPECT_EQ(connection_->Gather(), Step::kHead);
  EXPECT_EQ(connection_->head_size(), head.size());
}

TEST_F(HttpStreamTest, HeadsThatCameTogetherAreGivenOneByOne) {
  Say("A\r\n\r\nbodyB\n\r\nC\r\n");
  EXPECT_EQ(connection_->Gather(), Step::kHead);
  {
    RequestStream stream(*connection_, kLimits);
    EXPECT_EQ(Read(stream, 4), "A\r\n\r");
    EXPECT_FALSE(stream.keeps()) << "its head was not read";
    EXPECT_EQ(Read(stream, 5), "\nbody");
    EXPECT_TRUE(stream.keeps());
  }
  EXPECT_EQ(connection_->Gather(), Step::kHead);
  RequestStream stream(*connection_, kLimits);
  EXPECT_EQ(Read(stream, 4), "B\n\r\n");
  EXPECT_EQ(connection_->Gather(), Step::kRead);
  EXPECT_TRUE(connection_->begun());
  Say("\r\n");
  EXPECT_EQ(connection_->Gather(), Step::kHead);
  Hang();
  EXPECT_EQ(connection_->Gather(), Step::kHead) << "what was said counts";
}

TEST_F(HttpStreamTest, AHeadIsAsLongAsItMayBeAndNoLonger) {
  Say(absl::StrCat(std::string(46, 'a'), "\r\n\r\n"));
  EXPECT_EQ(connection_->Gather(), Step::kHead);
  RequestStream stream(*connection_, kLimits);
  Read(stream, 50);
  Say(absl::StrCat(std::string(47, 'a'), "\r\n\r\n"));
  EXPECT_EQ(connection_->Gather(), Step::kTooLarge);
  EXPECT_EQ(connection_->Gather(), Step::kTooLarge);
}

TEST_F(HttpStreamTest, WhoHangsUpIsGone) {
  Say("GET /");
  Hang();
  EXPECT_EQ(connection_->Gather(), Step::kGone);
}

TEST_F(HttpStreamTest, NobodyIsWaitedForWithoutEnd) {
  Say("A\r\n\r\n");
  ASSERT_EQ(connection_->Gather(), Step::kHead);
  RequestStream stream(*connection_, kLimits);
  EXPECT_EQ(Read(stream, 5), "A\r\n\r\n");
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(Read(stream, 1), "");
  EXPECT_GE(std::chrono::steady_clock::now() - begin, kLimits.timeout);
  EXPECT_FALSE(stream.keeps());
  // Nobody reads: the socket is full sooner or later.
  const std::string answer(size_t{1} << 12, 'a');
  while (stream.write(answer.data(), answer.size()) > 0) {
  }
}

TEST_F(HttpStreamTest, ARequestHasSoManyBytes) {
  Say(absl::StrCat("A\r\n\r\n", std::string(101, 'b')));
  ASSERT_EQ(connection_->Gather(), Step::kHead);
  RequestStream stream(*connection_, kLimits);
  EXPECT_EQ(Read(stream, 106).size(), 105u);
  EXPECT_FALSE(stream.keeps());
}

TEST_F(HttpStreamTest, WhoIsToldCloseHasNoNextRequest) {
  for (const auto& [answer, keeps] : std::vector<std::pair<std::string, bool>>{
           {"HTTP/1.1 100 Continue\r\n\r\n", true},
           {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", true},
           {"HTTP/1.1 200 OK\r\n\r\n\r\nConnection: close\r\n", true},
           {"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n", false}}) {
    RequestStream stream(*connection_, kLimits);
    EXPECT_EQ(stream.write(answer.data(), answer.size()), static_cast<ssize_t>(answer.size()));
    EXPECT_EQ(Hear(), answer);
    EXPECT_EQ(stream.keeps(), keeps) << answer;
  }
}

TEST_F(HttpStreamTest, LeaveIsTakenOnceAndWhatComesIsThrownAway) {
  connection_->TakeLeave();
  connection_->TakeLeave();
  EXPECT_EQ(connection_->Write("a", 1).size, 0u);
  EXPECT_EQ(connection_->Discard().wait, POLLIN);
  Say("abc");
  EXPECT_EQ(connection_->Discard().size, 3u);
  Hang();
  const Connection::Io over = connection_->Discard();
  EXPECT_EQ(over.size + static_cast<size_t>(over.wait), 0u);
}

}  // namespace
}  // namespace amana::http
