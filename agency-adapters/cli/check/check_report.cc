#include "agency-adapters/cli/check/check_report.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "agency-adapters/cli/check/check_errors.h"
#include "amana/v1/envelope.pb.h"
#include "base/command_line.h"
#include "base/json_text.h"
#include "base/status.h"
#include "proto/crypto/spiffe.h"
#include "proto/crypto/x509.h"
#include "proto/envelope/dsse.h"

namespace amana::cli {
namespace {

constexpr std::string_view kType = "application/vnd.amana.adapter-check.v1+json";

std::string Member(const nlohmann::json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_string() ? found->get<std::string>() : "";
}

// The envelope of the file, and the certificate that came with it. Nothing is believed yet.
struct Opened {
  v1::SignedEnvelope envelope;
  crypto::Certificate certificate;
};

absl::StatusOr<Opened> Open(std::string_view file) {
  const nlohmann::json json = ParseJson(file);
  if (!json.is_object() || !json.contains("signatures") || !json["signatures"].is_array() ||
      json["signatures"].size() != 1 || !json["signatures"][0].is_object()) {
    return ReportInvalid("expected a DSSE envelope with one signature");
  }
  v1::SignedEnvelope envelope;
  envelope.set_payload_type(Member(json, "payloadType"));
  if (envelope.payload_type() != kType) return ReportInvalid("expected a report of a check");
  if (!absl::Base64Unescape(Member(json, "payload"), envelope.mutable_payload()) ||
      !absl::Base64Unescape(Member(json["signatures"][0], "sig"), envelope.mutable_signature())) {
    return ReportInvalid("expected payload and signature in base64");
  }
  AMANA_ASSIGN_OR_RETURN(crypto::Certificate certificate,
                         crypto::Certificate::FromPem(Member(json, "certificate")));
  return Opened{std::move(envelope), std::move(certificate)};
}

}  // namespace

std::string_view OutcomeName(Outcome outcome) {
  switch (outcome) {
    case Outcome::kPassed:
      return "passed";
    case Outcome::kNotObserved:
      return "not observed";
    case Outcome::kFailed:
      return "failed";
  }
  return "unknown";
}

size_t CheckReport::Count(Outcome outcome) const {
  return static_cast<size_t>(std::ranges::count(findings, outcome, &Finding::outcome));
}

Json ToJson(const CheckReport& report) {
  Json json = {{"time", Rfc3339(report.at)},
               {"agency", report.agency},
               {"program", report.program},
               {"version", report.version},
               {"mapping", report.mapping},
               {"mapping_sha256", report.mapping_sha256},
               {"kit", std::string(Version())},
               {"probed", report.probed},
               {"repeat", report.repeat},
               {"passed", report.Count(Outcome::kPassed)},
               {"failed", report.Count(Outcome::kFailed)},
               {"not_observed", report.Count(Outcome::kNotObserved)},
               {"checks", Json::array()}};
  for (const Finding& finding : report.findings) {
    json["checks"].push_back({{"check", finding.name},
                              {"promise", finding.promise},
                              {"outcome", std::string(OutcomeName(finding.outcome))},
                              {"seen", finding.seen},
                              {"seconds", std::round(finding.seconds * 10) / 10},
                              {"repeat", report.repeat + " --only " + finding.name}});
  }
  return json;
}

std::string ToText(const Json& report) {
  const auto text = [](const Json& json, const char* name) {
    return Shown(json.value(name, std::string()));
  };
  std::string out = absl::StrCat(text(report, "program"), " ", text(report, "version"),
                                 ", mapping ", text(report, "mapping"), " (sha256 ",
                                 text(report, "mapping_sha256").substr(0, 16), "), for ",
                                 text(report, "agency"), " at ", text(report, "time"), "\n");
  for (const Json& check : report.value("checks", Json::array())) {
    absl::StrAppend(&out, "  ", text(check, "outcome"), "  ", text(check, "check"), ": ",
                    text(check, "promise"), "\n");
    if (!text(check, "seen").empty()) absl::StrAppend(&out, "      ", text(check, "seen"), "\n");
    if (text(check, "outcome") == "failed") {
      absl::StrAppend(&out, "      again: ", text(check, "repeat"), "\n");
    }
  }
  absl::StrAppend(
      &out, report.value("passed", 0), " passed, ", report.value("failed", 0), " failed, ",
      report.value("not_observed", 0), " not observed",
      report.value("probed", true) ? "" : " (no --probe: nothing is known of the native side)",
      "\n");
  return out;
}

absl::StatusOr<std::string> SignReport(const CheckReport& report,
                                       const sdk::SigningIdentity& signer) {
  AMANA_ASSIGN_OR_RETURN(const v1::SignedEnvelope envelope,
                         envelope::SignStatement(kType, Dump(ToJson(report)), signer.key));
  const Json file = {
      {"payloadType", std::string(kType)},
      {"payload", absl::Base64Escape(envelope.payload())},
      {"signatures", Json::array({{{"keyid", signer.certificate.id().hex()},
                                   {"sig", absl::Base64Escape(envelope.signature())}}})},
      {"certificate", signer.certificate.pem()}};
  return Dump(file);
}

absl::StatusOr<VerifiedReport> VerifyReport(std::string_view file, const sdk::Identity& trust) {
  AMANA_ASSIGN_OR_RETURN(const Opened opened, Open(file));
  if (!envelope::VerifyEnvelope(opened.envelope, opened.certificate.public_key()).ok()) {
    return ReportUnverified("the signature is not of the certificate that comes with it");
  }
  VerifiedReport verified;
  verified.report = ParseJson<Json>(opened.envelope.payload());
  absl::Time at;
  if (!verified.report.is_object() || !verified.report.contains("time") ||
      !verified.report["time"].is_string() ||
      !absl::ParseTime(absl::RFC3339_full, verified.report["time"].get<std::string>(), &at,
                       nullptr)) {
    return ReportInvalid("expected a report with its time");
  }
  const absl::Status chain =
      trust.authorities().Verify(opened.certificate, at, crypto::CertUsage::kSigning);
  if (!chain.ok()) {
    return ReportUnverified("the signer's certificate: " + ErrorReason(chain));
  }
  if (verified.report.value("agency", "") != opened.certificate.spiffe().agency.value()) {
    return ReportUnverified("it names another agency than its signer's");
  }
  verified.signer = crypto::ToUri(opened.certificate.spiffe());
  return verified;
}

}  // namespace amana::cli
