// What the broker believes at one moment: one registry and one revocation list.
#ifndef AMANA_BROKER_IDENTITY_TRUST_H_
#define AMANA_BROKER_IDENTITY_TRUST_H_

#include <cstdint>
#include <memory>

#include "broker/identity/registry.h"
#include "broker/identity/revocation.h"

namespace amana::identity {

// Immutable, thread-safe.
struct Trust {
  std::shared_ptr<const Registry> registry;
  std::shared_ptr<const RevocationList> revocations;
  uint64_t generation = 1;  // grows with every change
};
using TrustPtr = std::shared_ptr<const Trust>;

}  // namespace amana::identity

#endif  // AMANA_BROKER_IDENTITY_TRUST_H_
