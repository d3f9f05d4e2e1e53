// Plain: a prepared INSERT a row into a table like the adapter's, committed by itself; read by one
// SELECT, and two UPDATEs a row, each committed.
#include <libpq-fe.h>

#include "agency-adapters/iom/iom_adapter.h"
#include "agency-adapters/iom/pg_session.h"
#include "base/status.h"
#include "tests/bench/adapters_side.h"
#include "tests/support/postgres_process.h"

namespace amana::tests {
namespace {

constexpr char kHtcds[] =
    R"({"prs_FirstName": ["TESTCASE-1"], "prs_SecondName": ["SYNTHETIC"], "prs_Birthdate":
["1999-01-01"], "prs_Gender": ["Feminine"], "prs_PrimaryLanguage": ["swa"], "prs_Citizenship":
["UGA"], "prs_MobilePhone": ["+254 700 000 000"], "vic_TypeOfExploitation": ["ForcedLabour"],
"vic_MethodsOfControl": ["WithholdsDocuments", "TakesEarnings"], "hte_Country": ["KEN"]})";

struct CloseConnection {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};

class IomSide final : public AdapterSide {
 public:
  static absl::StatusOr<std::unique_ptr<AdapterSide>> Open() {
    auto side = std::make_unique<IomSide>();
    AMANA_ASSIGN_OR_RETURN(side->postgres_, PostgresProcess::Start(/*durable=*/true));
    AMANA_ASSIGN_OR_RETURN(auto session, iom::PgSession::Create(side->postgres_->connection()));
    auto tables = std::make_unique<iom::CaseTables>(std::move(session));
    AMANA_RETURN_IF_ERROR(tables->Prepare());
    side->adapter_ = std::make_unique<iom::IomAdapter>(std::move(tables));
    side->plain_.reset(PQconnectdb(side->postgres_->connection().c_str()));
    PGconn* const plain = side->plain_.get();
    AMANA_RETURN_IF_ERROR(
        Check(PQexec(plain, "CREATE TABLE amana.plain_cases (LIKE amana.cases INCLUDING ALL)")));
    AMANA_RETURN_IF_ERROR(Check(PQprepare(
        plain, "case",
        "INSERT INTO amana.plain_cases (delivery_key, referral, task, sender, recipient, service, "
        "urgency, test, withheld, received, htcds) VALUES ($1, $2, 0, 'police-a/dci', 'iom/desk', "
        "'CASE_TRANSFER', 'NORMAL', false, false, now(), $3::jsonb)",
        3, nullptr)));
    AMANA_RETURN_IF_ERROR(Check(
        PQprepare(plain, "settle",
                  "UPDATE amana.outgoing SET state = $2, referral = $3, changed = now() WHERE "
                  "native_key = $1",
                  3, nullptr)));
    AMANA_RETURN_IF_ERROR(Check(PQprepare(
        plain, "fill",
        "INSERT INTO amana.outgoing (native_key, kind, htcds) VALUES ($1, 'CASE', $2::jsonb)", 2,
        nullptr)));
    return side;
  }

  const char* name() const override { return "iom"; }
  const char* server() const override { return "PostgreSQL"; }
  runtime::Adapter& adapter() override { return *adapter_; }

  runtime::NativeDelivery Delivery(uint64_t number) const override {
    runtime::NativeDelivery delivery;
    delivery.key = BenchKey(number);
    delivery.referral = BenchReferral(number);
    delivery.sender = "police-a/dci";
    delivery.recipient = "iom/desk";
    delivery.service = "CASE_TRANSFER";
    delivery.urgency = "NORMAL";
    delivery.record.fields = {{"prs_FirstName", {"TESTCASE-1"}},
                              {"prs_SecondName", {"SYNTHETIC"}},
                              {"prs_Birthdate", {"1999-01-01"}},
                              {"prs_Gender", {"Feminine"}},
                              {"prs_PrimaryLanguage", {"swa"}},
                              {"prs_Citizenship", {"UGA"}},
                              {"prs_MobilePhone", {"+254 700 000 000"}},
                              {"vic_TypeOfExploitation", {"ForcedLabour"}},
                              {"vic_MethodsOfControl", {"WithholdsDocuments", "TakesEarnings"}},
                              {"hte_Country", {"KEN"}}};
    return delivery;
  }

  absl::Status PlainWrite(uint64_t number) override {
    return Run("case", {BenchKey(number), BenchReferral(number), kHtcds});
  }

  absl::Status Fill(size_t items, bool) override {
    for (size_t i = 0; i < items; ++i) {
      AMANA_RETURN_IF_ERROR(Run("fill", {"row-" + std::to_string(++row_), kHtcds}));
    }
    return absl::OkStatus();
  }

  absl::Status PlainRead(size_t items) override {
    PGresult* const rows =
        PQexec(plain_.get(),
               "SELECT native_key, kind, htcds::text FROM amana.outgoing WHERE state = 'READY' "
               "ORDER BY outgoing_id LIMIT 1000");
    std::vector<std::string> keys;
    for (int i = 0; i < PQntuples(rows); ++i) keys.emplace_back(PQgetvalue(rows, i, 0));
    AMANA_RETURN_IF_ERROR(Check(rows));
    if (keys.size() != items) return absl::InternalError("rows of another slice are left");
    for (const std::string& key : keys) {
      for (const char* state : {"TAKEN", "ACCEPTED"}) {
        AMANA_RETURN_IF_ERROR(Run("settle", {key, state, BenchReferral(1)}));
      }
    }
    return absl::OkStatus();
  }

 private:
  static absl::Status Check(PGresult* result) {
    const ExecStatusType status = PQresultStatus(result);
    PQclear(result);
    const bool good = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
    return good ? absl::OkStatus() : absl::InternalError("the plain PostgreSQL client failed");
  }
  absl::Status Run(const char* statement, const std::vector<std::string>& values) {
    std::vector<const char*> texts;
    for (const std::string& value : values) texts.push_back(value.c_str());
    return Check(PQexecPrepared(plain_.get(), statement, static_cast<int>(texts.size()),
                                texts.data(), nullptr, nullptr, 0));
  }

  std::unique_ptr<PostgresProcess> postgres_;
  std::unique_ptr<iom::IomAdapter> adapter_;
  std::unique_ptr<PGconn, CloseConnection> plain_;
  uint64_t row_ = 0;
};

}  // namespace

absl::StatusOr<std::unique_ptr<AdapterSide>> OpenIomSide() { return IomSide::Open(); }

}  // namespace amana::tests
