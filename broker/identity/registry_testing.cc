#include "broker/identity/registry_testing.h"

#include "base/durable_file.h"
#include "gtest/gtest.h"
#include "tests/support/test_pki.h"

namespace amana::identity {
namespace {

constexpr std::string_view kToml = R"(# SYNTHETIC
trust_domain = "test.amana.example"
root_ca = "ca/root.pem"
revocations = "revoked.txt"
coordinating_agencies = ["secretariat"]

[[agency]]
id = "police"
name = "SYNTHETIC police"
kind = "POLICE"
country = "KE"
issuing_ca = "ca/police.pem"
certificates = "police"

[[agency]]
id = "haven"
name = "SYNTHETIC shelter"
kind = "SHELTER"
country = "KE"
issuing_ca = "ca/haven.pem"
certificates = "haven"

[[agency]]
id = "consulate"
name = "SYNTHETIC consulate"
kind = "EMBASSY"
country = "UG"
issuing_ca = "ca/consulate.pem"
certificates = "consulate"

[[agency]]
id = "oversight"
name = "SYNTHETIC auditors"
kind = "OVERSIGHT"
country = "KE"
issuing_ca = "ca/oversight.pem"
certificates = "oversight"

[[agency]]
id = "secretariat"
name = "SYNTHETIC secretariat"
kind = "OTHER"
country = "KE"
issuing_ca = "ca/secretariat.pem"
certificates = "secretariat"
)";

}  // namespace

TestRegistry::TestRegistry() {
  for (const char* folder : {"ca", "police", "haven", "consulate", "oversight", "secretariat"}) {
    AMANA_EXPECT_OK(RealFileSystem().CreateDirectories(File(folder)));
  }
  Write("ca/root.pem", tests::TestRootPem());
  for (const std::string agency : {"police", "haven", "consulate", "oversight", "secretariat"}) {
    Write("ca/" + agency + ".pem", tests::TestAgencyCa(agency).certificate.pem());
  }
  Write("revoked.txt", "# SYNTHETIC\n");
  Write("registry.toml", kToml);
}

void TestRegistry::Add(std::string_view agency, const std::string& name,
                       const crypto::Certificate& certificate) {
  Write(std::string(agency) + "/" + name + ".pem", certificate.pem());
}

void TestRegistry::Revoke(const CertId& id) {
  Write("revoked.txt", Read("revoked.txt") + id.hex() + " 2024-01-01T00:00:00Z test\n");
}

void TestRegistry::Edit(std::string_view from, std::string_view to) {
  std::string toml = Read("registry.toml");
  const size_t at = toml.find(from);
  ASSERT_NE(at, std::string::npos) << from;
  ASSERT_EQ(toml.find(from, at + 1), std::string::npos) << from;
  Write("registry.toml", toml.replace(at, from.size(), to));
}

void TestRegistry::Write(const std::string& name, std::string_view content) {
  AMANA_EXPECT_OK(RealFileSystem().WriteAtomically(File(name), content, kPublicFile));
}

void TestRegistry::Remove(const std::string& name) {
  AMANA_EXPECT_OK(RealFileSystem().Remove(File(name)));
}

std::string TestRegistry::Read(const std::string& name) const {
  const absl::StatusOr<std::string> content = RealFileSystem().Read(File(name));
  AMANA_EXPECT_OK(content);
  return content.value_or("");
}

}  // namespace amana::identity
