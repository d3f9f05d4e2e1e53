#include <optional>

#include "absl/strings/escaping.h"
#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/inbox_answer.h"
#include "agency-adapters/cli/inbox_text.h"
#include "agency-adapters/cli/values.h"
#include "base/durable_file.h"
#include "base/json_text.h"
#include "base/status.h"

namespace amana::cli {
namespace {

struct Options {
  int64_t item = 0;
  std::string state, out;
  size_t limit = 50;
};

absl::StatusOr<std::optional<sdk::InboxState>> StateOption(const std::string& text) {
  using enum sdk::InboxState;
  if (text.empty()) return std::optional<sdk::InboxState>();
  std::string names;
  for (const auto state : {kReceived, kSeen, kAccepted, kRejected, kRecalled, kRecallRefused}) {
    if (text == sdk::StateName(state)) return std::optional(state);
    names += (names.empty() ? "" : ", ") + std::string(sdk::StateName(state));
  }
  return UsageError("--state", "expected one of " + names);
}

Result List(Context& context, const Options& o) {
  AMANA_ASSIGN_OR_RETURN(const auto state, StateOption(o.state));
  AMANA_ASSIGN_OR_RETURN(sdk::Mailbox * mailbox, context.mailbox());
  AMANA_ASSIGN_OR_RETURN(const std::vector<sdk::InboxItem> items,
                         sdk::Inbox(*mailbox).List(state, o.limit));
  Report report{ToText(items), Json::array()};
  if (items.empty()) {
    report.text = o.state.empty() ? "the inbox is empty: `amana inbox watch` receives\n"
                                  : "no items in this state\n";
  }
  for (const sdk::InboxItem& item : items) report.json.push_back(ToJson(item));
  return report;
}

bool IsText(const envelope::OpenedSection& section) {
  return section.media_type.starts_with("text/") || section.media_type == "application/xml";
}

void AddSection(const envelope::OpenedSection& section, Report& report) {
  Json json = {{"category", std::string(codes::CodeName(section.category))},
               {"media_type", section.media_type},
               {"stage", std::string(codes::CodeName(section.stage))}};
  report.text +=
      "== " + json["category"].get<std::string>() + " (" + Shown(section.media_type) + ")\n";
  Json content = section.media_type == "application/json" ? ParseJson<Json>(section.content)
                                                          : Json(Json::value_t::discarded);
  if (!content.is_discarded()) {
    report.text += Shown(content.dump(2, ' ', false, Json::error_handler_t::replace)) + "\n";
    json["content"] = std::move(content);
  } else {
    report.text += IsText(section) ? Shown(section.content) + "\n"
                                   : std::to_string(section.content.size()) +
                                         " bytes: write them to a folder with --out\n";
    json["content_base64"] = absl::Base64Escape(section.content);
  }
  report.json["sections"].push_back(std::move(json));
}

void AddHeader(const envelope::OpenedDelivery& opened, Report& report) {
  const v1::ReferralHeader& header = opened.header.header();
  const std::string subject(codes::CodeName(header.subject_class()));
  report.json["subject_class"] = subject;
  report.json["legal_basis"] = std::string(codes::CodeName(header.legal_basis()));
  report.json["embassy_contact"] =
      std::string(codes::CodeName(header.assertions().embassy_contact()));
  report.json["withheld_slots"] = opened.withheld_slots.size();
  report.json["sections"] = Json::array();
  report.text +=
      subject + ", embassy contact " + report.json["embassy_contact"].get<std::string>() + "\n";
  if (!opened.withheld_slots.empty()) {
    const size_t count = opened.withheld_slots.size();
    report.text += std::to_string(count) + (count == 1 ? " section" : " sections") +
                   " WITHHELD; the sender's signature, which covers all sections, verifies\n";
  }
}

// "item-7-2-IDENTITY": files of one item do not meet; nothing is overwritten.
absl::Status Write(const std::string& folder, int64_t item, const envelope::OpenedSection& section,
                   Report& report) {
  AMANA_RETURN_IF_ERROR(RealFileSystem().CreateDirectories(folder));
  const std::string path = folder + "/item-" + std::to_string(item) + "-" +
                           std::to_string(section.slot) + "-" +
                           std::string(codes::CodeName(section.category));
  AMANA_RETURN_IF_ERROR(RealFileSystem().CreateAtomically(path, section.content, kPrivateFile));
  report.text += "wrote " + path + "\n";
  report.json["sections"].push_back({{"category", std::string(codes::CodeName(section.category))},
                                     {"media_type", section.media_type},
                                     {"file", path}});
  return absl::OkStatus();
}

absl::StatusOr<Report> OpenItem(sdk::Inbox& inbox, const sdk::Identity& identity,
                                const sdk::InboxItem& item, const std::string& out) {
  AMANA_ASSIGN_OR_RETURN(const envelope::OpenedDelivery opened, inbox.Open(item.id, identity));
  Report report{ToLine(item), ToJson(item)};
  AddHeader(opened, report);
  if (opened.update.has_value() && !opened.update->words.empty()) {
    report.text += "in words: " + Shown(opened.update->words) + "\n";
    report.json["words"] = opened.update->words;
  }
  for (const envelope::OpenedSection& section : opened.sections) {
    if (out.empty()) {
      AddSection(section, report);
    } else {
      AMANA_RETURN_IF_ERROR(Write(out, item.id, section, report));
    }
  }
  return report;
}

// A referral with what its sender has answered since; what was recalled of that is only named.
Result ShowItem(Context& context, const Options& o) {
  AMANA_ASSIGN_OR_RETURN(const sdk::Identity* identity, context.identity());
  AMANA_ASSIGN_OR_RETURN(sdk::Mailbox * mailbox, context.mailbox());
  sdk::Inbox inbox(*mailbox);
  AMANA_ASSIGN_OR_RETURN(const sdk::InboxItem item, inbox.Get(o.item));
  AMANA_ASSIGN_OR_RETURN(Report report, OpenItem(inbox, *identity, item, o.out));
  if (item.key.update != 0) return report;
  AMANA_ASSIGN_OR_RETURN(const std::vector<sdk::InboxItem> updates, inbox.UpdatesOf(item.key));
  for (const sdk::InboxItem& update : updates) {
    Report shown{ToLine(update), ToJson(update)};
    if (update.state != sdk::InboxState::kRecalled) {
      AMANA_ASSIGN_OR_RETURN(shown, OpenItem(inbox, *identity, update, o.out));
    }
    report.text += "-- " + shown.text;
    report.json["updates"].push_back(std::move(shown.json));
  }
  return report;
}

Result Run(Context& context, const Options& o) {
  return o.item == 0 ? List(context, o) : ShowItem(context, o);
}

}  // namespace

void RegisterInboxShow(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "show", "List what was received, or open one item and show its content",
      "  amana inbox show --state RECEIVED\n"
      "  amana inbox show 7\n"
      "  amana inbox show 7 --out case-7        (sections as files that only you can read)\n",
      [](CLI::App& command, Options& o) {
        AddItemOption(command, o.item, "The item to open; none: list them");
        command.add_option("--state", o.state, "List only these: RECEIVED, SEEN, ACCEPTED, ...");
        command.add_option("--limit", o.limit, "List at most so many")
            ->capture_default_str()
            ->check(CLI::Range(1, 100000));
        command.add_option("--out", o.out, "Folder to write the sections to, instead of showing");
      },
      Run);
}

}  // namespace amana::cli
