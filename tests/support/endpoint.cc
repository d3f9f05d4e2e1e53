#include "tests/support/endpoint.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "agency-adapters/sdk/grpc_transport.h"
#include "base/status.h"
#include "proto/crypto/random.h"
#include "tests/support/test_pki.h"

namespace amana::tests {

const Clock& RealClock() {
  static const auto* const clock = new SystemClock(ClockSync::kTrusted);
  return *clock;
}

absl::StatusOr<std::unique_ptr<sdk::Client>> Connect(const sdk::Identity& identity) {
  sdk::ConnectOptions options;
  options.max_reconnect_backoff = absl::Milliseconds(200);
  options.client.call_timeout = absl::Seconds(10);
  return sdk::ConnectClient(identity, RealClock(), options);
}

absl::StatusOr<std::unique_ptr<Endpoint>> Endpoint::Open(const std::string& agency_toml,
                                                         const std::string& mailbox_folder) {
  AMANA_ASSIGN_OR_RETURN(sdk::Identity identity, sdk::Identity::Load(agency_toml));
  std::unique_ptr<Endpoint> endpoint(new Endpoint(std::move(identity)));
  AMANA_ASSIGN_OR_RETURN(
      endpoint->mailbox_,
      sdk::Mailbox::Open(mailbox_folder.empty() ? endpoint->identity().data() : mailbox_folder));
  AMANA_RETURN_IF_ERROR(endpoint->Reconnect());
  return endpoint;
}

absl::Status Endpoint::Reconnect() {
  AMANA_ASSIGN_OR_RETURN(std::unique_ptr<sdk::Client> client, Connect(identity_));
  sender_.reset();
  client_ = std::move(client);
  sender_ = std::make_unique<sdk::Sender>(identity_, *client_, *mailbox_, RealClock());
  return absl::OkStatus();
}

v1::ConsentRecord SampleConsent(absl::Time now) {
  v1::ConsentRecord record;
  record.set_consent_id(crypto::RandomBytes(16));
  record.set_version(1);
  record.set_subject_pseudonym(crypto::RandomBytes(16));
  record.mutable_recorder()->set_agency("police");
  record.mutable_recorder()->set_unit("desk");
  record.set_given_by(v1::CONSENT_GIVER_SELF);
  record.set_child_assent(v1::CHILD_ASSENT_NOT_APPLICABLE);
  record.set_method(v1::CONSENT_METHOD_WRITTEN);
  record.set_language("swa");
  record.add_purposes(v1::PURPOSE_PROTECTION);
  for (const v1::Category category : {v1::CATEGORY_IDENTITY_MIN, v1::CATEGORY_IDENTITY,
                                      v1::CATEGORY_DEMOGRAPHIC, v1::CATEGORY_RISK}) {
    record.add_categories(category);
  }
  record.add_recipients()->set_agency("haven");
  record.set_valid_from_unix_ms(ToUnixMillis(now - absl::Hours(24)));
  record.set_valid_until_unix_ms(ToUnixMillis(now + absl::Hours(30 * 24)));
  record.set_legal_basis(v1::LEGAL_BASIS_CONSENT);
  record.set_evidence_sha256(std::string(32, 'e'));
  return record;
}

sdk::ReferralDraft SampleReferral(const ConsentUse& consent, const Address& recipient,
                                  std::string_view content, absl::Time now) {
  sdk::ReferralDraft draft;
  v1::ReferralHeader& header = draft.header;
  v1::ServiceRequest& service = *header.add_services();
  service.set_service(v1::SERVICE_TYPE_ACCOMMODATION);
  service.mutable_recipient()->set_agency(recipient.agency.value());
  service.mutable_recipient()->set_unit(recipient.unit.value());
  header.set_urgency(v1::URGENCY_URGENT);
  header.set_subject_class(v1::SUBJECT_CLASS_ADULT);
  header.set_subject_pseudonym(consent.record.subject_pseudonym());
  header.mutable_consent()->set_consent_id(consent.record.consent_id());
  header.mutable_consent()->set_version(consent.record.version());
  header.mutable_consent()->set_digest(consent.digest.bytes());
  header.set_legal_basis(v1::LEGAL_BASIS_CONSENT);
  header.mutable_assertions()->set_embassy_contact(v1::EMBASSY_CONTACT_NOT_ASSESSED);
  header.set_expires_unix_ms(ToUnixMillis(now + absl::Hours(14 * 24)));
  const auto section = [&](v1::Category category, v1::DisclosureStage stage) {
    draft.sections.push_back({category, "application/json", stage, content});
  };
  section(v1::CATEGORY_IDENTITY_MIN, v1::DISCLOSURE_STAGE_AT_OFFER);
  section(v1::CATEGORY_DEMOGRAPHIC, v1::DISCLOSURE_STAGE_AT_OFFER);
  section(v1::CATEGORY_RISK, v1::DISCLOSURE_STAGE_AT_OFFER);
  section(v1::CATEGORY_IDENTITY, v1::DISCLOSURE_STAGE_AT_ACCEPT);
  draft.recipients.push_back({recipient, {}});
  return draft;
}

sdk::Candidate SampleCandidate(const Address& address) {
  return {.address = address,
          .kind = v1::AGENCY_KIND_SHELTER,
          .county = 47,
          .health_qualified = true,
          .sealing = TestSealer(address.agency.value(), address.unit.value()).certificate};
}

Address AddressOf(std::string_view text) {
  absl::StatusOr<Address> address = ParseAddress(text, "address");
  if (!address.ok()) {
    std::fprintf(stderr, "%s\n", address.status().ToString().c_str());
    std::abort();
  }
  return *std::move(address);
}

}  // namespace amana::tests
