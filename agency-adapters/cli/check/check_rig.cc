#include "agency-adapters/cli/check/check_rig.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agency-adapters/cli/check/check_errors.h"
#include "base/durable_file.h"
#include "base/status.h"

namespace amana::cli {
namespace {

// So many looks in a row say that it stays so: each is as long as the program's own look.
constexpr int kLooks = 4;
constexpr absl::Duration kLook = absl::Milliseconds(200);

template <class Condition>
bool Stays(Condition condition) {
  for (int i = 0; i < kLooks; ++i) {
    if (!condition()) return false;
    absl::SleepFor(kLook);
  }
  return condition();
}

std::string Member(const Json& json, const char* name) {
  const auto found = json.is_object() ? json.find(name) : json.end();
  return json.is_object() && found != json.end() && found->is_string() ? found->get<std::string>()
                                                                       : "";
}

}  // namespace

void Verdict::Add(Outcome outcome, std::string_view what) {
  outcome_ = std::max(outcome_, outcome);
  seen_ += (seen_.empty() ? "" : "; ") + std::string(what);
}
void Verdict::Saw(std::string_view what) { Add(Outcome::kPassed, what); }
void Verdict::Failed(std::string_view what) { Add(Outcome::kFailed, what); }
void Verdict::NotObserved(std::string_view what) { Add(Outcome::kNotObserved, what); }

bool Verdict::Expect(bool holds, std::string_view what_is_wrong) {
  if (!holds) Failed(what_is_wrong);
  return holds;
}

bool Verdict::Expect(const absl::Status& status, std::string_view doing) {
  if (status.ok()) return true;
  Failed(
      absl::StrCat(std::string(doing), ": ", ErrorReason(status), " (", ErrorField(status), ")"));
  return false;
}

absl::Status Rig::Running() { return program_.Running() ? absl::OkStatus() : program_.Start(); }

absl::StatusOr<std::string> Rig::Send(const SampleCase& sample, absl::Duration ahead) {
  const std::string file = drill_.File("case.json");
  AMANA_RETURN_IF_ERROR(
      RealFileSystem().WriteAtomically(file, sample.sections.dump(), kPrivateFile));
  std::vector<std::string> categories;
  for (const auto& [category, section] : sample.sections.items()) categories.push_back(category);
  std::vector<std::string> raw;
  for (const auto& [category, text] : sample.raw) {
    const std::string path = drill_.File(category + ".json");
    AMANA_RETURN_IF_ERROR(RealFileSystem().WriteAtomically(path, text, kPrivateFile));
    categories.push_back(category);
    raw.insert(raw.end(), {"--section", absl::StrCat(category, "=", path)});
  }
  AMANA_ASSIGN_OR_RETURN(
      const Json consent,
      drill_.As(kDrillSender,
                {"consent", "grant", "--service", sample.service, "--category",
                 absl::StrJoin(categories, ","), "--recipient", kDrillAdapter, "--given-by", "SELF",
                 "--method", "WRITTEN", "--language", "swa", "--evidence", drill_.File("form.txt")},
                ahead));
  std::vector<std::string> words = {"referral",
                                    "new",
                                    "--service",
                                    sample.service,
                                    "--to",
                                    absl::StrCat(kDrillAdapter, "/intake"),
                                    "--match",
                                    "--county",
                                    "47",
                                    "--urgency",
                                    sample.urgency,
                                    "--subject-class",
                                    "ADULT",
                                    "--incomplete",
                                    "--test",
                                    "--consent",
                                    Member(consent, "consent"),
                                    "--send"};
  if (!sample.sections.empty()) words.insert(words.end(), {"--sections", file});
  words.insert(words.end(), raw.begin(), raw.end());
  AMANA_ASSIGN_OR_RETURN(const Json sent, drill_.As(kDrillSender, std::move(words), ahead));
  ++sent_;
  return Member(sent, "referral");
}

absl::StatusOr<std::string> Rig::SendGood(absl::Duration ahead) {
  std::string why;
  const std::optional<SampleCase> sample = content_.Good(why);
  if (!sample.has_value()) {
    return DrillFailed("a sample of the mapping", "none can be said natively: " + why);
  }
  return Send(*sample, ahead);
}

std::optional<Json> Rig::InboxItem(const std::string& referral, const std::string& stage) {
  int64_t after = 0;
  while (true) {
    const AdapterProgram::Answer answer =
        program_.Api("GET", absl::StrCat("/v1/inbox?after=", after));
    if (answer.status != 200 || !answer.json.is_object()) return std::nullopt;
    const Json items = answer.json.value("items", Json::array());
    if (items.empty()) return std::nullopt;
    for (const Json& item : items) {
      if (Member(item, "referral") == referral && Member(item, "stage") == stage) return item;
    }
    after = answer.json.value("next", after);
  }
}

std::optional<Json> Rig::Arrives(const std::string& referral, Verdict& verdict) {
  std::optional<Json> item;
  if (!verdict.Expect(Within(kCheckPatience,
                             [&] {
                               item = InboxItem(referral, "AT_OFFER");
                               return item.has_value();
                             }),
                      "the case did not arrive in 30 s")) {
    const Json task = Task(referral);
    verdict.Saw("at the broker it is " + Member(task, "state") + " " + Member(task, "reason"));
    return std::nullopt;
  }
  verdict.Expect(Within(kCheckPatience, [this] { return Stays([this] { return Settled(); }); }),
                 "what arrived still waits for the native side after 30 s");
  return item;
}

Json Rig::Task(const std::string& referral) {
  const absl::StatusOr<Json> status = drill_.As(kDrillSender, {"referral", "status", referral});
  const bool one = status.ok() && status->is_object() && status->contains("tasks") &&
                   (*status)["tasks"].is_array() && (*status)["tasks"].size() == 1;
  return one ? (*status)["tasks"][0] : Json::object();
}

void Rig::NativeIs(const std::string& key, int expected, Verdict& verdict) {
  int count = -1;
  absl::Status broken;
  const auto is = [&] {
    const absl::StatusOr<std::optional<int>> probed = program_.Probe(key);
    if (!probed.ok()) broken = probed.status();
    count = probed.ok() ? probed->value_or(-1) : -1;
    return count == expected;
  };
  is();
  if (!broken.ok()) {
    verdict.Expect(broken, "the probe");
  } else if (count < 0) {
    verdict.NotObserved("the native side (no --probe)");
  } else if (Within(absl::Seconds(10), is) && Stays(is)) {
    verdict.Saw(absl::StrCat("native records: ", count));
  } else {
    verdict.Failed(absl::StrCat("native records: ", count, ", expected ", expected));
  }
}

std::optional<Json> Rig::OneArrives(Verdict& verdict, absl::Duration ahead) {
  const absl::StatusOr<std::string> referral = SendGood(ahead);
  if (!verdict.Expect(referral.status(), "sending a case")) return std::nullopt;
  std::optional<Json> item = Arrives(*referral, verdict);
  if (item.has_value()) NativeIs(Member(*item, "key"), 1, verdict);
  return item;
}

Json Rig::Health() {
  const AdapterProgram::Answer answer = program_.Api("GET", "/v1/health");
  return answer.status == 200 && answer.json.is_object() ? answer.json : Json::object();
}

bool Rig::Settled() {
  const Json health = Health();
  return health.contains("waiting") && health["waiting"].value("deliveries", -1) == 0;
}

std::vector<Json> Rig::Letters() {
  const AdapterProgram::Answer answer = program_.Api("GET", "/v1/dead-letters");
  if (answer.status != 200 || !answer.json.is_object()) return {};
  return answer.json.value("dead_letters", std::vector<Json>());
}

int Rig::Post(const std::string& key, const std::string& given_name) {
  const Json item = {
      {"key", key},
      {"kind", "CASE"},
      {"facts",
       {{"header",
         {{"services", Json::array({{{"service", "BASIC_NEEDS"},
                                     {"recipient", std::string(kDrillSender) + "/desk"}}})},
          {"urgency", "URGENT"},
          {"subject_class", "ADULT"},
          {"legal_basis", "VITAL_INTEREST"},
          {"embassy_contact", "NOT_ASSESSED"},
          {"test", true}}},
        {"IDENTITY_MIN", {{"given_name", given_name}}}}}};
  return program_.Api("POST", "/v1/items", item.dump()).status;
}

std::string Rig::StateOf(const std::string& key) {
  return Member(program_.Api("GET", "/v1/items?key=" + key).json, "state");
}

}  // namespace amana::cli
