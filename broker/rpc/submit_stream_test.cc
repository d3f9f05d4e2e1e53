// Submissions as gRPC hands them over: in one piece or many, alone or in batches, they reach the
// operation as the bytes that came.
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "amana/v1/referral_service.grpc.pb.h"
#include "broker/operations/testing_acts.h"
#include "broker/rpc/testing.h"
#include "gmock/gmock.h"
#include "proto/envelope/header.h"

namespace amana::rpc {
namespace {

constexpr size_t kLarge = 100'000;  // many frames of HTTP/2

// Field 1 of a request, with these bytes.
std::string RequestOf(std::string_view submission) {
  std::string request = "\x0a";
  size_t size = submission.size();
  for (; size >= 0x80; size >>= 7) request.push_back(static_cast<char>(size | 0x80));
  request.push_back(static_cast<char>(size));
  return request.append(submission);
}

class SubmitStreamTest : public ServedTest {
 protected:
  void SetUp() override {
    Serve({MakeReferralService(parts())});
    channel_ = Connect(tests::TestTls("police", crypto::Role::kSystem, "desk"));
    stub_ = v1::ReferralService::NewStub(channel_);
    consent_ = world_.Consent();
    AMANA_ASSERT_OK(world_.Register(consent_));
  }

  v1::Submission Make(size_t content = 10) {
    envelope::SubmissionDraft draft = world_.Draft(consent_);
    const std::string large(content, 's');
    draft.sections[0].content = large;
    return world_.Seal(draft);
  }
  std::string KeptOf(const v1::Submission& submission) {
    const auto key = envelope::ReferralStatement::Create(submission.header())->key();
    return world_.store().Read().value()->referrals().ReadBody(key).value_or("");
  }

  grpc::Status SubmitRaw(const std::string& request) {
    grpc::GenericStub generic(channel_);
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(20)));
    const grpc::Slice slice(request);
    const grpc::ByteBuffer in(&slice, 1);
    grpc::ByteBuffer out;
    grpc::Status status;
    absl::Notification done;
    generic.UnaryCall(&context, "/amana.v1.ReferralService/Submit", grpc::StubOptions(), &in, &out,
                      [&](const grpc::Status& answer) {
                        status = answer;
                        done.Notify();
                      });
    done.WaitForNotification();
    return status;
  }

  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::ReferralService::Stub> stub_;
  v1::ConsentRecord consent_;
};

TEST_F(SubmitStreamTest, WhatCameIsKeptByteForByte) {
  for (const size_t content : {size_t{10}, kLarge}) {
    const v1::Submission submission = Make(content);
    const std::string bytes = operations::SerializeBackwards(submission);
    const grpc::Status status = SubmitRaw(RequestOf(bytes));
    ASSERT_TRUE(status.ok()) << status.error_message();
    EXPECT_EQ(KeptOf(submission), bytes);
  }
}

TEST_F(SubmitStreamTest, ARequestThatIsNoneIsRefusedByName) {
  const std::string good = RequestOf(operations::SerializeBackwards(Make()));
  const struct {
    std::string request;
    std::string reason;
  } rows[] = {
      {good.substr(0, good.size() - 1), "MESSAGE_MALFORMED"},
      {good + good, "MESSAGE_MALFORMED"},
      {"\x0a", "MESSAGE_MALFORMED"},
      {std::string(1, '\0'), "MESSAGE_MALFORMED"},
      {RequestOf("\xff"), "FIELD_INVALID"},
      {RequestOf(""), "PAYLOAD_TYPE_UNEXPECTED"},
      {"", "PAYLOAD_TYPE_UNEXPECTED"},
      {std::string("\x12\x00", 2), "PAYLOAD_TYPE_UNEXPECTED"},  // of a later version
  };
  for (const auto& row : rows) {
    const grpc::Status status = SubmitRaw(row.request);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << row.reason;
    EXPECT_NE(status.error_details().find(row.reason), std::string::npos)
        << row.reason << ' ' << status.error_message();
  }
}

TEST_F(SubmitStreamTest, AnswersKeepTheirPlacesWithRefusalsInBetween) {
  v1::SubmitBatchRequest request;
  for (int i = 0; i < 20; ++i) {
    v1::Submission& submission = *request.add_submissions() = Make(i == 5 ? kLarge : 10);
    if (i % 3 == 1) submission.mutable_header()->mutable_signature()->back() ^= 1;
    if (i % 7 == 3) submission.Clear();
  }
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(20)));
  const auto stream = stub_->SubmitBatch(&context);
  for (const bool again : {false, true}) {
    ASSERT_TRUE(stream->Write(request));
    v1::SubmitBatchResponse response;
    ASSERT_TRUE(stream->Read(&response));
    ASSERT_EQ(response.results_size(), 20);
    for (int i = 0; i < 20; ++i) {
      const v1::SubmitResult& result = response.results(i);
      if (i % 7 == 3) {
        EXPECT_EQ(result.refused().reason(), "PAYLOAD_TYPE_UNEXPECTED") << i;
        EXPECT_EQ(result.refused().field(), "payload_type") << i;
      } else if (i % 3 == 1) {
        EXPECT_EQ(result.refused().reason(), "SIGNATURE_INVALID") << i;
      } else {
        ASSERT_TRUE(result.has_accepted()) << i << result.refused().reason();
        EXPECT_EQ(result.accepted().replayed(), again) << i;
        const v1::Submission& sent = request.submissions(i);
        const auto key = envelope::ReferralStatement::Create(sent.header())->key();
        EXPECT_THAT(result.accepted().receipt().event().fields(),
                    testing::Contains(testing::HasSubstr(key.referral.bytes())));
        EXPECT_EQ(KeptOf(sent), sent.SerializeAsString());
      }
    }
  }
  stream->WritesDone();
  EXPECT_TRUE(stream->Finish().ok());
}

}  // namespace
}  // namespace amana::rpc
