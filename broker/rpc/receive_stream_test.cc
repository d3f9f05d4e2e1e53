// The streams as gRPC runs them, over a store and a clock of the test's: what becomes of a reader
// that takes nothing, and of what was leased for one that went away.
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "amana/v1/audit_service.grpc.pb.h"
#include "amana/v1/delivery_service.grpc.pb.h"
#include "base/testing.h"
#include "broker/operations/receive.h"
#include "broker/operations/testing_acts.h"
#include "broker/rpc/testing.h"
#include "tests/support/child_process.h"

namespace amana::rpc {
namespace {

using crypto::Role;
using operations::Sent;

constexpr absl::Duration kPatience = absl::Seconds(20);

// A reader that reads no message lets through no more than HTTP/2's first window, 64 KiB.
const std::string& Large() {
  static const std::string* const content = new std::string(100'000, 's');
  return *content;
}

class ReceiveStreamTest : public ServedTest {
 protected:
  void SetUp() override {
    Serve({MakeDeliveryService(parts()), MakeAuditService(parts())});
    const auto channel = Connect(tests::TestTls("haven", Role::kSystem, "intake"));
    stub_ = v1::DeliveryService::NewStub(channel);
    audit_ = v1::AuditService::NewStub(channel);
  }

  // Two sections of its offer do not fit through an unread stream.
  Sent SendLarge(char subject) {
    return operations::Send(world_, subject, [](envelope::SubmissionDraft& draft) {
      draft.sections[0].content = Large();
    });
  }

  struct Reader {
    grpc::ClientContext context;
    std::unique_ptr<grpc::ClientReaderWriter<v1::ReceiveRequest, v1::ReceiveResponse>> stream;

    void Credit(uint32_t deliveries) {
      v1::ReceiveRequest credit;
      credit.mutable_credit()->set_deliveries(deliveries);
      EXPECT_TRUE(stream->Write(credit));
    }
  };
  std::unique_ptr<Reader> Open() {
    auto reader = std::make_unique<Reader>();
    reader->context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(50)));
    reader->stream = stub_->Receive(&reader->context);
    v1::ReceiveRequest open;
    open.mutable_open()->set_unit("intake");
    EXPECT_TRUE(reader->stream->Write(open));
    v1::ReceiveResponse opened;
    EXPECT_TRUE(reader->stream->Read(&opened));
    EXPECT_TRUE(opened.has_opened());
    return reader;
  }

  // A withdrawal's question; notified when nothing of the person is being written.
  std::shared_ptr<absl::Notification> AskQuiet(const Sent& sent) {
    auto quiet = std::make_shared<absl::Notification>();
    world_.context().dispatcher->Revoke(*Pseudonym::FromBytes(sent.consent.subject_pseudonym()),
                                        [quiet] { quiet->Notify(); });
    return quiet;
  }
  // Until its write has begun, which takes no time of the clock's. What is dropped by asking too
  // early is leased again.
  std::shared_ptr<absl::Notification> WaitUntilWriting(const Sent& sent) {
    std::shared_ptr<absl::Notification> quiet;
    EXPECT_TRUE(tests::WaitUntil(kPatience, [&] {
      // Not before it is leased: each question drops what is on its way to the write.
      if (OfferOf(world_, sent).state != v1::DELIVERY_STATE_LEASED) return false;
      quiet = AskQuiet(sent);
      return !quiet->HasBeenNotified();
    }));
    return quiet;
  }
  bool Becomes(const Sent& sent, v1::DeliveryState state) {
    return tests::WaitUntil(kPatience, [&] { return OfferOf(world_, sent).state == state; });
  }

