#include "agency-adapters/cli/consent_options.h"

#include "agency-adapters/cli/values.h"
#include "base/durable_file.h"
#include "base/status.h"
#include "proto/codes/codes.h"
#include "proto/crypto/sha256.h"

namespace amana::cli {
namespace {

class Maker {
 public:
  Maker(const ConsentOptions& options, const std::string& prefix, absl::Time now)
      : o_(options), prefix_(prefix), now_(now) {}

  absl::StatusOr<v1::ConsentRecord> Make() {
    AMANA_RETURN_IF_ERROR(Giver());
    AMANA_RETURN_IF_ERROR(Scope());
    AMANA_RETURN_IF_ERROR(Recipients());
    AMANA_RETURN_IF_ERROR(Validity());
    AMANA_RETURN_IF_ERROR(Evidence());
    return record_;
  }

 private:
  std::string Name(const char* name) const { return prefix_ + name; }

  absl::Status Giver() {
    AMANA_ASSIGN_OR_RETURN(const auto giver,
                           CodeOption<v1::ConsentGiver>(Name("given-by"), o_.given_by));
    AMANA_ASSIGN_OR_RETURN(const auto assent,
                           CodeOption<v1::ChildAssent>(Name("child-assent"), o_.child_assent));
    AMANA_ASSIGN_OR_RETURN(const auto method,
                           CodeOption<v1::ConsentMethod>(Name("method"), o_.method));
    AMANA_ASSIGN_OR_RETURN(const auto basis,
                           CodeOption<v1::LegalBasis>(Name("legal-basis"), o_.legal_basis));
    if (o_.language.size() != 3) {
      return UsageError(Name("language"), "expected an ISO 639-3 code such as swa");
    }
    record_.set_given_by(giver);
    record_.set_child_assent(assent);
    record_.set_method(method);
    record_.set_legal_basis(basis);
    record_.set_language(o_.language);
    record_.set_interpreter(o_.interpreter);
    record_.set_onward(o_.onward);
    record_.set_cross_border(o_.cross_border);
    return absl::OkStatus();
  }

  // A service stands for its purpose and the categories that it needs.
  absl::Status Scope() {
    codes::PurposeSet purposes;
    codes::CategorySet categories;
    AMANA_ASSIGN_OR_RETURN(const auto services,
                           CodeOptions<v1::ServiceType>(Name("service"), o_.services));
    for (const v1::ServiceType service : services) {
      purposes.Add(codes::PurposeOf(service));
      categories |= codes::RequiredCategories(service);
    }
    AMANA_ASSIGN_OR_RETURN(const auto named,
                           CodeOptions<v1::Purpose>(Name("purpose"), o_.purposes));
    for (const v1::Purpose purpose : named) purposes.Add(purpose);
    AMANA_ASSIGN_OR_RETURN(const auto covered,
                           CodeOptions<v1::Category>(Name("category"), o_.categories));
    for (const v1::Category category : covered) categories.Add(category);
    for (const v1::Purpose purpose : purposes) record_.add_purposes(purpose);
    for (const v1::Category category : categories) record_.add_categories(category);
    return absl::OkStatus();
  }

  absl::Status Recipients() {
    for (const std::string& text : o_.recipients) {
      v1::Address* recipient = record_.add_recipients();
      if (text.find('/') == std::string::npos) {  // all units of an agency
        const absl::StatusOr<AgencyId> agency = AgencyId::Create(text);
        if (!agency.ok()) return UsageError(Name("recipient"), "expected AGENCY or AGENCY/UNIT");
        recipient->set_agency(agency->value());
        continue;
      }
      AMANA_ASSIGN_OR_RETURN(const Address address, AddressOption(Name("recipient"), text));
      *recipient = sdk::ToWire(address);
    }
    AMANA_ASSIGN_OR_RETURN(const auto kinds,
                           CodeOptions<v1::AgencyKind>(Name("recipient-kind"), o_.recipient_kinds));
    for (const v1::AgencyKind kind : kinds) record_.add_recipient_kinds(kind);
    return absl::OkStatus();
  }

  absl::Status Validity() {
    absl::Time from = now_;
    if (!o_.valid_from.empty()) {
      AMANA_ASSIGN_OR_RETURN(from, TimeOption(Name("valid-from"), o_.valid_from));
    }
    AMANA_ASSIGN_OR_RETURN(const absl::Duration lasting,
                           DurationOption(Name("valid-for"), o_.valid_for));
    absl::Time until = from + lasting;
    if (!o_.valid_until.empty()) {
      AMANA_ASSIGN_OR_RETURN(until, TimeOption(Name("valid-until"), o_.valid_until));
    }
    if (until <= from) return UsageError(Name("valid-until"), "must be after the consent begins");
    record_.set_valid_from_unix_ms(absl::ToUnixMillis(from));
    record_.set_valid_until_unix_ms(absl::ToUnixMillis(until));
    return absl::OkStatus();
  }

