#include "agency-adapters/police/police_adapter.h"

#include <utility>

#include <nlohmann/json.hpp>

#include "agency-adapters/police/errors.h"
#include "agency-adapters/police/niem_json.h"
#include "agency-adapters/runtime/errors.h"
#include "base/status.h"
#include "proto/crypto/sha256.h"

namespace amana::police {
namespace {

using runtime::ItemKind;

constexpr std::string_view kItems = "/v1/items";
constexpr int kDoubtsAtATime = 16;

// The second stage of a case completes the one that is known.
bool IsCase(const runtime::NativeDelivery& delivery) {
  return delivery.kind == runtime::DeliveryKind::kCase && delivery.about.empty();
}

http::Response JsonAnswer(int status, const nlohmann::json& body) {
  return {.status = status, .content_type = "application/json", .body = body.dump(), .headers = {}};
}

int StatusOfRefusal(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kAborted:
      return 503;
    case absl::StatusCode::kAlreadyExists:
      return 409;
    default:
      return ErrorReason(status) == "KEY_REUSED" ? 409 : 422;
  }
}

}  // namespace

PoliceConfig ReadPoliceConfig(const ConfigTable& native) {
  PoliceConfig config;
  config.base = native.String("base");
  if (!config.base.starts_with("https://") || config.base.ends_with('/')) {
    native.Refuse("base", "expected https://host:port");
  }
  config.client.ca_file = native.Path("ca_file");
  config.client.certificate_file = native.Path("certificate_file");
  config.client.key_file = native.Path("key_file");
  config.client.timeout =
      native.Duration("timeout", absl::Milliseconds(100), absl::Seconds(30), absl::Seconds(15));
  config.client.max_body = kMaxDocument;
  config.endpoint.address = native.String("listen");
  config.endpoint.tls = http::ServerTls{.certificate_file = native.Path("listen_certificate_file"),
                                        .key_file = native.Path("listen_key_file"),
                                        .client_ca_file = native.Path("client_ca_file"),
                                        .client_name = native.String("client_name")};
  if (config.endpoint.tls->client_name.empty()) {
    native.Refuse("client_name", "expected the URI or DNS name in the police system's certificate");
  }
  config.endpoint.max_body = kMaxDocument;
  config.endpoint.threads = 4;
  return config;
}

absl::StatusOr<std::unique_ptr<PoliceAdapter>> PoliceAdapter::Open(
    const PoliceConfig& config, const runtime::AdapterContext& context) {
  AMANA_ASSIGN_OR_RETURN(std::unique_ptr<PoliceSystem> system,
                         PoliceSystem::Create(config.base, config.client));
  AMANA_ASSIGN_OR_RETURN(std::unique_ptr<CaseIndex> index, CaseIndex::Open(context.folder));
  AMANA_ASSIGN_OR_RETURN(std::vector<std::string> doubts, index->InDoubt());
  return std::unique_ptr<PoliceAdapter>(new PoliceAdapter(
      context, config.endpoint, std::move(system), std::move(index), std::move(doubts)));
}

absl::StatusOr<std::vector<runtime::NativeItem>> PoliceAdapter::Poll(size_t) {
  if (server_ == nullptr) {
    AMANA_ASSIGN_OR_RETURN(
        server_, http::Server::Start(
                     endpoint_, [this](const http::Request& request) { return Answer(request); }));
  }
  ResolveDoubts();
  return std::vector<runtime::NativeItem>();
}

// One that the system does not have will be delivered, and its number kept then.
void PoliceAdapter::ResolveDoubts() {
  for (int asked = 0; !doubts_.empty() && asked < kDoubtsAtATime; ++asked) {
    const auto found = Find(doubts_.back());
    if (!found.ok()) return;  // with the next Poll
    if (!found->has_value()) index_->Forget(doubts_.back()).IgnoreError();
    doubts_.pop_back();
  }
}

absl::Status PoliceAdapter::Settle(const std::string& key, const runtime::Settlement& settlement) {
  if (key.find_first_of("#!") == std::string::npos) return absl::OkStatus();  // of the local API
  // Of a case that came by the local API in NIEM, this is where its number is first known.
  if (const std::string ob = ObNumberOf(key);
      !ob.empty() && settlement.state != runtime::Settlement::State::kRefused) {
    AMANA_RETURN_IF_ERROR(index_->Add(ob, key, CaseSide::kOwn));
  }
  AMANA_ASSIGN_OR_RETURN(std::string document, WriteSettlement(key, settlement));
  // The same settlement again is the same message; another of the same item is not.
  const std::string id = "settlement:" + crypto::Sha256(document).hex();
  return system_->Store(id, std::move(document)).status();
}

absl::Status PoliceAdapter::AwaitCases(absl::Span<const runtime::NativeDelivery> deliveries) {
  std::vector<std::string> keys;
  for (const runtime::NativeDelivery& delivery : deliveries) {
    if (!IsCase(delivery)) continue;
    AMANA_ASSIGN_OR_RETURN(const bool awaited, index_->IsAwaited(delivery.key));
    if (!awaited) keys.push_back(delivery.key);
  }
  return keys.empty() ? absl::OkStatus() : index_->Await(keys);
}

void PoliceAdapter::Announce(absl::Span<const runtime::NativeDelivery> next) {
  // Those of before whose turn never came (recalled meanwhile) are not awaited any more.
  for (const std::string& key : announced_) index_->Forget(key).IgnoreError();
  announced_.clear();
  for (const runtime::NativeDelivery& each : next) {
    if (IsCase(each)) announced_.insert(each.key);
  }
  AwaitCases(next).IgnoreError();  // Deliver does it again, and says what is wrong
}

