#include "agency-adapters/foreign-affairs/adapter.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "agency-adapters/foreign-affairs/judge.h"
#include "agency-adapters/foreign-affairs/letter.h"
#include "agency-adapters/foreign-affairs/post.h"
#include "agency-adapters/net/mail_errors.h"
#include "base/log.h"
#include "base/status.h"
#include "proto/crypto/sha256.h"

namespace amana::foreign_affairs {
namespace {

using runtime::DeliveryKind;
using runtime::NativeDelivery;
using runtime::NativeItem;
using runtime::Settlement;

// The version in "agency/32 hex digits/version"; 1 where there is none.
uint32_t VersionOf(const std::string& referral) {
  uint32_t version = 0;
  const size_t slash = referral.rfind('/');
  const bool read =
      slash != std::string::npos && absl::SimpleAtoi(referral.substr(slash + 1), &version);
  return read && version > 0 && version < 1000000000 ? version : 1;
}

class MailAdapter final : public runtime::Adapter {
 public:
  MailAdapter(Settings settings, MailKeys keys, Ledger ledger,
              std::unique_ptr<net::MailSender> sender, const Clock& clock)
      : settings_(std::move(settings)),
        keys_(std::move(keys)),
        ledger_(std::move(ledger)),
        sender_(std::move(sender)),
        clock_(clock),
        judge_(keys_, ledger_, settings_.address, settings_.ministry, settings_.ask_categories),
        post_(settings_, keys_, ledger_, *sender_, clock_) {}

  absl::StatusOr<std::vector<NativeItem>> Poll(size_t limit) override {
    auto items = PollBox(limit);
    if (!items.ok()) box_.reset();  // the next one begins anew
    return items;
  }

  absl::Status Settle(const std::string& key, const Settlement& settlement) override {
    const auto waiting = std::find_if(waiting_.begin(), waiting_.end(),
                                      [&](const auto& w) { return w.second.key == key; });
    const bool shown = waiting != waiting_.end();
    AMANA_RETURN_IF_ERROR(Note(key, settlement, shown));
    // Not seen since the start: it is still in the mailbox, will be shown, and settled again. Or it
    // never was a mail.
    if (!shown) return absl::OkStatus();
    const bool refused = settlement.state == Settlement::State::kRefused;
    absl::Status moved = Move(waiting->first, refused ? kRefusedFolder : kDoneFolder);
    if (moved.ok()) waiting_.erase(waiting);
    return moved;
  }

  // One that cannot be written ends it: its Deliver says why, and the others are noted one by one.
  void Announce(absl::Span<const NativeDelivery> next) override {
    std::vector<Post::Letter> letters;
    for (const NativeDelivery& delivery : next) {
      absl::StatusOr<Post::Letter> letter = Write(delivery);
      if (letter.ok()) letters.push_back(*std::move(letter));
    }
    post_.Prepare(letters).IgnoreError();
  }

  absl::StatusOr<std::string> Deliver(const NativeDelivery& delivery) override {
    AMANA_ASSIGN_OR_RETURN(const Post::Letter letter, Write(delivery));
    // Before the mail: of a recalled case no answer counts any more. As durable as what says that
    // the mail is being sent, which comes after it, or has come before.
    if (letter.about.has_value()) AMANA_RETURN_IF_ERROR(ledger_.PutCase(*letter.about, true));
    return post_.Send(letter);
  }

  absl::StatusOr<std::optional<std::string>> Find(const std::string& delivery_key) override {
    AMANA_RETURN_IF_ERROR(OpenBox());
    auto found = post_.Find(delivery_key, *box_);
    box_.reset();  // another folder is selected
    return found;
  }

  runtime::Health Check() override {
    for (const crypto::CmsCertificate& recipient : keys_.recipients) {
      const absl::Status valid = recipient.CheckTime(clock_.Now());
      if (!valid.ok()) return {false, "ministry_certificate", ErrorReason(valid)};
    }
    for (const crypto::CmsIdentity* own : {&keys_.signing, &keys_.sealing}) {
      const absl::Status valid = own->certificate().CheckTime(clock_.Now());
      if (!valid.ok()) return {false, "own_certificate", ErrorReason(valid)};
    }
    const absl::Status smtp = sender_->Check();
    if (!smtp.ok()) return {false, "smtp", ErrorReason(smtp)};
    absl::Status imap = OpenBox();
    if (imap.ok()) imap = box_->Noop();
    if (imap.ok()) return {};
    box_.reset();
    return {false, "imap", ErrorReason(imap)};
  }

