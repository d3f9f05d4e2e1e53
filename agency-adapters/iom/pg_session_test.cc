#include "agency-adapters/iom/pg_session.h"

#include <csignal>
#include <string>

#include "agency-adapters/iom/pg_errors.h"
#include "agency-adapters/iom/pg_for_test.h"
#include "base/status.h"

namespace amana::iom {
namespace {

class PgSessionTest : public PgTest {};

TEST(PgConnection, OnlyWhatIsSafeIsTaken) {
  for (const char* good : {"host=/run/postgresql dbname=cases", "host=127.0.0.1 port=5433",
                           "host=db.iom.test sslmode=verify-full sslrootcert=/etc/ca.pem"}) {
    EXPECT_TRUE(PgSession::Create(good).ok()) << good;
  }
  for (const char* bad :
       {"", "dbname=cases", "host=db.iom.test dbname=cases", "host=db.iom.test sslmode=require",
        "hostaddr=10.0.0.1", "dbname=cases password=SECRET", "service=cases", "no words",
        "colour=red", "host=/run/postgresql,db.iom.test"}) {
    const auto session = PgSession::Create(bad);
    EXPECT_EQ(ErrorReason(session.status()), "CONNECTION_INVALID") << bad;
    EXPECT_EQ(session.status().ToString().find("SECRET"), std::string::npos);
  }
}

TEST(PgErrors, ByTheirState) {
  const std::pair<const char*, const char*> cases[] = {
      {"40001", "DATABASE_CONFLICT"},    {"40P01", "DATABASE_CONFLICT"},
      {"57014", "DATABASE_SLOW"},        {"55P03", "DATABASE_SLOW"},
      {"22P02", "DATABASE_REFUSED"},     {"23505", "DATABASE_REFUSED"},
      {"42P01", "DATABASE_MISMATCH"},    {"42501", "DATABASE_MISMATCH"},
      {"57P01", "DATABASE_UNREACHABLE"}, {"53300", "DATABASE_UNREACHABLE"},
      {"28P01", "DATABASE_UNREACHABLE"}, {"", "DATABASE_UNREACHABLE"}};
  for (const auto& [state, reason] : cases) {
    EXPECT_EQ(ErrorReason(DatabaseError(state, "", "")), reason) << state;
  }
}

TEST_F(PgSessionTest, ParametersAreParameters) {
  const std::string nasty = "'; DROP SCHEMA public; -- \\ \" $1 \xC3\xA9\n";
  const std::vector<std::string> list = {nasty, "a,b", "{}", "", "NULL"};
  const auto session = Session();
  ASSERT_TRUE(session
                  ->Transaction([&]() -> absl::Status {
                    const PgValue values[] = {nasty, std::nullopt, PgArray(list)};
                    AMANA_ASSIGN_OR_RETURN(
                        const PgRows rows,
                        session->Run("SELECT $1::text, $2::text, array_length($3::text[], 1), "
                                     "($3::text[])[1], ($3::text[])[5]",
                                     values));
                    EXPECT_EQ(rows.rows.at(0),
                              (std::vector<PgValue>{nasty, std::nullopt, "5", nasty, "NULL"}));
                    const PgValue zero[] = {std::string("a\0b", 3)};
                    EXPECT_EQ(ErrorReason(session->Run("SELECT $1::text", zero).status()),
                              "DATABASE_REFUSED");
                    return absl::OkStatus();
                  })
                  .ok());
}

TEST_F(PgSessionTest, AConflictIsTriedAgainAndAnErrorIsUndone) {
  const auto session = Session();
  Do("CREATE SCHEMA amana");
  Do("CREATE TABLE amana.t (n integer PRIMARY KEY)");
  int tries = 0;
  const absl::Status done = session->Transaction([&]() -> absl::Status {
    AMANA_RETURN_IF_ERROR(session->Run("INSERT INTO amana.t VALUES (1)").status());
    if (++tries < 3) {
      return session->RunScript("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END $$");
    }
    return absl::OkStatus();
  });
  EXPECT_TRUE(done.ok()) << done;
  EXPECT_EQ(tries, 3);
  EXPECT_EQ(One("SELECT count(*) FROM amana.t"), "1");

  tries = 0;
  const absl::Status refused = session->Transaction([&]() -> absl::Status {
    ++tries;
    AMANA_RETURN_IF_ERROR(session->Run("INSERT INTO amana.t VALUES (2)").status());
    return session->Run("INSERT INTO amana.t VALUES (1)").status();
  });
  EXPECT_EQ(ErrorReason(refused), "DATABASE_REFUSED");
  EXPECT_EQ(ErrorField(refused), "t_pkey");
  EXPECT_EQ(tries, 1);
  EXPECT_EQ(One("SELECT count(*) FROM amana.t"), "1");
}

TEST_F(PgSessionTest, WorkThatHidAFailureIsNotCommitted) {
  const auto session = Session();
  const absl::Status done = session->Transaction([&]() -> absl::Status {
    session->Run("SELECT 1/0").IgnoreError();
    return absl::OkStatus();
  });
  EXPECT_EQ(ErrorReason(done), "DATABASE_REFUSED");
}

TEST_F(PgSessionTest, ALostConnectionIsMadeAnewAndAServerThatIsAwayIsSaidSo) {
  const auto session = Session();
  ASSERT_TRUE(session->Ping().ok());
  int tries = 0;
  const absl::Status done = session->Transaction([&]() -> absl::Status {
    if (++tries == 1) {
      Do("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = "
         "'amana-iom' AND pid <> pg_backend_pid()");
    }
    return session->Run("SELECT 1").status();
  });
  EXPECT_TRUE(done.ok()) << done;
  EXPECT_EQ(tries, 2);

  server_->Stop();
  EXPECT_EQ(ErrorReason(session->Ping()), "DATABASE_UNREACHABLE");
  ASSERT_TRUE(server_->Up().ok());
  EXPECT_TRUE(session->Transaction([&] { return session->Run("SELECT 1").status(); }).ok());
}

// Its kernel goes on acknowledging, and its own time limits are asleep with it.
TEST_F(PgSessionTest, AServerThatStandsStillHoldsNobody) {
  const auto session = PgSession::Create(server_->connection(), absl::Milliseconds(300)).value();
  const auto pid = session->RunAlone("SELECT pg_backend_pid()");
  ASSERT_TRUE(pid.ok()) << pid.status();
  const int backend = std::stoi(pid->rows.at(0).at(0).value());
  ASSERT_EQ(kill(backend, SIGSTOP), 0);
  EXPECT_EQ(ErrorReason(session->Ping()), "DATABASE_UNREACHABLE");
  EXPECT_EQ(kill(backend, SIGCONT), 0);
  EXPECT_TRUE(session->Ping().ok()) << "over a connection that is new";
}

}  // namespace
}  // namespace amana::iom
