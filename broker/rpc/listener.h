// The broker accepts its own connections and hands them to gRPC, because gRPC 1.51 stops accepting
// for ever once accept() fails with EMFILE. Here nothing fails for ever:
//  - A connection whose descriptor number is `max_connections` or more above those in use at the
//    start is closed at once. The kernel gives the lowest free number, so the number is a bound of
//    what is open, and costs no counting. What is left below RLIMIT_NOFILE is the store's.
//  - Should descriptors run out all the same, a spare one is given up to accept and close the
//    connection that waits, so that its peer hears of it.
// Handshakes are gRPC's, and end after 5 s. Knows nothing of gRPC.
#ifndef AMANA_BROKER_RPC_LISTENER_H_
#define AMANA_BROKER_RPC_LISTENER_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "absl/status/statusor.h"

namespace amana::rpc {

// Thread-safe.
class Listener {
 public:
  // Owns `fd` from then on. `listener_fd` is for information.
  using OnConnection = std::function<void(int listener_fd, int fd)>;

  // Binds and listens, on "127.0.0.1:8443", "[::1]:8443" or "[::]:0"; port 0 takes a free one.
  // FIELD_INVALID for an address of another form, IO_ERROR naming it when it cannot be had.
  static absl::StatusOr<std::unique_ptr<Listener>> Open(const std::string& address,
                                                        int max_connections);
  ~Listener();  // Stop()

  int port() const { return port_; }
  // Accepts on a thread of its own. At most once.
  void Start(OnConnection on_connection);
  // Closes the port; connections live on. Idempotent, not to be called by two threads at once.
  void Stop();

  uint64_t accepted() const { return accepted_.load(std::memory_order_relaxed); }
  uint64_t refused() const { return refused_.load(std::memory_order_relaxed); }

 private:
  Listener(int fd, int stop_fd, int port, int highest)
      : fd_(fd), stop_fd_(stop_fd), port_(port), highest_(highest) {}
  void Accept();
  // False when nothing waits.
  bool AcceptOne();
  void ShedOne();

  int fd_;
  int stop_fd_;  // readable once stopping
  int spare_ = -1;
  const int port_;
  const int highest_;  // a descriptor from this number on is one too many
  OnConnection on_connection_;
  std::atomic<uint64_t> accepted_{0};
  std::atomic<uint64_t> refused_{0};
  std::thread thread_;
};

}  // namespace amana::rpc

#endif  // AMANA_BROKER_RPC_LISTENER_H_
