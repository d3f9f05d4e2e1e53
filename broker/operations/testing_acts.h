// For tests: what the agencies of the World do, each in one line, and what the store then holds.
// Every act makes, signs and hands in a statement; where a row of a table wants a forged one, it
// edits the message before it is signed.
#ifndef AMANA_BROKER_OPERATIONS_TESTING_ACTS_H_
#define AMANA_BROKER_OPERATIONS_TESTING_ACTS_H_

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "amana/v1/admin_service.pb.h"
#include "amana/v1/consent_service.pb.h"
#include "broker/operations/testing.h"

namespace amana::operations {

template <class Message>
using Edit = std::function<void(Message&)>;

// A referral on its way, as its sender and recipient know it.
struct Sent {
  v1::ConsentRecord consent;
  v1::Submission submission;
  std::vector<envelope::SectionKey> keys;
  StatementKey key;
  std::string digest;  // of the header
};

// Registers a consent of `subject` and submits a referral that rests on it.
Sent Send(World& world, char subject = 's', const Edit<envelope::SubmissionDraft>& edit = {});
// The same for a consent that is, or is not, registered already.
Sent SendUnder(World& world, const v1::ConsentRecord& consent,
               const Edit<envelope::SubmissionDraft>& edit = {});

// The one delivery haven/intake is given now; fails the test when it is not exactly one.
v1::Delivery ReceiveOne(World& world);
// Lease, acknowledge, see; then the offer may be decided.
v1::Delivery OfferSeen(World& world, const Sent& sent);

// Answers of haven about a delivery; `edit` changes the message before it is signed.
struct Answerer {
  const tests::TestIdentity& signer = HavenSigner();
  std::string caller = "haven";
  std::string unit = "intake";
};
absl::StatusOr<v1::MarkSeenResponse> MarkSeenAs(World& world, const v1::DeliveryRef& ref,
                                                const std::string& digest, const Answerer& by,
                                                const Edit<v1::Seen>& edit = {});
absl::StatusOr<v1::DecideResponse> DecideAs(World& world, const v1::DeliveryRef& ref,
                                            const std::string& digest, const Answerer& by,
                                            const Edit<v1::Decision>& edit = {});
absl::StatusOr<v1::AcknowledgeResponse> AcknowledgeAs(World& world, const v1::Delivery& delivery,
                                                      const Answerer& by,
                                                      const Edit<v1::Acknowledgement>& edit = {});
absl::StatusOr<v1::AnswerRecallResponse> AnswerRecallAs(World& world, const v1::DeliveryRef& ref,
                                                        const std::string& digest,
                                                        const Answerer& by,
                                                        const Edit<v1::RecallAnswer>& edit = {});

// Acts of police, unless said otherwise.
absl::StatusOr<v1::RegisterConsentResponse> RegisterAs(
    World& world, const v1::ConsentRecord& record, std::string_view agency = "police",
    const tests::TestIdentity& signer = PoliceSigner());
absl::StatusOr<v1::WithdrawConsentResponse> Withdraw(World& world, const v1::ConsentRecord& consent,
                                                     std::string_view agency = "police",
                                                     const Edit<v1::Withdrawal>& edit = {});
absl::StatusOr<v1::RegisterExclusionResponse> Exclude(World& world, char subject,
                                                      std::string_view excluded = "haven",
                                                      const Edit<v1::Exclusion>& edit = {});
absl::StatusOr<v1::CancelReferralResponse> Cancel(World& world, const Sent& sent,
                                                  const Edit<v1::Cancellation>& edit = {});
// A grant of all keys for haven/intake's certificate of `generation`.
v1::Grant GrantFor(World& world, const Sent& sent, int generation);
absl::StatusOr<v1::AddWrapsResponse> AddWrapsOf(World& world, const std::vector<v1::Grant>& grants,
                                                std::string_view caller = "police");

// Lets police have operators, one of whom is known: the registry does not by default.
const tests::TestIdentity& AppointOperator(World& world);
absl::StatusOr<v1::RedriveDeliveryResponse> Redrive(World& world, const v1::DeliveryRef& ref,
                                                    const tests::TestIdentity& signer,
                                                    const Edit<v1::Redrive>& edit = {});
absl::Status ReportOutcome(World& world, const v1::Delivery& delivery, v1::DeliveryOutcome outcome,
                           v1::Reason error = v1::REASON_UNSPECIFIED);

// What the store holds.
store::TaskRecord TaskOf(World& world, const Sent& sent, uint32_t task = 0);
std::vector<store::DeliveryRecord> DeliveriesOf(World& world, const Sent& sent, uint32_t task = 0);
store::DeliveryRecord OfferOf(World& world, const Sent& sent);
std::vector<store::StoredEvent> EventsFrom(World& world, uint64_t first = 0);
uint64_t LogSize(World& world);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_TESTING_ACTS_H_
