// A broker that tells of the events in its log, truthfully or as the test has it. The log is real.
#ifndef AMANA_AGENCY_ADAPTERS_SDK_NOTICE_LOG_FOR_TEST_H_
#define AMANA_AGENCY_ADAPTERS_SDK_NOTICE_LOG_FOR_TEST_H_

#include <algorithm>
#include <array>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agency-adapters/sdk/client.h"
#include "agency-adapters/sdk/errors.h"
#include "agency-adapters/sdk/event_view.h"
#include "agency-adapters/sdk/rpcs.h"
#include "amana/v1/coordination_service.pb.h"
#include "base/clock.h"
#include "proto/crypto/ed25519.h"
#include "proto/envelope/testing.h"
#include "proto/transparency/checkpoint.h"
#include "proto/transparency/note.h"
#include "proto/transparency/reference_tree_for_test.h"
#include "proto/transparency/salted_event.h"

namespace amana::sdk {

// Fields of an event, by name.
struct ToldEvent {
  v1::EventKind kind = v1::EVENT_KIND_TASK_ROUTED;
  std::optional<StatementKey> referral = {};
  std::string recipient = {};  // "agency/unit"
  uint64_t sender_counter = 0;
  uint64_t recipient_counter = 0;
  Digest statement = {};
  std::string actor_agency = {};
  CertId cert_id = {};
};

class NoticeLog {
 public:
  using Message = v1::FollowEventsResponse;

  const transparency::NoteVerifier& verifier() const { return signer_.verifier(); }
  uint64_t size() const { return leaves_.size(); }

  uint64_t Add(const ToldEvent& event) {
    std::array<std::string, transparency::kEventFields> fields;
    const auto set = [&](EventField field, std::string value) {
      fields[static_cast<size_t>(field)] = std::move(value);
    };
    set(EventField::kKind, BigEndian(event.kind, 1));
    const auto time = static_cast<uint64_t>(ToUnixMillis(envelope::SampleTime()));
    set(EventField::kTime, BigEndian(time, 8));
    if (event.referral.has_value()) {
      set(EventField::kReferral, event.referral->referral.bytes() +
                                     BigEndian(event.referral->version, 4) +
                                     event.referral->sender.value());
      set(EventField::kTask, std::string(1, '\0'));
    }
    set(EventField::kRecipient, event.recipient);
    set(EventField::kSenderCounter, Number(event.sender_counter));
    set(EventField::kRecipientCounter, Number(event.recipient_counter));
    set(EventField::kActorAgency, event.actor_agency);
    if (!event.statement.is_zero()) {
      set(EventField::kStatementDigest, event.statement.bytes());
      set(EventField::kCertId, event.cert_id.bytes());
    }
    v1::EventOpening opening;
    opening.set_seed(std::string(transparency::EventSeed::kSize, 's'));
    for (std::string& field : fields) opening.add_fields(std::move(field));
    leaves_.push_back(ViewOf(opening)->leaf_hash);
    openings_.push_back(std::move(opening));
    return openings_.size() - 1;
  }
  // Another log from here on that says it is this one.
  void ForgeFirst() { leaves_[0] = transparency::HashLeaf("another"); }

  // What a truthful broker tells of these events, everything below the log's end being looked at.
  Message Tell(const std::vector<uint64_t>& indexes, uint64_t held = 0) const {
    namespace tree = transparency::testing;
    Message message;
    message.set_next_index(size());
    message.set_checkpoint(*transparency::SignCheckpoint(
        *transparency::Checkpoint::Create(kOrigin, size(), tree::Mth(leaves_)), signer_));
    if (held > 0 && held < size()) {
      for (const Digest& hash : tree::ConsistencyProof(held, leaves_)) {
        message.add_consistency_proof(hash.bytes());
      }
    }
    for (const uint64_t index : indexes) {
      v1::Notice& notice = *message.add_notices();
      notice.set_index(index);
      *notice.mutable_whole() = openings_[index];
      for (const Digest& hash : tree::Path(index, leaves_)) {
        notice.add_inclusion_path(hash.bytes());
      }
    }
    return message;
  }

  // What the next calls of FollowEvents are answered with, one message or error each, then silence.
  std::deque<absl::StatusOr<Message>> told;
  std::vector<v1::FollowEventsRequest> asked;
  std::function<absl::StatusOr<std::string>(std::string_view method, const std::string& request)>
      unary;

  std::unique_ptr<Client> Connect() {
    return std::make_unique<Client>(std::make_unique<Wire>(*this));
  }

 private:
  static constexpr char kOrigin[] = "test.amana.example/log";

  static std::string BigEndian(uint64_t value, size_t bytes) {
    std::string out(bytes, '\0');
    for (size_t i = bytes; i-- > 0; value >>= 8) out[i] = static_cast<char>(value & 0xff);
    return out;
  }
  static std::string Number(uint64_t value) {
    std::string out = BigEndian(value, 8);
    return out.substr(std::min(out.find_first_not_of('\0'), out.size()));
  }

  class Listening final : public ByteStream {
   public:
    explicit Listening(NoticeLog& log) : log_(log) {}
    absl::Status Write(std::string message) override {
      log_.asked.emplace_back();
      return log_.asked.back().ParseFromString(message) ? absl::OkStatus()
                                                        : absl::InternalError("malformed");
    }
    void WritesDone() override {}
    // Never waits: what is not there now will not come by waiting.
    absl::StatusOr<std::optional<std::string>> Read(absl::Duration) override {
      if (log_.told.empty()) return ReadTimeout();
      const absl::StatusOr<Message> next = std::move(log_.told.front());
      log_.told.pop_front();
      if (!next.ok()) return next.status();
      return std::optional<std::string>(next->SerializeAsString());
    }
    void Cancel() override {}

   private:
    NoticeLog& log_;
  };

  class Wire final : public Transport {
   public:
    explicit Wire(NoticeLog& log) : log_(log) {}
    void Unary(std::string_view method, std::string request, absl::Duration,
               ByteDone done) override {
      done(log_.unary ? log_.unary(method, request)
                      : absl::StatusOr<std::string>(absl::UnimplementedError("not here")));
    }
    std::unique_ptr<ByteStream> Open(std::string_view, absl::Duration) override {
      return std::make_unique<Listening>(log_);
    }

   private:
    NoticeLog& log_;
  };

  const transparency::NoteSigner signer_ =
      *transparency::NoteSigner::Create(kOrigin, *crypto::Ed25519PrivateKey::Generate());
  std::vector<v1::EventOpening> openings_;
  transparency::Hashes leaves_;
};

}  // namespace amana::sdk

#endif  // AMANA_AGENCY_ADAPTERS_SDK_NOTICE_LOG_FOR_TEST_H_
