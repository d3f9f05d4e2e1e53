#include "agency-adapters/shelter/adapter.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "agency-adapters/shelter/attachments.h"
#include "agency-adapters/shelter/errors.h"
#include "agency-adapters/shelter/primero.h"
#include "agency-adapters/shelter/shelf.h"
#include "agency-adapters/shelter/sms.h"
#include "amana/v1/codes.pb.h"
#include "base/durable_file.h"
#include "base/json_text.h"
#include "base/log.h"
#include "base/status.h"
#include "proto/codes/codes.h"
#include "proto/codes/names.h"
#include "proto/crypto/sha256.h"

namespace amana::shelter {
namespace {

using nlohmann::json;
using runtime::DeliveryKind;
using runtime::ItemKind;
using runtime::NativeDelivery;
using runtime::NativeItem;
using runtime::Settlement;

// Cases that one Poll looks at.
constexpr size_t kLookedAtOnce = 128;

struct Settings {
  std::set<std::string> list_fields;
  bool primero = false, sms = false;
  PrimeroServer server;
  std::string password_file, refer_to;
  AttachmentFields attachments;
  SmsGateway gateway;
  std::string token_file;
};

Settings ReadSettings(const ConfigTable& native) {
  Settings s;
  const auto lists = native.StringList("list_fields", std::vector<std::string>{});
  s.list_fields.insert(lists.begin(), lists.end());
  s.primero = native.Has("primero");
  if (s.primero) {
    const ConfigTable table = native.Table("primero");
    s.server.url = table.String("url");
    s.server.ca_file = table.Path("ca", "");
    s.server.user = table.String("user");
    s.password_file = table.Path("password_file");
    s.refer_to = table.String("refer_to");
    s.attachments = ReadAttachmentFields(table);
  }
  s.sms = native.Has("sms");
  if (s.sms) {
    const ConfigTable table = native.Table("sms");
    s.gateway.url = table.String("url");
    s.gateway.ca_file = table.Path("ca", "");
    s.gateway.to = table.String("to");
    s.token_file = table.Path("token_file", "");
  }
  return s;
}

absl::StatusOr<std::string> ReadLine(const std::string& file) {
  AMANA_ASSIGN_OR_RETURN(std::string text, ReadSecretFile(file));
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text;
}

// "rejected/digest of its reason": another reason is another decision.
std::string DecisionOf(const PrimeroReferral& referral) {
  return absl::StrCat(referral.status, "/",
                      crypto::Sha256(referral.rejected_reason).hex().substr(0, 16));
}

class ShelterAdapter final : public runtime::Adapter {
 public:
  ShelterAdapter(Settings settings, Shelf shelf, std::unique_ptr<Primero> primero,
                 std::unique_ptr<SmsHook> sms, const Clock& clock)
      : settings_(std::move(settings)),
        shelf_(std::move(shelf)),
        primero_(std::move(primero)),
        sms_(std::move(sms)),
        clock_(clock) {}

  absl::StatusOr<std::vector<NativeItem>> Poll(size_t limit) override {
    // Some at a time, in turn: each is a call, and those that were accepted stay open.
    AMANA_ASSIGN_OR_RETURN(std::vector<ShelfRow> rows, shelf_.Pending(looked_at_, kLookedAtOnce));
    std::vector<NativeItem> items;
    for (ShelfRow& row : rows) {
      if (items.size() >= limit) break;
      if (row.sms_due) AMANA_RETURN_IF_ERROR(TrySms(row));
      if (row.open && primero_ != nullptr) AMANA_RETURN_IF_ERROR(LookAt(row, items));
      AMANA_ASSIGN_OR_RETURN(looked_at_, shelf_.NumberOf(row.key));
    }
    return items;
  }

  absl::Status LookAt(const ShelfRow& row, std::vector<NativeItem>& items) {
    AMANA_ASSIGN_OR_RETURN(const std::optional<PrimeroReferral> referral,
                           primero_->Referral(row.case_id, settings_.refer_to));
    if (!referral.has_value() || DecisionOf(*referral) == row.settled) return absl::OkStatus();
    if (referral->status == "accepted" || referral->status == "rejected") {
      items.push_back(ItemOf(row, *referral));
    }
    return absl::OkStatus();
  }

