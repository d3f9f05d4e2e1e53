#include <utility>

#include "agency-adapters/sdk/keys.h"
#include "agency-adapters/sdk/testing.h"
#include "proto/envelope/grant.h"
#include "proto/envelope/header.h"
#include "proto/envelope/statement.h"
#include "proto/envelope/testing.h"

namespace amana::sdk::testing {

v1::Delivery SampleDelivery(const envelope::SealedSubmission& sealed, v1::DisclosureStage stage) {
  const v1::Submission& submission = sealed.submission;
  const auto statement = envelope::ReferralStatement::Create(submission.header()).value();
  v1::Delivery delivery;
  *delivery.mutable_delivery() = ToWire(DeliveryKey{statement.key(), 0, 1, stage});
  delivery.set_lease_epoch(7);
  delivery.set_attempt(1);
  *delivery.mutable_header() = submission.header();
  delivery.set_sender_certificate(envelope::SampleSigner().certificate.der());
  std::vector<uint32_t> slots;
  for (int i = 0; i < submission.openings_size(); ++i) {
    if (submission.openings(i).stage() != stage) continue;
    slots.push_back(submission.openings(i).slot());
    *delivery.add_openings() = submission.openings(i);
    *delivery.add_sections() = submission.sections(i);
  }
  *delivery.mutable_grant() = envelope::SelectWraps(submission.grants(0), slots);
  return delivery;
}

v1::ReceiveResponse Delivering(v1::Delivery delivery) {
  v1::ReceiveResponse message;
  *message.mutable_delivery() = std::move(delivery);
  return message;
}

v1::ReceiveResponse Recalling(const v1::Delivery& delivery, v1::Reason reason) {
  v1::ReceiveResponse message;
  *message.mutable_recall()->mutable_delivery() = delivery.delivery();
  message.mutable_recall()->set_header_digest(envelope::PayloadDigest(delivery.header()).bytes());
  message.mutable_recall()->set_reason(reason);
  return message;
}

}  // namespace amana::sdk::testing
