// Who can be sent to, as one transaction sees it: what the directory says, as far as the registry
// still vouches for it. An agency that the registry knows no more, or knows as another kind or of
// another country than its entry says, is unknown here; a sealing certificate counts while its CA
// is the agency's, and neither expired nor revoked. Immutable; thread-safe.
#ifndef AMANA_BROKER_DELIVERY_RECIPIENTS_H_
#define AMANA_BROKER_DELIVERY_RECIPIENTS_H_

#include "absl/status/statusor.h"
#include "base/ids.h"
#include "broker/consent/facts.h"
#include "broker/delivery/moment.h"
#include "broker/routing/directory.h"
#include "broker/store/store.h"

namespace amana::delivery {

class Recipients {
 public:
  // Errors of store::Directory::Current.
  static absl::StatusOr<Recipients> Of(const store::Snapshot& snapshot, const Moment& moment);
  Recipients(routing::DirectoryPtr directory, Moment moment)
      : directory_(std::move(directory)), moment_(std::move(moment)) {}

  const routing::Directory& directory() const { return *directory_; }
  // nullptr: unknown.
  const routing::Unit* unit(const Address& address) const;
  // What to seal to now; nullptr: there is nothing.
  const crypto::Certificate* Sealing(const Address& address) const;
  // Whether its entry has this certificate to seal to, be it the current one or another.
  bool Has(const Address& address, const CertId& sealing) const;
  // Whether what was sealed to this certificate must not go to the unit: it is revoked, or, while
  // it is in the entry, its CA is. That it has left the entry or has expired is no reason: keys are
  // kept until what was wrapped for them has drained.
  bool Revoked(const Address& address, const CertId& sealing) const;
  // For routing::Rank: both of the above.
  bool Admits(const routing::Agency& agency, const routing::Unit& unit) const;
  // What consent asks about a recipient of this person's case. Of one that is unknown the defaults,
  // which deny.
  consent::RecipientFacts Facts(const Address& address, const Pseudonym& subject) const;

 private:
  bool Vouched(const routing::Agency& agency) const;
  const crypto::Certificate* SealingOf(const routing::Unit& unit) const;
  bool Holds(const crypto::Certificate& sealing) const;

  routing::DirectoryPtr directory_;
  Moment moment_;
};

}  // namespace amana::delivery

#endif  // AMANA_BROKER_DELIVERY_RECIPIENTS_H_
