#include "agency-adapters/sdk/note_reader.h"

#include <utility>

#include "agency-adapters/sdk/errors.h"
#include "base/clock.h"
#include "base/status.h"
#include "proto/envelope/dsse.h"
#include "proto/envelope/errors.h"
#include "proto/envelope/sealed_note.h"
#include "proto/envelope/statement.h"

namespace amana::sdk {

absl::StatusOr<crypto::Certificate> CheckPersonsStatement(const v1::SignedEnvelope& envelope,
                                                          const v1::StatementMeta& meta,
                                                          std::string_view certificate,
                                                          const AgencyId& agency,
                                                          const Identity& identity) {
  AMANA_ASSIGN_OR_RETURN(crypto::Certificate signer, crypto::Certificate::FromDer(certificate));
  if (signer.id().view() != meta.cert_id()) {
    return envelope::CertificateMismatch("meta.cert_id", "another certificate's");
  }
  const absl::Status chain = identity.authorities().Verify(
      signer, FromUnixMillis(meta.created_unix_ms()), crypto::CertUsage::kSigning);
  if (!chain.ok()) {
    return CertificateUnpinned("certificate",
                               "the pinned authorities refuse it: " + ErrorReason(chain));
  }
  const crypto::SpiffeId& spiffe = signer.spiffe();
  if (spiffe.agency != agency || spiffe.trust_domain != identity.trust_domain() ||
      !spiffe.person.has_value()) {
    return envelope::CertificateMismatch("certificate", "not of a person of the acting agency");
  }
  AMANA_RETURN_IF_ERROR(envelope::VerifyEnvelope(envelope, signer.public_key()));
  return signer;
}

absl::StatusOr<std::string> OpenNotedStatement(const v1::NotedStatement& noted,
                                               const NotePlace& place, const Identity& identity) {
  if (envelope::PayloadDigest(noted.statement()) != place.statement) {
    return StatementInvalid("note.statement", "not the one that was asked for");
  }
  const envelope::NoteContext context{place.referral, place.task, noted.statement().payload_type(),
                                      place.signer};
  return envelope::OpenNote(context, noted.note(), place.note_sha256, identity.sealing());
}

}  // namespace amana::sdk
