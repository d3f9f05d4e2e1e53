// A wire with a meter in it, between one client and the broker: every byte is counted where it
// leaves the broker, and the wire can be made to stand still. It opens nothing: TLS stays between
// the two, only the lengths of its records are read.
#ifndef AMANA_TESTS_FAULT_WIRE_METER_H_
#define AMANA_TESTS_FAULT_WIRE_METER_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"

namespace amana::tests {

// Thread-safe. Linux, IPv4 loopback, TLS 1.3.
class WireMeter {
 public:
  // Waits for one connection on port() and carries it to the broker's. A `narrow` one has the
  // kernels keep little, so that Hold() soon stops who writes.
  static absl::StatusOr<std::unique_ptr<WireMeter>> Open(int broker_port, bool narrow = false);
  ~WireMeter();  // cuts both sides off

  int port() const { return port_; }

  // While it holds, nothing is taken off the broker's socket.
  void Hold(bool holds);

  // A place in what the broker sends on this connection: at least as far as everything that it has
  // handed to its kernel when this is called. 0 before the connection is there, kEnded once it is
  // over. The bound is what this side's kernel has received, read after what the broker's side has
  // sent and not seen acknowledged; in between bytes may count twice, never not at all.
  static constexpr uint64_t kEnded = ~uint64_t{0};
  absl::StatusOr<uint64_t> Mark() const;

  // How much the TLS records carry that end before `mark`, as far as they have come by now. What is
  // in a record can be read when the whole of it has been written, not before.
  uint64_t PlainAt(uint64_t mark) const;
  // The same places for all records that have come, ascending.
  std::vector<uint64_t> RecordEnds() const;

 private:
  struct Record {
    uint64_t wire_end;
    uint64_t plain_end;
  };

  WireMeter(int listener, int port, int broker_port, bool narrow)
      : listener_(listener), port_(port), broker_port_(broker_port), narrow_(narrow) {}

  void Carry();
  void CarryUp(int client, int broker);
  void ReadDown(int broker);
  void WriteDown(int client);
  void Count(const char* bytes, size_t size);
  absl::StatusOr<uint64_t> Unacknowledged() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const int listener_;
  const int port_;
  const int broker_port_;
  const bool narrow_;
  std::thread thread_;

  mutable absl::Mutex mu_;
  int client_ ABSL_GUARDED_BY(mu_) = -1;
  int broker_ ABSL_GUARDED_BY(mu_) = -1;
  int local_port_ ABSL_GUARDED_BY(mu_) = 0;  // of the connection to the broker
  bool holds_ ABSL_GUARDED_BY(mu_) = false;
  bool closing_ ABSL_GUARDED_BY(mu_) = false;
  bool ended_ ABSL_GUARDED_BY(mu_) = false;  // the broker sends nothing more
  std::string unsent_ ABSL_GUARDED_BY(mu_);
  std::vector<Record> records_ ABSL_GUARDED_BY(mu_);

  // Of the thread that reads from the broker.
  std::string head_;         // of a record, while it is less than whole
  uint64_t body_left_ = 0;   // of the record under way
  uint64_t body_plain_ = 0;  // that it carries
  uint64_t wire_ = 0;
  uint64_t plain_ = 0;
};

}  // namespace amana::tests

#endif  // AMANA_TESTS_FAULT_WIRE_METER_H_
