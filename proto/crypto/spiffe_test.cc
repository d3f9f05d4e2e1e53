#include "proto/crypto/spiffe.h"

#include <gtest/gtest.h>

#include <string>

#include "base/status.h"

namespace amana::crypto {
namespace {

TEST(SpiffeTest, ReadsAndWritesEveryForm) {
  for (const std::string uri : {
           "spiffe://amana.example/agency/police/system",
           "spiffe://amana.example/agency/police/system/nairobi-west",
           "spiffe://amana.example/agency/shelter/person/mombasa/p-17",
           "spiffe://a_b.c-d/agency/moi/coordinator",
           "spiffe://amana.example/agency/ncaj/auditor",
           "spiffe://amana.example/agency/amana/operator/site/o1",
           "spiffe://amana.example/agency/amana/broker",
       }) {
    const auto id = ParseSpiffeId(uri);
    ASSERT_TRUE(id.ok()) << uri << ": " << id.status();
    EXPECT_EQ(ToUri(*id), uri);
  }
  const auto id = ParseSpiffeId("spiffe://amana.example/agency/shelter/person/mombasa/p-17");
  EXPECT_EQ(id->trust_domain, "amana.example");
  EXPECT_EQ(id->agency.value(), "shelter");
  EXPECT_EQ(id->role, Role::kPerson);
  EXPECT_EQ(id->unit->value(), "mombasa");
  EXPECT_EQ(id->person->value(), "p-17");
}

TEST(SpiffeTest, RefusesEveryOtherForm) {
  for (const std::string uri : {
           "",
           "spiffe://",
           "https://amana.example/agency/police/system",
           "SPIFFE://amana.example/agency/police/system",
           "spiffe:///agency/police/system",
           "spiffe://Amana.example/agency/police/system",
           "spiffe://amana.example:443/agency/police/system",
           "spiffe://user@amana.example/agency/police/system",
           "spiffe://amana.example",
           "spiffe://amana.example/agency/police",
           "spiffe://amana.example/agency/police/",
           "spiffe://amana.example/agency/police/system/",
           "spiffe://amana.example/agency//system",
           "spiffe://amana.example//agency/police/system",
           "spiffe://amana.example/agencies/police/system",
           "spiffe://amana.example/agency/police/admin",
           "spiffe://amana.example/agency/police/System",
           "spiffe://amana.example/agency/Police/system",
           "spiffe://amana.example/agency/../system",
           "spiffe://amana.example/agency/police/system?x=1",
           "spiffe://amana.example/agency/police/system#x",
           "spiffe://amana.example/agency/police%2f/system",
           "spiffe://amana.example/agency/police/person/unit/p1/more",
           "spiffe://amana.example/agency/police/system\n",
       }) {
    EXPECT_EQ(ErrorReason(ParseSpiffeId(uri).status()), "SPIFFE_ID_INVALID") << uri;
  }
  const std::string with_nul("spiffe://amana.example/agency/police/system\0", 44);
  EXPECT_FALSE(ParseSpiffeId(with_nul).ok());
  const std::string long_agency(64, 'a');
  EXPECT_FALSE(ParseSpiffeId("spiffe://amana.example/agency/" + long_agency + "/system").ok());
  EXPECT_FALSE(CheckTrustDomain(std::string(256, 'a')).ok());
  EXPECT_TRUE(CheckTrustDomain(std::string(255, 'a')).ok());
}

}  // namespace
}  // namespace amana::crypto
