#include "agency-adapters/cli/exit_code.h"

#include <algorithm>
#include <span>
#include <utility>

#include "base/status.h"

namespace amana::cli {
namespace {

constexpr std::string_view kUnreachable[] = {"BROKER_UNREACHABLE", "BROKER_TIMEOUT",
                                             "CALL_CANCELLED",     "STREAM_CLOSED",
                                             "READ_TIMEOUT",       "CALL_FAILED"};
constexpr std::string_view kUnverified[] = {"PROOF_INVALID",
                                            "PROOF_MALFORMED",
                                            "NOTE_SIGNATURE_INVALID",
                                            "NOTE_MALFORMED",
                                            "NOTE_UNTRUSTED",
                                            "CHECKPOINT_MALFORMED",
                                            "CHECKPOINT_ORIGIN_MISMATCH",
                                            "TILE_INVALID",
                                            "EVENT_INVALID",
                                            "LOG_TAMPERED",
                                            "LOG_FORKED",
                                            "LOG_INCOMPLETE",
                                            "RECEIPT_MISMATCH",
                                            "RECEIPT_NOT_WITNESSED",
                                            "RECALL_NOT_IN_LOG",
                                            "SIGNATURE_INVALID",
                                            "CERTIFICATE_UNPINNED",
                                            "CERTIFICATE_MISMATCH",
                                            "CHAIN_UNTRUSTED",
                                            "SECTION_MISMATCH",
                                            "SECTION_OPEN_FAILED",
                                            "GRANT_MISMATCH",
                                            "WRAP_MISSING",
                                            "ENTRY_UNTRUSTED",
                                            "ENTRY_ROLLED_BACK",
                                            "ENTRY_EQUIVOCATED",
                                            "ENTRY_HISTORY_BROKEN",
                                            "ENTRY_MISMATCH",
                                            "SEALING_NOT_LISTED",
                                            "HANDOVER_MISMATCH",
                                            "NOTE_MISMATCH",
                                            "NOTE_OPEN_FAILED",
                                            "RESPONSE_MALFORMED"};

constexpr std::pair<std::string_view, std::string_view> kHints[] = {
    {"BROKER_UNREACHABLE",
     "is the broker running, at the address in agency.toml? Nothing is lost: what was queued is "
     "sent by `amana referral send`"},
    {"BROKER_TIMEOUT", "nothing is lost: what was queued is sent by `amana referral send`"},
    {"STREAM_CLOSED", "nothing is lost: is the broker running, at the address in agency.toml?"},
    {"CONFIG_INVALID",
     "correct agency.toml, or name another with --config or AMANA_CONFIG; where neither is given "
     "it "
     "is looked for in this folder"},
    {"IDENTITY_INVALID", "keys and certificates in the keys folder must be this agency's"},
    {"KEY_FILE_PERMISSIONS", "chmod 0400 the key file"},
    {"FILE_NOT_FOUND", "check the path"},
    {"FILE_EXISTS", "nothing is overwritten: choose another name, or move the old file away"},
    {"ROLE_NOT_PERMITTED",
     "call it with a certificate of the role that may: see the command's --help"},
    {"SIGNING_KEY_MISSING", "make one with `amana keys new`, and have it certified"},
    {"PERSON_KEY_MISSING",
     "this needs a person's key: `amana keys new --role person`, then put person.pem beside it"},
    {"RECIPIENT_UNKNOWN", "ask the broker with --match, or give the certificate: --certificate"},
    {"RECIPIENT_KIND_UNKNOWN",
     "ask the broker with --match, or say what the recipient is: --certificate-kind"},
    {"EMBASSY_PROHIBITED",
     "leave --embassy NOT_ASSESSED, or add what the person is: migration_status or "
     "protection_status in DEMOGRAPHIC"},
    {"ROUTE_LOOP",
     "it has referred the person before: choose another, or let a person sign: --by-person"},
    {"FAMILY_PARTED",
     "others of the family are elsewhere: name that place, or let a person sign: --by-person"},
    {"CHAIN_UNTRUSTED", "compare root.pem and agencies/ in the trust folder with the authority's"},
    {"CERTIFICATE_UNPINNED",
     "do not send: the certificate is from no authority that this machine trusts for that agency"},
    {"ENTRY_UNTRUSTED",
     "do not send: coordinating_agencies in agency.toml must name who countersigns the directory, "
     "and the trust folder must hold their authority; else call an auditor"},
    {"ENTRY_ROLLED_BACK", "do not send: the broker goes back behind what it has shown before"},
    {"ENTRY_EQUIVOCATED", "do not send: two entries under one version; call an auditor"},
    {"ENTRY_HISTORY_BROKEN", "do not send: the directory's history has a gap; call an auditor"},
    {"ENTRY_MISMATCH", "ask again: the entry may have changed meanwhile; else call an auditor"},
    {"SEALING_NOT_LISTED", "do not send: the agency has not put this key into the directory"},
    {"VERSION_OUT_OF_ORDER", "another version came first: `amana directory propose` again"},
    {"PREVIOUS_MISMATCH", "another version came first: `amana directory propose` again"},
    {"SIGNER_NOT_COORDINATOR", "a coordinator of an agency that the registry lets coordinate must"},
    {"SIGNERS_NOT_TWO", "another person must, with another key: not who signed the entry"},
    {"CONSENT_MISSING", "register the consent first: `amana consent grant`"},
    {"REQUIRED_CATEGORY_MISSING", "add it with --section CATEGORY=FILE, or say --incomplete"},
    {"ENTRY_UNKNOWN", "see `amana inbox show` or `amana referral list --outbox`"},
    {"APPROVER_NOT_LISTED",
     "the registry must list this person as an approver of this agency: ask the operator"},
    {"APPROVER_IS_SENDER", "another person must: not who signed the referral"},
    {"REVIEWER_IS_APPROVER", "another person must: not who approved it"},
    {"ALREADY_APPROVED", "your first approval stands: another person must approve it too"},
    {"NO_OVERRIDE", "nobody has approved it: there is nothing to review"},
    {"HEADER_DIGEST_MISMATCH",
     "take the reference that the sender's `amana referral status` prints"},
    {"HANDOVER_STEP_OUTDATED",
     "the other side came first: see `amana handover show`, then decide anew"},
    {"HANDOVER_MISMATCH",
     "what the broker shows is not what both sides signed: keep the output and call an auditor"},
    {"HANDOVER_CODE_WRONG", "let the escort read the code out again; it takes five in all"},
    {"HANDOVER_CODE_LOCKED",
     "no code is taken any more: say so with `amana handover no-show` once the window is over, and "
     "the other side sends the escort anew"},
    {"CUSTODY_OUTDATED", "somebody else has said where the person is: see `amana custody show`"},
    {"NOT_ASKED", "`amana referral timeline ID` says what is waited for"},
    {"NOT_SEEN", "read it with `amana inbox show ITEM`, say so with `amana inbox seen ITEM`"},
    {"TRANSITION_NOT_ALLOWED",
     "it is no longer, or not yet, in a state for this: see `amana inbox show`, `amana handover "
     "show`, or the sender's `amana referral status`"},
    {"RECALL_NOT_IN_LOG", "keep the inbox as it is and call an auditor"},
    {"CONTENT_ERASED", "it was recalled: its content is gone for good"},
    {"FSYNC_FAILED", "the disk has failed: mend or replace it before anything is sent again"},
    {"STORE_CORRUPT",
     "a database is damaged: keep the file. A mirror's events.db may be moved away: `amana audit "
     "mirror` fills it again"},
    {"MAILBOX_BUSY", "another program is writing; try again"},
    {"EQUIVOCATION", "this key was used for another statement: raise the version"},
    {"NOT_FOUND", "there is no such thing, or this agency has no part in it"},
    {"LOG_FORKED", "two histories of one log: keep both files and call an auditor"},
    {"LOG_TAMPERED", "keep the folder as it is and call an auditor"},
    {"LOG_INCOMPLETE", "complete the mirror: `amana audit verify --download FOLDER`"},
    {"NOTE_UNTRUSTED", "is this the log whose key is pinned? compare the verifier key"},
    {"PROOF_INVALID", "keep the receipt and call an auditor"},
    {"HEADER_UNRECOGNISED", "the first row must hold HTCDS 2.0 names, divided by commas"},
    {"COLUMN_DUPLICATED", "leave one of the two columns"},
};

bool In(std::span<const std::string_view> list, std::string_view reason) {
  return std::ranges::find(list, reason) != list.end();
}

}  // namespace

int ExitCodeOfReason(std::string_view reason) {
  if (In(kUnreachable, reason)) return kExitUnreachable;
  if (In(kUnverified, reason)) return kExitUnverified;
  return amana::ExitCodeOfReason(reason);
}

int ExitCodeOf(const absl::Status& status) {
  return status.ok() ? kExitDone : ExitCodeOfReason(ErrorReason(status));
}

std::string_view HintFor(std::string_view reason) {
  for (const auto& [name, hint] : kHints) {
    if (name == reason) return hint;
  }
  return {};
}

}  // namespace amana::cli
