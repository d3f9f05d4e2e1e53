#include "tests/support/broker_world.h"

#include <stdlib.h>

#include <cstdio>
#include <filesystem>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/durable_file.h"
#include "proto/crypto/ed25519.h"
#include "proto/crypto/key_file.h"
#include "proto/envelope/directory_testing.h"
#include "proto/transparency/note_verifier.h"

namespace amana::tests {
namespace {

using crypto::CertUsage;
using crypto::Role;

constexpr std::string_view kRegistry = R"(# SYNTHETIC
trust_domain = "test.amana.example"
root_ca = "ca/root.pem"
revocations = "revoked.txt"
coordinating_agencies = ["secretariat"]

[[agency]]
id = "police"
name = "SYNTHETIC police"
kind = "POLICE"
country = "KE"
issuing_ca = "ca/agencies/police.pem"
certificates = "certificates/police"

[[agency]]
id = "haven"
name = "SYNTHETIC shelter"
kind = "SHELTER"
country = "KE"
issuing_ca = "ca/agencies/haven.pem"
certificates = "certificates/haven"

[[agency]]
id = "secretariat"
name = "SYNTHETIC secretariat"
kind = "OTHER"
country = "KE"
issuing_ca = "ca/agencies/secretariat.pem"
certificates = "certificates/secretariat"

[[agency]]
id = "oversight"
name = "SYNTHETIC auditors"
kind = "OVERSIGHT"
roles = ["auditor", "person"]
country = "KE"
issuing_ca = "ca/agencies/oversight.pem"
certificates = "certificates/oversight"

[[agency]]
id = "amana"
name = "SYNTHETIC operators"
kind = "OTHER"
country = "KE"
issuing_ca = "ca/agencies/amana.pem"
certificates = "certificates/amana"
roles = ["operator"]
)";

const std::vector<std::string>& Agencies() {
  static const auto* const all =
      new std::vector<std::string>{"police", "haven", "secretariat", "oversight", "amana"};
  return *all;
}

std::string RegistryOf(const WorldAgency& agency) {
  return absl::StrCat("\n[[agency]]\nid = \"", agency.id, "\"\nname = \"SYNTHETIC ", agency.id,
                      "\"\nkind = \"", agency.kind,
                      "\"\ncountry = \"KE\"\nissuing_ca = \"ca/agencies/", agency.id,
                      ".pem\"\ncertificates = \"certificates/", agency.id, "\"\n");
}

std::vector<WorldAgency> FurtherOf(const WorldOptions& options) {
  std::vector<WorldAgency> further = options.agencies;
  for (const std::string& shelter : options.shelters) {
    further.push_back({shelter, "SHELTER", "intake"});
  }
  return further;
}

struct Endpoint {
  std::string name;
  std::string agency;
  Role role;
  std::string unit;
  std::string person;  // with a key of its own
  bool seals;
};

const std::vector<Endpoint>& Endpoints() {
  static const auto* const all = new std::vector<Endpoint>{
      {"police", "police", Role::kSystem, "desk", "officer-1", true},
      {"intake", "haven", Role::kSystem, "intake", "worker-1", true},
      {"coast", "haven", Role::kSystem, "coast", "worker-2", true},
      {"secretariat", "secretariat", Role::kCoordinator, "desk", "coordinator-1", false},
      {"auditor", "oversight", Role::kAuditor, "", "auditor-1", false},
      {"auditor-2", "oversight", Role::kAuditor, "", "auditor-2", false},
      {"operator", "amana", Role::kOperator, "", "", false},
  };
  return *all;
}

std::vector<Endpoint> EndpointsWith(const std::vector<WorldAgency>& further) {
  std::vector<Endpoint> all = Endpoints();
  for (const WorldAgency& agency : further) {
    all.push_back({agency.id, agency.id, Role::kSystem, agency.unit, "worker-1", true});
  }
  return all;
}

void OrDie(const absl::Status& status, std::string_view what) {
  if (status.ok()) return;
  std::fprintf(stderr, "test world: %s: %s\n", std::string(what).c_str(),
               status.ToString().c_str());
  std::abort();
}

template <typename T>
T OrDie(absl::StatusOr<T> value, std::string_view what) {
  OrDie(value.status(), what);
  return *std::move(value);
}

void WriteKey(const std::string& stem, const TestIdentity& identity) {
  OrDie(RealFileSystem().WriteAtomically(stem + ".pem", identity.chain_pem, kPublicFile), stem);
  OrDie(crypto::WriteKeyFile(stem + ".key", crypto::Secret(identity.key_pem)), stem);
}

std::string MakeFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "amana-world-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) OrDie(absl::InternalError("mkdtemp"), name);
  return name;
}

}  // namespace

BrokerWorld::BrokerWorld(const WorldOptions& options)
    : further_(FurtherOf(options)), path_(MakeFolder()) {
  data_dir_ = options.data_dir.empty() ? File("broker/data") : options.data_dir;
  WriteAuthorities();
  WriteBroker(options);
  WriteEndpoints();
}

BrokerWorld::~BrokerWorld() {
  std::error_code ignored;
  if (!keep_) std::filesystem::remove_all(path_, ignored);
}

