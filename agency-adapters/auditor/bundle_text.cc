#include "agency-adapters/auditor/bundle_text.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agency-adapters/auditor/bundle_events.h"
#include "agency-adapters/auditor/question.h"
#include "agency-adapters/sdk/keys.h"
#include "base/status.h"
#include "proto/codes/names.h"
#include "proto/crypto/spiffe.h"
#include "proto/transparency/checkpoint.h"
#include "proto/transparency/note.h"

namespace amana::auditor {
namespace {

using sdk::EventField;
using sdk::EventView;

std::string TimeText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", time, absl::UTCTimeZone());
}

void Line(std::string& text, std::string_view name, std::string_view value) {
  std::string head(name);
  head.resize(std::max<size_t>(head.size() + 1, 16), ' ');
  text.append(head).append(value).append("\n");
}

// "police-a sent ... to shelter-a/intake": as much as is opened.
std::string Parties(const EventView& event) {
  std::string text;
  const auto add = [&text](std::string_view name, const std::string& value) {
    if (!value.empty()) text.append("  ").append(name).append(" ").append(value);
  };
  if (event.referral.has_value()) add("referral", sdk::ToString(*event.referral));
  std::string actor = event.actor_agency.value();
  if (!event.actor_unit.empty()) actor += "/" + event.actor_unit.value();
  if (!event.actor_person.empty()) actor += "/" + event.actor_person.value();
  add("by", actor);
  if (event.recipient.has_value()) {
    add("recipient", event.recipient->unit.empty() ? event.recipient->agency.value()
                                                   : ToString(*event.recipient));
  }
  return text;
}

std::string EventLine(uint64_t index, const EventView& event) {
  std::string text = absl::StrCat(index, "  ");
  text += event.has(EventField::kTime) ? TimeText(event.time) : "(time not shown)";
  text += "  ";
  text += event.has(EventField::kKind) ? codes::CodeName(event.kind) : "(kind not shown)";
  if (event.reason != v1::REASON_UNSPECIFIED) {
    text.append("  reason ").append(codes::CodeName(event.reason));
  }
  return text + Parties(event) + "\n";
}

std::string CounterText(const v1::EvidenceRange& range) {
  switch (range.counter()) {
    case v1::EVIDENCE_COUNTER_SENDER:
      return absl::StrCat("of all events about what ", range.agency(), " sent");
    case v1::EVIDENCE_COUNTER_RECIPIENT:
      return absl::StrCat("of all events that ", range.agency(),
                          range.unit().empty() ? "" : "/" + range.unit(), " is told of");
    default:
      return "of all entries of the log";
  }
}

constexpr std::string_view kProves[] = {
    "1. Each event listed below was in the log when the log's key signed its state as above. Who",
    "   has that key cannot have changed it, left it out or put it in later without signing two",
    "   states that contradict each other.",
    "2. Each event says what is listed, to the letter; what is not shown of it stays sealed by a",
    "   digest, and no other content fits that digest.",
    "3. The signer below found these events to be the answer to the question, at the time stated."};
constexpr std::string_view kProvesNot[] = {
    "1. That what an event says is true of the world: it proves that it was recorded, and when.",
    "2. That there are no other events, except where COMPLETENESS says so.",
    "3. Who the person is that a referral is about. That is in no event and in no part of this "
    "file.",
    "4. That this is the log that everybody else sees, unless witnesses have cosigned its state."};
constexpr std::string_view kHow[] = {
    "amana audit verify FILE --vkey KEY --trust ROOT     (no network, no other file)",
    "KEY is the log's verifier key and ROOT the federation's root certificate. Both must come to "
    "you",
    "by another way than this file: whoever could forge it could put his own keys in it. The file",
    "format is written down in docs/evidence-bundle.md; a program of your own can do the same."};

template <size_t N>
void Section(std::string& text, std::string_view heading, const std::string_view (&lines)[N]) {
  text.append("\n").append(heading).append("\n");
  for (const std::string_view line : lines) text.append("  ").append(line).append("\n");
}

void Completeness(const v1::EvidenceBundle& bundle, std::string& text) {
  text += "\nCOMPLETENESS\n";
  if (bundle.ranges().empty()) {
    text += "  Nothing here proves that there are no more events of this kind.\n";
  }
  for (const v1::EvidenceRange& range : bundle.ranges()) {
    absl::StrAppend(&text, "  Complete from counter ", range.first(), " to ", range.last(), " ",
                    CounterText(range), ".\n");
  }
  if (bundle.ranges().empty()) return;
  text +=
      "  Between these numbers every event is in this file, and each is either listed below or\n"
      "  opened so far that it is no part of the answer. Before the first and after the last\n"
      "  number nothing is said.\n";
  absl::StrAppend(&text, "  Events opened only for that: ", bundle.others_size(), ".\n");
}

}  // namespace

absl::StatusOr<std::string> StatementOf(const v1::EvidenceBundle& bundle,
                                        const crypto::Certificate& signer) {
  AMANA_ASSIGN_OR_RETURN(const transparency::Note note,
                         transparency::ParseNote(bundle.checkpoint()));
  AMANA_ASSIGN_OR_RETURN(const transparency::Checkpoint checkpoint,
                         transparency::Checkpoint::Parse(note.text));
  AMANA_ASSIGN_OR_RETURN(const EventQuery query, FromWire(bundle.question()));
  std::string list;
  for (const v1::EvidenceEvent& event : bundle.events()) {
    AMANA_ASSIGN_OR_RETURN(const EventView view, ViewOf(event));
    list += EventLine(event.index(), view);
  }
  std::string text = "STATEMENT OF EVENTS IN A TRANSPARENCY LOG\n\n";
  Line(text, "Log", bundle.log());
  Line(text, "State of it",
       absl::StrCat(checkpoint.size(), " entries, root ", checkpoint.root().hex(), ", ",
                    note.signatures.size(), " signature(s)"));
  Line(text, "Signed by", crypto::ToUri(signer.spiffe()));
  Line(text, "Certificate", signer.id().hex());
  Line(text, "At", TimeText(absl::FromUnixMillis(bundle.meta().created_unix_ms())));
  Line(text, "Purpose", bundle.purpose());
  text +=
      "\nASKED\n  Every event that the signer's copy of the log shows, of which all this holds:\n";
  const auto conditions = Conditions(query);
  if (conditions.empty()) text += "    (no condition)\n";
  for (const auto& [name, value] : conditions)
    absl::StrAppend(&text, "    ", name, ": ", value, "\n");
  absl::StrAppend(&text, "\nFOUND\n  ", bundle.events_size(), " event(s)\n");
  Completeness(bundle, text);
  Section(text, "WHAT THIS PROVES", kProves);
  Section(text, "WHAT IT DOES NOT PROVE", kProvesNot);
  Section(text, "HOW TO VERIFY IT", kHow);
  text += "\nEVENTS (entry, time, kind, and what else is shown)\n";
  return text + list;
}

}  // namespace amana::auditor
