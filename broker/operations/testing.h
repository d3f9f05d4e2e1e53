// For tests: the broker's core without gRPC. A registry of SYNTHETIC agencies, an embedded store, a
// fake clock, and callers that wait for their replies. "police" (unit desk, RESCUE) sends, "haven"
// (a health provider; intake, ACCOMMODATION and MEDICAL, and coast, which offers nothing) receives,
// "consulate" (an embassy; desk, CONSULAR) is there. haven/intake alone has a key to seal to.
#ifndef AMANA_BROKER_OPERATIONS_TESTING_H_
#define AMANA_BROKER_OPERATIONS_TESTING_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/synchronization/notification.h"
#include "amana/v1/answer.pb.h"
#include "amana/v1/consent.pb.h"
#include "amana/v1/delivery_service.pb.h"
#include "amana/v1/referral_service.pb.h"
#include "base/testing.h"
#include "broker/identity/registry_testing.h"
#include "broker/identity/registry_watcher.h"
#include "broker/operations/context.h"
#include "broker/operations/reconsider.h"
#include "broker/store/embedded/embedded_store.h"
#include "proto/envelope/statement.h"
#include "proto/envelope/submission.h"
#include "proto/transparency/note_verifier.h"
#include "tests/support/test_pki.h"

namespace amana::operations {

// Runs an operation that replies, and waits.
template <class Response, class Operation>
absl::StatusOr<Response> Await(Operation operation) {
  absl::Notification done;
  absl::StatusOr<Response> result = absl::UnknownError("no reply");
  operation(Reply<Response>([&](absl::StatusOr<Response> response) {
    result = std::move(response);
    done.Notify();
  }));
  done.WaitForNotification();
  return result;
}

class World {
 public:
  // `hour`: of the windows, less in a drill.
  explicit World(absl::Duration hour = absl::Hours(1));
  ~World();

  Context& context() { return context_; }
  FakeClock& clock() { return clock_; }
  transparency::NoteVerifier log() const;  // who signs the log's checkpoints
  store::Store& store() { return *store_; }
  identity::TestRegistry& registry_files() { return registry_files_; }
  void ReloadRegistry() { watcher_->Poll(); }
  // The same, told to the store as the broker tells it.
  void ReloadAndRecordRegistry();
  // As after the end of the process: the store is opened again, nothing else is left.
  void Restart();
  // The same, and the database has changed in between.
  void ChangeDatabase(const std::string& sql);

  static identity::Caller CallerOf(std::string_view agency,
                                   crypto::Role role = crypto::Role::kSystem);
  v1::StatementMeta Meta(const tests::TestIdentity& signer) const;
  template <class Message>
  v1::SignedEnvelope Sign(std::string_view payload_type, const Message& message,
                          const tests::TestIdentity& signer) const {
    return *envelope::SignMessage(payload_type, message, signer.key);
  }

  // A consent of SELF, valid for 30 days, for everything a shelter needs, given to "haven".
  v1::ConsentRecord Consent(char subject = 's') const;
  absl::Status Register(const v1::ConsentRecord& record);

  // ACCOMMODATION asked of haven/intake with IDENTITY_MIN, DEMOGRAPHIC and RISK at offer and
  // IDENTITY at acceptance, resting on `consent`; the caller may change the draft before sealing.
  envelope::SubmissionDraft Draft(const v1::ConsentRecord& consent) const;
  v1::Submission Seal(const envelope::SubmissionDraft& draft) const;
  absl::StatusOr<v1::SubmitResponse> Submit(const v1::Submission& submission,
                                            std::string_view caller = "police");
  absl::StatusOr<v1::SubmitResponse> SubmitBytes(std::string_view submission,
                                                 std::string_view caller = "police");

  // What a connected receiver of haven/intake gets now: leases up to `credit` deliveries.
  std::vector<v1::ReceiveResponse> Receive(uint32_t credit = 10);
  v1::SignedEnvelope Acknowledgement(const v1::Delivery& delivery) const;
  absl::Status Acknowledge(const v1::Delivery& delivery);
  absl::Status Seen(const v1::DeliveryRef& ref, const std::string& header_digest);
  absl::Status Decide(const v1::DeliveryRef& ref, const std::string& header_digest, bool accepted);

  v1::GetReferralResponse Get(const v1::Submission& submission);
  // One pass of the timers, until nothing is due.
  void RunTimers();
  // The next slice of what is to be decided again; false: nothing is, or cannot be now.
  bool ReconsiderOnce();
  void Reconsider();  // all of it

 private:
  void Open();
  void SetDirectory();

  const absl::Duration hour_;
  FakeClock clock_{absl::FromUnixSeconds(1900000000)};
  identity::TestRegistry registry_files_;
  TempDir data_;
  const crypto::Ed25519PrivateKey log_key_ = *crypto::Ed25519PrivateKey::Generate();
  std::unique_ptr<identity::RegistryWatcher> watcher_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<delivery::Dispatcher> dispatcher_;
  Context context_;
  std::optional<Reconsiderer> reconsiderer_;
};

// `submission` as no serialiser writes it, though every parser reads it: the last field first.
std::string SerializeBackwards(const v1::Submission& submission);

// The keys of the agencies in the world.
const tests::TestIdentity& PoliceSigner();
const tests::TestIdentity& HavenSigner();
const tests::TestIdentity& HavenPerson();
const tests::TestIdentity& HavenSealer(int generation = 0);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_TESTING_H_