  absl::StatusOr<std::vector<NativeItem>> Decode(std::string_view bytes) const override {
    NativeItem item;
    item.key = OwnCaseKey(crypto::Sha256(bytes).hex().substr(0, 32));
    AMANA_ASSIGN_OR_RETURN(item.record, ReadAttachment(bytes));
    return std::vector<NativeItem>{std::move(item)};
  }

 private:
  // The mail of a delivery, and its case where it is to be noted anew.
  absl::StatusOr<Post::Letter> Write(const NativeDelivery& delivery) const {
    // What is disclosed once a case is accepted goes out under the tag of its offer.
    const std::string& about = delivery.about.empty() ? delivery.key : delivery.about;
    const bool is_case = delivery.kind == DeliveryKind::kCase && delivery.about.empty();
    AMANA_ASSIGN_OR_RETURN(std::optional<CaseRow> row, ledger_.Case(TagOf(about)));
    bool changed = !row.has_value();
    if (changed) {
      row = CaseRow{{TagOf(about), VersionOf(delivery.referral)},
                    about,
                    settings_.ministry,
                    /*own=*/false,
                    is_case,
                    {}};
    }
    if (delivery.kind == DeliveryKind::kRecall && row->open) {
      row->open = false;
      changed = true;
    }
    Post::Letter letter{delivery.key,
                        MessageIdOf(row->reference, delivery.key, is_case, settings_.Host()),
                        row->reference.tag, LetterOf(delivery, row->reference)};
    if (changed) letter.about = *std::move(row);
    return letter;
  }

  // Connected, and our inbox selected.
  absl::Status OpenBox() {
    if (box_ != nullptr) return absl::OkStatus();
    AMANA_ASSIGN_OR_RETURN(std::unique_ptr<net::MailBox> box,
                           net::MailBox::Open(settings_.imap, kMaxMail));
    for (const char* folder : {kSentFolder, kDoneFolder, kRefusedFolder, kReceiptsFolder}) {
      AMANA_RETURN_IF_ERROR(box->CreateFolder(folder));
    }
    AMANA_ASSIGN_OR_RETURN(const uint32_t validity, box->Select(kInbox));
    if (validity != validity_) waiting_.clear();  // UIDs of before mean nothing any more
    validity_ = validity;
    box_ = std::move(box);
    return absl::OkStatus();
  }

  absl::StatusOr<std::vector<NativeItem>> PollBox(size_t limit) {
    AMANA_RETURN_IF_ERROR(OpenBox());
    AMANA_ASSIGN_OR_RETURN(const std::vector<net::MailEntry> entries, box_->List());
    std::map<uint32_t, NativeItem> still;
    for (const net::MailEntry& entry : entries) {
      if (const auto known = waiting_.find(entry.uid); known != waiting_.end()) {
        still.insert(*known);
      }
    }
    waiting_ = std::move(still);
    size_t read = 0;
    for (const net::MailEntry& entry : entries) {
      if (waiting_.contains(entry.uid)) continue;
      if (++read > limit || waiting_.size() >= limit) break;
      AMANA_RETURN_IF_ERROR(Read(entry));
    }
    std::vector<NativeItem> items;
    for (const auto& [uid, item] : waiting_) {
      if (items.size() < limit) items.push_back(item);
    }
    return items;
  }

  absl::Status Read(const net::MailEntry& entry) {
    Verdict verdict;
    verdict.why = net::MailTooLarge();
    if (entry.size <= kMaxMail) {
      const absl::StatusOr<std::string> mail = box_->Fetch(entry.uid);
      if (ErrorReason(mail.status()) == "MAIL_GONE") return absl::OkStatus();
      if (!mail.ok()) return mail.status();
      AMANA_ASSIGN_OR_RETURN(verdict, judge_.Look(*mail, clock_.Now()));
    }
    switch (verdict.what) {
      case Verdict::What::kItem:
        waiting_[entry.uid] = std::move(verdict.item);
        return absl::OkStatus();
      case Verdict::What::kCopy:
        return box_->Move(entry.uid, kSentFolder);
      case Verdict::What::kReceipt:
        return box_->Move(entry.uid, kReceiptsFolder);
      case Verdict::What::kRefused:
        break;
    }
    Log(LogLevel::kWarning, "mail_refused",
        {{"reason", LogSafe(verdict.why)}, {"from_ministry", verdict.from_ministry}});
    if (verdict.from_ministry) {
      AMANA_RETURN_IF_ERROR(TellRefused("mail/" + verdict.digest, verdict.reference,
                                        ErrorReason(verdict.why), ErrorField(verdict.why)));
    }
    return box_->Move(entry.uid, kRefusedFolder);
  }

