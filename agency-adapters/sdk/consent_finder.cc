#include "agency-adapters/sdk/consent_finder.h"

#include <charconv>
#include <limits>
#include <utility>
#include <vector>

#include "agency-adapters/sdk/errors.h"
#include "agency-adapters/sdk/outbox.h"
#include "agency-adapters/sdk/rpcs.h"
#include "amana/v1/consent_service.pb.h"
#include "base/sqlite.h"
#include "base/status.h"
#include "proto/crypto/x509.h"
#include "proto/envelope/dsse.h"
#include "proto/envelope/statement.h"

namespace amana::sdk {
namespace {

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

absl::Status NameInvalid(std::string_view field) {
  return MakeError(absl::StatusCode::kInvalidArgument, "ID_INVALID", field,
                   "expected ID, ID/VERSION or ID/VERSION/DIGEST");
}

// What was seen with a referral before (Sender::Queue keeps it).
absl::StatusOr<std::optional<FoundConsent>> Seen(Mailbox& mailbox, const Digest& digest) {
  v1::SignedEnvelope envelope;
  bool found = false;
  AMANA_RETURN_IF_ERROR(mailbox.Read([&](sqlite::Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(sqlite::Statement row,
                           db.Prepare("SELECT envelope FROM known_consents WHERE digest = ?1"));
    AMANA_ASSIGN_OR_RETURN(found, row.Bind(sqlite::Blob(digest.view())).Step());
    if (found) found = envelope.ParseFromString(std::string(row.Bytes(0)));
    return absl::OkStatus();
  }));
  if (!found) return std::optional<FoundConsent>();
  AMANA_ASSIGN_OR_RETURN(FoundConsent consent, Parse(envelope));
  return std::optional<FoundConsent>(std::move(consent));
}

}  // namespace

absl::StatusOr<ConsentName> ParseConsentName(std::string_view text, std::string_view field) {
  ConsentName name;
  const size_t first = text.find('/');
  const auto id = ConsentId::FromHexString(text.substr(0, first));
  if (!id.ok()) return NameInvalid(field);
  name.id = *id;
  if (first == std::string_view::npos) return name;
  const std::string_view rest = text.substr(first + 1);
  const size_t second = rest.find('/');
  const std::string_view version = rest.substr(0, second);
  const auto [end, error] =
      std::from_chars(version.data(), version.data() + version.size(), name.version);
  if (error != std::errc() || end != version.data() + version.size() || name.version == 0) {
    return NameInvalid(field);
  }
  if (second == std::string_view::npos) return name;
  const auto digest = Digest::FromHexString(rest.substr(second + 1));
  if (!digest.ok()) return NameInvalid(field);
  name.digest = *digest;
  return name;
}

absl::StatusOr<FoundConsent> ConsentFinder::Held(const ConsentName& name) {
  if (name.digest.has_value()) {
    AMANA_ASSIGN_OR_RETURN(std::optional<FoundConsent> seen, Seen(mailbox_, *name.digest));
    if (seen.has_value() && Matches(*seen, name)) return *std::move(seen);
  }
  Outbox outbox(mailbox_);
  std::vector<OutboxEntry> entries;
  if (name.digest.has_value()) {
    absl::StatusOr<OutboxEntry> own = outbox.FindStatement(EntryKind::kConsent, *name.digest);
    if (own.ok()) entries.push_back(*std::move(own));
  } else {
    AMANA_ASSIGN_OR_RETURN(entries, outbox.List(std::nullopt, std::numeric_limits<int32_t>::max()));
  }
  std::optional<FoundConsent> newest;
  for (const OutboxEntry& listed : entries) {
    if (listed.kind != EntryKind::kConsent || listed.state == EntryState::kRefused) continue;
    AMANA_ASSIGN_OR_RETURN(const OutboxEntry entry, outbox.Get(listed.id));
    v1::RegisterConsentRequest request;
    if (!request.ParseFromString(entry.request)) continue;
    AMANA_ASSIGN_OR_RETURN(FoundConsent found, Parse(request.consent()));
    if (!Matches(found, name)) continue;
    if (!newest.has_value() || found.record.version() > newest->record.version()) {
      newest = std::move(found);
    }
  }
  if (newest.has_value()) return *std::move(newest);
  return ConsentMissing("this machine holds no such consent");
}

absl::Status ConsentFinder::CheckSigner(const FoundConsent& found) {
  v1::GetCertificateRequest request;
  request.set_cert_id(found.record.meta().cert_id());
  AMANA_ASSIGN_OR_RETURN(const v1::GetCertificateResponse response,
                         client_.Call(kGetCertificate, request));
  AMANA_ASSIGN_OR_RETURN(const auto signer, crypto::Certificate::FromDer(response.certificate()));
  if (signer.id().view() != found.record.meta().cert_id() ||
      signer.spiffe().agency.value() != found.record.recorder().agency()) {
    return MakeError(absl::StatusCode::kPermissionDenied, "CERTIFICATE_MISMATCH", "meta.cert_id",
                     "the certificate is not the recorder's");
  }
  const absl::Time signed_at = absl::FromUnixMillis(found.record.meta().created_unix_ms());
  AMANA_RETURN_IF_ERROR(
      identity_.authorities().Verify(signer, signed_at, crypto::CertUsage::kSigning));
  return envelope::VerifyEnvelope(found.envelope, signer.public_key());
}

absl::StatusOr<FoundConsent> ConsentFinder::Ask(const ConsentName& name) {
  v1::GetConsentRequest request;
  request.set_consent_id(name.id.bytes());
  request.set_version(name.version);
  AMANA_ASSIGN_OR_RETURN(const v1::GetConsentResponse response, client_.Call(kGetConsent, request));
  AMANA_ASSIGN_OR_RETURN(FoundConsent found, Parse(response.consent()));
  if (!Matches(found, name)) return ConsentMissing("the broker holds another consent by that name");
  AMANA_RETURN_IF_ERROR(CheckSigner(found));
  found.withdrawn = response.has_withdrawal();
  found.from_broker = true;
  return found;
}

absl::StatusOr<FoundConsent> ConsentFinder::Find(const ConsentName& name) {
  absl::StatusOr<FoundConsent> held = Held(name);
  if (held.ok() || ErrorReason(held.status()) != "CONSENT_MISSING") return held;
  return Ask(name);
}

}  // namespace amana::sdk
