#include "broker/operations/event_filter.h"

#include <gtest/gtest.h>

#include <functional>

#include "base/clock.h"
#include "base/testing.h"

namespace amana::operations {
namespace {

using Edit = std::function<void(v1::EventFilter&)>;

AgencyId Agency(const std::string& text) { return *AgencyId::Create(text); }

events::Event Accepted() {
  events::Event event;
  event.kind = v1::EVENT_KIND_TASK_ACCEPTED;
  event.time = FromUnixMillis(5'000);
  event.referral = StatementKey{Agency("police"), *ReferralId::FromBytes(std::string(16, 'r')), 1};
  event.actor_agency = Agency("haven");
  event.recipient = Address{Agency("haven"), *UnitId::Create("intake")};
  event.reason = v1::REASON_NO_CAPACITY;
  event.consent_id = *ConsentId::FromBytes(std::string(16, 'c'));
  event.consent_rules = {4, 9};
  event.cert_id = *CertId::FromBytes(std::string(32, 'x'));
  return event;
}

EventNames Names() {
  const auto name = [](char fill) {
    return *events::AuditPseudonym::FromBytes(std::string(16, fill));
  };
  return {name('R'), name('P'), name('H'), std::nullopt};
}

struct Row {
  const char* what;
  Edit edit;
  bool fits;
  events::Field shown_by;  // hidden, nothing is found by it; kKind: by no field
};

TEST(EventFilter, EveryConditionFitsWhatIsShownAndNothingElse) {
  using F = v1::EventFilter;
  const Row rows[] = {
      {"all", [](F&) {}, true, events::kKind},
      {"kind", [](F& f) { f.add_kinds(v1::EVENT_KIND_TASK_ACCEPTED); }, true, events::kKind},
      {"one of the kinds",
       [](F& f) {
         f.add_kinds(v1::EVENT_KIND_TASK_SEEN);
         f.add_kinds(v1::EVENT_KIND_TASK_ACCEPTED);
       },
       true, events::kKind},
      {"other kind", [](F& f) { f.add_kinds(v1::EVENT_KIND_TASK_SEEN); }, false, events::kKind},
      {"outcome", [](F& f) { f.add_outcomes(v1::TASK_STATE_ACCEPTED); }, true, events::kKind},
      {"other outcome", [](F& f) { f.add_outcomes(v1::TASK_STATE_FAILED); }, false, events::kKind},
      {"no breach", [](F& f) { f.set_sla_breach(true); }, false, events::kKind},
      {"from", [](F& f) { f.set_from_unix_ms(5'000); }, true, events::kTime},
      {"from later", [](F& f) { f.set_from_unix_ms(5'001); }, false, events::kTime},
      {"until", [](F& f) { f.set_until_unix_ms(5'001); }, true, events::kTime},
      {"until itself", [](F& f) { f.set_until_unix_ms(5'000); }, false, events::kTime},
      {"reason", [](F& f) { f.add_reasons(v1::REASON_NO_CAPACITY); }, true, events::kReason},
      {"rule", [](F& f) { f.set_rule(9); }, true, events::kConsentRules},
      {"other rule", [](F& f) { f.set_rule(8); }, false, events::kConsentRules},
      {"referral", [](F& f) { f.set_referral_id(std::string(16, 'r')); }, true, events::kReferral},
      {"other referral", [](F& f) { f.set_referral_id(std::string(16, 'q')); }, false,
       events::kReferral},
      {"consent", [](F& f) { f.set_consent_id(std::string(16, 'c')); }, true, events::kConsentId},
      {"certificate", [](F& f) { f.set_cert_id(std::string(32, 'x')); }, true, events::kCertId},
      {"sender", [](F& f) { f.set_agency("police"); }, true, events::kReferral},
      {"counterpart", [](F& f) { f.set_counterpart("police"); }, true, events::kReferral},
      {"stranger", [](F& f) { f.set_agency("consulate"); }, false, events::kReferral},
  };
  const events::Event event = Accepted();
  for (const Row& row : rows) {
    v1::EventFilter asked;
    row.edit(asked);
    const auto filter = EventFilter::Create(asked, /*is_auditor=*/false);
    AMANA_ASSERT_OK(filter.status());
    EXPECT_EQ(filter->FitsFields(event, events::FieldSet().set()), row.fits) << row.what;
    events::FieldSet hidden = events::FieldSet().set();
    hidden.reset(row.shown_by);
    EXPECT_FALSE(filter->FitsFields(event, hidden)) << row.what;
  }
}

TEST(EventFilter, AnActorThatIsTheRecipientIsFoundWhileEitherIsShown) {
  v1::EventFilter asked;
  asked.set_agency("haven");
  const auto filter = EventFilter::Create(asked, false);
  AMANA_ASSERT_OK(filter.status());
  events::FieldSet shown = events::FieldSet().set();
  shown.reset(events::kActorAgency);
  EXPECT_TRUE(filter->FitsFields(Accepted(), shown));
  shown.reset(events::kRecipient);
  EXPECT_FALSE(filter->FitsFields(Accepted(), shown));
}

TEST(EventFilter, PseudonymsFindWhatIsToldUnderThem) {
  const auto fits = [](const Edit& edit) {
    v1::EventFilter asked;
    edit(asked);
    const auto filter = EventFilter::Create(asked, /*is_auditor=*/true);
    AMANA_EXPECT_OK(filter.status());
    EXPECT_TRUE(filter->asks_for_names());
    EXPECT_FALSE(filter->FitsNames(nullptr));
    const EventNames names = Names();
    return filter->FitsNames(&names);
  };
  using F = v1::EventFilter;
  EXPECT_TRUE(fits([](F& f) { f.set_referral_pseudonym(std::string(16, 'R')); }));
  EXPECT_FALSE(fits([](F& f) { f.set_referral_pseudonym(std::string(16, 'P')); }));
  EXPECT_TRUE(fits([](F& f) { f.set_agency_pseudonym(std::string(16, 'P')); }));
  EXPECT_TRUE(fits([](F& f) {
    f.set_agency_pseudonym(std::string(16, 'H'));
    f.set_counterpart_pseudonym(std::string(16, 'P'));
  }));
  EXPECT_FALSE(fits([](F& f) {
    f.set_agency_pseudonym(std::string(16, 'H'));
    f.set_counterpart_pseudonym(std::string(16, 'Q'));
  }));
}

TEST(EventFilter, EveryKindThatTellsOfATimeMissedIsABreach) {
  v1::EventFilter asked;
  asked.set_sla_breach(true);
  const auto filter = EventFilter::Create(asked, false);
  AMANA_ASSERT_OK(filter.status());
  int breaches = 0;
  for (int kind = v1::EventKind_MIN; kind <= v1::EventKind_MAX; ++kind) {
    if (!v1::EventKind_IsValid(kind)) continue;
    events::Event event = Accepted();
    event.kind = static_cast<v1::EventKind>(kind);
    breaches += filter->FitsFields(event, events::FieldSet().set()) ? 1 : 0;
  }
  EXPECT_EQ(breaches, 8);
}

TEST(EventFilter, RefusesWhatMayNotBeAskedOrIsNothing) {
  struct Refusal {
    bool is_auditor;
    const char* field;
    Edit edit;
  };
  using F = v1::EventFilter;
  const Refusal rows[] = {
      {true, "filter", [](F& f) { f.set_agency("police"); }},
      {true, "filter", [](F& f) { f.set_counterpart("police"); }},
      {true, "filter", [](F& f) { f.set_referral_id(std::string(16, 'r')); }},
      {false, "filter", [](F& f) { f.set_agency_pseudonym(std::string(16, 'P')); }},
      {false, "filter", [](F& f) { f.set_counterpart_pseudonym(std::string(16, 'P')); }},
      {false, "filter", [](F& f) { f.set_referral_pseudonym(std::string(16, 'P')); }},
      {false, "referral_id", [](F& f) { f.set_referral_id("short"); }},
      {true, "referral_pseudonym", [](F& f) { f.set_referral_pseudonym("short"); }},
      {false, "agency", [](F& f) { f.set_agency("No Agency"); }},
      {false, "cert_id", [](F& f) { f.set_cert_id("short"); }},
      {false, "kinds", [](F& f) { f.mutable_kinds()->Add(9'999); }},
      {false, "kinds", [](F& f) { f.mutable_kinds()->Add(0); }},
      {false, "reasons", [](F& f) { f.mutable_reasons()->Add(9'999); }},
      {false, "outcomes", [](F& f) { f.add_outcomes(v1::TASK_STATE_ROUTED); }},
      {false, "rule", [](F& f) { f.set_rule(256); }},
      {false, "until_unix_ms",
       [](F& f) {
         f.set_from_unix_ms(9);
         f.set_until_unix_ms(9);
       }},
  };
  for (const Refusal& row : rows) {
    v1::EventFilter asked;
    row.edit(asked);
    const absl::Status status = EventFilter::Create(asked, row.is_auditor).status();
    EXPECT_EQ(ErrorReason(status), "FIELD_INVALID") << row.field;
    EXPECT_EQ(ErrorField(status), row.field);
  }
}

}  // namespace
}  // namespace amana::operations
