#include "agency-adapters/auditor/checks.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "agency-adapters/auditor/checks_for_test.h"
#include "agency-adapters/auditor/legal_order.h"
#include "agency-adapters/auditor/mirror.h"
#include "agency-adapters/sdk/testing.h"
#include "amana/v1/audit_service.pb.h"
#include "base/status.h"
#include "base/testing.h"
#include "proto/crypto/sha256.h"
#include "proto/envelope/testing.h"

namespace amana::auditor {
namespace {

using sdk::EventField;
using sdk::testing::FakeBroker;
using sdk::testing::SampleEvent;
using Outcome = CheckResult::Outcome;

TEST(LegalOrderTest, TheTablesAreTheRules) {
  EXPECT_EQ(EnteredBy(v1::EVENT_KIND_TASK_ROUTED).state, "ROUTED");
  EXPECT_EQ(EnteredBy(v1::EVENT_KIND_DELIVERY_LEASED).machine, Machine::kDelivery);
  EXPECT_EQ(EnteredBy(v1::EVENT_KIND_HANDOVER_OFFERED).machine, Machine::kHandover);
  for (const auto kind : {v1::EVENT_KIND_TASK_REMINDED, v1::EVENT_KIND_CONSENT_REGISTERED,
                          v1::EVENT_KIND_HANDOVER_OVERDUE, v1::EVENT_KIND_AUDIT_READ}) {
    EXPECT_EQ(EnteredBy(kind).machine, Machine::kNone) << v1::EventKind_Name(kind);
  }
  EXPECT_TRUE(MayFollow(Machine::kTask, "", "SUBMITTED"));
  EXPECT_TRUE(MayFollow(Machine::kTask, "SUBMITTED", "ROUTED"));
  EXPECT_FALSE(MayFollow(Machine::kTask, "SUBMITTED", "ACCEPTED"));
  EXPECT_FALSE(MayFollow(Machine::kTask, "", "ROUTED"));
  EXPECT_TRUE(MayFollow(Machine::kHandover, "", "OFFERED"));
  EXPECT_FALSE(MayFollow(Machine::kHandover, "OFFERED", "CUSTODY_TRANSFERRED"));
}

TEST_F(ChecksTest, AMirrorGrowsAndIsContinued) {
  EXPECT_EQ(Mirror()->events, 300u);
  EXPECT_EQ(Mirror()->events, 0u);
  for (int i = 0; i < 1500; ++i) broker_.Append({});
  EXPECT_EQ(Mirror()->events, 1500u);
  EXPECT_EQ(*book_->Count(), 1800u);
  EXPECT_EQ(*book_->Next(), 1800u);
  const auto results = RunChecks(Held());
  AMANA_ASSERT_OK(results.status());
  EXPECT_EQ(Overall(*results), Verdict::kFine);
  EXPECT_EQ(Result(Held(), "INCLUSION").looked_at, 1800u);
  EXPECT_EQ(Result(Held(), "REPLAY").looked_at, 1800u);
}

TEST_F(ChecksTest, WhatCameBeforeTheBrokerWentAwayIsKept) {
  for (int i = 0; i < 1500; ++i) broker_.Append({});
  broker_.shows = [&](uint64_t index) {  // in the first call: the second one fails
    if (index == 500) {
      broker_.answers["/amana.v1.AuditService/ListEvents"] = [](const std::string&) {
        return absl::UnavailableError("away");
      };
    }
    return true;
  };
  EXPECT_TRUE(absl::IsUnavailable(Mirror().status()));
  EXPECT_EQ(*book_->Next(), 1000u);
  broker_.shows = nullptr;
  broker_.answers.clear();
  EXPECT_EQ(Mirror()->events, 800u);
  EXPECT_EQ(*book_->Count(), 1800u);
}

TEST_F(ChecksTest, AMirrorKeepsNoCertificateUnderAnothersName) {
  const std::string right = "SYNTHETIC certificate";
  SampleEvent event = Own(v1::EVENT_KIND_GRANT_ADDED, 1);
  event.more[EventField::kCertId] = crypto::Sha256(right).bytes();
  std::string given = "another";
  broker_.answers["/amana.v1.AuditService/GetCertificate"] = [&](const std::string&) {
    v1::GetCertificateResponse response;
    response.set_certificate(given);
    return response.SerializeAsString();
  };
  broker_.Append(event);
  AMANA_ASSERT_OK(Mirror().status());
  const CertId id = CertId::FromBytes(crypto::Sha256(right).view()).value();
  EXPECT_EQ(book_->FindCertificate(id).value(), std::nullopt);
  given = right;  // the next event that names it
  event.more[EventField::kSenderCounter] = Number(2);
  broker_.Append(event);
  AMANA_ASSERT_OK(Mirror().status());
  EXPECT_EQ(book_->FindCertificate(id).value(), right);
}

TEST_F(ChecksTest, AMirrorKeepsNoEventThatIsNotItsEntry) {
  broker_.Fork();  // the first entry is another than the event that is shown of it
  EXPECT_EQ(ErrorReason(Mirror().status()), "LOG_TAMPERED");
  EXPECT_EQ(*book_->Count(), 0u);
}

TEST_F(ChecksTest, EventsAreFoundByWhatTheySay) {
  broker_.Append(Own(v1::EVENT_KIND_GRANT_ADDED, 1, 'a'));
  SampleEvent leased = Own(v1::EVENT_KIND_DELIVERY_LEASED, 2, 'b');
  leased.more[EventField::kRecipient] = "shelter-a/intake";
  leased.more[EventField::kReason] = Number(v1::REASON_CONSENT_WITHDRAWN);
  leased.more[EventField::kConsentRules] = Number(17);
  leased.more[EventField::kWithheld] = Number(v1::CATEGORY_MEDICAL);
  leased.more[EventField::kCertId] = std::string(32, 'c');
  leased.more[EventField::kConsentId] = std::string(16, 'k');
  broker_.Append(leased);
  broker_.answers["/amana.v1.AuditService/GetCertificate"] = [](const std::string&) {
    return absl::NotFoundError("no such certificate");
  };
  AMANA_ASSERT_OK(Mirror().status());
  const auto found = [&](const EventQuery& query, uint64_t from = 0, size_t limit = 10) {
    std::vector<uint64_t> indexes;
    const auto events = book_->Find(query, from, limit);
    EXPECT_TRUE(events.ok()) << events.status();
    for (const MirroredEvent& event : *events) indexes.push_back(event.index);
    return indexes;
  };
  using Indexes = std::vector<uint64_t>;
  const auto agency = [](const char* name) { return AgencyId::Create(name).value(); };
  EXPECT_EQ(found({}, 298), (Indexes{298, 299, 300, 301}));
  EXPECT_EQ(found({}, 298, 2), (Indexes{298, 299}));
  EXPECT_EQ(found({.kinds = {v1::EVENT_KIND_GRANT_ADDED, v1::EVENT_KIND_DELIVERY_LEASED}}),
            (Indexes{300, 301}));
  EXPECT_EQ(found({.kinds = {v1::EVENT_KIND_GRANT_ADDED}}), (Indexes{300}));
  EXPECT_EQ(found({.reasons = {v1::REASON_CONSENT_WITHDRAWN}}), (Indexes{301}));
  EXPECT_EQ(found({.reasons = {v1::REASON_DUPLICATE, v1::REASON_CONSENT_WITHDRAWN}}),
            (Indexes{301}));
  EXPECT_EQ(found({.kinds = {v1::EVENT_KIND_DELIVERY_LEASED, v1::EVENT_KIND_GRANT_ADDED},
                   .reasons = {v1::REASON_DUPLICATE, v1::REASON_CONSENT_WITHDRAWN}}),
            (Indexes{301}));
  EXPECT_EQ(found({.agency = agency("police-a")}), (Indexes{300, 301}));
  EXPECT_EQ(found({.agency = agency("police-a"), .counterpart = agency("shelter-a")}),
            (Indexes{301}));
  EXPECT_EQ(found({.agency = agency("shelter")}), Indexes{});  // no part of a name
  EXPECT_EQ(found({.referral = Referral('a').referral}), (Indexes{300}));
  EXPECT_EQ(found({.rule = 17}), (Indexes{301}));
  EXPECT_EQ(found({.rule = 1}), Indexes{});
  EXPECT_EQ(found({.category = v1::CATEGORY_MEDICAL}), (Indexes{301}));
  EXPECT_EQ(found({.certificate = CertId::FromBytes(std::string(32, 'c')).value()}),
            (Indexes{301}));
  EXPECT_EQ(found({.consent = ConsentId::FromBytes(std::string(16, 'k')).value()}), (Indexes{301}));
  EXPECT_EQ(found({.from = envelope::SampleTime() + absl::Seconds(1)}), Indexes{});
  EXPECT_EQ(found({.until = envelope::SampleTime()}), Indexes{});
  EXPECT_EQ(found({.from = envelope::SampleTime()}, 300), (Indexes{300, 301}));
  EXPECT_EQ(found({.agency = agency("police-a"), .counterpart = agency("shelter-b")}), Indexes{});
  EXPECT_EQ(found({.counterpart = agency("shelter-a")}), (Indexes{301}));
  EXPECT_EQ(found({.agency = agency("police-a")}, 300, 1), (Indexes{300}));
}

// Times are places in the log only as long as they never go back: where they do, nothing is hidden.
TEST_F(ChecksTest, EventsAreFoundByTheirTimeAlsoWhereTimeGoesBack) {
  uint64_t counter = 0;
  const auto at = [&](int64_t seconds) {
    SampleEvent event = Own(v1::EVENT_KIND_GRANT_ADDED, ++counter);
    const auto millis =
        static_cast<uint64_t>(absl::ToUnixMillis(envelope::SampleTime() + absl::Seconds(seconds)));
    std::string bytes(8, '\0');
    for (size_t i = 0; i < 8; ++i) bytes[i] = static_cast<char>(millis >> (8 * (7 - i)) & 0xff);
    event.more[EventField::kTime] = bytes;
    broker_.Append(event);
  };
  const auto found = [&](int64_t from, int64_t until, uint64_t first = 300, size_t limit = 10) {
    EventQuery query;
    query.from = envelope::SampleTime() + absl::Seconds(from);
    query.until = envelope::SampleTime() + absl::Seconds(until);
    std::vector<uint64_t> indexes;
    const auto events = book_->Find(query, first, limit);
    EXPECT_TRUE(events.ok()) << events.status();
    for (const MirroredEvent& event : *events) indexes.push_back(event.index);
    return indexes;
  };
  using Indexes = std::vector<uint64_t>;
  for (const int64_t seconds : {10, 20, 20, 30}) at(seconds);  // 300 to 303
  AMANA_ASSERT_OK(Mirror().status());
  EXPECT_EQ(found(20, 30), (Indexes{301, 302}));
  EXPECT_EQ(found(20, 31), (Indexes{301, 302, 303}));
  EXPECT_EQ(found(20, 31, 302), (Indexes{302, 303}));
  EXPECT_EQ(found(0, 100, 300, 2), (Indexes{300, 301}));
  EXPECT_EQ(found(31, 100), Indexes{});
  EXPECT_EQ(found(0, 10), Indexes{});
  for (const int64_t seconds : {15, 40}) at(seconds);  // 304: back
  AMANA_ASSERT_OK(Mirror().status());
  EXPECT_EQ(found(10, 20), (Indexes{300, 304}));
  EXPECT_EQ(found(12, 35), (Indexes{301, 302, 303, 304}));
}

TEST_F(ChecksTest, NothingToLookAtPassesNothing) {
  Evidence nothing{RealFileSystem(), "", broker_.log(), envelope::SampleTime()};
  const auto results = RunChecks(nothing);
  AMANA_ASSERT_OK(results.status());
  for (const CheckResult& result : *results) {
    EXPECT_EQ(result.outcome, Outcome::kNotApplicable) << result.name;
    EXPECT_FALSE(result.why.empty()) << result.name;
  }
}

TEST_F(ChecksTest, WhatIsHeldMustBeOfThisLog) {
  Evidence evidence = Held();
  evidence.held = {broker_.Checkpoint()};
  evidence.receipts = {broker_.ReceiptOf(7)};
  broker_.Append({});
  AMANA_ASSERT_OK(Mirror().status());
  EXPECT_EQ(Reason(evidence, "CONSISTENCY"), "");
  EXPECT_EQ(Reason(evidence, "INCLUSION"), "");
  broker_.Append({});
  evidence.held.push_back(broker_.Checkpoint());
  EXPECT_EQ(Reason(evidence, "CONSISTENCY"), "LOG_INCOMPLETE");

  FakeBroker other(300);
  other.Fork();
  evidence.others = {other.Checkpoint()};
  EXPECT_EQ(Reason(evidence, "EQUIVOCATION"), "-");  // not this log's key: NOTE says so
  EXPECT_EQ(Reason(evidence, "NOTE"), "NOTE_UNTRUSTED");
  broker_.Truncate(300);
  broker_.Fork();
  evidence.others = {broker_.Checkpoint()};
  EXPECT_EQ(Reason(evidence, "EQUIVOCATION"), "LOG_FORKED");
}

// What another was shown beyond this mirror, or without one, says nothing yet: it is not passed.
TEST_F(ChecksTest, WhatCannotBeComparedIsNotSaidToAgree) {
  AMANA_ASSERT_OK(Mirror().status());
  const std::string shorter = broker_.Checkpoint();
  broker_.Append({});
  Evidence evidence = Held();
  evidence.others = {broker_.Checkpoint()};
  EXPECT_EQ(Reason(evidence, "EQUIVOCATION"), "LOG_INCOMPLETE");
  AMANA_ASSERT_OK(Mirror().status());
  EXPECT_EQ(Reason(evidence, "EQUIVOCATION"), "");

  Evidence notes{RealFileSystem(), "", broker_.log(), envelope::SampleTime()};
  notes.held = {shorter};
  notes.others = {broker_.Checkpoint()};
  EXPECT_EQ(Reason(notes, "EQUIVOCATION"), "LOG_INCOMPLETE");
  notes.held = {broker_.Checkpoint()};
  EXPECT_EQ(Reason(notes, "EQUIVOCATION"), "");
  broker_.Fork();
  notes.others = {broker_.Checkpoint()};  // the two alone are the proof
  EXPECT_EQ(Reason(notes, "EQUIVOCATION"), "LOG_FORKED");
}

TEST_F(ChecksTest, EventsKeptBackLeaveAGap) {
  for (uint64_t i = 1; i <= 5; ++i) {
    broker_.Append(Own(v1::EVENT_KIND_GRANT_ADDED, i, static_cast<char>('a' + i)));
  }
  broker_.shows = [](uint64_t index) { return index != 302; };
  AMANA_ASSERT_OK(Mirror().status());
  EXPECT_EQ(Reason(Held(), "COUNTERS"), "COUNTER_GAP");
  EXPECT_EQ(Reason(Held(), "ORDER"), "-");
  Evidence auditor = Held();
  auditor.agency = {};
  EXPECT_EQ(Reason(auditor, "COUNTERS"), "");  // it need not be shown everything
  auditor.all_events = true;
  EXPECT_EQ(Reason(auditor, "COUNTERS"), "EVENT_MISSING");
}

TEST_F(ChecksTest, CountersAndTimeNeverGoBack) {
  broker_.Append(Own(v1::EVENT_KIND_GRANT_ADDED, 1, 'a'));
  broker_.Append(Own(v1::EVENT_KIND_GRANT_ADDED, 1, 'b'));
  AMANA_ASSERT_OK(Mirror().status());
  EXPECT_EQ(Reason(Held(), "COUNTERS"), "COUNTER_REPEATED");
}

TEST_F(ChecksTest, TimeNeverGoesBack) {
  SampleEvent early = Own(v1::EVENT_KIND_GRANT_ADDED, 1);
  early.more[EventField::kTime] = std::string(8, '\0');
  broker_.Append(early);
  AMANA_ASSERT_OK(Mirror().status());
  EXPECT_EQ(Reason(Held(), "COUNTERS"), "TIME_BACKWARDS");
}

TEST_F(ChecksTest, StatesFollowTheTables) {
  using K = v1::EventKind;
  const struct {
    const char* name;
    std::vector<K> kinds;
    const char* reason;
  } cases[] = {
      {"to the end",
       {v1::EVENT_KIND_TASK_SUBMITTED, v1::EVENT_KIND_TASK_ROUTED, v1::EVENT_KIND_TASK_REMINDED,
        v1::EVENT_KIND_TASK_RECEIVED, v1::EVENT_KIND_TASK_SEEN, v1::EVENT_KIND_TASK_ACCEPTED},
       ""},
      {"not from the beginning", {v1::EVENT_KIND_TASK_ROUTED}, "ORDER_ILLEGAL"},
      {"accepted by nobody",
       {v1::EVENT_KIND_TASK_SUBMITTED, v1::EVENT_KIND_TASK_ACCEPTED},
       "ORDER_ILLEGAL"},
      {"begun by the submission",
       {v1::EVENT_KIND_SUBMISSION_ACCEPTED, v1::EVENT_KIND_TASK_ROUTED,
        v1::EVENT_KIND_DELIVERY_LEASED},
       ""},
      {"offered anew",
       {v1::EVENT_KIND_TASK_SUBMITTED, v1::EVENT_KIND_TASK_ROUTED, v1::EVENT_KIND_TASK_REROUTED,
        v1::EVENT_KIND_TASK_NEEDS_WRAP, v1::EVENT_KIND_TASK_ROUTED},
       ""},
      {"leased before its task was routed", {v1::EVENT_KIND_DELIVERY_LEASED}, "ORDER_ILLEGAL"},
      {"sent without a lease",
       {v1::EVENT_KIND_DELIVERY_QUEUED, v1::EVENT_KIND_DELIVERY_SENT},
       "ORDER_ILLEGAL"}};
  for (const auto& c : cases) {
    const TempDir dir;
    FakeBroker broker(3);
    uint64_t counter = 0;
    for (const K kind : c.kinds) broker.Append(Own(kind, ++counter));
    const auto book = MirrorBook::Open(dir.path()).value();
    AMANA_ASSERT_OK(
        Follow(*broker.Connect(), RealFileSystem(), dir.path(), broker.log(), *book).status());
    Evidence evidence{RealFileSystem(), dir.path(), broker.log(), envelope::SampleTime()};
    evidence.book = book.get();
    evidence.agency = AgencyId::Create("police-a").value();
    EXPECT_EQ(Reason(evidence, "ORDER"), c.reason) << c.name;
  }
}

TEST_F(ChecksTest, WhatIsErasedGoesToNobody) {
  broker_.Append(Own(v1::EVENT_KIND_SUBMISSION_ACCEPTED, 1));
  broker_.Append(Own(v1::EVENT_KIND_REFERRAL_ERASED, 2));
  AMANA_ASSERT_OK(Mirror().status());
  EXPECT_EQ(Reason(Held(), "ERASURES"), "");
  broker_.Append(Own(v1::EVENT_KIND_REFERRAL_ERASED, 3, 'x'));
  AMANA_ASSERT_OK(Mirror().status());
  EXPECT_EQ(Reason(Held(), "ERASURES"), "ERASED_UNKNOWN");
}

TEST_F(ChecksTest, ADeliveryAfterTheErasureIsSeen) {
  broker_.Append(Own(v1::EVENT_KIND_SUBMISSION_ACCEPTED, 1));
  broker_.Append(Own(v1::EVENT_KIND_REFERRAL_ERASED, 2));
  broker_.Append(Own(v1::EVENT_KIND_DELIVERY_LEASED, 3));
  AMANA_ASSERT_OK(Mirror().status());
  EXPECT_EQ(Reason(Held(), "ERASURES"), "DISCLOSED_AFTER_ERASURE");
}

TEST_F(ChecksTest, ContentThatDoesNotOpenIsDisproven) {
  Evidence evidence = Held();
  AMANA_ASSERT_OK(Mirror().status());
  const auto holds = [&](const absl::Status& status) {
    evidence.contents = {{"item", [status] { return status; }}};
    return Reason(evidence, "SECTIONS");
  };
  EXPECT_EQ(holds(absl::OkStatus()), "");
  EXPECT_EQ(holds(absl::InvalidArgumentError("slot")), "PROOF_INVALID");
  // A key that is gone says nothing of what it opened.
  const auto gone = MakeError(absl::StatusCode::kFailedPrecondition, "KEY_GONE", "", "no key");
  EXPECT_EQ(holds(gone), "KEY_GONE");
  EXPECT_EQ(VerdictOf(gone), Verdict::kUnverifiable);
}

TEST_F(ChecksTest, TheGravestVerdictIsTheWholeOnes) {
  const auto failed = [](std::string_view reason) {
    CheckResult result;
    result.outcome = Outcome::kFailed;
    result.failure = MakeError(absl::StatusCode::kPermissionDenied, reason, "", "x");
    return result;
  };
  EXPECT_EQ(Overall({}), Verdict::kFine);
  EXPECT_EQ(Overall({failed("COUNTER_GAP")}), Verdict::kIncomplete);
  EXPECT_EQ(Overall({failed("COUNTER_GAP"), failed("SOMETHING_NEW")}), Verdict::kUnverifiable);
  EXPECT_EQ(Overall({failed("NOT_WITNESSED"), failed("SOMETHING_NEW")}), Verdict::kUntrusted);
  EXPECT_EQ(Overall({failed("NOT_WITNESSED"), failed("LOG_FORKED")}), Verdict::kTampered);
}

}  // namespace
}  // namespace amana::auditor
