#include "broker/rpc/batch.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/synchronization/notification.h"
#include "amana/v1/referral.pb.h"
#include "base/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace amana::rpc {
namespace {

using operations::Reply;
using testing::Each;
using testing::ElementsAre;

class BatchTest : public testing::Test {
 protected:
  BatchTest() { caller_.agency = AgencyId::Create("police").value(); }

  // A submission of `version` of the referral that `id` stands for.
  static void Add(v1::SubmitBatchRequest& request, char id, uint32_t version) {
    v1::ReferralHeader header;
    header.set_referral_id(std::string(16, id));
    header.set_version(version);
    request.add_submissions()->mutable_header()->set_payload(header.SerializeAsString());
  }
  static v1::ReferralHeader HeaderOf(const v1::Submission& submission) {
    v1::ReferralHeader header;
    EXPECT_TRUE(header.ParseFromString(submission.header().payload()));
    return header;
  }

  // Answers with the version as the proof; refuses version 9.
  void Answer(const v1::Submission& submission, Reply<v1::SubmitResponse> reply) {
    const v1::ReferralHeader header = HeaderOf(submission);
    {
      absl::MutexLock lock(&mu_);
      begun_[header.referral_id().substr(0, 1)].push_back(header.version());
    }
    if (header.version() == 9) {
      return reply(MakeError(absl::StatusCode::kInvalidArgument, "FIELD_INVALID", "header", "no"));
    }
    v1::SubmitResponse response;
    response.mutable_receipt()->set_tlog_proof(std::to_string(header.version()));
    reply(std::move(response));
  }

  v1::SubmitBatchResponse Run(v1::SubmitBatchRequest request, const RateLimits& limits = {},
                              size_t queue = 4096) {
    RateLimiter limiter(limits, &clock_);
    Executor executor({.threads = 2, .queue_per_agency = queue});
    Front front({.clock = &clock_,
                 .trust = [] { return nullptr; },
                 .executor = &executor,
                 .limiter = &limiter,
                 .refusals = &refusals_,
                 .metrics = &metrics_});
    absl::Notification done;
    v1::SubmitBatchResponse out;
    RunBatch(
        front, caller_, std::move(request),
        [this](const identity::Caller&, const v1::Submission& submission,
               Reply<v1::SubmitResponse> reply) { Answer(submission, std::move(reply)); },
        [&](v1::SubmitBatchResponse response) {
          out = std::move(response);
          done.Notify();
        });
    EXPECT_TRUE(done.WaitForNotificationWithTimeout(absl::Seconds(20)));
    return out;
  }

  identity::Caller caller_;
  FakeClock clock_{absl::FromUnixSeconds(1714560000)};
  Metrics metrics_;
  Refusals refusals_{&metrics_};
  absl::Mutex mu_;
  std::map<std::string, std::vector<uint32_t>> begun_ ABSL_GUARDED_BY(mu_);
};

TEST_F(BatchTest, OneToSixtyFour) {
  v1::SubmitBatchRequest request;
  EXPECT_EQ(ErrorReason(CheckBatch(request)), "BATCH_SIZE_INVALID");
  for (int i = 0; i < 64; ++i) request.add_submissions();
  EXPECT_TRUE(CheckBatch(request).ok());
  request.add_submissions();
  EXPECT_EQ(ErrorReason(CheckBatch(request)), "BATCH_SIZE_INVALID");
}

TEST_F(BatchTest, AnswersStandInTheOrderOfTheRequest) {
  v1::SubmitBatchRequest request;
  for (uint32_t i = 0; i < 64; ++i)
    Add(request, static_cast<char>('A' + i % 26), i == 7 ? 9 : i + 100);
  const v1::SubmitBatchResponse response = Run(std::move(request));
  ASSERT_EQ(response.results_size(), 64);
  for (int i = 0; i < 64; ++i) {
    if (i == 7) {
      EXPECT_EQ(response.results(i).refused().reason(), "FIELD_INVALID");
      EXPECT_EQ(response.results(i).refused().field(), "header");
    } else {
      EXPECT_EQ(response.results(i).accepted().receipt().tlog_proof(), std::to_string(i + 100));
    }
  }
}

TEST_F(BatchTest, VersionsOfOneReferralKeepTheirOrder) {
  v1::SubmitBatchRequest request;
  for (uint32_t version = 1; version <= 8; ++version) {
    for (const char id : {'a', 'b', 'c', 'd'}) Add(request, id, version);
  }
  Run(std::move(request));
  absl::MutexLock lock(&mu_);
  ASSERT_EQ(begun_.size(), 4u);
  for (const auto& [id, versions] : begun_) {
    EXPECT_THAT(versions, ElementsAre(1, 2, 3, 4, 5, 6, 7, 8)) << id;
  }
}

TEST_F(BatchTest, GarbageIsTheOperationsToRefuse) {
  v1::SubmitBatchRequest request;
  request.add_submissions()->mutable_header()->set_payload(std::string(40, '\xff'));
  request.add_submissions();
  v1::SubmitBatchResponse out;
  RateLimiter limiter({}, &clock_);
  Executor executor({.threads = 1});
  Front front({.clock = &clock_,
               .trust = [] { return nullptr; },
               .executor = &executor,
               .limiter = &limiter,
               .refusals = &refusals_,
               .metrics = &metrics_});
  absl::Notification done;
  RunBatch(
      front, caller_, std::move(request),
      [](const identity::Caller&, v1::Submission, Reply<v1::SubmitResponse> reply) {
        reply(absl::InvalidArgumentError("garbage"));
      },
      [&](v1::SubmitBatchResponse response) {
        out = std::move(response);
        done.Notify();
      });
  done.WaitForNotification();
  ASSERT_EQ(out.results_size(), 2);
  EXPECT_EQ(out.results(0).refused().reason(), "INVALID_ARGUMENT");
  EXPECT_EQ(out.results(1).refused().reason(), "INVALID_ARGUMENT");
}

TEST_F(BatchTest, OverTheRateEachIsRefused) {
  v1::SubmitBatchRequest request;
  for (uint32_t i = 0; i < 5; ++i) Add(request, 'a', i);
  const v1::SubmitBatchResponse response =
      Run(std::move(request), {.submissions_per_second = 1, .submissions_burst = 4});
  std::vector<std::string> reasons;
  for (const auto& result : response.results()) reasons.push_back(result.refused().reason());
  EXPECT_EQ(reasons.size(), 5u);
  EXPECT_THAT(reasons, Each("RATE_LIMITED"));
}

TEST_F(BatchTest, AFullQueueRefusesWhatDoesNotFit) {
  v1::SubmitBatchRequest request;
  for (uint32_t i = 0; i < 8; ++i) Add(request, 'a', i);  // one chain: one in the queue at a time
  const v1::SubmitBatchResponse response = Run(std::move(request), {}, 0);
  ASSERT_EQ(response.results_size(), 8);
  for (const auto& result : response.results()) EXPECT_EQ(result.refused().reason(), "OVERLOADED");
}

}  // namespace
}  // namespace amana::rpc