void BrokerWorld::WriteAuthorities() const {
  FileSystem& files = RealFileSystem();
  OrDie(files.CreateDirectories(File("ca/agencies")), "ca");
  Write("ca/root.pem", TestRootPem());
  std::vector<std::string> agencies = Agencies();
  for (const WorldAgency& agency : further_) agencies.push_back(agency.id);
  for (const std::string& agency : agencies) {
    Write("ca/agencies/" + agency + ".pem", TestAgencyCa(agency).certificate.pem());
    OrDie(files.CreateDirectories(File("certificates/" + agency)), agency);
  }
  Write("revoked.txt", "# SYNTHETIC\n");
  std::string registry(kRegistry);
  for (const WorldAgency& agency : further_) registry += RegistryOf(agency);
  Write("registry.toml", registry);
}

void BrokerWorld::WriteBroker(const WorldOptions& options) const {
  OrDie(RealFileSystem().CreateDirectories(File("broker")), "broker");
  WriteKey(File("broker/tls"), TestBrokerTls());
  const auto key = OrDie(crypto::Ed25519PrivateKey::Generate(), "log key");
  OrDie(crypto::WriteKeyFile(File("broker/log.key"), OrDie(key.ToPem(), "log key")), "log key");
  Write("broker/log.vkey",
        OrDie(transparency::NoteVerifier::Create(
                  options.origin, transparency::NoteKeyType::kEd25519, key.PublicKey()),
              "log key")
                .vkey() +
            "\n");
  Write(
      "broker/broker.toml",
      absl::StrCat("data_dir = \"", data_dir_,
                   "\"\n"
                   "clock_sync = \"trusted\"\n"
                   "[tls]\ncertificate = \"tls.pem\"\nkey = \"tls.key\"\nca = \"../ca/root.pem\"\n"
                   "[registry]\npath = \"../registry.toml\"\n"
                   "[transparency]\nkey = \"log.key\"\norigin = \"",
                   options.origin, "\"\n[metrics]\nport = 0\n", options.broker_settings));
}

void BrokerWorld::WriteEndpoints() const {
  std::vector<std::string> kept = {"police", "haven"};
  for (const WorldAgency& agency : further_) kept.push_back(agency.id);
  for (const std::string& agency : kept) {
    Register(agency, "keeper", envelope::TestKeeper(agency).certificate);
  }
  for (const Endpoint& endpoint : EndpointsWith(further_)) {
    const std::string keys = File("endpoints/" + endpoint.name + "/keys");
    OrDie(RealFileSystem().CreateDirectories(keys), keys);
    const auto write = [&](const std::string& stem, const TestIdentity& identity) {
      WriteKey(absl::StrCat(keys, "/", stem), identity);
      Register(endpoint.agency, endpoint.name + "-" + stem, identity.certificate);
    };
    if (endpoint.role == Role::kCoordinator) {
      WriteKey(keys + "/tls",
               TestTls(endpoint.agency, Role::kCoordinator, endpoint.unit, endpoint.person));
      write("person",
            TestSigner(endpoint.agency, Role::kCoordinator, endpoint.unit, endpoint.person));
      continue;
    }
    if (endpoint.role == Role::kOperator) {
      WriteKey(keys + "/tls", TestTls(endpoint.agency, Role::kOperator, "room", "operator-1"));
      write("signing", TestSigner(endpoint.agency, Role::kOperator, "room", "operator-1"));
      continue;
    }
    WriteKey(keys + "/tls", TestTls(endpoint.agency, endpoint.role, endpoint.unit));
    if (endpoint.role == Role::kSystem) {
      write("signing", TestSigner(endpoint.agency, endpoint.role, endpoint.unit));
    }
    if (!endpoint.person.empty()) {
      const std::string unit = endpoint.unit.empty() ? "desk" : endpoint.unit;
      write("person", TestSigner(endpoint.agency, Role::kPerson, unit, endpoint.person));
    }
    if (endpoint.seals) WriteKey(keys + "/sealing", TestSealer(endpoint.agency, endpoint.unit));
  }
}

void BrokerWorld::SetBrokerPort(int port) {
  for (const Endpoint& endpoint : EndpointsWith(further_)) {
    std::string text = absl::StrCat("agency = \"", endpoint.agency,
                                    "\"\ntrust_domain = \"test.amana.example\"\n"
                                    "broker = \"127.0.0.1:",
                                    port,
                                    "\"\n"
                                    "root_ca = \"../../ca/root.pem\"\n"
                                    "issuing_cas = \"../../ca/agencies\"\n"
                                    "log_vkey = \"../../broker/log.vkey\"\n"
                                    "coordinating_agencies = [\"secretariat\"]\n");
    if (!endpoint.unit.empty()) absl::StrAppend(&text, "unit = \"", endpoint.unit, "\"\n");
    Write("endpoints/" + endpoint.name + "/agency.toml", text);
  }
}

void BrokerWorld::Write(std::string_view name, std::string_view content) const {
  OrDie(RealFileSystem().WriteAtomically(File(name), content, kPublicFile), name);
}

std::string BrokerWorld::Read(std::string_view name) const {
  return OrDie(RealFileSystem().Read(File(name)), name);
}

void BrokerWorld::Revoke(const CertId& certificate) {
  Write("revoked.txt", Read("revoked.txt") + certificate.hex() + " 2024-01-01T00:00:00Z test\n");
}

void BrokerWorld::Register(std::string_view agency, std::string_view name,
                           const crypto::Certificate& certificate) const {
  Write("certificates/" + std::string(agency) + "/" + std::string(name) + ".pem",
        certificate.pem());
}

}  // namespace amana::tests
