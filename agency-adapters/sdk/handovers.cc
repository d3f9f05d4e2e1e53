#include "agency-adapters/sdk/handovers.h"

#include <algorithm>
#include <utility>

#include "agency-adapters/sdk/errors.h"
#include "agency-adapters/sdk/handover_begun.h"
#include "agency-adapters/sdk/handover_memory.h"
#include "agency-adapters/sdk/keys.h"
#include "agency-adapters/sdk/note_memory.h"
#include "agency-adapters/sdk/note_reader.h"
#include "agency-adapters/sdk/rpcs.h"
#include "agency-adapters/sdk/sign_entry.h"
#include "base/errors.h"
#include "base/status.h"
#include "proto/crypto/random.h"
#include "proto/envelope/dsse.h"
#include "proto/envelope/handover_code.h"
#include "proto/envelope/sealed_note.h"
#include "proto/envelope/statement.h"
#include "proto/envelope/wire_walker.h"

namespace amana::sdk {
namespace {

bool LinkIsDown(const absl::Status& status) {
  const std::string reason = ErrorReason(status);
  return reason == "BROKER_UNREACHABLE" || reason == "BROKER_TIMEOUT";
}

absl::StatusOr<v1::HandoverNote> ParseWords(const std::string& content) {
  v1::HandoverNote words;
  if (!envelope::CheckCanonical(*v1::HandoverNote::descriptor(), content).ok() ||
      !words.ParseFromString(content)) {
    return StatementInvalid("note", "its content is not what a handover's must be");
  }
  return words;
}

v1::HandoverRef RefOf(const HandoverView& view) {
  v1::HandoverRef ref;
  *ref.mutable_referral() = ToWire(view.name.referral);
  ref.set_task(view.name.task);
  ref.set_offer_epoch(view.offer_epoch);
  ref.set_attempt(view.name.attempt);
  return ref;
}

const envelope::SealingIdentity* NewestKey(const Identity& identity) {
  const auto newest =
      std::max_element(identity.sealing().begin(), identity.sealing().end(),
                       [](const envelope::SealingIdentity& a, const envelope::SealingIdentity& b) {
                         return a.certificate.not_before() < b.certificate.not_before();
                       });
  return newest == identity.sealing().end() ? nullptr : &*newest;
}

}  // namespace

std::vector<v1::HandoverDetail> DetailsOf(const v1::HandoverNote& words) {
  std::vector<v1::HandoverDetail> details;
  const auto add = [&details](const std::string& text, v1::HandoverDetail detail) {
    if (!text.empty()) details.push_back(detail);
  };
  add(words.place(), v1::HANDOVER_DETAIL_PLACE);
  add(words.officer(), v1::HANDOVER_DETAIL_OFFICER);
  add(words.escort(), v1::HANDOVER_DETAIL_ESCORT);
  add(words.companion(), v1::HANDOVER_DETAIL_COMPANION);
  add(words.text(), v1::HANDOVER_DETAIL_TEXT);
  return details;
}

absl::StatusOr<SeenHandover> Handovers::Get(const HandoverName& name) {
  v1::GetHandoverRequest request;
  *request.mutable_handover()->mutable_referral() = ToWire(name.referral);
  request.mutable_handover()->set_task(name.task);
  request.mutable_handover()->set_attempt(name.attempt);
  absl::StatusOr<v1::GetHandoverResponse> response = client_.Call(kGetHandover, request);
  const bool stale = LinkIsDown(response.status());
  if (stale) {
    AMANA_ASSIGN_OR_RETURN(std::optional<v1::GetHandoverResponse> kept, FindSeen(mailbox_, name));
    if (kept.has_value()) response = *std::move(kept);
  }
  if (!response.ok()) return response.status();
  AMANA_ASSIGN_OR_RETURN(HandoverView view, CheckHandover(*response, identity_));
  if (view.name.referral != name.referral || view.name.task != name.task ||
      (name.attempt != 0 && view.name.attempt != name.attempt)) {
    return HandoverMismatch("handover");
  }
  if (!stale) {
    AMANA_RETURN_IF_ERROR(KeepSeen(mailbox_, view.name, *response));
    AMANA_RETURN_IF_ERROR(NoteBegun(mailbox_, view));
  }
  return SeenHandover{std::move(view), stale};
}

absl::Status Handovers::LookForTransfer(const InboxItem& item) {
  if (item.state != InboxState::kAccepted) return absl::OkStatus();
  const absl::Status seen = Get({item.key.referral, item.key.task, 0}).status();
  return ErrorReason(seen) == "NOT_FOUND" || LinkIsDown(seen) ? absl::OkStatus() : seen;
}

absl::StatusOr<std::vector<v1::HandoverSummary>> Handovers::List(bool open_only) {
  std::vector<v1::HandoverSummary> all;
  v1::ListHandoversRequest request;
  request.set_open_only(open_only);
  do {
    AMANA_ASSIGN_OR_RETURN(const v1::ListHandoversResponse page,
                           client_.Call(kListHandovers, request));
    all.insert(all.end(), page.handovers().begin(), page.handovers().end());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return all;
}

absl::StatusOr<v1::HandoverNote> Handovers::Words(const HandoverView& view,
                                                  const VerifiedStep& step) {
  const std::string& digest = step.statement.message.note_sha256();
  if (digest.empty()) return StatementInvalid("note_sha256", "the step has no words");
  const NotePlace place{view.name.referral, view.name.task, step.statement.digest, digest,
                        step.signer};
  AMANA_ASSIGN_OR_RETURN(const std::optional<v1::NotedStatement> kept, FindNote(mailbox_, digest));
  if (kept.has_value()) {
    AMANA_ASSIGN_OR_RETURN(const std::string content, OpenNotedStatement(*kept, place, identity_));
    return ParseWords(content);
  }
  v1::GetNoteRequest request;
  *request.mutable_referral() = ToWire(view.name.referral);
  request.set_note_sha256(digest);
  AMANA_ASSIGN_OR_RETURN(const v1::GetNoteResponse response, client_.Call(kGetNote, request));
  AMANA_ASSIGN_OR_RETURN(const std::string content,
                         OpenNotedStatement(response.note(), place, identity_));
  AMANA_RETURN_IF_ERROR(
      KeepNote(mailbox_, view.name.referral, view.name.task, digest, response.note()));
  return ParseWords(content);
}

absl::StatusOr<std::string> Handovers::Code(const HandoverView& view) {
  const VerifiedStep* transit = view.Find(v1::HANDOVER_STATE_IN_TRANSIT);
  if (transit == nullptr) return EntryUnknown("handover");
  AMANA_ASSIGN_OR_RETURN(const std::optional<std::string> code,
                         FindCode(mailbox_, transit->statement.message.code_commitment()));
  if (!code.has_value()) return EntryUnknown("handover");
  return *code;
}

absl::StatusOr<std::optional<std::string>> Handovers::CodeOf(const OutboxEntry& entry) {
  v1::TakeHandoverStepRequest request;
  if (entry.kind != EntryKind::kHandoverStep || !request.ParseFromString(entry.request)) {
    return std::nullopt;
  }
  AMANA_ASSIGN_OR_RETURN(const auto statement, envelope::ParseHandoverStep(request.step()));
  if (statement.message.code_commitment().empty()) return std::nullopt;
  return FindCode(mailbox_, statement.message.code_commitment());
}

// --- making a step

struct Handovers::Making {
  HandoverDraft draft;
  HandoverView view;
  v1::HandoverStep step;
  v1::HandoverNote words;
  std::optional<v1::SealedNote> note;
  std::string code;
  std::string salt;
  const SigningIdentity* signer = nullptr;
};

// The attempt that OFFERED is to begin.
absl::StatusOr<HandoverView> Handovers::NewAttempt(const HandoverDraft& draft) {
  v1::GetReferralRequest request;
  *request.mutable_referral() = ToWire(draft.handover.referral);
  AMANA_ASSIGN_OR_RETURN(const v1::GetReferralResponse referral,
                         client_.Call(kGetReferral, request));
  const auto task = std::find_if(
      referral.tasks().begin(), referral.tasks().end(),
      [&draft](const v1::TaskStatus& each) { return each.task() == draft.handover.task; });
  if (task == referral.tasks().end() || !task->has_recipient()) {
    return StatementInvalid("task", "nobody has accepted it");
  }
  HandoverView view;
  view.name = draft.handover;
  view.offer_epoch = task->offer_epoch();
  AMANA_ASSIGN_OR_RETURN(view.header_digest, Digest::FromBytes(referral.summary().header_digest()));
  AMANA_ASSIGN_OR_RETURN(view.recipient, FromWire(task->recipient(), "task.recipient"));
  view.name.attempt = 1;
  view.last_step = view.header_digest;
  absl::StatusOr<SeenHandover> latest = Get({draft.handover.referral, draft.handover.task, 0});
  if (latest.ok()) {
    view.name.attempt = latest->view.name.attempt + 1;
    view.last_step = latest->view.last_step;
  } else if (ErrorReason(latest.status()) != "NOT_FOUND") {
    return latest.status();
  }
  return view;
}

absl::StatusOr<HandoverView> Handovers::Basis(const HandoverDraft& draft) {
  if (draft.to == v1::HANDOVER_STATE_OFFERED) return NewAttempt(draft);
  AMANA_ASSIGN_OR_RETURN(SeenHandover seen, Get(draft.handover));
  // Steps that the broker has not taken yet, or had not when it was asked last, come before the
  // next.
  AMANA_RETURN_IF_ERROR(AddOwnSteps(mailbox_, OwnSteps::kSigned, seen.view));
  return std::move(seen.view);
}

// Who only ever received has asked for nobody's key: the directory has it.
absl::StatusOr<crypto::Certificate> Handovers::SealingOf(const Address& reader) {
  absl::StatusOr<crypto::Certificate> known = sender_.SealingFor(reader, "recipient");
  if (known.ok() || ErrorReason(known.status()) != "RECIPIENT_UNKNOWN") return known;
  const absl::Status fetched = sender_.directory().Fetch(reader.agency).status();
  if (absl::IsNotFound(fetched) || absl::IsUnavailable(fetched)) return known;
  AMANA_RETURN_IF_ERROR(fetched);
  return sender_.SealingFor(reader, "recipient");
}

absl::Status Handovers::FillWords(Making& making) {
  for (const v1::HandoverDetail detail : DetailsOf(making.words)) making.step.add_named(detail);
  if (making.step.named().empty() && making.salt.empty()) return absl::OkStatus();
  making.words.set_code_salt(making.salt);
  const bool receives = making.step.actor().agency() == making.view.recipient.agency.value() &&
                        making.step.actor().unit() == making.view.recipient.unit.value();
  const Address& reader = receives ? making.view.responsible : making.view.recipient;
  std::vector<envelope::GrantRecipient> readers;
  AMANA_ASSIGN_OR_RETURN(const crypto::Certificate sealing, SealingOf(reader));
  readers.push_back({reader, sealing});
  // To itself as well, so that a colleague can read tomorrow what was said.
  const envelope::SealingIdentity* own = NewestKey(identity_);
  if (own != nullptr && own->address != reader) {
    readers.push_back({own->address, own->certificate});
  }
  const envelope::NoteContext context{making.view.name.referral, making.view.name.task,
                                      envelope::kHandoverStepType, making.signer->certificate.id()};
  AMANA_ASSIGN_OR_RETURN(making.note,
                         envelope::SealNote(context, envelope::Serialize(making.words), readers));
  making.step.set_note_sha256(envelope::NoteDigest(*making.note).bytes());
  return absl::OkStatus();
}

// The code goes to the escort and the salt to the recipient; who shows both was there.
absl::Status Handovers::FillCode(Making& making) {
  if (making.draft.to == v1::HANDOVER_STATE_IN_TRANSIT) {
    // A second code would only mislead whoever waits at the door.
    if (making.view.state == making.draft.to)
      return StatementInvalid("state", "already on the way");
    making.code = envelope::NewHandoverCode();
    making.salt = envelope::NewHandoverSalt();
    making.step.set_code_commitment(envelope::CodeCommitment(making.salt, making.code).bytes());
  }
  if (making.draft.to != v1::HANDOVER_STATE_ARRIVED) return absl::OkStatus();
  const std::optional<std::string> code = envelope::ParseHandoverCode(making.draft.code);
  if (!code.has_value())
    return StatementInvalid("code", "12 letters and digits, as the escort has");
  const VerifiedStep* transit = making.view.Find(v1::HANDOVER_STATE_IN_TRANSIT);
  if (transit == nullptr) return StatementInvalid("code", "nobody is on the way");
  AMANA_ASSIGN_OR_RETURN(const v1::HandoverNote words, Words(making.view, *transit));
  const Digest shown = envelope::CodeCommitment(words.code_salt(), *code);
  // A slip of the pen is no attempt: the broker takes five.
  if (shown.view() != transit->statement.message.code_commitment()) {
    return StatementInvalid("code", "is not the one that the escort was given");
  }
  making.step.mutable_code()->set_salt(words.code_salt());
  making.step.mutable_code()->set_code(*code);
  return absl::OkStatus();
}

absl::Status Handovers::FillMatter(Making& making) {
  const v1::HandoverState to = making.draft.to;
  if (to == v1::HANDOVER_STATE_CORRECTED) {
    v1::HandoverCorrection& correction = *making.step.mutable_correction();
    if (making.draft.corrected.empty()) {
      if (making.view.signed_state != to || !making.view.signed_by.has_value()) {
        return StatementInvalid("corrected", "the other side has proposed nothing");
      }
      correction = making.view.signed_correction;
      making.step.set_reason(making.view.signed_reason);
    } else {
      for (const v1::HandoverDetail detail : making.draft.corrected) {
        correction.add_corrected(detail);
      }
      if (making.draft.arrived.has_value()) {
        correction.set_arrived_unix_ms(ToUnixMillis(*making.draft.arrived));
      }
      correction.set_note_sha256(making.step.note_sha256());
    }
  }
  if (to != v1::HANDOVER_STATE_CORRECTED && to != v1::HANDOVER_STATE_CUSTODY_TRANSFERRED) {
    return absl::OkStatus();
  }
  making.step.set_handover_digest(
      envelope::MatterDigest(
          envelope::MatterOf(making.step, making.view.responsible, making.view.recipient))
          .bytes());
  return absl::OkStatus();
}

absl::StatusOr<QueuedHandover> Handovers::Queue(const HandoverDraft& draft) {
  Making making;
  making.draft = draft;
  AMANA_ASSIGN_OR_RETURN(making.signer, identity_.PersonSigner());
  AMANA_ASSIGN_OR_RETURN(const Address self, identity_.address());
  AMANA_ASSIGN_OR_RETURN(making.view, Basis(draft));
  v1::HandoverStep& step = making.step;
  *step.mutable_meta() = envelope::MakeMeta(making.signer->certificate, clock_.Now());
  *step.mutable_handover() = RefOf(making.view);
  step.set_header_digest(making.view.header_digest.bytes());
  step.set_previous(making.view.last_step.bytes());
  step.set_state(draft.to);
  *step.mutable_actor() = ToWire(self);
  step.set_reason(draft.reason);
  step.set_exit(draft.exit);
  std::optional<HandoverWindow> window = draft.window;
  if (draft.to == v1::HANDOVER_STATE_AGREED && !window.has_value()) {
    window = HandoverWindow{making.view.window_from, making.view.window_until};
  }
  if (window.has_value()) {
    step.mutable_window()->set_from_unix_ms(ToUnixMillis(window->from));
    step.mutable_window()->set_until_unix_ms(ToUnixMillis(window->until));
  }
  making.words = draft.words;
  AMANA_RETURN_IF_ERROR(FillCode(making));
  AMANA_RETURN_IF_ERROR(FillWords(making));
  AMANA_RETURN_IF_ERROR(FillMatter(making));
  return Keep(std::move(making));
}

absl::StatusOr<QueuedHandover> Handovers::Keep(Making making) {
  v1::TakeHandoverStepRequest request;
  AMANA_ASSIGN_OR_RETURN(
      *request.mutable_step(),
      envelope::SignMessage(envelope::kHandoverStepType, making.step, making.signer->key));
  if (making.note.has_value()) *request.mutable_note() = *making.note;
  VerifiedStep own;
  // What the broker would refuse is refused here.
  AMANA_ASSIGN_OR_RETURN(own.statement, envelope::ParseHandoverStep(request.step()));
  own.signer = making.signer->certificate.id();
  const NewEntry entry{.kind = EntryKind::kHandoverStep,
                       .request = request.SerializeAsString(),
                       .digest = own.statement.digest,
                       .referral = making.view.name.referral,
                       .urgency = v1::URGENCY_UNSPECIFIED,
                       .queued = clock_.Now(),
                       .made_for = making.draft.made_for};
  QueuedHandover out;
  out.queued.digest = entry.digest;
  out.code = making.code;
  AMANA_RETURN_IF_ERROR(mailbox_.Write([&](sqlite::Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(out.queued.entry, Outbox::AddIn(db, entry));
    return making.code.empty() ? absl::OkStatus()
                               : KeepCode(db, making.step.code_commitment(), making.code);
  }));
  AMANA_RETURN_IF_ERROR(Apply(std::move(own), making.view));
  out.view = std::move(making.view);
  return out;
}

absl::StatusOr<Queued> Handovers::QueueReport(const StatementKey& referral,
                                              const v1::PhysicalCustody& now, v1::ExitCode exit) {
  AMANA_ASSIGN_OR_RETURN(const SigningIdentity* signer, identity_.PersonSigner());
  AMANA_ASSIGN_OR_RETURN(const Address self, identity_.address());
  v1::GetCustodyRequest request;
  *request.mutable_referral() = ToWire(referral);
  AMANA_ASSIGN_OR_RETURN(const v1::GetCustodyResponse custody, client_.Call(kGetCustody, request));
  v1::CustodyReport report;
  report.set_subject_pseudonym(custody.subject_pseudonym());
  *report.mutable_actor() = ToWire(self);
  report.set_previous(custody.last_report());
  *report.mutable_now() = now;
  report.set_exit(exit);
  AMANA_ASSIGN_OR_RETURN(
      const NewEntry entry,
      SignEntry(*signer, clock_.Now(),
                {EntryKind::kCustodyReport, envelope::kCustodyReportType, std::nullopt},
                std::move(report), &v1::ReportCustodyRequest::mutable_report));
  v1::ReportCustodyRequest made;
  if (!made.ParseFromString(entry.request)) return StoreCorruptError("a report does not parse");
  AMANA_RETURN_IF_ERROR(envelope::ParseCustodyReport(made.report()).status());
  AMANA_ASSIGN_OR_RETURN(const int64_t id, sender_.outbox().Add(entry));
  return Queued{id, entry.digest};
}

}  // namespace amana::sdk
