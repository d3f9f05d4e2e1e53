// The local API as gRPC, over the very handler that serves HTTP.
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <nlohmann/json.hpp>

#include "agency-adapters/local_grpc/local_grpc.h"
#include "agency-adapters/runtime/api_json.h"
#include "agency-adapters/runtime/endpoint_for_test.h"
#include "agency-adapters/runtime/local_api.h"
#include "amana/local/v1/local_api.grpc.pb.h"

namespace amana::runtime {
namespace {

namespace local = amana::local::v1;
using sdk::testing::Delivering;
using testing::Machine;

constexpr char kToken[] = "0123456789abcdef0123456789abcdef";

class LocalGrpcTest : public ::testing::Test {
 protected:
  LocalGrpcTest() {
    m_.Start();
    m_.broker.Push(Delivering(delivery_));
    m_.Receive();
    m_.Settle();
    api_.emplace(m_.runtime(), kToken);
    EXPECT_EQ(chmod(folder_.path().c_str(), 0700), 0);
    auto server = Start("unix:" + folder_.File("api.sock"));
    EXPECT_TRUE(IsOk(server));
    server_ = *std::move(server);
    stub_ = local::LocalApiService::NewStub(
        grpc::CreateChannel(server_->address(), grpc::InsecureChannelCredentials()));
  }
  absl::StatusOr<std::unique_ptr<local_grpc::Server>> Start(const std::string& address) {
    return local_grpc::Server::Start(
        address, [this](const http::Request& request) { return api_->Handle(request); });
  }

  // A call with the token; `context` tells what came beside the answer.
  struct Asking : grpc::ClientContext {
    explicit Asking(const std::string& token = kToken) {
      AddMetadata("authorization", "Bearer " + token);
      set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    }
    std::string Beside(const char* name) const {
      const auto found = GetServerTrailingMetadata().find(name);
      if (found == GetServerTrailingMetadata().end()) return "";
      return {found->second.data(), found->second.size()};
    }
  };

  static local::Item Case(const std::string& key) {
    local::Item item;
    item.set_key(key);
    item.set_kind("CASE");
    auto& record = *item.mutable_record()->mutable_fields();
    record["SERVICE"].set_string_value("BASIC_NEEDS");
    record["URGENCY"].set_string_value("URGENT");
    record["NAME"].mutable_list_value()->add_values()->set_string_value("SYNTHETIC");
    return item;
  }

