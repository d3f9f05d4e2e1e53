// Certificates and requests: a certificate has one spelling, so that revoking its fingerprint
// revokes it, and none is believed that the pinned authorities did not sign.
#include <array>
#include <string>

#include "base/status.h"
#include "proto/crypto/pki.h"
#include "proto/crypto/sha256.h"
#include "proto/crypto/x509.h"
#include "tests/fuzz/target.h"
#include "tests/support/test_pki.h"

namespace amana::fuzz {
namespace {

using crypto::Certificate;
using crypto::CertUsage;

const std::array<Certificate, 5>& Issued() {
  static const auto* const all = new std::array<Certificate, 5>{
      tests::TestSigner("police-a", crypto::Role::kPerson, "desk", "synthetic-7").certificate,
      tests::TestSealer("police-a", "desk").certificate,
      tests::TestTls("police-a", crypto::Role::kSystem).certificate,
      tests::TestBrokerTls("police-a").certificate, tests::TestAgencyCa("police-a").certificate};
  return *all;
}

absl::Time WithinValidity() {
  return tests::TestNotBefore() + (tests::TestNotAfter() - tests::TestNotBefore()) / 2;
}

void RequireProfile(const Certificate& certificate) {
  Require(certificate.id().view() == crypto::Sha256(certificate.der()).view(), "a fingerprint");
  const auto again = Certificate::FromPem(certificate.pem());
  Require(again.ok() && *again == certificate && again->der() == certificate.der(),
          "a certificate survives PEM");
  Require(crypto::ParseUsage(crypto::UsageName(certificate.usage())).value() == certificate.usage(),
          "a usage has a name");
  if (certificate.usage() == CertUsage::kCa) {
    return Require(certificate.spiffe().agency.empty(), "a CA is nobody");
  }
  const auto id = crypto::ParseSpiffeId(crypto::ToUri(certificate.spiffe()));
  Require(id.ok() && *id == certificate.spiffe(), "an end-entity is somebody");
  Require(certificate.ca_agency().empty(), "an end-entity is no CA");
}

void RequireOneOfOurs(const Certificate& certificate) {
  static const auto* const verifier =
      new std::shared_ptr<const crypto::ChainVerifier>(tests::TestVerifier({"police-a"}));
  if (!(*verifier)->Verify(certificate, WithinValidity()).ok()) return;
  bool issued = false;
  for (const Certificate& ours : Issued()) issued = issued || ours.der() == certificate.der();
  Require(issued, "no certificate is believed but those that were issued");
}

bool CheckDer(std::string_view der) {
  const auto certificate = Certificate::FromDer(der);
  if (!certificate.ok()) return RequireReason(certificate.status());
  Require(certificate->der() == der, "a certificate has one spelling");
  RequireProfile(*certificate);
  RequireOneOfOurs(*certificate);
  return true;
}

bool CheckPem(std::string_view pem) {
  const auto first = Certificate::FromPem(pem);
  const auto bundle = crypto::ParsePemBundle(pem);
  if (first.ok()) RequireProfile(*first);
  if (!bundle.ok()) return RequireReason(bundle.status());
  Require(!bundle->empty(), "a bundle holds a certificate");
  for (const Certificate& certificate : *bundle) {
    RequireProfile(certificate);
    RequireOneOfOurs(certificate);
  }
  return true;
}

const std::string& SampleRequest() {
  static const auto* const pem = new std::string(
      crypto::MakeCsr(tests::TestSigner("police-a", crypto::Role::kSystem, "desk").key,
                      tests::TestSpiffe("police-a", crypto::Role::kSystem, "desk"))
          .value());
  return *pem;
}

bool CheckRequest(std::string_view pem) {
  const auto request = crypto::Csr::FromPem(pem);
  if (!request.ok()) {
    return RequireRefusal(request.status(), absl::StatusCode::kInvalidArgument, /*fields=*/false);
  }
  const auto key = crypto::EcdsaPublicKey::FromPoint(request->public_key().point());
  Require(key.ok() && *key == request->public_key(), "a request's key is on the curve");
  if (!request->requested().has_value()) return true;
  const auto id = crypto::ParseSpiffeId(crypto::ToUri(*request->requested()));
  Require(id.ok() && *id == *request->requested(), "what is asked for is an id");
  return true;
}

}  // namespace

const std::vector<std::string>& Seeds() {
  static const auto* const seeds = [] {
    auto* all = new std::vector<std::string>;
    for (const Certificate& certificate : Issued()) {
      all->push_back('\0' + certificate.der());
      all->push_back('\2' + certificate.pem());
    }
    all->push_back('\2' + tests::TestSealer("police-a", "desk").chain_pem);
    all->push_back('\3' + SampleRequest());
    for (const char which : {'\0', '\1', '\2', '\3', '\4'}) {  // a bit of its second half
      all->push_back(std::string("\1") + which + std::string("\1\1\x60\1", 4));
    }
    return all;
  }();
  return *seeds;
}

bool Check(std::string_view bytes) {
  Input input(bytes);
  switch (input.Choice(4)) {
    case 0:
      return CheckDer(input.Rest());
    case 1: {
      const Certificate& good = Issued()[input.Choice(Issued().size())];
      return CheckDer(Edited(good.der(), input));
    }
    case 2:
      return CheckPem(input.Rest());
    default:
      return CheckRequest(input.Rest());
  }
}

}  // namespace amana::fuzz
