#include "agency-adapters/sdk/grpc_transport.h"

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/security/tls_credentials_options.h>
#include <stdlib.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "agency-adapters/sdk/broker_check.h"
#include "agency-adapters/sdk/errors.h"
#include "agency-adapters/sdk/wire_status.h"
#include "base/status.h"

namespace amana::sdk {
namespace {

namespace tls = grpc::experimental;

// What lies unread before the stream stops reading, so that the broker's flow control sees it.
constexpr size_t kMaxUnread = 64;
constexpr int kMaxMessage = 4 * 1024 * 1024;

absl::Status Translate(const grpc::Status& status) {
  return status.ok()
             ? absl::OkStatus()
             : FromWireStatus(status.error_code(), status.error_message(), status.error_details());
}

// The bytes move into the slice: no copy on the way out.
grpc::ByteBuffer ToBuffer(std::string bytes) {
  auto* kept = new std::string(std::move(bytes));
  const grpc::Slice slice(
      kept->data(), kept->size(), [](void* owner) { delete static_cast<std::string*>(owner); },
      kept);
  return grpc::ByteBuffer(&slice, 1);
}

std::string ToString(const grpc::ByteBuffer& buffer) {
  std::string bytes;
  std::vector<grpc::Slice> slices;
  if (!buffer.Valid() || !buffer.Dump(&slices).ok()) return bytes;
  bytes.reserve(buffer.Length());
  for (const grpc::Slice& slice : slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return bytes;
}

void SetTimeout(grpc::ClientContext& context, absl::Duration timeout) {
  if (timeout == absl::InfiniteDuration()) return;
  context.set_deadline(
      gpr_time_from_millis(std::max<int64_t>(absl::ToInt64Milliseconds(timeout), 0), GPR_TIMESPAN));
}

// One call. A hold keeps it from being done while this side may still start something; it is
// released when a read has failed, which is how the end of a call is seen. The lock is never held
// while gRPC is called.
class GrpcStream final : public ByteStream,
                         private grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  GrpcStream(grpc::GenericStub& stub, std::string_view method, absl::Duration timeout) {
    SetTimeout(context_, timeout);
    stub.PrepareBidiStreamingCall(&context_, std::string(method), {}, this);
    AddHold();
    StartRead(&incoming_);
    StartCall();
  }

  ~GrpcStream() override {
    context_.TryCancel();
    ResumeReading(/*drop=*/true);
    absl::MutexLock lock(&mu_);
    mu_.Await(absl::Condition(&done_));
  }

  absl::Status Write(std::string message) override {
    if (absl::Status status = BeginSending(); !status.ok()) return status;
    outgoing_ = ToBuffer(std::move(message));
    StartWrite(&outgoing_);
    EndStarting();
    return absl::OkStatus();
  }

  void WritesDone() override {
    if (!BeginSending().ok()) return;
    StartWritesDone();
    EndStarting();
  }

  absl::StatusOr<std::optional<std::string>> Read(absl::Duration timeout) override {
    std::optional<std::string> message;
    {
      absl::MutexLock lock(&mu_);
      const auto something = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
        return !unread_.empty() || done_;
      };
      if (!mu_.AwaitWithTimeout(absl::Condition(&something), timeout)) return ReadTimeout();
      if (unread_.empty()) {
        if (!status_.ok()) return status_;
        return message;
      }
      message = std::move(unread_.front());
      unread_.pop_front();
    }
    ResumeReading(/*drop=*/false);
    return message;
  }

  void Cancel() override { context_.TryCancel(); }

