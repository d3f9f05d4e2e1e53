// What may be asked without sending anything: who would receive what, who has received what; and
// what recipients say was not as it should be.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "broker/delivery/wire.h"
#include "broker/operations/attach_consent.h"
#include "broker/operations/explain_route.h"
#include "broker/operations/list_disclosures.h"
#include "broker/operations/report_mismatch.h"
#include "broker/operations/testing_acts.h"
#include "proto/crypto/sha256.h"
#include "proto/envelope/dsse.h"

namespace amana::operations {
namespace {

using testing::ElementsAre;

v1::ExplainRouteRequest Question(const v1::ConsentRecord& consent) {
  v1::ExplainRouteRequest request;
  request.set_service(v1::SERVICE_TYPE_ACCOMMODATION);
  request.mutable_recipient()->set_agency("haven");
  request.mutable_recipient()->set_unit("intake");
  request.mutable_sender()->set_agency("police");
  request.mutable_sender()->set_unit("desk");
  request.set_urgency(v1::URGENCY_URGENT);
  request.set_subject_class(v1::SUBJECT_CLASS_ADULT);
  request.set_subject_pseudonym(consent.subject_pseudonym());
  request.mutable_consent()->set_consent_id(consent.consent_id());
  request.mutable_consent()->set_version(consent.version());
  request.mutable_consent()->set_digest(crypto::Sha256(envelope::Serialize(consent)).bytes());
  request.set_legal_basis(v1::LEGAL_BASIS_CONSENT);
  request.mutable_assertions()->set_embassy_contact(v1::EMBASSY_CONTACT_NOT_ASSESSED);
  for (const v1::Category category : {v1::CATEGORY_IDENTITY_MIN, v1::CATEGORY_IDENTITY,
                                      v1::CATEGORY_DEMOGRAPHIC, v1::CATEGORY_RISK}) {
    request.add_categories(category);
  }
  return request;
}

absl::StatusOr<v1::ExplainRouteResponse> Ask(World& world, const v1::ExplainRouteRequest& request,
                                             std::string_view caller = "police") {
  return Await<v1::ExplainRouteResponse>([&](auto reply) {
    ExplainRoute(world.context(), World::CallerOf(caller), request, std::move(reply));
  });
}

TEST(ExplainRoute, TellsWhatWouldGoAndWhyNotAndLogsTheQuestion) {
  World world;
  v1::ConsentRecord consent = world.Consent('q');
  consent.clear_categories();
  for (const v1::Category category :
       {v1::CATEGORY_IDENTITY_MIN, v1::CATEGORY_DEMOGRAPHIC, v1::CATEGORY_RISK}) {
    consent.add_categories(category);
  }
  AMANA_ASSERT_OK(world.Register(consent));
  const uint64_t before = LogSize(world);
  const auto answer = Ask(world, Question(consent));
  AMANA_ASSERT_OK(answer.status());
  ASSERT_EQ(answer->explanations_size(), 1);
  const v1::RouteExplanation& haven = answer->explanations(0);
  EXPECT_TRUE(haven.delivers());
  EXPECT_EQ(haven.kind(), v1::AGENCY_KIND_SHELTER);
  EXPECT_THAT(haven.permitted(),
              ElementsAre(v1::CATEGORY_IDENTITY_MIN, v1::CATEGORY_DEMOGRAPHIC, v1::CATEGORY_RISK));
  EXPECT_THAT(haven.withheld(), ElementsAre(v1::CATEGORY_IDENTITY));
  EXPECT_EQ(haven.reason(), v1::REASON_CATEGORY_NOT_COVERED);
  ASSERT_EQ(haven.changes_size(), 1);
  EXPECT_EQ(haven.changes(0).rule(), 9u);
  EXPECT_THAT(haven.changes(0).categories(), ElementsAre(v1::CATEGORY_IDENTITY));
  EXPECT_EQ(haven.next_change_unix_ms(), consent.valid_until_unix_ms());

  const std::vector<store::StoredEvent> events = EventsFrom(world, before);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].event.kind, v1::EVENT_KIND_ROUTE_EXPLAINED);
  EXPECT_EQ(events[0].event.actor_agency.value(), "police");
  EXPECT_EQ(events[0].event.detail, crypto::Sha256(Question(consent).SerializeAsString()).bytes());
  EXPECT_TRUE(world.Receive().empty());
}

