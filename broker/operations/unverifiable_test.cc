// What the person said cannot be read: everything is held, the operator hears of an emergency, and
// it goes on by itself when it can be read again (decision rule 28).
#include <gtest/gtest.h>

#include <mutex>
#include <string>
#include <vector>

#include "base/log.h"
#include "broker/operations/testing_acts.h"

namespace amana::operations {
namespace {

// Log lines of one event.
class Heard {
 public:
  explicit Heard(std::string event)
      : sink_([this, event = std::move(event)](std::string_view line) {
          const std::lock_guard lock(mu_);
          if (line.find("\"" + event + "\"") != std::string_view::npos) lines_.emplace_back(line);
        }) {}
  std::vector<std::string> lines() {
    const std::lock_guard lock(mu_);
    return lines_;
  }

 private:
  std::mutex mu_;
  std::vector<std::string> lines_;
  ScopedLogSink sink_;
};

void Urgently(envelope::SubmissionDraft& draft) { draft.header.set_urgency(v1::URGENCY_EMERGENCY); }

TEST(Unverifiable, IsHeldAndAnEmergencyIsToldAndGoesOnByItself) {
  World world;
  const v1::ConsentRecord consent = world.Consent();
  AMANA_ASSERT_OK(world.Register(consent));
  const Sent queued = SendUnder(world, consent, Urgently);
  world.ChangeDatabase("CREATE TABLE saved AS SELECT facts FROM consent");
  world.ChangeDatabase("UPDATE consent SET facts = zeroblob(9)");
  Heard alerts("emergency_unverifiable");
  const Sent late = SendUnder(world, consent, Urgently);
  EXPECT_EQ(TaskOf(world, late).state, v1::TASK_STATE_BLOCKED_CONSENT);
  EXPECT_EQ(TaskOf(world, late).reason, v1::REASON_CONSENT_UNVERIFIABLE);
  EXPECT_EQ(TaskOf(world, late).consent_rules, std::vector<uint8_t>({28}));
  EXPECT_EQ(alerts.lines().size(), 1u);
  SendUnder(world, consent);  // no emergency
  EXPECT_TRUE(world.Receive().empty());
  EXPECT_EQ(OfferOf(world, queued).state, v1::DELIVERY_STATE_WITHHELD);
  EXPECT_EQ(alerts.lines().size(), 2u);
  for (const std::string& line : alerts.lines()) {
    EXPECT_NE(line.find("EMERGENCY"), std::string::npos) << line;
  }

  world.clock().Advance(absl::Minutes(1));
  world.RunTimers();
  EXPECT_EQ(TaskOf(world, late).state, v1::TASK_STATE_BLOCKED_CONSENT);
  world.ChangeDatabase("UPDATE consent SET facts = (SELECT facts FROM saved)");
  world.RunTimers();
  EXPECT_EQ(TaskOf(world, late).state, v1::TASK_STATE_BLOCKED_CONSENT);
  world.clock().Advance(absl::Minutes(1));
  world.RunTimers();
  EXPECT_EQ(TaskOf(world, late).state, v1::TASK_STATE_ROUTED);
  EXPECT_EQ(world.Receive().size(), 3u);
}

}  // namespace
}  // namespace amana::operations
