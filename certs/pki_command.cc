#include "certs/pki_command.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>
#include <utility>

#include "base/command_line.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "base/status.h"
#include "certs/authority_folder.h"
#include "certs/pki_report.h"
#include "certs/unit.h"
#include "proto/crypto/spiffe.h"

namespace amana::certs {
namespace {

using crypto::Certificate;
using nlohmann::ordered_json;

// What a command has to say, in both forms.
struct Report {
  std::string text;
  ordered_json json;
};
using Result = absl::StatusOr<Report>;

// Every option of every command; CLI11 fills in those of the one that was called.
struct Options {
  std::string dir, trust_domain, agency, csr, role, unit, person, usage, out, cert, target, reason,
      publish, keys, registry;
  std::vector<std::string> dns_names, ip_addresses;
  int days = 0;
};

Report About(const Certificate& certificate, const std::string& first_line) {
  return {first_line + "\n" + ToText(certificate), ToJson(certificate)};
}

absl::StatusOr<Certificate> ReadCertificate(const std::string& path) {
  AMANA_ASSIGN_OR_RETURN(const std::string pem, RealFileSystem().Read(path));
  return Certificate::FromPem(pem);
}

Result Init(const AuthorityFolder& folder, const Options& o) {
  if (const absl::Status domain = crypto::CheckTrustDomain(o.trust_domain); !domain.ok()) {
    return UsageError("--trust-domain", std::string(domain.message()));
  }
  AMANA_ASSIGN_OR_RETURN(const Certificate root, folder.Init(o.trust_domain, o.days));
  return About(root, "made the root CA: " + folder.root_path() +
                         "; move root.key to safety when the "
                         "agencies are certified");
}

Result Agency(const AuthorityFolder& folder, const Options& o) {
  AMANA_ASSIGN_OR_RETURN(const AgencyId agency, AgencyId::Create(o.agency, "--agency"));
  std::optional<std::string> csr_pem;
  if (!o.csr.empty()) {
    AMANA_ASSIGN_OR_RETURN(csr_pem, RealFileSystem().Read(o.csr));
  }
  AMANA_ASSIGN_OR_RETURN(const Certificate ca, folder.AddAgency(agency, csr_pem, o.days));
  return About(ca, "made the issuing CA: " + folder.agency_path(agency));
}

absl::StatusOr<SignRequest> ToSignRequest(const Options& o) {
  SignRequest request;
  AMANA_ASSIGN_OR_RETURN(request.spiffe.agency, AgencyId::Create(o.agency, "--agency"));
  AMANA_ASSIGN_OR_RETURN(request.spiffe.role, FromOption("--role", crypto::ParseRole(o.role)));
  if (!o.unit.empty()) {
    AMANA_ASSIGN_OR_RETURN(request.spiffe.unit, UnitId::Create(o.unit, "--unit"));
  }
  if (!o.person.empty()) {
    AMANA_ASSIGN_OR_RETURN(request.spiffe.person, PersonId::Create(o.person, "--person"));
  }
  AMANA_ASSIGN_OR_RETURN(request.usage, FromOption("--usage", crypto::ParseUsage(o.usage)));
  AMANA_ASSIGN_OR_RETURN(request.csr_pem, RealFileSystem().Read(o.csr));
  request.days = o.days;
  request.dns_names = o.dns_names;
  request.ip_addresses = o.ip_addresses;
  return request;
}

// Nothing is overwritten, and nothing is signed that could not be handed over.
absl::Status CheckNew(const std::string& path) {
  AMANA_ASSIGN_OR_RETURN(const bool exists, RealFileSystem().Exists(path));
  return exists ? FileExistsError(path) : absl::OkStatus();
}

// The signer decides; but a request that asked for someone else's id deserves a second look.
void NoteRequested(const Signed& done, Report& report) {
  if (!done.requested.has_value() || *done.requested == done.certificate.spiffe()) return;
  const std::string asked = crypto::ToUri(*done.requested);
  report.text += "note: the request asked for " + asked + "\n";
  report.json["requested"] = asked;
}

Result Sign(const AuthorityFolder& folder, const Options& o) {
  AMANA_RETURN_IF_ERROR(CheckNew(o.out));
  AMANA_ASSIGN_OR_RETURN(const SignRequest request, ToSignRequest(o));
  AMANA_ASSIGN_OR_RETURN(const Signed done, folder.Sign(request));
  AMANA_RETURN_IF_ERROR(RealFileSystem().CreateAtomically(o.out, done.pem(), kPublicFile));
  Report report = About(done.certificate, "signed: " + o.out);
  report.json["out"] = o.out;
  NoteRequested(done, report);
  return report;
}

Result Rotate(const AuthorityFolder& folder, const Options& o) {
  AMANA_RETURN_IF_ERROR(CheckNew(o.out));
  FileSystem& files = RealFileSystem();
  AMANA_ASSIGN_OR_RETURN(const Certificate old, ReadCertificate(o.cert));
  AMANA_ASSIGN_OR_RETURN(const std::string csr_pem, files.Read(o.csr));
  AMANA_ASSIGN_OR_RETURN(const Rotated done, folder.Rotate(old, csr_pem, o.days));
  AMANA_RETURN_IF_ERROR(files.CreateAtomically(o.out, done.replacement.pem(), kPublicFile));
  const std::string old_id = old.id().hex(), new_id = done.replacement.certificate.id().hex();
  Report report;
  report.text = "old: " + old_id + " (valid until " + Rfc3339(old.not_after()) +
                "; keep its key until what was made for it has drained)\nnew: " + new_id +
                " (valid until " + Rfc3339(done.replacement.certificate.not_after()) +
                "): " + o.out + "\n";
  report.json = {
      {"old", ToJson(old)}, {"new", ToJson(done.replacement.certificate)}, {"out", o.out}};
  NoteRequested(done.replacement, report);
  return report;
}

absl::StatusOr<UnitName> ToUnitName(const Options& o) {
  UnitName name;
  AMANA_ASSIGN_OR_RETURN(name.agency, AgencyId::Create(o.agency, "--agency"));
  AMANA_ASSIGN_OR_RETURN(name.unit, UnitId::Create(o.unit, "--unit"));
  if (!o.person.empty()) {
    AMANA_ASSIGN_OR_RETURN(name.person, PersonId::Create(o.person, "--person"));
  }
  return name;
}

Result Enrol(const AuthorityFolder& folder, const Options& o) {
  EnrolRequest request;
  request.keys = o.keys;
  request.days = o.days;
  AMANA_ASSIGN_OR_RETURN(request.name, ToUnitName(o));
  if (!o.registry.empty()) request.registry = o.registry + "/" + o.agency;
  AMANA_ASSIGN_OR_RETURN(const std::vector<Enrolled> enrolled, certs::Enrol(folder, request));
  Report report{"", ordered_json::array()};
  for (const Enrolled& one : enrolled) {
    report.text += (one.made ? "signed: " : "was signed: ") + o.keys + "/" + one.name +
                   ".pem for " + crypto::ToUri(one.certificate.spiffe()) + "\n";
    report.json.push_back(ToJson(one.certificate));
    report.json.back()["out"] = o.keys + "/" + one.name + ".pem";
  }
  return report;
}

// A lost telephone, a lost laptop: everything that could be on it.
Result RevokeAll(const AuthorityFolder& folder, const Options& o) {
  AMANA_ASSIGN_OR_RETURN(const UnitName name, ToUnitName(o));
  AMANA_ASSIGN_OR_RETURN(const std::vector<crypto::Revocation> revoked,
                         RevokeUnit(folder, name, o.reason, o.publish));
  Report report{"", ordered_json::array()};
  for (const crypto::Revocation& one : revoked) {
    report.text += "revoked: " + one.certificate.hex() + "\n";
    report.json.push_back(ToJson(one));
  }
  report.text += std::to_string(revoked.size()) + " revoked, listed in " +
                 folder.revocation_list_path() +
                 (o.publish.empty() ? "; copy it to the brokers\n" : " and " + o.publish + "\n");
  return report;
}

Result Revoke(const AuthorityFolder& folder, const Options& o) {
  if (o.target.empty() == o.agency.empty()) {
    return UsageError("certificate", "expected a certificate, or --agency and --unit");
  }
  if (o.target.empty()) return RevokeAll(folder, o);
  // 64 hex digits are a fingerprint; anything else is a file.
  absl::StatusOr<CertId> id = CertId::FromHexString(o.target);
  if (!id.ok()) {
    AMANA_ASSIGN_OR_RETURN(const Certificate certificate, ReadCertificate(o.target));
    id = certificate.id();
  }
  AMANA_ASSIGN_OR_RETURN(const crypto::Revocation revocation, folder.Revoke(*id, o.reason));
  Report report;
  report.text = "revoked: " + revocation.certificate.hex() + " at " +
                Rfc3339(revocation.revoked_at) + " (" + revocation.reason + "), listed in " +
                folder.revocation_list_path() + "\n";
  report.json = ToJson(revocation);
  report.json["list"] = folder.revocation_list_path();
  return report;
}

Result List(const AuthorityFolder& folder, const Options&) {
  AMANA_ASSIGN_OR_RETURN(const std::vector<Listed> listed, folder.List());
  Report report{ToText(listed), ordered_json::array()};
  for (const Listed& entry : listed) report.json.push_back(ToJson(entry));
  return report;
}

Result Show(const AuthorityFolder&, const Options& o) {
  AMANA_ASSIGN_OR_RETURN(const Certificate certificate, ReadCertificate(o.target));
  return Report{ToText(certificate), ToJson(certificate)};
}

using Command = Result (*)(const AuthorityFolder&, const Options&);

// Which command was called: set by CLI11's callback of it.
struct Parsed {
  Options options;
  bool json = false;
  Command command = nullptr;
};

CLI::App* AddCommand(CLI::App& app, Parsed& parsed, const char* name, const char* help,
                     Command command) {
  CLI::App* const sub = app.add_subcommand(name, help);
  sub->callback([&parsed, command] { parsed.command = command; });
  return sub;
}

void AddDir(CLI::App* sub, Options& o) {
  sub->add_option("--dir", o.dir, "The authority's folder")->required();
}

void AddDays(CLI::App* sub, Options& o, int standard) {
  sub->add_option_function<int>(
      "--days", [&o](int days) { o.days = days; },
      "Days of validity (" + std::to_string(standard) + ")");
  sub->preparse_callback([&o, standard](size_t) { o.days = standard; });
}

void AddUnit(CLI::App* sub, Options& o, const char* person, bool required) {
  sub->add_option("--agency", o.agency, "The agency's id")->required(required);
  sub->add_option("--unit", o.unit, "The unit's id")->required(required);
  sub->add_option("--person", o.person, person);
}

void AddAuthorityCommands(CLI::App& app, Parsed& parsed) {
  Options& o = parsed.options;
  CLI::App* const init =
      AddCommand(app, parsed, "init", "Make the root key and certificate of a new authority", Init);
  AddDir(init, o);
  init->add_option("--trust-domain", o.trust_domain, "For example amana.example")->required();
  AddDays(init, o, 3650);
  CLI::App* const agency = AddCommand(app, parsed, "agency",
                                      "Make the issuing CA that may speak for one agency", Agency);
  AddDir(agency, o);
  agency->add_option("--agency", o.agency, "The agency's id, for example police")->required();
  agency->add_option("--csr", o.csr, "Request for a key that the agency holds (else one is made)");
  AddDays(agency, o, 1825);
}

void AddSigningCommands(CLI::App& app, Parsed& parsed) {
  Options& o = parsed.options;
  CLI::App* const sign = AddCommand(
      app, parsed, "sign", "Certify a key: the identity is what you say, not what it asks", Sign);
  AddDir(sign, o);
  sign->add_option("--csr", o.csr, "The request, PEM")->required();
  sign->add_option("--agency", o.agency, "The agency's id")->required();
  sign->add_option("--role", o.role, "system, person, coordinator, auditor, operator or broker")
      ->required();
  sign->add_option("--unit", o.unit, "The unit's id");
  sign->add_option("--person", o.person, "The person's opaque id; needs --unit");
  sign->add_option("--usage", o.usage, "tls, signing or sealing")->required();
  sign->add_option("--dns", o.dns_names, "Host name (a broker's TLS certificate only)");
  sign->add_option("--ip", o.ip_addresses, "IP address (a broker's TLS certificate only)");
  sign->add_option("--out", o.out, "Where the certificate goes; TLS ones with their CA")
      ->required();
  AddDays(sign, o, 90);
  CLI::App* const rotate =
      AddCommand(app, parsed, "rotate",
                 "Replace a certificate by one for a new key; the old stays valid", Rotate);
  AddDir(rotate, o);
  rotate->add_option("--cert", o.cert, "The certificate to replace")->required();
  rotate->add_option("--csr", o.csr, "The request for the new key")->required();
  rotate->add_option("--out", o.out, "Where the new certificate goes")->required();
  AddDays(rotate, o, 90);
}

void AddOtherCommands(CLI::App& app, Parsed& parsed) {
  Options& o = parsed.options;
  CLI::App* const enrol = AddCommand(
      app, parsed, "enrol", "Certify all keys of a unit's folder, and register them", Enrol);
  AddDir(enrol, o);
  AddUnit(enrol, o, "Whose request person.csr is", true);
  enrol->add_option("--keys", o.keys, "The folder with the requests, as `amana keys new` made it")
      ->required();
  enrol->add_option("--registry", o.registry, "The broker's folder of certificates by agency");
  AddDays(enrol, o, 90);
  CLI::App* const revoke =
      AddCommand(app, parsed, "revoke",
                 "Add a certificate, or all of a unit or a person, to the revocation list", Revoke);
  AddDir(revoke, o);
  revoke->add_option("certificate", o.target,
                     "A certificate file or a fingerprint (64 hex digits)");
  AddUnit(revoke, o, "Only what this person holds", false);
  revoke->add_option("--publish", o.publish, "The broker's list, replaced by this authority's");
  revoke->add_option("--reason", o.reason, "Why, in one line, naming no person")->required();
  AddDir(AddCommand(app, parsed, "list", "List every certificate with its state", List), o);
  AddCommand(app, parsed, "show", "Show one certificate", Show)
      ->add_option("certificate", o.target, "A certificate file")
      ->required();
}

int Print(const Result& result, bool json, std::ostream& out, std::ostream& err) {
  if (result.ok()) {
    out << (json ? Dump(result->json) : result->text);
    return kExitDone;
  }
  const int code = ExitCodeOfReason(ErrorReason(result.status()));
  err << (json ? Dump(ErrorJson(result.status(), code)) : ErrorText("amana-pki", result.status()));
  return code;
}

}  // namespace

int RunPki(const std::vector<std::string>& arguments, const Clock& clock, std::ostream& out,
           std::ostream& err) {
  Parsed parsed;
  CLI::App app("amana-pki: the certificate authority of an Amana federation", "amana-pki");
  app.fallthrough();
  app.require_subcommand(1);
  AddCommonFlags(app, parsed.json);
  app.footer(
      "Exit codes: 0 done; 1 refused, or a file could not be read or written; 2 wrong use.\n"
      "Private keys never travel: make them with `amana keys new` or `amana-broker keys` where\n"
      "they are used, and bring only the request (.csr) here.\n");
  AddAuthorityCommands(app, parsed);
  AddSigningCommands(app, parsed);
  AddOtherCommands(app, parsed);
  const std::optional<int> ended = ParseCommandLine(app, arguments, out, err);
  if (ended.has_value()) return *ended;
  const AuthorityFolder folder(parsed.options.dir, clock);
  return Print(parsed.command(folder, parsed.options), parsed.json, out, err);
}

}  // namespace amana::certs
