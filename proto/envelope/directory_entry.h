// Entries of the directory (amana/v1/directory.proto) that can be relied on: every field checked
// once. Verifies no signature and judges no chain. Pure; thread-safe.
#ifndef AMANA_PROTO_ENVELOPE_DIRECTORY_ENTRY_H_
#define AMANA_PROTO_ENVELOPE_DIRECTORY_ENTRY_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "amana/v1/directory.pb.h"
#include "base/ids.h"
#include "proto/crypto/x509.h"

namespace amana::envelope {

inline constexpr size_t kMaxEntryBytes = 256 * 1024;
inline constexpr int kMaxUnits = 64;
inline constexpr int kMaxSealingCertificates = 4;
inline constexpr int kMaxLanguages = 32;
inline constexpr int kMaxOpeningHours = 21;

// Immutable value, cheap to copy (a shared pointer).
class EntryStatement {
 public:
  // Errors: those of ParseStatement; ID_INVALID and LENGTH_INVALID naming the field;
  // DIRECTORY_FIELD_INVALID naming it for whatever else the comments of directory.proto ask, and
  // for a payload over kMaxEntryBytes. Sealing certificates must be of our profile, for sealing,
  // and name the agency, the unit and no person.
  static absl::StatusOr<EntryStatement> Create(v1::SignedEnvelope envelope);

  const v1::SignedEnvelope& envelope() const { return data_->envelope; }
  const v1::DirectoryEntry& entry() const { return data_->entry; }
  const AgencyId& agency() const { return data_->agency; }
  uint32_t version() const { return data_->entry.version(); }
  const Digest& digest() const { return data_->digest; }      // SHA-256 of the payload
  const Digest& previous() const { return data_->previous; }  // zero: this is the first
  const CertId& cert_id() const { return data_->cert_id; }
  // Of the unit with this index: the one that became valid last first.
  const std::vector<crypto::Certificate>& sealing(int unit) const {
    return data_->sealing[static_cast<size_t>(unit)];
  }

 private:
  struct Data {
    v1::SignedEnvelope envelope;
    v1::DirectoryEntry entry;
    AgencyId agency;
    Digest digest;
    Digest previous;
    CertId cert_id;
    std::vector<std::vector<crypto::Certificate>> sealing;
  };
  explicit EntryStatement(std::shared_ptr<const Data> data) : data_(std::move(data)) {}
  std::shared_ptr<const Data> data_;
};

// Errors of ParseStatement; ID_INVALID and LENGTH_INVALID naming the field.
absl::StatusOr<v1::DirectoryApproval> ParseApproval(const v1::SignedEnvelope& envelope);

}  // namespace amana::envelope

#endif  // AMANA_PROTO_ENVELOPE_DIRECTORY_ENTRY_H_
