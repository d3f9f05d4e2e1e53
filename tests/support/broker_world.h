// A SYNTHETIC federation in a folder of its own: authorities, registry, the broker's keys and
// configuration, and a folder with agency.toml and keys for each endpoint:
//
//   police      system of police/desk with an officer's key, sends
//   intake      system of haven/intake with a caseworker's key, receives
//   coast       the same of haven/coast
//   secretariat a coordinator of secretariat, who countersigns the directory
//   auditor     of oversight, with a person's key; auditor-2 with another's
//   operator    of amana, the broker's own agency, with an operator's keys
//
// BrokerProcess puts the directory into the broker when it first listens: police/desk (RESCUE),
// haven/intake (ACCOMMODATION and MEDICAL, county 47) and haven/coast (ACCOMMODATION, county 1),
// all of whom take everybody.
//
// Keys are made once per process (test_pki.h). For one thread. A failure here ends the program:
// tests have nothing to decide about it.
#ifndef AMANA_TESTS_SUPPORT_BROKER_WORLD_H_
#define AMANA_TESTS_SUPPORT_BROKER_WORLD_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "amana/v1/directory.pb.h"
#include "base/ids.h"
#include "proto/crypto/x509.h"
#include "tests/support/test_pki.h"

namespace amana::tests {

// A further agency, with an endpoint of its name: the system of its one unit, with a person's key,
// sends and receives.
struct WorldAgency {
  std::string id;
  std::string kind;  // as the registry has it: "IOM"
  std::string unit;
};

struct WorldOptions {
  // Put into broker.toml as they are: "[delivery]\nlease = \"1s\"\n".
  std::string broker_settings;
  // Empty: <world>/broker/data.
  std::string data_dir;
  // The name that the log's checkpoints are signed under.
  std::string origin = "test.amana.example/log";
  // Further agencies, each with an endpoint of its name: the system of its unit intake, with a
  // caseworker's key, receives. In no directory until an entry is handed in.
  std::vector<std::string> shelters = {};
  // Of any kind, likewise.
  std::vector<WorldAgency> agencies = {};
};

class BrokerWorld {
 public:
  explicit BrokerWorld(const WorldOptions& options = {});
  ~BrokerWorld();  // removes the folder unless Keep was called
  BrokerWorld(const BrokerWorld&) = delete;
  BrokerWorld& operator=(const BrokerWorld&) = delete;

  const std::string& path() const { return path_; }
  std::string File(std::string_view name) const { return path_ + "/" + std::string(name); }
  const std::string& data_dir() const { return data_dir_; }
  std::string broker_config() const { return File("broker/broker.toml"); }
  std::string broker_log() const { return File("broker/stderr.log"); }
  std::string agency_config(std::string_view endpoint) const {
    return File("endpoints/" + std::string(endpoint) + "/agency.toml");
  }

  // Writes every agency.toml: the address is known once the broker listens.
  void SetBrokerPort(int port);

  void Write(std::string_view name, std::string_view content) const;  // in one step
  std::string Read(std::string_view name) const;
  void Revoke(const CertId& certificate);  // adds a line to the registry's revocation list
  // Registers a certificate of the agency's.
  void Register(std::string_view agency, std::string_view name,
                const crypto::Certificate& certificate) const;
  void Keep() { keep_ = true; }
  // Hands the directory in, once. The broker must listen.
  absl::Status SetDirectory();
  // Hands these in, signed as they must be.
  absl::Status HandIn(const std::vector<v1::DirectoryEntry>& entries) const;

 private:
  void WriteAuthorities() const;
  void WriteBroker(const WorldOptions& options) const;
  void WriteEndpoints() const;

  const std::vector<WorldAgency> further_;
  std::string path_;
  std::string data_dir_;
  bool keep_ = false;
  bool directory_set_ = false;
};

}  // namespace amana::tests

#endif  // AMANA_TESTS_SUPPORT_BROKER_WORLD_H_
