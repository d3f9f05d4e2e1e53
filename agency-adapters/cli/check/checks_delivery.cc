#include <filesystem>
#include <random>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agency-adapters/cli/check/check_list.h"
#include "base/durable_file.h"

namespace amana::cli {
namespace {

std::string KeyOf(const Json& item) { return item.value("key", ""); }

void Starts(Rig& rig, Verdict& verdict) {
  const auto checked = rig.program().Run({"check-config"});
  if (!verdict.Expect(checked.status(), "check-config")) return;
  verdict.Expect(checked->code == 0, "check-config does not end with 0");
  if (!verdict.Expect(rig.Running(), "run")) return;
  Json health;
  const bool well = Within(kCheckPatience, [&] {
    health = rig.Health();
    return health.value("ok", false);
  });
  if (well) return verdict.Saw("healthy");
  for (const Json& line : health.value("checks", Json::array())) {
    if (!line.value("ok", false)) {
      verdict.Failed(line.value("check", "") + ": " + line.value("reason", ""));
    }
  }
  verdict.Expect(health.contains("checks"), "GET /v1/health does not answer");
}

void TakesACase(Rig& rig, Verdict& verdict) {
  const auto item = rig.OneArrives(verdict);
  if (!item.has_value()) return;
  Json task;
  const bool told = Within(kCheckPatience, [&] {
    task = rig.Task(item->value("referral", ""));
    return task.value("state", "") == "RECEIVED";
  });
  verdict.Expect(told,
                 "the broker's task is " + task.value("state", "unknown") + ", expected RECEIVED");
}

void Decides(Rig& rig, Verdict& verdict) {
  const auto item = rig.OneArrives(verdict);
  if (!item.has_value()) return;
  const std::string referral = item->value("referral", "");
  const Json answer = {{"key", "check-accept"}, {"kind", "ACCEPT"}};
  const std::string path = absl::StrCat("/v1/inbox/", item->value("id", 0), "/answer");
  for (int again = 0; again < 2; ++again) {
    const int status = rig.program().Api("POST", path, answer.dump()).status;
    verdict.Expect(status == 202, absl::StrCat("POST .../answer gives ", status));
  }
  const bool accepted =
      Within(kCheckPatience, [&] { return rig.Task(referral).value("state", "") == "ACCEPTED"; });
  if (verdict.Expect(accepted, "the broker's task did not become ACCEPTED")) {
    verdict.Saw("ACCEPTED at the broker");
  }
}

// The journal is lost, the native side is not: every delivery is given again under its key.
void GivenTwice(Rig& rig, Verdict& verdict) {
  const auto item = rig.OneArrives(verdict);
  if (!item.has_value() || !verdict.Expect(rig.program().Stop(), "SIGTERM")) return;
  size_t removed = 0;
  for (const char* end : {"", "-wal", "-shm"}) {
    std::error_code error;
    if (std::filesystem::remove(rig.program().journal() + "/journal.db" + end, error)) ++removed;
  }
  if (removed == 0) return verdict.NotObserved("the program has no journal.db that could be lost");
  if (!verdict.Expect(rig.Running(), "run")) return;
  rig.Arrives(item->value("referral", ""), verdict);
  rig.NativeIs(KeyOf(*item), 1, verdict);
}

void PostedTwice(Rig& rig, Verdict& verdict) {
  const std::string key = "check-posted";
  const int first = rig.Post(key, "SYNTHETIC One"), again = rig.Post(key, "SYNTHETIC One");
  verdict.Expect(first == 202 && again == 202,
                 absl::StrCat("the same item twice gives ", first, " and ", again));
  const int other = rig.Post(key, "SYNTHETIC Other");
  verdict.Expect(other == 409, absl::StrCat("another item under its key gives ", other));
  const bool settled = Within(kCheckPatience, [&] { return rig.StateOf(key) == "SETTLED"; });
  verdict.Expect(settled, "the item is " + rig.StateOf(key) + ", expected SETTLED");
  if (settled) verdict.Saw("one referral, with the broker's receipt");
}

void DiesAt(Rig& rig, const std::string& step, Verdict& verdict) {
  if (!verdict.Expect(rig.program().Stop(), "SIGTERM")) return;
  if (!verdict.Expect(rig.program().Start(step + ":1"), "run")) return;
  const absl::StatusOr<std::string> referral = rig.SendGood();
  if (!verdict.Expect(referral.status(), "sending a case")) return;
  if (rig.program().Dies(kCheckPatience)) {
    verdict.Saw("killed at " + step);
  } else {
    verdict.NotObserved("the program does not end where AMANA_DIE_AT says");
    rig.program().Kill();
  }
  if (!verdict.Expect(rig.Running(), "run")) return;
  const auto item = rig.Arrives(*referral, verdict);
  if (item.has_value()) rig.NativeIs(KeyOf(*item), 1, verdict);
}
void DiesBegun(Rig& rig, Verdict& verdict) { DiesAt(rig, "begun", verdict); }
void DiesDelivered(Rig& rig, Verdict& verdict) { DiesAt(rig, "delivered", verdict); }
void DiesWritten(Rig& rig, Verdict& verdict) { DiesAt(rig, "written", verdict); }

// At times that nobody chose: the program is killed while cases arrive.
void DiesAnywhere(Rig& rig, Verdict& verdict) {
  std::mt19937_64 random{std::random_device{}()};
  std::vector<std::string> referrals;
  for (int i = 0; i < 4; ++i) {
    if (!verdict.Expect(rig.Running(), "run")) return;
    const absl::StatusOr<std::string> referral = rig.SendGood();
    if (!verdict.Expect(referral.status(), "sending a case")) return;
    referrals.push_back(*referral);
    absl::SleepFor(absl::Milliseconds(std::uniform_int_distribution<>(0, 300)(random)));
    rig.program().Kill();
  }
  if (!verdict.Expect(rig.Running(), "run")) return;
  for (const std::string& referral : referrals) {
    const auto item = rig.Arrives(referral, verdict);
    if (item.has_value()) rig.NativeIs(KeyOf(*item), 1, verdict);
  }
}

// That a case, which the adapter's own mapping refuses, becomes a dead letter that names the field,
// and that nothing of it is written.
void IsRefused(Rig& rig, const std::optional<SampleCase>& sample, Verdict& verdict) {
  if (!sample.has_value()) return verdict.NotObserved("the mapping has no such field");
  const size_t before = rig.Letters().size();
  const absl::StatusOr<std::string> referral = rig.Send(*sample);
  if (!verdict.Expect(referral.status(), "sending the case")) return;
  const auto item = rig.Arrives(*referral, verdict);
  if (!item.has_value()) return;
  std::vector<Json> letters;
  const bool dead = Within(kCheckPatience, [&] {
    letters = rig.Letters();
    return letters.size() > before;
  });
  if (verdict.Expect(dead, "no dead letter in 30 s")) {
    const std::string reason = letters.back().value("reason", "");
    const std::string field = letters.back().value("field", "");
    verdict.Saw("dead letter " + reason + " (" + field + ")");
    verdict.Expect(reason == sample->reason && field == sample->field,
                   "expected " + sample->reason + " (" + sample->field + ")");
  }
  rig.NativeIs(KeyOf(*item), 0, verdict);
}

void UnmappedCode(Rig& rig, Verdict& verdict) { IsRefused(rig, rig.content().Unmapped(), verdict); }
void OversizeCase(Rig& rig, Verdict& verdict) { IsRefused(rig, rig.content().Oversize(), verdict); }

// From any sender whom consent permits: it must not end the program, today or at each start.
void DeepSection(Rig& rig, Verdict& verdict) {
  IsRefused(rig, rig.content().Deep(), verdict);
  verdict.Expect(rig.program().Running(), "the program has ended");
  rig.OneArrives(verdict);
}

void UnmappedField(Rig& rig, Verdict& verdict) {
  const std::string field = "AMANA_CHECK_UNMAPPED";
  const Json item = {{"key", "check-unmapped"}, {"kind", "CASE"}, {"record", {{field, "x"}}}};
  const AdapterProgram::Answer answer = rig.program().Api("POST", "/v1/items", item.dump());
  verdict.Expect(answer.status == 422, absl::StrCat("POST /v1/items gives ", answer.status));
  if (!answer.json.is_object()) return verdict.Failed("its answer is no JSON");
  const std::string named = answer.json.value("field", "");
  verdict.Saw(answer.json.value("reason", "") + " (" + named + ")");
  verdict.Expect(named == field, "the field that is not mapped is not named");
}

void OversizeItem(Rig& rig, Verdict& verdict) {
  const int status = rig.Post("check-oversize", std::string(size_t{1} << 20, 'x'));
  verdict.Saw(absl::StrCat("a body of 1 MiB gives ", status));
  // A connection that is closed on whoever sends too much is a refusal too.
  verdict.Expect(status == 0 || status == 413 || status == 400, "it is not refused");
  const bool well = Within(kCheckPatience, [&] { return rig.Health().contains("ok"); });
  verdict.Expect(well && rig.program().Running(), "the program does not answer after it");
}

void Recalled(Rig& rig, Verdict& verdict) {
  const auto item = rig.OneArrives(verdict);
  if (!item.has_value()) return;
  const std::string referral = item->value("referral", "");
  const absl::Status cancelled =
      rig.drill()
          .As(kDrillSender, {"referral", "cancel", referral, "--reason", "NO_LONGER_NEEDED"})
          .status();
  if (!verdict.Expect(cancelled, "cancelling it")) return;
  const bool recalled = Within(kCheckPatience, [&] {
    const auto now = rig.InboxItem(referral, "AT_OFFER");
    return now.has_value() && now->value("state", "") == "RECALLED" && rig.Settled();
  });
  verdict.Expect(recalled, "the inbox does not say RECALLED after 30 s");
  std::string state;
  const bool confirmed = Within(kCheckPatience, [&] {
    const Json task = rig.Task(referral);
    for (const Json& delivery : task.value("deliveries", Json::array())) {
      state = delivery.value("state", "");
    }
    return state == "RECALL_CONFIRMED";
  });
  verdict.Expect(confirmed, "the broker's delivery is " + state + ", expected RECALL_CONFIRMED");
  rig.NativeIs(KeyOf(*item), 0, verdict);
}

void OneProgram(Rig& rig, Verdict& verdict) {
  if (!verdict.Expect(rig.Running(), "run")) return;
  const auto second = rig.program().Run({"run"});
  if (!verdict.Expect(second.status(), "a second program over the same journal goes on")) return;
  verdict.Saw(absl::StrCat("the second ends with ", second->code));
  verdict.Expect(second->code > 0, "it was not refused");
  verdict.Expect(rig.program().Running(), "the first one ended");
}

}  // namespace

const std::vector<Check>& DeliveryChecks() {
  static const auto* const checks = new std::vector<Check>{
      {"starts", "configuration, mapping and keys are checked; it runs and says that it is well",
       Starts},
      {"takes-a-case", "a case arrives, is acknowledged, and is written natively once", TakesACase},
      {"decides", "an answer, given twice, is one decision at the broker", Decides},
      {"given-twice", "a delivery given again under its key changes nothing natively", GivenTwice},
      {"posted-twice", "an item posted twice is one referral; another under its key is refused",
       PostedTwice},
      {"crash-begun", "killed before the native write: written once", DiesBegun},
      {"crash-delivered", "killed between native write and journal: written once", DiesDelivered},
      {"crash-written", "killed after the journal: written once", DiesWritten},
      {"crash-anywhere", "killed at any time: nothing lost, nothing doubled", DiesAnywhere},
      {"unmapped-code", "a code nobody knows is a dead letter with the field; nothing is written",
       UnmappedCode},
      {"unmapped-field", "a native field that is not mapped is refused by its name", UnmappedField},
      {"oversize-case", "a text too large for its field is a dead letter; nothing is written",
       OversizeCase},
      {"deep-section", "a section nested without end is a dead letter, and the next case arrives",
       DeepSection},
      {"oversize-item", "an item too large is refused, and the program goes on", OversizeItem},
      {"recall", "what is taken back is deleted natively, and the broker is told", Recalled},
      {"one-program", "a second program over the same journal is refused", OneProgram},
  };
  return *checks;
}

}  // namespace amana::cli
