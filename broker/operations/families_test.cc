// Families go to one place, and only a person parts them; groups are shown together.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "broker/delivery/wire.h"
#include "broker/operations/list_referrals.h"
#include "broker/operations/testing_offers.h"
#include "proto/envelope/dsse.h"

namespace amana::operations {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

// haven is nearer than safehouse, which takes from everywhere too.
class Families : public ::testing::Test {
 protected:
  Families() {
    AppointOfficer(world);
    AddShelter(world, kSafehouse, [](v1::DirectoryUnit& unit) { unit.set_county(1); });
  }
  using Draft = Edit<envelope::SubmissionDraft>;
  static void InGroup(envelope::SubmissionDraft& draft) {
    draft.header.set_group_id(std::string(16, 'g'));
  }
  static void InFamily(envelope::SubmissionDraft& draft) {
    InGroup(draft);
    draft.header.set_family_id(std::string(16, 'f'));
  }
  // A mother with a son and a daughter: everybody is told of.
  static void OfThree(envelope::SubmissionDraft& draft) {
    InFamily(draft);
    v1::Family& family = *draft.header.mutable_family();
    family.set_members(3);
    family.add_age_classes(v1::SUBJECT_CLASS_ADULT);
    family.add_sexes(v1::SEX_CONSTRAINT_FEMALE);
    family.add_sexes(v1::SEX_CONSTRAINT_MALE);
  }
  static Draft Anyone(v1::SexConstraint sex, const Draft& edit) {
    return [=](envelope::SubmissionDraft& draft) {
      draft.header.mutable_services(0)->mutable_route()->set_sex(sex);
      edit(draft);
    };
  }
  Sent SendOne(char subject, const Draft& edit = InFamily) {
    return SendRouteTo(world, {kHaven, kSafehouse}, subject, edit);
  }
  store::TaskRecord Task(const Sent& sent) { return TaskOf(world, sent); }
  std::string With(const Sent& sent) {
    const store::TaskRecord task = Task(sent);
    return task.recipient.has_value() ? task.recipient->agency.value() : "";
  }
  std::vector<v1::QueueReason> Queued() {
    std::vector<v1::QueueReason> reasons;
    for (const v1::QueueItem& item : QueueOf(world)) reasons.push_back(item.reason());
    return reasons;
  }
  // Of two that shelter has now, the offer about this referral, seen by a person.
  v1::Delivery SeenOf(const Sent& sent, const std::vector<v1::ReceiveResponse>& received) {
    for (const v1::ReceiveResponse& each : received) {
      if (envelope::PayloadDigest(each.delivery().header()).bytes() != sent.digest) continue;
      AMANA_EXPECT_OK(world.Seen(each.delivery().delivery(), sent.digest));
      return each.delivery();
    }
    ADD_FAILURE() << "not received";
    return {};
  }
  std::vector<v1::ReceiveResponse> Received() {
    std::vector<v1::ReceiveResponse> all = world.Receive();
    for (const v1::ReceiveResponse& each : all) {
      AMANA_EXPECT_OK(world.Acknowledge(each.delivery()));
    }
    return all;
  }
  absl::StatusOr<v1::GetTimelineResponse> Timeline(const Sent& sent) {
    return TimelineFor(world, sent, World::CallerOf("police"));
  }

