#include "broker/store/suite.h"
#include "gmock/gmock.h"

namespace amana::store {
namespace {

Work AcceptTasks(uint32_t number, const std::vector<TaskRecord>& tasks) {
  return [number, tasks](Transaction& tx) {
    return tx.referrals().Accept(SampleReferral(number), SampleBody(number), tasks);
  };
}

Work MoveTask(v1::TaskState from, const TaskRecord& task) {
  return [from, task](Transaction& tx) { return tx.referrals().MoveTask(from, task); };
}

TEST_P(StoreSuite, ReferralsReadBackAsTheyWere) {
  TaskRecord second = SampleTask(1, 1);
  second.recipient.reset();
  second.state = v1::TASK_STATE_UNROUTABLE;
  second.reason = v1::REASON_UNROUTABLE;
  AMANA_ASSERT_OK(Do(AcceptTasks(1, {SampleTask(1), second})));
  Reopen();
  const auto look = Look();
  EXPECT_EQ(Print(*look->referrals().Find(SampleKey(1)).value()), Print(SampleReferral(1)));
  EXPECT_EQ(look->referrals().ReadBody(SampleKey(1)).value(), SampleBody(1));
  const auto tasks = look->referrals().Tasks(SampleKey(1)).value();
  ASSERT_EQ(tasks.size(), 2u);
  EXPECT_EQ(Print(tasks[0]), Print(SampleTask(1)));
  EXPECT_EQ(Print(tasks[1]), Print(second));
}

TEST_P(StoreSuite, UnknownReferralsAreNotFound) {
  AMANA_ASSERT_OK(Do(AcceptTasks(1, {SampleTask(1)})));
  StatementKey other = SampleKey(1);
  other.version = 2;
  StatementKey stranger = SampleKey(1);
  stranger.sender = SampleAgency("immigration");
  const auto look = Look();
  for (const StatementKey& key : {SampleKey(2), other, stranger}) {
    EXPECT_FALSE(look->referrals().Find(key).value().has_value());
    EXPECT_EQ(ErrorReason(look->referrals().ReadBody(key).status()), "NOT_FOUND");
    EXPECT_EQ(ErrorReason(look->referrals().Tasks(key).status()), "NOT_FOUND");
    EXPECT_FALSE(look->referrals().FindGrant(key, SampleId<CertId>(1)).value().has_value());
  }
}

TEST_P(StoreSuite, AKeyIsAcceptedOnce) {
  AMANA_ASSERT_OK(Do(AcceptTasks(1, {SampleTask(1)})));
  EXPECT_EQ(ErrorReason(Do(AcceptTasks(1, {SampleTask(1)})).status()), "CONFLICT");
  EXPECT_EQ(Look()->referrals().Tasks(SampleKey(1))->size(), 1u);
}

TEST_P(StoreSuite, VersionsOfASender) {
  const auto accept = [](const AgencyId& sender, uint32_t version) {
    return [sender, version](Transaction& tx) {
      ReferralRecord record = SampleReferral(1);
      record.key.sender = record.sender.agency = sender;
      record.key.version = version;
      return tx.referrals().Accept(record, SampleBody(1), {});
    };
  };
  AMANA_ASSERT_OK(Do(accept(SampleAgency("police"), 1)));
  AMANA_ASSERT_OK(Do(accept(SampleAgency("police"), 3)));
  AMANA_ASSERT_OK(Do(accept(SampleAgency("immigration"), 7)));
  const auto look = Look();
  const ReferralId id = SampleKey(1).referral;
  EXPECT_EQ(look->referrals().LatestVersion(SampleAgency("police"), id).value(), 3u);
  EXPECT_EQ(look->referrals().LatestVersion(SampleAgency("immigration"), id).value(), 7u);
  EXPECT_EQ(look->referrals().LatestVersion(SampleAgency("iom"), id).value(), std::nullopt);
}

// A referral of `sender` with what it has to do with others, and a task for ACCOMMODATION and one
// for MEDICAL.
Work AcceptLinked(uint32_t number, const ReferralRecord& links, std::string_view sender) {
  return [number, links, sender](Transaction& tx) {
    ReferralRecord record = SampleReferral(number);
    record.key.sender = record.sender.agency = SampleAgency(sender);
    record.parent = links.parent;
    record.group = links.group;
    record.family = links.family;
    TaskRecord home = SampleTask(number), clinic = SampleTask(number, 1);
    home.key.referral = clinic.key.referral = record.key;
    home.service = v1::SERVICE_TYPE_ACCOMMODATION;
    clinic.service = v1::SERVICE_TYPE_MEDICAL;
    return tx.referrals().Accept(record, SampleBody(number), {home, clinic});
  };
}

std::vector<uint32_t> Numbers(const std::vector<ReferralRecord>& found) {
  std::vector<uint32_t> numbers;
  for (const ReferralRecord& record : found) {
    numbers.push_back(static_cast<uint32_t>(record.log_index));
  }
  return numbers;
}

TEST_P(StoreSuite, GroupsAndFamilies) {
  const auto links = [](uint32_t group, uint32_t family) {
    ReferralRecord record;
    record.parent = SampleKey(9);
    record.group = SampleId<GroupId>(group);
    if (family != 0) record.family = SampleId<GroupId>(family);
    return record;
  };
  AMANA_ASSERT_OK(Do(AcceptLinked(1, links(5, 6), "police")));
  AMANA_ASSERT_OK(Do(AcceptLinked(2, links(5, 0), "police")));
  AMANA_ASSERT_OK(Do(AcceptLinked(3, links(5, 6), "police")));
  AMANA_ASSERT_OK(Do(AcceptLinked(4, links(7, 0), "police")));
  AMANA_ASSERT_OK(Do(AcceptLinked(5, links(5, 6), "immigration")));
  AMANA_ASSERT_OK(Do(AcceptLinked(6, {}, "police")));
  Reopen();
  const auto look = Look();
  const Referrals& referrals = look->referrals();
  EXPECT_EQ(referrals.Find(SampleKey(1)).value()->parent, SampleKey(9));
  EXPECT_EQ(referrals.Find(SampleKey(6)).value()->parent, std::nullopt);
  EXPECT_TRUE(referrals.Find(SampleKey(6)).value()->group.is_zero());

  const AgencyId police = SampleAgency("police");
  const GroupId group = SampleId<GroupId>(5);
  const auto all = referrals.ListGroup(police, group, {}).value();
  EXPECT_THAT(Numbers(all.items), testing::ElementsAre(3, 2, 1));
  const auto first = referrals.ListGroup(police, group, {.size = 2, .token = ""}).value();
  EXPECT_THAT(Numbers(first.items), testing::ElementsAre(3, 2));
  const auto rest =
      referrals.ListGroup(police, group, {.size = 2, .token = first.next_token}).value();
  EXPECT_THAT(Numbers(rest.items), testing::ElementsAre(1));
  EXPECT_EQ(rest.next_token, "");
  EXPECT_THAT(referrals.ListGroup(SampleAgency("iom"), group, {})->items, testing::IsEmpty());
  EXPECT_THAT(referrals.ListGroup(police, GroupId(), {})->items, testing::IsEmpty());

  const auto family = [&](const AgencyId& sender, const GroupId& id, size_t limit) {
    std::vector<StatementKey> keys;
    const auto found = referrals.FamilyTasks(sender, id, v1::SERVICE_TYPE_ACCOMMODATION, limit);
    for (const TaskRecord& task : *found) {
      EXPECT_EQ(task.service, v1::SERVICE_TYPE_ACCOMMODATION);
      keys.push_back(task.key.referral);
    }
    return keys;
  };
  const GroupId six = SampleId<GroupId>(6);
  EXPECT_THAT(family(police, six, 9), testing::ElementsAre(SampleKey(1), SampleKey(3)));
  EXPECT_THAT(family(police, six, 1), testing::ElementsAre(SampleKey(1)));
  EXPECT_EQ(family(SampleAgency("immigration"), six, 9).size(), 1u);
  EXPECT_THAT(family(police, GroupId(), 9), testing::IsEmpty());
}

TEST_P(StoreSuite, GranteesAreThoseWithAGrant) {
  AMANA_ASSERT_OK(Do(AcceptTasks(1, {SampleTask(1)})));
  EXPECT_THAT(Look()->referrals().Grantees(SampleKey(1)).value(), testing::IsEmpty());
  for (const uint32_t cert : {8, 7, 8}) {
    AMANA_ASSERT_OK(
        Do([cert](Transaction& tx) { return tx.referrals().AddGrant(SampleGrant(1, cert)); }));
  }
  const auto grantees = Look()->referrals().Grantees(SampleKey(1)).value();
  ASSERT_EQ(grantees.size(), 2u);
  EXPECT_EQ(grantees[0].recipient, SampleAddress("shelter", "intake"));
  EXPECT_EQ(grantees[0].recipient_cert, SampleId<CertId>(8));
  EXPECT_EQ(grantees[1].recipient_cert, SampleId<CertId>(7));
  EXPECT_THAT(Look()->referrals().Grantees(SampleKey(2)).value(), testing::IsEmpty());
  AMANA_ASSERT_OK(Do([](Transaction& tx) { return tx.erasures().Erase(SampleKey(1)).status(); }));
  EXPECT_THAT(Look()->referrals().Grantees(SampleKey(1)).value(), testing::IsEmpty());
}

TEST_P(StoreSuite, TasksMoveFromTheExpectedStateOnly) {
  AMANA_ASSERT_OK(Do(AcceptTasks(1, {SampleTask(1)})));
  TaskRecord moved = SampleTask(1);
  moved.state = v1::TASK_STATE_RECEIVED;
  moved.offer_epoch = 2;
  moved.changed += absl::Seconds(5);
  EXPECT_EQ(ErrorReason(Do(MoveTask(v1::TASK_STATE_SEEN, moved)).status()), "CONFLICT");
  AMANA_ASSERT_OK(Do(MoveTask(v1::TASK_STATE_ROUTED, moved)));
  EXPECT_EQ(ErrorReason(Do(MoveTask(v1::TASK_STATE_ROUTED, moved)).status()), "CONFLICT");
  EXPECT_EQ(Print(Look()->referrals().Tasks(SampleKey(1))->front()), Print(moved));
  EXPECT_EQ(ErrorReason(Do(MoveTask(v1::TASK_STATE_ROUTED, SampleTask(2))).status()), "CONFLICT");
}

TEST_P(StoreSuite, ALaterGrantForACertificateReplacesTheEarlier) {
  AMANA_ASSERT_OK(Do(AcceptTasks(1, {SampleTask(1)})));
  const auto add = [](const GrantRecord& grant) {
    return [grant](Transaction& tx) { return tx.referrals().AddGrant(grant); };
  };
  AMANA_ASSERT_OK(Do(add(SampleGrant(1, 5))));
  AMANA_ASSERT_OK(Do(add(SampleGrant(1, 6))));
  GrantRecord later = SampleGrant(1, 5);
  later.grant = "SYNTHETIC later";
  later.recipient = SampleAddress("shelter", "night");
  AMANA_ASSERT_OK(Do(add(later)));
  EXPECT_EQ(ErrorReason(Do(add(SampleGrant(2, 5))).status()), "NOT_FOUND");
  const auto look = Look();
  const auto found = look->referrals().FindGrant(SampleKey(1), SampleId<CertId>(5)).value();
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->grant, "SYNTHETIC later");
  EXPECT_EQ(found->recipient, later.recipient);
  EXPECT_EQ(found->signer_cert, later.signer_cert);
  EXPECT_EQ(look->referrals().FindGrant(SampleKey(1), SampleId<CertId>(6)).value()->grant,
            "SYNTHETIC grant 6");
}

TEST_P(StoreSuite, ListsAreNewestFirstAndPagesAreStable) {
  for (uint32_t i = 0; i < 10; ++i) AMANA_ASSERT_OK(Do(AcceptSample(i)));
  std::vector<uint32_t> seen;
  Page page{3, ""};
  for (uint32_t round = 0;; ++round) {
    // What comes in while somebody turns pages does not move them.
    AMANA_ASSERT_OK(Do(AcceptSample(100 + round)));
    const auto found = Look()->referrals().List(SampleAgency("police"), page);
    AMANA_ASSERT_OK(found);
    for (const ReferralRecord& record : found->items) {
      seen.push_back(record.key.referral.data()[15]);
    }
    page.token = found->next_token;
    if (page.token.empty()) break;
    EXPECT_EQ(found->items.size(), 3u);
  }
  EXPECT_THAT(seen, testing::ElementsAre(100, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0));
}

TEST_P(StoreSuite, ARecipientListsWhatWasDisclosedToIt) {
  AMANA_ASSERT_OK(Do(AcceptSample(1)));
  AMANA_ASSERT_OK(Do(AcceptSample(2)));
  const AgencyId shelter = SampleAgency("shelter");
  EXPECT_TRUE(Look()->referrals().List(shelter, {})->items.empty()) << "queued is not disclosed";
  AMANA_ASSERT_OK(Do([](Transaction& tx) {
    DeliveryRecord leased = SampleDelivery(1);
    leased.state = v1::DELIVERY_STATE_LEASED;
    leased.disclosed = true;
    return tx.deliveries().Move(v1::DELIVERY_STATE_QUEUED, leased);
  }));
  const auto found = Look()->referrals().List(shelter, {});
  ASSERT_EQ(found->items.size(), 1u);
  EXPECT_EQ(found->items[0].key, SampleKey(1));
}

TEST_P(StoreSuite, PageTokensOfOthersAreRefused) {
  for (uint32_t i = 0; i < 4; ++i) AMANA_ASSERT_OK(Do(AcceptSample(i)));
  const auto look = Look();
  const std::string token = look->referrals().List(SampleAgency("police"), {2, ""})->next_token;
  ASSERT_FALSE(token.empty());
  EXPECT_EQ(ErrorReason(look->referrals().List(SampleAgency("shelter"), {2, token}).status()),
            "PAGE_TOKEN_INVALID");
  for (const char* bad : {"x", "a.b.c", "police..1", "\xff"}) {
    EXPECT_EQ(ErrorReason(look->referrals().List(SampleAgency("police"), {2, bad}).status()),
              "PAGE_TOKEN_INVALID")
        << bad;
    EXPECT_EQ(ErrorReason(look->deliveries().DeadLetters({2, bad}).status()), "PAGE_TOKEN_INVALID")
        << bad;
  }
}

TEST_P(StoreSuite, TasksExpireEarliestFirstAndOnlyWhereTheyCan) {
  for (uint32_t i = 0; i < 5; ++i) AMANA_ASSERT_OK(Do(AcceptTasks(i, {SampleTask(i)})));
  TaskRecord accepted = SampleTask(1);
  accepted.state = v1::TASK_STATE_ACCEPTED;  // does not expire
  AMANA_ASSERT_OK(Do(MoveTask(v1::TASK_STATE_ROUTED, accepted)));
  TaskRecord cancelled = SampleTask(2);
  cancelled.state = v1::TASK_STATE_CANCELLED;
  AMANA_ASSERT_OK(Do(MoveTask(v1::TASK_STATE_ROUTED, cancelled)));
  const auto look = Look();
  const absl::Time fourth = SampleReferral(3).expires;
  const auto due = look->referrals().ExpiredTasks(fourth, 10).value();
  ASSERT_EQ(due.size(), 2u);
  EXPECT_EQ(due[0].key.referral, SampleKey(0));
  EXPECT_EQ(due[1].key.referral, SampleKey(3));
  EXPECT_EQ(look->referrals().ExpiredTasks(fourth, 1)->size(), 1u);
  EXPECT_TRUE(look->referrals().ExpiredTasks(SampleTime(), 10)->empty());
  EXPECT_EQ(look->deliveries().NextDue().value(), SampleReferral(0).expires);
}

TEST_P(StoreSuite, OpenTasksOfAPerson) {
  for (uint32_t i = 0; i < 4; ++i) {
    AMANA_ASSERT_OK(Do([i](Transaction& tx) {
      ReferralRecord record = SampleReferral(i);
      record.subject = SampleId<Pseudonym>(7);
      return tx.referrals().Accept(record, SampleBody(i), {SampleTask(i, 0), SampleTask(i, 1)});
    }));
  }
  AMANA_ASSERT_OK(Do(AcceptTasks(9, {SampleTask(9)})));  // somebody else
  TaskRecord closed = SampleTask(1, 0);
  closed.state = v1::TASK_STATE_COMPLETED;
  AMANA_ASSERT_OK(Do(MoveTask(v1::TASK_STATE_ROUTED, closed)));
  std::vector<std::pair<uint32_t, uint32_t>> seen;
  std::optional<TaskKey> after;
  const auto look = Look();
  while (true) {
    const auto tasks = look->referrals().OpenTasksOf(SampleId<Pseudonym>(7), after, 3).value();
    if (tasks.empty()) break;
    for (const TaskRecord& task : tasks) {
      seen.emplace_back(task.key.referral.referral.data()[15], task.key.task);
    }
    after = tasks.back().key;
  }
  using P = std::pair<uint32_t, uint32_t>;
  EXPECT_THAT(seen,
              testing::ElementsAre(P(0, 0), P(0, 1), P(1, 1), P(2, 0), P(2, 1), P(3, 0), P(3, 1)));
  const TaskKey unknown{SampleKey(50), 0};
  EXPECT_EQ(ErrorReason(look->referrals().OpenTasksOf(SampleId<Pseudonym>(7), unknown, 3).status()),
            "NOT_FOUND");
}

TEST_P(StoreSuite, EquivocationIsKept) {
  AMANA_ASSERT_OK(Do(AcceptSample(1)));
  for (const bool first : {true, false}) {
    AMANA_EXPECT_OK(Do([first](Transaction& tx) -> absl::Status {
      const auto kept = tx.referrals().KeepEquivocation(SampleKey(1), SampleStatement(5));
      AMANA_RETURN_IF_ERROR(kept.status());
      EXPECT_EQ(*kept, first);
      return absl::OkStatus();
    }));
  }
}

}  // namespace
}  // namespace amana::store
