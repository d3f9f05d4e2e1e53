#include "agency-adapters/sdk/log_succession.h"

#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/recovery_commands.h"
#include "base/config.h"
#include "base/durable_file.h"
#include "base/status.h"
#include "proto/crypto/revocation_list.h"

namespace amana::cli {
namespace {

using sdk::CheckedSuccession;
using transparency::NoteVerifier;

struct Options {
  std::vector<std::string> files;
  std::string revocations;
  bool accept = false;
};

// Where agency.toml has the log's key; empty: in agency.toml itself.
absl::StatusOr<std::string> KeyFile(const Context& context) {
  AMANA_ASSIGN_OR_RETURN(const auto reader, ConfigReader::Load(RealFileSystem(), context.config));
  const std::string text = reader->Root().String("log_vkey", "trust/log.vkey");
  if (NoteVerifier::Parse(text).ok()) return std::string();
  return text.starts_with('/') ? text : FolderOf(context.config) + "/" + text;
}

absl::Status UseNewKey(Context& context, const CheckedSuccession& checked, Report& report) {
  const std::string vkey = checked.succession.new_log().vkey();
  AMANA_ASSIGN_OR_RETURN(const std::string file, KeyFile(context));
  report.json["vkey_file"] = file;
  if (file.empty()) {
    report.text += "now change this line of " + context.config + ":\nlog_vkey = \"" + vkey + "\"\n";
    return absl::OkStatus();
  }
  AMANA_RETURN_IF_ERROR(RealFileSystem().WriteAtomically(file, vkey + "\n", kPublicFile));
  report.text += "the new log is trusted from now on: its key is in " + file + "\n";
  return absl::OkStatus();
}

// Of one step; what may be lost of this agency's outbox with it.
absl::Status Show(Context& context, const CheckedSuccession& checked, Report& report) {
  report.text += checked.succession.Text() + "signed by the operators";
  Json json = {{"old_vkey", checked.succession.old_log().vkey()},
               {"new_vkey", checked.succession.new_log().vkey()},
               {"kept", checked.succession.kept().size()},
               {"newest", checked.succession.newest().size()},
               {"signers", Json::array()},
               {"at_risk", Json::array()}};
  for (const envelope::RecoverySigner& by : checked.file.signers()) {
    const crypto::SpiffeId& who = by.certificate.spiffe();
    const std::string name = who.agency.value() + "/" + who.person->value();
    report.text += " " + name;
    json["signers"].push_back(name);
  }
  report.text += "\n";
  AMANA_ASSIGN_OR_RETURN(sdk::Mailbox * mailbox, context.mailbox());
  AMANA_ASSIGN_OR_RETURN(const auto at_risk, sdk::AtRisk(*mailbox, checked.succession));
  for (const sdk::OutboxEntry& entry : at_risk) {
    report.text += "  entry " + std::to_string(entry.id) + ": " +
                   std::string(sdk::KindName(entry.kind)) +
                   (entry.referral.has_value() ? " of " + sdk::ToString(*entry.referral) : "") +
                   ", was log index " + std::to_string(entry.log_index) + "\n";
    json["at_risk"].push_back(
        {{"entry", entry.id}, {"kind", sdk::KindName(entry.kind)}, {"log_index", entry.log_index}});
  }
  report.text += at_risk.empty() ? "nothing of this agency's outbox may be lost\n"
                                 : "of this agency, these may be lost and must be sent again\n";
  report.json["steps"].push_back(std::move(json));
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> Statements(Context& context, const Options& o) {
  std::vector<std::string> statements;
  if (o.files.empty()) {
    AMANA_ASSIGN_OR_RETURN(sdk::Client * client, context.client());
    AMANA_ASSIGN_OR_RETURN(statements.emplace_back(), sdk::FetchSuccession(*client));
  }
  for (const std::string& file : o.files) {
    AMANA_ASSIGN_OR_RETURN(statements.emplace_back(), RealFileSystem().Read(file));
  }
  return statements;
}

Result Run(Context& context, const Options& o) {
  AMANA_ASSIGN_OR_RETURN(const sdk::Identity* identity, context.identity());
  AMANA_ASSIGN_OR_RETURN(const std::vector<std::string> statements, Statements(context, o));
  sdk::SuccessionTrust trust;
  if (!o.revocations.empty()) {
    AMANA_ASSIGN_OR_RETURN(const std::string list, RealFileSystem().Read(o.revocations));
    AMANA_ASSIGN_OR_RETURN(trust.revocations, crypto::ParseRevocationList(list));
  }
  AMANA_ASSIGN_OR_RETURN(const std::vector<CheckedSuccession> steps,
                         sdk::CheckSuccessions(statements, *identity, trust));
  const bool accepted = steps.back().accepted;
  Report report;
  for (const CheckedSuccession& step : steps) AMANA_RETURN_IF_ERROR(Show(context, step, report));
  // Of the last step at the top, as when there is one.
  const Json last = report.json["steps"].back();
  report.json.update(last);
  report.json["revocations_known"] = trust.revocations.has_value();
  if (!trust.revocations.has_value()) {
    report.text += "whether one who signed had been revoked is not known here: --revocations\n";
  }
  report.json["accepted"] = accepted || o.accept;
  if (!o.accept) {
    report.text += accepted ? "the new log is the one that is trusted here\n"
                            : "to go on with the new log: the same with --accept\n";
    return report;
  }
  AMANA_ASSIGN_OR_RETURN(sdk::Client * client, context.client());
  AMANA_ASSIGN_OR_RETURN(sdk::Mailbox * mailbox, context.mailbox());
  AMANA_ASSIGN_OR_RETURN(const sdk::NewCheckpoint newest, sdk::CheckKept(*client, *mailbox, steps));
  AMANA_ASSIGN_OR_RETURN(const size_t again,
                         sdk::TakeSuccessions(*mailbox, *identity, steps, newest));
  report.json["sent_again"] = again;
  report.text += "what the new log keeps is what this agency had seen of the old one\n" +
                 std::to_string(again) + " entries wait to be sent again: amana referral send\n";
  // Also when it is another unit's mailbox that went on first, with the same file of the key.
  if (!accepted) AMANA_RETURN_IF_ERROR(UseNewKey(context, steps.back(), report));
  return report;
}

}  // namespace

void RegisterLogSuccession(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "succession",
      "Whether the log goes on as another, what may be lost, and going on with it",
      "  amana log succession                       (as the broker serves it)\n"
      "  amana log succession recovery.amana\n"
      "  amana log succession first.amana second.amana --accept   (who has missed the first)\n"
      "  amana log succession --accept && amana referral send\n"
      "Believed is what two operators of the broker's agency have signed, of the log trusted "
      "here;\nwith --revocations, none whose certificate was revoked before the new log was "
      "opened.\nOnly when the new log has all that was kept here of the old one is it accepted. "
      "Stop other\nprograms of this agency meanwhile, and start them after.\n",
      [](CLI::App& command, Options& o) {
        command.add_option("files", o.files,
                           "Signed statements, oldest first; else the broker is asked");
        command.add_option("--revocations", o.revocations,
                           "The authority's list of revoked certificates");
        command.add_flag("--accept", o.accept,
                         "Trust the new log, and send again what may be lost");
      },
      Run);
}

}  // namespace amana::cli