absl::StatusOr<std::string> PoliceAdapter::Deliver(const runtime::NativeDelivery& delivery) {
  AMANA_ASSIGN_OR_RETURN(std::string document, WriteDelivery(delivery));
  // Before it is sent: after a lost answer only Find learns the number.
  announced_.erase(delivery.key);
  AMANA_RETURN_IF_ERROR(AwaitCases({&delivery, 1}));
  absl::StatusOr<std::string> id = system_->Store(delivery.key, std::move(document));
  if (IsCase(delivery) && id.ok()) {
    AMANA_RETURN_IF_ERROR(index_->AddAwaited(*id, delivery.key));
  } else if (IsCase(delivery) && !runtime::IsTransient(id.status())) {
    AMANA_RETURN_IF_ERROR(index_->Forget(delivery.key));
  }
  return id;
}

absl::StatusOr<std::optional<std::string>> PoliceAdapter::Find(const std::string& delivery_key) {
  AMANA_ASSIGN_OR_RETURN(std::optional<std::string> id, system_->Find(delivery_key));
  if (!id.has_value()) return id;
  AMANA_ASSIGN_OR_RETURN(const bool is_case, index_->IsAwaited(delivery_key));
  if (is_case) AMANA_RETURN_IF_ERROR(index_->AddAwaited(*id, delivery_key));
  return id;
}

runtime::Health PoliceAdapter::Check() {
  const absl::Status status = system_->Check();
  if (status.ok()) return {};
  return {.ok = false, .what = "rest", .reason = ErrorReason(status)};
}

absl::StatusOr<std::vector<runtime::NativeItem>> PoliceAdapter::Decode(
    std::string_view bytes) const {
  AMANA_ASSIGN_OR_RETURN(Message message, ReadMessage(bytes, ""));
  AMANA_RETURN_IF_ERROR(NameCase(message));
  return std::vector<runtime::NativeItem>{std::move(message.item)};
}

// By reference, or else by OB number, if it names one case only.
absl::Status PoliceAdapter::NameCase(Message& message) const {
  const ItemKind kind = message.item.kind;
  if (kind == ItemKind::kCase) return absl::OkStatus();
  const bool own = kind == ItemKind::kCancel || kind == ItemKind::kUpdate;
  const CaseSide side = own ? CaseSide::kOwn : CaseSide::kReceived;
  if (!message.case_reference.empty()) {
    absl::Status known = index_->Check(message.case_reference, side);
    if (!known.ok() && kind == ItemKind::kHandover) {
      known = index_->Check(message.case_reference, CaseSide::kOwn);
    }
    message.item.about = message.case_reference;
    if (ErrorReason(known) != "CASE_UNKNOWN") return known;
    // The police have a case before this side knows that they have: they may decide at once.
    AMANA_RETURN_IF_ERROR(
        index_->CheckPending(message.case_reference, "x:Decision/x:CaseReference"));
    return known;
  }
  absl::StatusOr<std::string> about = index_->Find(message.ob_number, side);
  if (kind == ItemKind::kHandover) {
    absl::StatusOr<std::string> other = index_->Find(message.ob_number, CaseSide::kOwn);
    if (about.ok() && other.ok()) return CaseAmbiguous("x:NationalPoliceCase/x:OBNumber");
    if (ErrorReason(about.status()) == "CASE_UNKNOWN") about = std::move(other);
  }
  if (ErrorReason(about.status()) == "CASE_UNKNOWN" && !own) {
    AMANA_RETURN_IF_ERROR(index_->CheckPending("", "x:NationalPoliceCase/x:OBNumber"));
  }
  AMANA_ASSIGN_OR_RETURN(message.item.about, std::move(about));
  return absl::OkStatus();
}

absl::StatusOr<std::string> PoliceAdapter::Take(const http::Request& request) {
  AMANA_ASSIGN_OR_RETURN(
      Message message,
      ReadMessage(request.body, http::FindHeader(request.headers, "Idempotency-Key")));
  AMANA_RETURN_IF_ERROR(NameCase(message));
  AMANA_RETURN_IF_ERROR(intake_.Take(message.item));
  // Also when it was taken before: the number may not have been kept then.
  if (message.item.kind == ItemKind::kCase) {
    AMANA_RETURN_IF_ERROR(index_->Add(message.ob_number, message.item.key, CaseSide::kOwn));
  }
  return message.item.key;
}

http::Response PoliceAdapter::Answer(const http::Request& request) {
  if (request.path != kItems) return JsonAnswer(404, {{"reason", "NOT_FOUND"}});
  if (request.method != "POST") return JsonAnswer(405, {{"reason", "METHOD_NOT_ALLOWED"}});
  const absl::StatusOr<std::string> key = Take(request);
  if (key.ok()) return JsonAnswer(200, {{"key", *key}});
  return JsonAnswer(StatusOfRefusal(key.status()),
                    {{"reason", ErrorReason(key.status())}, {"field", ErrorField(key.status())}});
}

runtime::AdapterOpener PoliceFactory(const ConfigTable& native) {
  const PoliceConfig config = ReadPoliceConfig(native);
  return [config](const runtime::AdapterContext& context)
             -> absl::StatusOr<std::unique_ptr<runtime::Adapter>> {
    AMANA_ASSIGN_OR_RETURN(std::unique_ptr<PoliceAdapter> adapter,
                           PoliceAdapter::Open(config, context));
    return std::unique_ptr<runtime::Adapter>(std::move(adapter));
  };
}

}  // namespace amana::police
