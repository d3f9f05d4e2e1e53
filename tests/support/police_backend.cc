#include "tests/support/police_backend.h"

#include <utility>

#include "absl/time/clock.h"
#include "base/status.h"

namespace amana::tests {
namespace {

using Json = nlohmann::json;

http::Response JsonAnswer(int status, const Json& body) {
  return {.status = status, .content_type = "application/json", .body = body.dump(), .headers = {}};
}

std::string Decoded(std::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      decoded += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else {
      decoded += text[i];
    }
  }
  return decoded;
}

}  // namespace

absl::StatusOr<std::unique_ptr<PoliceBackend>> PoliceBackend::Start(const http::ServerTls& tls) {
  std::unique_ptr<PoliceBackend> backend(new PoliceBackend());
  PoliceBackend* const self = backend.get();
  http::ServerOptions options;
  options.tls = tls;
  AMANA_ASSIGN_OR_RETURN(backend->server_,
                         http::Server::Start(options, [self](const http::Request& request) {
                           return self->Answer(request);
                         }));
  return backend;
}

void PoliceBackend::Add(Fault fault) {
  const absl::MutexLock lock(&mu_);
  faults_.push_back(fault);
}

void PoliceBackend::AnswerReplays(int status, bool with_id) {
  const absl::MutexLock lock(&mu_);
  replay_status_ = status;
  replay_id_ = with_id;
}

void PoliceBackend::UseId(const std::string& id) {
  const absl::MutexLock lock(&mu_);
  ids_.push_back(id);
}

absl::Status PoliceBackend::KeepIn(const std::string& file) {
  const absl::MutexLock lock(&mu_);
  AMANA_ASSIGN_OR_RETURN(kept_, RealFileSystem().OpenAppend(file, 0600));
  return absl::OkStatus();
}

std::vector<PoliceBackend::Message> PoliceBackend::messages() const {
  const absl::MutexLock lock(&mu_);
  return messages_;
}

int PoliceBackend::posts() const {
  const absl::MutexLock lock(&mu_);
  return posts_;
}

http::Response PoliceBackend::Answer(const http::Request& request) {
  if (request.path == "/v1/health") return JsonAnswer(200, Json::object());
  if (request.path != "/v1/messages") return JsonAnswer(404, Json::object());
  return request.method == "POST" ? Post(request) : Get(request);
}

http::Response PoliceBackend::Post(const http::Request& request) {
  const std::string key(http::FindHeader(request.headers, "Idempotency-Key"));
  Json document = Json::parse(request.body, nullptr, /*allow_exceptions=*/false);
  if (key.empty() || !document.is_object()) return JsonAnswer(400, Json::object());
  Fault fault;
  http::Response answer;
  {
    const absl::MutexLock lock(&mu_);
    ++posts_;
    if (!faults_.empty()) {
      fault = faults_.front();
      faults_.pop_front();
    }
    const auto stored = places_.find(key);
    if (stored != places_.end()) {
      Json body = Json::object();
      if (replay_id_) body["x:NativeID"] = messages_[stored->second].id;
      answer = JsonAnswer(replay_status_, body);
    } else if (fault.status == 0 || fault.stores) {
      std::string id = "OB/2031/" + std::to_string(messages_.size() + 1);
      if (!ids_.empty()) {
        id = ids_.front();
        ids_.pop_front();
      }
      if (kept_ != nullptr && !(kept_->Append(request.body).ok() && kept_->Sync().ok())) {
        return JsonAnswer(500, Json::object());
      }
      places_.emplace(key, messages_.size());
      messages_.push_back({key, id, std::move(document)});
      answer = JsonAnswer(201, {{"x:NativeID", id}});
    }
  }
  if (fault.delay > absl::ZeroDuration()) absl::SleepFor(fault.delay);
  if (fault.status != 0) answer = JsonAnswer(fault.status, Json::object());
  return answer;
}

http::Response PoliceBackend::Get(const http::Request& request) const {
  const std::string_view query = request.query;
  if (!query.starts_with("key=")) return JsonAnswer(400, Json::object());
  const std::string key = Decoded(query.substr(4));
  const absl::MutexLock lock(&mu_);
  const auto stored = places_.find(key);
  if (stored == places_.end()) return JsonAnswer(404, Json::object());
  return JsonAnswer(200, {{"x:NativeID", messages_[stored->second].id}});
}

}  // namespace amana::tests
