#include "agency-adapters/police/police_system.h"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "agency-adapters/police/errors.h"
#include "base/json_text.h"
#include "base/status.h"

namespace amana::police {
namespace {

constexpr size_t kMaxNativeId = 200;

bool IsGood(int status) { return status >= 200 && status < 300; }

// What is worth another attempt whatever was asked: the first three speak of our access, and of no
// message.
bool IsTransient(int status) {
  return status == 401 || status == 403 || status == 407 || status == 408 || status == 425 ||
         status == 429 || status >= 500;
}

// Of a message that is posted: that nothing is there to post it to.
bool IsNowhere(int status) { return status == 404 || status == 405; }

std::string StatusWords(int status) {
  return "the police system answered " + std::to_string(status);
}

absl::Status Translate(const absl::Status& status) {
  const std::string reason = ErrorReason(status);
  if (reason == "HTTP_TIMEOUT") return NativeTimeout();
  if (reason == "HTTP_TLS_REFUSED") return NativeBadCertificate();
  if (reason == "HTTP_ANSWER_TOO_LARGE") return NativeRefused("", "the answer is too large");
  return NativeUnavailable("the police system cannot be reached");
}

// None where the answer names none that can be kept.
std::optional<std::string> NativeId(const http::Response& response) {
  const auto json = ParseJson(response.body);
  if (!json.is_object() || !json.contains("x:NativeID")) return std::nullopt;
  const nlohmann::json& id = json["x:NativeID"];
  if (!id.is_string()) return std::nullopt;
  const auto& text = id.get_ref<const std::string&>();
  const bool good = !text.empty() && text.size() <= kMaxNativeId &&
                    std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7F; });
  return good ? std::optional(text) : std::nullopt;
}

std::string Encoded(std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      encoded += c;
    } else {
      encoded += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return encoded;
}

}  // namespace

absl::StatusOr<std::unique_ptr<PoliceSystem>> PoliceSystem::Create(std::string base,
                                                                   http::ClientOptions options) {
  AMANA_ASSIGN_OR_RETURN(std::unique_ptr<http::Client> client,
                         http::Client::Create(std::move(options)));
  return std::unique_ptr<PoliceSystem>(new PoliceSystem(std::move(base), std::move(client)));
}

absl::StatusOr<http::Response> PoliceSystem::Call(http::Request request) {
  request.path = base_ + request.path;
  absl::StatusOr<http::Response> response = client_->Call(request);
  if (!response.ok()) return Translate(response.status());
  if (IsTransient(response->status)) return NativeUnavailable(StatusWords(response->status));
  return response;
}

absl::StatusOr<std::string> PoliceSystem::Store(const std::string& key, std::string document) {
  http::Request request;
  request.method = "POST";
  request.path = "/v1/messages";
  request.headers = {{"Content-Type", "application/json"}, {"Idempotency-Key", key}};
  request.body = std::move(document);
  AMANA_ASSIGN_OR_RETURN(const http::Response response, Call(std::move(request)));
  if (IsGood(response.status)) return NativeId(response).value_or(key);
  if (IsNowhere(response.status)) return NativeUnavailable(StatusWords(response.status));
  if (response.status != 409) return NativeRefused("", StatusWords(response.status));
  // It has that key. Its word for what it stored, or it has not.
  if (std::optional<std::string> id = NativeId(response); id.has_value()) return *std::move(id);
  AMANA_ASSIGN_OR_RETURN(std::optional<std::string> stored, Find(key));
  if (!stored.has_value()) return NativeRefused("", "a conflict, and nothing stored");
  return *std::move(stored);
}

absl::StatusOr<std::optional<std::string>> PoliceSystem::Find(const std::string& key) {
  http::Request request;
  request.path = "/v1/messages?key=" + Encoded(key);
  AMANA_ASSIGN_OR_RETURN(const http::Response response, Call(std::move(request)));
  if (response.status == 404) return std::optional<std::string>();
  if (!IsGood(response.status)) return NativeRefused("", StatusWords(response.status));
  return std::optional<std::string>(NativeId(response).value_or(key));
}

absl::Status PoliceSystem::Check() {
  http::Request request;
  request.path = "/v1/health";
  AMANA_ASSIGN_OR_RETURN(const http::Response response, Call(std::move(request)));
  return IsGood(response.status) ? absl::OkStatus()
                                 : NativeRefused("", StatusWords(response.status));
}

}  // namespace amana::police
