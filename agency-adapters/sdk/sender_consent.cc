// What a sender knows of consents and recipients, to keep its own rules (sending_rules.h).
#include <string>
#include <utility>

#include "agency-adapters/sdk/errors.h"
#include "agency-adapters/sdk/sender.h"
#include "agency-adapters/sdk/sending_rules.h"
#include "base/status.h"
#include "proto/envelope/dsse.h"
#include "proto/envelope/statement.h"

namespace amana::sdk {
namespace {

using sqlite::Blob;
using sqlite::Database;

absl::StatusOr<v1::ConsentRecord> RecordIn(const v1::SignedEnvelope& envelope) {
  return envelope::ParseStatement<v1::ConsentRecord>(envelope, envelope::kConsentType);
}

}  // namespace

absl::Status Sender::LearnConsent(const v1::ReferralHeader& header,
                                  const v1::SignedEnvelope& consent) {
  const Digest digest = envelope::PayloadDigest(consent);
  if (digest.view() != header.consent().digest() || !RecordIn(consent).ok()) {
    return StatementInvalid("consent", "not the one that the header pins");
  }
  const std::string bytes = consent.SerializeAsString();
  return mailbox_.Write([&](Database& db) {
    return db.Run("INSERT OR IGNORE INTO known_consents(digest, envelope) VALUES(?1, ?2)",
                  Blob(digest.view()), Blob(bytes));
  });
}

absl::StatusOr<std::optional<v1::ConsentRecord>> Sender::KnownConsent(const Digest& digest) {
  v1::SignedEnvelope envelope;
  const absl::StatusOr<OutboxEntry> own = outbox_.FindStatement(EntryKind::kConsent, digest);
  if (own.ok()) {
    v1::RegisterConsentRequest request;
    if (!request.ParseFromString(own->request)) return std::nullopt;
    envelope = std::move(*request.mutable_consent());
  } else if (ErrorReason(own.status()) != "ENTRY_UNKNOWN") {
    return own.status();
  } else {
    bool found = false;
    AMANA_RETURN_IF_ERROR(mailbox_.Read([&](Database& db) -> absl::Status {
      AMANA_ASSIGN_OR_RETURN(sqlite::Statement row,
                             db.Prepare("SELECT envelope FROM known_consents WHERE digest = ?1"));
      row.Bind(Blob(digest.view()));
      AMANA_ASSIGN_OR_RETURN(found, row.Step());
      if (found) found = envelope.ParseFromString(std::string(row.Bytes(0)));
      return absl::OkStatus();
    }));
    if (!found) return std::nullopt;
  }
  AMANA_ASSIGN_OR_RETURN(v1::ConsentRecord record, RecordIn(envelope));
  return std::optional(std::move(record));
}

// The newest that was attached counts as the pinned one.
absl::StatusOr<std::optional<v1::ConsentRecord>> Sender::ConsentOf(
    const v1::ReferralHeader& header) {
  std::string digest = header.consent().digest();
  const absl::StatusOr<ReferralId> id = ReferralId::FromBytes(header.referral_id());
  if (id.ok() && header.has_sender()) {
    AMANA_ASSIGN_OR_RETURN(AgencyId sender, AgencyId::Create(header.sender().agency(), "sender"));
    AMANA_ASSIGN_OR_RETURN(
        const std::vector<OutboxEntry> attached,
        outbox_.Standing(EntryKind::kAttachment, {std::move(sender), *id, header.version()}));
    if (!attached.empty()) {
      v1::AttachConsentRequest request;
      v1::ConsentAttachment attachment;
      if (request.ParseFromString(attached.back().request) &&
          attachment.ParseFromString(request.attachment().payload())) {
        digest = attachment.consent().digest();
      }
    }
  }
  if (digest.empty()) return std::nullopt;
  AMANA_ASSIGN_OR_RETURN(const Digest wanted, Digest::FromBytes(digest, "consent.digest"));
  return KnownConsent(wanted);
}

absl::StatusOr<v1::AgencyKind> Sender::KindOf(const Address& address) {
  AMANA_ASSIGN_OR_RETURN(const std::optional<HeldEntry> held, directory_.Held(address.agency));
  if (held.has_value()) return held->entry.entry().kind();
  v1::AgencyKind kind = v1::AGENCY_KIND_UNSPECIFIED;
  AMANA_RETURN_IF_ERROR(mailbox_.Read([&](Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(
        sqlite::Statement row,
        db.Prepare("SELECT kind FROM candidates WHERE agency = ?1 AND unit = ?2"));
    row.Bind(address.agency.value(), address.unit.value());
    AMANA_ASSIGN_OR_RETURN(const bool found, row.Step());
    if (found) kind = static_cast<v1::AgencyKind>(row.Int(0));
    return absl::OkStatus();
  }));
  return kind;
}

absl::StatusOr<bool> Sender::IsHeaderOnly(const Address& recipient,
                                          const std::optional<v1::ConsentRecord>& consent,
                                          std::string_view field) {
  AMANA_ASSIGN_OR_RETURN(const v1::AgencyKind kind, KindOf(recipient));
  switch (DisclosureTo(recipient, kind, consent.has_value() ? &*consent : nullptr)) {
    case Disclosure::kSections:
      return false;
    case Disclosure::kHeaderOnly:
      return true;
    case Disclosure::kUnknown:
      break;
  }
  return RecipientKindUnknown(field);
}

}  // namespace amana::sdk
