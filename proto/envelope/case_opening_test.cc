#include "proto/envelope/case_opening.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "base/status.h"
#include "base/testing.h"

namespace amana::envelope {
namespace {

using Edit = std::function<void(v1::CaseOpening&)>;

v1::CaseOpening Opening(const Edit& edit = {}) {
  v1::CaseOpening opening;
  opening.set_referral_pseudonym(std::string(16, 'p'));
  opening.set_event_index(7);
  opening.set_purpose(v1::AUDIT_PURPOSE_BREACH);
  opening.set_order_sha256(std::string(32, 'o'));
  if (edit) edit(opening);
  return opening;
}

TEST(CaseOpening, IsForWhatASupervisorMustLookInto) {
  for (const v1::AuditPurpose purpose :
       {v1::AUDIT_PURPOSE_COMPLAINT, v1::AUDIT_PURPOSE_BREACH, v1::AUDIT_PURPOSE_COURT_ORDER}) {
    AMANA_EXPECT_OK(CheckCaseOpening(Opening([=](auto& o) { o.set_purpose(purpose); })));
  }
  const std::pair<const char*, Edit> refused[] = {
      {"purpose", [](auto& o) { o.set_purpose(v1::AUDIT_PURPOSE_PERIODIC); }},
      {"purpose", [](auto& o) { o.set_purpose(v1::AUDIT_PURPOSE_STATISTICS); }},
      {"purpose", [](auto& o) { o.set_purpose(v1::AUDIT_PURPOSE_UNSPECIFIED); }},
      {"purpose", [](auto& o) { o.set_purpose(static_cast<v1::AuditPurpose>(99)); }},
      {"referral_pseudonym", [](auto& o) { o.set_referral_pseudonym("short"); }},
      {"order_sha256", [](auto& o) { o.clear_order_sha256(); }},
  };
  for (const auto& [field, edit] : refused) {
    const absl::Status status = CheckCaseOpening(Opening(edit));
    EXPECT_EQ(ErrorReason(status), "CASE_FIELD_INVALID");
    EXPECT_EQ(ErrorField(status), field);
  }
}

TEST(CaseOpening, IsTheSameMatterWhoeverSigns) {
  EXPECT_TRUE(SameMatter(Opening(), Opening([](auto& o) { o.mutable_meta()->set_suite(1); })));
  const Edit others[] = {
      [](auto& o) { o.set_referral_pseudonym(std::string(16, 'q')); },
      [](auto& o) { o.set_event_index(8); },
      [](auto& o) { o.set_purpose(v1::AUDIT_PURPOSE_COMPLAINT); },
      [](auto& o) { o.set_order_sha256(std::string(32, 'x')); },
  };
  for (const Edit& edit : others) EXPECT_FALSE(SameMatter(Opening(), Opening(edit)));
}

}  // namespace
}  // namespace amana::envelope