  std::unique_ptr<v1::DeliveryService::Stub> stub_;
  std::unique_ptr<v1::AuditService::Stub> audit_;
};

TEST_F(ReceiveStreamTest, AReaderThatTakesNothingIsCutOffAfterThirtySeconds) {
  const Sent sent = SendLarge('s');
  const auto reader = Open();
  reader->Credit(1);
  const auto quiet = WaitUntilWriting(sent);
  world_.clock().Advance(kWriteTimeout);
  EXPECT_EQ(streams_.Sweep(world_.clock().Now()), 1u);
  EXPECT_FALSE(quiet->WaitForNotificationWithTimeout(absl::Milliseconds(200))) << "too early";
  world_.clock().Advance(absl::Milliseconds(1));
  streams_.Sweep(world_.clock().Now());
  ASSERT_TRUE(quiet->WaitForNotificationWithTimeout(kPatience))
      << "a withdrawal waits for a write that never ends";
  v1::ReceiveResponse message;
  EXPECT_FALSE(reader->stream->Read(&message)) << "half a message is none";
  EXPECT_EQ(reader->stream->Finish().error_code(), grpc::StatusCode::CANCELLED);
  // Some of it may have been read: its lease runs out.
  EXPECT_EQ(OfferOf(world_, sent).state, v1::DELIVERY_STATE_LEASED);
  world_.clock().Advance(world_.context().policy.lease);
  world_.RunTimers();
  EXPECT_EQ(OfferOf(world_, sent).state, v1::DELIVERY_STATE_QUEUED);
}

TEST_F(ReceiveStreamTest, AListThatNobodyTakesIsCutOffToo) {
  const absl::Status filled = world_.store()
                                  .CommitAndWait([](store::Transaction& tx) {
                                    events::Event event;
                                    event.kind = v1::EVENT_KIND_AUDIT_READ;
                                    event.actor_agency = *AgencyId::Create("haven");
                                    event.detail = std::string(1000, 's');
                                    for (int i = 0; i < 500; ++i) {
                                      AMANA_RETURN_IF_ERROR(tx.log().Append(event).status());
                                    }
                                    return absl::OkStatus();
                                  })
                                  .status();
  AMANA_ASSERT_OK(filled);
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(50)));
  const auto reader = audit_->ListEvents(&context, v1::ListEventsRequest());
  v1::ListEventsResponse first;
  ASSERT_TRUE(reader->Read(&first));  // it is being written
  const auto taken = [&] {
    world_.clock().Advance(kWriteTimeout + absl::Milliseconds(1));
    streams_.Sweep(world_.clock().Now());
    return streams_.Sweep(world_.clock().Now()) == 0;  // gone
  };
  ASSERT_TRUE(tests::WaitUntil(kPatience, taken)) << "what is to be written is held for ever";
  int got = 1;
  for (v1::ListEventsResponse next; reader->Read(&next);) ++got;
  EXPECT_LT(got, 500);
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

TEST_F(ReceiveStreamTest, ACreditOfNothingIsRefused) {
  const auto reader = Open();
  reader->Credit(0);
  v1::ReceiveResponse message;
  EXPECT_FALSE(reader->stream->Read(&message));
  EXPECT_EQ(reader->stream->Finish().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(ReceiveStreamTest, MessagesAreChargedAsCallsAre) {
  const auto reader = Open();
  v1::ReceiveRequest credit;
  credit.mutable_credit()->set_deliveries(1);
  const double burst = RateLimits().calls_burst;
  int written = 0;
  while (written < 2 * burst && reader->stream->Write(credit)) ++written;
  v1::ReceiveResponse message;
  EXPECT_FALSE(reader->stream->Read(&message));
  EXPECT_EQ(reader->stream->Finish().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
}

TEST_F(ReceiveStreamTest, AReaderThatReadsInTimeIsNot) {
  const Sent sent = SendLarge('s');
  const auto reader = Open();
  reader->Credit(1);
  const auto quiet = WaitUntilWriting(sent);
  world_.clock().Advance(kWriteTimeout);
  v1::ReceiveResponse message;
  ASSERT_TRUE(reader->stream->Read(&message));
  EXPECT_TRUE(message.has_delivery());
  ASSERT_TRUE(quiet->WaitForNotificationWithTimeout(kPatience));
  world_.clock().Advance(kWriteTimeout);
  streams_.Sweep(world_.clock().Now());
  reader->Credit(1);
  const Sent next = operations::Send(world_, 'n');
  ASSERT_TRUE(reader->stream->Read(&message));
  EXPECT_TRUE(message.has_delivery());
}

TEST_F(ReceiveStreamTest, WhatWaitsBehindAWriteGoesBackAtOnceWhenTheReaderIsGone) {
  const Sent first = SendLarge('f');
  world_.clock().Advance(absl::Milliseconds(1));
  const Sent second = operations::Send(world_, 'w');
  const auto reader = Open();
  reader->Credit(1);
  WaitUntilWriting(first);
  reader->Credit(1);
  ASSERT_TRUE(Becomes(second, v1::DELIVERY_STATE_LEASED));
  reader->context.TryCancel();
  EXPECT_TRUE(Becomes(second, v1::DELIVERY_STATE_QUEUED)) << "the clock stands still";
  EXPECT_EQ(OfferOf(world_, second).attempts, 0u);
  EXPECT_EQ(OfferOf(world_, first).state, v1::DELIVERY_STATE_LEASED);
  // The next receiver gets it without waiting for anything.
  const auto next = Open();
  next->Credit(1);
  v1::ReceiveResponse message;
  ASSERT_TRUE(next->stream->Read(&message));
  EXPECT_EQ(message.delivery().delivery().referral().referral_id(), second.key.referral.bytes());
  EXPECT_EQ(message.delivery().lease_epoch(), 2u);
}

}  // namespace
}  // namespace amana::rpc
