#include "broker/identity/access.h"

#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "base/status.h"
#include "gtest/gtest.h"

namespace amana::identity {
namespace {

using crypto::Role;

constexpr Role kRoles[] = {Role::kSystem,  Role::kPerson,   Role::kCoordinator,
                           Role::kAuditor, Role::kOperator, Role::kBroker};
constexpr Relation kRelations[] = {Relation::kNone, Relation::kSender, Relation::kRecipient,
                                   Relation::kRecorder, Relation::kParty};

// The whole table a second time, written from the other side: what each role may call, with which
// relations ('-' none, s sender, r recipient, c recorder, p party). What is not here is refused.
using Rpcs = std::map<std::string, std::string>;

const Rpcs& ExpectedOfAgencies() {
  static const auto& rpcs = *new Rpcs{{"Match", "-srcp"},
                                      {"Submit", "-srcp"},
                                      {"SubmitBatch", "-srcp"},
                                      {"AddWraps", "s"},
                                      {"GetReferral", "sr"},
                                      {"ListReferrals", "-srcp"},
                                      {"CancelReferral", "s"},
                                      {"AttachConsent", "s"},
                                      {"ExplainRoute", "-srcp"},
                                      {"Receive", "-srcp"},
                                      {"Acknowledge", "r"},
                                      {"MarkSeen", "r"},
                                      {"Decide", "r"},
                                      {"AnswerRecall", "r"},
                                      {"ReportMismatch", "r"},
                                      {"RegisterConsent", "-srcp"},
                                      {"RegisterExclusion", "-srcp"},
                                      {"WithdrawConsent", "rc"},
                                      {"GetConsent", "rc"},
                                      {"ListDisclosures", "c"},
                                      {"ApproveOverride", "-srcp"},
                                      {"ReviewOverride", "-srcp"},
                                      {"ListEvents", "-srcp"},
                                      {"GetReceipt", "srcp"},
                                      {"GetCheckpoint", "-srcp"},
                                      {"ReadTile", "-srcp"},
                                      {"GetCertificate", "-srcp"},
                                      {"QueryEvents", "-srcp"},
                                      {"SetLegalHold", "-srcp"},
                                      {"SetCandidates", "s"},
                                      {"RerouteTask", "s"},
                                      {"AskQuestion", "r"},
                                      {"AnswerQuestion", "s"},
                                      {"StartService", "r"},
                                      {"ReportOutcome", "r"},
                                      {"RecordCall", "-srcp"},
                                      {"GetTimeline", "-srcp"},
                                      {"FollowEvents", "-srcp"},
                                      {"TakeHandoverStep", "-srcp"},
                                      {"GetHandover", "sp"},
                                      {"ListHandovers", "-srcp"},
                                      {"GetCustody", "srp"},
                                      {"ReportCustody", "-srcp"},
                                      {"GetNote", "p"},
                                      {"SetDirectoryEntry", "-srcp"},
                                      {"GetDirectoryEntry", "-srcp"},
                                      {"ListDirectory", "-srcp"},
                                      {"ReportCapacity", "-srcp"},
                                      {"SetDutyRoster", "-srcp"},
                                      {"GetDuty", "-srcp"},
                                      {"HealthCheck", "-srcp"}};
  return rpcs;
}

const std::map<Role, Rpcs>& Expected() {
  static const auto& table = *new std::map<Role, Rpcs>{
      {Role::kSystem, ExpectedOfAgencies()},
      {Role::kPerson, ExpectedOfAgencies()},
      {Role::kCoordinator,
       {{"Match", "-srcp"},         {"GetReferral", "sr"},          {"ListReferrals", "-srcp"},
        {"CancelReferral", "s"},    {"ExplainRoute", "-srcp"},      {"GetConsent", "rc"},
        {"ListDisclosures", "c"},   {"ListEvents", "-srcp"},        {"GetReceipt", "srcp"},
        {"GetCheckpoint", "-srcp"}, {"ReadTile", "-srcp"},          {"GetCertificate", "-srcp"},
        {"SetLegalHold", "-srcp"},  {"RerouteTask", "s"},           {"RecordCall", "-srcp"},
        {"ListQueue", "-srcp"},     {"ActOnItem", "-srcp"},         {"GetTimeline", "-srcp"},
        {"FollowEvents", "-srcp"},  {"GetHandover", "sp"},          {"ListHandovers", "-srcp"},
        {"GetCustody", "srp"},      {"SetDirectoryEntry", "-srcp"}, {"GetDirectoryEntry", "-srcp"},
        {"ListDirectory", "-srcp"}, {"GetDuty", "-srcp"},           {"QueryEvents", "-srcp"},
        {"HealthCheck", "-srcp"}}},
      {Role::kAuditor,
       {{"ListEvents", "-srcp"},
        {"GetReceipt", "p"},
        {"GetCheckpoint", "-srcp"},
        {"ReadTile", "-srcp"},
        {"GetCertificate", "-srcp"},
        {"QueryEvents", "-srcp"},
        {"CountEvents", "-srcp"},
        {"OpenCase", "-srcp"},
        {"GetDirectoryEntry", "-srcp"},
        {"ListDirectory", "-srcp"},
        {"HealthCheck", "-srcp"}}},
      {Role::kOperator,
       {{"GetCheckpoint", "-srcp"},
        {"ReadTile", "-srcp"},
        {"ListDeadLetters", "-srcp"},
        {"RedriveDelivery", "-srcp"},
        {"HealthCheck", "-srcp"}}},
      {Role::kBroker, {}}};
  return table;
}

bool IsExpected(Role role, Rpc rpc, Relation relation) {
  const Rpcs& rpcs = Expected().at(role);
  const auto row = rpcs.find(std::string(RpcName(rpc)));
  return row != rpcs.end() &&
         row->second.find("-srcp"[static_cast<int>(relation)]) != std::string::npos;
}

TEST(Access, EveryRoleRpcAndRelation) {
  for (const Role role : kRoles) {
    for (size_t i = 0; i < kRpcCount; ++i) {
      const Rpc rpc = static_cast<Rpc>(i);
      bool some = false;
      for (const Relation relation : kRelations) {
        const absl::Status status = CheckAccess(role, rpc, relation);
        EXPECT_EQ(status.ok(), IsExpected(role, rpc, relation))
            << crypto::RoleName(role) << " " << RpcName(rpc) << " " << static_cast<int>(relation);
        some = some || status.ok();
      }
      EXPECT_EQ(CheckRole(role, rpc).ok(), some) << RpcName(rpc);
    }
  }
}

TEST(Access, WithoutRelationAbsentAndForbiddenAreTheSame) {
  for (const Role role : kRoles) {
    for (size_t i = 0; i < kRpcCount; ++i) {
      const Rpc rpc = static_cast<Rpc>(i);
      if (!NeedsRelation(rpc)) continue;
      const absl::Status status = CheckAccess(role, rpc, Relation::kNone);
      EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
      EXPECT_EQ(ErrorReason(status), "NOT_FOUND");
      EXPECT_EQ(status, CheckAccess(Role::kBroker, Rpc::kGetReferral, Relation::kNone));
    }
  }
}

TEST(Access, ToAPartyARefusalIsNamed) {
  const absl::Status relation =
      CheckAccess(Role::kSystem, Rpc::kCancelReferral, Relation::kRecipient);
  EXPECT_EQ(relation.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(ErrorReason(relation), "RELATION_NOT_PERMITTED");
  const absl::Status role = CheckAccess(Role::kAuditor, Rpc::kDecide, Relation::kRecipient);
  EXPECT_EQ(role.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(ErrorReason(role), "ROLE_NOT_PERMITTED");
  EXPECT_EQ(ErrorReason(CheckAccess(Role::kOperator, Rpc::kSubmit, Relation::kNone)),
            "ROLE_NOT_PERMITTED");
}

// A new RPC has no row until somebody decides who may call it; then this test says so.
TEST(Access, ListsEveryRpcOfTheServices) {
  const char* root = std::getenv("AMANA_SOURCE_DIR");
  ASSERT_NE(root, nullptr);
  std::set<std::string> in_proto = {"HealthCheck"};
  for (const char* service :
       {"referral_service", "delivery_service", "consent_service", "audit_service", "audit_query",
        "admin_service", "coordination_service", "handover_service", "directory_service"}) {
    std::ifstream file(std::string(root) + "/proto/amana/v1/" + service + ".proto");
    ASSERT_TRUE(file.is_open()) << service;
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    const std::regex rpc(R"(\n\s*rpc\s+(\w+)\()");
    for (std::sregex_iterator it(text.begin(), text.end(), rpc), end; it != end; ++it) {
      in_proto.insert((*it)[1]);
    }
  }
  std::set<std::string> in_table;
  for (size_t i = 0; i < kRpcCount; ++i) in_table.emplace(RpcName(static_cast<Rpc>(i)));
  EXPECT_EQ(in_table, in_proto);
}

}  // namespace
}  // namespace amana::identity
