// amana-broker: see --help.
#include <CLI/CLI.hpp>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "base/command_line.h"
#include "base/process.h"
#include "base/status.h"
#include "broker/main/backup.h"
#include "broker/main/config.h"
#include "broker/main/fsck.h"
#include "broker/main/keys.h"
#include "broker/main/recover.h"
#include "broker/main/run.h"
#include "broker/rpc/server.h"

namespace amana::broker {
namespace {

// Of fsck. 3 is what `amana` says of a broker that cannot be reached.
constexpr int kExitLogChanged = 4;  // the log itself was changed, or is not the newest
constexpr int kExitDamaged = 5;     // something else is damaged

struct Flags {
  bool json = false;
  std::string config;
  std::string listen;
  std::string data_dir;
  std::vector<std::string> set;
  bool accept_new_guard = false;
  KeysRequest keys;
  BackupRequest backup;
  RestoreRequest restore;
  PrepareRequest prepare;
  std::string signed_file;
};

int Fail(const Flags& flags, int code, const absl::Status& error) {
  std::cerr << (flags.json ? Dump(ErrorJson(error, code)) : ErrorText("amana-broker", error));
  return code;
}

int Done(const Flags& flags, const std::string& text, const nlohmann::ordered_json& json) {
  std::cout << (flags.json ? Dump(json) : text) << std::flush;
  return kExitDone;
}

absl::StatusOr<Config> ConfigOf(const Flags& flags) {
  if (flags.config.empty()) return UsageError("--config", "is required");
  Overrides overrides;
  if (!flags.listen.empty()) overrides.emplace_back("listen.address", flags.listen);
  if (!flags.data_dir.empty()) overrides.emplace_back("data_dir", flags.data_dir);
  for (const std::string& text : flags.set) {
    const size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      return UsageError("--set", "expected key=value");
    }
    overrides.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return LoadConfig(RealFileSystem(), flags.config, overrides);
}

// Absl follows every lock taken, by gRPC too, to find a cycle. The tests and the sanitizers let it;
// in service it costs each submission microseconds and would end the process where none is hung.
void StopLockOrderChecks() {
#ifdef AMANA_RELEASE
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
#endif
}

int RunBroker(const Flags& flags) {
  StopLockOrderChecks();
  absl::StatusOr<Config> config = ConfigOf(flags);
  if (!config.ok()) return Fail(flags, kExitUsage, config.status());
  config->accept_new_guard = flags.accept_new_guard;
  const auto shutdown = ShutdownSignal::Create();
  if (!shutdown.ok()) return Fail(flags, kExitRefused, shutdown.status());
  const absl::Status status = Run(*config, **shutdown);
  return status.ok() ? kExitDone : Fail(flags, kExitRefused, status);
}

int CheckConfig(const Flags& flags) {
  const absl::StatusOr<Config> config = ConfigOf(flags);
  if (!config.ok()) return Fail(flags, kExitUsage, config.status());
  const absl::Status status = CheckStart(*config);
  if (!status.ok()) return Fail(flags, kExitRefused, status);
  return Done(flags, "configuration, registry and keys are good\n", {{"good", true}});
}

int CheckStoreOf(const Flags& flags) {
  const absl::StatusOr<Config> config = ConfigOf(flags);
  if (!config.ok()) return Fail(flags, kExitUsage, config.status());
  const absl::StatusOr<CheckReport> report = CheckStore(*config);
  if (!report.ok()) return Fail(flags, kExitRefused, report.status());
  nlohmann::ordered_json findings = nlohmann::ordered_json::object();
  std::string text =
      std::to_string(report->events) + " events, " + std::to_string(report->referrals) +
      " referrals, " + std::to_string(report->tasks) + " tasks, " +
      std::to_string(report->deliveries) + " deliveries, " + std::to_string(report->persons) +
      " persons, " + std::to_string(report->handovers) + " handovers, " +
      std::to_string(report->consents) + " words of consent\n";
  bool of_log = false;
  for (const auto& [name, kind] : report->findings.kinds()) {
    of_log = of_log || IsOfLog(name);
    findings[name] = {{"count", kind.count}, {"places", kind.places}};
    text += name + ": " + std::to_string(kind.count) + "\n";
    for (const std::string& place : kind.places) text += "  " + place + "\n";
  }
  if (report->findings.empty()) text += "nothing is wrong\n";
  Done(flags, text,
       {{"events", report->events},
        {"referrals", report->referrals},
        {"tasks", report->tasks},
        {"deliveries", report->deliveries},
        {"persons", report->persons},
        {"handovers", report->handovers},
        {"consents", report->consents},
        {"findings", findings}});
  return report->findings.empty() ? kExitDone : of_log ? kExitLogChanged : kExitDamaged;
}

int MakeBackup(const Flags& flags) {
  const absl::StatusOr<Config> config = ConfigOf(flags);
  if (!config.ok()) return Fail(flags, kExitUsage, config.status());
  const absl::StatusOr<BackupReport> report = BackUp(*config, flags.backup);
  if (!report.ok()) return Fail(flags, kExitRefused, report.status());
  const std::string copy =
      report->keys_made.has_value()
          ? absl::FormatTime(absl::RFC3339_sec, *report->keys_made, absl::UTCTimeZone())
          : "";
  return Done(flags,
              "the store as of " + std::to_string(report->log_size) + " log entries, " +
                  std::to_string(report->bytes) + " bytes, is in " + flags.backup.folder + "\n" +
                  (copy.empty() ? "no copy of the key file: if keys.amana is lost, nothing that "
                                  "referrals hold can be read again\n"
                                : "newest copy of the key file: " + copy + "\n"),
              {{"log_size", report->log_size}, {"bytes", report->bytes}, {"key_copy", copy}});
}

int RestoreBackup(const Flags& flags) {
  const absl::StatusOr<Config> config = ConfigOf(flags);
  if (!config.ok()) return Fail(flags, kExitUsage, config.status());
  const absl::StatusOr<RestoreReport> report = Restore(*config, flags.restore);
  if (!report.ok()) return Fail(flags, kExitRefused, report.status());
  return Done(flags,
              "the store is back, with " + std::to_string(report->log_size) +
                  " log entries; keys from " + report->keys +
                  (report->log_key_restored ? "; the log's key is back as well\n" : "\n") +
                  (report->guarded ? "" : "no guard says whether anything newer was signed\n"),
              {{"log_size", report->log_size},
               {"keys", report->keys},
               {"log_key_restored", report->log_key_restored},
               {"guarded", report->guarded}});
}

int PrepareNewLog(const Flags& flags) {
  const absl::StatusOr<Config> config = ConfigOf(flags);
  if (!config.ok()) return Fail(flags, kExitUsage, config.status());
  const auto said = PrepareRecovery(*config, flags.prepare);
  if (!said.ok()) return Fail(flags, kExitRefused, said.status());
  return Done(flags,
              said->Text() + "wrote " + flags.prepare.out +
                  ": two operators read and sign it (amana admin sign-recovery); then set "
                  "transparency.origin to " +
                  said->new_log().name() + "\n",
              {{"file", flags.prepare.out},
               {"old_vkey", said->old_log().vkey()},
               {"new_vkey", said->new_log().vkey()},
               {"kept", said->kept().size()},
               {"newest", said->newest().size()}});
}

int ApplyNewLog(const Flags& flags) {
  const absl::StatusOr<Config> config = ConfigOf(flags);
  if (!config.ok()) return Fail(flags, kExitUsage, config.status());
  const absl::StatusOr<RecoveryReport> report = ApplyRecovery(*config, flags.signed_file);
  if (!report.ok()) return Fail(flags, kExitRefused, report.status());
  return Done(
      flags,
      "the new log is open from entry " + std::to_string(report->opened) + "\nverifier key  " +
          report->vkey + "\nserved as     succession\n" +
          (report->old_guard.empty() ? "" : "old guard     " + report->old_guard + "\n"),
      {{"vkey", report->vkey}, {"opened", report->opened}, {"old_guard", report->old_guard}});
}

int MakeKeys(const Flags& flags) {
  const absl::StatusOr<BrokerKeys> keys = MakeBrokerKeys(flags.keys);
  if (!keys.ok()) {
    return Fail(flags, ExitCodeOfReason(ErrorReason(keys.status())), keys.status());
  }
  return Done(flags,
              "log key              " + keys->log_key_path + "\nverifier key         " +
                  keys->vkey + "\npseudonym key        " + keys->pseudonym_key_path +
                  "\nTLS key              " + keys->tls_key_path + "\ncertificate request  " +
                  keys->tls_csr_path + "\n",
              {{"log_key", keys->log_key_path},
               {"vkey", keys->vkey},
               {"pseudonym_key", keys->pseudonym_key_path},
               {"tls_key", keys->tls_key_path},
               {"tls_csr", keys->tls_csr_path}});
}

struct RecoverCommands {
  CLI::App* prepare;
  CLI::App* apply;
};

RecoverCommands AddRecover(CLI::App& app, Flags& flags) {
  CLI::App* const recover = app.add_subcommand(
      "recover", "A new log in place of one that cannot be gone on with; by two operators");
  recover->require_subcommand(1);
  CLI::App* const prepare = recover->add_subcommand(
      "prepare", "Write down what is kept and what may be lost, for two operators to sign");
  prepare->add_option("--new-origin", flags.prepare.new_origin, "Name of the new log")->required();
  prepare
      ->add_option("--newest", flags.prepare.newest,
                   "A checkpoint of the old log, as a witness has it; repeatable")
      ->allow_extra_args(false);
  prepare->add_flag("--key-lost", flags.prepare.key_lost,
                    "Nobody has the old log's key: transparency.key is a new one");
  prepare->add_option("--old-vkey", flags.prepare.old_vkey,
                      "The old log's verifier key, or its file; where its key is lost");
  prepare->add_option("--out", flags.prepare.out, "Where the statement goes")->required();
  CLI::App* const apply = recover->add_subcommand(
      "apply", "Do what two operators have signed; run it again when it was interrupted");
  apply->add_option("--signed", flags.signed_file, "The statement with both signatures")
      ->required();
  return {prepare, apply};
}

int Main(int argc, char** argv) {
  rpc::AllowTls13Only();
  Flags flags;
  CLI::App app("Amana's broker: carries signed, consent-tagged referrals and keeps evidence.",
               "amana-broker");
  AddCommonFlags(app, flags.json);
  app.footer(
      "Exit codes: 0 done; 1 it failed; 2 wrong use or configuration; of fsck also 4: the log was "
      "changed; 5: something else is damaged.\n"
      "`amana-broker check-config --config broker.toml` says what is wrong before anything is "
      "run.\n");
  app.require_subcommand(0, 1);
  app.fallthrough();
  app.add_option("--config", flags.config, "Configuration file (TOML)");
  app.add_option("--listen", flags.listen, "In place of listen.address");
  app.add_option("--data-dir", flags.data_dir, "In place of data_dir");
  app.add_option("--set", flags.set, "key=value in place of what the file says; repeatable")
      ->allow_extra_args(false);
  app.add_flag("--accept-new-guard", flags.accept_new_guard,
               "Once, of a store without a guard that is known to be the newest");
  app.add_subcommand("run", "Serve (also without a command)");
  CLI::App* const check =
      app.add_subcommand("check-config", "Check configuration, registry and keys; do not serve");
  CLI::App* const fsck = app.add_subcommand(
      "fsck", "Check everything in the store of a broker that is not running; repair nothing");
  CLI::App* const keys = app.add_subcommand("keys",
                                            "Make the log's key, that of auditors' pseudonyms, and "
                                            "the TLS key with a request for its certificate");
  flags.keys.agency = "amana";
  keys->add_option("--dir", flags.keys.dir, "Folder for the keys")->required();
  keys->add_option("--trust-domain", flags.keys.trust_domain, "As in the registry")->required();
  keys->add_option("--origin", flags.keys.origin, "Name of the log in its checkpoints")->required();
  keys->add_option("--agency", flags.keys.agency, "Whose broker it is")->capture_default_str();
  CLI::App* const backup = app.add_subcommand(
      "backup", "Copy the store, while the broker runs, into a folder of its own");
  backup->add_option("folder", flags.backup.folder, "Where to")->required();
  backup->add_flag("--with-log-key", flags.backup.with_log_key,
                   "The log's signing key and that of pseudonyms as well: who has them can sign as "
                   "the log, and tell whom an auditor's pseudonyms stand for");
  CLI::App* const restore = app.add_subcommand(
      "restore", "Put a backup in place of a store that is lost, if the broker may sign with it");
  restore->add_option("folder", flags.restore.folder, "A backup")->required();
  restore->add_option("--keys", flags.restore.keys,
                      "The key file, or a copy of it; else the newest of the copies");
  restore->add_flag("--to-recover", flags.restore.to_recover,
                    "To open a new log with it: whether the old may be gone on with is not asked");
  const RecoverCommands recover = AddRecover(app, flags);
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const std::optional<int> ended = ParseCommandLine(app, arguments, std::cout, std::cerr);
  if (ended.has_value()) return *ended;
  if (*check) return CheckConfig(flags);
  if (*fsck) return CheckStoreOf(flags);
  if (*backup) return MakeBackup(flags);
  if (*restore) return RestoreBackup(flags);
  if (*recover.prepare) return PrepareNewLog(flags);
  if (*recover.apply) return ApplyNewLog(flags);
  return *keys ? MakeKeys(flags) : RunBroker(flags);
}

}  // namespace
}  // namespace amana::broker

int main(int argc, char** argv) { return amana::broker::Main(argc, argv); }
