#include <algorithm>
#include <optional>
#include <utility>

#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/consent_lookup.h"
#include "agency-adapters/cli/consent_options.h"
#include "agency-adapters/cli/import_plan.h"
#include "agency-adapters/cli/progress.h"
#include "agency-adapters/cli/referral_options.h"
#include "agency-adapters/cli/sending.h"
#include "agency-adapters/cli/values.h"
#include "agency-adapters/iom/htcds_xform.h"
#include "base/durable_file.h"
#include "base/status.h"
#include "proto/crypto/random.h"

namespace amana::cli {
namespace {

constexpr char kConsentPrefix[] = "--consent-";

struct Options {
  std::string file, report;
  ReferralOptions referral;
  ConsentOptions consent;
  std::vector<std::string> section_pairs;
  bool register_consent = false, incomplete = false, dry_run = false, send = false;
};

// What became of the rows that the file itself did not refuse.
struct Outcome {
  Json rows = Json::array();
  size_t queued = 0, known = 0, refused = 0;
  std::string text;
};

class Import {
 public:
  Import(Context& context, const Options& options) : context_(context), o_(options) {}

  Result Run() {
    AMANA_ASSIGN_OR_RETURN(targets_, TargetsOf(o_.referral));
    for (const Target& target : targets_) services_.push_back(target.service);
    AMANA_ASSIGN_OR_RETURN(common_, ReadSections(o_.section_pairs, {}));
    AMANA_RETURN_IF_ERROR(CheckConsent());
    AMANA_ASSIGN_OR_RETURN(const std::string bytes, RealFileSystem().Read(o_.file));
    now_ = context_.clock().Now();
    today_ = absl::ToCivilDay(now_, absl::UTCTimeZone());
    AMANA_ASSIGN_OR_RETURN(
        const iom::ImportResult read,
        iom::ImportHtcdsFile(bytes, {.service = services_.front(), .today = today_}));
    if (!o_.dry_run) {
      AMANA_RETURN_IF_ERROR(Prepare());
    }
    const World& world = context_.world();
    {
      Progress progress(world.err, world.err_is_tty, world.clock, "sealing", read.rows.size());
      for (const iom::ImportedRow& row : read.rows) {
        if (world.stop()) break;
        AMANA_RETURN_IF_ERROR(Take(row));
        progress.Advance();
      }
    }
    return Finish(read.report);
  }

 private:
  // A row's checkbox is no consent: the operator says what the people's consent was, and shows it.
  absl::Status CheckConsent() const {
    AMANA_ASSIGN_OR_RETURN(const auto basis,
                           CodeOption<v1::LegalBasis>("--legal-basis", o_.referral.legal_basis));
    if (!o_.register_consent && basis == v1::LEGAL_BASIS_CONSENT) {
      return UsageError("--register-consent",
                        "a ticked con_Consent is no consent record: describe the consent with "
                        "--register-consent and --consent-..., or name another --legal-basis");
    }
    if (!o_.register_consent) return absl::OkStatus();
    return MakeConsent(o_.consent, kConsentPrefix, context_.clock().Now()).status();
  }

  absl::Status Prepare() {
    AMANA_ASSIGN_OR_RETURN(const sdk::Identity* identity, context_.identity());
    AMANA_ASSIGN_OR_RETURN(key_, ImportKey(identity->data()));
    agency_ = identity->agency();
    AMANA_RETURN_IF_ERROR(AddCertificates(context_, o_.referral));
    // Of whatever age: the rows tell.
    AMANA_ASSIGN_OR_RETURN(
        const v1::ReferralHeader anybody,
        MakeHeader(o_.referral, targets_, v1::SUBJECT_CLASS_UNSPECIFIED, context_.clock().Now()));
    AMANA_ASSIGN_OR_RETURN(recipients_, RecipientsOf(context_, o_.referral, targets_, anybody));
    return absl::OkStatus();
  }

