#include <memory>

#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/exit_code.h"
#include "base/status.h"
#include "proto/crypto/key_request.h"

namespace amana::cli {
namespace {

struct Options {
  std::string agency, unit, person, trust_domain;
  std::string role = "system";
  std::string dir = "keys";
  std::string name;
  std::vector<std::string> usages;
};

struct Wanted {
  std::string name;
  crypto::CertUsage usage;
};

// A system has all three; a person who works at one has a signing key beside it; others, who run
// alone, sign and connect.
std::vector<Wanted> StandardKeys(crypto::Role role) {
  using crypto::CertUsage;
  if (role == crypto::Role::kSystem) {
    return {{"tls", CertUsage::kTls},
            {"signing", CertUsage::kSigning},
            {"sealing", CertUsage::kSealing}};
  }
  if (role == crypto::Role::kPerson) return {{"person", CertUsage::kSigning}};
  return {{"tls", CertUsage::kTls}, {"signing", CertUsage::kSigning}};
}

absl::StatusOr<std::vector<Wanted>> WantedKeys(const Options& o, crypto::Role role) {
  if (o.usages.empty() && o.name.empty()) return StandardKeys(role);
  if (!o.name.empty() && o.usages.size() != 1) {
    return UsageError("--name", "names one key: give one --usage with it");
  }
  std::vector<Wanted> wanted;
  for (const std::string& name : o.usages) {
    AMANA_ASSIGN_OR_RETURN(const crypto::CertUsage usage,
                           FromOption("--usage", crypto::ParseUsage(name)));
    wanted.push_back({o.name.empty() ? name : o.name, usage});
  }
  return wanted;
}

absl::StatusOr<crypto::SpiffeId> SpiffeOf(const Options& o) {
  crypto::SpiffeId id;
  if (const absl::Status domain = crypto::CheckTrustDomain(o.trust_domain); !domain.ok()) {
    return UsageError("--trust-domain", std::string(domain.message()));
  }
  id.trust_domain = o.trust_domain;
  AMANA_ASSIGN_OR_RETURN(id.agency, AgencyId::Create(o.agency, "--agency"));
  AMANA_ASSIGN_OR_RETURN(id.role, FromOption("--role", crypto::ParseRole(o.role)));
  if (!o.unit.empty()) {
    AMANA_ASSIGN_OR_RETURN(id.unit, UnitId::Create(o.unit, "--unit"));
  }
  if (o.person.empty()) {
    if (id.role == crypto::Role::kPerson) return UsageError("--person", "a person's key names one");
    return id;
  }
  if (o.unit.empty()) return UsageError("--person", "a person is named within a --unit");
  AMANA_ASSIGN_OR_RETURN(id.person, PersonId::Create(o.person, "--person"));
  return id;
}

std::string SignLine(const Options& o, const crypto::KeyRequest& request, const Wanted& wanted) {
  std::string line = "  amana-pki sign --dir PKI --csr " + request.csr_path + " --agency " +
                     o.agency + " --role " + o.role;
  if (!o.unit.empty()) line += " --unit " + o.unit;
  if (!o.person.empty()) line += " --person " + o.person;
  return line + " --usage " + std::string(crypto::UsageName(wanted.usage)) + " --out " + o.dir +
         "/" + wanted.name + ".pem\n";
}

Result Run(Context&, const Options& o) {
  AMANA_ASSIGN_OR_RETURN(const crypto::SpiffeId spiffe, SpiffeOf(o));
  AMANA_ASSIGN_OR_RETURN(const std::vector<Wanted> wanted, WantedKeys(o, spiffe.role));
  Report report;
  report.json = {{"id", crypto::ToUri(spiffe)}, {"keys", Json::array()}};
  report.text = "for " + crypto::ToUri(spiffe) + "\n";
  std::string next;
  for (const Wanted& key : wanted) {
    AMANA_ASSIGN_OR_RETURN(const crypto::KeyRequest made,
                           crypto::NewKeyAndCsr(o.dir, key.name, spiffe, key.usage));
    report.text += "made " + made.key_path + " (keep it here) and " + made.csr_path + "\n";
    report.json["keys"].push_back({{"usage", std::string(crypto::UsageName(key.usage))},
                                   {"key", made.key_path},
                                   {"csr", made.csr_path},
                                   {"certificate", o.dir + "/" + key.name + ".pem"}});
    next += SignLine(o, made, key);
  }
  report.text += "next, the authority certifies each request:\n" + next;
  return report;
}

}  // namespace

void RegisterKeysNew(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "new", "Make keys here, and the requests for their certificates",
      "  amana keys new --trust-domain amana.example --agency police-a --unit desk\n"
      "  amana keys new --trust-domain amana.example --agency shelter-a --unit intake \\\n"
      "      --role person --person p-017\n"
      "  amana keys new ... --usage sealing --name sealing-2      (to rotate one)\n",
      [](CLI::App& command, Options& o) {
        command.add_option("--trust-domain", o.trust_domain, "For example amana.example")
            ->required();
        command.add_option("--agency", o.agency, "This agency's id")->required();
        command.add_option("--unit", o.unit, "The unit's id");
        command.add_option("--role", o.role, "system, person, coordinator, auditor or operator")
            ->capture_default_str();
        command.add_option("--person", o.person, "The person's opaque id; needs --unit");
        command.add_option("--dir", o.dir, "Folder of the keys")->capture_default_str();
        command
            .add_option("--usage", o.usages,
                        "tls, signing, sealing (what the role needs: a system all three, a person "
                        "a signing key named \"person\")")
            ->delimiter(',');
        command.add_option("--name", o.name, "File name of one key (its usage)");
      },
      Run);
}

}  // namespace amana::cli
