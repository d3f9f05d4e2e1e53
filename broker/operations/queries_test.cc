// What each party reads of referrals and of the log, and what it does not.
#include <gtest/gtest.h>

#include "broker/operations/audit_reads.h"
#include "broker/operations/get_referral.h"
#include "broker/operations/list_referrals.h"
#include "broker/operations/testing_acts.h"

namespace amana::operations {
namespace {

using crypto::Role;

identity::Caller Coast() {
  identity::Caller caller = World::CallerOf("haven");
  caller.unit = *UnitId::Create("coast");
  return caller;
}

v1::ListReferralsResponse List(World& world, const identity::Caller& caller,
                               const v1::ListReferralsRequest& request = {}) {
  auto response = ListReferrals(world.context(), caller, request);
  AMANA_EXPECT_OK(response.status());
  return response.value_or(v1::ListReferralsResponse());
}

absl::StatusOr<v1::GetReferralResponse> GetAs(World& world, const Sent& sent,
                                              const identity::Caller& caller) {
  v1::GetReferralRequest request;
  request.mutable_referral()->set_sender_agency("police");
  request.mutable_referral()->set_referral_id(sent.key.referral.bytes());
  request.mutable_referral()->set_version(1);
  return GetReferral(world.context(), caller, request);
}

std::vector<v1::ListEventsResponse> Events(World& world, const identity::Caller& caller,
                                           const v1::ListEventsRequest& request = {}) {
  auto events = Await<std::vector<v1::ListEventsResponse>>(
      [&](auto reply) { ListEvents(world.context(), caller, request, std::move(reply)); });
  AMANA_EXPECT_OK(events.status());
  return events.value_or(std::vector<v1::ListEventsResponse>());
}

TEST(Queries, ListingPagesNewestFirstAndMissesNothing) {
  World world;
  const v1::ConsentRecord consent = world.Consent();
  AMANA_ASSERT_OK(world.Register(consent));
  std::vector<std::string> sent;
  sent.reserve(5);
  for (int i = 0; i < 5; ++i) sent.push_back(SendUnder(world, consent).key.referral.bytes());
  std::vector<std::string> listed;
  v1::ListReferralsRequest request;
  request.set_page_size(2);
  for (int page = 0; page < 3; ++page) {
    const v1::ListReferralsResponse response = List(world, World::CallerOf("police"), request);
    for (const auto& each : response.referrals()) listed.push_back(each.referral().referral_id());
    request.set_page_token(response.next_page_token());
    EXPECT_EQ(response.next_page_token().empty(), page == 2);
  }
  EXPECT_EQ(listed, std::vector<std::string>(sent.rbegin(), sent.rend()));

  request.set_page_token("no token");
  EXPECT_EQ(ListReferrals(world.context(), World::CallerOf("police"), request).status().code(),
            absl::StatusCode::kInvalidArgument);
  request.set_page_size(201);
  EXPECT_EQ(
      ErrorReason(ListReferrals(world.context(), World::CallerOf("police"), request).status()),
      "FIELD_INVALID");
}

TEST(Queries, ListingKeepsToTheStatesAskedFor) {
  World world;
  const Sent open = Send(world, 'o');
  const Sent over = Send(world, 'c');
  AMANA_ASSERT_OK(Cancel(world, over).status());
  v1::ListReferralsRequest request;
  request.add_states(v1::REFERRAL_STATE_CLOSED);
  const v1::ListReferralsResponse closed = List(world, World::CallerOf("police"), request);
  ASSERT_EQ(closed.referrals_size(), 1);
  EXPECT_EQ(closed.referrals(0).referral().referral_id(), over.key.referral.bytes());
}

TEST(Queries, ARecipientSeesAReferralFromItsFirstLeaseOnAndAnotherUnitNever) {
  World world;
  const Sent sent = Send(world);
  const identity::Caller haven = World::CallerOf("haven");
  EXPECT_EQ(List(world, haven).referrals_size(), 0);
  EXPECT_EQ(ErrorReason(GetAs(world, sent, haven).status()), "NOT_FOUND");
  ReceiveOne(world);
  EXPECT_EQ(List(world, haven).referrals_size(), 1);
  AMANA_EXPECT_OK(GetAs(world, sent, haven).status());
  EXPECT_EQ(List(world, Coast()).referrals_size(), 0);
  EXPECT_EQ(ErrorReason(GetAs(world, sent, Coast()).status()), "NOT_FOUND");
  EXPECT_EQ(ErrorReason(GetAs(world, sent, World::CallerOf("oversight")).status()), "NOT_FOUND");
}

TEST(Queries, ARecipientSeesItsOwnTasksAndDisclosedDeliveriesOnly) {
  World world;
  const v1::ConsentRecord consent = world.Consent();
  AMANA_ASSERT_OK(world.Register(consent));
  const Sent sent = SendUnder(world, consent, [](envelope::SubmissionDraft& draft) {
    v1::ServiceRequest& second = *draft.header.add_services();
    second.set_service(v1::SERVICE_TYPE_BASIC_NEEDS);
    second.mutable_recipient()->set_agency("haven");
    second.mutable_recipient()->set_unit("coast");
  });
  const v1::Delivery offer = OfferSeen(world, sent);
  AMANA_ASSERT_OK(world.Decide(offer.delivery(), sent.digest, true));
  const auto seen = GetAs(world, sent, World::CallerOf("haven"));
  AMANA_ASSERT_OK(seen.status());
  ASSERT_EQ(seen->tasks_size(), 1);
  EXPECT_EQ(seen->tasks(0).deliveries_size(), 1);  // the rest is queued, not disclosed
  EXPECT_EQ(seen->tasks(0).consent_rules_size(), 0);
  EXPECT_EQ(world.Get(sent.submission).tasks_size(), 2);
}

TEST(Queries, ASecondVersionSupersedesTheFirstAndDoesNotShowItself) {
  World world;
  const Sent first = Send(world);
  ReceiveOne(world);
  envelope::SubmissionDraft draft = world.Draft(first.consent);
  draft.header.set_referral_id(first.key.referral.bytes());
  draft.header.set_version(2);
  draft.header.mutable_services(0)->mutable_recipient()->set_unit("coast");
  AMANA_ASSERT_OK(world.Submit(world.Seal(draft)).status());
  EXPECT_EQ(TaskOf(world, first).state, v1::TASK_STATE_CANCELLED);
  EXPECT_EQ(TaskOf(world, first).reason, v1::REASON_SUPERSEDED);
  const std::vector<v1::ReceiveResponse> out = world.Receive();
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(out[0].recall().reason(), v1::REASON_SUPERSEDED);
  // The new header goes to the new recipient; the old one has no right to it.
  EXPECT_FALSE(out[0].recall().has_cause());
  draft.header.set_version(4);
  EXPECT_EQ(ErrorReason(world.Submit(world.Seal(draft)).status()), "VERSION_OUT_OF_ORDER");
}

TEST(Queries, APartySeesItsEventsAnAuditorTheShapeOfAllAStrangerNothing) {
  World world;
  const uint64_t before = LogSize(world);  // the directory, which is everybody's
  v1::ListEventsRequest since;
  since.set_first_index(before);
  const Sent sent = Send(world);
  ReceiveOne(world);
  const uint64_t size = LogSize(world);
  size_t whole = 0;
  for (const v1::ListEventsResponse& each : Events(world, World::CallerOf("police"), since)) {
    whole += each.has_whole();
  }
  EXPECT_GT(whole, 2u);
  for (const v1::ListEventsResponse& each : Events(world, World::CallerOf("haven"), since)) {
    EXPECT_FALSE(each.has_whole());
  }
  EXPECT_EQ(Events(world, World::CallerOf("haven"), since).size(), 1u);  // its lease
  EXPECT_TRUE(Events(world, World::CallerOf("consulate"), since).empty());
  EXPECT_EQ(LogSize(world), size);

  const identity::Caller auditor = World::CallerOf("oversight", Role::kAuditor);
  const std::vector<v1::ListEventsResponse> all = Events(world, auditor);
  // His reading is in the log before the answer, with what he asked for.
  ASSERT_EQ(LogSize(world), size + 1);
  const store::StoredEvent read = EventsFrom(world, size).front();
  EXPECT_EQ(read.event.kind, v1::EVENT_KIND_AUDIT_READ);
  EXPECT_EQ(all.size(), size + 1);
  v1::ListEventsRequest request;
  request.set_first_index(1);
  request.set_limit(2);
  EXPECT_EQ(Events(world, auditor, request).size(), 2u);
  EXPECT_EQ(EventsFrom(world, size + 1).front().event.detail, request.SerializeAsString());
  for (size_t i = before; i < size; ++i) EXPECT_FALSE(all[i].has_whole());
}

TEST(Queries, AnAuditorCannotAskForOneCase) {
  World world;
  const Sent sent = Send(world);
  v1::ListEventsRequest request;
  request.set_referral_id(sent.key.referral.bytes());
  const auto ask = [&](const identity::Caller& caller) {
    return Await<std::vector<v1::ListEventsResponse>>(
        [&](auto reply) { ListEvents(world.context(), caller, request, std::move(reply)); });
  };
  EXPECT_EQ(ErrorReason(ask(World::CallerOf("oversight", Role::kAuditor)).status()),
            "FIELD_INVALID");
  EXPECT_FALSE(ask(World::CallerOf("police"))->empty());
  request.set_referral_id("short");
  EXPECT_FALSE(ask(World::CallerOf("police")).ok());
  request.clear_referral_id();
  request.set_limit(1001);
  EXPECT_EQ(ErrorReason(ask(World::CallerOf("police")).status()), "FIELD_INVALID");
}

TEST(Queries, AReceiptIsForAPartyToTheEvent) {
  World world;
  const Sent sent = Send(world);
  ReceiveOne(world);
  const auto receipt = [&](uint64_t index, const identity::Caller& caller) {
    v1::GetReceiptRequest request;
    request.set_index(index);
    return GetReceipt(world.context(), caller, request);
  };
  const uint64_t last = LogSize(world) - 1;  // the lease
  AMANA_ASSERT_OK(receipt(last, World::CallerOf("police")).status());
  EXPECT_TRUE(receipt(last, World::CallerOf("police"))->receipt().has_event());
  // haven is shown neither what was withheld nor why.
  const auto partial = receipt(last, World::CallerOf("haven"));
  AMANA_ASSERT_OK(partial.status());
  EXPECT_FALSE(partial->receipt().has_event());
  EXPECT_EQ(partial->receipt().partial().hidden_size(), 3);
  EXPECT_FALSE(partial->receipt().tlog_proof().empty());
  EXPECT_EQ(ErrorReason(receipt(last - 1, World::CallerOf("haven")).status()), "NOT_FOUND");
  EXPECT_EQ(ErrorReason(receipt(last + 1, World::CallerOf("police")).status()), "NOT_FOUND");
  const identity::Caller auditor = World::CallerOf("oversight", Role::kAuditor);
  EXPECT_EQ(ErrorReason(receipt(last, auditor).status()), "NOT_FOUND");
  Events(world, auditor);
  AMANA_EXPECT_OK(receipt(last + 1, auditor).status());  // of his own reading
}

TEST(Queries, CheckpointsTilesAndCertificatesAreFoundOrNot) {
  World world;
  const Sent sent = Send(world);
  v1::GetCheckpointRequest request;
  request.set_from_size(1);
  AMANA_EXPECT_OK(GetCheckpoint(world.context(), request).status());
  request.set_from_size(LogSize(world) + 1);
  EXPECT_EQ(ErrorReason(GetCheckpoint(world.context(), request).status()), "FIELD_INVALID");
  v1::ReadTileRequest tile;
  tile.set_path("checkpoint");
  AMANA_EXPECT_OK(ReadTile(world.context(), tile).status());
  tile.set_path("../keys");
  EXPECT_FALSE(ReadTile(world.context(), tile).ok());
  v1::GetCertificateRequest certificate;
  certificate.set_cert_id(PoliceSigner().certificate.id().bytes());
  AMANA_EXPECT_OK(GetCertificate(world.context(), certificate).status());
  certificate.set_cert_id(std::string(32, 'x'));
  EXPECT_EQ(ErrorReason(GetCertificate(world.context(), certificate).status()), "NOT_FOUND");
}

}  // namespace
}  // namespace amana::operations