  // Tells the ministry, once per `key`.
  absl::Status TellRefused(const std::string& key, Reference reference, std::string_view reason,
                           std::string_view field) {
    const std::string delivery = "refusal/" + key;
    if (reference.tag.empty()) reference = {TagOf(delivery), 1};
    return post_
        .Send({delivery, MessageIdOf(reference, delivery, /*is_case=*/false, settings_.Host()),
               reference.tag, RefusalLetter(reference, reason, field)})
        .status();
  }

  // What a settlement says of a case, durably; `shown`: it is about a mail.
  absl::Status Note(const std::string& key, const Settlement& settlement, bool shown) {
    const std::optional<ReplyKey> reply = ParseReplyKey(key);
    const std::string tag = reply.has_value() ? reply->tag : TagOf(key);
    AMANA_ASSIGN_OR_RETURN(std::optional<CaseRow> row, ledger_.Case(tag));
    if (settlement.state == Settlement::State::kRefused) {
      if (!shown) return absl::OkStatus();
      const Reference reference = row.has_value() ? row->reference : Reference{};
      return TellRefused(key, reference, settlement.reason, settlement.field);
    }
    if (!reply.has_value()) {
      if (row.has_value()) return absl::OkStatus();
      row = CaseRow{{tag, VersionOf(settlement.referral)},
                    key,
                    settings_.ministry,
                    /*own=*/true,
                    /*open=*/true,
                    {}};
      return ledger_.PutCase(*row);
    }
    if (!row.has_value()) return absl::OkStatus();  // of no case of ours
    const bool known =
        std::find(row->answered.begin(), row->answered.end(), reply->digest) != row->answered.end();
    const bool ends = settlement.state == Settlement::State::kAccepted &&
                      (reply->verb == "DECLINE" || reply->verb == "COMPLETE" ||
                       reply->verb == "FAIL" || reply->verb == "CANCEL");
    if (known && !(ends && row->open)) return absl::OkStatus();
    if (!known) row->answered.push_back(reply->digest);
    if (ends) row->open = false;
    return ledger_.PutCase(*row);
  }

  absl::Status Move(uint32_t uid, const char* folder) {
    AMANA_RETURN_IF_ERROR(OpenBox());
    absl::Status moved = box_->Move(uid, folder);
    if (!moved.ok()) box_.reset();
    return moved;
  }

  const Settings settings_;
  const MailKeys keys_;
  Ledger ledger_;
  const std::unique_ptr<net::MailSender> sender_;
  const Clock& clock_;
  const Judge judge_;
  Post post_;
  std::unique_ptr<net::MailBox> box_;  // null: not connected
  uint32_t validity_ = 0;
  std::map<uint32_t, NativeItem> waiting_;  // by UID, under validity_: shown and not settled
};

}  // namespace

absl::StatusOr<std::unique_ptr<runtime::Adapter>> OpenAdapter(
    Settings settings, const runtime::AdapterContext& context) {
  AMANA_ASSIGN_OR_RETURN(MailKeys keys, LoadKeys(settings));
  AMANA_ASSIGN_OR_RETURN(Ledger ledger, Ledger::Open(context.folder + "/mail"));
  // Noted, and never sent: recalled before its turn came, or a dead letter by now.
  AMANA_RETURN_IF_ERROR(ledger.Forget(context.clock.Now() - absl::Hours(24 * 30)));
  AMANA_ASSIGN_OR_RETURN(std::unique_ptr<net::MailSender> sender,
                         net::MailSender::Create(settings.smtp));
  return std::make_unique<MailAdapter>(std::move(settings), std::move(keys), std::move(ledger),
                                       std::move(sender), context.clock);
}

runtime::AdapterOpener FactoryOf(const ConfigTable& native) {
  return [settings = ReadSettings(native)](const runtime::AdapterContext& context) {
    return OpenAdapter(settings, context);
  };
}

}  // namespace amana::foreign_affairs
