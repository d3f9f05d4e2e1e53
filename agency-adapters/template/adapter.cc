#include "agency-adapters/template/adapter.h"

#include <nlohmann/json.hpp>

#include "absl/strings/str_replace.h"
#include "base/durable_file.h"
#include "base/regular_file.h"
#include "base/status.h"

namespace amana::forms {
namespace {

using nlohmann::json, runtime::NativeItem, runtime::Settlement;
using enum Settlement::State;

absl::Status FormInvalid(std::string_view member, std::string_view why) {
  return MakeError(absl::StatusCode::kInvalidArgument, "NATIVE_FORMAT_INVALID", member, why);
}
std::string NameOf(const std::string& delivery_key) {  // no two keys have the same
  return "amana~" + absl::StrReplaceAll(delivery_key, {{"/", "~"}});
}

class FormsAdapter final : public runtime::Adapter {
 public:
  explicit FormsAdapter(std::string folder) : folder_(std::move(folder)) {}

  absl::StatusOr<std::vector<NativeItem>> Poll(size_t limit) override {
    AMANA_ASSIGN_OR_RETURN(const auto names, files_.List(folder_ + "/in"));
    std::vector<NativeItem> items;
    for (const std::string& name : names) {
      if (!name.ends_with(".json") || name[0] == '.' || items.size() == limit) continue;
      const std::string number = name.substr(0, name.size() - 5);
      AMANA_ASSIGN_OR_RETURN(const bool done, files_.Exists(File("done", number)));
      AMANA_ASSIGN_OR_RETURN(const bool refused, files_.Exists(File("refused", number)));
      if (done || refused || number.size() > 200) continue;  // no key is longer
      const auto bytes = ReadRegularFile(File("in", number), 256 << 10);
      auto item = bytes.ok() ? Decode(*bytes) : bytes.status();
      if (!item.ok() && !absl::IsInvalidArgument(item.status())) continue;  // the next time
      if (item.ok() && item->front().key != number) item = FormInvalid("number", "is another");
      const Settlement no{kRefused, "", ErrorReason(item.status()), ErrorField(item.status())};
      if (!item.ok()) AMANA_RETURN_IF_ERROR(Settle(number, no));  // nobody else will tell
      if (item.ok()) items.push_back(item->front());
    }
    return items;
  }

  absl::Status Settle(const std::string& number, const Settlement& told) override {
    if (number.find('/') != std::string::npos) return absl::OkStatus();  // of the local API
    const bool refused = told.state == kRefused;
    json answer = {{"state", refused ? "REFUSED" : told.state == kTaken ? "TAKEN" : "ACCEPTED"}};
    answer.update({{"referral", told.referral}, {"reason", told.reason}, {"field", told.field}});
    AMANA_RETURN_IF_ERROR(Write(refused ? "refused" : "done", number, answer));
    const absl::Status gone = files_.Remove(File(refused ? "done" : "refused", number));  // last
    return absl::IsNotFound(gone) ? absl::OkStatus() : gone;
  }

  absl::StatusOr<std::string> Deliver(const runtime::NativeDelivery& d) override {
    AMANA_ASSIGN_OR_RETURN(const std::optional<std::string> there, Find(d.key));
    if (there.has_value()) return *there;
    if (!d.attachments.empty()) return FormInvalid("attachments", "have no place in a form");
    const bool recall = d.kind == runtime::DeliveryKind::kRecall;  // the case goes; its name stays
    if (recall) AMANA_RETURN_IF_ERROR(Write("out", NameOf(d.about), {{"recalled", d.reason}}));
    json form = {{"key", d.key}, {"kind", KindName(d.kind)}, {"about", d.about}};
    form.update({{"referral", d.referral}, {"sender", d.sender}, {"task", d.task}});
    form.update({{"stage", d.stage}, {"service", d.service}, {"urgency", d.urgency}});
    form.update({{"event", d.event}, {"reason", d.reason}, {"words", d.words}});
    form.update({{"drill", d.test}, {"withheld", d.withheld}, {"fields", d.record.fields}});
    AMANA_RETURN_IF_ERROR(Write("out", NameOf(d.key), form));
    return NameOf(d.key);
  }

  absl::StatusOr<std::optional<std::string>> Find(const std::string& key) override {
    AMANA_ASSIGN_OR_RETURN(const bool there, files_.Exists(File("out", NameOf(key))));
    return there ? std::optional(NameOf(key)) : std::nullopt;
  }

  runtime::Health Check() override {
    const absl::Status out = files_.FreeBytes(folder_ + "/out").status();
    return {out.ok(), "folder", ErrorReason(out)};
  }

  absl::StatusOr<std::vector<NativeItem>> Decode(std::string_view bytes) const override {
    json form = json::parse(bytes, nullptr, /*allow_exceptions=*/false);
    NativeItem item;
    try {
      const auto kind = runtime::ItemKindOf(form.at("kind").get<std::string>());
      if (!kind.has_value()) return FormInvalid("kind", "is none");
      item = {form.at("number"),       *kind,
              form.value("about", ""), {form.value("fields", item.record.fields)},
              form.value("code", ""),  form.value("categories", item.categories),
              form.value("words", "")};
    } catch (const json::exception&) {
      return FormInvalid("form", "is no JSON, or a member is missing or of another type");
    }
    for (const char* read : {"number", "kind", "about", "fields", "code", "categories", "words"}) {
      form.erase(read);
    }
    if (!form.empty()) return FormInvalid(form.begin().key(), "is unknown");
    return std::vector<NativeItem>{std::move(item)};
  }

 private:
  std::string File(std::string_view place, const std::string& name) const {
    return folder_ + "/" + std::string(place) + "/" + name + ".json";
  }
  absl::Status Write(std::string_view place, const std::string& name, const json& form) {
    const std::string text = form.dump(2, ' ', false, json::error_handler_t::replace);
    return files_.WriteAtomically(File(place, name), text + "\n", kPrivateFile);
  }

  const std::string folder_;
  FileSystem& files_ = RealFileSystem();
};

}  // namespace

runtime::AdapterOpener FactoryOf(const ConfigTable& native) {
  return [folder = native.Path("folder")](const runtime::AdapterContext&) {
    return std::make_unique<FormsAdapter>(folder);
  };
}

}  // namespace amana::forms
