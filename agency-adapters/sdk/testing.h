// A broker in the test's own process, behind the client's transport: it keeps a real log, answers
// statements with real receipts and idempotently, and lies when told to. And SYNTHETIC identities
// of police-a/desk, which sends, and shelter-a/intake, which receives (envelope/testing.h has the
// rest).
#ifndef AMANA_AGENCY_ADAPTERS_SDK_TESTING_H_
#define AMANA_AGENCY_ADAPTERS_SDK_TESTING_H_

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "agency-adapters/sdk/client.h"
#include "agency-adapters/sdk/event_view.h"
#include "agency-adapters/sdk/identity.h"
#include "amana/v1/delivery_service.pb.h"
#include "amana/v1/event.pb.h"
#include "base/ids.h"
#include "proto/envelope/submission.h"
#include "proto/transparency/merkle.h"
#include "proto/transparency/note.h"

namespace amana::sdk::testing {

// What an event of the fake log says.
struct SampleEvent {
  v1::EventKind kind = v1::EVENT_KIND_SUBMISSION_ACCEPTED;
  Digest digest;
  std::optional<StatementKey> referral;
  std::map<EventField, std::string> more = {};  // other fields, as an event has them
};
v1::EventOpening MakeOpening(const SampleEvent& event, char seed);

// For one thread, which is the client's too. A broken expectation of its own aborts.
class FakeBroker {
 public:
  // `origin` empty: that of every test.
  explicit FakeBroker(uint64_t events_before = 3, std::string_view origin = "");
  ~FakeBroker();

  const transparency::NoteVerifier& log() const;
  std::unique_ptr<Client> Connect();

  // --- what the test makes it do
  // The next call of `method` ends so, before anything is done.
  void RefuseNext(std::string_view method, absl::Status status);
  // The next call of `method` is done, and its answer lost.
  void LoseAnswer(std::string_view method);
  // Every receipt goes through this.
  std::function<void(v1::Receipt&)> forge;
  v1::MatchResponse match;
  // Answers GetDirectoryEntry (testing_directory.h).
  std::function<absl::StatusOr<v1::GetDirectoryEntryResponse>(const v1::GetDirectoryEntryRequest&)>
      directory;
  // Answers GetDuty.
  std::function<v1::GetDutyResponse(const v1::GetDutyRequest&)> duty;
  // Which events ListEvents shows; unset: all of them, whole.
  std::function<bool(uint64_t index)> shows;
  // Answers calls by method, before anything else does.
  std::map<std::string, std::function<absl::StatusOr<std::string>(const std::string&)>, std::less<>>
      answers;
  void Push(v1::ReceiveResponse message);  // on the receive stream
  void EndStream(absl::Status status);     // after what was pushed
  uint64_t Append(const SampleEvent& event);
  uint64_t AppendOpening(v1::EventOpening opening);
  // From now on the log has another first leaf.
  void Fork();
  void Truncate(uint64_t size);  // as if restored from an old copy

  // --- what it saw
  // Requests of `method`, as they came.
  std::vector<std::string> requests(std::string_view method) const;
  const std::vector<v1::ReceiveRequest>& received() const { return received_; }
  uint64_t log_size() const { return leaf_data_.size(); }
  const v1::EventOpening& opening(uint64_t index) const { return openings_.at(index); }
  std::string Checkpoint() const;
  v1::Receipt ReceiptOf(uint64_t index) const;
  std::string Tile(std::string_view path) const;  // empty when there is none

 private:
  class FakeTransport;
  class FakeStream;

  absl::StatusOr<std::string> Answer(std::string_view method, const std::string& request);
  absl::StatusOr<std::string> Act(std::string_view method, const std::string& request);
  std::string ActOnStatement(std::string_view method, const std::string& request);
  v1::GetCheckpointResponse CheckpointFrom(uint64_t from_size) const;

  std::unique_ptr<transparency::NoteSigner> signer_;
  std::vector<v1::EventOpening> openings_;
  std::vector<std::string> leaf_data_;
  transparency::Hashes leaves_;
  std::map<Digest, uint64_t> done_;  // statement -> event
  std::map<std::string, std::deque<absl::Status>, std::less<>> refusals_;
  std::map<std::string, int, std::less<>> lost_;
  std::vector<std::pair<std::string, std::string>> requests_;
  std::deque<std::variant<v1::ReceiveResponse, absl::Status>> stream_;
  std::vector<v1::ReceiveRequest> received_;
};

// A ListEvents call of it.
std::unique_ptr<ByteStream> MakeEventStream(FakeBroker& broker);

// `data` is the mailbox's folder.
Identity PoliceIdentity(const transparency::NoteVerifier& log, const std::string& data = "");
// The same desk with an officer's key beside the system's, and a sealing key.
Identity OfficerIdentity(const transparency::NoteVerifier& log);
// With a caseworker's key, and sealing keys of two generations.
Identity ShelterIdentity(const transparency::NoteVerifier& log, const std::string& data = "");

// Task 0 of a SampleSubmission, as the broker would deliver it to shelter-a/intake.
v1::Delivery SampleDelivery(const envelope::SealedSubmission& sealed,
                            v1::DisclosureStage stage = v1::DISCLOSURE_STAGE_AT_OFFER);
v1::ReceiveResponse Delivering(v1::Delivery delivery);
v1::ReceiveResponse Recalling(const v1::Delivery& delivery, v1::Reason reason);

}  // namespace amana::sdk::testing

#endif  // AMANA_AGENCY_ADAPTERS_SDK_TESTING_H_
