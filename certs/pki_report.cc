#include "certs/pki_report.h"

#include <nlohmann/json.hpp>

#include "proto/crypto/spiffe.h"

namespace amana::certs {
namespace {

using crypto::Certificate;
using crypto::CertUsage;
using nlohmann::ordered_json;

// An end-entity's SPIFFE id; of a CA what it may speak for.
std::string IdentityOf(const Certificate& certificate) {
  if (certificate.usage() != CertUsage::kCa) return crypto::ToUri(certificate.spiffe());
  if (certificate.ca_trust_domain().empty()) return {};
  const std::string domain = "spiffe://" + certificate.ca_trust_domain();
  return certificate.ca_agency().empty() ? domain
                                         : domain + "/agency/" + certificate.ca_agency().value();
}

std::string Joined(const std::vector<std::string>& items) {
  std::string text;
  for (const std::string& item : items) text += (text.empty() ? "" : ", ") + item;
  return text;
}

std::string Padded(std::string text, size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

}  // namespace

std::string Rfc3339(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

ordered_json ToJson(const Certificate& certificate) {
  ordered_json json = {
      {"fingerprint", certificate.id().hex()},
      {"usage", std::string(crypto::UsageName(certificate.usage()))},
      {"id", IdentityOf(certificate)},
      {"not_before", Rfc3339(certificate.not_before())},
      {"not_after", Rfc3339(certificate.not_after())},
      {"serial", certificate.serial_hex()},
      {"subject", certificate.subject()},
      {"key_id", ToHex(certificate.key_id())},
      {"issuer_key_id", ToHex(certificate.issuer_key_id())},
  };
  if (!certificate.dns_names().empty()) json["dns_names"] = certificate.dns_names();
  if (!certificate.ip_addresses().empty()) json["ip_addresses"] = certificate.ip_addresses();
  return json;
}

ordered_json ToJson(const crypto::Revocation& revocation) {
  return {{"fingerprint", revocation.certificate.hex()},
          {"revoked_at", Rfc3339(revocation.revoked_at)},
          {"reason", revocation.reason}};
}

ordered_json ToJson(const Listed& listed) {
  ordered_json json = ToJson(listed.certificate);
  json["state"] = std::string(StateName(listed.state));
  if (listed.revocation.has_value()) json["revocation"] = ToJson(*listed.revocation);
  return json;
}

std::string ToText(const Certificate& certificate) {
  std::string text;
  const auto line = [&text](std::string_view name, const std::string& value) {
    if (!value.empty()) text += Padded(std::string(name) + ":", 15) + value + "\n";
  };
  line("fingerprint", certificate.id().hex());
  line("usage", std::string(crypto::UsageName(certificate.usage())));
  line("id", IdentityOf(certificate));
  line("not before", Rfc3339(certificate.not_before()));
  line("not after", Rfc3339(certificate.not_after()));
  line("serial", certificate.serial_hex());
  line("subject", certificate.subject());
  line("key id", ToHex(certificate.key_id()));
  line("issuer key id", ToHex(certificate.issuer_key_id()));
  line("DNS names", Joined(certificate.dns_names()));
  line("IP addresses", Joined(certificate.ip_addresses()));
  return text;
}

std::string ToText(const std::vector<Listed>& listed) {
  std::string text = Padded("STATE", 14) + Padded("USAGE", 9) + Padded("NOT AFTER", 22) +
                     Padded("FINGERPRINT", 66) + "ID\n";
  for (const Listed& entry : listed) {
    const Certificate& certificate = entry.certificate;
    text += Padded(std::string(StateName(entry.state)), 14) +
            Padded(std::string(crypto::UsageName(certificate.usage())), 9) +
            Padded(Rfc3339(certificate.not_after()), 22) + Padded(certificate.id().hex(), 66) +
            IdentityOf(certificate) + "\n";
  }
  return text;
}

}  // namespace amana::certs