  absl::Status Evidence() {
    if (o_.evidence.empty()) {
      return UsageError(Name("evidence"),
                        "expected the file of the signed form or recording; only its hash travels");
    }
    AMANA_ASSIGN_OR_RETURN(const std::string evidence, RealFileSystem().Read(o_.evidence));
    record_.set_evidence_sha256(crypto::Sha256(evidence).bytes());
    if (record_.given_by() != v1::CONSENT_GIVER_SELF && o_.authority_evidence.empty()) {
      return UsageError(Name("authority-evidence"),
                        "expected the file that shows the giver's authority, unless SELF gives it");
    }
    if (!o_.authority_evidence.empty()) {
      AMANA_ASSIGN_OR_RETURN(const std::string shown, RealFileSystem().Read(o_.authority_evidence));
      record_.set_authority_evidence_sha256(crypto::Sha256(shown).bytes());
    }
    return Determination();
  }

  absl::Status Determination() {
    if (!o_.determination_sha256.empty()) {
      AMANA_ASSIGN_OR_RETURN(const Digest digest, HexOption<Digest>(Name("determination-sha256"),
                                                                    o_.determination_sha256));
      record_.set_determination_sha256(digest.bytes());
    }
    if (!o_.officer_sha256.empty()) {
      AMANA_ASSIGN_OR_RETURN(const Digest digest,
                             HexOption<Digest>(Name("officer-sha256"), o_.officer_sha256));
      record_.set_officer_sha256(digest.bytes());
    }
    return absl::OkStatus();
  }

  const ConsentOptions& o_;
  const std::string& prefix_;
  const absl::Time now_;
  v1::ConsentRecord record_;
};

void AddScope(CLI::App& command, ConsentOptions& o, const std::string& p) {
  command
      .add_option(p + "service", o.services,
                  "Services agreed to: each adds its purpose and the categories it needs")
      ->delimiter(',');
  command
      .add_option(p + "purpose", o.purposes,
                  "Purposes: " + NamesOf(*google::protobuf::GetEnumDescriptor<v1::Purpose>()))
      ->delimiter(',');
  command
      .add_option(p + "category", o.categories,
                  "Categories: " + NamesOf(*google::protobuf::GetEnumDescriptor<v1::Category>()))
      ->delimiter(',');
  command.add_option(p + "recipient", o.recipients, "AGENCY/UNIT, or AGENCY for all its units")
      ->delimiter(',');
  command
      .add_option(
          p + "recipient-kind", o.recipient_kinds,
          "Recipients by kind: " + NamesOf(*google::protobuf::GetEnumDescriptor<v1::AgencyKind>()))
      ->delimiter(',');
}

}  // namespace

void AddConsentOptions(CLI::App& command, ConsentOptions& o, const std::string& p, bool scope) {
  if (scope) AddScope(command, o, p);
  command
      .add_option(p + "given-by", o.given_by,
                  NamesOf(*google::protobuf::GetEnumDescriptor<v1::ConsentGiver>()))
      ->capture_default_str();
  command.add_option(p + "authority-evidence", o.authority_evidence,
                     "File that shows the giver's authority (unless SELF); only its hash travels");
  command
      .add_option(p + "child-assent", o.child_assent,
                  NamesOf(*google::protobuf::GetEnumDescriptor<v1::ChildAssent>()))
      ->capture_default_str();
  command.add_option(p + "method", o.method,
                     NamesOf(*google::protobuf::GetEnumDescriptor<v1::ConsentMethod>()));
  command.add_option(p + "language", o.language, "ISO 639-3: the language it was explained in");
  command.add_flag(p + "interpreter", o.interpreter, "An interpreter took part");
  command.add_flag(p + "onward", o.onward, "Recipients may refer the person onward");
  command.add_flag(p + "cross-border", o.cross_border, "Recipients may be in another country");
  command.add_option(p + "valid-from", o.valid_from, "Date or time (now)");
  command.add_option(p + "valid-until", o.valid_until, "Date or time; or else:");
  command.add_option(p + "valid-for", o.valid_for, "How long it holds")->capture_default_str();
  command
      .add_option(p + "legal-basis", o.legal_basis,
                  NamesOf(*google::protobuf::GetEnumDescriptor<v1::LegalBasis>()))
      ->capture_default_str();
  command.add_option(p + "evidence", o.evidence,
                     "File of the signed form or recording; only its hash travels");
  command.add_option(p + "determination-sha256", o.determination_sha256,
                     "Children Officer's determination: SHA-256 of its id");
  command.add_option(p + "officer-sha256", o.officer_sha256, "SHA-256 of the officer's id");
}

absl::StatusOr<v1::ConsentRecord> MakeConsent(const ConsentOptions& options,
                                              const std::string& prefix, absl::Time now) {
  return Maker(options, prefix, now).Make();
}

}  // namespace amana::cli
