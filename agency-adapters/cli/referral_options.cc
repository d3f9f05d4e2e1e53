#include "agency-adapters/cli/referral_options.h"

#include <algorithm>
#include <set>
#include <utility>

#include "agency-adapters/cli/match_words.h"
#include "agency-adapters/cli/values.h"
#include "base/durable_file.h"
#include "base/status.h"
#include "proto/crypto/x509.h"

namespace amana::cli {
namespace {

using google::protobuf::GetEnumDescriptor;

// SexConstraint is the referral's own list, not one of the shared ones.
absl::StatusOr<v1::SexConstraint> SexOption(const std::string& text) {
  if (text == "ANY") return v1::SEX_CONSTRAINT_ANY;
  if (text == "FEMALE") return v1::SEX_CONSTRAINT_FEMALE;
  if (text == "MALE") return v1::SEX_CONSTRAINT_MALE;
  return UsageError("--sex", "expected one of ANY, FEMALE, MALE");
}

absl::Status SetServices(const ReferralOptions& o, const std::vector<Target>& targets,
                         v1::SubjectClass subject_class, v1::ReferralHeader& header) {
  AMANA_ASSIGN_OR_RETURN(const v1::SexConstraint sex, SexOption(o.sex));
  for (const Target& target : targets) {
    v1::ServiceRequest* request = header.add_services();
    request->set_service(target.service);
    if (target.recipient.has_value()) {
      *request->mutable_recipient() = sdk::ToWire(*target.recipient);
      continue;
    }
    v1::RouteRequest* route = request->mutable_route();
    route->set_county(o.county);
    route->set_age_class(subject_class);
    route->set_sex(sex);
    route->set_language(o.language);
  }
  return absl::OkStatus();
}

absl::Status SetCodes(const ReferralOptions& o, v1::ReferralHeader& header) {
  AMANA_ASSIGN_OR_RETURN(const auto urgency, CodeOption<v1::Urgency>("--urgency", o.urgency));
  AMANA_ASSIGN_OR_RETURN(const auto basis,
                         CodeOption<v1::LegalBasis>("--legal-basis", o.legal_basis));
  AMANA_ASSIGN_OR_RETURN(const auto embassy,
                         CodeOption<v1::EmbassyContact>("--embassy", o.embassy));
  header.set_urgency(urgency);
  header.set_legal_basis(basis);
  header.mutable_assertions()->set_embassy_contact(embassy);
  header.mutable_assertions()->set_guardian_conflict(o.guardian_conflict);
  header.mutable_assertions()->set_incapacity(o.incapacity);
  header.set_cross_border(o.cross_border);
  header.set_test(o.test);
  return absl::OkStatus();
}

absl::Status SetFamily(const ReferralOptions& o, v1::ReferralHeader& header) {
  if (o.family.empty()) {
    if (o.family_size == 0 && o.family_ages.empty() && o.family_sexes.empty()) {
      return absl::OkStatus();
    }
    return UsageError("--family", "expected with what is said of the family");
  }
  if (o.group.empty()) return UsageError("--group", "expected with --family");
  AMANA_ASSIGN_OR_RETURN(const GroupId family, HexOption<GroupId>("--family", o.family));
  header.set_family_id(family.bytes());
  if (o.family_size == 0) {
    if (o.family_ages.empty() && o.family_sexes.empty()) return absl::OkStatus();
    return UsageError("--family-size", "expected with --family-ages and --family-sexes");
  }
  header.mutable_family()->set_members(o.family_size);
  AMANA_ASSIGN_OR_RETURN(const auto ages,
                         CodeOptions<v1::SubjectClass>("--family-ages", o.family_ages));
  for (const auto age : std::set(ages.begin(), ages.end())) {
    header.mutable_family()->add_age_classes(age);
  }
  std::set<v1::SexConstraint> sexes;
  for (const std::string& text : o.family_sexes) {
    AMANA_ASSIGN_OR_RETURN(const v1::SexConstraint sex, SexOption(text));
    if (sex == v1::SEX_CONSTRAINT_ANY) {
      return UsageError("--family-sexes", "expected FEMALE, MALE or both");
    }
    sexes.insert(sex);
  }
  for (const v1::SexConstraint sex : sexes) header.mutable_family()->add_sexes(sex);
  return absl::OkStatus();
}

absl::Status SetLinks(const ReferralOptions& o, v1::ReferralHeader& header) {
  if (!o.group.empty()) {
    AMANA_ASSIGN_OR_RETURN(const GroupId group, HexOption<GroupId>("--group", o.group));
    header.set_group_id(group.bytes());
  }
  AMANA_RETURN_IF_ERROR(SetFamily(o, header));
  if (!o.parent.empty()) {
    if (o.parent.find('/') == std::string::npos) {
      return UsageError("--parent", "expected AGENCY/<32 hex digits>/VERSION");
    }
    AMANA_ASSIGN_OR_RETURN(const StatementKey parent,
                           ReferralOption("--parent", o.parent, AgencyId()));
    *header.mutable_parent() = sdk::ToWire(parent);
  }
  return absl::OkStatus();
}

// What the broker will look for.
v1::MatchRequest MatchRequestOf(const v1::ReferralHeader& header,
                                const v1::ServiceRequest& service) {
  v1::MatchRequest request;
  request.set_service(service.service());
  request.set_county(service.route().county());
  request.set_age_class(service.route().age_class());
  request.set_sex(service.route().sex());
  request.set_language(service.route().language());
  request.set_urgency(header.urgency());
  request.set_embassy_contact(header.assertions().embassy_contact());
  if (header.has_parent()) {
    request.add_exclude()->set_agency(header.parent().sender_agency());
  }
  if (header.has_family()) {
    request.set_places(header.family().members());
    *request.mutable_family_ages() = header.family().age_classes();
    *request.mutable_family_sexes() = header.family().sexes();
  }
  return request;
}

void AddTargetOptions(CLI::App& command, ReferralOptions& o) {
  command
      .add_option(
          "--service", o.services,
          "CODE, or CODE=AGENCY/UNIT; codes: " + NamesOf(*GetEnumDescriptor<v1::ServiceType>()))
      ->required()
      ->delimiter(',');
  command.add_option("--to", o.to, "AGENCY/UNIT, for services that name no recipient");
  command.add_flag("--match", o.match, "Let the broker propose recipients; needs --county");
  command.add_option("--county", o.county, "County number (ISO 3166-2:KE), for --match")
      ->check(CLI::Range(1, 47));
  command.add_option("--sex", o.sex, "ANY, FEMALE or MALE: the mandate needed, for --match")
      ->capture_default_str();
  command.add_option("--language", o.language, "ISO 639-3, for --match");
  command.add_option("--candidates", o.candidates, "How many to seal to, for --match")
      ->capture_default_str()
      ->check(CLI::Range(1, 8));
  command.add_option("--certificate", o.certificates,
                     "Sealing certificate (PEM) of a recipient, to work without a link");
  command.add_option("--certificate-kind", o.certificate_kind,
                     "What these recipients are, where nobody here knows: " +
                         NamesOf(*GetEnumDescriptor<v1::AgencyKind>()));
}

void AddLinkOptions(CLI::App& command, ReferralOptions& o) {
  command.add_option("--group", o.group,
                     "Those sent together, as a raid or a family: 32 hex digits");
  command.add_option("--family", o.family,
                     "Of a group, those whom nobody but a person may part: 32 hex digits");
  command
      .add_option("--family-size", o.family_size,
                  "How many they are with this one, so that the first goes where all find a place")
      ->check(CLI::Range(1, 64));
  command.add_option("--family-ages", o.family_ages, "Of what ages they are: ADULT, MINOR")
      ->delimiter(',');
  command.add_option("--family-sexes", o.family_sexes, "Of what sexes they are: FEMALE, MALE")
      ->delimiter(',');
  command.add_option("--parent", o.parent, "The referral this one refers onward");
}

}  // namespace

void AddReferralOptions(CLI::App& command, ReferralOptions& o) {
  AddTargetOptions(command, o);
  command.add_option("--urgency", o.urgency, NamesOf(*GetEnumDescriptor<v1::Urgency>()))
      ->capture_default_str();
  command.add_option("--legal-basis", o.legal_basis, NamesOf(*GetEnumDescriptor<v1::LegalBasis>()))
      ->capture_default_str();
  command.add_option("--embassy", o.embassy, NamesOf(*GetEnumDescriptor<v1::EmbassyContact>()))
      ->capture_default_str();
  command.add_option("--expires", o.expires, "After how long; at most 90d")->capture_default_str();
  AddLinkOptions(command, o);
  command.add_flag("--guardian-conflict", o.guardian_conflict, "The guardian's interest conflicts");
  command.add_flag("--incapacity", o.incapacity, "The person cannot consent");
  command.add_flag("--cross-border", o.cross_border, "A recipient is in another country");
  command.add_flag("--test", o.test, "A drill");
}

absl::StatusOr<std::vector<Target>> TargetsOf(const ReferralOptions& o) {
  if (o.services.empty()) return UsageError("--service", "expected at least one");
  std::vector<Target> targets;
  for (const std::string& text : o.services) {
    const size_t equals = text.find('=');
    Target target;
    AMANA_ASSIGN_OR_RETURN(target.service,
                           CodeOption<v1::ServiceType>("--service", text.substr(0, equals)));
    const std::string to = equals == std::string::npos ? o.to : text.substr(equals + 1);
    if (!to.empty()) {
      AMANA_ASSIGN_OR_RETURN(target.recipient, AddressOption("--to", to));
    } else if (!o.match) {
      return UsageError("--to", "expected a recipient, or --match and --county");
    } else if (o.county == 0) {
      return UsageError("--county", "expected with --match");
    }
    targets.push_back(std::move(target));
  }
  return targets;
}

absl::StatusOr<v1::ReferralHeader> MakeHeader(const ReferralOptions& o,
                                              const std::vector<Target>& targets,
                                              v1::SubjectClass subject_class, absl::Time now) {
  v1::ReferralHeader header;
  header.set_subject_class(subject_class);
  AMANA_RETURN_IF_ERROR(SetServices(o, targets, subject_class, header));
  AMANA_RETURN_IF_ERROR(SetCodes(o, header));
  AMANA_RETURN_IF_ERROR(SetLinks(o, header));
  AMANA_ASSIGN_OR_RETURN(const absl::Duration life, DurationOption("--expires", o.expires));
  header.set_expires_unix_ms(absl::ToUnixMillis(now + life));
  return header;
}

namespace {

// With --match the broker is asked, and so is its directory about whom a service names: what is
// remembered may name a key that is over. Without the broker, what is remembered stands.
absl::Status AskDirectory(Context& context, const ReferralOptions& o, const Address& recipient) {
  if (!o.match) return absl::OkStatus();
  AMANA_ASSIGN_OR_RETURN(sdk::Sender * sender, context.sender());
  const absl::Status asked = sender->directory().Fetch(recipient.agency).status();
  return absl::IsUnavailable(asked) || absl::IsDeadlineExceeded(asked) || absl::IsNotFound(asked)
             ? absl::OkStatus()
             : asked;
}

}  // namespace

absl::StatusOr<std::vector<sdk::DraftRecipient>> RecipientsOf(Context& context,
                                                              const ReferralOptions& o,
                                                              const std::vector<Target>& targets,
                                                              const v1::ReferralHeader& header) {
  std::vector<sdk::DraftRecipient> recipients;
  const auto add = [&recipients](const Address& address) {
    if (std::ranges::find(recipients, address, &sdk::DraftRecipient::to) == recipients.end()) {
      recipients.push_back({address, {}});
    }
  };
  for (size_t i = 0; i < targets.size(); ++i) {
    if (targets[i].recipient.has_value()) {
      AMANA_RETURN_IF_ERROR(AskDirectory(context, o, *targets[i].recipient));
      add(*targets[i].recipient);
      continue;
    }
    AMANA_ASSIGN_OR_RETURN(sdk::Sender * sender, context.sender());
    AMANA_ASSIGN_OR_RETURN(
        const sdk::MatchResult found,
        sender->Match(MatchRequestOf(header, header.services(static_cast<int>(i)))));
    if (found.candidates.empty()) {
      if (!found.refused.empty()) return found.refused.front().second;
      return MakeError(absl::StatusCode::kNotFound, "NO_CANDIDATE", "--match",
                       std::string(GapWords(found.missing)));
    }
    const size_t wanted = std::min(found.candidates.size(), static_cast<size_t>(o.candidates));
    for (size_t j = 0; j < wanted; ++j) add(found.candidates[j].address);
  }
  return recipients;
}

absl::Status AddCertificates(Context& context, const ReferralOptions& o) {
  v1::AgencyKind kind = v1::AGENCY_KIND_UNSPECIFIED;
  if (!o.certificate_kind.empty()) {
    AMANA_ASSIGN_OR_RETURN(kind,
                           CodeOption<v1::AgencyKind>("--certificate-kind", o.certificate_kind));
  }
  for (const std::string& path : o.certificates) {
    AMANA_ASSIGN_OR_RETURN(const std::string pem, RealFileSystem().Read(path));
    AMANA_ASSIGN_OR_RETURN(const auto certificate, crypto::Certificate::FromPem(pem));
    if (!certificate.spiffe().unit.has_value()) {
      return UsageError("--certificate", path + " is of no unit");
    }
    AMANA_ASSIGN_OR_RETURN(sdk::Sender * sender, context.sender());
    AMANA_RETURN_IF_ERROR(
        sender->AddCandidate({.address = {certificate.spiffe().agency, *certificate.spiffe().unit},
                              .kind = kind,
                              .sealing = certificate}));
  }
  return absl::OkStatus();
}

absl::StatusOr<sdk::QueuedReferral> QueueReferral(Context& context, const ReferralOptions& o,
                                                  const std::vector<Target>& targets,
                                                  const sdk::ReferralDraft& draft) {
  AMANA_ASSIGN_OR_RETURN(sdk::Sender * sender, context.sender());
  absl::StatusOr<sdk::QueuedReferral> queued = sender->Queue(draft);
  if (queued.ok() || ErrorReason(queued.status()) != "RECIPIENT_UNKNOWN") return queued;
  for (const Target& target : targets) {
    AMANA_RETURN_IF_ERROR(sender->Match(target.service, o.county).status());
  }
  return sender->Queue(draft);
}

}  // namespace amana::cli
