#include "broker/rpc/listener.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <utility>

#include "base/errors.h"
#include "base/status.h"

namespace amana::rpc {
namespace {

constexpr int kReserved = 256;         // descriptors that connections must leave to the rest
constexpr int kUserTimeoutMs = 30000;  // sent and not acknowledged for so long: gone

struct Bound {
  sockaddr_storage address{};
  socklen_t length = 0;
};

absl::Status AddressInvalid() {
  return MakeError(absl::StatusCode::kInvalidArgument, "FIELD_INVALID", "listen.address",
                   "expected an IP address and a port, as 127.0.0.1:8443 or [::]:8443");
}

absl::StatusOr<Bound> ParseAddress(const std::string& text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string::npos) return AddressInvalid();
  uint16_t port = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + colon + 1, end, port);
  if (error != std::errc() || stop != end) return AddressInvalid();
  std::string host = text.substr(0, colon);
  Bound bound;
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&bound.address);
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    bound.length = sizeof(*v6);
    host = host.substr(1, host.size() - 2);
    if (inet_pton(AF_INET6, host.c_str(), &v6->sin6_addr) != 1) return AddressInvalid();
    return bound;
  }
  auto* v4 = reinterpret_cast<sockaddr_in*>(&bound.address);
  v4->sin_family = AF_INET;
  v4->sin_port = htons(port);
  bound.length = sizeof(*v4);
  if (inet_pton(AF_INET, host.c_str(), &v4->sin_addr) != 1) return AddressInvalid();
  return bound;
}

int PortOf(int fd) {
  sockaddr_storage address{};
  socklen_t length = sizeof(address);
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) != 0) return 0;
  // The port is at the same place in both.
  return ntohs(reinterpret_cast<const sockaddr_in*>(&address)->sin_port);
}

void SetOption(int fd, int level, int name, int value) {
  setsockopt(fd, level, name, &value, sizeof(value));
}

int HighestDescriptor(int lowest_free, int max_connections) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) limit.rlim_cur = 1024;
  const auto files = static_cast<int>(std::min<rlim_t>(limit.rlim_cur, 1 << 30));
  // With few descriptors, half of them.
  const int most = std::max(files - kReserved, files / 2);
  return std::min(most, lowest_free + max_connections);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Listener>> Listener::Open(const std::string& address,
                                                         int max_connections) {
  AMANA_ASSIGN_OR_RETURN(const Bound bound, ParseAddress(address));
  const int fd = socket(bound.address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return ErrnoError(errno, address);
  SetOption(fd, SOL_SOCKET, SO_REUSEADDR, 1);
  if (bound.address.ss_family == AF_INET6) SetOption(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
  if (bind(fd, reinterpret_cast<const sockaddr*>(&bound.address), bound.length) != 0 ||
      listen(fd, SOMAXCONN) != 0) {
    const absl::Status error = IoError(address, std::strerror(errno));
    close(fd);
    return error;
  }
  const int stop_fd = eventfd(0, EFD_CLOEXEC);
  if (stop_fd < 0) {
    const absl::Status error = ErrnoError(errno, "eventfd");
    close(fd);
    return error;
  }
  return std::unique_ptr<Listener>(
      new Listener(fd, stop_fd, PortOf(fd), HighestDescriptor(stop_fd + 1, max_connections)));
}

Listener::~Listener() {
  Stop();
  if (stop_fd_ >= 0) close(stop_fd_);
}

void Listener::Start(OnConnection on_connection) {
  on_connection_ = std::move(on_connection);
  spare_ = open("/dev/null", O_RDONLY | O_CLOEXEC);
  thread_ = std::thread([this] { Accept(); });
}

void Listener::Stop() {
  if (fd_ < 0) return;
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(stop_fd_, &one, sizeof(one));
  if (thread_.joinable()) thread_.join();
  close(fd_);
  fd_ = -1;
  if (spare_ >= 0) close(spare_);
  spare_ = -1;
}

void Listener::Accept() {
  while (true) {
    pollfd fds[2] = {{fd_, POLLIN, 0}, {stop_fd_, POLLIN, 0}};
    if (poll(fds, 2, -1) < 0 && errno != EINTR) return;
    if (fds[1].revents != 0) return;
    while (AcceptOne()) {
    }
  }
}

bool Listener::AcceptOne() {
  const int fd = accept4(fd_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd >= 0) {
    if (fd >= highest_) {
      refused_.fetch_add(1, std::memory_order_relaxed);
      close(fd);
      return true;
    }
    accepted_.fetch_add(1, std::memory_order_relaxed);
    SetOption(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    SetOption(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, kUserTimeoutMs);
    on_connection_(fd_, fd);
    return true;
  }
  switch (errno) {
    case EAGAIN:
      return false;
    case EMFILE:
    case ENFILE:
      ShedOne();
      return false;
    case EINTR:
    case ECONNABORTED:
    case EPROTO:
      return true;  // the connection that waited is gone
    default: {      // ENOBUFS, ENOMEM: until the kernel has memory again
      pollfd stop = {stop_fd_, POLLIN, 0};
      poll(&stop, 1, 50);
      return false;
    }
  }
}

void Listener::ShedOne() {
  if (spare_ >= 0) close(spare_);
  const int fd = accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
  if (fd >= 0) {
    refused_.fetch_add(1, std::memory_order_relaxed);
    close(fd);
  }
  spare_ = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (fd >= 0 && spare_ >= 0) return;
  pollfd stop = {stop_fd_, POLLIN, 0};
  poll(&stop, 1, 50);  // until somebody closes something
}

}  // namespace amana::rpc
