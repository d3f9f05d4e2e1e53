// What a recipient believes of a delivery or a recall: nothing that is not signed by somebody whom
// the authorities pinned here vouch for. Pure; thread-safe.
#ifndef AMANA_AGENCY_ADAPTERS_SDK_DELIVERY_CHECK_H_
#define AMANA_AGENCY_ADAPTERS_SDK_DELIVERY_CHECK_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agency-adapters/sdk/identity.h"
#include "agency-adapters/sdk/keys.h"
#include "amana/v1/delivery_service.pb.h"
#include "proto/envelope/delivery.h"

namespace amana::sdk {

struct CheckedDelivery {
  DeliveryKey key;
  envelope::OpenedDelivery opened;
};

// Opens it, and judges the sender's certificates at the time they signed: from a CA pinned for the
// sending agency, of a role that sends, of the sending unit where they name one. The delivery's
// reference must be of this header and grant. Errors: of envelope::OpenDelivery and ChainVerifier;
// STATEMENT_INVALID naming the field.
absl::StatusOr<CheckedDelivery> CheckDelivery(const v1::Delivery& delivery,
                                              const Identity& identity);

// Where a recall names its cause: that this statement was signed by whom it says, and a
// cancellation by the sender of this very referral. Without a cause the broker's word is enough: to
// let go of content is never the greater harm. Errors as above, SIGNATURE_INVALID,
// PAYLOAD_TYPE_UNEXPECTED.
absl::Status CheckRecall(const v1::Recall& recall, const DeliveryKey& key,
                         const Identity& identity);

}  // namespace amana::sdk

#endif  // AMANA_AGENCY_ADAPTERS_SDK_DELIVERY_CHECK_H_
