#include "agency-adapters/shelter/primero.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "absl/strings/escaping.h"
#include "agency-adapters/shelter/errors.h"
#include "base/json_text.h"
#include "base/status.h"
#include "proto/crypto/sha256.h"

namespace amana::shelter {
namespace {

using nlohmann::json;

// Primero's lookup of reasons, as the protocol's codes name them (reason_codes.csv).
constexpr std::pair<std::string_view, std::string_view> kLookup[] = {
    {"no_resources_available", "NO_CAPACITY"},
    {"service_unavailable", "SERVICE_NOT_OFFERED"},
    {"service_not_applicable", "NOT_APPLICABLE"},
    {"services_already_received_from_another_agency", "ALREADY_SERVED"},
    {"referral_declined_by_survivor", "DECLINED_BY_SURVIVOR"},
};

std::string_view Trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

bool LooksLikeCode(std::string_view text) {
  return text.size() >= 3 &&
         text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ_") == std::string_view::npos;
}

std::string Text(const json& object, const char* name) {
  const auto at = object.find(name);
  return at != object.end() && at->is_string() ? at->get<std::string>() : std::string();
}

std::string NumberOrText(const json& object, const char* name) {
  if (!object.is_object() || !object.contains(name)) return {};
  const json& value = object[name];
  return value.is_number_unsigned() ? std::to_string(value.get<uint64_t>()) : Text(object, name);
}

// The field that Primero's error names; only a plain name is repeated.
std::string FieldOf(const std::string& body) {
  const json answer = ParseJson(body);
  const auto errors = answer.is_object() ? answer.find("errors") : answer.end();
  if (errors == answer.end() || !errors->is_array() || errors->empty() ||
      !errors->front().is_object()) {
    return {};
  }
  const std::string field = Text(errors->front(), "detail");
  const bool plain =
      field.size() <= 64 &&
      field.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos;
  return plain ? field : std::string();
}

absl::Status StatusOf(const http::Response& response) {
  if (response.status >= 200 && response.status < 300) return absl::OkStatus();
  if (response.status >= 500 || response.status == 429 || response.status == 401) {
    return PrimeroUnavailable(response.status);
  }
  return PrimeroRefused(response.status, FieldOf(response.body));
}

absl::StatusOr<json> DataOf(const http::Response& response) {
  json answer = ParseJson(response.body);
  if (!answer.is_object() || !answer.contains("data")) return PrimeroMalformed();
  return std::move(answer["data"]);
}

// An id goes into a path of ours.
bool IsId(std::string_view id) {
  return !id.empty() && id.size() <= 64 &&
         id.find_first_not_of("abcdefABCDEF0123456789-") == std::string_view::npos;
}

absl::StatusOr<PrimeroReferral> ReadReferral(const json& data) {
  if (!data.is_object() || !IsId(Text(data, "id"))) return PrimeroMalformed();
  return PrimeroReferral{Text(data, "id"), Text(data, "status"), Text(data, "rejected_reason")};
}

}  // namespace

std::string CaseIdOf(std::string_view delivery_key) {
  std::string hex = crypto::Sha256("amana primero case v1 " + std::string(delivery_key)).hex();
  hex.resize(32);
  hex[12] = '8';  // RFC 9562: version 8, of its maker's own making
  hex[16] = "89ab"[hex[16] % 4];
  for (const size_t at : {8u, 13u, 18u, 23u}) hex.insert(at, "-");
  return hex;
}

Rejection ReadRejection(std::string_view reason) {
  const size_t colon = reason.find(':');
  const std::string_view first = Trimmed(reason.substr(0, colon));
  const std::string_view rest =
      colon == std::string_view::npos ? std::string_view() : Trimmed(reason.substr(colon + 1));
  for (const auto& [native, code] : kLookup) {
    if (first == native) return {std::string(code), std::string(rest)};
  }
  if (LooksLikeCode(first)) return {std::string(first), std::string(rest)};
  return {"OTHER", std::string(Trimmed(reason))};
}

absl::StatusOr<std::unique_ptr<Primero>> Primero::Create(PrimeroServer server) {
  http::ClientOptions options;
  options.ca_file = server.ca_file;
  options.timeout = absl::Seconds(20);
  AMANA_ASSIGN_OR_RETURN(auto client, http::Client::Create(std::move(options)));
  return std::unique_ptr<Primero>(new Primero(std::move(server), std::move(client)));
}

absl::Status Primero::Login() {
  http::Request request;
  request.method = "POST";
  request.path = server_.url + "/api/v2/tokens";
  request.headers = {{"Content-Type", "application/json"}};
  const json user = {{"user_name", server_.user},
                     {"password", server_.password.Reveal(crypto::RevealSecret())}};
  request.body = json{{"user", user}}.dump();
  AMANA_ASSIGN_OR_RETURN(const http::Response response, client_->Call(request));
  AMANA_RETURN_IF_ERROR(StatusOf(response));
  constexpr std::string_view kBearer = "Bearer ";
  const std::string_view header = http::FindHeader(response.headers, "Authorization");
  if (header.substr(0, kBearer.size()) != kBearer) return PrimeroMalformed();
  std::string token(header.substr(kBearer.size()));
  token_ = crypto::Secret::TakeFrom(token);
  return absl::OkStatus();
}

absl::StatusOr<http::Response> Primero::Call(const char* method, const std::string& path,
                                             const json* data) {
  http::Request request;
  request.method = method;
  request.path = server_.url + "/api/v2/" + path;
  if (data != nullptr) request.body = json{{"data", *data}}.dump();
  // A token ends some time: then once more with another.
  for (int attempt = 0;; ++attempt) {
    if (token_.empty()) AMANA_RETURN_IF_ERROR(Login());
    request.headers = {
        {"Content-Type", "application/json"},
        {"Authorization", "Bearer " + std::string(token_.Reveal(crypto::RevealSecret()))}};
    AMANA_ASSIGN_OR_RETURN(http::Response response, client_->Call(request));
    if (response.status != 401 || attempt > 0) return response;
    token_ = crypto::Secret();
  }
}

absl::StatusOr<bool> Primero::CreateCase(const std::string& id, const json& data) {
  json with_id = data;
  with_id["id"] = id;
  AMANA_ASSIGN_OR_RETURN(const http::Response response, Call("POST", "cases", &with_id));
  if (response.status == 409) return false;
  AMANA_RETURN_IF_ERROR(StatusOf(response));
  return true;
}

absl::Status Primero::UpdateCase(const std::string& id, const json& data) {
  AMANA_ASSIGN_OR_RETURN(const http::Response response, Call("PATCH", "cases/" + id, &data));
  return StatusOf(response);
}

absl::StatusOr<std::optional<PrimeroReferral>> Primero::Referral(const std::string& case_id,
                                                                 const std::string& user) {
  AMANA_ASSIGN_OR_RETURN(const http::Response response,
                         Call("GET", "cases/" + case_id + "/referrals", nullptr));
  if (response.status == 404) return std::nullopt;
  AMANA_RETURN_IF_ERROR(StatusOf(response));
  AMANA_ASSIGN_OR_RETURN(const json data, DataOf(response));
  if (!data.is_array()) return PrimeroMalformed();
  for (const json& referral : data) {
    if (!referral.is_object() || Text(referral, "transitioned_to") != user) continue;
    AMANA_ASSIGN_OR_RETURN(PrimeroReferral read, ReadReferral(referral));
    return std::optional(std::move(read));
  }
  return std::nullopt;
}

absl::StatusOr<PrimeroReferral> Primero::Refer(const std::string& case_id, const std::string& user,
                                               const std::string& notes) {
  const json data = {{"transitioned_to", user}, {"notes", notes}};
  AMANA_ASSIGN_OR_RETURN(const http::Response response,
                         Call("POST", "cases/" + case_id + "/referrals", &data));
  AMANA_RETURN_IF_ERROR(StatusOf(response));
  AMANA_ASSIGN_OR_RETURN(const json made, DataOf(response));
  return ReadReferral(made);
}

absl::Status Primero::Revoke(const std::string& case_id, const std::string& referral_id) {
  AMANA_ASSIGN_OR_RETURN(const http::Response response,
                         Call("DELETE", "cases/" + case_id + "/referrals/" + referral_id, nullptr));
  return response.status == 404 ? absl::OkStatus() : StatusOf(response);
}

absl::StatusOr<std::string> Primero::Attach(const std::string& case_id, const File& file) {
  const json data = {{"field_name", file.field},
                     {"type", file.type},
                     {"attachment_type", file.type},
                     {"file_name", file.name},
                     {"content_type", file.media_type},
                     {"attachment", absl::Base64Escape(absl::string_view(file.content.data(),
                                                                         file.content.size()))}};
  AMANA_ASSIGN_OR_RETURN(const http::Response response,
                         Call("POST", "cases/" + case_id + "/attachments", &data));
  AMANA_RETURN_IF_ERROR(StatusOf(response));
  AMANA_ASSIGN_OR_RETURN(const json made, DataOf(response));
  std::string id = NumberOrText(made, "id");
  if (!IsId(id)) return PrimeroMalformed();
  return id;
}

absl::StatusOr<std::optional<std::string>> Primero::Attached(const std::string& case_id,
                                                             const std::string& field,
                                                             const std::string& name) {
  AMANA_ASSIGN_OR_RETURN(const http::Response response,
                         Call("GET", "cases/" + case_id + "?fields=" + field, nullptr));
  if (response.status == 404) return std::nullopt;
  AMANA_RETURN_IF_ERROR(StatusOf(response));
  AMANA_ASSIGN_OR_RETURN(const json data, DataOf(response));
  const auto files = data.find(field);
  if (files == data.end() || !files->is_array()) return std::nullopt;
  for (const json& file : *files) {
    // Older ones give addresses, which end in the name; newer ones objects.
    const std::string id = NumberOrText(file, "id");
    if (file.dump(-1, ' ', false, json::error_handler_t::replace).find(name) == std::string::npos) {
      continue;
    }
    return std::optional(IsId(id) ? id : std::string());
  }
  return std::nullopt;
}

absl::Status Primero::Detach(const std::string& case_id, const std::string& id) {
  AMANA_ASSIGN_OR_RETURN(const http::Response response,
                         Call("DELETE", "cases/" + case_id + "/attachments/" + id, nullptr));
  return response.status == 404 ? absl::OkStatus() : StatusOf(response);
}

absl::Status Primero::Check() {
  token_ = crypto::Secret();
  return Login();
}

}  // namespace amana::shelter
