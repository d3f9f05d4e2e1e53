// QueryEvents as gRPC runs it: what comes over the wire, who follows, who is refused, and a reader
// that takes nothing.
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "amana/v1/audit_query.grpc.pb.h"
#include "base/testing.h"
#include "broker/operations/testing_acts.h"
#include "broker/rpc/testing.h"
#include "tests/support/child_process.h"

namespace amana::rpc {
namespace {

using crypto::Role;

constexpr absl::Duration kPatience = absl::Seconds(20);

class QueryStreamTest : public ServedTest {
 protected:
  struct Reader {
    grpc::ClientContext context;
    std::unique_ptr<grpc::ClientReader<v1::QueryEventsResponse>> stream;
  };

  void SetUp() override {
    world_.context().pseudonyms = [](const AgencyId& auditor) {
      return events::Pseudonyms(crypto::Secret(std::string(32, 'k')), auditor);
    };
    Serve({MakeAuditQueryService(parts())});
  }
  std::unique_ptr<v1::AuditQueryService::Stub> StubOf(const tests::TestIdentity& who) {
    return v1::AuditQueryService::NewStub(Connect(who));
  }
  static std::unique_ptr<Reader> Open(v1::AuditQueryService::Stub& stub,
                                      const v1::QueryEventsRequest& request) {
    auto reader = std::make_unique<Reader>();
    reader->context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(50)));
    reader->stream = stub.QueryEvents(&reader->context, request);
    return reader;
  }
  static v1::QueryEventsRequest Following(v1::EventKind kind) {
    v1::QueryEventsRequest request;
    request.set_follow(true);
    request.mutable_filter()->add_kinds(kind);
    return request;
  }
  void Append(int count) {
    AMANA_ASSERT_OK(world_.store()
                        .CommitAndWait([count](store::Transaction& tx) {
                          for (int i = 0; i < count; ++i) {
                            events::Event event;
                            event.kind = v1::EVENT_KIND_ROUTE_EXPLAINED;
                            event.actor_agency = *AgencyId::Create("police");
                            AMANA_RETURN_IF_ERROR(tx.log().Append(std::move(event)).status());
                          }
                          return absl::OkStatus();
                        })
                        .status());
  }
};

TEST_F(QueryStreamTest, AnAuditorIsAnsweredWithPseudonymsAndIsInTheLog) {
  operations::Send(world_);
  const uint64_t before = operations::LogSize(world_);
  const auto stub = StubOf(tests::TestTls("oversight", Role::kAuditor));
  v1::QueryEventsRequest request;
  request.set_purpose(v1::AUDIT_PURPOSE_PERIODIC);
  request.mutable_filter()->add_kinds(v1::EVENT_KIND_SUBMISSION_ACCEPTED);
  const auto reader = Open(*stub, request);
  v1::QueryEventsResponse message;
  ASSERT_TRUE(reader->stream->Read(&message));
  ASSERT_EQ(message.events_size(), 1);
  EXPECT_EQ(message.events(0).pseudonyms().referral().size(), 16u);
  EXPECT_TRUE(message.complete());
  EXPECT_EQ(message.next_index(), before + 1);
  EXPECT_FALSE(reader->stream->Read(&message));
  EXPECT_TRUE(reader->stream->Finish().ok());
  EXPECT_EQ(operations::LogSize(world_), before + 1);
}

