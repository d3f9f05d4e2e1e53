#include "agency-adapters/iom/pg_schema.h"

#include <charconv>

#include "agency-adapters/iom/pg_errors.h"
#include "base/status.h"

namespace amana::iom {
namespace {

// What came: a case is one row a referral version and service, an event one row a delivery. What is
// to go out is put into `outgoing` by the agency's programs. `htcds` holds the standard's fields,
// each a list of texts. Never change a script that was released: add one.
constexpr const char* kTables = R"sql(
CREATE TABLE amana.deliveries (
  delivery_key text PRIMARY KEY,
  kind text NOT NULL,
  native_id text NOT NULL,
  written timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE amana.cases (
  case_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  delivery_key text NOT NULL UNIQUE,
  referral text NOT NULL,
  task integer NOT NULL,
  sender text NOT NULL,
  recipient text NOT NULL,
  service text NOT NULL,
  urgency text NOT NULL,
  test boolean NOT NULL,
  withheld boolean NOT NULL,
  received timestamptz NOT NULL,
  expires timestamptz,
  state text NOT NULL DEFAULT 'NEW' CHECK (state IN ('NEW', 'RECALLED')),
  reason text NOT NULL DEFAULT '',
  htcds jsonb NOT NULL,
  changed timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX cases_once ON amana.cases (referral, task) WHERE state <> 'RECALLED';
CREATE TABLE amana.case_events (
  event_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  delivery_key text NOT NULL UNIQUE,
  kind text NOT NULL CHECK (kind IN ('UPDATE', 'RECALL', 'NOTICE')),
  case_id bigint REFERENCES amana.cases,
  about text NOT NULL,
  referral text NOT NULL,
  task integer NOT NULL,
  event text NOT NULL,
  reason text NOT NULL,
  words text NOT NULL,
  htcds jsonb NOT NULL,
  happened timestamptz
);
CREATE TABLE amana.case_attachments (
  attachment_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  case_id bigint REFERENCES amana.cases,
  delivery_key text NOT NULL,
  category text NOT NULL,
  media_type text NOT NULL,
  content bytea NOT NULL
);
CREATE INDEX case_attachments_of ON amana.case_attachments (case_id);
CREATE INDEX case_events_of ON amana.case_events (case_id);
CREATE TABLE amana.outgoing (
  outgoing_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  native_key text NOT NULL UNIQUE CHECK (native_key ~ '^[!-~]{1,200}$'),
  kind text NOT NULL CHECK (kind IN ('CASE', 'SEEN', 'ACCEPT', 'DECLINE', 'ASK', 'START',
    'COMPLETE', 'FAIL', 'UPDATE', 'CANCEL', 'HANDOVER')),
  case_id bigint REFERENCES amana.cases,
  about text NOT NULL DEFAULT '',
  task integer NOT NULL DEFAULT 0,
  htcds jsonb NOT NULL DEFAULT '{}',
  code text NOT NULL DEFAULT '',
  categories text[] NOT NULL DEFAULT '{}',
  words text NOT NULL DEFAULT '',
  details jsonb NOT NULL DEFAULT '{}',
  state text NOT NULL DEFAULT 'READY' CHECK (state IN ('READY', 'TAKEN', 'ACCEPTED', 'REFUSED')),
  referral text NOT NULL DEFAULT '',
  reason text NOT NULL DEFAULT '',
  field text NOT NULL DEFAULT '',
  created timestamptz NOT NULL DEFAULT now(),
  changed timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX outgoing_ready ON amana.outgoing (outgoing_id) WHERE state = 'READY';
)sql";

// One delivery, in one way to the server and back. Who writes it holds its key until the commit, a
// writer that has died since included: so who asks after it (CaseTables::Find) is not told too
// early that it is not there. What was recalled takes nothing more.
constexpr const char* kDeliver = R"sql(
CREATE FUNCTION amana.deliver(p_key text, p_kind text, p_case bigint, p_about text, p_referral text,
  p_task integer, p_sender text, p_recipient text, p_service text, p_urgency text, p_test boolean,
  p_withheld boolean, p_at timestamptz, p_expires timestamptz, p_htcds jsonb, p_event text,
  p_reason text, p_words text, p_attachments jsonb) RETURNS text LANGUAGE plpgsql AS $deliver$
DECLARE
  v_id text;
  v_number bigint;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(p_key, 7019242631));
  SELECT native_id INTO v_id FROM amana.deliveries WHERE delivery_key = p_key;
  IF FOUND THEN RETURN v_id; END IF;
  IF p_kind IN ('CASE', 'UPDATE') AND p_case IS NOT NULL THEN
    UPDATE amana.cases SET htcds = htcds || p_htcds, withheld = p_withheld, changed = now()
      WHERE case_id = p_case AND state <> 'RECALLED';
    IF NOT FOUND THEN
      p_htcds := '{}';
      p_words := '';
      p_attachments := '[]';
    END IF;
  END IF;
  IF p_kind = 'CASE' AND p_case IS NOT NULL THEN
    v_number := p_case;
    v_id := 'case-' || v_number;
  ELSIF p_kind = 'CASE' THEN
    INSERT INTO amana.cases AS c (delivery_key, referral, task, sender, recipient, service, urgency,
      test, withheld, received, expires, htcds) VALUES (p_key, p_referral, p_task, p_sender,
      p_recipient, p_service, p_urgency, p_test, p_withheld, coalesce(p_at, now()), p_expires,
      p_htcds)
      ON CONFLICT (referral, task) WHERE state <> 'RECALLED' DO UPDATE SET
        htcds = c.htcds || EXCLUDED.htcds, withheld = EXCLUDED.withheld, changed = now()
      RETURNING case_id INTO v_number;
    v_id := 'case-' || v_number;
  ELSE
    IF p_kind = 'RECALL' THEN
      UPDATE amana.cases SET state = 'RECALLED', reason = p_reason, htcds = '{}', changed = now()
        WHERE case_id = p_case;
      UPDATE amana.case_events SET htcds = '{}', words = '' WHERE case_id = p_case;
      DELETE FROM amana.case_attachments WHERE case_id = p_case;
    END IF;
    INSERT INTO amana.case_events (delivery_key, kind, case_id, about, referral, task, event,
      reason, words, htcds, happened) VALUES (p_key, p_kind, p_case, p_about, p_referral, p_task,
      p_event, p_reason, p_words, p_htcds, p_at)
      RETURNING event_id INTO v_number;
    v_id := 'event-' || v_number;
  END IF;
  INSERT INTO amana.case_attachments (case_id, delivery_key, category, media_type, content)
    SELECT CASE WHEN p_kind = 'CASE' THEN v_number ELSE p_case END, p_key, a ->> 'category',
      a ->> 'media_type', decode(a ->> 'content', 'base64')
    FROM jsonb_array_elements(p_attachments) AS a;
  INSERT INTO amana.deliveries (delivery_key, kind, native_id) VALUES (p_key, p_kind, v_id);
  RETURN v_id;
END $deliver$;
)sql";

// For people and programs that want columns: the standard's fields that a referral carries.
constexpr const char* kColumns = R"sql(
CREATE VIEW amana.htcds_cases AS SELECT
  case_id, referral, task, sender, service, urgency, test, withheld, received, expires, state,
  htcds -> 'prs_Salutation' ->> 0 AS "prs_Salutation",
  htcds -> 'prs_FirstName' ->> 0 AS "prs_FirstName",
  htcds -> 'prs_MiddleName' ->> 0 AS "prs_MiddleName",
  htcds -> 'prs_SecondName' ->> 0 AS "prs_SecondName",
  htcds -> 'prs_Birthdate' ->> 0 AS "prs_Birthdate",
  htcds -> 'prs_Gender' ->> 0 AS "prs_Gender",
  htcds -> 'prs_MaritalStatus' ->> 0 AS "prs_MaritalStatus",
  htcds -> 'prs_NumberOfChildren' ->> 0 AS "prs_NumberOfChildren",
  htcds -> 'prs_PrimaryLanguage' ->> 0 AS "prs_PrimaryLanguage",
  htcds -> 'prs_SecondaryLanguage' ->> 0 AS "prs_SecondaryLanguage",
  htcds -> 'prs_HighestLevelOfEducation' ->> 0 AS "prs_HighestLevelOfEducation",
  ARRAY(SELECT jsonb_array_elements_text(htcds -> 'prs_Citizenship')) AS "prs_Citizenship",
  htcds -> 'prs_IdentityNumber' ->> 0 AS "prs_IdentityNumber",
  htcds -> 'prs_Title' ->> 0 AS "prs_Title",
  htcds -> 'prs_Email' ->> 0 AS "prs_Email",
  htcds -> 'prs_HomePhone' ->> 0 AS "prs_HomePhone",
  htcds -> 'prs_MobilePhone' ->> 0 AS "prs_MobilePhone",
  htcds -> 'prs_MailingCity' ->> 0 AS "prs_MailingCity",
  htcds -> 'prs_MailingCountry' ->> 0 AS "prs_MailingCountry",
  htcds -> 'prs_MailingState' ->> 0 AS "prs_MailingState",
  htcds -> 'prs_MailingStreet' ->> 0 AS "prs_MailingStreet",
  htcds -> 'prs_MailingPostalCode' ->> 0 AS "prs_MailingPostalCode",
  htcds -> 'vic_TraffickingStatus' ->> 0 AS "vic_TraffickingStatus",
  htcds -> 'vic_TraffickingStatusDecisionMakingOrg' ->> 0 AS "vic_TraffickingStatusDecisionMakingOrg",
  htcds -> 'vic_RelationshipToTrafficker' ->> 0 AS "vic_RelationshipToTrafficker",
  htcds -> 'vic_AgeWhenTrafficked' ->> 0 AS "vic_AgeWhenTrafficked",
  ARRAY(SELECT jsonb_array_elements_text(htcds -> 'vic_RecruitmentWebsitesAndApps')) AS "vic_RecruitmentWebsitesAndApps",
  ARRAY(SELECT jsonb_array_elements_text(htcds -> 'vic_MethodOfRecruitment')) AS "vic_MethodOfRecruitment",
  htcds -> 'vic_LocationOfRecruitment' ->> 0 AS "vic_LocationOfRecruitment",
  ARRAY(SELECT jsonb_array_elements_text(htcds -> 'vic_MethodsOfControl')) AS "vic_MethodsOfControl",
  ARRAY(SELECT jsonb_array_elements_text(htcds -> 'vic_TypeOfExploitation')) AS "vic_TypeOfExploitation",
  ARRAY(SELECT jsonb_array_elements_text(htcds -> 'vic_ForcedLabourIndustry')) AS "vic_ForcedLabourIndustry",
  ARRAY(SELECT jsonb_array_elements_text(htcds -> 'vic_TypeOfSexExploitation')) AS "vic_TypeOfSexExploitation",
  htcds -> 'vic_LocationOfExploitation' ->> 0 AS "vic_LocationOfExploitation",
  ARRAY(SELECT jsonb_array_elements_text(htcds -> 'vic_ExploitationWebsitesAndApps')) AS "vic_ExploitationWebsitesAndApps",
  ARRAY(SELECT jsonb_array_elements_text(htcds -> 'vic_Vulnerabilities')) AS "vic_Vulnerabilities",
  htcds -> 'vic_DetailsOfVulnerabilities' ->> 0 AS "vic_DetailsOfVulnerabilities",
  ARRAY(SELECT jsonb_array_elements_text(htcds -> 'per_RoleInProcess')) AS "per_RoleInProcess",
  htcds -> 'per_RoleDetails' ->> 0 AS "per_RoleDetails",
  htcds -> 'cas_ReasonForOutgoingReferral' ->> 0 AS "cas_ReasonForOutgoingReferral",
  htcds -> 'cas_OutgoingReferralDetails' ->> 0 AS "cas_OutgoingReferralDetails",
  htcds -> 'hte_Longitude' ->> 0 AS "hte_Longitude",
  htcds -> 'hte_Latitude' ->> 0 AS "hte_Latitude",
  htcds -> 'hte_City' ->> 0 AS "hte_City",
  htcds -> 'hte_Country' ->> 0 AS "hte_Country",
  htcds -> 'hte_State' ->> 0 AS "hte_State",
  htcds -> 'hte_Street' ->> 0 AS "hte_Street",
  htcds -> 'hte_PostalCode' ->> 0 AS "hte_PostalCode",
  htcds -> 'hte_Date' ->> 0 AS "hte_Date",
  htcds -> 'hte_Type' ->> 0 AS "hte_Type",
  htcds -> 'hte_Description' ->> 0 AS "hte_Description",
  htcds -> 'spl_Objectives' ->> 0 AS "spl_Objectives",
  htcds -> 'spl_Type' ->> 0 AS "spl_Type"
FROM amana.cases;
)sql";

constexpr const char* kScripts[] = {kTables, kDeliver, kColumns};

// Of amana's in the database's own numbering: programs that migrate at once wait for each other.
constexpr const char* kLock = "SELECT pg_advisory_xact_lock(7019242631)";

absl::StatusOr<size_t> VersionOf(PgSession& session) {
  AMANA_RETURN_IF_ERROR(session.Run(kLock).status());
  AMANA_RETURN_IF_ERROR(session.RunScript(
      "CREATE SCHEMA IF NOT EXISTS amana;"
      "CREATE TABLE IF NOT EXISTS amana.schema_version ("
      "version integer PRIMARY KEY, applied timestamptz NOT NULL DEFAULT now())"));
  AMANA_ASSIGN_OR_RETURN(const PgRows rows,
                         session.Run("SELECT coalesce(max(version), 0) FROM amana.schema_version"));
  const std::string text = rows.rows.at(0).at(0).value_or("0");
  size_t version = 0;
  std::from_chars(text.data(), text.data() + text.size(), version);
  return version;
}

}  // namespace

std::span<const char* const> CaseTableScripts() { return kScripts; }

absl::Status Migrate(PgSession& session, std::span<const char* const> scripts) {
  for (bool done = false; !done;) {
    AMANA_RETURN_IF_ERROR(session.Transaction([&]() -> absl::Status {
      AMANA_ASSIGN_OR_RETURN(const size_t version, VersionOf(session));
      done = version == scripts.size();
      if (done) return absl::OkStatus();
      if (version > scripts.size()) {
        return SchemaTooNewError(static_cast<int>(version), static_cast<int>(scripts.size()));
      }
      AMANA_RETURN_IF_ERROR(session.RunScript(scripts[version]));
      const PgValue next[] = {std::to_string(version + 1)};
      return session.Run("INSERT INTO amana.schema_version (version) VALUES ($1)", next).status();
    }));
  }
  return absl::OkStatus();
}

}  // namespace amana::iom
