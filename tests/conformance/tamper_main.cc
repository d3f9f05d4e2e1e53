// For each kind of change that an operator could make on disk, whether `amana audit verify` sees
// it, by which check, and with which exit code: see --help.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <random>
#include <string>

#include "agency-adapters/auditor/bundle_checks.h"
#include "agency-adapters/auditor/checks.h"
#include "agency-adapters/cli/check_text.h"
#include "agency-adapters/sdk/outbox.h"
#include "base/durable_file.h"
#include "base/status.h"
#include "tests/conformance/forged_log.h"
#include "tests/conformance/tamper_row.h"
#include "tests/support/broker_process.h"
#include "tests/support/broker_world.h"
#include "tests/support/child_process.h"
#include "tests/support/endpoint.h"

namespace amana::tests {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::string_view kContent = R"({"note":"SYNTHETIC"})";
constexpr int kReferrals = 64;

struct Flags {
  int flips = 200;
  uint64_t seed = 1;
  bool json = false;
};

struct Said {
  int exit_code = -1;
  Json json;
};

// The command line of an endpoint.
Said Amana(const BrokerWorld& world, const std::string& endpoint,
           const std::vector<std::string>& arguments) {
  ChildOptions options;
  options.command = {ProgramPath("amana"), "--config", world.agency_config(endpoint), "--json"};
  options.command.insert(options.command.end(), arguments.begin(), arguments.end());
  options.stderr_file = world.File("amana.err");
  auto child = ChildProcess::Start(options);
  CheckOrDie(child.status(), "amana");
  std::string out;
  while (true) {
    const auto line = (*child)->ReadLine(absl::Seconds(60));
    if (!line.ok()) break;
    out += *line + "\n";
  }
  const auto status = (*child)->Wait(absl::Seconds(10));
  Said said;
  if (status.has_value() && WIFEXITED(*status)) said.exit_code = WEXITSTATUS(*status);
  said.json = Json::parse(out, nullptr, false);
  return said;
}

class Matrix {
 public:
  explicit Matrix(const Flags& flags) : flags_(flags), broker_(world_), random_(flags.seed) {}

  void Run() {
    MakeScene();
    for (const auto& rows : {FileRows(), ResignedRows(), EvidenceRows()}) {
      for (const TamperRow& row : rows) Judge(row);
    }
    FlipBits();
    JudgeBundles();
    JudgeFollower();
    RestoreBackup();
  }

  int Print() const {
    size_t caught = 0;
    for (const Json& row : rows_) caught += row["caught"].get<bool>() ? 1 : 0;
    if (flags_.json) {
      std::printf(
          "%s\n",
          Json({{"total", rows_.size()}, {"caught", caught}, {"rows", rows_}}).dump(2).c_str());
    } else {
      for (const Json& row : rows_) {
        std::printf("%-6s %-40s %-12s %-12s %s\n", row["caught"].get<bool>() ? "caught" : "MISSED",
                    row["change"].get<std::string>().c_str(),
                    row["check"].get<std::string>().c_str(),
                    row["verdict"].get<std::string>().c_str(), row["exit_code"].dump().c_str());
      }
      std::printf("%zu of %zu caught\n", caught, rows_.size());
    }
    return caught == rows_.size() ? 0 : 1;
  }

 private:
  void Send(Endpoint& police, int referrals) {
    for (int i = 0; i < referrals; ++i) {
      ConsentUse consent{SampleConsent(absl::Now()), {}};
      const auto registered = police.sender().QueueConsent(consent.record);
      CheckOrDie(registered.status(), "consent");
      consent.digest = registered->digest;
      CheckOrDie(
          police.sender()
              .Queue(SampleReferral(consent, AddressOf("haven/intake"), kContent, absl::Now()))
              .status(),
          "referral");
    }
    const auto flushed = police.sender().Flush();
    CheckOrDie(flushed.status(), "flush");
    if (flushed->refused + flushed->pending != 0)
      CheckOrDie(absl::InternalError("refused"), "flush");
  }

  void Expect(const Said& said, std::string_view what) {
    if (said.exit_code != 0) CheckOrDie(absl::InternalError(said.json.dump()), what);
  }

