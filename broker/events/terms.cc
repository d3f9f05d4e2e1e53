#include "broker/events/terms.h"

#include <algorithm>
#include <string_view>

namespace amana::events {
namespace {

enum class Of : uint8_t { kKind = 1, kReason, kRule, kAgency, kConsent, kCertificate };

Term Make(Of of, uint64_t value) {
  constexpr int kBits = 56;
  return static_cast<Term>(uint64_t{static_cast<uint8_t>(of)} << kBits | value >> (64 - kBits));
}

// FNV-1a: spreads what is not chosen to collide; who chooses an id to collide makes searches for it
// look at more.
Term Make(Of of, std::string_view bytes) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char byte : bytes) {
    hash = (hash ^ static_cast<uint8_t>(byte)) * 0x100000001b3;
  }
  return Make(of, hash);
}

Term OfCode(Of of, int code) { return Make(of, static_cast<uint64_t>(code) << 8); }

}  // namespace

Term TermOf(v1::EventKind kind) { return OfCode(Of::kKind, kind); }
Term TermOf(v1::Reason reason) { return OfCode(Of::kReason, reason); }
Term TermOfRule(uint8_t rule) { return OfCode(Of::kRule, rule); }
Term TermOf(const AgencyId& agency) { return Make(Of::kAgency, agency.value()); }
Term TermOf(const ConsentId& consent) { return Make(Of::kConsent, consent.view()); }
Term TermOf(const CertId& cert) { return Make(Of::kCertificate, cert.view()); }

std::vector<Term> TermsOf(const Event& event) {
  std::vector<Term> terms = {TermOf(event.kind)};
  if (event.reason != v1::REASON_UNSPECIFIED) terms.push_back(TermOf(event.reason));
  for (const uint8_t rule : event.consent_rules) terms.push_back(TermOfRule(rule));
  if (event.referral.has_value()) terms.push_back(TermOf(event.referral->sender));
  if (!event.actor_agency.empty()) terms.push_back(TermOf(event.actor_agency));
  if (event.recipient.has_value()) terms.push_back(TermOf(event.recipient->agency));
  if (event.consent_id != ConsentId()) terms.push_back(TermOf(event.consent_id));
  if (event.cert_id != CertId()) terms.push_back(TermOf(event.cert_id));
  std::sort(terms.begin(), terms.end());
  terms.erase(std::unique(terms.begin(), terms.end()), terms.end());
  return terms;
}

}  // namespace amana::events
