// `amana-broker keys`: the keys of a new broker, made on the machine that will hold them.
#ifndef AMANA_BROKER_MAIN_KEYS_H_
#define AMANA_BROKER_MAIN_KEYS_H_

#include <string>

#include "absl/status/statusor.h"
#include "proto/crypto/ed25519.h"

namespace amana::broker {

struct KeysRequest {
  std::string dir;  // made (0700) when it is missing
  std::string trust_domain;
  std::string agency;  // whose broker it is
  std::string origin;  // of the log
};

struct BrokerKeys {
  std::string log_key_path;  // <dir>/log.key, Ed25519, mode 0400
  std::string vkey;          // what others verify the log's checkpoints with; also <dir>/log.vkey
  std::string pseudonym_key_path;  // <dir>/pseudonym.key, mode 0400 (pseudonym_key.h)
  std::string tls_key_path;        // <dir>/tls.key, mode 0400
  std::string tls_csr_path;        // <dir>/tls.csr: for amana-pki to sign
};

// Errors: FILE_EXISTS (a key is never overwritten), ID_INVALID, VERIFIER_KEY_INVALID (origin),
// SPIFFE_ID_INVALID, those of base/durable_file.h.
absl::StatusOr<BrokerKeys> MakeBrokerKeys(const KeysRequest& request);

// The log's key. Errors of ReadKeyFile and Ed25519PrivateKey::FromPem.
absl::StatusOr<crypto::Ed25519PrivateKey> ReadLogKey(const std::string& path);

}  // namespace amana::broker

#endif  // AMANA_BROKER_MAIN_KEYS_H_