  // Errors of the row are its refusal; errors of this machine end the import.
  absl::Status Take(const iom::ImportedRow& row) {
    const absl::StatusOr<PlannedRow> planned =
        PlanRow(row, common_, services_, today_, o_.incomplete);
    if (!planned.ok()) return Refuse(row.row, planned.status());
    if (absl::Status error = CheckGiver(*planned); !error.ok()) return Refuse(row.row, error);
    if (o_.dry_run) {
      ++outcome_.queued;
      outcome_.rows.push_back({{"row", row.row}, {"state", "WOULD_BE_QUEUED"}});
      return absl::OkStatus();
    }
    const StatementKey key{agency_, RowReferralId(key_, row, TargetsText()), 1};
    AMANA_ASSIGN_OR_RETURN(sdk::Sender * sender, context_.sender());
    const auto known = sender->outbox().FindSubmission(key);
    if (known.ok()) return Note(row.row, key, "KNOWN", outcome_.known);
    if (ErrorReason(known.status()) != "ENTRY_UNKNOWN") return known.status();
    absl::Status queued = Queue(*planned, key);
    if (queued.ok()) return Note(row.row, key, "QUEUED", outcome_.queued);
    // What is wrong with one row's content; anything else would befall every row.
    const std::string reason = ErrorReason(queued);
    return reason == "CONTENT_TOO_LARGE" || reason == "EMBASSY_PROHIBITED" ? Refuse(row.row, queued)
                                                                           : queued;
  }

  // Whoever is under age, or may be, does not consent alone.
  absl::Status CheckGiver(const PlannedRow& row) const {
    if (!o_.register_consent || o_.consent.given_by != "SELF" ||
        row.subject.subject_class == v1::SUBJECT_CLASS_ADULT) {
      return absl::OkStatus();
    }
    return MakeError(absl::StatusCode::kFailedPrecondition, "GUARDIAN_REQUIRED", "prs_Birthdate",
                     "a minor, or a person of unknown age: import such rows with the consent of "
                     "who may give it (--consent-given-by)");
  }

  absl::Status Queue(const PlannedRow& row, const StatementKey& key) {
    sdk::ReferralDraft draft;
    AMANA_ASSIGN_OR_RETURN(draft.header,
                           MakeHeader(o_.referral, targets_, row.subject.subject_class, now_));
    draft.header.mutable_assertions()->set_majority_month(row.subject.majority_month);
    draft.header.set_referral_id(key.referral.bytes());
    draft.header.set_version(key.version);
    draft.header.set_subject_pseudonym(crypto::RandomId<Pseudonym>().bytes());
    if (o_.register_consent) {
      AMANA_RETURN_IF_ERROR(RegisterConsent(row, draft.header));
    }
    draft.sections = ToDrafts(row.sections);
    draft.recipients = recipients_;
    return QueueReferral(context_, o_.referral, targets_, draft).status();
  }

  // A record of its own for every person: this referral's purposes, categories and recipients.
  absl::Status RegisterConsent(const PlannedRow& row, v1::ReferralHeader& header) {
    AMANA_ASSIGN_OR_RETURN(v1::ConsentRecord record, MakeConsent(o_.consent, kConsentPrefix, now_));
    codes::PurposeSet purposes;
    for (const v1::ServiceType service : services_) purposes.Add(codes::PurposeOf(service));
    for (const v1::Purpose purpose : purposes) record.add_purposes(purpose);
    for (const v1::Category category : CategoriesOf(row.sections)) record.add_categories(category);
    for (const sdk::DraftRecipient& recipient : recipients_) {
      *record.add_recipients() = sdk::ToWire(recipient.to);
    }
    record.set_consent_id(crypto::RandomId<ConsentId>().bytes());
    record.set_version(1);
    record.set_subject_pseudonym(header.subject_pseudonym());
    AMANA_ASSIGN_OR_RETURN(sdk::Sender * sender, context_.sender());
    AMANA_ASSIGN_OR_RETURN(const sdk::Queued queued, sender->QueueConsent(record));
    header.mutable_consent()->set_consent_id(record.consent_id());
    header.mutable_consent()->set_version(1);
    header.mutable_consent()->set_digest(queued.digest.bytes());
    return absl::OkStatus();
  }

  std::string TargetsText() const {
    std::string text;
    for (const std::string& service : o_.referral.services) text += service + ";";
    return text + o_.referral.to + ";" + std::to_string(o_.referral.county);
  }

  absl::Status Note(uint32_t row, const StatementKey& key, const char* state, size_t& count) {
    ++count;
    outcome_.rows.push_back({{"row", row}, {"state", state}, {"referral", sdk::ToString(key)}});
    return absl::OkStatus();
  }

