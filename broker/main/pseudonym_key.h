// The secret that auditors' pseudonyms are made from (broker/events/pseudonyms.h): 32 random bytes
// in a key file beside the log's key. With it anybody can tell whom a pseudonym stands for; without
// it every auditor would know everybody by another name.
#ifndef AMANA_BROKER_MAIN_PSEUDONYM_KEY_H_
#define AMANA_BROKER_MAIN_PSEUDONYM_KEY_H_

#include <string>

#include "absl/status/statusor.h"
#include "proto/crypto/secret.h"

namespace amana::broker {

// Makes it, mode 0400. FILE_EXISTS; those of base/durable_file.h.
absl::StatusOr<crypto::Secret> MakePseudonymKey(const std::string& path);

// Errors of ReadKeyFile; KEY_INVALID when it is not of 32 bytes.
absl::StatusOr<crypto::Secret> ReadPseudonymKey(const std::string& path);

// Made when there is none, since brokers are older than pseudonyms; never replaced.
absl::StatusOr<crypto::Secret> ReadOrMakePseudonymKey(const std::string& path);

}  // namespace amana::broker

#endif  // AMANA_BROKER_MAIN_PSEUDONYM_KEY_H_