TEST(ExplainRoute, WithoutARecipientItAsksForAllThatOfferTheService) {
  World world;
  const v1::ConsentRecord consent = world.Consent('q');
  AMANA_ASSERT_OK(world.Register(consent));
  v1::ExplainRouteRequest request = Question(consent);
  request.clear_recipient();
  const auto answer = Ask(world, request);
  AMANA_ASSERT_OK(answer.status());
  ASSERT_EQ(answer->explanations_size(), 1);
  EXPECT_EQ(answer->explanations(0).recipient().unit(), "intake");
  EXPECT_TRUE(answer->explanations(0).delivers());
  EXPECT_EQ(answer->explanations(0).changes_size(), 0);
}

TEST(ExplainRoute, AnExclusionReadsAsARecipientThatWasNeverCovered) {
  World excluded;
  World uncovered;
  const v1::ConsentRecord consent = excluded.Consent('q');
  AMANA_ASSERT_OK(excluded.Register(consent));
  AMANA_ASSERT_OK(Exclude(excluded, 'q').status());
  v1::ConsentRecord other = uncovered.Consent('q');
  other.mutable_recipients(0)->set_agency("police");
  AMANA_ASSERT_OK(uncovered.Register(other));
  const auto one = Ask(excluded, Question(consent));
  const auto two = Ask(uncovered, Question(other));
  AMANA_ASSERT_OK(one.status());
  AMANA_ASSERT_OK(two.status());
  EXPECT_EQ(one->explanations(0).reason(), v1::REASON_RECIPIENT_NOT_COVERED);
  EXPECT_EQ(one->SerializeAsString(), two->SerializeAsString());
}

TEST(ExplainRoute, WhatThePersonSaidIsToldToNobodyElse) {
  World world;
  const v1::ConsentRecord consent = world.Consent('q');
  AMANA_ASSERT_OK(world.Register(consent));
  v1::ExplainRouteRequest request = Question(consent);
  request.mutable_sender()->set_agency("haven");
  request.mutable_sender()->set_unit("intake");
  const auto answer = Ask(world, request, "haven");
  AMANA_ASSERT_OK(answer.status());
  EXPECT_EQ(answer->explanations(0).reason(), v1::REASON_CONSENT_MISSING);
  EXPECT_FALSE(answer->explanations(0).delivers());

  const struct {
    const char* reason;
    Edit<v1::ExplainRouteRequest> edit;
  } rows[] = {
      {"SENDER_NOT_CALLER", [](auto& r) { r.mutable_sender()->set_agency("haven"); }},
      {"RECIPIENT_UNKNOWN", [](auto& r) { r.mutable_recipient()->set_unit("nowhere"); }},
      {"FIELD_INVALID", [](auto& r) { r.add_categories(v1::CATEGORY_IDENTITY); }},
      {"LENGTH_INVALID", [](auto& r) { r.set_subject_pseudonym("short"); }},
      {"LENGTH_INVALID", [](auto& r) { r.mutable_consent()->clear_digest(); }},
  };
  const uint64_t before = LogSize(world);
  for (const auto& row : rows) {
    v1::ExplainRouteRequest bad = Question(consent);
    row.edit(bad);
    EXPECT_EQ(ErrorReason(Ask(world, bad).status()), row.reason);
  }
  EXPECT_EQ(LogSize(world), before);
}