 private:
  // Waits for the write before. From OK on until EndStarting an operation may be started.
  absl::Status BeginSending() {
    absl::MutexLock lock(&mu_);
    const auto free = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
      return !sending_ || broken_ || ended_;
    };
    mu_.Await(absl::Condition(&free));
    if (broken_ || ended_) {
      // Why is known in a moment, unless what lies unread keeps the call from its end.
      const auto known = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return done_ || paused_; };
      mu_.Await(absl::Condition(&known));
      return done_ && !status_.ok() ? status_ : StreamClosed();
    }
    sending_ = true;
    starting_ = true;
    return absl::OkStatus();
  }

  void EndStarting() {
    bool release = false;
    {
      absl::MutexLock lock(&mu_);
      starting_ = false;
      release = ended_ && std::exchange(held_, false);
    }
    if (release) RemoveHold();
  }

  void ResumeReading(bool drop) {
    {
      absl::MutexLock lock(&mu_);
      dropping_ |= drop;
      if (!paused_) return;
      paused_ = false;
    }
    StartRead(&incoming_);
  }

  void OnWriteDone(bool ok) override {
    absl::MutexLock lock(&mu_);
    sending_ = false;
    broken_ |= !ok;
  }
  void OnWritesDoneDone(bool) override {}  // still `sending_`: nothing may follow

  void OnReadDone(bool ok) override {
    bool release = false;
    {
      absl::MutexLock lock(&mu_);
      if (ok) {
        if (!dropping_) unread_.push_back(ToString(incoming_));
        paused_ = unread_.size() >= kMaxUnread && !dropping_;
        if (paused_) return;
      } else {
        ended_ = true;
        release = !starting_ && std::exchange(held_, false);
      }
    }
    if (ok) {
      incoming_.Clear();
      StartRead(&incoming_);
    } else if (release) {
      RemoveHold();
    }
  }

  void OnDone(const grpc::Status& status) override {
    absl::MutexLock lock(&mu_);
    status_ = Translate(status);
    ended_ = true;
    done_ = true;
  }

  grpc::ClientContext context_;
  grpc::ByteBuffer incoming_;  // the outstanding read's
  grpc::ByteBuffer outgoing_;  // the outstanding write's

  absl::Mutex mu_;
  std::deque<std::string> unread_ ABSL_GUARDED_BY(mu_);
  bool sending_ ABSL_GUARDED_BY(mu_) = false;
  bool broken_ ABSL_GUARDED_BY(mu_) = false;
  bool starting_ ABSL_GUARDED_BY(mu_) = false;
  bool paused_ ABSL_GUARDED_BY(mu_) = false;  // no read is outstanding
  bool dropping_ ABSL_GUARDED_BY(mu_) = false;
  bool held_ ABSL_GUARDED_BY(mu_) = true;
  bool ended_ ABSL_GUARDED_BY(mu_) = false;
  bool done_ ABSL_GUARDED_BY(mu_) = false;
  absl::Status status_ ABSL_GUARDED_BY(mu_);
};

class GrpcTransport final : public Transport {
 public:
  explicit GrpcTransport(const std::vector<std::shared_ptr<grpc::Channel>>& channels) {
    for (const auto& channel : channels) {
      stubs_.push_back(std::make_unique<grpc::GenericStub>(channel));
    }
  }

  void Unary(std::string_view method, std::string request, absl::Duration timeout,
             ByteDone done) override {
    struct State {
      grpc::ClientContext context;
      grpc::ByteBuffer request;
      grpc::ByteBuffer response;
      ByteDone done;
    };
    // Deleted by the callback: std::function needs something to copy.
    auto* state = new State;
    state->request = ToBuffer(std::move(request));
    state->done = std::move(done);
    SetTimeout(state->context, timeout);
    NextStub().UnaryCall(&state->context, std::string(method), {}, &state->request,
                         &state->response, [state](const grpc::Status& status) {
                           ByteDone done = std::move(state->done);
                           auto result =
                               status.ok() ? absl::StatusOr<std::string>(ToString(state->response))
                                           : absl::StatusOr<std::string>(Translate(status));
                           // The context holds the channel. Once `done` has run the client may
                           // go, and the channel's last reference must not go on this thread:
                           // it would wait for itself.
                           delete state;
                           done(std::move(result));
                         });
  }

  std::unique_ptr<ByteStream> Open(std::string_view method, absl::Duration timeout) override {
    return std::make_unique<GrpcStream>(NextStub(), method, timeout);
  }

 private:
  grpc::GenericStub& NextStub() {
    return *stubs_[next_.fetch_add(1, std::memory_order_relaxed) % stubs_.size()];
  }

