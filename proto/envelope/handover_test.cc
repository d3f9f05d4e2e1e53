#include "proto/envelope/handover.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "proto/crypto/sha256.h"
#include "proto/envelope/handover_code.h"
#include "proto/envelope/statement.h"
#include "proto/envelope/testing.h"

namespace amana::envelope {
namespace {

using Step = v1::HandoverStep;

// A step into `state` with everything that belongs there.
Step StepInto(v1::HandoverState state) {
  Step step;
  *step.mutable_meta() = MakeMeta(SampleSigner().certificate, SampleTime());
  v1::HandoverRef& ref = *step.mutable_handover();
  ref.mutable_referral()->set_sender_agency("police-a");
  ref.mutable_referral()->set_referral_id(std::string(16, 'r'));
  ref.mutable_referral()->set_version(1);
  ref.set_task(1);
  ref.set_offer_epoch(1);
  ref.set_attempt(2);
  step.set_header_digest(std::string(32, 'h'));
  step.set_previous(std::string(32, 'p'));
  step.set_state(state);
  step.mutable_actor()->set_agency("police-a");
  step.mutable_actor()->set_unit("desk");
  switch (state) {
    case v1::HANDOVER_STATE_OFFERED:
    case v1::HANDOVER_STATE_AGREED:
      step.mutable_window()->set_from_unix_ms(ToUnixMillis(SampleTime()));
      step.mutable_window()->set_until_unix_ms(ToUnixMillis(SampleTime() + absl::Hours(2)));
      break;
    case v1::HANDOVER_STATE_IN_TRANSIT:
      step.set_code_commitment(std::string(32, 'c'));
      break;
    case v1::HANDOVER_STATE_ARRIVED:
      step.mutable_code()->set_salt(std::string(16, 's'));
      step.mutable_code()->set_code("4FZK9Q2M7X10");
      break;
    case v1::HANDOVER_STATE_CUSTODY_TRANSFERRED:
      step.set_handover_digest(std::string(32, 'd'));
      break;
    case v1::HANDOVER_STATE_CORRECTED:
      step.set_handover_digest(std::string(32, 'd'));
      step.set_reason(v1::REASON_SENT_IN_ERROR);
      step.mutable_correction()->add_corrected(v1::HANDOVER_DETAIL_OFFICER);
      break;
    case v1::HANDOVER_STATE_ENDED:
      step.set_exit(v1::EXIT_CODE_PERSON_LEFT);
      break;
    case v1::HANDOVER_STATE_NO_SHOW:
      step.set_reason(v1::REASON_NO_SHOW);
      break;
    default:
      step.set_reason(v1::REASON_NO_CAPACITY);
      break;
  }
  return step;
}

absl::StatusOr<HandoverStatement> Parse(const Step& step) {
  return ParseHandoverStep(SignMessage(kHandoverStepType, step, SampleSigner().key).value());
}

struct Case {
  v1::HandoverState state;
  std::function<void(Step&)> change;
  std::string_view field;
  std::string_view reason = "HANDOVER_FIELD_INVALID";
};

void CheckCases(const std::vector<Case>& cases) {
  for (const Case& each : cases) {
    Step step = StepInto(each.state);
    each.change(step);
    const absl::Status status = Parse(step).status();
    EXPECT_EQ(ErrorReason(status), each.field.empty() ? "" : each.reason)
        << each.state << " " << each.field << ": " << status;
    EXPECT_EQ(ErrorField(status), each.field) << each.state;
  }
}

constexpr auto kOffered = v1::HANDOVER_STATE_OFFERED;
constexpr auto kAgreed = v1::HANDOVER_STATE_AGREED;
constexpr auto kInTransit = v1::HANDOVER_STATE_IN_TRANSIT;
constexpr auto kArrived = v1::HANDOVER_STATE_ARRIVED;
constexpr auto kCorrected = v1::HANDOVER_STATE_CORRECTED;

TEST(HandoverStep, EveryStateHasAFormThatIsTaken) {
  for (int state = 1; state <= v1::HandoverState_MAX; ++state) {
    const Step step = StepInto(static_cast<v1::HandoverState>(state));
    const auto parsed = Parse(step);
    ASSERT_TRUE(parsed.ok()) << state << ": " << parsed.status();
    EXPECT_EQ(parsed->referral.referral.bytes(), std::string(16, 'r'));
    EXPECT_EQ(ToString(parsed->actor), "police-a/desk");
    EXPECT_EQ(parsed->previous.bytes(), std::string(32, 'p'));
    EXPECT_EQ(parsed->digest, crypto::Sha256(Serialize(step)));
  }
}

// What belongs to one state is refused in every other.
TEST(HandoverStep, EachFieldBelongsToItsStates) {
  using Copy = std::function<void(Step&)>;
  const Step transit = StepInto(kInTransit), arrived = StepInto(kArrived),
             corrected = StepInto(kCorrected), offered = StepInto(kOffered);
  const struct {
    std::string_view field;
    std::set<int> states;
    Copy set, clear;
  } fields[] = {
      {"window",
       {kOffered, kAgreed},
       [&](Step& s) { *s.mutable_window() = offered.window(); },
       [](Step& s) { s.clear_window(); }},
      {"reason",
       {v1::HANDOVER_STATE_DECLINED, v1::HANDOVER_STATE_WITHDRAWN, v1::HANDOVER_STATE_NO_SHOW,
        v1::HANDOVER_STATE_ABORTED, v1::HANDOVER_STATE_RETURNED, kCorrected},
       [](Step& s) { s.set_reason(v1::REASON_NO_CAPACITY); },
       [](Step& s) { s.clear_reason(); }},
      {"exit",
       {v1::HANDOVER_STATE_ENDED},
       [](Step& s) { s.set_exit(v1::EXIT_CODE_PERSON_DIED); },
       [](Step& s) { s.clear_exit(); }},
      {"code_commitment",
       {kInTransit},
       [&](Step& s) { s.set_code_commitment(transit.code_commitment()); },
       [](Step& s) { s.clear_code_commitment(); }},
      {"code",
       {kArrived},
       [&](Step& s) { *s.mutable_code() = arrived.code(); },
       [](Step& s) { s.clear_code(); }},
      {"handover_digest",
       {v1::HANDOVER_STATE_CUSTODY_TRANSFERRED, kCorrected},
       [&](Step& s) { s.set_handover_digest(corrected.handover_digest()); },
       [](Step& s) { s.clear_handover_digest(); }},
      {"correction",
       {kCorrected},
       [&](Step& s) { *s.mutable_correction() = corrected.correction(); },
       [](Step& s) { s.clear_correction(); }},
  };
  for (const auto& each : fields) {
    for (int number = 1; number <= v1::HandoverState_MAX; ++number) {
      const auto state = static_cast<v1::HandoverState>(number);
      if (each.field == "window" && state == kInTransit) continue;  // may be there
      Step step = StepInto(state);
      (each.states.contains(number) ? each.clear : each.set)(step);
      const absl::Status status = Parse(step).status();
      EXPECT_EQ(ErrorReason(status), "HANDOVER_FIELD_INVALID") << each.field << " in " << state;
      EXPECT_EQ(ErrorField(status), each.field) << state;
    }
  }
}

TEST(HandoverStep, NamesEveryFieldThatIsWrong) {
  const int64_t day = 24 * 3600 * 1000;
  const auto window = [](int64_t from, int64_t until) {
    return [=](Step& s) {
      s.mutable_window()->set_from_unix_ms(from);
      s.mutable_window()->set_until_unix_ms(until);
    };
  };
  CheckCases({
      {kOffered, [](Step& s) { s.clear_meta(); }, "meta", "META_INVALID"},
      {kOffered, [](Step& s) { s.clear_handover(); }, "handover.referral.sender_agency",
       "ID_INVALID"},
      {kOffered, [](Step& s) { s.mutable_handover()->mutable_referral()->set_referral_id("r"); },
       "handover.referral.referral_id", "LENGTH_INVALID"},
      {kOffered, [](Step& s) { s.mutable_handover()->mutable_referral()->clear_version(); },
       "handover.referral.version"},
      {kOffered, [](Step& s) { s.mutable_handover()->clear_attempt(); }, "handover.attempt"},
      {kOffered, [](Step& s) { s.mutable_handover()->clear_offer_epoch(); },
       "handover.offer_epoch"},
      {kOffered, [](Step& s) { s.mutable_handover()->clear_task(); }, ""},
      {kOffered, [](Step& s) { s.clear_header_digest(); }, "header_digest", "LENGTH_INVALID"},
      {kOffered, [](Step& s) { s.set_previous("p"); }, "previous", "LENGTH_INVALID"},
      {kOffered, [](Step& s) { s.clear_state(); }, "state"},
      {kOffered, [](Step& s) { s.mutable_actor()->clear_unit(); }, "actor.unit", "ID_INVALID"},
      {kOffered, window(0, 5), "window"},
      {kOffered, window(-5, 5), "window"},
      {kOffered, window(5, 5), "window"},
      {kOffered, window(5, INT64_MIN), "window"},
      {kOffered, window(5, INT64_MAX), "window"},
      {kOffered, window(5, 5 + 14 * day), ""},
      {kOffered, window(5, 6 + 14 * day), "window"},
      {kInTransit, window(5, 6), ""},
  });
}

TEST(HandoverStep, NamesWhatIsWrongOfNotesCodesAndCorrections) {
  CheckCases({
      {kInTransit, [](Step& s) { s.set_code_commitment("c"); }, "code_commitment",
       "LENGTH_INVALID"},
      {kArrived, [](Step& s) { s.mutable_code()->set_salt("s"); }, "code.salt"},
      {kArrived, [](Step& s) { s.mutable_code()->set_code("4fzk9q2m7x10"); }, "code.code"},
      {kAgreed, [](Step& s) { s.add_named(v1::HANDOVER_DETAIL_PLACE); }, "note_sha256"},
      {kAgreed, [](Step& s) { s.set_note_sha256("n"); }, "note_sha256", "LENGTH_INVALID"},
      {kAgreed,
       [](Step& s) {
         s.add_named(v1::HANDOVER_DETAIL_OFFICER);
         s.add_named(v1::HANDOVER_DETAIL_PLACE);
         s.set_note_sha256(std::string(32, 'n'));
       },
       "named"},
      {kAgreed,
       [](Step& s) {
         s.add_named(v1::HANDOVER_DETAIL_TIME);
         s.set_note_sha256(std::string(32, 'n'));
       },
       "named"},
      {v1::HANDOVER_STATE_RETURNED, [](Step& s) { s.set_reason(v1::REASON_OTHER); }, "named"},
      {v1::HANDOVER_STATE_RETURNED,
       [](Step& s) {
         s.set_reason(v1::REASON_OTHER);
         s.add_named(v1::HANDOVER_DETAIL_TEXT);
         s.set_note_sha256(std::string(32, 'n'));
       },
       ""},
      {kCorrected, [](Step& s) { s.mutable_correction()->clear_corrected(); },
       "correction.corrected"},
      {kCorrected,
       [](Step& s) { s.mutable_correction()->add_corrected(v1::HANDOVER_DETAIL_PLACE); },
       "correction.corrected"},
      {kCorrected, [](Step& s) { s.mutable_correction()->set_arrived_unix_ms(7); },
       "correction.arrived_unix_ms"},
      {kCorrected, [](Step& s) { s.mutable_correction()->add_corrected(v1::HANDOVER_DETAIL_TIME); },
       "correction.arrived_unix_ms"},
      {kCorrected, [](Step& s) { s.mutable_correction()->set_note_sha256("n"); },
       "correction.note_sha256", "LENGTH_INVALID"},
  });
}

// Two who sign the same matter sign the same digest, whatever else their statements say.
TEST(HandoverStep, TheMatterIsWhatBothSign) {
  Step first = StepInto(kCorrected), second = first;
  second.mutable_actor()->set_agency("shelter-a");
  second.mutable_meta()->set_created_unix_ms(1);
  const Address from = SampleAddress("police-a/desk"), to = SampleAddress("shelter-a/intake");
  EXPECT_EQ(MatterDigest(MatterOf(first, from, to)), MatterDigest(MatterOf(second, from, to)));
  const std::function<void(Step&)> changes[] = {
      [](Step& s) { s.mutable_handover()->set_attempt(3); },
      [](Step& s) { s.set_previous(std::string(32, 'q')); },
      [](Step& s) { s.set_state(v1::HANDOVER_STATE_CUSTODY_TRANSFERRED); },
      [](Step& s) { s.set_reason(v1::REASON_DUPLICATE); },
      [](Step& s) { s.mutable_correction()->add_corrected(v1::HANDOVER_DETAIL_TEXT); },
  };
  for (const auto& change : changes) {
    Step other = second;
    change(other);
    EXPECT_NE(MatterDigest(MatterOf(first, from, to)), MatterDigest(MatterOf(other, from, to)));
  }
  EXPECT_NE(MatterDigest(MatterOf(first, from, to)), MatterDigest(MatterOf(first, to, from)));
}

v1::CustodyReport Report() {
  v1::CustodyReport report;
  *report.mutable_meta() = MakeMeta(SampleSigner().certificate, SampleTime());
  report.set_subject_pseudonym(std::string(16, 'p'));
  report.mutable_actor()->set_agency("police-a");
  report.mutable_actor()->set_unit("desk");
  report.set_previous(std::string(32, 'q'));
  report.mutable_now()->set_agency("hospital-a");
  return report;
}

std::string ReportRefusal(const std::function<void(v1::CustodyReport&)>& change) {
  v1::CustodyReport report = Report();
  change(report);
  const auto parsed =
      ParseCustodyReport(SignMessage(kCustodyReportType, report, SampleSigner().key).value());
  return ErrorField(parsed.status());
}

TEST(CustodyReport, SaysWhereOrWhyNowhere) {
  const auto none = [](v1::NoCustody why, v1::ExitCode exit) {
    return ReportRefusal([=](auto& r) {
      r.mutable_now()->set_none(why);
      r.set_exit(exit);
    });
  };
  EXPECT_EQ(ReportRefusal([](auto&) {}), "");
  EXPECT_EQ(none(v1::NO_CUSTODY_STREET, v1::EXIT_CODE_UNSPECIFIED), "");
  EXPECT_EQ(none(v1::NO_CUSTODY_LEFT, v1::EXIT_CODE_PERSON_LEFT), "");
  EXPECT_EQ(none(v1::NO_CUSTODY_DIED, v1::EXIT_CODE_PERSON_DIED), "");
  EXPECT_EQ(none(v1::NO_CUSTODY_LEFT, v1::EXIT_CODE_UNSPECIFIED), "exit");
  EXPECT_EQ(none(v1::NO_CUSTODY_LEFT, v1::EXIT_CODE_PERSON_DIED), "exit");
  EXPECT_EQ(none(v1::NO_CUSTODY_STREET, v1::EXIT_CODE_PERSON_LEFT), "exit");
  EXPECT_EQ(none(v1::NO_CUSTODY_UNSPECIFIED, v1::EXIT_CODE_UNSPECIFIED), "now");
  EXPECT_EQ(ReportRefusal([](auto& r) { r.clear_now(); }), "now");
  EXPECT_EQ(ReportRefusal([](auto& r) { r.set_exit(v1::EXIT_CODE_PERSON_LEFT); }), "exit");
  EXPECT_EQ(ReportRefusal([](auto& r) { r.mutable_now()->set_agency("A"); }), "now.agency");
  EXPECT_EQ(ReportRefusal([](auto& r) { r.set_previous("q"); }), "previous");
  EXPECT_EQ(ReportRefusal([](auto& r) { r.clear_subject_pseudonym(); }), "subject_pseudonym");
  EXPECT_EQ(ReportRefusal([](auto& r) { r.clear_actor(); }), "actor.agency");
}

TEST(CustodyReport, AnExitSaysWhereThePersonIsNot) {
  EXPECT_EQ(NoCustodyOf(v1::EXIT_CODE_PERSON_LEFT), v1::NO_CUSTODY_LEFT);
  EXPECT_EQ(NoCustodyOf(v1::EXIT_CODE_PERSON_DIED), v1::NO_CUSTODY_DIED);
  EXPECT_EQ(NoCustodyOf(v1::EXIT_CODE_CARE_ENDED), v1::NO_CUSTODY_CARE_ENDED);
  EXPECT_EQ(NoCustodyOf(v1::EXIT_CODE_MOVED_ON), v1::NO_CUSTODY_UNSPECIFIED);
}

}  // namespace
}  // namespace amana::envelope