// Of a person whose guardian is flagged, as of one whom nobody knows.
TEST(ExplainRoute, AFlaggedGuardianIsNoAnswerToAStranger) {
  World world;
  const v1::ConsentRecord flagged = world.Consent('q');
  const v1::ConsentRecord unknown = world.Consent('u');
  world.registry_files().Edit("revocations =",
                              "guardian_flags = [\"" +
                                  Pseudonym::FromBytes(flagged.subject_pseudonym())->hex() +
                                  "\"]\nrevocations =");
  world.ReloadRegistry();
  const auto ask = [&](const v1::ConsentRecord& about, v1::LegalBasis basis, bool with_consent) {
    v1::ExplainRouteRequest request = Question(about);
    request.set_subject_class(v1::SUBJECT_CLASS_MINOR);
    request.set_legal_basis(basis);
    if (!with_consent) request.clear_consent();
    return Ask(world, request)->SerializeAsString();
  };
  for (const v1::LegalBasis basis : {v1::LEGAL_BASIS_CONSENT, v1::LEGAL_BASIS_COURT_ORDER}) {
    for (const bool with_consent : {true, false}) {
      EXPECT_EQ(ask(flagged, basis, with_consent), ask(unknown, basis, with_consent));
    }
  }
  // Whoever recorded the person's consent is told what stands in the way.
  AMANA_ASSERT_OK(world.Register(flagged));
  EXPECT_NE(ask(flagged, v1::LEGAL_BASIS_CONSENT, true),
            ask(unknown, v1::LEGAL_BASIS_CONSENT, true));
}

std::string OfferDigest(const std::vector<Sent>& sent, const v1::DeliveryRef& ref) {
  for (const Sent& each : sent) {
    if (each.key.referral.bytes() == ref.referral().referral_id()) return each.digest;
  }
  return "";
}

absl::StatusOr<v1::AttachConsentResponse> AttachTo(World& world, const Sent& sent,
                                                   const v1::ConsentRecord& record) {
  v1::ConsentAttachment message;
  *message.mutable_meta() = world.Meta(PoliceSigner());
  *message.mutable_referral() = delivery::ToWire(sent.key);
  message.set_header_digest(sent.digest);
  message.mutable_consent()->set_consent_id(record.consent_id());
  message.mutable_consent()->set_version(record.version());
  message.mutable_consent()->set_digest(crypto::Sha256(envelope::Serialize(record)).bytes());
  v1::AttachConsentRequest request;
  *request.mutable_attachment() =
      world.Sign(envelope::kConsentAttachmentType, message, PoliceSigner());
  return Await<v1::AttachConsentResponse>([&](auto reply) {
    AttachConsent(world.context(), World::CallerOf("police"), request, std::move(reply));
  });
}

absl::StatusOr<v1::ListDisclosuresResponse> Disclosures(World& world,
                                                        const v1::ConsentRecord& consent,
                                                        std::string_view caller = "police",
                                                        uint32_t size = 0,
                                                        const std::string& token = "") {
  v1::ListDisclosuresRequest request;
  request.set_consent_id(consent.consent_id());
  request.set_page_size(size);
  request.set_page_token(token);
  return ListDisclosures(world.context(), World::CallerOf(caller), request);
}

TEST(ListDisclosures, TellsTheRecorderWhoGotWhatWhenAndOnWhichRule) {
  World world;
  const Sent sent = Send(world, 'd');
  EXPECT_EQ(Disclosures(world, sent.consent)->disclosures_size(), 0);
  const v1::Delivery delivery = OfferSeen(world, sent);
  const absl::Time seen = world.clock().Now();
  world.clock().Advance(absl::Minutes(5));
  AMANA_ASSERT_OK(world.Decide(delivery.delivery(), sent.digest, /*accepted=*/true));
  Send(world, 'e');  // another person's
  EXPECT_EQ(world.Receive().size(), 2u);

  const auto found = Disclosures(world, sent.consent);
  AMANA_ASSERT_OK(found.status());
  ASSERT_EQ(found->disclosures_size(), 2);
  const v1::Disclosure& offer = found->disclosures(0);
  EXPECT_EQ(offer.referral().referral_id(), sent.key.referral.bytes());
  EXPECT_EQ(offer.recipient().unit(), "intake");
  EXPECT_EQ(offer.service(), v1::SERVICE_TYPE_ACCOMMODATION);
  EXPECT_EQ(offer.stage(), v1::DISCLOSURE_STAGE_AT_OFFER);
  EXPECT_THAT(offer.categories(),
              ElementsAre(v1::CATEGORY_IDENTITY_MIN, v1::CATEGORY_DEMOGRAPHIC, v1::CATEGORY_RISK));
  EXPECT_THAT(offer.consent_rules(), ElementsAre(3));
  EXPECT_NE(offer.leased_unix_ms(), 0);
  EXPECT_NE(offer.received_unix_ms(), 0);
  EXPECT_EQ(offer.seen_unix_ms(), ToUnixMillis(seen));
  EXPECT_EQ(offer.seen_by(), "worker-1");
  const v1::Disclosure& second = found->disclosures(1);
  EXPECT_EQ(second.stage(), v1::DISCLOSURE_STAGE_AT_ACCEPT);
  EXPECT_THAT(second.categories(), ElementsAre(v1::CATEGORY_IDENTITY));
  EXPECT_EQ(second.received_unix_ms(), 0);

  EXPECT_EQ(ErrorReason(Disclosures(world, sent.consent, "haven").status()), "NOT_FOUND");
  EXPECT_EQ(ErrorReason(Disclosures(world, world.Consent('z')).status()), "NOT_FOUND");
  EXPECT_EQ(ErrorReason(Disclosures(world, sent.consent, "police", 201).status()), "FIELD_INVALID");
}

