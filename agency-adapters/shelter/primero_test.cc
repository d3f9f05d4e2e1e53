#include "agency-adapters/shelter/primero.h"

#include <nlohmann/json.hpp>

#include "base/status.h"
#include "base/testing.h"
#include "gmock/gmock.h"
#include "tests/support/primero_server.h"

namespace amana::shelter {
namespace {

using testing::MatchesRegex;
using testing::SizeIs;

TEST(PrimeroTest, IdsAreUuidsAndTheSameAgain) {
  const std::string id = CaseIdOf("police-a/1");
  EXPECT_THAT(id,
              MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
  EXPECT_EQ(id, CaseIdOf("police-a/1"));
  EXPECT_NE(id, CaseIdOf("police-a/2"));
}

TEST(PrimeroTest, RejectionsAreReadAsTheyAreWritten) {
  struct {
    const char *reason, *code, *words;
  } const table[] = {
      {"NO_CAPACITY: women's unit full (SYNTHETIC)", "NO_CAPACITY",
       "women's unit full (SYNTHETIC)"},
      {"NO_CAPACITY", "NO_CAPACITY", ""},
      {"service_unavailable", "SERVICE_NOT_OFFERED", ""},
      {"service_not_applicable: a man", "NOT_APPLICABLE", "a man"},
      {"referral_declined_by_survivor", "DECLINED_BY_SURVIVOR", ""},
      {"FULL", "FULL", ""},  // looks like a code: whether it is one is judged where codes are
      {"the house is full: come later", "OTHER", "the house is full: come later"},
      {"", "OTHER", ""},
  };
  for (const auto& row : table) {
    const Rejection read = ReadRejection(row.reason);
    EXPECT_EQ(read.code, row.code) << row.reason;
    EXPECT_EQ(read.words, row.words) << row.reason;
  }
}

class PrimeroServerTest : public testing::Test {
 protected:
  void SetUp() override {
    auto server = tests::PrimeroServer::Start();
    AMANA_ASSERT_OK(server);
    server_ = *std::move(server);
    primero_ = Make(tests::kPrimeroPassword);
  }
  std::unique_ptr<Primero> Make(const char* password) const {
    return *Primero::Create({server_->url(), "", tests::kPrimeroUser, crypto::Secret(password)});
  }

  std::unique_ptr<tests::PrimeroServer> server_;
  std::unique_ptr<Primero> primero_;
  const std::string id_ = CaseIdOf("k");
};

TEST_F(PrimeroServerTest, ACaseAndItsReferral) {
  AMANA_ASSERT_OK(primero_->CreateCase(id_, {{"name_first", "SYNTHETIC"}}));
  EXPECT_FALSE(*primero_->CreateCase(id_, {{"name_first", "OTHER"}}));
  EXPECT_EQ(server_->Cases().at(id_)["name_first"], "SYNTHETIC");
  EXPECT_FALSE((*primero_->Referral(id_, "intake")).has_value());
  EXPECT_FALSE((*primero_->Referral(CaseIdOf("none"), "intake")).has_value());
  const auto made = primero_->Refer(id_, "intake", "notes");
  AMANA_ASSERT_OK(made);
  EXPECT_EQ((*primero_->Referral(id_, "intake"))->id, made->id);
  EXPECT_FALSE((*primero_->Referral(id_, "somebody")).has_value());
  server_->Decide(id_, "rejected", "NO_CAPACITY");
  EXPECT_EQ((*primero_->Referral(id_, "intake"))->rejected_reason, "NO_CAPACITY");
  AMANA_ASSERT_OK(primero_->UpdateCase(id_, {{"name_first", nullptr}}));
  EXPECT_TRUE(server_->Cases().at(id_)["name_first"].is_null());
  AMANA_ASSERT_OK(primero_->Revoke(id_, made->id));
  AMANA_ASSERT_OK(primero_->Revoke(id_, CaseIdOf("none")));
}

TEST_F(PrimeroServerTest, ATokenThatHasEndedIsReplaced) {
  AMANA_ASSERT_OK(primero_->CreateCase(id_, nlohmann::json::object()));
  server_->EndTokens();
  AMANA_EXPECT_OK(primero_->UpdateCase(id_, nlohmann::json::object()));
  EXPECT_EQ(ErrorReason(Make("wrong")->Check()), "PRIMERO_UNAVAILABLE");
}

TEST_F(PrimeroServerTest, RefusalsNameTheFieldAndOutagesAreTransient) {
  const absl::Status refused = primero_->CreateCase(id_, {{"sex", "unheard-of"}}).status();
  EXPECT_EQ(ErrorReason(refused), "PRIMERO_REFUSED");
  EXPECT_EQ(ErrorField(refused), "sex");
  EXPECT_EQ(refused.message().find("unheard-of"), std::string::npos);
  server_->Fail(1, 503);
  EXPECT_EQ(primero_->CreateCase(id_, nlohmann::json::object()).status().code(),
            absl::StatusCode::kUnavailable);
  server_.reset();
  EXPECT_EQ(ErrorReason(primero_->Check()), "HTTP_UNREACHABLE");
}

}  // namespace
}  // namespace amana::shelter
