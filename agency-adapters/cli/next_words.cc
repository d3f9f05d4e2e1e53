#include "agency-adapters/cli/next_words.h"

#include "absl/strings/str_cat.h"
#include "base/command_line.h"
#include "proto/codes/names.h"

namespace amana::cli {
namespace {

template <typename E>
std::string Name(E code) {
  return std::string(codes::CodeName(code));
}

std::string With(const v1::TaskStatus& task) {
  if (!task.has_recipient()) return "the recipient";
  return Shown(task.recipient().agency() + "/" + task.recipient().unit());
}

// Who has to do what before the clock runs out.
std::string Owed(const v1::TaskStatus& task, v1::Clock clock) {
  switch (clock) {
    case v1::CLOCK_ACKNOWLEDGE:
      return With(task) + " has to read it";
    case v1::CLOCK_DECIDE:
      return With(task) + " has to decide";
    case v1::CLOCK_ANSWER:
      return "the sender has to answer a question of " + With(task);
    case v1::CLOCK_START:
      return With(task) + " has to begin";
    case v1::CLOCK_WRAP:
      return "the sender has to seal it for " + With(task);
    case v1::CLOCK_CONSENT:
      return "the sender has to find consent or another ground";
    case v1::CLOCK_UNSERVED:
      return "the coordinator or the sender has to find a way";
    case v1::CLOCK_CALL:
      return "somebody has to call " + With(task);
    default:
      return "somebody has to act";
  }
}

std::string Consequence(const v1::NextStep& next) {
  switch (next.level()) {
    case v1::ESCALATION_LEVEL_REMINDED:
      return "there is a reminder";
    case v1::ESCALATION_LEVEL_COORDINATOR:
      return next.reroute() ? "the next candidate is asked, or else the coordinator has it"
                            : "the coordinator has it";
    default:
      return "there is an alert";
  }
}

std::string Reached(v1::EscalationLevel level) {
  switch (level) {
    case v1::ESCALATION_LEVEL_REMINDED:
      return " (reminded)";
    case v1::ESCALATION_LEVEL_COORDINATOR:
      return " (with the coordinator)";
    case v1::ESCALATION_LEVEL_ALERTED:
      return " (alerted)";
    default:
      return "";
  }
}

// States in which nothing is waited for.
std::string AtRest(const v1::TaskStatus& task) {
  switch (task.state()) {
    case v1::TASK_STATE_IN_PROGRESS:
      return "the service goes on";
    case v1::TASK_STATE_COMPLETED:
      return "it is done";
    case v1::TASK_STATE_CANCELLED:
    case v1::TASK_STATE_REVOKED:
    case v1::TASK_STATE_ENTERED_IN_ERROR:
      return "it was taken back";
    default:
      return "nothing more happens by itself";
  }
}

}  // namespace

std::string NextInWords(const v1::TaskStatus& task, const v1::NextStep& next) {
  if (next.clock() == v1::CLOCK_UNSPECIFIED) return AtRest(task) + Reached(next.reached());
  return absl::StrCat(Owed(task, next.clock()), Reached(next.reached()), "; if nobody does by ",
                      Rfc3339Millis(next.at_unix_ms()), ", ", Consequence(next));
}

Json ToJson(const v1::NextStep& next) {
  Json json = Json::object();
  if (next.clock() != v1::CLOCK_UNSPECIFIED) {
    json["clock"] = Name(next.clock());
    json["at"] = Rfc3339Millis(next.at_unix_ms());
    json["level"] = Name(next.level());
    json["reroute"] = next.reroute();
  }
  if (next.reached() != v1::ESCALATION_LEVEL_UNSPECIFIED) json["reached"] = Name(next.reached());
  json["call_owed"] = next.call_owed();
  return json;
}

std::string PastInWords(const v1::PastOffer& offer) {
  std::string text =
      absl::StrCat(offer.offered_unix_ms() == 0 ? "" : Rfc3339Millis(offer.offered_unix_ms()),
                   " to ", Rfc3339Millis(offer.ended_unix_ms()), ": ",
                   Shown(offer.recipient().agency() + "/" + offer.recipient().unit()), ", ",
                   Name(offer.state()));
  if (offer.reason() != v1::REASON_UNSPECIFIED)
    absl::StrAppend(&text, " (", Name(offer.reason()), ")");
  return text;
}

Json ToJson(const v1::PastOffer& offer) {
  Json json = {{"offer_epoch", offer.offer_epoch()},
               {"recipient", Shown(offer.recipient().agency() + "/" + offer.recipient().unit())},
               {"state", Name(offer.state())}};
  if (offer.reason() != v1::REASON_UNSPECIFIED) json["reason"] = Name(offer.reason());
  json["offered"] = Rfc3339Millis(offer.offered_unix_ms());
  json["ended"] = Rfc3339Millis(offer.ended_unix_ms());
  return json;
}

}  // namespace amana::cli
