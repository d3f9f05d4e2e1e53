#include "broker/main/keys.h"

#include "base/durable_file.h"
#include "base/ids.h"
#include "base/status.h"
#include "broker/main/pseudonym_key.h"
#include "proto/crypto/key_file.h"
#include "proto/crypto/key_request.h"
#include "proto/crypto/spiffe.h"
#include "proto/transparency/note_verifier.h"

namespace amana::broker {

absl::StatusOr<BrokerKeys> MakeBrokerKeys(const KeysRequest& request) {
  using transparency::NoteKeyType;
  using transparency::NoteVerifier;
  AMANA_RETURN_IF_ERROR(crypto::CheckTrustDomain(request.trust_domain));
  crypto::SpiffeId spiffe;
  spiffe.trust_domain = request.trust_domain;
  AMANA_ASSIGN_OR_RETURN(spiffe.agency, AgencyId::Create(request.agency));
  spiffe.role = crypto::Role::kBroker;
  AMANA_ASSIGN_OR_RETURN(const crypto::Ed25519PrivateKey log_key,
                         crypto::Ed25519PrivateKey::Generate());
  const absl::StatusOr<NoteVerifier> verifier =
      NoteVerifier::Create(request.origin, NoteKeyType::kEd25519, log_key.PublicKey());
  if (!verifier.ok()) {
    return MakeError(verifier.status().code(), ErrorReason(verifier.status()), "origin",
                     "origin: " + std::string(verifier.status().message()));
  }
  AMANA_ASSIGN_OR_RETURN(const crypto::Secret log_pem, log_key.ToPem());

  BrokerKeys keys;
  keys.log_key_path = request.dir + "/log.key";
  keys.vkey = verifier->vkey();
  AMANA_RETURN_IF_ERROR(RealFileSystem().CreateDirectories(request.dir));
  AMANA_RETURN_IF_ERROR(crypto::WriteKeyFile(keys.log_key_path, log_pem));
  keys.pseudonym_key_path = request.dir + "/pseudonym.key";
  AMANA_RETURN_IF_ERROR(MakePseudonymKey(keys.pseudonym_key_path).status());
  AMANA_RETURN_IF_ERROR(
      RealFileSystem().WriteAtomically(request.dir + "/log.vkey", keys.vkey + "\n", kPublicFile));
  AMANA_ASSIGN_OR_RETURN(const crypto::KeyRequest tls,
                         crypto::NewKeyAndCsr(request.dir, "tls", spiffe, crypto::CertUsage::kTls));
  keys.tls_key_path = tls.key_path;
  keys.tls_csr_path = tls.csr_path;
  return keys;
}

absl::StatusOr<crypto::Ed25519PrivateKey> ReadLogKey(const std::string& path) {
  AMANA_ASSIGN_OR_RETURN(const crypto::Secret pem, crypto::ReadKeyFile(path));
  return crypto::Ed25519PrivateKey::FromPem(pem);
}

}  // namespace amana::broker