  std::vector<std::unique_ptr<grpc::GenericStub>> stubs_;
  std::atomic<size_t> next_{0};
};

// OpenSSL has found a chain to the pinned root by now. What it cannot see: that the CA may speak
// for this agency, and that the certificate is a broker's.
class BrokerVerifier final : public tls::ExternalCertificateVerifier {
 public:
  explicit BrokerVerifier(std::shared_ptr<const BrokerCheck> check) : check_(std::move(check)) {}

  bool Verify(tls::TlsCustomVerificationCheckRequest* request, std::function<void(grpc::Status)>,
              grpc::Status* result) override {
    const grpc::string_ref leaf = request->peer_cert();
    const grpc::string_ref chain = request->peer_cert_full_chain();
    const absl::Status status = (*check_)({leaf.data(), leaf.size()}, {chain.data(), chain.size()});
    if (!status.ok()) {
      *result = grpc::Status(grpc::StatusCode::UNAUTHENTICATED, ErrorReason(status));
    }
    return true;
  }
  void Cancel(tls::TlsCustomVerificationCheckRequest*) override {}

 private:
  const std::shared_ptr<const BrokerCheck> check_;
};

void ShutOutTls12() {
  static std::once_flag once;
  // Of TLS 1.2, a suite that needs RSA: with P-256 certificates nothing is left to agree on.
  std::call_once(once, [] { setenv("GRPC_SSL_CIPHER_SUITES", "ECDHE-RSA-AES256-GCM-SHA384", 1); });
}

std::string AuthoritiesPem(const crypto::ChainVerifier::Authorities& authorities) {
  std::string pem;
  for (const crypto::Certificate& root : authorities.roots) pem += root.pem();
  for (const crypto::Certificate& ca : authorities.issuing) pem += ca.pem();
  return pem;
}

std::shared_ptr<grpc::ChannelCredentials> Credentials(const Identity& identity,
                                                      const Clock& clock) {
  tls::IdentityKeyCertPair pair;
  pair.private_key = std::string(identity.tls().key_pem.Reveal(crypto::RevealSecret()));
  pair.certificate_chain = identity.tls_chain_pem();
  tls::TlsChannelCredentialsOptions options;
  options.set_certificate_provider(std::make_shared<tls::StaticDataCertificateProvider>(
      AuthoritiesPem(identity.authorities().authorities()),
      std::vector<tls::IdentityKeyCertPair>{pair}));
  crypto::WipeMemory(pair.private_key.data(), pair.private_key.size());
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
  options.set_verify_server_certs(true);
  options.set_check_call_host(false);
  options.set_certificate_verifier(tls::ExternalCertificateVerifier::Create<BrokerVerifier>(
      std::make_shared<const BrokerCheck>(identity, clock)));
  return tls::TlsCredentials(options);
}

grpc::ChannelArguments Arguments(const ConnectOptions& options) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // a connection of its own
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 200);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 1000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS,
                   static_cast<int>(absl::ToInt64Milliseconds(options.max_reconnect_backoff)));
  // Over the 5 minutes below which a server counts pings as strikes.
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 330 * 1000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20 * 1000);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);  // the outbox knows what may be repeated
  arguments.SetMaxReceiveMessageSize(kMaxMessage);
  arguments.SetMaxSendMessageSize(kMaxMessage);
  return arguments;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Client>> ConnectClient(const Identity& identity, const Clock& clock,
                                                      const ConnectOptions& options) {
  ShutOutTls12();
  if (options.channels < 1 || options.channels > 64) {
    return IdentityInvalid("channels", "must be 1 to 64");
  }
  const auto credentials = Credentials(identity, clock);
  std::vector<std::shared_ptr<grpc::Channel>> channels;
  channels.reserve(static_cast<size_t>(options.channels));
  for (int i = 0; i < options.channels; ++i) {
    channels.push_back(
        grpc::CreateCustomChannel(identity.broker(), credentials, Arguments(options)));
  }
  return std::make_unique<Client>(std::make_unique<GrpcTransport>(channels), options.client);
}

}  // namespace amana::sdk
