#include "broker/main/timestamp.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/http_client.h"
#include "base/log.h"
#include "base/status.h"

namespace amana::broker {
namespace {

constexpr absl::Duration kFirstRetry = absl::Seconds(10);

}  // namespace

absl::StatusOr<std::unique_ptr<audit::Timestamper>> OpenTimestamper(const Config& config,
                                                                    const store::Store* store,
                                                                    audit::TimestampFiles* files) {
  const Timestamping& timestamp = config.timestamp;
  if (timestamp.url.empty()) return nullptr;
  AMANA_ASSIGN_OR_RETURN(std::string roots, RealFileSystem().Read(timestamp.ca));
  AMANA_ASSIGN_OR_RETURN(std::shared_ptr<http::Client> client,
                         http::Client::Create({.ca_file = timestamp.tls_ca,
                                               .connect_timeout = timestamp.timeout,
                                               .timeout = timestamp.timeout,
                                               .max_body = audit::kMaxTimestampAnswer}));
  return std::make_unique<audit::Timestamper>(
      store, files,
      audit::Timestamper::Options{.url = timestamp.url,
                                  .roots_pem = std::move(roots),
                                  .interval = timestamp.interval,
                                  .backoff = std::min(kFirstRetry, timestamp.retry_longest),
                                  .longest_backoff = timestamp.retry_longest},
      [client](const http::Request& request) { return client->Call(request); },
      [](const absl::Status& status) {
        Log(status.ok() ? LogLevel::kInfo : LogLevel::kError, "timestamp",
            {{"status", LogSafe(status)}});
      });
}

}  // namespace amana::broker
