// `amana audit mirror --follow` against the real broker: what it makes of its own questions, and
// that nobody is left to think that it still looks.
#include <gmock/gmock.h>

#include <filesystem>

#include "agency-adapters/cli/broker_for_test.h"

namespace amana::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class AuditMirrorTest : public AmanaBrokerTest {
 protected:
  struct Followed {
    int code;
    std::string out, err;
  };
  // Looks each 10 ms. `then` is done once, after it has come round a few times; ends later.
  Followed Follow(std::vector<std::string> more, const std::function<void()>& then) {
    std::vector<std::string> arguments = {
        "--config", world_.agency_config("auditor"), "audit", "mirror", mirror_, "--follow",
        "10ms"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    std::ostringstream out, err;
    int rounds = 0;
    World world{.clock = clock_,
                .out = out,
                .err = err,
                .connect = [](const sdk::Identity& identity, const Clock& clock) {
                  return sdk::ConnectClient(identity, clock);
                }};
    world.stop = [&] {
      if (++rounds == 6) then();
      return rounds > 12;
    };
    const int code = RunAmana(arguments, std::move(world));
    return {code, out.str(), err.str()};
  }

  const std::string mirror_ = File("mirror");
};

// Each look is an entry, which the next look would bring, and be an entry itself.
TEST_F(AuditMirrorTest, AFollowerDoesNotFollowItsOwnQuestions) {
  Grant();
  const auto looks = [](const std::string& out) {
    size_t count = 0;
    for (size_t at = 0; (at = out.find("new events", at)) != std::string::npos; ++at) ++count;
    return count;
  };
  const Followed quiet = Follow({}, [] {});
  EXPECT_EQ(quiet.code, kExitDone) << quiet.err;
  EXPECT_EQ(looks(quiet.out), 2u) << quiet.out;  // the first, and what it says at the end
  const Followed busy = Follow({}, [this] { Grant(); });
  EXPECT_EQ(busy.code, kExitDone) << busy.err;
  EXPECT_EQ(looks(busy.out), 3u) << busy.out;
}

TEST_F(AuditMirrorTest, WhoIsToHearOfAlarmsHearsThatNobodyLooksAnyMore) {
  const std::string program = File("alarm"), heard = File("heard");
  Write("alarm", "#!/bin/sh\necho \"$AMANA_ALARM\" > '" + heard + "'\n");
  fs::permissions(program, fs::perms::owner_all);
  const Followed ended = Follow({"--alarm", program}, [this] {
    fs::remove_all(mirror_);
    Write("mirror", "a file in its place");
    Grant();
  });
  EXPECT_EQ(ended.code, kExitRefused) << ended.out << ended.err;
  EXPECT_EQ(RealFileSystem().Read(heard).value_or(""), "FILE_EXISTS\n") << ended.err;
}

}  // namespace
}  // namespace amana::cli
