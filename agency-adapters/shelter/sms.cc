#include "agency-adapters/shelter/sms.h"

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "agency-adapters/shelter/errors.h"
#include "base/status.h"
#include "proto/crypto/sha256.h"

namespace amana::shelter {

std::string SmsTag(std::string_view delivery_key) {
  constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  const Digest digest = crypto::Sha256("amana sms tag v1 " + std::string(delivery_key));
  std::string tag;
  for (int i = 0; i < 4; ++i) tag += kAlphabet[digest.data()[i] % kAlphabet.size()];
  return tag;
}

std::string SmsText(std::string_view tag, absl::Time reply_by) {
  // Kenya keeps UTC+3 all year.
  const absl::TimeZone nairobi = absl::FixedTimeZone(3 * 3600);
  return absl::StrCat("New item ", absl::string_view(tag.data(), tag.size()), " waiting. Reply by ",
                      absl::FormatTime("%H:%M", reply_by, nairobi),
                      ". Open your inbox. No details by SMS.");
}

absl::StatusOr<std::unique_ptr<SmsHook>> SmsHook::Create(SmsGateway gateway) {
  http::ClientOptions options;
  options.ca_file = gateway.ca_file;
  options.timeout = absl::Seconds(10);
  options.max_body = size_t{64} << 10;
  AMANA_ASSIGN_OR_RETURN(auto client, http::Client::Create(std::move(options)));
  return std::unique_ptr<SmsHook>(new SmsHook(std::move(gateway), std::move(client)));
}

absl::Status SmsHook::Send(std::string_view once, std::string_view text) {
  http::Request request;
  request.method = "POST";
  request.path = gateway_.url;
  request.headers = {{"Content-Type", "application/json"}, {"Idempotency-Key", std::string(once)}};
  if (!gateway_.token.empty()) {
    request.headers.emplace_back("Authorization", "Bearer " + gateway_.token);
  }
  request.body = nlohmann::json{{"to", gateway_.to}, {"text", text}}.dump();
  AMANA_ASSIGN_OR_RETURN(const http::Response response, client_->Call(request));
  if (response.status < 200 || response.status > 299) return SmsRefused(response.status);
  return absl::OkStatus();
}

}  // namespace amana::shelter
