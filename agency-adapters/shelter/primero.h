// Primero's API v2 (doc/api of primeroIMS/primero), as far as a referral needs it: a case under an
// id of ours, a referral of it to one user, and what became of that. For one thread.
#ifndef AMANA_AGENCY_ADAPTERS_SHELTER_PRIMERO_H_
#define AMANA_AGENCY_ADAPTERS_SHELTER_PRIMERO_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/http_client.h"
#include "proto/crypto/secret.h"

namespace amana::shelter {

struct PrimeroServer {
  std::string url;      // "https://primero.haven.example.ke"
  std::string ca_file;  // empty: the system's authorities
  std::string user;
  crypto::Secret password;
};

// A referral as Primero has it.
struct PrimeroReferral {
  std::string id;
  std::string status;  // "in_progress", "accepted", "rejected", "done", "revoked"
  std::string rejected_reason;
};

// The id that a case of ours has in Primero: a UUID from SHA-256 of the delivery's key.
std::string CaseIdOf(std::string_view delivery_key);

// A decision in words as Primero's users write it: "NO_CAPACITY: women's unit full", or a code of
// Primero's own lookup ("service_unavailable"). What looks like a code is given as it stands, known
// or not; words alone are OTHER.
struct Rejection {
  std::string code;
  std::string words;
};
Rejection ReadRejection(std::string_view reason);

class Primero {
 public:
  // Errors of http::Client::Create.
  static absl::StatusOr<std::unique_ptr<Primero>> Create(PrimeroServer server);

  // Errors of all: PRIMERO_UNAVAILABLE, PRIMERO_REFUSED naming the field that Primero names,
  // PRIMERO_MALFORMED, and those of http::Client::Call.

  // False where there was a case of this id already: it stays as it is.
  absl::StatusOr<bool> CreateCase(const std::string& id, const nlohmann::json& data);
  absl::Status UpdateCase(const std::string& id, const nlohmann::json& data);
  // The referral of the case to `user`; none: no such case, or no such referral.
  absl::StatusOr<std::optional<PrimeroReferral>> Referral(const std::string& case_id,
                                                          const std::string& user);
  absl::StatusOr<PrimeroReferral> Refer(const std::string& case_id, const std::string& user,
                                        const std::string& notes);
  absl::Status Revoke(const std::string& case_id, const std::string& referral_id);
  // A file of the case, in its field `field`. `type`: "image", "audio", "document".
  struct File {
    std::string field, type, name, media_type;
    std::string_view content;
  };
  // Its id. PRIMERO_REFUSED also where Primero does not take such a file.
  absl::StatusOr<std::string> Attach(const std::string& case_id, const File& file);
  // The id of the file of that name in that field; empty where Primero does not say it; none: there
  // is no such file.
  absl::StatusOr<std::optional<std::string>> Attached(const std::string& case_id,
                                                      const std::string& field,
                                                      const std::string& name);
  absl::Status Detach(const std::string& case_id, const std::string& id);  // OK: it is gone
  absl::Status Check();                                                    // logs in

 private:
  Primero(PrimeroServer server, std::unique_ptr<http::Client> client)
      : server_(std::move(server)), client_(std::move(client)) {}
  absl::Status Login();
  absl::StatusOr<http::Response> Call(const char* method, const std::string& path,
                                      const nlohmann::json* data);

  const PrimeroServer server_;
  const std::unique_ptr<http::Client> client_;
  crypto::Secret token_;
};

}  // namespace amana::shelter

#endif  // AMANA_AGENCY_ADAPTERS_SHELTER_PRIMERO_H_
