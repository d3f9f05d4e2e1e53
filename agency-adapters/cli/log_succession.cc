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
  std::string file, revocations;
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

absl::Status Show(Context& context, const CheckedSuccession& checked, Report& report) {
  report.text = checked.succession.Text() + "signed by the operators";
  report.json = {{"old_vkey", checked.succession.old_log().vkey()},
                 {"new_vkey", checked.succession.new_log().vkey()},
                 {"kept", checked.succession.kept().size()},
                 {"newest", checked.succession.newest().size()},
                 {"signers", Json::array()},
                 {"at_risk", Json::array()}};
  for (const envelope::RecoverySigner& by : checked.file.signers()) {
    const crypto::SpiffeId& who = by.certificate.spiffe();
    const std::string name = who.agency.value() + "/" + who.person->value();
    report.text += " " + name;
    report.json["signers"].push_back(name);
  }
  report.text += "\n";
  AMANA_ASSIGN_OR_RETURN(sdk::Mailbox * mailbox, context.mailbox());
  AMANA_ASSIGN_OR_RETURN(const auto at_risk, sdk::AtRisk(*mailbox, checked.succession));
  for (const sdk::OutboxEntry& entry : at_risk) {
    report.text += "  entry " + std::to_string(entry.id) + ": " +
                   std::string(sdk::KindName(entry.kind)) +
                   (entry.referral.has_value() ? " of " + sdk::ToString(*entry.referral) : "") +
                   ", was log index " + std::to_string(entry.log_index) + "\n";
    report.json["at_risk"].push_back(
        {{"entry", entry.id}, {"kind", sdk::KindName(entry.kind)}, {"log_index", entry.log_index}});
  }
  report.text += at_risk.empty() ? "nothing of this agency's outbox may be lost\n"
                                 : "of this agency, these may be lost and must be sent again\n";
  return absl::OkStatus();
}

Result Run(Context& context, const Options& o) {
  AMANA_ASSIGN_OR_RETURN(const sdk::Identity* identity, context.identity());
  std::string bytes;
  if (o.file.empty()) {
    AMANA_ASSIGN_OR_RETURN(sdk::Client * client, context.client());
    AMANA_ASSIGN_OR_RETURN(bytes, sdk::FetchSuccession(*client));
  } else {
    AMANA_ASSIGN_OR_RETURN(bytes, RealFileSystem().Read(o.file));
  }
  sdk::SuccessionTrust trust;
  if (!o.revocations.empty()) {
    AMANA_ASSIGN_OR_RETURN(const std::string list, RealFileSystem().Read(o.revocations));
    AMANA_ASSIGN_OR_RETURN(trust.revocations, crypto::ParseRevocationList(list));
  }
  AMANA_ASSIGN_OR_RETURN(const CheckedSuccession checked,
                         sdk::CheckSuccession(bytes, *identity, trust));
  Report report;
  AMANA_RETURN_IF_ERROR(Show(context, checked, report));
  report.json["revocations_known"] = trust.revocations.has_value();
  if (!trust.revocations.has_value()) {
    report.text += "whether one who signed had been revoked is not known here: --revocations\n";
  }
  report.json["accepted"] = checked.accepted || o.accept;
  if (!o.accept) {
    report.text += checked.accepted ? "the new log is the one that is trusted here\n"
                                    : "to go on with the new log: the same with --accept\n";
    return report;
  }
  AMANA_ASSIGN_OR_RETURN(sdk::Client * client, context.client());
  AMANA_ASSIGN_OR_RETURN(sdk::Mailbox * mailbox, context.mailbox());
  AMANA_ASSIGN_OR_RETURN(const sdk::NewCheckpoint newest,
                         sdk::CheckKept(*client, *mailbox, checked.succession));
  AMANA_ASSIGN_OR_RETURN(const size_t again,
                         sdk::TakeSuccession(*mailbox, *identity, checked, newest));
  report.json["sent_again"] = again;
  report.text += "what the new log keeps is what this agency had seen of the old one\n" +
                 std::to_string(again) + " entries wait to be sent again: amana referral send\n";
  // Also when it is another unit's mailbox that went on first, with the same file of the key.
  if (!checked.accepted) AMANA_RETURN_IF_ERROR(UseNewKey(context, checked, report));
  return report;
}

}  // namespace

void RegisterLogSuccession(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "succession",
      "Whether the log goes on as another, what may be lost, and going on with it",
      "  amana log succession                       (as the broker serves it)\n"
      "  amana log succession recovery.amana\n"
      "  amana log succession --accept && amana referral send\n"
      "Believed is what two operators of the broker's agency have signed, of the log trusted "
      "here;\nwith --revocations, none whose certificate was revoked before the new log was "
      "opened.\nOnly when the new log has all that was kept here of the old one is it accepted. "
      "Stop other\nprograms of this agency meanwhile, and start them after.\n",
      [](CLI::App& command, Options& o) {
        command.add_option("file", o.file, "The signed statement; else the broker is asked");
        command.add_option("--revocations", o.revocations,
                           "The authority's list of revoked certificates");
        command.add_flag("--accept", o.accept,
                         "Trust the new log, and send again what may be lost");
      },
      Run);
}

}  // namespace amana::cli
