#include "proto/codes/codes.h"

#include <map>
#include <set>
#include <string>

#include "gtest/gtest.h"
#include "proto/codes/names.h"
#include "tests/support/domain_table.h"

namespace amana::codes {
namespace {

using tests::DomainTables;
using tests::SplitList;

TEST(CodesTest, ServiceTypesRowForRow) {
  ASSERT_FALSE(DomainTables("service_types.csv").empty());
  for (const auto& table : DomainTables("service_types.csv")) {
    for (const auto& row : table.rows) {
      const auto service = ParseCode<v1::ServiceType>(row.at("code"));
      ASSERT_TRUE(service.has_value()) << table.origin << " " << row.at("code");
      CategorySet required;
      for (const std::string& name : SplitList(row.at("required_categories"), ';')) {
        required.Add(ParseCode<v1::Category>(name).value());
      }
      EXPECT_EQ(RequiredCategories(*service), required) << row.at("code");
    }
    EXPECT_EQ(table.rows.size(), static_cast<size_t>(v1::ServiceType_MAX)) << table.origin;
  }
  EXPECT_TRUE(RequiredCategories(static_cast<v1::ServiceType>(99)).empty());
}

TEST(CodesTest, PayloadCategoriesRowForRow) {
  ASSERT_FALSE(DomainTables("payload_categories.csv").empty());
  for (const auto& table : DomainTables("payload_categories.csv")) {
    for (const auto& row : table.rows) {
      const auto category = ParseCode<v1::Category>(row.at("category"));
      ASSERT_TRUE(category.has_value()) << table.origin << " " << row.at("category");
      const bool follows = row.at("stage") == "as its category";
      EXPECT_EQ(CodeName(StageOf(*category)), follows ? "AT_ACCEPT" : row.at("stage"));
      EXPECT_EQ(IsSensitive(*category), follows || row.at("dpa_class").starts_with("sensitive"))
          << row.at("category");
    }
    EXPECT_EQ(table.rows.size(), static_cast<size_t>(v1::Category_MAX)) << table.origin;
  }
  EXPECT_EQ(StageOf(static_cast<v1::Category>(99)), v1::DISCLOSURE_STAGE_UNSPECIFIED);
  EXPECT_TRUE(IsSensitive(static_cast<v1::Category>(99)));
}

// "PT36H", "P14D": the table's ISO 8601 durations.
absl::Duration ParseIso(const std::string& text) {
  const bool days = text.back() == 'D';
  const int count = std::stoi(text.substr(days ? 1 : 2));
  return absl::Hours(days ? 24 * count : count);
}

TEST(CodesTest, UrgencySlaRowForRow) {
  ASSERT_FALSE(DomainTables("urgency_sla.csv").empty());
  for (const auto& table : DomainTables("urgency_sla.csv")) {
    for (const auto& row : table.rows) {
      const auto sla = SlaOf(ParseCode<v1::Urgency>(row.at("code")).value());
      ASSERT_TRUE(sla.has_value()) << row.at("code");
      EXPECT_EQ(sla->acknowledge, ParseIso(row.at("ack_within"))) << row.at("code");
      EXPECT_EQ(sla->decide, ParseIso(row.at("decide_within"))) << row.at("code");
      EXPECT_EQ(sla->start, ParseIso(row.at("start_service_within"))) << row.at("code");
    }
    EXPECT_EQ(table.rows.size(), static_cast<size_t>(v1::Urgency_MAX)) << table.origin;
  }
  EXPECT_EQ(SlaOf(v1::URGENCY_UNSPECIFIED), std::nullopt);
}

TEST(CodesTest, ReasonKindsRowForRow) {
  // HTCDS reasons are sealed with the services, exits are a list of their own: neither is a Reason.
  const std::map<std::string, ReasonKind> kinds = {
      {"DECLINE", ReasonKind::kDecline}, {"OUTCOME", ReasonKind::kOutcome},
      {"CANCEL", ReasonKind::kCancel},   {"ESCALATE", ReasonKind::kEscalate},
      {"SYSTEM", ReasonKind::kSystem},
  };
  ASSERT_FALSE(DomainTables("reason_codes.csv").empty());
  for (const auto& table : DomainTables("reason_codes.csv")) {
    std::map<ReasonKind, size_t> seen;
    for (const auto& row : table.rows) {
      const auto kind = kinds.find(row.at("kind"));
      if (kind == kinds.end()) continue;
      const auto reason = ParseCode<v1::Reason>(row.at("code"));
      ASSERT_TRUE(reason.has_value()) << table.origin << " " << row.at("code");
      EXPECT_EQ(KindOf(*reason), kind->second) << row.at("code");
      ++seen[kind->second];
    }
    for (const auto& [name, kind] : kinds) {
      size_t in_code = 0;
      for (int number = 0; number <= v1::Reason_MAX; ++number) {
        in_code += KindOf(static_cast<v1::Reason>(number)) == kind;
      }
      EXPECT_EQ(in_code, seen[kind]) << name << " in " << table.origin;
    }
  }
}

TEST(CodesTest, ExitCodesRowForRow) {
  ASSERT_FALSE(DomainTables("reason_codes.csv").empty());
  for (const auto& table : DomainTables("reason_codes.csv")) {
    int exits = 0;
    for (const auto& row : table.rows) {
      if (row.at("kind") != "EXIT") continue;
      EXPECT_TRUE(ParseCode<v1::ExitCode>(row.at("code")).has_value()) << row.at("code");
      ++exits;
    }
    EXPECT_EQ(exits, v1::ExitCode_MAX) << table.origin;
  }
  EXPECT_EQ(KindOf(v1::REASON_NO_SHOW), ReasonKind::kHandover);
}

TEST(CodesTest, EveryDecisionCodeIsABlockReasonAndNoOtherIs) {
  ASSERT_FALSE(DomainTables("consent_decisions.csv").empty());
  for (const auto& table : DomainTables("consent_decisions.csv")) {
    std::set<v1::Reason> in_table;
    for (const auto& row : table.rows) {
      if (row.at("code").empty()) continue;
      const auto reason = ParseCode<v1::Reason>(row.at("code"));
      ASSERT_TRUE(reason.has_value()) << table.origin << " " << row.at("code");
      in_table.insert(*reason);
    }
    for (int number = 0; number <= v1::Reason_MAX; ++number) {
      const auto reason = static_cast<v1::Reason>(number);
      EXPECT_EQ(KindOf(reason) == ReasonKind::kBlock, in_table.contains(reason)) << number;
    }
  }
}

TEST(CodesTest, NativeErrorClasses) {
  for (const v1::Reason reason : {v1::REASON_NATIVE_UNAVAILABLE, v1::REASON_NATIVE_TIMEOUT,
                                  v1::REASON_NATIVE_SCHEMA, v1::REASON_NATIVE_UNMAPPED_CODE,
                                  v1::REASON_NATIVE_BAD_CERTIFICATE, v1::REASON_OPEN_FAILED}) {
    EXPECT_EQ(KindOf(reason), ReasonKind::kNative) << reason;
    EXPECT_EQ(IsTransient(reason),
              reason == v1::REASON_NATIVE_UNAVAILABLE || reason == v1::REASON_NATIVE_TIMEOUT);
  }
  EXPECT_EQ(KindOf(static_cast<v1::Reason>(19)), ReasonKind::kNone);
  EXPECT_EQ(KindOf(v1::REASON_UNSPECIFIED), ReasonKind::kNone);
}

TEST(CodesTest, EveryServiceHasOnePurposeThatIsNotReporting) {
  for (int number = 1; number <= v1::ServiceType_MAX; ++number) {
    const v1::Purpose purpose = PurposeOf(static_cast<v1::ServiceType>(number));
    EXPECT_TRUE(IsKnown(purpose)) << number;
    EXPECT_NE(purpose, v1::PURPOSE_REPORTING) << number;
  }
  EXPECT_EQ(PurposeOf(v1::SERVICE_TYPE_VICTIM_SCREENING), v1::PURPOSE_PROTECTION);
  EXPECT_EQ(PurposeOf(v1::SERVICE_TYPE_MEDICAL), v1::PURPOSE_HEALTH_CARE);
  EXPECT_EQ(PurposeOf(v1::SERVICE_TYPE_CRIMINAL_INVESTIGATION), v1::PURPOSE_JUSTICE);
  EXPECT_EQ(PurposeOf(v1::SERVICE_TYPE_FAMILY_TRACING), v1::PURPOSE_FAMILY_TRACING);
  EXPECT_EQ(PurposeOf(v1::SERVICE_TYPE_ASYLUM), v1::PURPOSE_TRAVEL_AND_STATUS);
  EXPECT_EQ(PurposeOf(v1::SERVICE_TYPE_EDUCATION), v1::PURPOSE_INTEGRATION);
  EXPECT_EQ(PurposeOf(static_cast<v1::ServiceType>(99)), v1::PURPOSE_UNSPECIFIED);
}

}  // namespace
}  // namespace amana::codes
