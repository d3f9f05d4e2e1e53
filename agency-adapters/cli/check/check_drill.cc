#include "agency-adapters/cli/check/check_drill.h"

#include <sys/wait.h>

#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agency-adapters/cli/check/check_errors.h"
#include "base/clock.h"
#include "base/durable_file.h"
#include "base/status.h"

namespace amana::cli {
namespace {

constexpr char kDomain[] = "drill.amana.example";
constexpr absl::Duration kPatience = absl::Seconds(30);

// A machine whose clock goes wrong by a constant.
class WrongClock final : public Clock {
 public:
  explicit WrongClock(absl::Duration ahead) : ahead_(ahead) {}
  absl::Time Now() const override { return absl::Now() + ahead_; }
  bool Synchronised() const override { return true; }

 private:
  const absl::Duration ahead_;
};

std::string UnitOf(const std::string& agency) {
  return agency == kDrillAdapter ? "intake" : "desk";
}

absl::Status Write(const std::string& path, const std::string& text) {
  AMANA_RETURN_IF_ERROR(RealFileSystem().CreateDirectories(FolderOf(path)));
  return RealFileSystem().WriteAtomically(path, text, kPublicFile);
}

absl::Status Copy(const std::string& from, const std::string& to) {
  AMANA_ASSIGN_OR_RETURN(const std::string text, RealFileSystem().Read(from));
  return Write(to, text);
}

// What the broker refused is in the answer of the command that sent it.
absl::Status Refused(const std::vector<std::string>& arguments, const std::string& out) {
  const Json json = Json::parse(out, nullptr, /*allow_exceptions=*/false);
  const Json entry = json.is_object() ? json.value("outbox", Json::object()) : Json::object();
  const std::string reason = entry.value("reason", "");
  if (reason.empty()) return DrillFailed(absl::StrJoin(arguments, " "), out);
  return MakeError(absl::StatusCode::kFailedPrecondition, reason, entry.value("field", ""), out);
}

// What a command said on stderr with --json, as an error.
absl::Status SaidError(const std::vector<std::string>& arguments, const std::string& out,
                       const std::string& err) {
  const std::string line = err.substr(0, err.find('\n'));
  const Json json = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  const std::string reason = json.is_object() ? json.value("error", "") : "";
  if (reason.empty()) return Refused(arguments, out);
  return MakeError(absl::StatusCode::kFailedPrecondition, reason, json.value("field", ""),
                   json.value("message", ""));
}

}  // namespace

absl::StatusOr<Json> Drill::As(const std::string& agency, std::vector<std::string> arguments,
                               absl::Duration ahead) {
  arguments.insert(arguments.begin(), {"--json", "--config", AgencyToml(agency)});
  std::ostringstream out, err;
  const WrongClock clock(ahead);
  const World& outer = *options_.world;
  const int code = options_.run(
      arguments,
      World{.clock = clock, .out = out, .err = err, .connect = outer.connect, .stop = outer.stop});
  if (code != 0) return SaidError(arguments, out.str(), err.str());
  std::string text = out.str();
  if (!text.empty() && text.back() == '\n') text.pop_back();
  Json json = Json::parse(text.substr(text.rfind('\n') + 1), nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) return Json();
  return json;
}

absl::Status Drill::Program(const std::string& name, std::vector<std::string> arguments) {
  ChildOptions options;
  options.command = {options_.programs + "/" + name};
  options.command.insert(options.command.end(), arguments.begin(), arguments.end());
  options.stderr_file = File("drill.err");
  AMANA_ASSIGN_OR_RETURN(const auto child, ChildProcess::Start(options));
  AMANA_RETURN_IF_ERROR(child->ReadAll(kPatience).status());
  const std::optional<int> status = child->Wait(kPatience);
  if (status.has_value() && WIFEXITED(*status) && WEXITSTATUS(*status) == 0) {
    return absl::OkStatus();
  }
  return DrillFailed(name + " " + absl::StrJoin(arguments, " "), "see " + File("drill.err"));
}

absl::Status Drill::Pki(std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--dir", File("pki")});
  return Program("amana-pki", std::move(arguments));
}

absl::Status Drill::MakeAuthority() {
  AMANA_RETURN_IF_ERROR(Pki({"init", "--trust-domain", kDomain}));
  for (const char* agency : {kDrillOffice, kDrillSender, kDrillAdapter, "amana"}) {
    AMANA_RETURN_IF_ERROR(Pki({"agency", "--agency", agency}));
  }
  return Copy(File("pki/root.crt"), File("broker/registry/root.pem"));
}

absl::Status Drill::Enrol(const std::string& agency) {
  const std::string keys = File(agency + "/keys"), unit = UnitOf(agency);
  for (const bool person : {false, true}) {
    std::vector<std::string> arguments = {"keys",     "new",  "--trust-domain", kDomain,
                                          "--agency", agency, "--unit",         unit,
                                          "--dir",    keys};
    if (person) arguments.insert(arguments.end(), {"--role", "person", "--person", "person-1"});
    AMANA_RETURN_IF_ERROR(As(agency, std::move(arguments)).status());
  }
  return Pki({"enrol", "--agency", agency, "--unit", unit, "--person", "person-1", "--keys", keys,
              "--registry", File("broker/registry/certificates")});
}

absl::Status Drill::MakeOffice() {
  const std::string agency = kDrillOffice, keys = File(agency + "/keys");
  AMANA_RETURN_IF_ERROR(
      As(agency, {"keys", "new", "--trust-domain", kDomain, "--agency", agency, "--unit", "desk",
                  "--role", "coordinator", "--person", "coordinator-1", "--dir", keys})
          .status());
  for (const char* usage : {"tls", "signing"}) {
    const std::string out = absl::StrCat(keys, "/", usage, ".pem");
    AMANA_RETURN_IF_ERROR(Pki({"sign", "--csr", absl::StrCat(keys, "/", usage, ".csr"), "--agency",
                               agency, "--role", "coordinator", "--unit", "desk", "--person",
                               "coordinator-1", "--usage", usage, "--out", out}));
    // The registry holds the leaf alone, which comes first.
    AMANA_ASSIGN_OR_RETURN(std::string pem, RealFileSystem().Read(out));
    constexpr std::string_view kEnd = "-----END CERTIFICATE-----\n";
    pem.resize(std::min(pem.size(), pem.find(kEnd) + kEnd.size()));
    AMANA_RETURN_IF_ERROR(Write(
        File(absl::StrCat("broker/registry/certificates/", agency, "/", usage, ".pem")), pem));
  }
  return absl::OkStatus();
}

absl::Status Drill::WriteRegistry() {
  std::string text = absl::StrCat("trust_domain = \"", kDomain,
                                  "\"\nroot_ca = \"root.pem\"\nrevocations = \"revoked.txt\"\n"
                                  "coordinating_agencies = [\"",
                                  kDrillOffice, "\"]\n");
  const std::pair<const char*, const char*> agencies[] = {
      {kDrillOffice, "OTHER"}, {kDrillSender, "POLICE"}, {kDrillAdapter, "SHELTER"}};
  for (const auto& [agency, kind] : agencies) {
    AMANA_RETURN_IF_ERROR(Copy(File(absl::StrCat("pki/agencies/", agency, "/ca.crt")),
                               File(absl::StrCat("broker/registry/", agency, "-ca.pem"))));
    absl::StrAppend(&text, "\n[[agency]]\nid = \"", agency, "\"\nname = \"SYNTHETIC ", agency,
                    "\"\nkind = \"", kind, "\"\ncountry = \"KE\"\nissuing_ca = \"", agency,
                    "-ca.pem\"\ncertificates = \"certificates/", agency, "\"\n");
  }
  AMANA_RETURN_IF_ERROR(Write(File("broker/registry/revoked.txt"), ""));
  return Write(File("broker/registry/registry.toml"), text);
}

absl::Status Drill::StartBroker() {
  AMANA_RETURN_IF_ERROR(
      Program("amana-broker", {"keys", "--dir", File("broker/keys"), "--trust-domain", kDomain,
                               "--origin", absl::StrCat(kDomain, "/log")}));
  AMANA_RETURN_IF_ERROR(
      Pki({"sign", "--csr", File("broker/keys/tls.csr"), "--agency", "amana", "--role", "broker",
           "--usage", "tls", "--out", File("broker/keys/tls.pem"), "--dns", "localhost", "--ip",
           "127.0.0.1"}));
  AMANA_RETURN_IF_ERROR(WriteRegistry());
  AMANA_RETURN_IF_ERROR(Write(
      File("broker/broker.toml"),
      absl::StrCat("data_dir = \"data\"\nclock_sync = \"trusted\"\n"
                   "[listen]\naddress = \"127.0.0.1:0\"\n"
                   "[tls]\ncertificate = \"keys/tls.pem\"\nkey = \"keys/tls.key\"\n"
                   "ca = \"registry/root.pem\"\n[registry]\npath = \"registry/registry.toml\"\n"
                   "[transparency]\nkey = \"keys/log.key\"\norigin = \"",
                   kDomain, "/log\"\n[limits]\nmin_free_mib = 16\n")));
  ChildOptions options;
  options.command = {options_.programs + "/amana-broker", "run", "--config",
                     File("broker/broker.toml")};
  options.stderr_file = BrokerLog();
  AMANA_ASSIGN_OR_RETURN(broker_, ChildProcess::Start(options));
  const absl::StatusOr<std::string> line = broker_->ReadLine(kPatience);
  const Json json = line.ok() ? Json::parse(*line, nullptr, /*allow_exceptions=*/false) : Json();
  if (!json.is_object()) return DrillFailed("amana-broker run", "see " + BrokerLog());
  port_ = json.value("port", 0);
  return absl::OkStatus();
}

absl::Status Drill::Configure(const std::string& agency) {
  return Write(AgencyToml(agency),
               absl::StrCat("agency = \"", agency, "\"\nunit = \"", UnitOf(agency),
                            "\"\ntrust_domain = \"", kDomain, "\"\nbroker = \"127.0.0.1:", port_,
                            "\"\ncoordinating_agencies = [\"", kDrillOffice,
                            "\"]\nroot_ca = \"../pki/root.crt\"\n"
                            "issuing_cas = \"../trust\"\n"
                            "log_vkey = \"../broker/keys/log.vkey\"\n"));
}

absl::Status Drill::SetEntry(const std::string& agency) {
  const bool adapter = agency == kDrillAdapter;
  const std::string services =
      adapter ? absl::StrJoin(options_.services, "\", \"") : std::string("BASIC_NEEDS");
  AMANA_RETURN_IF_ERROR(
      Write(File(agency + "/entry.toml"),
            absl::StrCat("kind = \"", adapter ? "SHELTER" : "POLICE", "\"\ncountry = \"KE\"\n",
                         "[[unit]]\nid = \"", UnitOf(agency), "\"\nservices = [\"", services,
                         "\"]\ncounty = 47\nages = [\"ADULT\", \"MINOR\"]\n"
                         "sexes = [\"FEMALE\", \"MALE\"]\nlanguages = [\"eng\", \"swa\"]\n"
                         "sealing_certificates = [\"keys/sealing.pem\"]\n")));
  const std::string proposal = File(absl::StrCat(agency, "/entry-", ++enrolments_, ".amana"));
  AMANA_RETURN_IF_ERROR(
      As(agency, {"directory", "propose", File(agency + "/entry.toml"), "--out", proposal})
          .status());
  return As(kDrillOffice, {"directory", "set", proposal}).status();
}

absl::Status Drill::MakeAgency(const std::string& agency) {
  AMANA_RETURN_IF_ERROR(Configure(agency));
  return SetEntry(agency);
}

absl::StatusOr<std::unique_ptr<Drill>> Drill::Start(DrillOptions options) {
  std::unique_ptr<Drill> drill(new Drill(std::move(options)));
  AMANA_RETURN_IF_ERROR(drill->MakeAuthority());
  for (const char* agency : {kDrillSender, kDrillAdapter}) {
    AMANA_RETURN_IF_ERROR(drill->Enrol(agency));
  }
  AMANA_RETURN_IF_ERROR(drill->MakeOffice());
  AMANA_RETURN_IF_ERROR(drill->StartBroker());
  AMANA_RETURN_IF_ERROR(Copy(drill->File("pki/issuing.pem"), drill->File("trust/all.pem")));
  AMANA_RETURN_IF_ERROR(drill->Configure(kDrillOffice));
  for (const char* agency : {kDrillSender, kDrillAdapter}) {
    AMANA_RETURN_IF_ERROR(drill->MakeAgency(agency));
  }
  AMANA_RETURN_IF_ERROR(Write(drill->File("form.txt"), "SYNTHETIC consent form\n"));
  return drill;
}

absl::Status Drill::Revoke(const std::string& agency) {
  return Pki({"revoke", "--agency", agency, "--unit", UnitOf(agency), "--reason", "drill",
              "--publish", File("broker/registry/revoked.txt")});
}

absl::Status Drill::Reenrol(const std::string& agency) {
  FileSystem& files = RealFileSystem();
  const std::string keys = File(agency + "/keys/");
  const std::string old = File(absl::StrCat(agency, "/old-", ++enrolments_));
  AMANA_RETURN_IF_ERROR(files.CreateDirectories(old));
  for (const char* end : {".key", ".csr", ".pem"}) {
    for (const char* name : {"tls", "signing", "person"}) {
      AMANA_RETURN_IF_ERROR(
          files.Rename(absl::StrCat(keys, name, end), absl::StrCat(old, "/", name, end)));
    }
    AMANA_RETURN_IF_ERROR(files.Rename(absl::StrCat(keys, "sealing", end),
                                       absl::StrCat(keys, "sealing-", enrolments_, end)));
  }
  AMANA_RETURN_IF_ERROR(Enrol(agency));
  // The broker looks at its registry every 2 s.
  absl::Status set;
  for (const absl::Time end = absl::Now() + kPatience; absl::Now() < end;
       absl::SleepFor(absl::Milliseconds(200))) {
    set = SetEntry(agency);
    if (set.ok()) return set;
  }
  return set;
}

}  // namespace amana::cli
