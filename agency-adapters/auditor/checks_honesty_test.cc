// What a broker with the log's own key can do that leaves every entry in its place.
#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <vector>

#include "agency-adapters/auditor/bundle_events.h"
#include "agency-adapters/auditor/checks_for_test.h"
#include "base/http_client.h"
#include "proto/crypto/timestamp.h"
#include "tests/support/timestamp_authority.h"

namespace amana::auditor {
namespace {

using sdk::EventField;
using sdk::testing::FakeBroker;
using sdk::testing::SampleEvent;

// The book as it would be, had the broker opened less of one event.
std::unique_ptr<MirrorBook> ShownLess(MirrorBook& book, const std::string& folder, uint64_t index,
                                      std::initializer_list<EventField> hidden) {
  transparency::FieldSet shown;
  shown.set();
  for (const EventField field : hidden) shown.reset(static_cast<size_t>(field));
  std::unique_ptr<MirrorBook> less = MirrorBook::Open(folder).value();
  std::vector<NewEvent> events;
  std::vector<MirroredEvent> all = book.Read(0, 10'000).value();
  for (MirroredEvent& event : all) {
    if (event.index == index) {
      event.opening = Narrowed(event, shown).value().partial().SerializeAsString();
      event.whole = false;
    }
    const sdk::EventView view = ViewOf(event).value();
    events.push_back({std::move(event), view});
  }
  AMANA_EXPECT_OK(less->Add(events, book.Next().value()));
  return less;
}

// What a reader is not shown he does not find: a dead letter of which only the time is opened would
// be in no answer, and every entry would be there.
TEST_F(ChecksTest, AnEventOfWhichTooLittleIsShownIsKeptBack) {
  broker_.Append(Own(v1::EVENT_KIND_GRANT_ADDED, 1, 'a'));
  SampleEvent theirs{v1::EVENT_KIND_DELIVERY_DEAD_LETTER, {}, Referral('b')};
  theirs.referral->sender = AgencyId::Create("shelter-a").value();
  broker_.Append(theirs);
  theirs.more[EventField::kRecipient] = "police-a/desk";
  theirs.more[EventField::kRecipientCounter] = Number(1);
  broker_.Append(theirs);
  AMANA_ASSERT_OK(Mirror().status());
  const auto reason = [&](uint64_t index, bool auditor, std::initializer_list<EventField> hidden) {
    TempDir folder;
    const auto book = ShownLess(*book_, folder.path(), index, hidden);
    Evidence evidence = Held();
    evidence.book = book.get();
    if (auditor) evidence.agency = {};
    evidence.all_events = auditor;
    return Reason(evidence, "COUNTERS");
  };
  EXPECT_EQ(
      reason(301, true,
             {EventField::kReferral, EventField::kActorAgency, EventField::kRecipient,
              EventField::kSenderCounter, EventField::kRecipientCounter, EventField::kDetail}),
      "");
  EXPECT_EQ(reason(301, true, {EventField::kKind}), "EVENT_HIDDEN");
  EXPECT_EQ(reason(301, true, {EventField::kReason}), "EVENT_HIDDEN");
  EXPECT_EQ(reason(300, false, {EventField::kKind}), "EVENT_HIDDEN");  // its own: all of it
  EXPECT_EQ(reason(300, false, {EventField::kDetail}), "EVENT_HIDDEN");
  EXPECT_EQ(reason(301, false, {EventField::kKind}), "");  // another's
  EXPECT_EQ(reason(302, false,
                   {EventField::kWithheld, EventField::kConsentRules, EventField::kSenderCounter}),
            "");
  EXPECT_EQ(reason(302, false, {EventField::kKind}), "EVENT_HIDDEN");
}

// Whoever dates an entry forward is contradicted by the authority that saw it in the log before.
TEST_F(ChecksTest, NothingHappenedAfterAnAuthorityHadStampedIt) {
  const tests::TimestampAuthority authority;
  FakeBroker broker(0);
  const auto client = broker.Connect();
  SampleEvent event = Own(v1::EVENT_KIND_GRANT_ADDED, 1);
  event.more[EventField::kTime] = std::string(8, '\0');  // 1970
  broker.Append(event);
  const auto token = [&] {
    const auto request = crypto::MakeTimestampRequest(broker.Checkpoint()).value();
    const auto answer = http::Client::Create({}).value()->Call(
        {.method = "POST",
         .path = authority.url(),
         .query = {},
         .headers = {{"Content-Type", "application/timestamp-query"}},
         .body = request.der});
    return answer.value().body;
  };
  const std::string before = broker.Checkpoint(), honest = token();
  event.more[EventField::kSenderCounter] = Number(2);
  event.more[EventField::kTime] = std::string("\0\0\x08\0\0\0\0\0", 8);  // 2248
  broker.Append(event);
  AMANA_ASSERT_OK(Follow(*client, RealFileSystem(), dir_.path(), broker.log(), *book_).status());
  Evidence evidence{RealFileSystem(), dir_.path(), broker.log(), envelope::SampleTime()};
  evidence.book = book_.get();
  evidence.timestamp_roots = RealFileSystem().Read(authority.roots_file()).value();
  evidence.tokens = {{"token", honest, before}};
  EXPECT_EQ(Reason(evidence, "TIMESTAMP"), "");  // it was not there yet
  evidence.tokens = {{"token", token(), broker.Checkpoint()}};
  EXPECT_EQ(Reason(evidence, "TIMESTAMP"), "TIME_CONTRADICTED");
}

}  // namespace
}  // namespace amana::auditor
