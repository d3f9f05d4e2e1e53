#include "base/http_stream.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <utility>

namespace amana::http {
namespace {

constexpr size_t kPiece = size_t{16} << 10;
constexpr size_t kSlowestReader = size_t{4} << 10;  // bytes a second
// A line that ends, and an empty one: where httplib sees the end of a head.
constexpr std::string_view kHeadEnd = "\n\r\n";
constexpr std::string_view kSaysClose = "\r\nConnection: close\r\n";

int ToInt(size_t size) { return static_cast<int>(std::min(size, size_t{1} << 30)); }

// Who is at the other end: of an address what tells one network's machine from another.
std::string PeerOf(int socket, bool& same_machine) {
  sockaddr_storage address = {};
  socklen_t size = sizeof(address);
  if (getpeername(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) return "";
  if (address.ss_family == AF_INET) {
    const auto& four = reinterpret_cast<const sockaddr_in&>(address).sin_addr;
    same_machine = (ntohl(four.s_addr) >> 24) == 127;
    return {reinterpret_cast<const char*>(&four), sizeof(four)};
  }
  if (address.ss_family != AF_INET6) return "";
  const auto& six = reinterpret_cast<const sockaddr_in6&>(address).sin6_addr;
  const char* bytes = reinterpret_cast<const char*>(&six);
  if (IN6_IS_ADDR_V4MAPPED(&six)) {
    same_machine = bytes[12] == 127;
    return {bytes + 12, 4};
  }
  same_machine = IN6_IS_ADDR_LOOPBACK(&six);
  return {bytes, 8};
}

// False after `until`, or when it is broken.
bool WaitFor(int socket, short events, Moment until) {
  while (true) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    pollfd one = {socket, events, 0};
    const int ready = poll(&one, 1, ToInt(static_cast<size_t>(left.count())));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

// Everybody gets the whole of an answer. httplib would match what is asked for with an expression
// that calls itself for each letter, and send an answer two thousand times over for 8 KiB of
// ranges.
void HideRanges(char* head, size_t size) {
  const std::string_view all(head, size);
  for (size_t end = 0; (end = all.find('\n', end)) != all.npos; ++end) {
    if (size - end > 6 && strncasecmp(head + end + 1, "range", 5) == 0) head[end + 1] = 'x';
  }
}

using NameOf = int (*)(int, sockaddr*, socklen_t*);

void AddressOf(int socket, NameOf name_of, std::string& ip, int& port) {
  sockaddr_storage address = {};
  socklen_t size = sizeof(address);
  char host[NI_MAXHOST];
  char service[NI_MAXSERV];
  if (name_of(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0 ||
      address.ss_family == AF_UNIX ||
      getnameinfo(reinterpret_cast<sockaddr*>(&address), size, host, sizeof(host), service,
                  sizeof(service), NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
    return;
  }
  ip = host;
  port = static_cast<int>(strtol(service, nullptr, 10));
}

}  // namespace

Connection::Connection(int socket, SSL* tls, size_t max_head)
    : socket_(socket), tls_(tls, SSL_free), max_head_(max_head) {
  fcntl(socket_, F_SETFD, FD_CLOEXEC);
  fcntl(socket_, F_SETFL, fcntl(socket_, F_GETFL) | O_NONBLOCK);
  peer_ = PeerOf(socket_, same_machine_);
  if (tls_ == nullptr) return;
  SSL_set_mode(tls_.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_set_accept_state(tls_.get());
  broken_ = SSL_set_fd(tls_.get(), socket_) != 1;
}

Connection::~Connection() {
  TakeLeave();
  close(socket_);
}

// Of SSL_read and its kin.
Connection::Io Connection::Result(int got) {
  if (got > 0) return {static_cast<size_t>(got), 0};
  switch (SSL_get_error(tls_.get(), got)) {
    case SSL_ERROR_WANT_READ:
      return {0, POLLIN};
    case SSL_ERROR_WANT_WRITE:
      return {0, POLLOUT};
    case SSL_ERROR_ZERO_RETURN:
      return {0, 0};
    default:
      broken_ = true;
      return {0, 0};
  }
}

Connection::Io Connection::Read(char* to, size_t size) {
  if (begin_ == buffer_.size()) return ReadSocket(to, size);
  size = buffer_.copy(to, size, begin_);
  begin_ += size;
  return {size, 0};
}

Connection::Io Connection::ReadSocket(char* to, size_t size) {
  if (broken_ || size == 0) return {0, 0};
  if (tls_ != nullptr) {
    ERR_clear_error();
    return Result(SSL_read(tls_.get(), to, ToInt(size)));
  }
  const ssize_t got = recv(socket_, to, size, 0);
  if (got > 0) return {static_cast<size_t>(got), 0};
  return {0, static_cast<short>(got < 0 && (errno == EAGAIN || errno == EINTR) ? POLLIN : 0)};
}

Connection::Io Connection::Write(const char* from, size_t size) {
  if (broken_ || left_ || size == 0) return {0, 0};
  if (tls_ != nullptr) {
    ERR_clear_error();
    return Result(SSL_write(tls_.get(), from, ToInt(size)));
  }
  const ssize_t sent = send(socket_, from, size, MSG_NOSIGNAL);
  if (sent > 0) return {static_cast<size_t>(sent), 0};
  return {0, static_cast<short>(sent < 0 && (errno == EAGAIN || errno == EINTR) ? POLLOUT : 0)};
}

// What to do before that can go on.
Connection::Step Connection::StepOf(short wait) {
  return wait == POLLIN ? Step::kRead : wait == POLLOUT ? Step::kWrite : Step::kGone;
}

Connection::Step Connection::Gather() {
  if (tls_ != nullptr && !SSL_is_init_finished(tls_.get())) {
    if (broken_) return Step::kGone;
    ERR_clear_error();
    if (const Io io = Result(SSL_do_handshake(tls_.get())); io.size == 0) return StepOf(io.wait);
  }
  if (begin_ > 0) scanned_ = 0;
  buffer_.erase(0, std::exchange(begin_, 0));
  if (buffer_.empty()) buffer_.shrink_to_fit();
  while (true) {
    if (const size_t end = buffer_.find(kHeadEnd, scanned_); end != std::string::npos) {
      head_size_ = end + kHeadEnd.size();
      if (head_size_ > max_head_) return Step::kTooLarge;
      HideRanges(buffer_.data(), head_size_);
      return Step::kHead;
    }
    const size_t had = buffer_.size();
    if (had >= max_head_) return Step::kTooLarge;
    scanned_ = had - std::min(had, kHeadEnd.size() - 1);
    buffer_.resize(had + kPiece);
    const Io io = ReadSocket(buffer_.data() + had, kPiece);
    buffer_.resize(had + io.size);
    if (io.size == 0) return StepOf(io.wait);
  }
}

void Connection::TakeLeave() {
  if (std::exchange(left_, true)) return;
  if (tls_ != nullptr && !broken_ && SSL_is_init_finished(tls_.get())) {
    ERR_clear_error();
    SSL_shutdown(tls_.get());
  }
  shutdown(socket_, SHUT_WR);
}

Connection::Io Connection::Discard() {
  char away[kPiece];
  const ssize_t got = recv(socket_, away, sizeof(away), 0);
  if (got > 0) return {static_cast<size_t>(got), 0};
  return {0, static_cast<short>(got < 0 && (errno == EAGAIN || errno == EINTR) ? POLLIN : 0)};
}

RequestStream::RequestStream(Connection& connection, const StreamLimits& limits)
    : connection_(connection),
      limits_(limits),
      read_until_(std::chrono::steady_clock::now() + limits.whole),
      max_taken_(connection.head_size() + limits.max_bytes) {}

ssize_t RequestStream::read(char* to, size_t size) {
  size = std::min(size, max_taken_ - taken_);
  const Moment until = std::min(read_until_, std::chrono::steady_clock::now() + limits_.timeout);
  while (size > 0) {
    const Connection::Io io = connection_.Read(to, size);
    taken_ += io.size;
    if (io.size > 0) return static_cast<ssize_t>(io.size);
    if (io.wait == 0 || !WaitFor(connection_.socket(), io.wait, until)) break;
  }
  keeps_ = false;
  return -1;
}

ssize_t RequestStream::write(const char* from, size_t size) {
  const std::string_view all(from, size);
  // The head of an answer comes in one piece. Who is told that it is the last has no next one.
  if (all.starts_with("HTTP/1.1 ") &&
      all.substr(0, all.find("\r\n\r\n") + 2).find(kSaysClose) != all.npos) {
    keeps_ = false;
  }
  const Moment until = std::chrono::steady_clock::now() + limits_.whole +
                       std::chrono::seconds(size / kSlowestReader);
  for (size_t sent = 0; sent < size;) {
    const Connection::Io io = connection_.Write(from + sent, size - sent);
    sent += io.size;
    if (io.size == 0 && (io.wait == 0 || !WaitFor(connection_.socket(), io.wait, until))) {
      keeps_ = false;
      return -1;
    }
  }
  return static_cast<ssize_t>(size);
}

void RequestStream::get_remote_ip_and_port(std::string& ip, int& port) const {
  AddressOf(connection_.socket(), getpeername, ip, port);
}

void RequestStream::get_local_ip_and_port(std::string& ip, int& port) const {
  AddressOf(connection_.socket(), getsockname, ip, port);
}

}  // namespace amana::http
