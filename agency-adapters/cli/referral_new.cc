#include <limits>

#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/consent_lookup.h"
#include "agency-adapters/cli/referral_options.h"
#include "agency-adapters/cli/section_files.h"
#include "agency-adapters/cli/sending.h"
#include "agency-adapters/cli/subject.h"
#include "agency-adapters/cli/values.h"
#include "base/status.h"
#include "proto/crypto/random.h"

namespace amana::cli {
namespace {

struct Options {
  ReferralOptions referral;
  std::vector<std::string> section_pairs, section_objects;
  std::string subject_class, majority_month, subject, consent, id;
  uint32_t version = 1;
  bool incomplete = false, send = false, by_person = false;
};

// The consent's pseudonym, unless one is given; a new one where there is no consent.
absl::Status SetPerson(Context& context, const Options& o, sdk::ReferralDraft& draft) {
  v1::ReferralHeader& header = draft.header;
  std::optional<Pseudonym> subject;
  if (!o.subject.empty()) {
    AMANA_ASSIGN_OR_RETURN(subject, HexOption<Pseudonym>("--subject", o.subject));
  }
  if (o.consent.empty()) {
    if (header.legal_basis() == v1::LEGAL_BASIS_CONSENT) {
      return UsageError("--consent", "expected a consent, or another --legal-basis");
    }
    header.set_subject_pseudonym(subject.value_or(crypto::RandomId<Pseudonym>()).bytes());
    return absl::OkStatus();
  }
  AMANA_ASSIGN_OR_RETURN(const ConsentName name, ConsentOption("--consent", o.consent));
  v1::ConsentRef* ref = header.mutable_consent();
  ref->set_consent_id(name.id.bytes());
  if (name.digest.has_value() && subject.has_value()) {
    // All is said, and the broker need not be asked; but what is known here must agree.
    const absl::StatusOr<FoundConsent> own = FindOwnConsent(context, name);
    if (!own.ok()) {
      if (ErrorReason(own.status()) != "CONSENT_MISSING") return own.status();
      ref->set_version(name.version);
      ref->set_digest(name.digest->bytes());
      header.set_subject_pseudonym(subject->bytes());
      return absl::OkStatus();
    }
  }
  AMANA_ASSIGN_OR_RETURN(const FoundConsent found, FindConsent(context, name));
  if (subject.has_value() && subject->view() != found.record.subject_pseudonym()) {
    return UsageError("--subject", "the consent is another person's");
  }
  ref->set_version(found.record.version());
  ref->set_digest(found.digest.bytes());
  header.set_subject_pseudonym(found.record.subject_pseudonym());
  draft.consent = found.envelope;
  return absl::OkStatus();
}

absl::Status SetKey(const Options& o, v1::ReferralHeader& header) {
  if (o.version > 1 && o.id.empty()) return UsageError("--id", "expected for a further version");
  if (!o.id.empty()) {
    AMANA_ASSIGN_OR_RETURN(const ReferralId id, HexOption<ReferralId>("--id", o.id));
    header.set_referral_id(id.bytes());
  }
  header.set_version(o.version);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Section>> Sections(const Options& o,
                                              const std::vector<Target>& targets) {
  AMANA_ASSIGN_OR_RETURN(std::vector<Section> sections,
                         ReadSections(o.section_pairs, o.section_objects));
  if (sections.empty()) return UsageError("--section", "expected at least one section");
  for (const Target& target : targets) {
    if (o.incomplete) break;
    AMANA_RETURN_IF_ERROR(CheckRequired(target.service, CategoriesOf(sections)));
  }
  return sections;
}

Report ReportOf(const sdk::ReferralDraft& draft, const sdk::QueuedReferral& queued) {
  Report report;
  const std::string key = sdk::ToString(queued.key);
  report.text = "referral " + key + ", sealed to";
  report.json = {{"referral", key}, {"digest", queued.digest.hex()}, {"sealed_to", Json::array()}};
  for (const sdk::DraftRecipient& recipient : draft.recipients) {
    report.text += " " + ToString(recipient.to);
    report.json["sealed_to"].push_back(ToString(recipient.to));
  }
  report.text += "\n";
  PutHeaderOnly(queued.header_only, report);
  return report;
}

Result Run(Context& context, const Options& o) {
  AMANA_ASSIGN_OR_RETURN(const std::vector<Target> targets, TargetsOf(o.referral));
  AMANA_ASSIGN_OR_RETURN(const Subject subject,
                         SubjectFromOptions(o.subject_class, o.majority_month));
  AMANA_ASSIGN_OR_RETURN(const std::vector<Section> sections, Sections(o, targets));
  sdk::ReferralDraft draft;
  AMANA_ASSIGN_OR_RETURN(
      draft.header, MakeHeader(o.referral, targets, subject.subject_class, context.clock().Now()));
  draft.header.mutable_assertions()->set_majority_month(subject.majority_month);
  AMANA_RETURN_IF_ERROR(SetKey(o, draft.header));
  AMANA_RETURN_IF_ERROR(SetPerson(context, o, draft));
  draft.sections = ToDrafts(sections);
  draft.by_person = o.by_person;
  AMANA_RETURN_IF_ERROR(AddCertificates(context, o.referral));
  AMANA_ASSIGN_OR_RETURN(draft.recipients,
                         RecipientsOf(context, o.referral, targets, draft.header));
  AMANA_ASSIGN_OR_RETURN(const sdk::QueuedReferral queued,
                         QueueReferral(context, o.referral, targets, draft));
  Report report = ReportOf(draft, queued);
  AMANA_RETURN_IF_ERROR(SendOrHold(context, queued.entry, !o.send, report));
  return report;
}

void AddOptions(CLI::App& command, Options& o) {
  command.add_option("--section", o.section_pairs,
                     "CATEGORY=FILE; categories: " +
                         NamesOf(*google::protobuf::GetEnumDescriptor<v1::Category>()));
  command.add_option("--sections", o.section_objects,
                     "JSON file {\"CATEGORY\": {...}} with several sections");
  AddReferralOptions(command, o.referral);
  command.add_option("--subject-class", o.subject_class, "ADULT, MINOR or AGE_UNKNOWN")->required();
  command.add_option("--majority-month", o.majority_month, "YYYY-MM, of a minor");
  command.add_option("--consent", o.consent, "ID, ID/VERSION or ID/VERSION/DIGEST");
  command.add_option("--subject", o.subject, "The person's pseudonym (the consent's own)");
  command.add_option("--id", o.id, "The referral's id, for a further version (new)");
  command.add_option("--version-number", o.version, "The version")
      ->capture_default_str()
      ->check(WholeNumber(1, std::numeric_limits<uint32_t>::max()));
  command.add_flag("--by-person", o.by_person,
                   "Sign with a person's key: to name who has referred the person before, or to "
                   "part a family");
  command.add_flag("--incomplete", o.incomplete, "Send without what the service needs");
  command.add_flag("--send", o.send, "Send it now (else: amana referral send)");
}

}  // namespace

void RegisterReferralNew(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "new", "Seal and sign a referral, and keep it in the outbox",
      "  amana referral new --service ACCOMMODATION --to shelter-a/intake --urgency URGENT \\\n"
      "      --subject-class ADULT --consent 0011...eeff/1 --sections case.json --send\n"
      "  amana referral new --service MEDICAL --match --county 47 --subject-class ADULT \\\n"
      "      --consent 0011...eeff/1 --section IDENTITY_MIN=id.json --section MEDICAL=m.json\n",
      AddOptions, Run);
}

}  // namespace amana::cli