TEST(ListDisclosures, ComeInPagesAndTellOnWhatARecallWasRefused) {
  World world;
  const v1::ConsentRecord consent = world.Consent('d');
  AMANA_ASSERT_OK(world.Register(consent));
  std::vector<Sent> sent;
  for (int i = 0; i < 3; ++i) sent.push_back(SendUnder(world, consent));
  const std::vector<v1::ReceiveResponse> out = world.Receive();
  ASSERT_EQ(out.size(), 3u);
  AMANA_ASSERT_OK(Withdraw(world, consent).status());
  const v1::DeliveryRef& ref = out[0].delivery().delivery();
  AMANA_ASSERT_OK(AnswerRecallAs(world, ref, OfferDigest(sent, ref), {}, [](auto& m) {
                    m.set_confirmed(false);
                    m.set_legal_basis(v1::LEGAL_BASIS_LEGAL_DUTY);
                  }).status());
  std::vector<v1::LegalBasis> kept;
  std::string token;
  do {
    const auto page = Disclosures(world, consent, "police", 2, token);
    AMANA_ASSERT_OK(page.status());
    EXPECT_LE(page->disclosures_size(), 2);
    for (const v1::Disclosure& each : page->disclosures()) kept.push_back(each.kept_on());
    token = page->next_page_token();
  } while (!token.empty());
  EXPECT_THAT(kept,
              testing::UnorderedElementsAre(v1::LEGAL_BASIS_LEGAL_DUTY, v1::LEGAL_BASIS_UNSPECIFIED,
                                            v1::LEGAL_BASIS_UNSPECIFIED));
}

// Neither how many there are, nor by a token whose and which.
TEST(ListDisclosures, NothingIsToldOfThoseUnderAnotherConsent) {
  World world;
  const v1::ConsentRecord first = world.Consent('d');
  const v1::ConsentRecord second = world.Consent('d');
  AMANA_ASSERT_OK(world.Register(first));
  AMANA_ASSERT_OK(world.Register(second));
  SendUnder(world, second);
  const Sent own = SendUnder(world, first);
  SendUnder(world, second);
  ASSERT_EQ(world.Receive().size(), 3u);
  const auto page = Disclosures(world, first, "police", 1);
  AMANA_ASSERT_OK(page.status());
  ASSERT_EQ(page->disclosures_size(), 1);
  EXPECT_EQ(page->disclosures(0).referral().referral_id(), own.key.referral.bytes());
  EXPECT_EQ(page->next_page_token(), "");
}

