// Which certificates are revoked, by fingerprint. Immutable, thread-safe, about 50 ns a question.
#ifndef AMANA_BROKER_IDENTITY_REVOCATION_H_
#define AMANA_BROKER_IDENTITY_REVOCATION_H_

#include <optional>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/ids.h"

namespace amana::identity {

class RevocationList {
 public:
  RevocationList() = default;  // nothing revoked
  // The text of the list (proto/crypto/revocation_list.h); of two entries for one certificate the
  // earlier counts. REVOCATION_LIST_INVALID naming the line.
  static absl::StatusOr<RevocationList> Parse(std::string_view text);

  // Judges the present: a listed certificate is refused from the moment it is listed, even when the
  // time given is still to come.
  bool Contains(const CertId& id) const { return entries_.contains(id); }
  // Judges the past: since when it counts as revoked.
  std::optional<absl::Time> RevokedAt(const CertId& id) const;
  // True when every certificate that `older` lists is listed here too. Revocation is for ever.
  bool Covers(const RevocationList& older) const;

  size_t size() const { return entries_.size(); }
  const Digest& digest() const { return digest_; }  // SHA-256 of the text

 private:
  absl::flat_hash_map<CertId, absl::Time> entries_;
  Digest digest_;
};

}  // namespace amana::identity

#endif  // AMANA_BROKER_IDENTITY_REVOCATION_H_
