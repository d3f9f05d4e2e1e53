#include "agency-adapters/foreign-affairs/judge.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "agency-adapters/foreign-affairs/errors.h"
#include "agency-adapters/foreign-affairs/letter.h"
#include "agency-adapters/foreign-affairs/receipt.h"
#include "agency-adapters/foreign-affairs/reply.h"
#include "base/status.h"

namespace amana::foreign_affairs {
namespace {

using runtime::ItemKind;

// The first text, and the case that is attached to it.
const Part* FindPart(const Part& part, std::string_view type) {
  if (part.type == type) return &part;
  for (const Part& child : part.parts) {
    if (const Part* found = FindPart(child, type)) return found;
  }
  return nullptr;
}

std::string ItemKey(const Reference& reference, std::string_view verb, std::string_view digest) {
  return absl::StrCat("reply/", reference.tag, ".v", reference.version, "/",
                      absl::string_view(verb.data(), verb.size()), "/",
                      absl::string_view(digest.data(), digest.size()));
}

}  // namespace

std::string OwnCaseKey(std::string_view digest) { return "case/" + std::string(digest); }

std::optional<ReplyKey> ParseReplyKey(std::string_view key) {
  const std::vector<std::string> parts =
      absl::StrSplit(absl::string_view(key.data(), key.size()), '/');
  if (parts.size() != 4 || parts[0] != "reply") return std::nullopt;
  return ReplyKey{parts[1].substr(0, parts[1].find('.')), parts[2], parts[3]};
}

bool Judge::IsCopy(const Mail& mail) const {
  const std::string host = address_.substr(address_.find('@'));
  const size_t at = mail.message_id.find('@');
  return mail.from == address_ && at != std::string::npos && mail.message_id.substr(at) == host &&
         IsTag(mail.message_id.substr(0, mail.message_id.find('.')));
}

absl::StatusOr<Verdict> Judge::Look(std::string_view bytes, absl::Time now) const {
  Verdict verdict;
  const absl::StatusOr<Mail> mail = ReadMail(bytes);
  if (!mail.ok()) {
    verdict.why = mail.status();
    return verdict;
  }
  if (IsCopy(*mail)) {
    verdict.what = Verdict::What::kCopy;
    return verdict;
  }
  if (ReadReceipt(mail->root).has_value()) {
    verdict.what = Verdict::What::kReceipt;
    return verdict;
  }
  const absl::StatusOr<SignedContent> opened = OpenMail(keys_, mail->root, now);
  if (!opened.ok()) {
    verdict.why = opened.status();
    return verdict;
  }
  return Opened(*mail, *opened);
}

absl::StatusOr<Verdict> Judge::Opened(const Mail& mail, const SignedContent& opened) const {
  Verdict verdict;
  verdict.from_ministry = true;
  verdict.digest = opened.digest;
  if (opened.content.type == "multipart/report") {
    verdict.why = ReadSeen(mail, opened.content, verdict);
  } else if (const Part* text = FindPart(opened.content, "text/plain"); text == nullptr) {
    verdict.why = ReplyRefused("REPLY_EMPTY", "it has no plain text");
  } else if (const auto reply = ParseReply(text->body);
             reply.ok() && reply->kind == ItemKind::kCase) {
    const Part* json = FindPart(opened.content, "application/json");
    verdict.item.key = OwnCaseKey(opened.digest);
    auto record = ReadAttachment(json == nullptr ? std::string_view() : json->body);
    verdict.why = mail.from != ministry_ ? ReplyRefused("REPLY_TAG_UNKNOWN", "of another mailbox")
                                         : record.status();
    if (record.ok()) verdict.item.record = *std::move(record);
  } else {
    CaseRow row;
    verdict.why = Bind(mail, text->body, verdict, row);
    if (verdict.why.ok()) verdict.why = ReadAnswer(text->body, row, verdict);
  }
  if (ErrorReason(verdict.why) == "LEDGER_BROKEN") return verdict.why;
  verdict.what = verdict.why.ok() ? Verdict::What::kItem : Verdict::What::kRefused;
  return verdict;
}

absl::Status Judge::FindCase(const Reference& reference, const Mail& mail, Verdict& verdict,
                             CaseRow& row) const {
  AMANA_ASSIGN_OR_RETURN(const std::optional<CaseRow> found, ledger_.Case(reference.tag));
  if (!found.has_value() || found->mailbox != mail.from) {
    return ReplyRefused("REPLY_TAG_UNKNOWN", "no such case was sent to this mailbox");
  }
  row = *found;
  verdict.reference = row.reference;
  verdict.item.about = row.key;
  if (reference.version != row.reference.version) {
    return ReplyRefused("REPLY_VERSION_OLD", "it answers another version");
  }
  // One that has counted is known by its key: it is no complaint that its case has ended since.
  const bool counted =
      std::find(row.answered.begin(), row.answered.end(), verdict.digest) != row.answered.end();
  if (!row.open && !counted) return ReplyRefused("REPLY_CASE_CLOSED", "the case is over");
  return absl::OkStatus();
}

absl::Status Judge::Bind(const Mail& mail, std::string_view text, Verdict& verdict,
                         CaseRow& row) const {
  std::vector<Reference> inside = FindReferences(text);
  inside.erase(std::remove_if(inside.begin(), inside.end(),
                              [](const Reference& ref) { return ref.version == 0; }),
               inside.end());
  const std::vector<Reference> subject = FindReferences(mail.subject);
  if (inside.empty() || subject.empty()) {
    return ReplyRefused("REPLY_TAG_MISSING", inside.empty()
                                                 ? "the signed text must quote the reference"
                                                 : "the subject must keep its tag");
  }
  if (inside.size() != 1 || subject.size() != 1 || subject[0].tag != inside[0].tag) {
    return ReplyRefused("REPLY_TAG_MISMATCH", "it names more than one case");
  }
  return FindCase(inside[0], mail, verdict, row);
}

absl::Status Judge::ReadAnswer(std::string_view text, const CaseRow& row, Verdict& verdict) const {
  AMANA_ASSIGN_OR_RETURN(Reply reply, ParseReply(text));
  const bool for_own = reply.kind == ItemKind::kCancel || reply.kind == ItemKind::kUpdate;
  if (for_own != row.own) {
    return ReplyRefused("REPLY_OUT_OF_PLACE", "this word is not for a case of this kind");
  }
  runtime::NativeItem& item = verdict.item;
  item.kind = reply.kind;
  item.key = ItemKey(row.reference, VerbOf(reply.kind), verdict.digest);
  item.code = std::move(reply.code);
  item.words = std::move(reply.words);
  item.categories = std::move(reply.categories);
  if (item.kind == ItemKind::kAsk && item.categories.empty()) item.categories = ask_categories_;
  return absl::OkStatus();
}

absl::Status Judge::ReadSeen(const Mail& mail, const Part& content, Verdict& verdict) const {
  const std::optional<Receipt> receipt = ReadReceipt(content);
  if (!receipt.has_value() || !receipt->displayed || !receipt->by_hand) {
    return ReplyRefused("REPLY_VERB_UNKNOWN", "it is no receipt of a person who has read it");
  }
  // "TAG.v3" or "TAG.v3.1a2b3c4d"; that of the case only.
  const std::string local = receipt->message_id.substr(0, receipt->message_id.find('@'));
  const std::vector<Reference> shown = FindReferences("[REF " + local + "]");
  if (shown.empty()) return ReplyRefused("REPLY_TAG_MISSING", "it is about no request of ours");
  CaseRow row;
  AMANA_RETURN_IF_ERROR(FindCase(shown[0], mail, verdict, row));
  if (row.own) return ReplyRefused("REPLY_OUT_OF_PLACE", "the case is the ministry's own");
  verdict.item.kind = ItemKind::kSeen;
  verdict.item.key = ItemKey(row.reference, VerbOf(ItemKind::kSeen), verdict.digest);
  return absl::OkStatus();
}

}  // namespace amana::foreign_affairs
