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
  void Answer(std::string_view bytes, Reply<v1::SubmitResponse> reply) {
    v1::Submission submission;
    if (!submission.ParseFromString(std::string(bytes))) {
      return reply(MakeError(absl::StatusCode::kInvalidArgument, "FIELD_INVALID", "bytes", "no"));
    }
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

  static SubmissionBatch BatchOf(std::string request) {
    const auto bytes = std::make_shared<const std::string>(std::move(request));
    return {SplitSubmissions(*bytes).value(), bytes};
  }

  v1::SubmitBatchResponse Run(const v1::SubmitBatchRequest& request, const RateLimits& limits = {},
                              size_t queue = 4096) {
    return RunBytes(request.SerializeAsString(), limits, queue);
  }
  v1::SubmitBatchResponse RunBytes(std::string request, const RateLimits& limits = {},
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
        front, caller_, BatchOf(std::move(request)),
        [this](const identity::Caller&, std::string_view submission,
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
  EXPECT_EQ(ErrorReason(CheckBatchSize(0)), "BATCH_SIZE_INVALID");
  EXPECT_TRUE(CheckBatchSize(1).ok());
  EXPECT_TRUE(CheckBatchSize(64).ok());
  EXPECT_EQ(ErrorReason(CheckBatchSize(65)), "BATCH_SIZE_INVALID");
}

TEST_F(BatchTest, SubmissionsAreTakenAsTheyLie) {
  v1::SubmitBatchRequest request;
  Add(request, 'a', 1);
  request.add_submissions();
  Add(request, 'b', 300);
  const std::string bytes = request.SerializeAsString();
  const auto split = SplitSubmissions(bytes);
  ASSERT_TRUE(split.ok());
  ASSERT_EQ(split->size(), 3u);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ((*split)[static_cast<size_t>(i)], request.submissions(i).SerializeAsString());
  }
  v1::SubmitRequest one;
  *one.mutable_submission() = request.submissions(0);
  const std::string unary = one.SerializeAsString();
  EXPECT_EQ(SplitSubmissions(unary)->front(), request.submissions(0).SerializeAsString());
  EXPECT_TRUE(SplitSubmissions("")->empty());
  for (size_t size = 1; size < unary.size(); ++size) {
    EXPECT_EQ(ErrorReason(SplitSubmissions(unary.substr(0, size)).status()), "MESSAGE_MALFORMED");
  }
  for (const std::string& bad : {bytes + '\0', std::string("\x0a\xff\xff\xff\xff\x0f", 6),
                                 std::string("\x08"), std::string("\x0b"), std::string("\x14")}) {
    EXPECT_EQ(ErrorReason(SplitSubmissions(bad).status()), "MESSAGE_MALFORMED");
  }
}

// As protobuf does, which keeps them apart.
TEST_F(BatchTest, FieldsOfALaterVersionArePassedOver) {
  v1::SubmitBatchRequest request;
  Add(request, 'a', 1);
  const std::string bytes = request.SerializeAsString();
  for (const std::string& other : {std::string("\x12\x00", 2), std::string("\x08\x01", 2),
                                   std::string("\x1a\x02\x0a\x00", 4)}) {
    for (const std::string& all : {other + bytes, bytes + other}) {
      v1::SubmitBatchRequest parsed;
      ASSERT_TRUE(parsed.ParseFromString(all));
      const auto split = SplitSubmissions(all);
      ASSERT_EQ(split->size(), static_cast<size_t>(parsed.submissions_size()));
      EXPECT_EQ(split->front(), parsed.submissions(0).SerializeAsString());
    }
    EXPECT_TRUE(SplitSubmissions(other)->empty());
  }
}

TEST_F(BatchTest, AnswersStandInTheOrderOfTheRequest) {
  v1::SubmitBatchRequest request;
  for (uint32_t i = 0; i < 64; ++i)
    Add(request, static_cast<char>('A' + i % 26), i == 7 ? 9 : i + 100);
  const v1::SubmitBatchResponse response = Run(request);
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

TEST_F(BatchTest, RefusalsInBetweenMoveNoAnswer) {
  std::string bytes;
  for (uint32_t i = 0; i < 64; ++i) {
    v1::SubmitBatchRequest one;
    Add(one, static_cast<char>('A' + i % 5), i % 3 == 0 ? 9 : i + 100);  // in chains
    bytes += i % 4 == 2 ? std::string("\x0a\x02\x0a\x7f", 4) : one.SerializeAsString();
  }
  const v1::SubmitBatchResponse response = RunBytes(bytes);
  ASSERT_EQ(response.results_size(), 64);
  for (int i = 0; i < 64; ++i) {
    const v1::SubmitResult& result = response.results(i);
    if (i % 4 == 2) {
      EXPECT_EQ(result.refused().field(), "bytes") << i;
    } else if (i % 3 == 0) {
      EXPECT_EQ(result.refused().field(), "header") << i;
    } else {
      EXPECT_EQ(result.accepted().receipt().tlog_proof(), std::to_string(i + 100));
    }
  }
}

TEST_F(BatchTest, VersionsOfOneReferralKeepTheirOrder) {
  v1::SubmitBatchRequest request;
  for (uint32_t version = 1; version <= 8; ++version) {
    for (const char id : {'a', 'b', 'c', 'd'}) Add(request, id, version);
  }
  Run(request);
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
      front, caller_, BatchOf(request.SerializeAsString()),
      [](const identity::Caller&, std::string_view, Reply<v1::SubmitResponse> reply) {
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
      Run(request, {.submissions_per_second = 1, .submissions_burst = 4});
  std::vector<std::string> reasons;
  for (const auto& result : response.results()) reasons.push_back(result.refused().reason());
  EXPECT_EQ(reasons.size(), 5u);
  EXPECT_THAT(reasons, Each("RATE_LIMITED"));
}

TEST_F(BatchTest, AFullQueueRefusesWhatDoesNotFit) {
  v1::SubmitBatchRequest request;
  for (uint32_t i = 0; i < 8; ++i) Add(request, 'a', i);  // one chain: one in the queue at a time
  const v1::SubmitBatchResponse response = Run(request, {}, 0);
  ASSERT_EQ(response.results_size(), 8);
  for (const auto& result : response.results()) EXPECT_EQ(result.refused().reason(), "OVERLOADED");
}

}  // namespace
}  // namespace amana::rpc
