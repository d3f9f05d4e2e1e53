#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agency-adapters/cli/check/check_list.h"
#include "base/status.h"

namespace amana::cli {
namespace {

// The broker looks at its revocation list every 2 s, and must act within 10.
constexpr absl::Duration kRevocation = absl::Seconds(15);

// As far as the drill's own certificates were valid: they are made when it begins.
void ClockBehind(Rig& rig, Verdict& verdict) { rig.OneArrives(verdict, -absl::Minutes(4)); }

void ClockAhead(Rig& rig, Verdict& verdict) {
  const size_t letters = rig.Letters().size();
  const absl::StatusOr<std::string> referral = rig.SendGood(absl::Hours(24));
  if (verdict.Expect(!referral.ok(), "a referral of tomorrow was taken by the broker")) {
    verdict.Saw("of tomorrow: " + ErrorReason(referral.status()));
  }
  rig.OneArrives(verdict);
  verdict.Expect(rig.Letters().size() == letters, "there are new dead letters");
}

void RevokedSender(Rig& rig, Verdict& verdict) {
  const size_t letters = rig.Letters().size();
  if (!verdict.Expect(rig.drill().Revoke(kDrillSender), "revoking the sender")) return;
  absl::Status refused;
  const bool stopped = Within(kRevocation, [&] {
    refused = rig.SendGood().status();
    return !refused.ok();
  });
  verdict.Expect(stopped, "the revoked sender is still heard after 15 s");
  verdict.Saw("the revoked sender: " + ErrorReason(refused));
  verdict.Expect(rig.Health().value("ok", false), "the program is not well because of it");
  verdict.Expect(rig.Letters().size() == letters, "there are new dead letters");
  if (!verdict.Expect(rig.drill().Reenrol(kDrillSender), "enrolling the sender again")) return;
  rig.OneArrives(verdict);
}

// What is wrong, by the program's own word; empty: nothing.
std::string Unwell(Rig& rig) {
  std::string what;
  const Json health = rig.Health();
  for (const Json& line : health.value("checks", Json::array())) {
    if (!line.value("ok", true)) {
      absl::StrAppend(&what, what.empty() ? "" : ", ", line.value("check", ""), " ",
                      line.value("reason", ""));
    }
  }
  return what;
}

void RevokedAdapter(Rig& rig, Verdict& verdict) {
  // One case is under way to the old key, one item waits on the adapter's side.
  if (!verdict.Expect(rig.program().Stop(), "SIGTERM")) return;
  const absl::StatusOr<std::string> referral = rig.SendGood();
  if (!verdict.Expect(referral.status(), "sending a case")) return;
  if (!verdict.Expect(rig.drill().Revoke(kDrillAdapter), "revoking the adapter")) return;
  // Until the broker does not hear its agency any more.
  const bool revoked = Within(kRevocation, [&] {
    return !rig.drill().As(kDrillAdapter, {"directory", "list"}).ok();
  });
  verdict.Expect(revoked, "the broker still hears the revoked agency after 15 s");
  if (!verdict.Expect(rig.Running(), "run")) return;
  const std::string key = "check-revoked";
  const bool held = rig.Post(key, "SYNTHETIC Three") == 202;
  std::string unwell;
  Within(kCheckPatience, [&] {
    unwell = Unwell(rig);
    return !unwell.empty() || !rig.program().Running();
  });
  // It may go on, or end and say why: keys that are revoked are cured by no waiting.
  const bool ended = rig.program().Dies(absl::Seconds(5));
  const auto health = rig.program().Run({"health"});
  verdict.Expect(!unwell.empty() || (ended && health.ok() && health->code != 0),
                 "health says nothing of it");
  verdict.Saw("health: " + unwell + (ended ? " (and it ended)" : ""));
  rig.program().Kill();
  if (!verdict.Expect(rig.drill().Reenrol(kDrillAdapter), "enrolling the adapter again") ||
      !verdict.Expect(rig.Running(), "run")) {
    return;
  }
  // The sender seals anew, for the key that the directory now names.
  absl::Status wrapped;
  Within(kCheckPatience, [&] {
    wrapped = rig.drill()
                  .As(kDrillSender, {"referral", "wrap", *referral, "--to",
                                     absl::StrCat(kDrillAdapter, "/intake")})
                  .status();
    return wrapped.ok();
  });
  verdict.Expect(wrapped, "sealing the case anew");
  const auto item = rig.Arrives(*referral, verdict);
  if (item.has_value()) rig.NativeIs(item->value("key", ""), 1, verdict);
  if (!held) return verdict.Saw("it took no item meanwhile");
  std::string state;
  const bool over = Within(kCheckPatience, [&] {
    state = rig.StateOf(key);
    return state == "SETTLED" || state == "DEAD";
  });
  // One that was signed with the old key already can only be refused; by its name, and not
  // silently.
  verdict.Expect(over, "the item held is " + state + " after 30 s");
  verdict.Saw("the item held: " + state);
  if (state != "DEAD") return;
  const std::vector<Json> letters = rig.Letters();
  verdict.Expect(std::ranges::any_of(letters,
                                     [](const Json& letter) {
                                       return letter.value("reason", "") == "SIGNER_REVOKED";
                                     }),
                 "no dead letter says SIGNER_REVOKED");
}

// All that was sent, in all that was logged.
void SilentLog(Rig& rig, Verdict& verdict) {
  const std::string log = rig.program().Log();
  size_t found = 0;
  for (const std::string& word : rig.content().words()) {
    if (log.find(word) != std::string::npos) ++found;
  }
  verdict.Saw(
      absl::StrCat(rig.content().words().size(), " texts of cases, ", log.size(), " bytes of log"));
  verdict.Expect(found == 0, absl::StrCat(found, " of them are in it"));
}

}  // namespace

const std::vector<Check>& TrustChecks() {
  static const auto* const checks = new std::vector<Check>{
      {"clock-behind", "a case of a sender whose clock is 4 minutes behind arrives, once",
       ClockBehind},
      {"clock-ahead", "a case of tomorrow reaches nobody, and the next one arrives", ClockAhead},
      {"revoked-sender", "a revoked sender is not heard, and harms nothing; enrolled again, it is",
       RevokedSender},
      {"revoked-adapter", "its own keys revoked: it says so, holds what it has, loses nothing",
       RevokedAdapter},
      {"silent-log", "no content in the program's log", SilentLog},
  };
  return *checks;
}

}  // namespace amana::cli