  absl::Status Refuse(uint32_t row, const absl::Status& why) {
    ++outcome_.refused;
    Json json = {{"row", row}, {"state", "REFUSED"}};
    json.update(ErrorJson(why));
    outcome_.rows.push_back(std::move(json));
    outcome_.text += "row " + std::to_string(row) + ": " + ErrorReason(why) + ", " +
                     ErrorField(why) + ": " + std::string(why.message()) + "\n";
    return absl::OkStatus();
  }

  Result Finish(const iom::ImportReport& file) {
    Report report;
    report.json = {{"file", Json::parse(iom::ToJson(file))},
                   {"dry_run", o_.dry_run},
                   {"queued", outcome_.queued},
                   {"known", outcome_.known},
                   {"refused", outcome_.refused + file.rows_refused()},
                   {"rows", outcome_.rows}};
    report.text = iom::ToText(file) + outcome_.text + std::to_string(outcome_.queued) +
                  (o_.dry_run ? " would be queued" : " queued, ") +
                  (o_.dry_run ? "" : std::to_string(outcome_.known) + " imported before") + "\n";
    if (outcome_.refused + file.rows_refused() > 0) report.exit_code = kExitRefused;
    if (o_.send && !o_.dry_run) {
      AMANA_RETURN_IF_ERROR(Send(report));
    }
    if (!o_.report.empty()) {
      AMANA_RETURN_IF_ERROR(RealFileSystem().WriteAtomically(
          o_.report, report.json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n",
          kPrivateFile));
    }
    return report;
  }

  absl::Status Send(Report& report) {
    AMANA_ASSIGN_OR_RETURN(const Flushed flushed, FlushAll(context_));
    report.text += std::to_string(flushed.accepted) + " accepted by the broker, " +
                   std::to_string(flushed.refused.size()) + " refused, " +
                   std::to_string(flushed.pending.size()) + " waiting\n";
    report.json["sent"] = {{"accepted", flushed.accepted},
                           {"refused", flushed.refused.size()},
                           {"waiting", flushed.pending.size()}};
    for (const sdk::OutboxEntry& entry : flushed.refused) report.text += EntryText(entry);
    if (!flushed.pending.empty()) {
      report.exit_code = std::max(report.exit_code, EntryExitCode(flushed.pending.front()));
    }
    if (!flushed.refused.empty()) report.exit_code = std::max(report.exit_code, kExitRefused);
    report.exit_code = std::max(report.exit_code, ExitCodeOf(flushed.trouble));
    return absl::OkStatus();
  }

  Context& context_;
  const Options& o_;
  std::vector<Target> targets_;
  std::vector<v1::ServiceType> services_;
  std::vector<Section> common_;
  std::vector<sdk::DraftRecipient> recipients_;
  std::string key_;
  AgencyId agency_;
  absl::Time now_;
  absl::CivilDay today_;
  Outcome outcome_;
};

void AddOptions(CLI::App& command, Options& o) {
  command
      .add_option("file", o.file,
                  "CSV with the columns of HTCDS 2.0, or one XForm instance of it (XML)")
      ->required();
  AddReferralOptions(command, o.referral);
  command.add_option("--section", o.section_pairs,
                     "CATEGORY=FILE for every row that has no such section, for example RISK");
  command.add_flag("--incomplete", o.incomplete, "Send without what the service needs");
  command.add_flag("--register-consent", o.register_consent,
                   "Register a consent of each person, as the --consent-... options describe it");
  AddConsentOptions(command, o.consent, kConsentPrefix, false);
  command.add_flag("--dry-run", o.dry_run, "Only say what would be done; needs no agency.toml");
  command.add_option("--report", o.report, "File for the whole report, as JSON (no content)");
  command.add_flag("--send", o.send, "Send it now (else: amana referral send)");
}

}  // namespace

void RegisterImportHtcds(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "htcds", "Referrals from a case file in IOM's HTCDS 2.0 (CSV or XForm)",
      "  amana import htcds cases.csv --service ACCOMMODATION --to shelter-a/intake \\\n"
      "      --section RISK=risk.json --register-consent --consent-method WRITTEN \\\n"
      "      --consent-language swa --consent-evidence forms.pdf --dry-run --report report.json\n"
      "Rows that are wrong are refused by number and field; the others are queued. Importing a\n"
      "file again queues only what is new in it. The column con_Consent is never believed.\n",
      AddOptions, [](Context& c, const Options& o) -> Result { return Import(c, o).Run(); });
}

}  // namespace amana::cli
