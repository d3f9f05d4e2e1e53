#include "agency-adapters/cli/event_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "amana/v1/answer.pb.h"
#include "amana/v1/offer.pb.h"
#include "proto/codes/names.h"

namespace amana::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

sdk::EventView Event(v1::EventKind kind) {
  sdk::EventView event;
  event.kind = kind;
  event.actor_agency = AgencyId::Create("police-a").value();
  event.actor_unit = UnitId::Create("desk").value();
  event.recipient =
      Address{AgencyId::Create("shelter-a").value(), UnitId::Create("intake").value()};
  return event;
}

TEST(EventWords, NoneLeavesAGap) {
  for (int number = 1; number <= v1::EventKind_MAX; ++number) {
    if (!v1::EventKind_IsValid(number)) continue;
    const std::string words = InWords(Event(static_cast<v1::EventKind>(number)));
    EXPECT_FALSE(words.empty()) << number;
    EXPECT_THAT(words, Not(HasSubstr("{"))) << number;
  }
}

// What happens to a referral is told in words, not by the name of a code.
TEST(EventWords, EveryStepOfADeliveryAndATaskHasWordsOfItsOwn) {
  for (int number = 1; number <= v1::EventKind_MAX; ++number) {
    if (!v1::EventKind_IsValid(number)) continue;
    const auto kind = static_cast<v1::EventKind>(number);
    const std::string name(codes::CodeName(kind));
    if (!name.starts_with("TASK_") && !name.starts_with("DELIVERY_") &&
        !name.starts_with("CONSENT_") && !name.starts_with("OVERRIDE_") &&
        !name.starts_with("HANDOVER_") && !name.starts_with("CUSTODY_")) {
      continue;
    }
    EXPECT_NE(InWords(Event(kind)), name);
  }
}

TEST(EventWords, ARefusedRecallNamesItsBasis) {
  sdk::EventView event = Event(v1::EVENT_KIND_DELIVERY_RECALL_REFUSED);
  EXPECT_EQ(InWords(event), "shelter-a/intake keeps it, on a legal basis of its own");
  event.detail = std::string(1, v1::LEGAL_BASIS_COURT_ORDER);
  EXPECT_EQ(InWords(event), "shelter-a/intake keeps it, on a legal basis of its own: COURT_ORDER");
}

TEST(EventWords, WhatEscalatesSaysWhoOwesAndWhatIsMissing) {
  sdk::EventView event = Event(v1::EVENT_KIND_TASK_UNROUTABLE);
  event.detail = {v1::ROUTE_GAP_SEX, v1::ROUTE_GAP_CAPACITY};
  EXPECT_EQ(InWords(event), "there is no recipient for it; missing: SEX, CAPACITY");
  event = Event(v1::EVENT_KIND_TASK_REMINDED);
  event.detail = {v1::CLOCK_DECIDE};
  EXPECT_EQ(InWords(event), "shelter-a/intake was reminded");
  event.detail = {v1::CLOCK_WRAP};
  EXPECT_EQ(InWords(event), "the sender was reminded");
  event = Event(v1::EVENT_KIND_TASK_ESCALATED);
  event.detail = {v1::QUEUE_REASON_NOT_ACKNOWLEDGED};
  EXPECT_EQ(InWords(event), "the coordinator has it: NOT_ACKNOWLEDGED");
  event = Event(v1::EVENT_KIND_COORDINATOR_ACTED);
  event.detail = {v1::COORDINATOR_ACT_KIND_ANNOTATE, v1::ANNOTATION_AWAITING_CAPACITY};
  EXPECT_EQ(InWords(event), "the coordinator police-a/desk noted AWAITING_CAPACITY");
}

TEST(EventWords, AHandoverSaysWhoAnswersNowAndHowCareEnded) {
  sdk::EventView event = Event(v1::EVENT_KIND_HANDOVER_CUSTODY_TRANSFERRED);
  event.detail.assign(32, 'd');
  event.detail += "shelter-a/intake";
  EXPECT_EQ(InWords(event), "both have signed: shelter-a/intake is responsible");
  event = Event(v1::EVENT_KIND_HANDOVER_ENDED);
  event.detail = std::string(1, v1::EXIT_CODE_PERSON_LEFT);
  EXPECT_EQ(InWords(event), "the care by police-a/desk ended (PERSON_LEFT)");
  event = Event(v1::EVENT_KIND_HANDOVER_OVERDUE);
  event.detail = "\1";
  EXPECT_EQ(InWords(event), "the handover stands still: shelter-a/intake was reminded");
}

TEST(EventWords, AMismatchSaysWhatWasFound) {
  sdk::EventView event = Event(v1::EVENT_KIND_MISMATCH_REPORTED);
  event.detail = {v1::MISMATCH_KIND_CONTENT, v1::CATEGORY_RISK, v1::CATEGORY_MEDICAL};
  EXPECT_THAT(InWords(event), HasSubstr("(RISK holds MEDICAL)"));
}

}  // namespace
}  // namespace amana::cli
