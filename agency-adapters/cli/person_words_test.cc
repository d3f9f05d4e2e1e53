#include "agency-adapters/cli/person_words.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace amana::cli {
namespace {

TEST(PersonWords, WhyItWentNamesConsentWhereThatIsIt) {
  const struct {
    std::vector<uint32_t> rules;
    std::string why;
  } rows[] = {
      {{}, ""},
      {{3}, "because you agreed"},
      {{9}, "because you agreed and what you did not agree to stayed behind"},
      {{3, 16},
       "because you agreed and because a Children Officer decided that it is best for you"},
      {{9, 18},
       "what you did not agree to stayed behind and without your consent, because a life was in "
       "danger; others approved it"},
  };
  for (const auto& row : rows) {
    google::protobuf::RepeatedField<uint32_t> rules;
    rules.Add(row.rules.begin(), row.rules.end());
    EXPECT_EQ(Listed(WhyItWent(rules)), row.why);
  }
}

}  // namespace
}  // namespace amana::cli
