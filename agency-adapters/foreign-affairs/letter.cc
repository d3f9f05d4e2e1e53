#include "agency-adapters/foreign-affairs/letter.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "agency-adapters/foreign-affairs/errors.h"
#include "agency-adapters/foreign-affairs/message.h"
#include "base/json_text.h"
#include "base/status.h"

namespace amana::foreign_affairs {
namespace {

using runtime::DeliveryKind;
using runtime::NativeDelivery;

absl::string_view View(std::string_view text) { return {text.data(), text.size()}; }

constexpr char kHowToAnswer[] =
    "Answer this mail, signed and encrypted, with one of these as the first line:\n"
    "  ACCEPT\n"
    "  DECLINE code          NO_CAPACITY, SERVICE_NOT_OFFERED, PERSON_NOT_FOUND,\n"
    "                        NOT_APPLICABLE, INSUFFICIENT_INFORMATION, OTHER reason, ...\n"
    "  ASK question\n"
    "Keep the subject, and the reference above in what you quote.\n";

// What it is about, in one paragraph.
std::string Opening(const NativeDelivery& d) {
  switch (d.kind) {
    case DeliveryKind::kCase:
      if (!d.about.empty()) {
        return absl::StrCat("The whole case, from ", d.sender, ", now that it was accepted.\n");
      }
      return absl::StrCat("Request: ", d.service, ", urgency ", d.urgency, ", from ", d.sender,
                          ".\n");
    case DeliveryKind::kUpdate:
      return absl::StrCat("An answer from ", d.sender, " to a question about this case.\n");
    case DeliveryKind::kRecall:
      return absl::StrCat("TAKEN BACK",
                          d.reason.empty() ? std::string() : absl::StrCat(" (", d.reason, ")"),
                          ". Delete what you hold of this case, copies and prints too.\n");
    case DeliveryKind::kNotice:
      return absl::StrCat("Notice: ", d.event,
                          d.reason.empty() ? std::string() : absl::StrCat(", ", d.reason), ".\n");
  }
  return {};
}

std::string Fields(const mapping::Record& record) {
  std::string out;
  for (const auto& [name, values] : record.fields) {
    for (const std::string& value : values) absl::StrAppend(&out, name, ": ", value, "\n");
  }
  return out;
}

std::string TextOf(const NativeDelivery& d, const Reference& reference) {
  std::string text = ReferenceText(reference) + "\n\n";
  if (d.test) absl::StrAppend(&text, "DRILL. This is about no real person.\n\n");
  absl::StrAppend(&text, Opening(d));
  if (d.expires != absl::InfiniteFuture()) {
    absl::StrAppend(&text, "Open until ",
                    absl::FormatTime("%Y-%m-%d %H:%M UTC", d.expires, absl::UTCTimeZone()), ".\n");
  }
  if (d.withheld) absl::StrAppend(&text, "Parts of the case are withheld from you.\n");
  if (!d.words.empty()) absl::StrAppend(&text, "\n", d.words, "\n");
  if (d.kind == DeliveryKind::kCase && d.about.empty()) absl::StrAppend(&text, "\n", kHowToAnswer);
  const std::string fields = Fields(d.record);
  if (!fields.empty()) absl::StrAppend(&text, "\n", fields);
  return text;
}

std::string JsonOf(const NativeDelivery& d, const Reference& reference) {
  nlohmann::json json = {{"reference", absl::StrCat(reference.tag, ".v", reference.version)},
                         {"kind", KindName(d.kind)},
                         {"test", d.test},
                         {"withheld", d.withheld}};
  if (!d.service.empty()) json["service"] = d.service;
  if (!d.urgency.empty()) json["urgency"] = d.urgency;
  if (!d.event.empty()) json["event"] = d.event;
  if (!d.reason.empty()) json["reason"] = d.reason;
  if (!d.words.empty()) json["words"] = d.words;
  json["fields"] = d.record.fields;
  return json.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

bool IsFieldName(std::string_view name) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-[]/:";
  return !name.empty() && name.size() <= 100 &&
         name.find_first_not_of(kPlain) == std::string_view::npos;
}

}  // namespace

std::string LetterOf(const NativeDelivery& delivery, const Reference& reference) {
  std::vector<Attached> others;
  for (const runtime::Attachment& attachment : delivery.attachments) {
    others.push_back({attachment.media_type,
                      absl::StrCat(attachment.category, "-", others.size() + 1),
                      attachment.content});
  }
  return WriteContent(TextOf(delivery, reference), JsonOf(delivery, reference), others);
}

std::string RefusalLetter(const Reference& reference, std::string_view reason,
                          std::string_view field) {
  return WriteContent(absl::StrCat(ReferenceText(reference), "\n\nYour answer could not be used: ",
                                   View(reason), field.empty() ? "" : ", ", View(field),
                                   ".\nNothing was done. Please answer the request again.\n"),
                      "");
}

absl::StatusOr<mapping::Record> ReadAttachment(std::string_view text) {
  if (text.size() > kMaxAttachment) return AttachmentInvalid("fields", "at most 1 MiB");
  const auto json = ParseJson(text);
  if (!json.is_object()) return AttachmentInvalid("fields", "a JSON object");
  const auto fields = json.find("fields");
  if (fields == json.end() || !fields->is_object() || fields->empty()) {
    return AttachmentInvalid("fields", "an object of the record's fields");
  }
  mapping::Record record;
  for (const auto& [name, value] : fields->items()) {
    // A name of another form could be content; it is not repeated.
    if (!IsFieldName(name)) return AttachmentInvalid("fields", "plain field names");
    std::vector<std::string>& values = record.fields[name];
    if (value.is_string()) {
      values.push_back(value);
    } else if (value.is_array() && std::all_of(value.begin(), value.end(),
                                               [](const auto& v) { return v.is_string(); })) {
      values = value;
    } else {
      return AttachmentInvalid("fields." + name, "a text or a list of texts");
    }
  }
  return record;
}

}  // namespace amana::foreign_affairs
