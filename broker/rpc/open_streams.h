// The streams that are open for long, so that somebody looks after them: is the certificate still
// good, does the reader still read. Knows nothing of gRPC.
#ifndef AMANA_BROKER_RPC_OPEN_STREAMS_H_
#define AMANA_BROKER_RPC_OPEN_STREAMS_H_

#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace amana::rpc {

// A write that its reader does not take for so long ends the stream.
inline constexpr absl::Duration kWriteTimeout = absl::Seconds(30);

class OpenStream {
 public:
  virtual ~OpenStream() = default;
  // Ends itself if it should not go on.
  virtual void Check(absl::Time now) = 0;
};

// Thread-safe. Streams are held weakly: one that is gone is forgotten at the next sweep.
class OpenStreams {
 public:
  void Add(std::weak_ptr<OpenStream> stream);
  // Checks every stream, without locks held; returns how many there are. Called every second.
  size_t Sweep(absl::Time now);

 private:
  absl::Mutex mu_;
  std::vector<std::weak_ptr<OpenStream>> streams_ ABSL_GUARDED_BY(mu_);
};

}  // namespace amana::rpc

#endif  // AMANA_BROKER_RPC_OPEN_STREAMS_H_
