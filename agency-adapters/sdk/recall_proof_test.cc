#include "agency-adapters/sdk/recall_proof.h"

#include <deque>
#include <memory>
#include <string>
#include <utility>

#include "agency-adapters/sdk/errors.h"
#include "agency-adapters/sdk/rpcs.h"
#include "agency-adapters/sdk/testing.h"
#include "base/testing.h"
#include "gtest/gtest.h"
#include "proto/envelope/testing.h"

namespace amana::sdk {
namespace {

using testing::FakeBroker;
using testing::SampleEvent;

InboxItem RecalledItem() {
  InboxItem item;
  item.id = 7;
  item.key = {{*AgencyId::Create("police-a"), *ReferralId::FromBytes(std::string(16, 'r')), 2},
              1,
              3,
              v1::DISCLOSURE_STAGE_AT_OFFER};
  item.recipient = envelope::SampleAddress("shelter-a/intake");
  item.recall_reason = v1::REASON_CONSENT_WITHDRAWN;
  return item;
}

SampleEvent RecallOf(const InboxItem& item) {
  const auto number = [](int value) { return std::string(1, static_cast<char>(value)); };
  return {v1::EVENT_KIND_DELIVERY_RECALL_SENT,
          Digest(),
          item.key.referral,
          {{EventField::kRecipient, ToString(item.recipient)},
           {EventField::kTask, number(static_cast<int>(item.key.task))},
           {EventField::kStage, number(item.key.stage)},
           {EventField::kOfferEpoch, number(static_cast<int>(item.key.offer_epoch))},
           {EventField::kReason, number(item.recall_reason)}}};
}

// A log that lists the entries it is told to, and proves those of `broker`.
class Listing final : public Transport {
 public:
  Listing(const FakeBroker& broker, std::vector<uint64_t> listed, uint64_t shift)
      : broker_(broker), listed_(std::move(listed)), shift_(shift) {}

  void Unary(std::string_view, std::string bytes, absl::Duration, ByteDone done) override {
    v1::GetReceiptRequest request;
    request.ParseFromString(bytes);
    v1::GetReceiptResponse response;
    *response.mutable_receipt() = broker_.ReceiptOf(request.index() - shift_);
    done(response.SerializeAsString());
  }
  std::unique_ptr<ByteStream> Open(std::string_view, absl::Duration) override {
    auto stream = std::make_unique<Entries>();
    for (const uint64_t index : std::exchange(listed_, {})) {
      v1::ListEventsResponse response;
      response.set_index(index + shift_);
      *response.mutable_whole() = broker_.ReceiptOf(index).event();
      stream->left.push_back(response.SerializeAsString());
    }
    return stream;
  }

 private:
  struct Entries final : ByteStream {
    absl::Status Write(std::string) override { return absl::OkStatus(); }
    void WritesDone() override {}
    absl::StatusOr<std::optional<std::string>> Read(absl::Duration) override {
      if (left.empty()) return std::optional<std::string>();
      std::optional<std::string> next(std::move(left.front()));
      left.pop_front();
      return next;
    }
    void Cancel() override {}
    std::deque<std::string> left;
  };

  const FakeBroker& broker_;
  std::vector<uint64_t> listed_;
  const uint64_t shift_;  // it says of an entry that it is another
};

absl::StatusOr<RecallProof> Fetch(const FakeBroker& broker, std::vector<uint64_t> listed,
                                  uint64_t shift = 0) {
  Client client(std::make_unique<Listing>(broker, std::move(listed), shift));
  return FetchRecallProof(client, broker.log(), RecalledItem());
}

TEST(RecallProof, ARecallIsProvenByItsOwnEvent) {
  FakeBroker broker;
  InboxItem other = RecalledItem();
  other.key.task = 2;
  const uint64_t others = broker.Append(RecallOf(other));
  const uint64_t index = broker.Append(RecallOf(RecalledItem()));
  const auto proof = Fetch(broker, {0, others, index});
  AMANA_ASSERT_OK(proof.status());
  EXPECT_EQ(proof->verified.index, index);
  EXPECT_EQ(proof->verified.event.reason, v1::REASON_CONSENT_WITHDRAWN);
  const auto again = VerifyReceipt(proof->receipt, broker.log());
  AMANA_EXPECT_OK(again.status());
}

TEST(RecallProof, NothingElseProvesIt) {
  FakeBroker broker;
  const uint64_t index = broker.Append(RecallOf(RecalledItem()));
  EXPECT_EQ(ErrorReason(Fetch(broker, {}).status()), "RECALL_NOT_IN_LOG");
  EXPECT_EQ(ErrorReason(Fetch(broker, {0, 1}).status()), "RECALL_NOT_IN_LOG");
  EXPECT_EQ(ErrorReason(Fetch(broker, {index}, /*shift=*/1).status()), "RECALL_NOT_IN_LOG");
  const FakeBroker stranger;  // another log's key
  Client client(std::make_unique<Listing>(broker, std::vector<uint64_t>{index}, 0));
  EXPECT_FALSE(FetchRecallProof(client, stranger.log(), RecalledItem()).ok());
}

TEST(RecallProof, EveryFieldIsTheItems) {
  const auto view = [](const SampleEvent& event) { return *ViewOf(MakeOpening(event, 's')); };
  const InboxItem item = RecalledItem();
  EXPECT_TRUE(IsRecallOf(view(RecallOf(item)), item));
  SampleEvent queued = RecallOf(item);
  queued.kind = v1::EVENT_KIND_DELIVERY_QUEUED;
  EXPECT_FALSE(IsRecallOf(view(queued), item));
  SampleEvent no_referral = RecallOf(item);
  no_referral.referral->version = 1;
  EXPECT_FALSE(IsRecallOf(view(no_referral), item));
  for (const EventField field : {EventField::kRecipient, EventField::kTask, EventField::kStage,
                                 EventField::kOfferEpoch, EventField::kReason}) {
    SampleEvent missing = RecallOf(item);
    missing.more.erase(field);
    EXPECT_FALSE(IsRecallOf(view(missing), item)) << FieldName(field);
  }
}

TEST(RecallProof, ThatOfAnUpdateIsAnotherThanTheReferrals) {
  const auto view = [](const SampleEvent& event) { return *ViewOf(MakeOpening(event, 's')); };
  const InboxItem item = RecalledItem();
  InboxItem update = item;
  update.key.update = 258;
  SampleEvent of_update = RecallOf(item);
  of_update.more[EventField::kDetail] = std::string("\0\0\0\1\2", 5);
  EXPECT_TRUE(IsRecallOf(view(of_update), update));
  EXPECT_FALSE(IsRecallOf(view(of_update), item));
  EXPECT_FALSE(IsRecallOf(view(RecallOf(item)), update));
}

}  // namespace
}  // namespace amana::sdk
