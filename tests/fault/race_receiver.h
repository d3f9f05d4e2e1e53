// Receivers whose wire is measured. Each takes deliveries off the raw Receive call, in one session
// after the other; each session is a connection of its own through a WireMeter, so that it can be
// said of every message whether the broker had written it at some moment.
//
// The wire shows where TLS records end, the stream how large each message was. The broker begins a
// message when the one before is written, so each begins with a record of its own; the wire carries
// all of it and some frames besides. So the first place where message k may have ended is: where a
// record begins at or after the end of message k - 1, plus its size. No message ended earlier: to
// say that it was not wholly written by some mark accuses nobody wrongly, however slow he is. What
// this may overlook is as small as the frames between two messages (`overhead`).
#ifndef AMANA_TESTS_FAULT_RACE_RECEIVER_H_
#define AMANA_TESTS_FAULT_RACE_RECEIVER_H_

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "agency-adapters/sdk/keys.h"
#include "tests/fault/wire_meter.h"
#include "tests/support/broker_world.h"
#include "tests/support/endpoint.h"

namespace amana::tests {

struct SeenMessage {
  uint64_t size = 0;
  // Of a delivery; none for others.
  std::optional<sdk::DeliveryKey> key;
  uint64_t lease_epoch = 0;
};

// Written by its receiver's thread; read by others once the receivers were joined, but `meter`.
struct RaceSession {
  std::unique_ptr<WireMeter> meter;
  uint64_t base = 0;  // what the connection carried before Receive was opened
  std::vector<SeenMessage> messages;

  // The first place where each message may have ended.
  std::vector<uint64_t> Ends() const;
};

// All sessions there ever were. Thread-safe.
class RaceBoard {
 public:
  std::shared_ptr<RaceSession> Add(std::unique_ptr<WireMeter> meter);
  // A mark in each session, in order. A session that is added later has none: all of it is later.
  absl::StatusOr<std::vector<uint64_t>> MarkAll() const;
  std::vector<std::shared_ptr<RaceSession>> sessions() const;

 private:
  mutable absl::Mutex mu_;
  std::vector<std::shared_ptr<RaceSession>> sessions_ ABSL_GUARDED_BY(mu_);
};

struct RaceReceiverOptions {
  std::string endpoint;     // "intake"
  double acknowledges = 1;  // this share of what it gets
  bool answers_recalls = true;
  // Gives as much credit as can be, and reads in bursts between which it takes nothing, so that
  // the broker's writes stand still.
  bool slow = false;
};

// For one thread, which runs it.
class RaceReceiver {
 public:
  RaceReceiver(const BrokerWorld& world, int broker_port, RaceBoard& board,
               RaceReceiverOptions options, uint64_t seed)
      : world_(world),
        broker_port_(broker_port),
        board_(board),
        options_(std::move(options)),
        random_(seed) {}

  // Receives until `stop`, then goes on until nothing has come for a second.
  absl::Status Run(const std::atomic<bool>& stop);

  // By reason; a withdrawal that came first explains them.
  std::map<std::string, size_t> refused_answers() const;

 private:
  absl::Status Serve(const std::atomic<bool>& stop);
  absl::StatusOr<std::unique_ptr<Endpoint>> Connect(int port);
  absl::Status Take(RaceSession& session, const v1::ReceiveResponse& message, bool acknowledge);
  template <class Rpc>
  void Answer(Rpc rpc, const sdk::NewEntry& entry);
  bool Chance(double probability) { return std::bernoulli_distribution(probability)(random_); }
  int Between(int low, int high) { return std::uniform_int_distribution<int>(low, high)(random_); }

  const BrokerWorld& world_;
  const int broker_port_;
  RaceBoard& board_;
  const RaceReceiverOptions options_;
  std::mt19937_64 random_;
  std::unique_ptr<Endpoint> answers_;  // a connection of its own: a session carries one stream only

  mutable absl::Mutex mu_;
  size_t unanswered_ ABSL_GUARDED_BY(mu_) = 0;
  std::map<std::string, size_t> refused_ ABSL_GUARDED_BY(mu_);
};

}  // namespace amana::tests

#endif  // AMANA_TESTS_FAULT_RACE_RECEIVER_H_
