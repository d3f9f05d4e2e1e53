#include "tests/integration/five_agencies/iom_side.h"

#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace amana::five {
namespace {

// Every row of a table as JSON, but for when it was written.
constexpr const char* kDump[][2] = {
    {"cases", "SELECT (to_jsonb(t) - 'changed')::text FROM amana.cases t"},
    {"case_events", "SELECT to_jsonb(t)::text FROM amana.case_events t"},
    {"case_attachments", "SELECT to_jsonb(t)::text FROM amana.case_attachments t"},
    {"outgoing", "SELECT (to_jsonb(t) - 'created' - 'changed')::text FROM amana.outgoing t"},
    {"deliveries", "SELECT (to_jsonb(t) - 'written')::text FROM amana.deliveries t"}};

}  // namespace

absl::Status IomSide::Open(const std::string&) {
  AMANA_ASSIGN_OR_RETURN(server_, tests::PostgresProcess::Start());
  AMANA_ASSIGN_OR_RETURN(session_, iom::PgSession::Create(server_->connection()));
  return absl::OkStatus();
}

std::string IomSide::Tables() const {
  return absl::StrCat(
      "[case]\nlegal_basis = \"CONSENT\"\nembassy_contact = \"NOT_ASSESSED\"\n"
      "[native]\nconnection = \"",
      server_->connection(), "\"\n");
}

absl::StatusOr<iom::PgRows> IomSide::Ask(const char* sql, const std::vector<iom::PgValue>& values) {
  AMANA_ASSIGN_OR_RETURN(const iom::PgRows there,
                         session_->RunAlone("SELECT count(*) FROM pg_proc p JOIN pg_namespace n ON "
                                            "n.oid = p.pronamespace WHERE n.nspname = 'amana' AND "
                                            "p.proname = 'deliver'"));
  if (there.rows.at(0).at(0) == "0") return iom::PgRows();
  return session_->RunAlone(sql, values);
}

absl::Status IomSide::Refer(const Person& person) {
  referrals_.push_back(person);
  return absl::OkStatus();
}

absl::Status IomSide::Act() {
  while (!referrals_.empty()) {
    const Person& person = referrals_.front();
    const Json htcds = {{"ref_Service", "CRIMINAL_INVESTIGATION"},
                        {"ref_Recipient", "police/desk"},
                        {"ref_Urgency", "NORMAL"},
                        {"ref_SubjectClass", "ADULT"},
                        {"ref_Consent", person.consent},
                        {"prs_FirstName", person.token},
                        {"vic_TraffickingStatus", "PossibleVictimOfTrafficking"}};
    AMANA_ASSIGN_OR_RETURN(
        const iom::PgRows inserted,
        Ask("INSERT INTO amana.outgoing (native_key, kind, htcds) VALUES ($1, 'CASE', $2::jsonb) "
            "ON CONFLICT DO NOTHING",
            {"IOM-" + person.token, htcds.dump()}));
    if (inserted.changed == 0) break;
    referrals_.pop_front();
  }
  return Ask("INSERT INTO amana.outgoing (native_key, kind, case_id) SELECT 'accept-' || case_id, "
             "'ACCEPT', case_id FROM amana.cases WHERE state = 'NEW' ON CONFLICT DO NOTHING")
      .status();
}

absl::StatusOr<Effects> IomSide::Look() {
  Effects effects;
  AMANA_ASSIGN_OR_RETURN(
      const iom::PgRows rows,
      Ask("SELECT 'case ' || coalesce(htcds -> 'prs_FirstName' ->> 0, '-') FROM amana.cases UNION "
          "ALL SELECT 'whole case ' || coalesce(htcds -> 'prs_FirstName' ->> 0, '-') FROM "
          "amana.cases WHERE referral || '/' || task IN (SELECT referral || '/' || task FROM "
          "amana.cases JOIN amana.deliveries d ON d.native_id = 'case-' || case_id WHERE "
          "d.delivery_key LIKE '%AT_ACCEPT%') UNION ALL SELECT 'notice ' || about || ' ' || "
          "task "
          "|| ' ' || event FROM amana.case_events WHERE kind = 'NOTICE' UNION ALL SELECT "
          "native_key || ' ' || state FROM amana.outgoing"));
  for (const auto& row : rows.rows) ++effects[row.at(0).value_or("-")];
  return effects;
}

absl::StatusOr<Json> IomSide::Records() {
  Json records = Json::object();
  for (const auto& [table, sql] : kDump) {
    records[table] = Json::array();
    AMANA_ASSIGN_OR_RETURN(const iom::PgRows rows, Ask(sql));
    for (const auto& row : rows.rows) {
      records[table].push_back(Json::parse(row.at(0).value_or("null")));
    }
  }
  return records;
}

}  // namespace amana::five
