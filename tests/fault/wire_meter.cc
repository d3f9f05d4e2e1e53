#include "tests/fault/wire_meter.h"

#include <arpa/inet.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace amana::tests {
namespace {

constexpr size_t kChunk = 256 * 1024;
constexpr int kNarrowBuffer = 16 * 1024;
constexpr int kNarrowSegment = 1400;  // loopback's own would give the writer megabytes
constexpr size_t kRecordHead = 5;
// TLS 1.3 adds the type of what is inside and a tag.
constexpr uint64_t kRecordExtra = 17;
constexpr char kApplicationData = 23;

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  return address;
}

absl::Status Failed(const char* what) {
  return absl::InternalError(absl::StrCat("wire meter: ", what, ": ", strerror(errno)));
}

absl::StatusOr<int> LocalPort(int fd) {
  sockaddr_in address{};
  socklen_t size = sizeof(address);
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    return Failed("getsockname");
  }
  return ntohs(address.sin_port);
}

absl::StatusOr<int> ConnectTo(int port, bool narrow) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (narrow) {
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &kNarrowBuffer, sizeof(kNarrowBuffer));
    setsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &kNarrowSegment, sizeof(kNarrowSegment));
  }
  const sockaddr_in address = Loopback(port);
  if (fd < 0 || connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    const absl::Status failed = Failed("connect");
    if (fd >= 0) close(fd);
    return failed;
  }
  return fd;
}

bool SendAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

}  // namespace

absl::StatusOr<std::unique_ptr<WireMeter>> WireMeter::Open(int broker_port, bool narrow) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = Loopback(0);
  if (fd < 0 || bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 ||
      listen(fd, 1) != 0) {
    const absl::Status failed = Failed("listen");
    if (fd >= 0) close(fd);
    return failed;
  }
  const absl::StatusOr<int> port = LocalPort(fd);
  if (!port.ok()) {
    close(fd);
    return port.status();
  }
  std::unique_ptr<WireMeter> meter(new WireMeter(fd, *port, broker_port, narrow));
  meter->thread_ = std::thread([meter = meter.get()] { meter->Carry(); });
  return meter;
}

WireMeter::~WireMeter() {
  {
    absl::MutexLock lock(&mu_);
    closing_ = true;
    if (client_ >= 0) shutdown(client_, SHUT_RDWR);
    if (broker_ >= 0) shutdown(broker_, SHUT_RDWR);
  }
  shutdown(listener_, SHUT_RDWR);
  thread_.join();
  close(listener_);
}

void WireMeter::Hold(bool holds) {
  absl::MutexLock lock(&mu_);
  holds_ = holds;
}

void WireMeter::Carry() {
  const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (client < 0) return;  // closing
  const absl::StatusOr<int> broker = ConnectTo(broker_port_, narrow_);
  const absl::StatusOr<int> local = broker.ok() ? LocalPort(*broker) : broker;
  bool carries = local.ok();
  {
    absl::MutexLock lock(&mu_);
    carries = carries && !closing_;
    if (carries) {
      client_ = client;
      broker_ = *broker;
      local_port_ = *local;
    }
  }
  if (carries) {
    std::thread up([this, client, &broker] { CarryUp(client, *broker); });
    std::thread down([this, client] { WriteDown(client); });
    ReadDown(*broker);
    down.join();
    shutdown(client, SHUT_RDWR);
    shutdown(*broker, SHUT_RDWR);
    up.join();
  }
  {
    absl::MutexLock lock(&mu_);
    client_ = broker_ = -1;
    ended_ = true;
  }
  close(client);
  if (broker.ok()) close(*broker);
}

// When the client is gone, so is the connection: what the broker still says has no reader.
void WireMeter::CarryUp(int client, int broker) {
  std::string buffer(kChunk, '\0');
  while (true) {
    const ssize_t got = recv(client, buffer.data(), buffer.size(), 0);
    if (got <= 0 || !SendAll(broker, {buffer.data(), static_cast<size_t>(got)})) break;
  }
  shutdown(broker, SHUT_RDWR);
}