  World world;
};

TEST_F(Families, TheFirstGoesWhereAllFindAPlaceAndTheOthersFollow) {
  ReportFree(world, kHaven, 2);
  ReportFree(world, kSafehouse, 3);
  EXPECT_EQ(With(SendOne('x', InGroup)), "haven") << "of a group only: one by one";
  const Sent first = SendOne('a', OfThree);
  EXPECT_EQ(With(first), "safehouse");
  world.Restart();
  EXPECT_EQ(With(SendOne('b', OfThree)), "safehouse");
  EXPECT_EQ(With(SendOne('c', OfThree)), "safehouse") << "the last of three places";
  const Sent fourth = SendOne('d', OfThree);
  EXPECT_EQ(Task(fourth).state, v1::TASK_STATE_UNROUTABLE) << "one more than was said";
  EXPECT_EQ(Task(fourth).missing, v1::ROUTE_GAP_CAPACITY);
}

TEST_F(Families, APlaceMustTakeThemAll) {
  ChangeEntry(world, "haven", [](v1::DirectoryEntry& entry) {
    for (v1::DirectoryUnit& unit : *entry.mutable_units()) {
      unit.clear_sexes();
      unit.add_sexes(v1::SEX_CONSTRAINT_FEMALE);
    }
  });
  EXPECT_EQ(With(SendOne('x', InGroup)), "haven");
  EXPECT_EQ(With(SendOne('a', OfThree)), "safehouse");
  EXPECT_EQ(With(SendOne('b', Anyone(v1::SEX_CONSTRAINT_MALE, OfThree))), "safehouse");
}

// What they are was not said, and the second does not fit: nobody is parted by a machine.
TEST_F(Families, WhoDoesNotFitWaitsForAPerson) {
  ReportFree(world, kHaven, 1);
  const Sent first = SendOne('a');
  EXPECT_EQ(With(first), "haven");
  const Sent second = SendOne('b');
  EXPECT_EQ(Task(second).state, v1::TASK_STATE_UNROUTABLE);
  EXPECT_EQ(Task(second).missing, v1::ROUTE_GAP_CAPACITY);
  world.RunTimers();
  ASSERT_THAT(Queued(), ElementsAre(v1::QUEUE_REASON_UNROUTABLE));
  const v1::QueueItem item = QueueOf(world)[0];
  EXPECT_EQ(item.family_id(), std::string(16, 'f'));
  EXPECT_EQ(item.group_id(), std::string(16, 'g'));

  // There is room for both after all.
  world.clock().Advance(absl::Minutes(1));
  ReportFree(world, kHaven, 5);
  world.Reconsider();
  EXPECT_EQ(With(second), "haven");
  // And for the third there is not: the coordinator parts them.
  AMANA_ASSERT_OK(DeclineAt(world, kHaven, SeenOf(second, Received())).status());
  world.clock().Advance(absl::Minutes(1));
  ReportFree(world, kHaven, 0);
  const Sent third = SendOne('c');
  world.RunTimers();
  ASSERT_EQ(Task(third).state, v1::TASK_STATE_UNROUTABLE);
  for (const v1::QueueItem& each : QueueOf(world)) {
    if (each.referral().referral_id() != third.key.referral.view()) continue;
    AMANA_ASSERT_OK(ActOn(world, each, v1::COORDINATOR_ACT_KIND_NAME, [](auto& act) {
                      *act.mutable_recipient() = delivery::ToWire(kSafehouse.address());
                    }).status());
  }
  EXPECT_EQ(With(third), "safehouse");
  // From now on they are in two places, and whoever comes may go to either.
  EXPECT_EQ(With(SendOne('d')), "safehouse");
}

TEST_F(Families, OneWhoIsDeclinedIsNotSentElsewhereByTheBroker) {
  const Sent first = SendOne('a');
  const Sent second = SendOne('b');
  ASSERT_EQ(With(second), "haven");
  const std::vector<v1::ReceiveResponse> received = Received();
  AMANA_ASSERT_OK(DeclineAt(world, kHaven, SeenOf(first, received)).status());
  EXPECT_EQ(Task(first).state, v1::TASK_STATE_REJECTED);
  EXPECT_EQ(With(first), "haven") << "as it ended";
  world.Restart();
  world.RunTimers();
  EXPECT_EQ(Task(first).state, v1::TASK_STATE_REJECTED);
  EXPECT_THAT(Queued(), ElementsAre(v1::QUEUE_REASON_REJECTED));
  EXPECT_EQ(With(second), "haven");
  // A person says that they part.
  AMANA_ASSERT_OK(RerouteBy(world, first, 1).status());
  EXPECT_EQ(With(first), "safehouse");
  EXPECT_THAT(Queued(), IsEmpty());
  AMANA_ASSERT_OK(DeclineAt(world, kHaven, SeenOf(second, received)).status());
  EXPECT_EQ(Task(second).state, v1::TASK_STATE_REJECTED);
  AMANA_ASSERT_OK(RerouteBy(world, second, 1).status());
  EXPECT_EQ(With(second), "safehouse");
}

TEST_F(Families, WhoIsLeftAloneIsServedAsAnybodyElse) {
  const Sent first = SendOne('a');
  const Sent second = SendOne('b');
  const std::vector<v1::ReceiveResponse> received = Received();
  AMANA_ASSERT_OK(Cancel(world, second).status());
  AMANA_ASSERT_OK(DeclineAt(world, kHaven, SeenOf(first, received)).status());
  EXPECT_EQ(With(first), "safehouse");
}

TEST_F(Families, SilenceIsTheCoordinatorsNotTheNextOnes) {
  const Edit<envelope::SubmissionDraft> urgent = [](auto& draft) {
    InFamily(draft);
    draft.header.set_urgency(v1::URGENCY_URGENT);
  };
  const Sent first = SendOne('a', urgent);
  const Sent second = SendOne('b', urgent);
  world.clock().Advance(absl::Hours(6));
  world.RunTimers();
  EXPECT_FALSE(Timeline(first)->tasks(0).next().reroute());
  world.clock().Advance(absl::Hours(6));
  world.RunTimers();
  EXPECT_THAT(Queued(),
              ElementsAre(v1::QUEUE_REASON_NOT_ACKNOWLEDGED, v1::QUEUE_REASON_NOT_ACKNOWLEDGED));
  EXPECT_EQ(With(first), "haven");
  EXPECT_EQ(With(second), "haven");
}

TEST_F(Families, NamingAnotherPlaceTakesAPersonsKey) {
  const v1::ConsentRecord consent = ConsentTo(world, {kHaven, kSafehouse}, 'b');
  const auto named = [&](const Shelter& shelter, const tests::TestIdentity& signer,
                         v1::ServiceType service = v1::SERVICE_TYPE_ACCOMMODATION) {
    envelope::SubmissionDraft draft = world.Draft(consent);
    InFamily(draft);
    v1::ServiceRequest& request = *draft.header.mutable_services(0);
    request.set_service(service);
    *request.mutable_recipient() = delivery::ToWire(shelter.address());
    draft.recipients = {{{shelter.address(), shelter.sealer().certificate}, {}}};
    auto sealed = envelope::SealSubmission(draft, signer.key, signer.certificate);
    AMANA_EXPECT_OK(sealed.status());
    return world.Submit(std::move(sealed->submission)).status();
  };
  AMANA_EXPECT_OK(named(kSafehouse, PoliceSigner(), v1::SERVICE_TYPE_MEDICAL));
  SendOne('a');
  const absl::Status refused = named(kSafehouse, PoliceSigner());
  EXPECT_EQ(ErrorReason(refused), "FAMILY_PARTED");
  EXPECT_EQ(ErrorField(refused), "services[0].recipient");
  AMANA_EXPECT_OK(named(kSafehouse, PoliceSigner(), v1::SERVICE_TYPE_MEDICAL));
  AMANA_EXPECT_OK(named(kHaven, PoliceSigner()));
  AMANA_EXPECT_OK(named(kSafehouse, PolicePerson()));
}

// Whom one of them has excluded, and whom their consent never covered, is the same to everybody.
TEST_F(Families, AnExclusionReadsAsIfTheConsentHadNotCoveredIt) {
  const Sent first = SendOne('a');
  ASSERT_EQ(With(first), "haven");
  AMANA_ASSERT_OK(Exclude(world, 'b').status());
  const Sent excluded = SendOne('b');
  const Sent uncovered =
      SendRoute(world, ConsentTo(world, {kSafehouse}, 'c'), {kSafehouse}, InFamily);
  EXPECT_EQ(Task(excluded).state, v1::TASK_STATE_BLOCKED_CONSENT);
  EXPECT_EQ(Task(excluded).reason, v1::REASON_RECIPIENT_NOT_COVERED);
  for (const char* caller : {"police", "haven", "safehouse"}) {
    const auto one = TimelineFor(world, excluded, World::CallerOf(caller));
    const auto other = TimelineFor(world, uncovered, World::CallerOf(caller));
    ASSERT_EQ(one.status(), other.status()) << caller;
    if (!one.ok()) continue;
    EXPECT_EQ(one->tasks(0).status().DebugString(), other->tasks(0).status().DebugString());
    EXPECT_EQ(one->tasks(0).next().DebugString(), other->tasks(0).next().DebugString());
  }
}

TEST_F(Families, AGroupIsListedTogetherToWhoHasSomethingOfIt) {
  const Sent a = SendOne('a');
  const Sent b = SendOne('b', InGroup);
  SendOne('c', [](auto&) {});
  SendOne('d', [](auto& draft) { draft.header.set_group_id(std::string(16, 'h')); });
  const auto list = [&](std::string_view agency, const std::string& group) {
    v1::ListReferralsRequest request;
    request.set_group_id(group);
    std::vector<std::string> ids;
    const auto response = ListReferrals(world.context(), World::CallerOf(agency), request);
    if (!response.ok()) return std::vector<std::string>{ErrorReason(response.status())};
    for (const v1::ReferralSummary& each : response->referrals()) {
      EXPECT_EQ(each.group_id(), group);
      ids.push_back(each.referral().referral_id());
    }
    return ids;
  };
  const std::string group(16, 'g');
  EXPECT_THAT(list("police", group), ElementsAre(b.key.referral.bytes(), a.key.referral.bytes()));
  EXPECT_THAT(list("haven", group), IsEmpty()) << "nothing was given to it yet";
  Received();
  EXPECT_THAT(list("haven", group),
              UnorderedElementsAre(a.key.referral.bytes(), b.key.referral.bytes()));
  EXPECT_THAT(list("safehouse", group), IsEmpty());
  EXPECT_THAT(list("police", "g"), ElementsAre("LENGTH_INVALID"));
  EXPECT_THAT(list("police", std::string(16, '\0')), ElementsAre("FIELD_INVALID"));
  EXPECT_EQ(Timeline(a)->summary().family_id(), std::string(16, 'f'));
}

}  // namespace
}  // namespace amana::operations
