// The seam between the client library and the wire: methods by name, messages as bytes. The real
// one is grpc_transport.h; tests answer in the process.
#ifndef AMANA_AGENCY_ADAPTERS_SDK_TRANSPORT_H_
#define AMANA_AGENCY_ADAPTERS_SDK_TRANSPORT_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace amana::sdk {

// One call with messages both ways. Thread-safe, but one reader and one writer at a time. When it
// goes, the call is cancelled and over.
class ByteStream {
 public:
  virtual ~ByteStream() = default;
  // Messages go out in order. Waits while many are unsent. STREAM_CLOSED, or why the call ended.
  virtual absl::Status Write(std::string message) = 0;
  virtual void WritesDone() = 0;  // no Write after it
  // The next message; nothing when the call ended well; READ_TIMEOUT; or why the call ended.
  virtual absl::StatusOr<std::optional<std::string>> Read(absl::Duration timeout) = 0;
  virtual void Cancel() = 0;  // Read and Write return soon; from any thread
};

using ByteDone = absl::AnyInvocable<void(absl::StatusOr<std::string>)>;

// Thread-safe. Errors: the broker's refusals with reason and field (base/status.h), and CallFailed.
class Transport {
 public:
  virtual ~Transport() = default;
  // `method` is "/amana.v1.ReferralService/Submit" and lives for ever. `done` is called once, on
  // any thread, maybe before Unary returns; it must not block.
  virtual void Unary(std::string_view method, std::string request, absl::Duration timeout,
                     ByteDone done) = 0;
  // Connects when first used. `timeout` bounds the whole call; InfiniteDuration for none.
  virtual std::unique_ptr<ByteStream> Open(std::string_view method, absl::Duration timeout) = 0;
};

}  // namespace amana::sdk

#endif  // AMANA_AGENCY_ADAPTERS_SDK_TRANSPORT_H_