void WireMeter::ReadDown(int broker) {
  std::string buffer(kChunk, '\0');
  const auto may_read = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return !holds_ || closing_; };
  while (true) {
    {
      absl::MutexLock lock(&mu_);
      mu_.Await(absl::Condition(&may_read));
    }
    const ssize_t got = recv(broker, buffer.data(), buffer.size(), 0);
    absl::MutexLock lock(&mu_);
    if (got <= 0) {
      ended_ = true;
      return;
    }
    Count(buffer.data(), static_cast<size_t>(got));
    unsent_.append(buffer.data(), static_cast<size_t>(got));
  }
}

void WireMeter::WriteDown(int client) {
  const auto something = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return !unsent_.empty() || ended_;
  };
  while (true) {
    std::string bytes;
    {
      absl::MutexLock lock(&mu_);
      mu_.Await(absl::Condition(&something));
      bytes.swap(unsent_);
    }
    if (bytes.empty()) return;
    // A client that is gone is seen by CarryUp, which ends the other direction too.
    SendAll(client, bytes);
  }
}

void WireMeter::Count(const char* bytes, size_t size) {
  mu_.AssertHeld();
  while (size > 0) {
    if (body_left_ == 0) {
      const size_t take = std::min(size, kRecordHead - head_.size());
      head_.append(bytes, take);
      bytes += take;
      size -= take;
      wire_ += take;
      if (head_.size() < kRecordHead) return;
      body_left_ = static_cast<uint64_t>(static_cast<uint8_t>(head_[3])) << 8 |
                   static_cast<uint8_t>(head_[4]);
      const bool data = head_[0] == kApplicationData && body_left_ > kRecordExtra;
      body_plain_ = data ? body_left_ - kRecordExtra : 0;
      head_.clear();
    }
    const size_t take = static_cast<size_t>(std::min<uint64_t>(size, body_left_));
    bytes += take;
    size -= take;
    wire_ += take;
    body_left_ -= take;
    if (body_left_ > 0) return;
    plain_ += body_plain_;
    records_.push_back({wire_, plain_});
  }
}

// tx_queue of the broker's end of the connection. A row may be missed while others come and go.
absl::StatusOr<uint64_t> WireMeter::Unacknowledged() const {
  const std::string ends =
      absl::StrFormat(" 0100007F:%04X 0100007F:%04X ", broker_port_, local_port_);
  for (int attempt = 0; attempt < 20; ++attempt) {
    std::ifstream table("/proc/net/tcp");
    for (std::string line; std::getline(table, line);) {
      const size_t found = line.find(ends);
      if (found == std::string::npos) continue;
      unsigned state = 0;
      unsigned unacknowledged = 0;
      if (std::sscanf(line.c_str() + found + ends.size(), "%x %x:", &state, &unacknowledged) == 2) {
        return unacknowledged;
      }
    }
  }
  return absl::NotFoundError("wire meter: no row of the broker's end in /proc/net/tcp");
}

absl::StatusOr<uint64_t> WireMeter::Mark() const {
  absl::MutexLock lock(&mu_);
  if (ended_) return kEnded;
  if (broker_ < 0) return 0;
  const absl::StatusOr<uint64_t> unacknowledged = Unacknowledged();
  tcp_info info{};
  socklen_t size = sizeof(info);
  if (getsockopt(broker_, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return Failed("TCP_INFO");
  if (!unacknowledged.ok()) {
    // The broker closed it: all that it ever wrote is here.
    if (info.tcpi_state != 1 /* TCP_ESTABLISHED */) return info.tcpi_bytes_received;
    return unacknowledged.status();
  }
  return info.tcpi_bytes_received + *unacknowledged;
}

uint64_t WireMeter::PlainAt(uint64_t mark) const {
  absl::MutexLock lock(&mu_);
  const auto beyond =
      std::upper_bound(records_.begin(), records_.end(), mark,
                       [](uint64_t at, const Record& record) { return at < record.wire_end; });
  return beyond == records_.begin() ? 0 : std::prev(beyond)->plain_end;
}

std::vector<uint64_t> WireMeter::RecordEnds() const {
  absl::MutexLock lock(&mu_);
  std::vector<uint64_t> ends;
  for (const Record& record : records_) ends.push_back(record.plain_end);
  return ends;
}

}  // namespace amana::tests
