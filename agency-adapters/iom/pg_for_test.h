// For the tests of this room that need a real PostgreSQL: one server for the whole program.
#ifndef AMANA_AGENCY_ADAPTERS_IOM_PG_FOR_TEST_H_
#define AMANA_AGENCY_ADAPTERS_IOM_PG_FOR_TEST_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "agency-adapters/iom/pg_session.h"
#include "tests/support/postgres_process.h"

namespace amana::iom {

class PgTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (server_ != nullptr) return;
    auto started = tests::PostgresProcess::Start();
    ASSERT_TRUE(started.ok()) << started.status();
    server_ = *std::move(started);
  }

  void SetUp() override {
    ASSERT_NE(server_, nullptr);
    Do("DROP SCHEMA IF EXISTS amana CASCADE");
  }

  static std::unique_ptr<PgSession> Session() {
    return PgSession::Create(server_->connection()).value();
  }
  // A statement of the agency's own programs; the first column of what it answers, "-" for NULL.
  std::vector<std::string> Do(const char* sql) {
    std::vector<std::string> texts;
    const absl::Status done = agency_->Transaction([&]() -> absl::Status {
      auto rows = agency_->Run(sql);
      if (!rows.ok()) return rows.status();
      texts.clear();
      for (const auto& row : rows->rows) texts.push_back(row.at(0).value_or("-"));
      return absl::OkStatus();
    });
    EXPECT_TRUE(done.ok()) << sql << done;
    return texts;
  }
  std::string One(const char* sql) {
    const std::vector<std::string> texts = Do(sql);
    EXPECT_EQ(texts.size(), 1u) << sql;
    return texts.empty() ? "" : texts[0];
  }

  // Ends with the program.
  static inline std::unique_ptr<tests::PostgresProcess> server_;
  std::unique_ptr<PgSession> agency_ = Session();
};

}  // namespace amana::iom

#endif  // AMANA_AGENCY_ADAPTERS_IOM_PG_FOR_TEST_H_
