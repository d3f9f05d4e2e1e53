#include "broker/events/pseudonyms.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace amana::events {
namespace {

AgencyId Agency(const std::string& text) { return *AgencyId::Create(text); }
ReferralId Referral(char fill) { return *ReferralId::FromBytes(std::string(16, fill)); }

const crypto::Secret& Key(char fill = 'k') {
  static const crypto::Secret usual(std::string(32, 'k'));
  static const crypto::Secret other(std::string(32, 'o'));
  return fill == 'k' ? usual : other;
}

// Computed apart from this code, by Python's hmac module: a name must be the same tomorrow.
TEST(Pseudonyms, AreAsWrittenDown) {
  const Pseudonyms names(Key(), Agency("oversight"));
  EXPECT_EQ(names.Of(Agency("police")).hex(), "12454a5faa856609e3d9cf85b30a17f9");
  EXPECT_EQ(names.Of(Agency("police"), Referral('r')).hex(), "9f317b60b823f87dde45b8ae7865930b");
}

TEST(Pseudonyms, AreOneAuditorsAndOneThingsOwn) {
  std::set<std::string> all;
  size_t made = 0;
  for (const char secret : {'k', 'o'}) {
    for (const char* auditor : {"oversight", "ombudsman"}) {
      const Pseudonyms names(Key(secret), Agency(auditor));
      for (const char* agency : {"police", "haven"}) {
        all.insert(names.Of(Agency(agency)).bytes());
        all.insert(names.Of(Agency(agency), Referral('a')).bytes());
        all.insert(names.Of(Agency(agency), Referral('b')).bytes());
        made += 3;
      }
    }
  }
  EXPECT_EQ(all.size(), made);
}

// An agency's id that reads as a referral's bytes is still an agency's.
TEST(Pseudonyms, OfOneDomainAreOfNoOther) {
  const Pseudonyms names(Key(), Agency("oversight"));
  EXPECT_NE(names.Of(Agency("aaaaaaaaaaaaaaaapolice")), names.Of(Agency("police"), Referral('a')));
}

}  // namespace
}  // namespace amana::events
