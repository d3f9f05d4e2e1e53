#include "tests/support/primero_server.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "base/status.h"

namespace amana::tests {
namespace {

using nlohmann::json;

http::Response Json(int status, const json& body) {
  return {status, "application/json", body.dump(), {}};
}

http::Response Error(int status, const http::Request& request, const std::string& detail = "") {
  json error = {{"status", status}, {"resource", request.path}, {"message", "refused"}};
  if (!detail.empty()) error["detail"] = detail;
  return Json(status, {{"errors", json::array({error})}});
}

json DataOf(const http::Request& request) {
  const json body = json::parse(request.body, nullptr, /*allow_exceptions=*/false);
  return body.is_object() && body.contains("data") ? body["data"] : json();
}

}  // namespace

absl::StatusOr<std::unique_ptr<PrimeroServer>> PrimeroServer::Start() {
  auto primero = std::make_unique<PrimeroServer>();
  PrimeroServer* const self = primero.get();
  AMANA_ASSIGN_OR_RETURN(primero->server_,
                         http::Server::Start({}, [self](const http::Request& request) {
                           return self->Answer(request);
                         }));
  return primero;
}

std::map<std::string, json> PrimeroServer::Cases() const {
  const absl::MutexLock lock(&mu_);
  return cases_;
}

std::vector<json> PrimeroServer::Referrals(const std::string& case_id) const {
  const absl::MutexLock lock(&mu_);
  const auto found = referrals_.find(case_id);
  return found == referrals_.end() ? std::vector<json>() : found->second;
}

std::vector<json> PrimeroServer::Files(const std::string& case_id) const {
  const absl::MutexLock lock(&mu_);
  const auto found = files_.find(case_id);
  return found == files_.end() ? std::vector<json>() : found->second;
}

std::vector<json> PrimeroServer::Sms() const {
  const absl::MutexLock lock(&mu_);
  return sms_;
}

void PrimeroServer::Decide(const std::string& case_id, const std::string& status,
                           const std::string& reason) {
  const absl::MutexLock lock(&mu_);
  for (json& referral : referrals_[case_id]) {
    referral["status"] = status;
    referral["rejected_reason"] = reason.empty() ? json() : json(reason);
  }
}

void PrimeroServer::EndTokens() {
  const absl::MutexLock lock(&mu_);
  tokens_.clear();
}

void PrimeroServer::Fail(int times, int status, int after) {
  const absl::MutexLock lock(&mu_);
  passing_ = after;
  failing_ = times;
  fail_status_ = status;
}

void PrimeroServer::LoseAnswers(const std::string& ending, int times) {
  const absl::MutexLock lock(&mu_);
  losing_at_ = ending;
  losing_ = times;
}

absl::Status PrimeroServer::KeepIn(const std::string& file) {
  const absl::MutexLock lock(&mu_);
  AMANA_ASSIGN_OR_RETURN(kept_, RealFileSystem().OpenAppend(file, 0600));
  return absl::OkStatus();
}

http::Response PrimeroServer::Answer(const http::Request& request) {
  const absl::MutexLock lock(&mu_);
  if (kept_ != nullptr && request.method != "GET" &&
      !(kept_->Append(request.body).ok() && kept_->Sync().ok())) {
    return Error(500, request);
  }
  if (passing_ > 0) {
    --passing_;
  } else if (failing_ > 0) {
    --failing_;
    return Error(fail_status_, request);
  }
  http::Response response = request.path == "/sms"             ? SendSms(request)
                            : request.path == "/api/v2/tokens" ? Token(request)
                                                               : Api(request);
  if (losing_ > 0 && request.method == "POST" && request.path.ends_with(losing_at_)) {
    --losing_;
    return Error(504, request);
  }
  return response;
}

http::Response PrimeroServer::Token(const http::Request& request) {
  const json body = json::parse(request.body, nullptr, /*allow_exceptions=*/false);
  const json expected = {{"user_name", kPrimeroUser}, {"password", kPrimeroPassword}};
  if (!body.is_object() || !body.contains("user") || body["user"] != expected) {
    return Json(401, {{"error", "Invalid User name or password."}});
  }
  const std::string token = absl::StrCat("jwt.", ++made_);
  tokens_.insert("Bearer " + token);
  http::Response response = Json(200, {{"user_name", kPrimeroUser}});
  response.headers = {{"Authorization", "Bearer " + token}};
  return response;
}

http::Response PrimeroServer::Api(const http::Request& request) {
  if (!tokens_.contains(std::string(http::FindHeader(request.headers, "Authorization")))) {
    return Error(401, request);
  }
  const std::vector<std::string> parts = absl::StrSplit(request.path, '/');
  if (parts.size() < 4 || parts[3] != "cases") return Error(404, request);
  if (parts.size() == 4) return CaseCall(request, "");
  if (parts.size() == 5) return CaseCall(request, parts[4]);
  if (parts[5] == "attachments" && cases_.contains(parts[4])) {
    return FileCall(request, parts[4], parts.size() > 6 ? parts[6] : "");
  }
  if (parts[5] != "referrals" || !cases_.contains(parts[4])) return Error(404, request);
  return ReferralCall(request, parts[4], parts.size() > 6 ? parts[6] : "");
}

http::Response PrimeroServer::FileCall(const http::Request& request, const std::string& case_id,
                                       const std::string& id) {
  std::vector<json>& files = files_[case_id];
  if (request.method == "DELETE") {
    const size_t gone = std::erase_if(
        files, [&id](const json& file) { return absl::StrCat(file["id"].get<int>()) == id; });
    return gone > 0 ? http::Response{204, "application/json", "", {}} : Error(404, request);
  }
  json data = DataOf(request);
  if (request.method != "POST" || !data.is_object()) return Error(422, request);
  data["id"] = ++made_;
  files.push_back(data);
  return Json(200, {{"data", {{"id", made_}, {"record_field_scope", data["field_name"]}}}});
}

http::Response PrimeroServer::CaseCall(const http::Request& request, const std::string& id) {
  if (request.method == "GET") {
    if (!cases_.contains(id)) return Error(404, request);
    json whole = cases_[id];
    for (const json& file : files_[id]) {
      const std::string field = file["field_name"];
      whole[field].push_back({{"id", file["id"]}, {"file_name", file["file_name"]}});
    }
    return Json(200, {{"data", whole}});
  }
  json data = DataOf(request);
  if (!data.is_object()) return Error(422, request);
  if (data.contains("sex") && data["sex"] == "unheard-of") return Error(422, request, "sex");
  if (request.method == "PATCH") {
    if (!cases_.contains(id)) return Error(404, request);
    for (const auto& [name, value] : data.items()) cases_[id][name] = value;
    return Json(200, {{"data", cases_[id]}});
  }
  if (request.method != "POST" || !id.empty() || !data.contains("id")) return Error(405, request);
  const std::string given = data["id"];
  if (!cases_.emplace(given, std::move(data)).second) return Error(409, request);
  return {204, "application/json", "", {}};
}

http::Response PrimeroServer::ReferralCall(const http::Request& request, const std::string& case_id,
                                           const std::string& id) {
  std::vector<json>& referrals = referrals_[case_id];
  if (request.method == "GET") return Json(200, {{"data", referrals}});
  if (request.method == "DELETE") {
    for (json& referral : referrals) {
      if (referral["id"] != id) continue;
      referral["status"] = "done";
      return Json(200, {{"data", referral}});
    }
    return Error(404, request);
  }
  const json data = DataOf(request);
  if (request.method != "POST" || !data.is_object()) return Error(422, request);
  referrals.push_back({{"id", absl::StrFormat("00000000-0000-4000-8000-%012d", ++made_)},
                       {"type", "Referral"},
                       {"record_id", case_id},
                       {"record_type", "Child"},
                       {"status", "in_progress"},
                       {"transitioned_to", data.value("transitioned_to", "")},
                       {"transitioned_by", kPrimeroUser},
                       {"notes", data.value("notes", "")}});
  return Json(200, {{"data", referrals.back()}});
}

http::Response PrimeroServer::SendSms(const http::Request& request) {
  const std::string key(http::FindHeader(request.headers, "Idempotency-Key"));
  if (request.method != "POST" || key.empty()) return Error(400, request);
  if (sms_keys_.insert(key).second) {
    sms_.push_back(json::parse(request.body, nullptr, /*allow_exceptions=*/false));
  }
  return Json(202, json::object());
}

}  // namespace amana::tests