  Machine m_{sdk::testing::ShelterIdentity};
  const v1::Delivery delivery_ = sdk::testing::SampleDelivery(envelope::SampleSubmission());
  const TempDir folder_;
  std::optional<LocalApi> api_;
  std::unique_ptr<local_grpc::Server> server_;
  std::unique_ptr<local::LocalApiService::Stub> stub_;
};

TEST_F(LocalGrpcTest, ACaseIsSubmittedOnceAndFollowed) {
  local::SubmitItemRequest request;
  *request.mutable_item() = Case("API/1 x");
  std::string referral;
  for (int i = 0; i < 2; ++i) {
    Asking context;
    local::SubmitItemResponse answer;
    const grpc::Status status = stub_->SubmitItem(&context, request, &answer);
    ASSERT_TRUE(status.ok()) << status.error_message();
    EXPECT_EQ(answer.item().state(), "INTENDED");
    if (i == 0) referral = answer.item().referral();
    EXPECT_EQ(answer.item().referral(), referral);
  }
  m_.Settle();
  AMANA_EXPECT_OK(m_.runtime().SendTurn());
  m_.Settle();
  Asking context;
  local::GetItemRequest look;
  look.set_key("API/1 x");
  local::GetItemResponse item;
  ASSERT_TRUE(stub_->GetItem(&context, look, &item).ok());
  EXPECT_EQ(item.item().state(), "SETTLED");
  look.set_key("nothing");
  Asking nothing;
  EXPECT_EQ(stub_->GetItem(&nothing, look, &item).error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(LocalGrpcTest, TheNativeFormatIsTakenAndRefusalsNameTheField) {
  local::SubmitNativeRequest request;
  request.set_native("N/1 SERVICE=BASIC_NEEDS URGENCY=URGENT NAME=SYNTHETIC\n");
  local::SubmitNativeResponse answer;
  Asking context;
  ASSERT_TRUE(stub_->SubmitNative(&context, request, &answer).ok());
  ASSERT_EQ(answer.items_size(), 1);
  EXPECT_EQ(answer.items(0).key(), "N/1");
  request.set_native("N/2 SERVICE=BASIC_NEEDS SHOE=CANARY NAME=S\n");
  Asking refused;
  const grpc::Status status = stub_->SubmitNative(&refused, request, &answer);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(refused.Beside("amana-field"), "SHOE");
  EXPECT_EQ(status.error_message().find("CANARY"), std::string::npos);
  Asking listing;
  local::ListDeadLettersResponse letters;
  ASSERT_TRUE(stub_->ListDeadLetters(&listing, {}, &letters).ok());
  ASSERT_EQ(letters.dead_letters_size(), 1);
  EXPECT_EQ(letters.dead_letters(0).field(), "SHOE");
  Asking again;
  local::RedriveDeadLetterRequest redrive;
  redrive.set_letter(letters.dead_letters(0).letter());
  local::RedriveDeadLetterResponse redriven;
  EXPECT_TRUE(stub_->RedriveDeadLetter(&again, redrive, &redriven).ok());
  redrive.set_letter("../../inbox/1");
  Asking elsewhere;
  EXPECT_EQ(stub_->RedriveDeadLetter(&elsewhere, redrive, &redriven).error_code(),
            grpc::StatusCode::NOT_FOUND);
}

TEST_F(LocalGrpcTest, TheInboxIsReadAndAnswered) {
  Asking context;
  local::ListInboxResponse inbox;
  ASSERT_TRUE(stub_->ListInbox(&context, {}, &inbox).ok());
  ASSERT_EQ(inbox.items_size(), 1);
  local::GetInboxItemRequest look;
  look.set_id(inbox.items(0).id());
  local::GetInboxItemResponse item;
  Asking opening;
  const grpc::Status opened = stub_->GetInboxItem(&opening, look, &item);
  ASSERT_TRUE(opened.ok()) << opened.error_message();
  EXPECT_EQ(item.item().referral(), inbox.items(0).referral());
  EXPECT_GT(item.item().facts().fields_size(), 0);

  local::AnswerInboxItemRequest request;
  request.set_id(look.id());
  request.mutable_answer()->set_key("answer-1");
  request.mutable_answer()->set_kind("DECLINE");
  request.mutable_answer()->set_code("NO_CAPACITY");
  local::AnswerInboxItemResponse answer;
  Asking answering;
  const grpc::Status status = stub_->AnswerInboxItem(&answering, request, &answer);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(answer.item().kind(), "DECLINE");
  request.mutable_answer()->set_kind("CASE");
  Asking wrong;
  EXPECT_EQ(stub_->AnswerInboxItem(&wrong, request, &answer).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(LocalGrpcTest, HealthAndEveryOtherAnswerFitTheirMessages) {
  Asking context;
  local::GetHealthResponse health;
  const grpc::Status status = stub_->GetHealth(&context, {}, &health);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_GT(health.checks_size(), 2);
  Asking listing;
  local::ListNoticesResponse notices;
  EXPECT_TRUE(stub_->ListNotices(&listing, {}, &notices).ok());
}

TEST_F(LocalGrpcTest, FollowingEndsWithTheCallAndWithTheServer) {
  std::vector<std::unique_ptr<Asking>> contexts;
  std::vector<std::unique_ptr<grpc::ClientReader<local::FollowNoticesResponse>>> readers;
  for (int i = 0; i < 8; ++i) {
    contexts.push_back(std::make_unique<Asking>());
    readers.push_back(stub_->FollowNotices(contexts.back().get(), {}));
  }
  local::FollowNoticesResponse notice;
  // One more than may: which of the nine it is, is for the server's threads to say.
  contexts.push_back(std::make_unique<Asking>());
  readers.push_back(stub_->FollowNotices(contexts.back().get(), {}));
  server_->Stop();
  int exhausted = 0;
  for (auto& reader : readers) {
    EXPECT_FALSE(reader->Read(&notice));
    const grpc::Status status = reader->Finish();
    EXPECT_FALSE(status.ok());
    exhausted += status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED ? 1 : 0;
  }
  EXPECT_LE(exhausted, 1);
}

// A handler of the test's own: notices that come while somebody follows.
TEST(LocalGrpcFollow, NoticesComeInOrderAndOnce) {
  sdk::NoticeItem notice;
  notice.event.kind = v1::EVENT_KIND_TASK_SEEN;
  std::atomic<uint64_t> last = 2;
  const auto handler = [&](const http::Request& request) -> http::Response {
    const uint64_t after = std::stoull(ParseQuery(request.query).at("after"));
    nlohmann::ordered_json json = {{"notices", nlohmann::ordered_json::array()}, {"next", after}};
    for (uint64_t index = after + 1; index <= last; ++index) {
      sdk::NoticeItem each = notice;
      each.index = index;
      json["notices"].push_back(NoticeJson(each));
      json["next"] = index;
    }
    return {.status = 200, .content_type = "application/json", .body = json.dump()};
  };
  const auto server = local_grpc::Server::Start("127.0.0.1:0", handler);
  AMANA_ASSERT_OK(server);
  const auto stub = local::LocalApiService::NewStub(
      grpc::CreateChannel((*server)->address(), grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  const auto reader = stub->FollowNotices(&context, {});
  local::FollowNoticesResponse answer;
  for (uint64_t index = 1; index <= 4; ++index) {
    ASSERT_TRUE(reader->Read(&answer));
    EXPECT_EQ(answer.notice().index(), index);
    EXPECT_EQ(answer.notice().event(), "TASK_SEEN");
    if (index == 2) last = 4;
  }
  context.TryCancel();
  EXPECT_FALSE(reader->Read(&answer));
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

TEST_F(LocalGrpcTest, NothingIsSaidWithoutTheTokenAndNothingHugeIsRead) {
  local::ListInboxResponse inbox;
  for (const std::string token : {"", "wrong"}) {
    Asking context(token);
    EXPECT_EQ(stub_->ListInbox(&context, {}, &inbox).error_code(),
              grpc::StatusCode::UNAUTHENTICATED);
  }
  grpc::ClientContext bare;
  EXPECT_EQ(stub_->ListInbox(&bare, {}, &inbox).error_code(), grpc::StatusCode::UNAUTHENTICATED);
  local::SubmitNativeRequest request;
  request.set_native(std::string((512 << 10) + 1, 'x'));
  local::SubmitNativeResponse answer;
  Asking context;
  EXPECT_EQ(stub_->SubmitNative(&context, request, &answer).error_code(),
            grpc::StatusCode::RESOURCE_EXHAUSTED);
  local::SubmitItemRequest deep;
  *deep.mutable_item() = Case("deep");
  google::protobuf::Value* value = &(*deep.mutable_item()->mutable_facts()->mutable_fields())["x"];
  for (int i = 0; i < 40; ++i) value = value->mutable_list_value()->add_values();
  local::SubmitItemResponse taken;
  Asking nested;
  EXPECT_FALSE(stub_->SubmitItem(&nested, deep, &taken).ok());
}

TEST_F(LocalGrpcTest, ASocketIsOursAloneOrIsNotMade) {
  struct stat info {};
  ASSERT_EQ(stat(folder_.File("api.sock").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600U);
  const TempDir open;
  ASSERT_EQ(chmod(open.path().c_str(), 0755), 0);
  EXPECT_EQ(ErrorReason(Start("unix:" + open.File("api.sock")).status()), "GRPC_FOLDER_OPEN");
  EXPECT_EQ(ErrorReason(Start("0.0.0.0:0").status()), "GRPC_ADDRESS_INVALID");
  const auto loopback = Start("127.0.0.1:0");
  AMANA_ASSERT_OK(loopback);
  EXPECT_NE((*loopback)->address(), "127.0.0.1:0");
}

}  // namespace
}  // namespace amana::runtime
