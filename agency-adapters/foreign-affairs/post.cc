#include "agency-adapters/foreign-affairs/post.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "agency-adapters/foreign-affairs/errors.h"
#include "base/status.h"
#include "proto/crypto/sha256.h"

namespace amana::foreign_affairs {
namespace {

// So long after it was noted a mail may be sent without being noted again.
constexpr absl::Duration kPrepared = absl::Seconds(5);

// What comes after the headers, with line ends that no server changes.
std::string BodyOf(std::string_view mail) {
  std::string plain;
  for (const char c : mail) {
    if (c != '\r') plain += c;
  }
  const size_t end = plain.find("\n\n");
  plain = end == std::string::npos ? std::string() : plain.substr(end + 2);
  while (!plain.empty() && plain.back() == '\n') plain.pop_back();
  return plain;
}

}  // namespace

std::string MessageIdOf(const Reference& reference, std::string_view key, bool is_case,
                        std::string_view host) {
  return absl::StrCat(reference.tag, ".v", reference.version, is_case ? "" : ".",
                      is_case ? std::string() : crypto::Sha256(key).hex().substr(0, 16), "@",
                      absl::string_view(host.data(), host.size()));
}

absl::Status Post::Prepare(absl::Span<const Letter> letters) {
  const absl::Time now = clock_.Now();
  std::vector<Outgoing> mails;
  for (const Letter& letter : letters) {
    AMANA_ASSIGN_OR_RETURN(const std::optional<MailRow> row, ledger_.Mail(letter.key));
    if (row.has_value()) continue;
    const Envelope envelope{settings_.address, settings_.ministry, SubjectOf(letter.tag),
                            letter.message_id, now};
    AMANA_ASSIGN_OR_RETURN(std::string mail, SealMail(keys_, envelope, letter.content, now));
    mails.push_back({letter.key, letter.message_id, std::move(mail), letter.about});
  }
  return mails.empty() ? absl::OkStatus() : ledger_.PutSending(mails, now);
}

absl::StatusOr<std::string> Post::Send(const Letter& letter) {
  AMANA_RETURN_IF_ERROR(Prepare({&letter, 1}));
  AMANA_ASSIGN_OR_RETURN(std::optional<MailRow> row, ledger_.Mail(letter.key));
  if (!row.has_value()) return LedgerBroken();
  if (row->sent) return row->message_id;
  const absl::Time now = clock_.Now();
  AMANA_ASSIGN_OR_RETURN(std::string mail, ledger_.Sending(letter.key));
  // How long its copy is waited for begins anew.
  if (now > row->at + kPrepared) {
    AMANA_RETURN_IF_ERROR(ledger_.PutSending({{{letter.key, row->message_id, mail}}}, now));
  }
  AMANA_RETURN_IF_ERROR(
      sender_.Send(settings_.address, {settings_.ministry, settings_.address}, mail));
  row->sent = true;
  row->at = now;
  AMANA_RETURN_IF_ERROR(ledger_.PutSent(letter.key, *row));
  return row->message_id;
}

absl::StatusOr<bool> Post::HasCopy(const std::string& key, const MailRow& row, net::MailBox& box) {
  AMANA_ASSIGN_OR_RETURN(const std::string mail, ledger_.Sending(key));
  const std::string body = BodyOf(mail);
  for (const char* folder : {kInbox, kSentFolder}) {
    AMANA_RETURN_IF_ERROR(box.Select(folder).status());
    AMANA_ASSIGN_OR_RETURN(const std::vector<uint32_t> uids, box.WithMessageId(row.message_id));
    for (const uint32_t uid : uids) {
      AMANA_ASSIGN_OR_RETURN(const std::string copy, box.Fetch(uid));
      // A stranger who saw the Message-ID could put another mail there.
      if (BodyOf(copy) == body) return true;
    }
  }
  return false;
}

absl::StatusOr<std::optional<std::string>> Post::Find(const std::string& key, net::MailBox& box) {
  AMANA_ASSIGN_OR_RETURN(std::optional<MailRow> row, ledger_.Mail(key));
  if (!row.has_value()) return std::nullopt;
  if (row->sent) return std::optional(row->message_id);
  AMANA_ASSIGN_OR_RETURN(const bool sent, HasCopy(key, *row, box));
  if (sent) {
    row->sent = true;
    AMANA_RETURN_IF_ERROR(ledger_.PutSent(key, *row));
    return std::optional(row->message_id);
  }
  if (clock_.Now() < row->at + kPrepared + settings_.copy_grace) return SentUnknown();
  return std::nullopt;
}

}  // namespace amana::foreign_affairs
