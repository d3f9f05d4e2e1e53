// IOM: case tables in PostgreSQL; a case worker there accepts what has come by inserting a row.
#ifndef AMANA_TESTS_INTEGRATION_FIVE_AGENCIES_IOM_SIDE_H_
#define AMANA_TESTS_INTEGRATION_FIVE_AGENCIES_IOM_SIDE_H_

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "agency-adapters/iom/pg_session.h"
#include "tests/integration/five_agencies/side.h"
#include "tests/support/postgres_process.h"

namespace amana::five {

class IomSide final : public Side {
 public:
  absl::Status Open(const std::string& folder) override;
  std::string Tables() const override;
  // To the police, for an investigation.
  absl::Status Refer(const Person& person) override;
  absl::Status Act() override;
  absl::StatusOr<Effects> Look() override;
  absl::StatusOr<Json> Records() override;

 private:
  // What the statement answers; none while the adapter has not made its tables.
  absl::StatusOr<iom::PgRows> Ask(const char* sql, const std::vector<iom::PgValue>& values = {});

  std::unique_ptr<tests::PostgresProcess> server_;
  std::unique_ptr<iom::PgSession> session_;
  std::deque<Person> referrals_;  // not inserted yet
};

}  // namespace amana::five

#endif  // AMANA_TESTS_INTEGRATION_FIVE_AGENCIES_IOM_SIDE_H_