  void MakeScene() {
    CheckOrDie(broker_.Start(), "broker");
    auto police = Endpoint::Open(world_.agency_config("police"));
    CheckOrDie(police.status(), "police");
    CheckOrDie((*police)->sender().Match(v1::SERVICE_TYPE_ACCOMMODATION, 47).status(), "match");
    Send(**police, kReferrals / 2);
    Expect(Amana(world_, "police", {"audit", "mirror", world_.File("older")}), "older mirror");
    CheckOrDie(broker_.Stop(), "broker");
    fs::copy(world_.data_dir(), world_.File("backup"), fs::copy_options::recursive);
    CheckOrDie(broker_.Start(), "broker");
    Send(**police, kReferrals / 2);
    Expect(Amana(world_, "intake", {"inbox", "watch", "--once"}), "intake");
    signer_ = (*(*police)->identity().Signer())->certificate.id().hex();
    vkey_ = (*police)->identity().log();
    sdk::Outbox outbox((*police)->mailbox());
    const auto all = outbox.List(sdk::EntryState::kAccepted, 10'000);
    CheckOrDie(all.status(), "outbox");
    for (const sdk::OutboxEntry& entry : *all) {
      if (entry.referral.has_value()) referrals_.push_back(entry.referral->referral.hex());
    }
    const auto sent = outbox.List(sdk::EntryState::kAccepted, 1);
    CheckOrDie(sent.status(), "outbox");
    const auto whole = outbox.Get(sent->front().id);
    CheckOrDie(whole.status(), "outbox");
    WriteOrDie(world_.File("receipt"), whole->receipt->SerializeAsString());
    Expect(
        Amana(world_, "police", {"audit", "verify", "--download", "--held", world_.File("mirror")}),
        "the log as it is");
    auto key = crypto::Ed25519PrivateKey::FromPem(crypto::Secret(world_.Read("broker/log.key")));
    CheckOrDie(key.status(), "log key");
    auto log = transparency::NoteSigner::Create(vkey_->name(), *std::move(key));
    CheckOrDie(log.status(), "log key");
    log_ = *std::move(log);
  }

  // A copy of the mirror and an empty folder, for one row.
  TamperScene NewScene() {
    const std::string folder = world_.File("row");
    fs::remove_all(folder);
    fs::create_directories(folder + "/work");
    fs::copy(world_.File("mirror"), folder + "/mirror", fs::copy_options::recursive);
    return {folder + "/mirror",
            world_.File("older"),
            world_.File("receipt"),
            folder + "/work",
            signer_,
            &*log_};
  }

  void Judge(const TamperRow& row) {
    const TamperScene scene = NewScene();
    std::vector<std::string> arguments = {"audit", "verify", scene.folder};
    if (row.held) arguments.emplace_back("--held");
    const std::vector<std::string> more = row.tamper(scene);
    arguments.insert(arguments.end(), more.begin(), more.end());
    Add(row.name, row.check, row.verdict, Amana(world_, "police", arguments));
  }

  // Caught: by this check, with this verdict, and with the exit code that goes with it.
  void Add(const std::string& change, const char* check, const char* wanted, const Said& said) {
    bool failed = false;
    std::string verdict;
    if (said.json.is_object()) {
      verdict = said.json.value("verdict", "");
      for (const Json& each : said.json.value("checks", Json::array())) {
        failed |= each["name"] == check && each["outcome"] == "FAILED";
      }
    }
    Add(change, check, verdict, said.exit_code,
        failed && verdict == wanted && said.exit_code == CodeOf(wanted), said.json);
  }

  // Evidence of one referral of the sender's, as a file's content.
  std::string MakeBundle(const std::string& referral) {
    const std::string file = world_.File("bundle-" + referral.substr(0, 8));
    Expect(Amana(world_, "police",
                 {"audit", "bundle", world_.File("mirror"), "--referral", referral, "--purpose",
                  "SYNTHETIC case 12", "--out", file}),
           "bundle");
    Expect(Amana(world_, "police", {"audit", "verify", file}), "the bundle as it is");
    return ReadOrDie(file);
  }

  void JudgeBundles() {
    auto police = Endpoint::Open(world_.agency_config("police"), world_.File("no-mailbox"));
    auto haven = Endpoint::Open(world_.agency_config("intake"), world_.File("no-mailbox-either"));
    CheckOrDie(police.status(), "police");
    CheckOrDie(haven.status(), "intake");
    const BundleScene scene{MakeBundle(referrals_.front()),
                            MakeBundle(referrals_.back()),
                            NewScene().folder,
                            **(*police)->identity().PersonSigner(),
                            **(*haven)->identity().PersonSigner(),
                            &*log_};
    const std::string path = world_.File("tampered.bundle");
    for (const BundleRow& row : BundleRows()) {
      WriteOrDie(path, row.tamper(scene));
      Add(row.name, row.check, row.verdict, Amana(world_, "police", {"audit", "verify", path}));
    }
    FlipBundleBits(scene.file);
  }

  void FlipBundleBits(const std::string& bytes) {
    auto police = Endpoint::Open(world_.agency_config("police"), world_.File("no-mailbox"));
    CheckOrDie(police.status(), "police");
    auditor::BundleTrust trust{*vkey_, absl::Now()};
    trust.authorities = &(*police)->identity().authorities();
    std::string missed;
    for (int i = 0; i < flags_.flips; ++i) {
      std::string broken = bytes;
      const size_t bit = random_() % (bytes.size() * 8);
      broken[bit / 8] = static_cast<char>(broken[bit / 8] ^ (1 << bit % 8));
      const auto judged = auditor::CheckBundle(broken, trust);
      if (auditor::Overall(judged.results) == auditor::Verdict::kFine) {
        missed += "bit " + std::to_string(bit) + "; ";
      }
    }
    Add("bundle: flip one of " + std::to_string(flags_.flips) + " bits", "FORM, SIGNER",
        missed.empty() ? "TAMPERED" : "VERIFIED",
        missed.empty() ? cli::ExitCodeOf(auditor::Verdict::kTampered) : 0, missed.empty(), missed);
  }

  static int CodeOf(const std::string& verdict) {
    for (const auto v : {auditor::Verdict::kTampered, auditor::Verdict::kUntrusted,
                         auditor::Verdict::kUnverifiable, auditor::Verdict::kIncomplete}) {
      if (auditor::VerdictName(v) == verdict) return cli::ExitCodeOf(v);
    }
    return 0;
  }

  void Add(const std::string& change, const std::string& check, const std::string& verdict,
           int exit_code, bool caught, const Json& said) {
    Json row = {{"change", change},
                {"check", check},
                {"verdict", verdict},
                {"exit_code", exit_code},
                {"caught", caught}};
    if (!caught) row["said"] = said;
    rows_.push_back(std::move(row));
  }

  // One bit anywhere, one at a time: of each file, and then at random.
  void FlipBits() {
    const TamperScene scene = NewScene();
    const std::vector<std::string> files = ForgedLog(scene.folder).Files();
    size_t caught = 0;
    std::string missed;
    for (int i = 0; i < flags_.flips; ++i) {
      const std::string& file = files[static_cast<size_t>(i) % files.size()];
      const std::string path = scene.folder + "/" + file;
      const std::string bytes = ReadOrDie(path);
      std::string broken = bytes;
      const size_t bit = random_() % (bytes.size() * 8);
      broken[bit / 8] = static_cast<char>(broken[bit / 8] ^ (1 << bit % 8));
      WriteOrDie(path, broken);
      const auto results =
          auditor::RunChecks({RealFileSystem(), scene.folder, *vkey_, absl::Now()});
      const bool seen = results.ok() && auditor::Overall(*results) != auditor::Verdict::kFine;
      if (seen) ++caught;
      if (!seen) missed += file + " bit " + std::to_string(bit) + "; ";
      WriteOrDie(path, bytes);
    }
    Add("flip one of " + std::to_string(flags_.flips) + " bits", "NOTE, REPLAY",
        caught == static_cast<size_t>(flags_.flips) ? "TAMPERED" : "VERIFIED",
        caught == static_cast<size_t>(flags_.flips) ? cli::ExitCodeOf(auditor::Verdict::kTampered)
                                                    : 0,
        caught == static_cast<size_t>(flags_.flips), missed);
  }

  // The broker itself goes on from an old copy of its store; its mirrors do not go with it.
  void RestoreBackup() {
    CheckOrDie(broker_.Stop(), "broker");
    fs::remove_all(world_.data_dir());
    fs::copy(world_.File("backup"), world_.data_dir(), fs::copy_options::recursive);
    CheckOrDie(broker_.Start(), "broker");
    JudgeDownload("the broker on an old backup");
    AddFollower("a follower: the broker on an old backup", "TAMPERED", NewScene().folder, "");
    auto police = Endpoint::Open(world_.agency_config("police"), world_.File("another-mailbox"));
    CheckOrDie(police.status(), "police");
    CheckOrDie((*police)->sender().Match(v1::SERVICE_TYPE_ACCOMMODATION, 47).status(), "match");
    Send(**police, 2 * kReferrals);
    JudgeDownload("the same, grown beyond the mirror");
  }

  // A mirror that is followed tells of it at once.
  void AddFollower(const std::string& name, const std::string& wanted, const std::string& folder,
                   const std::string& alarm) {
    std::vector<std::string> arguments = {"audit", "mirror", folder, "--follow", "1s"};
    if (!alarm.empty()) arguments.insert(arguments.end(), {"--alarm", alarm});
    const Said said = Amana(world_, "police", arguments);
    const std::string verdict = said.json.is_object() ? said.json.value("verdict", "") : "";
    Add(name, "ALARM", verdict, said.exit_code,
        verdict == wanted && said.exit_code == CodeOf(wanted), said.json);
  }

  void JudgeFollower() {
    const TamperScene scene = NewScene();
    DropShown(scene.folder, FindShown(scene.folder, v1::EVENT_KIND_TASK_ROUTED, 3));
    AddFollower("a follower: an event kept back", "INCOMPLETE", scene.folder, "");
    // The program hears the reason, and here ends the follower, which would go on.
    const std::string program = scene.work + "/alarm", heard = scene.work + "/heard";
    WriteOrDie(program, "#!/bin/sh\necho \"$AMANA_ALARM $#\" > '" + heard + "'\nkill -INT $PPID\n");
    fs::permissions(program, fs::perms::owner_all);
    AddFollower("a follower: likewise, with a program", "INCOMPLETE", scene.folder, program);
    const bool told = fs::exists(heard) && ReadOrDie(heard) == "COUNTER_GAP 0\n";
    Add("a follower: what its program hears", "ALARM", told ? "INCOMPLETE" : "VERIFIED",
        told ? cli::ExitCodeOf(auditor::Verdict::kIncomplete) : 0, told, {});
  }

  void JudgeDownload(const std::string& name) {
    const TamperScene scene = NewScene();
    const Said said = Amana(world_, "police", {"audit", "verify", "--download", scene.folder});
    const std::string verdict = said.json.is_object() ? said.json.value("verdict", "") : "";
    Add(name, "CONSISTENCY", verdict, said.exit_code,
        verdict == "TAMPERED" && said.exit_code == CodeOf("TAMPERED"), said.json);
  }

  const Flags flags_;
  BrokerWorld world_;
  BrokerProcess broker_;
  std::mt19937_64 random_;
  std::string signer_;
  std::vector<std::string> referrals_;  // hex ids of what was sent
  std::optional<transparency::NoteVerifier> vkey_;
  std::optional<transparency::NoteSigner> log_;
  std::vector<Json> rows_;
};

}  // namespace
}  // namespace amana::tests

int main(int argc, char** argv) {
  amana::tests::Flags flags;
  CLI::App app(
      "Makes a log with a broker of its own, then changes it as an operator could, one change at "
      "a\n"
      "time, and asks `amana audit verify` each time. Exit code 0 when every change is caught by\n"
      "the check that is there for it, with the exit code that tells it apart.",
      "tamper");
  app.add_option("--flips", flags.flips, "How many single bits to flip")->capture_default_str();
  app.add_option("--seed", flags.seed, "Of which bits")->capture_default_str();
  app.add_flag("--json", flags.json, "Print one JSON object: total, caught, rows");
  CLI11_PARSE(app, argc, argv);
  amana::tests::Matrix matrix(flags);
  matrix.Run();
  return matrix.Print();
}
