#include "proto/transparency/witness_request.h"

#include <gtest/gtest.h>

#include <string>

#include "base/status.h"

namespace amana::transparency {
namespace {

// The example of c2sp.org/tlog-witness.
constexpr std::string_view kExample =
    "old 20852014\n"
    "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n"
    "jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=\n"
    "5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=\n"
    "/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=\n"
    "\n"
    "example.com/behind-the-sofa\n"
    "20852163\n"
    "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    "\n"
    "\xe2\x80\x94 example.com/behind-the-sofa "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/"
    "Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n";

TEST(WitnessRequestTest, TheStandardsExampleIsReadAndWrittenAlike) {
  const auto request = ParseWitnessRequest(kExample);
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->old_size, 20852014u);
  EXPECT_EQ(request->proof.size(), 4u);
  EXPECT_EQ(request->checkpoint, kExample.substr(kExample.find("example.com")));
  EXPECT_EQ(FormatWitnessRequest(*request), kExample);
}

TEST(WitnessRequestTest, WhatIsNotOneIsRefused) {
  const std::string hash = "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n";
  std::string many;
  for (int i = 0; i < 64; ++i) many += hash;
  const std::string bodies[] = {
      "",
      "old 1",
      "old 1\n",
      "old 1\n\n",
      "new 1\n\nx\n",
      "old 01\n\nx\n",
      "old -1\n\nx\n",
      "old 18446744073709551616\n\nx\n",
      "old 1\r\n\r\nx\n",
      "old 1\n" + hash.substr(1) + "\nx\n",
      "old 1\n" + hash + "x\n",
      "old 1\n" + many + "\nx\n",
      "old 1\n\n" + std::string(kMaxWitnessRequestBytes, 'x'),
  };
  for (const std::string& body : bodies) {
    EXPECT_EQ(ErrorReason(ParseWitnessRequest(body).status()), "WITNESS_REQUEST_MALFORMED") << body;
  }
  many.resize(63 * hash.size());
  EXPECT_TRUE(ParseWitnessRequest("old 1\n" + many + "\nx\n").ok());
}

TEST(WitnessRequestTest, AnswersAreSignatureLines) {
  const std::string line =
      "\xe2\x80\x94 witness.example/w1 "
      "CMp+6LWBU0anHGH5aNDTJkH/gj79sG+T6+iP2ThYN5krrDJbR1HDnucjL39QsZTSvVjyQLrdk3DXDqI5G2HgLatVs0pW"
      "h6Up69HVOw==\n";
  const auto two = ParseWitnessAnswer(line + line);
  ASSERT_TRUE(two.ok()) << two.status();
  EXPECT_EQ(two->size(), 2u);
  EXPECT_EQ(two->front().key_name, "witness.example/w1");
  for (const std::string& body :
       {std::string(), line.substr(1), line + "x", line.substr(0, line.size() - 1), "x\n" + line,
        line + "\n", std::string(kMaxWitnessAnswerBytes + 1, '\n')}) {
    EXPECT_EQ(ErrorReason(ParseWitnessAnswer(body).status()), "NOTE_MALFORMED") << body;
  }
}

}  // namespace
}  // namespace amana::transparency
