// Has the newest checkpoint of the log stamped by an RFC 3161 authority, once in a while, by a
// thread of its own: no submission waits for it, and nothing else depends on it. An authority that
// is away, slow or lying is asked again with growing pauses; what it answers is kept only after it
// was verified as an auditor will. A log that has not grown since is not stamped again.
// Thread-safe.
#ifndef AMANA_BROKER_AUDIT_TIMESTAMPER_H_
#define AMANA_BROKER_AUDIT_TIMESTAMPER_H_

#include <cstdint>
#include <functional>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/durable_file.h"
#include "base/http_message.h"
#include "broker/audit/timestamp_files.h"
#include "broker/store/store.h"

namespace amana::audit {

inline constexpr size_t kMaxTimestampAnswer = size_t{64} << 10;

class Timestamper {
 public:
  // Posts a request; bounded in time and size (kMaxTimestampAnswer).
  using Call = std::function<absl::StatusOr<http::Response>(const http::Request&)>;
  // Called with each change between working and each reason of failing; on the thread.
  using Listener = std::function<void(const absl::Status&)>;

  struct Options {
    std::string url;
    std::string roots_pem;  // the authorities believed
    absl::Duration interval = absl::Hours(1);
    absl::Duration backoff = absl::Seconds(10);  // after a failure, doubled up to
    absl::Duration longest_backoff = absl::Minutes(10);
  };

  // Owns none of these but the functions; they must outlive it.
  Timestamper(const store::Store* store, TimestampFiles* files, Options options, Call call,
              Listener listener);
  ~Timestamper();  // Stop()

  // One attempt, on the caller's thread: false where there is nothing new to be stamped. Errors:
  // TIMESTAMP_REFUSED (also: another HTTP status than 200), those of OpenTimestampAnswer, of the
  // call, the store and the files.
  absl::StatusOr<bool> Stamp();

  void Start();
  void Stop();  // when the attempt under way has ended

  // For how long the log has had entries that no token covers, as this process has seen it.
  absl::Duration Unstamped() const;

 private:
  absl::StatusOr<bool> TryStamp();
  void Tell(const absl::Status& status);
  void Run();

  const store::Store* const store_;
  TimestampFiles* const files_;
  const Options options_;
  const Call call_;
  const Listener listener_;
  std::string told_;  // of the thread

  mutable absl::Mutex mu_;
  absl::Time covered_ ABSL_GUARDED_BY(mu_);  // everything was stamped then, or nothing known before
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  std::thread thread_;
};

}  // namespace amana::audit

#endif  // AMANA_BROKER_AUDIT_TIMESTAMPER_H_
