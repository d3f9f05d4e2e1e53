#include "broker/rpc/listener.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <vector>

#include "absl/synchronization/mutex.h"
#include "base/status.h"
#include "base/testing.h"
#include "gtest/gtest.h"

namespace amana::rpc {
namespace {

int Connect(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  return fd;
}

// True when the other end closed the connection within 10 s.
bool IsClosed(int fd) {
  pollfd waiting = {fd, POLLIN, 0};
  char byte;
  return poll(&waiting, 1, 10'000) == 1 && read(fd, &byte, 1) <= 0;
}

// Until so many connections were accepted or refused, for at most 10 s.
void WaitForDecisions(const Listener& listener, size_t count) {
  for (int i = 0; i < 1000 && listener.accepted() + listener.refused() < count; ++i) usleep(10'000);
}

// Keeps what it is given.
class Keeper {
 public:
  ~Keeper() {
    for (const int fd : fds_) close(fd);
  }
  Listener::OnConnection Callback() {
    return [this](int, int fd) {
      absl::MutexLock lock(&mu_);
      fds_.push_back(fd);
    };
  }
  bool WaitFor(size_t count) {
    const auto enough = [this, count]()
                            ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return fds_.size() >= count; };
    absl::MutexLock lock(&mu_);
    return mu_.AwaitWithTimeout(absl::Condition(&enough), absl::Seconds(10));
  }
  int CloseLast() {
    absl::MutexLock lock(&mu_);
    const int fd = fds_.back();
    fds_.pop_back();
    close(fd);
    return fd;
  }

 private:
  absl::Mutex mu_;
  std::vector<int> fds_ ABSL_GUARDED_BY(mu_);
};

TEST(ListenerTest, RefusesAddressesOfAnotherForm) {
  for (const char* address :
       {"", "8443", "localhost:1", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:1x",
        "::1:8443", "[::1]", "[127.0.0.1]:0", "256.0.0.1:0"}) {
    EXPECT_EQ(ErrorReason(Listener::Open(address, 8).status()), "FIELD_INVALID") << address;
  }
}

TEST(ListenerTest, TwoCannotHaveOnePort) {
  const auto first = Listener::Open("127.0.0.1:0", 8);
  AMANA_ASSERT_OK(first);
  const std::string address = "127.0.0.1:" + std::to_string((*first)->port());
  EXPECT_EQ(ErrorReason(Listener::Open(address, 8).status()), "IO_ERROR");
}

TEST(ListenerTest, HandsOverConnectionsUntilStopped) {
  Keeper keeper;
  auto listener = Listener::Open("127.0.0.1:0", 64);
  AMANA_ASSERT_OK(listener);
  (*listener)->Start(keeper.Callback());
  const int fd = Connect((*listener)->port());
  EXPECT_TRUE(keeper.WaitFor(1));
  EXPECT_EQ((*listener)->accepted(), 1u);
  (*listener)->Stop();
  const char byte = 'x';
  EXPECT_EQ(write(fd, &byte, 1), 1);  // lives on
  close(fd);
}

TEST(ListenerTest, OneTooManyIsClosedAndThereIsRoomAgainLater) {
  Keeper keeper;
  auto listener = Listener::Open("127.0.0.1:0", 16);
  AMANA_ASSERT_OK(listener);
  (*listener)->Start(keeper.Callback());
  // Both ends are in this process, so there is room for fewer than 16.
  std::vector<int> clients;
  while ((*listener)->refused() == 0 && clients.size() < 64) {
    clients.push_back(Connect((*listener)->port()));
    WaitForDecisions(**listener, clients.size());
  }
  ASSERT_FALSE(clients.empty());
  EXPECT_LT((*listener)->accepted(), 16u);
  EXPECT_TRUE(IsClosed(clients.back()));
  const uint64_t before = (*listener)->accepted();
  keeper.CloseLast();
  close(clients.back());
  close(clients[clients.size() - 2]);
  clients.resize(clients.size() - 2);
  clients.push_back(Connect((*listener)->port()));
  EXPECT_TRUE(keeper.WaitFor(before));
  for (const int fd : clients) close(fd);
}

TEST(ListenerTest, GoesOnAfterDescriptorsHadRunOut) {
  Keeper keeper;
  auto listener = Listener::Open("127.0.0.1:0", 1 << 20);
  AMANA_ASSERT_OK(listener);
  (*listener)->Start(keeper.Callback());
  const int before = Connect((*listener)->port());
  ASSERT_TRUE(keeper.WaitFor(1));

  // No descriptor is left but one, for the client's own end.
  rlimit old{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &old), 0);
  const int highest = open("/dev/null", O_RDONLY | O_CLOEXEC);
  rlimit tight = old;
  tight.rlim_cur = static_cast<rlim_t>(highest) + 1;
  close(highest);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &tight), 0);
  const int shed = Connect((*listener)->port());
  EXPECT_TRUE(IsClosed(shed));
  EXPECT_EQ((*listener)->refused(), 1u);

  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &old), 0);
  const int after = Connect((*listener)->port());
  EXPECT_TRUE(keeper.WaitFor(2));
  for (const int fd : {before, shed, after}) close(fd);
}

}  // namespace
}  // namespace amana::rpc
