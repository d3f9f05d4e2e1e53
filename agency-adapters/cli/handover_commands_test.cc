// What the commands of a handover refuse before anything is signed, and without a link.
#include "agency-adapters/cli/commands_for_test.h"

namespace amana::cli {
namespace {

class HandoverCommandsTest : public CommandsTest {
 protected:
  std::vector<std::string> With(std::vector<std::string> start,
                                const std::vector<std::string>& more) {
    start.insert(start.end(), more.begin(), more.end());
    return start;
  }
  const std::string id_ = std::string(32, 'a');
};

TEST_F(HandoverCommandsTest, WrongValuesAreNamed) {
  Write("place.json", R"({"place":"SECRET"})");
  Write("escort.json", R"({"escort":"SECRET"})");
  Write("more.json", R"({"place":"SECRET","phone":"SECRET"})");
  Write("number.json", R"({"place":7})");
  Write("broken.json", R"({"place":"SECRET")");
  const std::pair<std::vector<std::string>, const char*> cases[] = {
      {{"offer", "0a", "--from", "1h", "--until", "2h"}, "referral"},
      {{"offer", id_, "--until", "2h"}, "--from"},
      {{"offer", id_, "--from", "soon", "--until", "2h"}, "--from"},
      {{"offer", id_, "--from", "2h", "--until", "1h"}, "--until"},
      {{"offer", id_, "--from", "1h", "--until", "2h", "--words", File("more.json")}, "--words"},
      {{"agree", id_, "--words", File("place.json")}, "--words"},
      {{"agree", id_, "--words", File("number.json")}, "--words"},
      {{"start", id_, "--words", File("place.json")}, "--words"},
      {{"start", id_, "--words", File("broken.json")}, "--words"},
      {{"start", id_, "--words", File("escort.json"), "--from", "1h"}, "--until"},
      {{"decline", id_, "--reason", "SHOES"}, "--reason"},
      {{"end", id_, "--exit", "SHOES"}, "--exit"},
      {{"correct", id_, "--reason", "OTHER"}, "--corrected"},
      {{"correct", id_, "--corrected", "PLACE"}, "--reason"},
      {{"correct", id_, "--corrected", "SHOES", "--reason", "OTHER"}, "--corrected"},
  };
  for (const auto& [arguments, field] : cases) {
    const Ran ran = Run(With({"handover"}, With(arguments, {"--json"})));
    EXPECT_EQ(ran.code, kExitUsage) << testing::PrintToString(arguments) << ran.err;
    EXPECT_EQ(nlohmann::json::parse(ran.err)["field"], field) << testing::PrintToString(arguments);
  }
  const std::pair<std::vector<std::string>, const char*> custody[] = {
      {{"report", id_}, "--with"},
      {{"report", id_, "--with", "haven", "--none", "STREET"}, "--with"},
      {{"report", id_, "--with", "Haven"}, "--with"},
      {{"report", id_, "--none", "SHOES"}, "--none"},
      {{"report", id_, "--none", "LEFT", "--exit", "SHOES"}, "--exit"},
  };
  for (const auto& [arguments, field] : custody) {
    const Ran ran = Run(With({"custody"}, With(arguments, {"--json"})));
    EXPECT_EQ(ran.code, kExitUsage) << testing::PrintToString(arguments) << ran.err;
    EXPECT_EQ(nlohmann::json::parse(ran.err)["field"], field) << testing::PrintToString(arguments);
  }
}

TEST_F(HandoverCommandsTest, WithoutALinkNothingIsInvented) {
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {"handover", "show", id_},
           {"handover", "sign", id_},
           {"handover", "list"},
           {"handover", "offer", id_, "--from", "1h", "--until", "2h"},
           {"custody", "show", id_},
           {"custody", "report", id_, "--none", "STREET"}}) {
    EXPECT_EQ(Run(arguments).code, kExitUnreachable) << testing::PrintToString(arguments);
  }
}

}  // namespace
}  // namespace amana::cli
