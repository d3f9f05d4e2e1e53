#include "tests/support/test_pki.h"

#include <cstdio>
#include <cstdlib>
#include <map>
#include <tuple>
#include <utility>

#include "absl/synchronization/mutex.h"
#include "absl/time/civil_time.h"

namespace amana::tests {
namespace {

using crypto::Authority;
using crypto::Certificate;
using crypto::CertUsage;
using crypto::EcdsaPrivateKey;
using crypto::Role;
using crypto::SpiffeId;

template <typename T>
T OrDie(absl::StatusOr<T> value) {
  if (!value.ok()) {
    std::fprintf(stderr, "test PKI: %s\n", value.status().ToString().c_str());
    std::abort();
  }
  return *std::move(value);
}

crypto::Validity WholeSpan() { return {TestNotBefore(), TestNotAfter()}; }

Authority NewRoot() {
  EcdsaPrivateKey key = OrDie(EcdsaPrivateKey::Generate());
  Certificate certificate = OrDie(crypto::MakeRoot(key, kTestTrustDomain, WholeSpan()));
  return {std::move(certificate), std::move(key)};
}

Authority NewAgencyCa(const Authority& root, std::string_view agency) {
  EcdsaPrivateKey key = OrDie(EcdsaPrivateKey::Generate());
  Certificate certificate = OrDie(crypto::IssueAgencyCa(
      root, key.PublicKey(), kTestTrustDomain, OrDie(AgencyId::Create(agency)), WholeSpan()));
  return {std::move(certificate), std::move(key)};
}

TestIdentity NewIdentity(const Authority& ca, const crypto::EndEntity& profile) {
  EcdsaPrivateKey key = OrDie(EcdsaPrivateKey::Generate());
  Certificate certificate = OrDie(crypto::IssueEndEntity(ca, key.PublicKey(), profile));
  const crypto::Secret pem = OrDie(key.ToPem());
  return {certificate, key, certificate.pem() + ca.certificate.pem(),
          std::string(pem.Reveal(crypto::RevealSecret()))};
}

const Authority& ForeignRoot() {
  static const Authority* const root = new Authority(NewRoot());
  return *root;
}

// std::map: references to its values stay good.
template <typename Key, typename Value, typename Make>
const Value& Kept(std::map<Key, Value>& all, absl::Mutex& mu, const Key& key, const Make& make) {
  absl::MutexLock lock(&mu);
  const auto found = all.find(key);
  return found != all.end() ? found->second : all.emplace(key, make()).first->second;
}

}  // namespace

absl::Time TestNotBefore() {
  return absl::FromCivil(absl::CivilSecond(2020, 1, 1), absl::UTCTimeZone());
}

absl::Time TestNotAfter() {
  return absl::FromCivil(absl::CivilSecond(2049, 12, 31, 23, 59, 59), absl::UTCTimeZone());
}

SpiffeId TestSpiffe(std::string_view agency, Role role, std::string_view unit,
                    std::string_view person) {
  SpiffeId id;
  id.trust_domain = std::string(kTestTrustDomain);
  id.agency = OrDie(AgencyId::Create(agency));
  id.role = role;
  if (!unit.empty()) id.unit = OrDie(UnitId::Create(unit));
  if (!person.empty()) id.person = OrDie(PersonId::Create(person));
  return id;
}

const Authority& TestRoot() {
  static const Authority* const root = new Authority(NewRoot());
  return *root;
}

const Authority& TestAgencyCa(std::string_view agency) {
  static absl::Mutex mu;
  static auto* const all = new std::map<std::string, Authority>;
  return Kept(*all, mu, std::string(agency), [&] { return NewAgencyCa(TestRoot(), agency); });
}

const TestIdentity& TestCert(std::string_view agency, Role role, std::string_view unit,
                             std::string_view person, CertUsage usage, int generation) {
  using Key = std::tuple<std::string, CertUsage, int>;
  static absl::Mutex mu;
  static auto* const all = new std::map<Key, TestIdentity>;
  const SpiffeId id = TestSpiffe(agency, role, unit, person);
  return Kept(*all, mu, Key(crypto::ToUri(id), usage, generation),
              [&] { return MakeTestCert(id, usage, TestNotBefore(), TestNotAfter()); });
}

const TestIdentity& TestTls(std::string_view agency, Role role, std::string_view unit,
                            std::string_view person) {
  return TestCert(agency, role, unit, person, CertUsage::kTls);
}

const TestIdentity& TestSigner(std::string_view agency, Role role, std::string_view unit,
                               std::string_view person) {
  return TestCert(agency, role, unit, person, CertUsage::kSigning);
}

const TestIdentity& TestSealer(std::string_view agency, std::string_view unit) {
  return TestCert(agency, Role::kSystem, unit, "", CertUsage::kSealing);
}

const TestIdentity& TestBrokerTls(std::string_view agency) {
  static absl::Mutex mu;
  static auto* const all = new std::map<std::string, TestIdentity>;
  return Kept(*all, mu, std::string(agency), [&] {
    return NewIdentity(TestAgencyCa(agency), {.spiffe = TestSpiffe(agency, Role::kBroker),
                                              .usage = CertUsage::kTls,
                                              .validity = WholeSpan(),
                                              .dns_names = {"localhost"},
                                              .ip_addresses = {"127.0.0.1"}});
  });
}

TestIdentity MakeTestCert(const SpiffeId& spiffe, CertUsage usage, absl::Time not_before,
                          absl::Time not_after) {
  return NewIdentity(TestAgencyCa(spiffe.agency.value()), {.spiffe = spiffe,
                                                           .usage = usage,
                                                           .validity = {not_before, not_after},
                                                           .dns_names = {},
                                                           .ip_addresses = {}});
}

std::string TestRootPem() { return TestRoot().certificate.pem(); }

std::string TestBundlePem(const std::vector<std::string>& agencies) {
  std::string pem;
  for (const std::string& agency : agencies) pem += TestAgencyCa(agency).certificate.pem();
  return pem;
}

std::shared_ptr<const crypto::ChainVerifier> TestVerifier(
    const std::vector<std::string>& agencies) {
  crypto::ChainVerifier::Authorities authorities;
  authorities.roots.push_back(TestRoot().certificate);
  for (const std::string& agency : agencies) {
    authorities.issuing.push_back(TestAgencyCa(agency).certificate);
  }
  return OrDie(crypto::ChainVerifier::Create(std::move(authorities)));
}

TestIdentity MakeForeignCert(const SpiffeId& spiffe, CertUsage usage) {
  return NewIdentity(NewAgencyCa(ForeignRoot(), spiffe.agency.value()), {.spiffe = spiffe,
                                                                         .usage = usage,
                                                                         .validity = WholeSpan(),
                                                                         .dns_names = {},
                                                                         .ip_addresses = {}});
}

Certificate ForeignAgencyCa(std::string_view agency) {
  return NewAgencyCa(ForeignRoot(), agency).certificate;
}

}  // namespace amana::tests
