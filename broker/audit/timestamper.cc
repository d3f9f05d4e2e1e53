#include "broker/audit/timestamper.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/time/clock.h"
#include "base/status.h"
#include "proto/crypto/timestamp.h"

namespace amana::audit {
namespace {

absl::Status NotGranted(int status) {
  return MakeError(absl::StatusCode::kUnavailable, "TIMESTAMP_REFUSED", "answer",
                   "the authority answers with HTTP status " + std::to_string(status));
}

}  // namespace

Timestamper::Timestamper(const store::Store* store, TimestampFiles* files, Options options,
                         Call call, Listener listener)
    : store_(store),
      files_(files),
      options_(std::move(options)),
      call_(std::move(call)),
      listener_(std::move(listener)),
      covered_(absl::Now()) {}

Timestamper::~Timestamper() { Stop(); }

absl::StatusOr<bool> Timestamper::TryStamp() {
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, store_->Read());
  AMANA_ASSIGN_OR_RETURN(const store::LogHead head, snapshot->log().Head());
  AMANA_ASSIGN_OR_RETURN(const std::vector<uint64_t> stamped, files_->Sizes());
  if (!stamped.empty() && stamped.back() >= head.size) return false;
  AMANA_ASSIGN_OR_RETURN(const crypto::TimestampRequest request,
                         crypto::MakeTimestampRequest(head.checkpoint));
  AMANA_ASSIGN_OR_RETURN(const http::Response answer,
                         call_({.method = "POST",
                                .path = options_.url,
                                .query = {},
                                .headers = {{"Content-Type", "application/timestamp-query"},
                                            {"Accept", "application/timestamp-reply"}},
                                .body = request.der}));
  if (answer.status != 200) return NotGranted(answer.status);
  AMANA_ASSIGN_OR_RETURN(
      const crypto::GrantedTimestamp granted,
      crypto::OpenTimestampAnswer(answer.body, request, head.checkpoint, options_.roots_pem));
  AMANA_RETURN_IF_ERROR(files_->Keep(head.size, head.checkpoint, granted.token));
  return true;
}

absl::StatusOr<bool> Timestamper::Stamp() {
  const absl::Time begun = absl::Now();
  absl::StatusOr<bool> stamped = TryStamp();
  if (stamped.ok()) {
    const absl::MutexLock lock(&mu_);
    covered_ = begun;
  }
  return stamped;
}

void Timestamper::Tell(const absl::Status& status) {
  std::string reason(status.ok() ? "OK" : ErrorReason(status));
  if (reason.empty()) reason = absl::StatusCodeToString(status.code());
  if (std::exchange(told_, reason) == reason) return;
  listener_(status);
}

void Timestamper::Run() {
  absl::Duration backoff = options_.backoff;
  while (true) {
    const absl::StatusOr<bool> stamped = Stamp();
    Tell(stamped.status());
    absl::Duration pause = options_.interval;
    if (!stamped.ok()) {
      pause = std::min(backoff, options_.interval);
      backoff = std::min(2 * backoff, options_.longest_backoff);
    } else {
      backoff = options_.backoff;
    }
    const absl::MutexLock lock(&mu_);
    if (mu_.AwaitWithTimeout(absl::Condition(&stopping_), pause)) return;
  }
}

void Timestamper::Start() {
  thread_ = std::thread([this] { Run(); });
}

void Timestamper::Stop() {
  {
    const absl::MutexLock lock(&mu_);
    stopping_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

absl::Duration Timestamper::Unstamped() const {
  // A log that does not grow is covered however long ago that was.
  const auto snapshot = store_->Read();
  if (snapshot.ok()) {
    const auto head = (*snapshot)->log().Head();
    const auto stamped = files_->Sizes();
    if (head.ok() && stamped.ok() && !stamped->empty() && stamped->back() >= head->size) {
      return absl::ZeroDuration();
    }
  }
  const absl::MutexLock lock(&mu_);
  return absl::Now() - covered_;
}

}  // namespace amana::audit
