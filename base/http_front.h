// Where the connections of an http::Server are until a request's head is whole, and again after its
// answer: one thread polls them all, so that who says nothing, or says it slowly, holds up nobody.
// What is whole is worked on by a bounded number of threads. Of base/http_server only.
#ifndef AMANA_BASE_HTTP_FRONT_H_
#define AMANA_BASE_HTTP_FRONT_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "base/http_stream.h"

namespace amana::http {

struct FrontOptions {
  size_t threads;
  size_t max_connections;
  size_t per_peer;  // as ServerOptions
  std::chrono::microseconds head_timeout;
  std::chrono::microseconds idle_timeout;  // between an answer and the next request's first byte
};

// Thread safe.
class Front {
 public:
  // Answers the request whose head is here. False: it was the connection's last.
  using Work = std::function<bool(Connection&)>;
  Front(const FrontOptions& options, Work work);
  ~Front();  // Stop()

  void Add(std::unique_ptr<Connection> connection);
  // Drops who waits; returns when the requests under way are answered. Idempotent; by one thread.
  void Stop();

 private:
  struct Arrival {
    std::unique_ptr<Connection> connection;
    enum { kNew, kKept, kLeaving } as;
  };
  struct Place {
    std::unique_ptr<Connection> connection;  // none: this place is free
    Moment until;
    short events = 0;
    bool idle = false;     // kept, and the next request has not begun
    bool leaving = false;  // all is said; what still comes is thrown away
    size_t discarded = 0;
  };

  void Wake();
  // Of the polling thread.
  void Watch();
  bool Adopt();
  void Seat(Arrival arrival);
  bool MakeRoom();
  void Poll();
  void Move(Place& place);
  void Expire(Place& place);
  void Refuse(Place& place, int status, const char* reason);
  void Leave(Place& place);
  void Drop(Place& place);
  void Count(const Connection& connection, int more);
  // Of the others.
  void Serve();
  bool MayBegin() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool MayWork(const Connection& connection) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const FrontOptions options_;
  const Work work_;
  const int wake_;
  std::vector<Place> places_;            // of the polling thread; oldest first
  std::map<std::string, int64_t> open_;  // of the same: connections by address, wherever they are
  int64_t all_open_ = 0;                 // of the same
  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<Arrival> arrivals_ ABSL_GUARDED_BY(mutex_);
  std::deque<std::unique_ptr<Connection>> ready_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, size_t> busy_ ABSL_GUARDED_BY(mutex_);  // requests by address
  std::vector<std::thread> threads_;
};

}  // namespace amana::http

#endif  // AMANA_BASE_HTTP_FRONT_H_
