#include <algorithm>
#include <utility>

#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/event_text.h"
#include "agency-adapters/cli/verifier_key.h"
#include "agency-adapters/sdk/log_watch.h"
#include "agency-adapters/sdk/outbox.h"
#include "agency-adapters/sdk/verifier.h"
#include "base/durable_file.h"
#include "base/status.h"
#include "proto/transparency/note_verifier.h"

namespace amana::cli {
namespace {

constexpr size_t kMaxReceipts = 1'000'000;

struct Options {
  std::string folder, vkey;
  std::vector<std::string> receipts, checkpoints;
  bool download = false, held = false;
};

// The pinned key of agency.toml, or one given.
absl::StatusOr<transparency::NoteVerifier> LogKey(Context& context, const Options& o) {
  if (o.vkey.empty()) {
    AMANA_ASSIGN_OR_RETURN(const sdk::Identity* identity, context.identity());
    return identity->log();
  }
  return ReadVerifierKey(o.vkey);
}

// The receipts of everything this mailbox sent.
absl::Status AddReceipts(sdk::Mailbox& mailbox, sdk::HeldEvidence& held) {
  sdk::Outbox outbox(mailbox);
  AMANA_ASSIGN_OR_RETURN(const std::vector<sdk::OutboxEntry> accepted,
                         outbox.List(sdk::EntryState::kAccepted, kMaxReceipts));
  for (const sdk::OutboxEntry& entry : accepted) {
    AMANA_ASSIGN_OR_RETURN(const sdk::OutboxEntry whole, outbox.Get(entry.id));
    if (whole.receipt.has_value()) held.receipts.push_back(*whole.receipt);
  }
  return absl::OkStatus();
}

absl::StatusOr<sdk::HeldEvidence> Evidence(Context& context, const Options& o,
                                           const transparency::NoteVerifier& log) {
  sdk::HeldEvidence held;
  for (const std::string& path : o.checkpoints) {
    AMANA_ASSIGN_OR_RETURN(std::string note, RealFileSystem().Read(path));
    held.checkpoints.push_back(std::move(note));
  }
  for (const std::string& path : o.receipts) {
    AMANA_ASSIGN_OR_RETURN(const std::string bytes, RealFileSystem().Read(path));
    v1::Receipt receipt;
    if (!receipt.ParseFromString(bytes)) {
      return MakeError(absl::StatusCode::kInvalidArgument, "PROOF_MALFORMED", "--receipt",
                       path + " holds no receipt");
    }
    held.receipts.push_back(std::move(receipt));
  }
  if (o.held) {
    AMANA_ASSIGN_OR_RETURN(sdk::Mailbox * mailbox, context.mailbox());
    sdk::LogWatch watch(log, *mailbox);
    AMANA_ASSIGN_OR_RETURN(const std::vector<std::string> notes, watch.Held());
    held.checkpoints.insert(held.checkpoints.end(), notes.begin(), notes.end());
    AMANA_RETURN_IF_ERROR(AddReceipts(*mailbox, held));
  }
  return held;
}

// tampered, malformed, incomplete, untrusted: in whose words the verdict is given.
std::string_view VerdictOf(const absl::Status& error) {
  const std::string reason = ErrorReason(error);
  const auto is = [&reason](std::initializer_list<std::string_view> list) {
    return std::ranges::find(list, reason) != list.end();
  };
  if (is({"PROOF_INVALID", "NOTE_SIGNATURE_INVALID", "LOG_TAMPERED", "LOG_FORKED",
          "RECEIPT_MISMATCH"})) {
    return "TAMPERED";
  }
  if (is({"LOG_INCOMPLETE"})) return "INCOMPLETE";
  if (is({"NOTE_UNTRUSTED", "CHECKPOINT_ORIGIN_MISMATCH"})) return "UNTRUSTED";
  if (is({"TILE_INVALID", "EVENT_INVALID"}) || reason.ends_with("_MALFORMED")) return "MALFORMED";
  return {};
}

// A verdict is an answer, not a failure of the program; everything else is passed on.
Result Judged(const absl::Status& error) {
  const std::string_view verdict = VerdictOf(error);
  if (verdict.empty()) return error;
  Report report;
  report.exit_code = kExitUnverified;
  report.text = std::string(verdict) + "\n" + ErrorText(error);
  report.json = {{"verdict", std::string(verdict)}};
  report.json.update(ErrorJson(error));
  return report;
}

Result VerifyReceipts(const transparency::NoteVerifier& log, const sdk::HeldEvidence& held) {
  Report report;
  report.json = {{"verdict", "VERIFIED"}, {"receipts", Json::array()}};
  for (const v1::Receipt& receipt : held.receipts) {
    const auto verified = sdk::VerifyReceipt(receipt, log);
    if (!verified.ok()) return Judged(verified.status());
    report.text += ToLine(verified->index, verified->event);
    report.json["receipts"].push_back({{"index", verified->index},
                                       {"event", ToJson(verified->event)},
                                       {"size", verified->checkpoint.size()},
                                       {"root", verified->checkpoint.root().hex()}});
  }
  report.text += "VERIFIED: " + std::to_string(held.receipts.size()) + " receipt(s)\n";
  return report;
}

Result VerifyFolder(const Options& o, const transparency::NoteVerifier& log,
                    const sdk::HeldEvidence& held) {
  const auto verified = sdk::VerifyLog(RealFileSystem(), o.folder, log, held);
  if (!verified.ok()) return Judged(verified.status());
  Report report;
  report.text = "VERIFIED: " + Shown(verified->origin) + ", " + std::to_string(verified->size) +
                " entries, root " + verified->root.hex() + "; " + std::to_string(verified->tiles) +
                " tiles, " + std::to_string(verified->checkpoints) + " checkpoints and " +
                std::to_string(verified->receipts) + " receipts agree\n";
  report.json = {{"verdict", "VERIFIED"},         {"origin", verified->origin},
                 {"size", verified->size},        {"root", verified->root.hex()},
                 {"tiles", verified->tiles},      {"checkpoints", verified->checkpoints},
                 {"receipts", verified->receipts}};
  return report;
}

Result Run(Context& context, const Options& o) {
  AMANA_ASSIGN_OR_RETURN(const transparency::NoteVerifier log, LogKey(context, o));
  AMANA_ASSIGN_OR_RETURN(const sdk::HeldEvidence held, Evidence(context, o, log));
  if (o.folder.empty()) {
    if (held.receipts.empty()) return UsageError("folder", "expected a folder, or --receipt");
    return VerifyReceipts(log, held);
  }
  if (o.download) {
    AMANA_ASSIGN_OR_RETURN(sdk::Client * client, context.client());
    const auto done = sdk::DownloadLog(*client, RealFileSystem(), o.folder, log);
    if (!done.ok()) return Judged(done.status());
  }
  return VerifyFolder(o, log, held);
}

}  // namespace

void RegisterAuditVerify(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "verify", "Verify a whole log, or receipts, with no word from the broker",
      "  amana audit verify --download mirror        (bring the mirror up to date first)\n"
      "  amana audit verify mirror --held --receipt event-4711.receipt\n"
      "  amana audit verify --vkey log.vkey --receipt event-4711.receipt    (no agency.toml)\n"
      "Verdicts: VERIFIED, TAMPERED, MALFORMED, INCOMPLETE, UNTRUSTED; exit code 4 for all but "
      "the first.\n",
      [](CLI::App& command, Options& o) {
        command.add_option("folder", o.folder, "A mirror in the layout of tlog-tiles");
        command.add_flag("--download", o.download, "Bring the folder up to the broker's newest");
        command.add_flag("--held", o.held,
                         "Against the checkpoints and receipts this machine's mailbox holds");
        command.add_option("--receipt", o.receipts, "A receipt that must agree");
        command.add_option("--checkpoint", o.checkpoints, "A signed checkpoint that must agree");
        command.add_option("--vkey", o.vkey, "The log's verifier key, or its file (agency.toml's)");
      },
      Run);
}

}  // namespace amana::cli
