// For tests: a registry on disk, made from the synthetic PKI (tests/support/test_pki.h). SYNTHETIC
// agencies: "police", "haven" (a shelter), "consulate" (an embassy, of Uganda), "oversight"
// (auditors) and "secretariat", which coordinates. A failure to write fails the test.
#ifndef AMANA_BROKER_IDENTITY_REGISTRY_TESTING_H_
#define AMANA_BROKER_IDENTITY_REGISTRY_TESTING_H_

#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/testing.h"
#include "proto/crypto/x509.h"

namespace amana::identity {

class TestRegistry {
 public:
  TestRegistry();  // no certificates but the authorities', nothing revoked

  std::string path() const { return dir_.File("registry.toml"); }
  std::string File(const std::string& name) const { return dir_.File(name); }

  // Puts it into the agency's folder, as <name>.pem.
  void Add(std::string_view agency, const std::string& name,
           const crypto::Certificate& certificate);
  void Revoke(const CertId& id);  // adds a line to revoked.txt
  // Replaces `from` in the TOML file, which must be there exactly once.
  void Edit(std::string_view from, std::string_view to);
  void Write(const std::string& name, std::string_view content);  // in one step
  void Remove(const std::string& name);
  std::string Read(const std::string& name) const;

 private:
  TempDir dir_;
};

}  // namespace amana::identity

#endif  // AMANA_BROKER_IDENTITY_REGISTRY_TESTING_H_
