// The police's adapter (runtime/adapter.h). To the police system: POST over HTTPS with our
// certificate and an idempotency key (police_system.h). From it: its decisions and new cases, at an
// HTTPS endpoint of our own that asks for its certificate:
//   POST /v1/items         NIEM JSON (messages.h), Idempotency-Key: the message id
//   200 {"key": ...}       durable here; the same message again answers the same
//   409 KEY_REUSED, 422    final: {"reason": ..., "field": ...}, names only
//   503                    try again
#ifndef AMANA_AGENCY_ADAPTERS_POLICE_POLICE_ADAPTER_H_
#define AMANA_AGENCY_ADAPTERS_POLICE_POLICE_ADAPTER_H_

#include <memory>
#include <optional>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "agency-adapters/police/case_index.h"
#include "agency-adapters/police/messages.h"
#include "agency-adapters/police/police_system.h"
#include "agency-adapters/runtime/adapter.h"
#include "base/config.h"
#include "base/http_client.h"
#include "base/http_server.h"

namespace amana::police {

struct PoliceConfig {
  std::string base;  // "https://police.example:8443"
  http::ClientOptions client;
  http::ServerOptions endpoint;
};

// [native]: base, ca_file, certificate_file, key_file, timeout; listen, listen_certificate_file,
// listen_key_file, client_ca_file, client_name. What is wrong is the table's finding.
PoliceConfig ReadPoliceConfig(const ConfigTable& native);

class PoliceAdapter final : public runtime::Adapter {
 public:
  // Listens from the first Poll on: a dry run beside the running program needs no endpoint. Errors
  // of PoliceSystem and CaseIndex.
  static absl::StatusOr<std::unique_ptr<PoliceAdapter>> Open(
      const PoliceConfig& config, const runtime::AdapterContext& context);

  // Nothing: the police system pushes. Errors of http::Server::Start, each time until it listens.
  // Asks the police system for the numbers that a crash of the machine may have taken.
  absl::StatusOr<std::vector<runtime::NativeItem>> Poll(size_t limit) override;
  absl::Status Settle(const std::string& key, const runtime::Settlement& settlement) override;
  void Announce(absl::Span<const runtime::NativeDelivery> next) override;
  absl::StatusOr<std::string> Deliver(const runtime::NativeDelivery& delivery) override;
  // None is no promise that an earlier POST will not arrive: that one has the same idempotency key.
  absl::StatusOr<std::optional<std::string>> Find(const std::string& delivery_key) override;
  runtime::Health Check() override;
  // One document; reads the index of cases, and changes nothing.
  absl::StatusOr<std::vector<runtime::NativeItem>> Decode(std::string_view bytes) const override;

  int port() const { return server_ == nullptr ? 0 : server_->port(); }

 private:
  PoliceAdapter(const runtime::AdapterContext& context, http::ServerOptions endpoint,
                std::unique_ptr<PoliceSystem> system, std::unique_ptr<CaseIndex> index,
                std::vector<std::string> doubts)
      : intake_(context.intake),
        endpoint_(std::move(endpoint)),
        system_(std::move(system)),
        index_(std::move(index)),
        doubts_(std::move(doubts)) {}
  http::Response Answer(const http::Request& request);
  absl::StatusOr<std::string> Take(const http::Request& request);
  absl::Status NameCase(Message& message) const;
  absl::Status AwaitCases(absl::Span<const runtime::NativeDelivery> deliveries);
  void ResolveDoubts();

  runtime::Intake& intake_;
  const http::ServerOptions endpoint_;
  const std::unique_ptr<PoliceSystem> system_;
  const std::unique_ptr<CaseIndex> index_;
  std::set<std::string> announced_;  // cases that Deliver has not come with yet
  std::vector<std::string> doubts_;  // cases whose number a crash may have taken from the index
  std::unique_ptr<http::Server> server_;  // last: its threads use the others
};

// For runtime's program frame.
runtime::AdapterOpener PoliceFactory(const ConfigTable& native);

}  // namespace amana::police

#endif  // AMANA_AGENCY_ADAPTERS_POLICE_POLICE_ADAPTER_H_
