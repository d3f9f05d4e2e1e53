#include "tests/integration/five_agencies/story.h"

#include <cstdio>

#include "base/status.h"
#include "tests/integration/five_agencies/world.h"

namespace amana::five {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(30);

absl::Status Tell(World& world) {
  AMANA_RETURN_IF_ERROR(world.Open());
  AMANA_RETURN_IF_ERROR(world.StartAdapters());
  AMANA_ASSIGN_OR_RETURN(const Person person, world.NewPerson(kPolice, {"haven", "iom", "mfa"}));
  AMANA_RETURN_IF_ERROR(world.agency(kPolice).side->Refer(person));
  AMANA_ASSIGN_OR_RETURN(const bool done, world.ActUntil(kPatience, [&] {
    const auto effects = world.agency(kShelter).side->Look();
    const auto mail = world.agency(kMinistry).side->Look();
    const auto rows = world.agency(kIom).side->Look();
    return effects.ok() && effects->contains("whole case " + person.token) && mail.ok() &&
           mail->contains("whole case " + person.token) && rows.ok() &&
           rows->contains("whole case " + person.token);
  }));
  for (Agency& agency : world.agencies()) {
    AMANA_ASSIGN_OR_RETURN(const Json records, agency.side->Records());
    std::printf("%s\n", records.dump(1).c_str());
  }
  return done ? absl::OkStatus() : absl::DeadlineExceededError("the case did not arrive");
}

}  // namespace

int RunStory(const StoryOptions& options) {
  World world;
  const absl::Status told = Tell(world);
  if (!told.ok()) {
    std::fprintf(stderr, "%s\n", told.ToString().c_str());
    if (options.keep) {
      world.broker_world().Keep();
      std::fprintf(stderr, "kept: %s\n", world.broker_world().path().c_str());
    }
  }
  return told.ok() ? 0 : 1;
}

}  // namespace amana::five
