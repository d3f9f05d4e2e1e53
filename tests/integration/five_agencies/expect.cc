#include "tests/integration/five_agencies/expect.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "tests/integration/five_agencies/ministry_side.h"
#include "tests/integration/five_agencies/police_side.h"

namespace amana::five {
namespace {

constexpr int kTasksOfPolice = 4;  // shelter, ministry, immigration, the copy to IOM

}  // namespace

void Expectation::Referred(size_t sender, const Person& person) {
  const std::string& who = person.token;
  ++cases_[sender];
  switch (sender) {
    case kPolice:
      Expect(kPolice, absl::StrCat("settled case-", who, " ACCEPTED"));
      for (int task = 0; task < kTasksOfPolice; ++task) {
        Expect(kPolice, absl::StrCat("notice ", PoliceSide::ObNumber(person), "#case-", who, " ",
                                     task, " TASK_ACCEPTED"));
      }
      for (const size_t which : {kShelter, kMinistry, kIom}) {
        Expect(which, "case " + who);
        Expect(which, "whole case " + who);
      }
      Expect(kShelter, "referral " + who);
      for (const char* stage : {"AT_OFFER", "AT_ACCEPT"}) {
        Expect(kImmigration, absl::StrCat("case SYNTHETIC-NOTE ", who, " ", stage));
      }
      return;
    case kImmigration:
      Expect(kImmigration, absl::StrCat("DIS-", who, " ACCEPTED"));
      Expect(kImmigration, absl::StrCat("notice DIS-", who, " 0 TASK_ACCEPTED"));
      for (const char* effect : {"case ", "whole case ", "referral "}) {
        Expect(kShelter, effect + who);
      }
      return;
    case kIom:
      Expect(kIom, absl::StrCat("IOM-", who, " ACCEPTED"));
      Expect(kIom, absl::StrCat("notice IOM-", who, " 0 TASK_ACCEPTED"));
      Expect(kPolice, absl::StrCat("case ", who, " AT_OFFER"));
      Expect(kPolice, absl::StrCat("case ", who, " AT_ACCEPT"));
      return;
    case kMinistry:
      Expect(kMinistry, absl::StrCat("notice ", world_.side<MinistrySide>(kMinistry).TagOf(person),
                                     " TASK_ACCEPTED"));
      Expect(kShelter, "case " + who);
      Expect(kShelter, "referral " + who);
      return;
    default:
      Expect(kIom, "case " + who);
  }
}

void Expectation::Count(const Effects& effects, const std::string& begin, const std::string& end,
                        size_t wanted, Balance& balance) {
  size_t found = 0;
  for (const auto& [effect, count] : effects) {
    if (effect.starts_with(begin) && effect.ends_with(end)) found += static_cast<size_t>(count);
  }
  balance.items += wanted;
  const std::string what = absl::StrCat(begin, "...", end, ": ", found, " of ", wanted);
  for (size_t i = found; i < wanted; ++i) balance.lost.push_back(what);
  for (size_t i = wanted; i < found; ++i) balance.doubled.push_back(what);
}

absl::StatusOr<std::vector<Balance>> Expectation::Weigh() {
  std::vector<Balance> balances(expected_.size());
  for (size_t which = 0; which < expected_.size(); ++which) {
    Balance& balance = balances[which];
    AMANA_ASSIGN_OR_RETURN(const Effects effects, world_.agency(which).side->Look());
    balance.items = expected_[which].size();
    for (const std::string& effect : expected_[which]) {
      if (!effects.contains(effect)) balance.lost.push_back(effect);
    }
    for (const auto& [effect, count] : effects) {
      if (absl::StrContains(effect, "REFUSED") || effect.starts_with("refusal ")) {
        balance.lost.push_back("refused: " + effect);
      }
      if (effect.starts_with("in ")) continue;  // how many mails are in a folder
      for (int i = 1; i < count; ++i) balance.doubled.push_back(effect);
    }
    // What people answered, and what they were told by SMS.
    if (which == kPolice) {
      Count(effects, "settled accept-", " ACCEPTED", cases_[kIom], balance);
    } else if (which == kShelter) {
      Count(effects, "sms ", "", cases_[kPolice] + cases_[kImmigration] + cases_[kMinistry],
            balance);
    } else if (which == kIom) {
      Count(effects, "accept-", " ACCEPTED", cases_[kPolice] + cases_[kShelter], balance);
    } else if (which == kMinistry) {
      Count(effects, "in Amana-Done", "", cases_[kPolice] + cases_[kMinistry], balance);
      Count(effects, "in Amana-Refused", "", 0, balance);
    } else {
      Count(effects, "ANS-", " ACCEPTED", cases_[kPolice], balance);
    }
  }
  return balances;
}

}  // namespace amana::five