TEST_F(QueryStreamTest, AnAuditorHasAMonthCountedAndNobodyElseHas) {
  operations::Send(world_);
  v1::CountEventsRequest request;
  request.set_measure(v1::COUNT_MEASURE_SUBMISSIONS);
  request.set_purpose(v1::AUDIT_PURPOSE_STATISTICS);
  request.set_year(2030);
  request.set_month(3);
  world_.clock().Set(absl::FromCivil(absl::CivilMonth(2030, 4), absl::UTCTimeZone()));
  const uint64_t before = operations::LogSize(world_);
  const auto ask = [&](const tests::TestIdentity& who, v1::CountEventsResponse* message) {
    const auto stub = StubOf(who);
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(50)));
    const auto stream = stub->CountEvents(&context, request);
    v1::CountEventsResponse more;
    while (stream->Read(&more)) *message = more;
    return stream->Finish().error_code();
  };
  v1::CountEventsResponse message;
  EXPECT_EQ(ask(tests::TestTls("police", Role::kSystem, "desk"), &message),
            grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(operations::LogSize(world_), before);
  EXPECT_EQ(ask(tests::TestTls("oversight", Role::kAuditor), &message), grpc::StatusCode::OK);
  EXPECT_TRUE(message.complete());
  ASSERT_EQ(message.rows_size(), 4);
  EXPECT_EQ(message.rows(0).day(), 17u);
  EXPECT_EQ(message.rows(0).agency().size(), 16u);
  EXPECT_EQ(message.rows(0).shown(), v1::COUNT_SHOWN_SMALL);
  EXPECT_EQ(operations::LogSize(world_), before + 1);
  request.set_month(4);
  EXPECT_EQ(ask(tests::TestTls("oversight", Role::kAuditor), &message),
            grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(QueryStreamTest, RefusalsComeAsSuch) {
  const auto auditor = StubOf(tests::TestTls("oversight", Role::kAuditor));
  v1::QueryEventsResponse message;
  const auto no_purpose = Open(*auditor, {});
  EXPECT_FALSE(no_purpose->stream->Read(&message));
  EXPECT_EQ(no_purpose->stream->Finish().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  v1::QueryEventsRequest beyond;
  beyond.set_first_index(1'000'000);
  const auto police = StubOf(tests::TestTls("police", Role::kSystem, "desk"));
  const auto late = Open(*police, beyond);
  EXPECT_FALSE(late->stream->Read(&message));
  EXPECT_EQ(late->stream->Finish().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(QueryStreamTest, AFollowerIsToldOfWhatComesAndAStoppedBrokerEndsIt) {
  const auto stub = StubOf(tests::TestTls("police", Role::kSystem, "desk"));
  Append(1);
  const auto reader = Open(*stub, Following(v1::EVENT_KIND_ROUTE_EXPLAINED));
  v1::QueryEventsResponse message;
  ASSERT_TRUE(reader->stream->Read(&message));
  EXPECT_EQ(message.events_size(), 1);
  EXPECT_FALSE(message.complete());
  Append(200);  // more than one message
  streams_.Sweep(world_.clock().Now());
  int told = 0;
  while (told < 200) {
    ASSERT_TRUE(reader->stream->Read(&message));
    EXPECT_LE(message.events_size(), 64);
    told += message.events_size();
  }
  EXPECT_EQ(told, 200);
  front_.SetGate(Front::Gate::kShuttingDown);
  streams_.Sweep(world_.clock().Now());
  EXPECT_FALSE(reader->stream->Read(&message));
  EXPECT_EQ(reader->stream->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(QueryStreamTest, AFollowerWhoGoesAwayLeavesNothing) {
  const auto stub = StubOf(tests::TestTls("police", Role::kSystem, "desk"));
  Append(1);
  auto reader = Open(*stub, Following(v1::EVENT_KIND_ROUTE_EXPLAINED));
  v1::QueryEventsResponse message;
  ASSERT_TRUE(reader->stream->Read(&message));
  reader->context.TryCancel();
  EXPECT_EQ(reader->stream->Finish().error_code(), grpc::StatusCode::CANCELLED);
  EXPECT_TRUE(
      tests::WaitUntil(kPatience, [&] { return streams_.Sweep(world_.clock().Now()) == 0; }));
}

TEST_F(QueryStreamTest, AReaderThatTakesNothingHoldsUpNobodyAndIsCutOff) {
  const auto stub = StubOf(tests::TestTls("police", Role::kSystem, "desk"));
  Append(1'000);  // hundreds of kilobytes: more than a window that nobody reads from
  const auto slow = Open(*stub, Following(v1::EVENT_KIND_ROUTE_EXPLAINED));
  ASSERT_TRUE(
      tests::WaitUntil(kPatience, [&] { return streams_.Sweep(world_.clock().Now()) == 1; }));
  // Others are answered, by the one thread there is, and commits go on.
  v1::QueryEventsRequest request;
  request.set_limit(1);
  const auto other = Open(*stub, request);
  v1::QueryEventsResponse message;
  EXPECT_TRUE(other->stream->Read(&message));
  EXPECT_TRUE(other->stream->Finish().ok());
  Append(1);
  EXPECT_TRUE(tests::WaitUntil(kPatience, [&] {
    world_.clock().Advance(kWriteTimeout + absl::Seconds(1));
    return streams_.Sweep(world_.clock().Now()) == 0;
  }));
  int told = 0;
  while (slow->stream->Read(&message)) told += message.events_size();
  EXPECT_LT(told, 1'000);
  EXPECT_EQ(slow->stream->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

}  // namespace
}  // namespace amana::rpc