TEST(ListDisclosures, OneThatRestedOnAnAttachedConsentIsOfThatConsent) {
  World world;
  const Sent sent = Send(world, 'd');
  const v1::Delivery offer = OfferSeen(world, sent);
  const v1::ConsentRecord attached = world.Consent('d');
  AMANA_ASSERT_OK(world.Register(attached));
  EXPECT_EQ(Disclosures(world, attached)->disclosures_size(), 0);
  AMANA_ASSERT_OK(AttachTo(world, sent, attached).status());
  AMANA_ASSERT_OK(world.Decide(offer.delivery(), sent.digest, /*accepted=*/true));
  EXPECT_EQ(world.Receive().size(), 1u);

  const auto before = Disclosures(world, sent.consent);
  const auto after = Disclosures(world, attached);
  ASSERT_EQ(before->disclosures_size(), 1);
  EXPECT_EQ(before->disclosures(0).stage(), v1::DISCLOSURE_STAGE_AT_OFFER);
  ASSERT_EQ(after->disclosures_size(), 1);
  EXPECT_EQ(after->disclosures(0).stage(), v1::DISCLOSURE_STAGE_AT_ACCEPT);
}

absl::StatusOr<v1::ReportMismatchResponse> Report(World& world, const v1::DeliveryRef& ref,
                                                  const std::string& digest,
                                                  const tests::TestIdentity& signer,
                                                  const Edit<v1::Mismatch>& edit = {}) {
  v1::Mismatch message;
  *message.mutable_meta() = world.Meta(signer);
  *message.mutable_delivery() = ref;
  message.mutable_recipient()->set_agency("haven");
  message.mutable_recipient()->set_unit("intake");
  message.set_header_digest(digest);
  message.set_kind(v1::MISMATCH_KIND_CONTENT);
  message.set_category(v1::CATEGORY_RISK);
  message.set_found(v1::CATEGORY_MEDICAL);
  if (edit) edit(message);
  v1::ReportMismatchRequest request;
  *request.mutable_mismatch() = world.Sign(envelope::kMismatchType, message, signer);
  return Await<v1::ReportMismatchResponse>([&](auto reply) {
    ReportMismatch(world.context(), World::CallerOf("haven"), request, std::move(reply));
  });
}

TEST(ReportMismatch, IsAPersonsWordAndTheSenderReadsIt) {
  World world;
  const Sent sent = Send(world);
  const v1::DeliveryRef ref = ReceiveOne(world).delivery();
  const struct {
    const char* reason;
    Edit<v1::Mismatch> edit;
  } rows[] = {
      {"FIELD_INVALID", [](auto& m) { m.clear_kind(); }},
      {"FIELD_INVALID", [](auto& m) { m.clear_category(); }},
      {"FIELD_INVALID", [](auto& m) { m.set_found(v1::CATEGORY_RISK); }},
      {"FIELD_INVALID", [](auto& m) { m.set_kind(v1::MISMATCH_KIND_INCAPACITY); }},
      {"HEADER_DIGEST_MISMATCH", [](auto& m) { m.set_header_digest(std::string(32, 'x')); }},
      {"NOT_FOUND", [](auto& m) { m.mutable_recipient()->set_unit("coast"); }},
      {"NOT_FOUND", [](auto& m) { m.mutable_delivery()->set_task(1); }},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(ErrorReason(Report(world, ref, sent.digest, HavenPerson(), row.edit).status()),
              row.reason);
  }
  EXPECT_EQ(ErrorReason(Report(world, ref, sent.digest, HavenSigner()).status()),
            "SIGNER_NOT_PERSON");

  const uint64_t before = LogSize(world);
  AMANA_ASSERT_OK(Report(world, ref, sent.digest, HavenPerson()).status());
  AMANA_ASSERT_OK(Report(world, ref, sent.digest, HavenPerson()).status());
  const std::vector<store::StoredEvent> events = EventsFrom(world, before);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].event.kind, v1::EVENT_KIND_MISMATCH_REPORTED);
  EXPECT_EQ(events[0].event.referral->sender.value(), "police");
  EXPECT_EQ(events[0].event.actor_person.value(), "worker-1");
  EXPECT_EQ(events[0].event.detail,
            (std::string{v1::MISMATCH_KIND_CONTENT, v1::CATEGORY_RISK, v1::CATEGORY_MEDICAL}));
  const auto reviews = (*world.store().Read())->grounds().OpenReviews(sent.key).value();
  ASSERT_EQ(reviews.size(), 1u);
  EXPECT_EQ(reviews[0].kind, store::ReviewKind::kMismatch);
}

}  // namespace
}  // namespace amana::operations