  absl::Status Settle(const std::string& key, const Settlement& settlement) override {
    const std::vector<std::string> parts = absl::StrSplit(key, '/');
    if (parts.size() != 4 || parts[0] != "primero" || primero_ == nullptr) return absl::OkStatus();
    if (settlement.state == Settlement::State::kRefused) {
      AMANA_RETURN_IF_ERROR(primero_->UpdateCase(
          parts[1], {{"amana_refused", absl::StrCat(settlement.reason, " ", settlement.field)}}));
    }
    if (settlement.state == Settlement::State::kTaken) return absl::OkStatus();  // not its end
    const std::string decision = parts[2] + "/" + parts[3];
    AMANA_ASSIGN_OR_RETURN(std::vector<ShelfRow> rows, shelf_.OfCase(parts[1]));
    for (ShelfRow& row : rows) {
      if (!row.open || row.settled == decision) continue;
      row.settled = decision;
      row.open = parts[2] != "rejected" || settlement.state == Settlement::State::kRefused;
      // Lost, it is shown and settled again.
      AMANA_RETURN_IF_ERROR(shelf_.PutLater(row));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<std::string> Deliver(const NativeDelivery& delivery) override {
    AMANA_ASSIGN_OR_RETURN(std::optional<ShelfRow> row, shelf_.Get(delivery.key));
    const bool is_case = IsCase(delivery);
    if (!row.has_value()) row = RowOf(delivery);
    if (!row->written) {
      if (is_case) {
        AMANA_RETURN_IF_ERROR(WriteCase(delivery, *row));
      } else if (!delivery.about.empty() && primero_ != nullptr) {
        AMANA_RETURN_IF_ERROR(WriteAbout(delivery));
      }
      row->written = true;
      // Lost, it is written again: the case is found by its id, and the SMS goes out once by its
      // key.
      AMANA_RETURN_IF_ERROR(shelf_.PutLater(*row));
      // The case is there: an SMS that does not go out now is tried again at every look.
      if (row->sms_due) AMANA_RETURN_IF_ERROR(TrySms(*row));
    }
    return CaseIdOf(is_case || delivery.about.empty() ? delivery.key : delivery.about);
  }

  // The cases among them are noted in one step: Primero must not have one that is not known here.
  void Announce(absl::Span<const NativeDelivery> next) override {
    std::vector<ShelfRow> rows;
    for (const NativeDelivery& delivery : next) {
      const auto known = shelf_.Get(delivery.key);
      if (IsCase(delivery) && known.ok() && !known->has_value()) rows.push_back(RowOf(delivery));
    }
    if (!rows.empty()) shelf_.Put(rows).IgnoreError();  // Deliver says what is wrong
  }

  absl::StatusOr<std::optional<std::string>> Find(const std::string& delivery_key) override {
    AMANA_ASSIGN_OR_RETURN(const std::optional<ShelfRow> row, shelf_.Get(delivery_key));
    if (row.has_value() && row->written) return std::optional(CaseIdOf(delivery_key));
    // What was written without our knowing is found by its id, and not written twice.
    return std::nullopt;
  }

  runtime::Health Check() override {
    if (primero_ == nullptr) return {};
    const absl::Status primero = primero_->Check();
    return primero.ok() ? runtime::Health()
                        : runtime::Health{false, "primero", ErrorReason(primero)};
  }

  absl::StatusOr<std::vector<NativeItem>> Decode(std::string_view bytes) const override {
    const json object = ParseJson(bytes);
    if (!object.is_object() || !object.contains("data") || !object["data"].is_object()) {
      return RecordInvalid("data", "an object of Primero's fields");
    }
    NativeItem item;
    item.key = "case/" + crypto::Sha256(bytes).hex().substr(0, 32);
    for (const auto& [name, value] : object["data"].items()) {
      std::vector<std::string>& values = item.record.fields[name];
      if (value.is_string()) {
        values.push_back(value);
      } else if (value.is_array() && std::all_of(value.begin(), value.end(),
                                                 [](const json& v) { return v.is_string(); })) {
        values = value;
      } else {
        return RecordInvalid("data", "texts and lists of texts");
      }
    }
    return std::vector<NativeItem>{std::move(item)};
  }

 private:
  absl::StatusOr<json> DataOf(const mapping::Record& record) const {
    json data = json::object();
    for (const auto& [name, values] : record.fields) {
      if (settings_.list_fields.contains(name)) {
        data[name] = values;
      } else if (values.size() == 1) {
        data[name] = values.front();
      } else if (values.size() > 1) {
        return RecordInvalid(name, "one value, or the field among list_fields");
      }
    }
    return data;
  }

  // The case itself; what its acceptance discloses completes it.
  static bool IsCase(const NativeDelivery& delivery) {
    return delivery.kind == DeliveryKind::kCase && delivery.about.empty();
  }

  // Before anything was written of it.
  ShelfRow RowOf(const NativeDelivery& delivery) const {
    ShelfRow row{delivery.key, CaseIdOf(delivery.key)};
    row.open = IsCase(delivery);
    if (!row.open) return row;
    row.sms_due = sms_ != nullptr;
    const auto urgency = codes::ParseCode<v1::Urgency>(delivery.urgency);
    const auto sla = urgency.has_value() ? codes::SlaOf(*urgency) : std::nullopt;
    const absl::Time from = delivery.at == absl::InfinitePast() ? clock_.Now() : delivery.at;
    row.reply_by = std::min(sla.has_value() ? from + sla->decide : delivery.expires,
                            std::min(delivery.expires, from + absl::Hours(24 * 365)));
    for (const auto& [name, values] : delivery.record.fields) row.fields.push_back(name);
    return row;
  }

  absl::Status WriteCase(const NativeDelivery& delivery, ShelfRow& row) {
    AMANA_RETURN_IF_ERROR(NoteCase(delivery, row));
    if (primero_ == nullptr) return absl::OkStatus();
    const std::string& id = row.case_id;
    AMANA_ASSIGN_OR_RETURN(const json data, DataOf(delivery.record));
    AMANA_ASSIGN_OR_RETURN(const auto files, FilesOf(delivery, settings_.attachments));
    AMANA_ASSIGN_OR_RETURN(const bool is_new, primero_->CreateCase(id, data));
    // A call to refer it may have been obeyed although no answer came: of a case that was there,
    // the referral is looked for before another is made.
    std::optional<PrimeroReferral> referral;
    if (!is_new) {
      AMANA_ASSIGN_OR_RETURN(referral, primero_->Referral(id, settings_.refer_to));
    }
    if (!referral.has_value()) {
      const std::string notes =
          absl::StrCat("Amana: ", delivery.service, ", urgency ", delivery.urgency, ", item ",
                       SmsTag(delivery.key), delivery.test ? ". DRILL" : "");
      AMANA_ASSIGN_OR_RETURN(referral, primero_->Refer(id, settings_.refer_to, notes));
    }
    row.referral = referral->id;
    return Attach(files, is_new, row);
  }

  // Each once: of a case that was there, it is looked for first. Their numbers are kept, in the row
  // of the case, to take them back by.
  absl::Status Attach(const std::vector<Primero::File>& files, bool is_new, ShelfRow& row) {
    for (const Primero::File& file : files) {
      std::optional<std::string> id;
      if (!is_new) {
        AMANA_ASSIGN_OR_RETURN(id, primero_->Attached(row.case_id, file.field, file.name));
      }
      if (!id.has_value()) {
        AMANA_ASSIGN_OR_RETURN(id, primero_->Attach(row.case_id, file));
      }
      if (std::find(row.files.begin(), row.files.end(), *id) != row.files.end()) continue;
      row.files.push_back(*id);
      AMANA_RETURN_IF_ERROR(shelf_.Put(row));
    }
    return absl::OkStatus();
  }

  // Durably, before Primero has it: it must be taken back one day.
  absl::Status NoteCase(const NativeDelivery& delivery, ShelfRow& row) {
    AMANA_ASSIGN_OR_RETURN(const std::optional<ShelfRow> known, shelf_.Get(delivery.key));
    for (const auto& [name, values] : delivery.record.fields) {
      if (std::find(row.fields.begin(), row.fields.end(), name) == row.fields.end()) {
        row.fields.push_back(name);
      }
    }
    return known == row ? absl::OkStatus() : shelf_.Put(row);
  }

  // An answer, a recall or a notice about a case that Primero has.
  absl::Status WriteAbout(const NativeDelivery& delivery) {
    AMANA_ASSIGN_OR_RETURN(std::optional<ShelfRow> about, shelf_.Get(delivery.about));
    if (!about.has_value()) return absl::OkStatus();
    const std::string id = CaseIdOf(delivery.about);
    if (delivery.kind == DeliveryKind::kRecall) return TakeBack(delivery, id, *about);
    AMANA_ASSIGN_OR_RETURN(json data, DataOf(delivery.record));
    AMANA_ASSIGN_OR_RETURN(const auto files, FilesOf(delivery, settings_.attachments));
    if (delivery.kind == DeliveryKind::kNotice) data["amana_notice"] = delivery.event;
    if (!delivery.words.empty()) data["amana_words"] = delivery.words;
    for (const auto& [name, value] : data.items()) {
      if (std::find(about->fields.begin(), about->fields.end(), name) == about->fields.end()) {
        about->fields.push_back(name);
      }
    }
    AMANA_RETURN_IF_ERROR(shelf_.Put(*about));
    AMANA_RETURN_IF_ERROR(primero_->UpdateCase(id, data));
    return Attach(files, /*is_new=*/false, *about);
  }

  // Empties every field that was ever written, then takes the referral away.
  absl::Status TakeBack(const NativeDelivery& delivery, const std::string& id, ShelfRow& about) {
    about.open = about.sms_due = false;
    AMANA_RETURN_IF_ERROR(shelf_.Put(about));
    json data = json::object();
    for (const std::string& name : about.fields) data[name] = nullptr;
    data["amana_recalled"] = delivery.reason.empty() ? "RECALLED" : delivery.reason;
    AMANA_RETURN_IF_ERROR(primero_->UpdateCase(id, data));
    bool all = true;
    for (const std::string& file : about.files) {
      if (!file.empty()) AMANA_RETURN_IF_ERROR(primero_->Detach(id, file));
      all = all && !file.empty();
    }
    if (!about.referral.empty()) AMANA_RETURN_IF_ERROR(primero_->Revoke(id, about.referral));
    // A dead letter: somebody must take it away by hand.
    return all ? absl::OkStatus()
               : RecordInvalid("attachments", "files whose numbers Primero has told");
  }

  // Sends what is due, unless its time is over. Only the shelf's errors are errors: the gateway's
  // show in the log, and it is tried again.
  absl::Status TrySms(ShelfRow& row) {
    if (sms_ != nullptr && clock_.Now() < row.reply_by) {
      const absl::Status sent = sms_->Send(crypto::Sha256(row.key).hex().substr(0, 32),
                                           SmsText(SmsTag(row.key), row.reply_by));
      if (!sent.ok()) {
        Log(LogLevel::kWarning, "sms_not_sent", {{"reason", LogSafe(sent)}});
        return absl::OkStatus();
      }
    }
    row.sms_due = false;
    return shelf_.PutLater(row);
  }

  static NativeItem ItemOf(const ShelfRow& row, const PrimeroReferral& referral) {
    NativeItem item;
    // Settle is told no more than this.
    item.key = absl::StrCat("primero/", CaseIdOf(row.key), "/", DecisionOf(referral));
    item.about = row.key;
    item.kind = ItemKind::kAccept;
    if (referral.status == "rejected") {
      Rejection rejection = ReadRejection(referral.rejected_reason);
      item.kind = ItemKind::kDecline;
      item.code = std::move(rejection.code);
      item.words = std::move(rejection.words);
    }
    return item;
  }

  const Settings settings_;
  Shelf shelf_;
  const std::unique_ptr<Primero> primero_;  // null: none here
  const std::unique_ptr<SmsHook> sms_;      // null: none here
  const Clock& clock_;
  int64_t looked_at_ = 0;  // the shelf's number of the last one that Poll looked at
};

absl::StatusOr<std::unique_ptr<runtime::Adapter>> Open(Settings settings,
                                                       const runtime::AdapterContext& context) {
  AMANA_ASSIGN_OR_RETURN(Shelf shelf, Shelf::Open(context.folder + "/shelf"));
  std::unique_ptr<Primero> primero;
  if (settings.primero) {
    AMANA_ASSIGN_OR_RETURN(std::string password, ReadLine(settings.password_file));
    settings.server.password = crypto::Secret::TakeFrom(password);
    AMANA_ASSIGN_OR_RETURN(primero, Primero::Create(settings.server));
  }
  std::unique_ptr<SmsHook> sms;
  if (settings.sms) {
    if (!settings.token_file.empty()) {
      AMANA_ASSIGN_OR_RETURN(settings.gateway.token, ReadLine(settings.token_file));
    }
    AMANA_ASSIGN_OR_RETURN(sms, SmsHook::Create(settings.gateway));
  }
  return std::make_unique<ShelterAdapter>(std::move(settings), std::move(shelf), std::move(primero),
                                          std::move(sms), context.clock);
}

}  // namespace

runtime::AdapterOpener FactoryOf(const ConfigTable& native) {
  return [settings = ReadSettings(native)](const runtime::AdapterContext& context) {
    return Open(settings, context);
  };
}

}  // namespace amana::shelter
