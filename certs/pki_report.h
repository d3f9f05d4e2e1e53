// What `amana-pki` prints about certificates, as text and as JSON. Pure.
#ifndef AMANA_CERTS_PKI_REPORT_H_
#define AMANA_CERTS_PKI_REPORT_H_

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "certs/authority_folder.h"
#include "proto/crypto/x509.h"

namespace amana::certs {

std::string Rfc3339(absl::Time time);  // UTC, whole seconds

nlohmann::ordered_json ToJson(const crypto::Certificate& certificate);
nlohmann::ordered_json ToJson(const Listed& listed);
nlohmann::ordered_json ToJson(const crypto::Revocation& revocation);

// "name: value" lines.
std::string ToText(const crypto::Certificate& certificate);
// One line each under a line of headings.
std::string ToText(const std::vector<Listed>& listed);

}  // namespace amana::certs

#endif  // AMANA_CERTS_PKI_REPORT_H_
