#include "proto/envelope/handover_code.h"

#include <gtest/gtest.h>

#include <set>

#include "proto/crypto/sha256.h"

namespace amana::envelope {
namespace {

TEST(HandoverCode, IsTwelveCharactersThatNobodyConfuses) {
  std::set<std::string> codes;
  std::set<char> characters;
  for (int i = 0; i < 500; ++i) {
    const std::string code = NewHandoverCode();
    EXPECT_TRUE(IsHandoverCode(code)) << code;
    EXPECT_EQ(code.find_first_of("ILOU"), std::string::npos) << code;
    codes.insert(code);
    characters.insert(code.begin(), code.end());
  }
  EXPECT_EQ(codes.size(), 500u);
  EXPECT_EQ(characters.size(), 32u);
  EXPECT_NE(NewHandoverSalt(), NewHandoverSalt());
  EXPECT_EQ(NewHandoverSalt().size(), kHandoverSaltSize);
}

TEST(HandoverCode, IsReadAsPeopleTypeIt) {
  const std::string code = "4FZK9Q2M7X10";
  EXPECT_EQ(PrintedCode(code), "4FZK-9Q2M-7X10");
  for (const char* typed : {"4FZK-9Q2M-7X10", "4fzk 9q2m 7xlo", "4FZK9Q2M7XIO", " 4fzk9q2m7x1o "}) {
    EXPECT_EQ(ParseHandoverCode(typed), code) << typed;
  }
  for (const char* typed :
       {"", "4FZK-9Q2M-7X1", "4FZK-9Q2M-7X100", "4FZK-9Q2M-7XU0", "4FZK/9Q2M/7X10"}) {
    EXPECT_EQ(ParseHandoverCode(typed), std::nullopt) << typed;
  }
  EXPECT_FALSE(IsHandoverCode("4fzk9q2m7x10"));
}

TEST(HandoverCode, TheCommitmentBindsSaltAndCode) {
  const std::string salt(16, 's');
  EXPECT_EQ(CodeCommitment(salt, "4FZK9Q2M7X10"),
            crypto::Sha256("amana/handover-code/v1" + salt + "4FZK9Q2M7X10"));
  EXPECT_NE(CodeCommitment(salt, "4FZK9Q2M7X10"), CodeCommitment(salt, "4FZK9Q2M7X11"));
  EXPECT_NE(CodeCommitment(salt, "4FZK9Q2M7X10"),
            CodeCommitment(std::string(16, 't'), "4FZK9Q2M7X10"));
}

}  // namespace
}  // namespace amana::envelope
