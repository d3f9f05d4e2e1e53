#include "agency-adapters/cli/consent_lookup.h"

#include <charconv>
#include <limits>
#include <utility>
#include <vector>

#include "agency-adapters/cli/values.h"
#include "agency-adapters/sdk/rpcs.h"
#include "base/status.h"
#include "proto/crypto/x509.h"
#include "proto/envelope/dsse.h"
#include "proto/envelope/statement.h"

namespace amana::cli {
namespace {

absl::Status ConsentMissing(std::string_view why) {
  return MakeError(absl::StatusCode::kNotFound, "CONSENT_MISSING", "consent", why);
}

bool Matches(const FoundConsent& found, const ConsentName& name) {
  return found.record.consent_id() == name.id.view() &&
         (name.version == 0 || found.record.version() == name.version) &&
         (!name.digest.has_value() || found.digest == *name.digest);
}

absl::StatusOr<FoundConsent> Parse(const v1::SignedEnvelope& envelope) {
  FoundConsent found;
  AMANA_ASSIGN_OR_RETURN(
      found.record, envelope::ParseStatement<v1::ConsentRecord>(envelope, envelope::kConsentType));
  found.envelope = envelope;
  found.digest = envelope::PayloadDigest(envelope);
  return found;
}

absl::Status CheckSigner(Context& context, const FoundConsent& found) {
  AMANA_ASSIGN_OR_RETURN(const sdk::Identity* identity, context.identity());
  AMANA_ASSIGN_OR_RETURN(sdk::Client * client, context.client());
  v1::GetCertificateRequest request;
  request.set_cert_id(found.record.meta().cert_id());
  AMANA_ASSIGN_OR_RETURN(const v1::GetCertificateResponse response,
                         client->Call(sdk::kGetCertificate, request));
  AMANA_ASSIGN_OR_RETURN(const auto signer, crypto::Certificate::FromDer(response.certificate()));
  if (signer.id().view() != found.record.meta().cert_id() ||
      signer.spiffe().agency.value() != found.record.recorder().agency()) {
    return MakeError(absl::StatusCode::kPermissionDenied, "CERTIFICATE_MISMATCH", "meta.cert_id",
                     "the certificate is not the recorder's");
  }
  const absl::Time signed_at = absl::FromUnixMillis(found.record.meta().created_unix_ms());
  AMANA_RETURN_IF_ERROR(
      identity->authorities().Verify(signer, signed_at, crypto::CertUsage::kSigning));
  return envelope::VerifyEnvelope(found.envelope, signer.public_key());
}

}  // namespace

absl::StatusOr<ConsentName> ConsentOption(std::string_view option, std::string_view text) {
  ConsentName name;
  const size_t first = text.find('/');
  AMANA_ASSIGN_OR_RETURN(name.id, HexOption<ConsentId>(option, text.substr(0, first)));
  if (first == std::string_view::npos) return name;
  const std::string_view rest = text.substr(first + 1);
  const size_t second = rest.find('/');
  const std::string_view version = rest.substr(0, second);
  const auto [end, error] =
      std::from_chars(version.data(), version.data() + version.size(), name.version);
  if (error != std::errc() || end != version.data() + version.size() || name.version == 0) {
    return UsageError(option, "expected ID, ID/VERSION or ID/VERSION/DIGEST");
  }
  if (second == std::string_view::npos) return name;
  AMANA_ASSIGN_OR_RETURN(name.digest, HexOption<Digest>(option, rest.substr(second + 1)));
  return name;
}

std::string ToString(const ConsentId& id, uint32_t version, const Digest& digest) {
  return id.hex() + "/" + std::to_string(version) + "/" + digest.hex();
}

absl::StatusOr<FoundConsent> FindOwnConsent(Context& context, const ConsentName& name) {
  AMANA_ASSIGN_OR_RETURN(sdk::Mailbox * mailbox, context.mailbox());
  sdk::Outbox outbox(*mailbox);
  AMANA_ASSIGN_OR_RETURN(const std::vector<sdk::OutboxEntry> entries,
                         outbox.List(std::nullopt, std::numeric_limits<int32_t>::max()));
  std::optional<FoundConsent> newest;
  for (const sdk::OutboxEntry& listed : entries) {
    if (listed.kind != sdk::EntryKind::kConsent || listed.state == sdk::EntryState::kRefused ||
        (name.digest.has_value() && listed.digest != *name.digest)) {
      continue;
    }
    AMANA_ASSIGN_OR_RETURN(const sdk::OutboxEntry entry, outbox.Get(listed.id));
    v1::RegisterConsentRequest request;
    if (!request.ParseFromString(entry.request)) continue;
    AMANA_ASSIGN_OR_RETURN(FoundConsent found, Parse(request.consent()));
    if (!Matches(found, name)) continue;
    if (!newest.has_value() || found.record.version() > newest->record.version()) {
      newest = std::move(found);
    }
  }
  if (newest.has_value()) return *std::move(newest);
  return ConsentMissing("this machine's outbox holds no such consent");
}

absl::StatusOr<FoundConsent> AskForConsent(Context& context, const ConsentName& name) {
  AMANA_ASSIGN_OR_RETURN(sdk::Client * client, context.client());
  v1::GetConsentRequest request;
  request.set_consent_id(name.id.bytes());
  request.set_version(name.version);
  AMANA_ASSIGN_OR_RETURN(const v1::GetConsentResponse response,
                         client->Call(sdk::kGetConsent, request));
  AMANA_ASSIGN_OR_RETURN(FoundConsent found, Parse(response.consent()));
  if (!Matches(found, name)) return ConsentMissing("the broker holds another consent by that name");
  AMANA_RETURN_IF_ERROR(CheckSigner(context, found));
  found.withdrawn = response.has_withdrawal();
  found.from_broker = true;
  return found;
}

absl::StatusOr<FoundConsent> FindConsent(Context& context, const ConsentName& name) {
  absl::StatusOr<FoundConsent> own = FindOwnConsent(context, name);
  if (own.ok() || ErrorReason(own.status()) != "CONSENT_MISSING") return own;
  return AskForConsent(context, name);
}

}  // namespace amana::cli
