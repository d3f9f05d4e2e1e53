// The content-free SMS: that something waits, under four letters, until when. One HTTP call to the
// shelter's gateway with exactly this text and nothing else of the case:
//
//   New item 7Q2M waiting. Reply by 11:15. Open your inbox. No details by SMS.
#ifndef AMANA_AGENCY_ADAPTERS_SHELTER_SMS_H_
#define AMANA_AGENCY_ADAPTERS_SHELTER_SMS_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/http_client.h"

namespace amana::shelter {

// Four letters and digits that tell nothing of `delivery_key` and are the same for the same.
std::string SmsTag(std::string_view delivery_key);
// `reply_by` in Nairobi's time.
std::string SmsText(std::string_view tag, absl::Time reply_by);

struct SmsGateway {
  std::string url;      // https, or http on loopback
  std::string ca_file;  // empty: the system's authorities
  std::string to;       // the number on duty
  std::string token;    // of the gateway: "Authorization: Bearer"; empty: none
};

// Thread-safe.
class SmsHook {
 public:
  // Errors of http::Client::Create.
  static absl::StatusOr<std::unique_ptr<SmsHook>> Create(SmsGateway gateway);

  // POST {"to": number, "text": text} with Idempotency-Key `once`: the gateway sends it once. Any
  // answer but 2xx is SMS_REFUSED; errors of http::Client::Call.
  absl::Status Send(std::string_view once, std::string_view text);

 private:
  SmsHook(SmsGateway gateway, std::unique_ptr<http::Client> client)
      : gateway_(std::move(gateway)), client_(std::move(client)) {}

  const SmsGateway gateway_;
  const std::unique_ptr<http::Client> client_;
};

}  // namespace amana::shelter

#endif  // AMANA_AGENCY_ADAPTERS_SHELTER_SMS_H_
