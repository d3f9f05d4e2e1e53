// A whole PKI in memory for tests: one root, an issuing CA per agency, end-entities on demand. Keys
// and certificates are made once per process and kept; nothing is written to disk unless asked.
// Everything is valid from 2020-01-01 to 2049-12-31 unless told otherwise. Thread-safe.
// A failure here aborts the test program: tests have nothing to decide about it.
#ifndef AMANA_TESTS_SUPPORT_TEST_PKI_H_
#define AMANA_TESTS_SUPPORT_TEST_PKI_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "proto/crypto/ecdsa.h"
#include "proto/crypto/pki.h"
#include "proto/crypto/spiffe.h"
#include "proto/crypto/x509.h"

namespace amana::tests {

inline constexpr std::string_view kTestTrustDomain = "test.amana.example";

absl::Time TestNotBefore();  // 2020-01-01T00:00:00Z
absl::Time TestNotAfter();   // 2049-12-31T23:59:59Z

struct TestIdentity {
  crypto::Certificate certificate;
  crypto::EcdsaPrivateKey key;

  // PEM for TLS: the certificate followed by its issuing CA, and the key.
  std::string chain_pem;
  std::string key_pem;
};

crypto::SpiffeId TestSpiffe(std::string_view agency, crypto::Role role, std::string_view unit = "",
                            std::string_view person = "");

// One per process and argument list: the same arguments give the same certificate. `generation`
// gives further ones (a rotated key).
const TestIdentity& TestCert(std::string_view agency, crypto::Role role, std::string_view unit,
                             std::string_view person, crypto::CertUsage usage, int generation = 0);

// Shorthands.
const TestIdentity& TestTls(std::string_view agency, crypto::Role role, std::string_view unit = "",
                            std::string_view person = "");
const TestIdentity& TestSigner(std::string_view agency, crypto::Role role,
                               std::string_view unit = "", std::string_view person = "");
const TestIdentity& TestSealer(std::string_view agency, std::string_view unit);
// A broker's TLS certificate: URI SAN plus DNS:localhost and IP:127.0.0.1.
const TestIdentity& TestBrokerTls(std::string_view agency = "amana");

// Not kept: with a validity of its own.
TestIdentity MakeTestCert(const crypto::SpiffeId& spiffe, crypto::CertUsage usage,
                          absl::Time not_before, absl::Time not_after);

const crypto::Authority& TestRoot();
const crypto::Authority& TestAgencyCa(std::string_view agency);

// The root alone, and the agencies' issuing CAs, as PEM.
std::string TestRootPem();
std::string TestBundlePem(const std::vector<std::string>& agencies);

// Root pinned, these agencies' issuing CAs known.
std::shared_ptr<const crypto::ChainVerifier> TestVerifier(const std::vector<std::string>& agencies);

// An unrelated root and CA of the same names, for refusals.
TestIdentity MakeForeignCert(const crypto::SpiffeId& spiffe, crypto::CertUsage usage);
crypto::Certificate ForeignAgencyCa(std::string_view agency);

}  // namespace amana::tests

#endif  // AMANA_TESTS_SUPPORT_TEST_PKI_H_
